//! A space-time drawing: rows and arrows come in, an SVG goes out. It knows neither models nor
//! runs.
//!
//! Time runs down and each node is a line. The drawing stands on paper of its own, so that it can
//! be read on a page of any colour, and each text has its full length where the pointer rests.

use std::fmt::{self, Write};

/// One line of text, and what happens beside it.
pub(crate) struct Row {
    pub(crate) text: String,
    /// The node at which it happens, by its place, and what is drawn there.
    pub(crate) who: Option<(usize, Mark)>,
    /// How the text stands out.
    pub(crate) tone: Tone,
}

/// What is drawn on a node's line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    Event,
    /// It goes down.
    Down,
    /// It comes up.
    Up,
}

/// How a row's text stands out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    Plain,
    /// What somebody chose to happen: a fault, a step.
    Chosen,
    /// What must not be.
    Broken,
}

/// A message, from the row and node of its sending to those of its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Arrow {
    pub(crate) from: (usize, usize),
    pub(crate) to: (usize, usize),
    /// Whether it ends half-way.
    pub(crate) lost: bool,
}

const LEFT: usize = 470;
const WIDE: usize = 130;
const HIGH: usize = 24;
const TOP: usize = 34;
/// As many letters as fit beside the lines.
const LETTERS: usize = 62;

/// Draws; the columns are the nodes' names.
pub(crate) fn svg(columns: &[String], rows: &[Row], arrows: &[Arrow]) -> String {
    let (width, height) = (LEFT + columns.len() * WIDE, TOP + (rows.len() + 1) * HIGH);
    let x = |place: usize| LEFT + place * WIDE + WIDE / 2;
    let y = |row: usize| TOP + (row + 1) * HIGH - HIGH / 4;
    let mut svg = String::with_capacity(512 + rows.len() * 256);
    put(
        &mut svg,
        format_args!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' \
             viewBox='0 0 {width} {height}' font-family='monospace' font-size='12'><defs>\
             <marker id='head' markerWidth='8' markerHeight='8' refX='7' refY='3' orient='auto'>\
             <path d='M0,0 L7,3 L0,6 z' fill='#1f5fa8'/></marker></defs>\
             <rect width='100%' height='100%' fill='#fdfdf8'/>"
        ),
    );
    for (place, name) in columns.iter().enumerate() {
        let (x, name) = (x(place), escaped(name));
        put(
            &mut svg,
            format_args!(
                "<text x='{x}' y='20' text-anchor='middle' font-weight='bold' fill='#222'>{name}\
                 </text><line x1='{x}' y1='28' x2='{x}' y2='{height}' stroke='#bbb'/>"
            ),
        );
    }
    for arrow in arrows {
        let (from, to) = (x(arrow.from.1), x(arrow.to.1));
        let (upper, lower) = (y(arrow.from.0), y(arrow.to.0));
        let to = if arrow.lost { (from + to) / 2 } else { to };
        let dash = if arrow.lost { " stroke-dasharray='4'" } else { "" };
        put(
            &mut svg,
            format_args!(
                "<line x1='{from}' y1='{upper}' x2='{to}' y2='{lower}' stroke='#1f5fa8'{dash} \
                 marker-end='url(#head)'/>"
            ),
        );
        if arrow.lost {
            put(&mut svg, format_args!("<text x='{to}' y='{lower}' fill='#b3261e'>✗</text>"));
        }
    }
    for (number, row) in rows.iter().enumerate() {
        draw(&mut svg, row, y(number), x);
    }
    svg.push_str("</svg>");
    svg
}

fn draw(svg: &mut String, row: &Row, y: usize, x: impl Fn(usize) -> usize) {
    let style = match row.tone {
        Tone::Plain => "fill='#222'",
        Tone::Chosen => "fill='#8a4b00' font-weight='bold'",
        Tone::Broken => "fill='#b3261e' font-weight='bold'",
    };
    let (text, full) = (escaped(&shortened(&row.text)), escaped(&row.text));
    put(svg, format_args!("<text x='6' y='{}' {style}><title>{full}</title>{text}</text>", y + 4));
    let Some((place, mark)) = row.who else { return };
    let x = x(place);
    match mark {
        Mark::Event => put(svg, format_args!("<circle cx='{x}' cy='{y}' r='4' fill='#222'/>")),
        Mark::Down | Mark::Up => {
            let (sign, colour) =
                if mark == Mark::Down { ("✗", "#b3261e") } else { ("▲", "#2e7d32") };
            put(
                svg,
                format_args!(
                    "<text x='{x}' y='{}' text-anchor='middle' font-size='16' fill='{colour}'>\
                     {sign}</text>",
                    y + 6
                ),
            );
        }
    }
}

fn put(svg: &mut String, text: fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("a string takes all that is written to it");
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LETTERS) {
        Some(_) => text.chars().take(LETTERS - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// A text as it stands in SVG, whatever it holds.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\'' => safe.push_str("&#39;"),
            '"' => safe.push_str("&quot;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        Row { text: text.to_owned(), who: Some((0, Mark::Event)), tone: Tone::Plain }
    }

    #[test]
    fn what_a_node_says_cannot_leave_its_text() {
        let svg = svg(&["<n1>".to_owned()], &[row("</text><script>&'\"\u{1}")], &[]);
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&amp;&#39;&quot; </text>"), "{svg}");
        assert!(svg.contains("&lt;n1&gt;"), "{svg}");
        assert!(!svg.contains("<script"), "{svg}");
    }

    #[test]
    fn a_long_text_is_cut_and_stands_in_full_behind_it() {
        let long = "x".repeat(LETTERS + 1);
        let svg = svg(&[], &[row(&long)], &[]);
        let cut = format!("<title>{long}</title>{}…</text>", "x".repeat(LETTERS - 1));
        assert!(svg.contains(&cut), "{svg}");
    }
}
