//! Operations that contradict each other come in; a picture goes out, as text of an SVG file. It
//! knows nothing of histories.
//!
//! The one idea: it is read from the top down without a key at hand. First the sentence, then a bar
//! for each operation from its question to its answer, in an order with equal steps, since only what
//! came before what matters; the wrong answer is red and stands last.

use crate::explain::wrapped;
use std::fmt::Write;

/// A picture.
#[derive(Default, Debug)]
pub(super) struct Picture {
    pub(super) title: String,
    pub(super) sentences: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) below: Vec<String>,
}

/// One operation.
#[derive(Default, Debug)]
pub(super) struct Row {
    /// Where it stands in the file.
    pub(super) place: String,
    pub(super) asked: String,
    pub(super) told: String,
    /// The steps of its question and its answer; nothing if it was never answered.
    pub(super) from: usize,
    pub(super) to: Option<usize>,
    /// Whether it is the one that was answered wrong.
    pub(super) wrong: bool,
    /// Its place in an order that explains the others, from 1.
    pub(super) turn: Option<usize>,
}

const WIDTH: usize = 960;
const LEFT: usize = 340;
const RIGHT: usize = 40;
const ROW: usize = 44;
const LINE: usize = 20;
/// So many letters fit beside the bars.
const LETTERS: usize = 36;
/// And in a line of text.
const COLUMNS: usize = 118;

const STYLE: &str = "text{font:14px system-ui,sans-serif;fill:#1b1f24}\
.t{font-size:18px;font-weight:600}.m{font-family:ui-monospace,monospace;font-size:13px}\
.s{fill:#57606a;font-size:12px}.b{fill:#b6d4fb;stroke:#2f6fbd}.o{stroke-dasharray:4 3}\
.w{fill:#ffc9c4;stroke:#c0281c}.r{fill:#a3160b;font-weight:600}\
.d{fill:#1f4f8b}.n{fill:#fff;font-size:11px;font-weight:600;text-anchor:middle}\
.g{stroke:#d8dee4}";

impl Picture {
    /// The text of the file.
    pub(super) fn svg(&self) -> String {
        let mut text = String::new();
        let mut y = 34;
        self.line(&mut text, "t", y, &self.title);
        y += 10;
        for sentence in &self.sentences {
            for line in wrapped(sentence, COLUMNS) {
                y += LINE;
                self.line(&mut text, "", y, &line);
            }
        }
        y += 26;
        let top = y;
        let turns = self.turns();
        for (at, row) in self.rows.iter().enumerate() {
            self.row(&mut text, row, turns[at], y);
            y += ROW;
        }
        let wrong = self.rows.iter().filter(|row| row.wrong).filter_map(|row| row.to);
        for x in wrong.map(|step| self.x(step)) {
            let _ =
                writeln!(text, "<path class=\"g\" d=\"M{x} {top}V{y}\" stroke-dasharray=\"3 3\"/>");
        }
        y += 6;
        for sentence in &self.below {
            for line in wrapped(sentence, COLUMNS) {
                y += LINE;
                self.line(&mut text, "s", y, &line);
            }
        }
        let height = y + 20;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">\n\
             <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             {text}</svg>\n",
            escaped(&self.title)
        )
    }

    fn line(&self, text: &mut String, class: &str, y: usize, words: &str) {
        let words = escaped(words);
        // Writing to a text cannot fail, here and below.
        let _ = writeln!(text, "<text class=\"{class}\" x=\"20\" y=\"{y}\">{words}</text>");
    }

    fn row(&self, text: &mut String, row: &Row, turn: usize, y: usize) {
        let middle = y + ROW / 2;
        let (under, class) = (y + ROW, if row.wrong { "w" } else { "b" });
        let strong = if row.wrong { " r" } else { "" };
        let full = escaped(&format!("{}: {} -> {}", row.place, row.asked, row.told));
        let _ = writeln!(text, "<path class=\"g\" d=\"M20 {under}H{}\"/>", WIDTH - 20);
        let _ = writeln!(text, "<g><title>{full}</title>");
        let asked = escaped(&cut(&row.asked));
        let (upper, lower) = (middle - 3, middle + 14);
        let _ = writeln!(text, "<text class=\"m{strong}\" x=\"20\" y=\"{upper}\">{asked}</text>");
        let told = escaped(&cut(&format!("{} · {}", row.place, row.told)));
        let _ = writeln!(text, "<text class=\"s{strong}\" x=\"20\" y=\"{lower}\">{told}</text>");
        let (from, to) = (self.x(row.from), row.to.map_or(WIDTH - 20, |step| self.x(step)));
        let (width, top) = (to - from, middle - 11);
        let open = if row.to.is_none() { " o" } else { "" };
        let _ = writeln!(
            text,
            "<rect class=\"{class}{open}\" x=\"{from}\" y=\"{top}\" width=\"{width}\" height=\"22\" \
             rx=\"4\"/>"
        );
        if let (x, Some(turn)) = (turn, row.turn) {
            let base = middle + 4;
            let _ = writeln!(text, "<circle class=\"d\" cx=\"{x}\" cy=\"{middle}\" r=\"9\"/>");
            let _ = writeln!(text, "<text class=\"n\" x=\"{x}\" y=\"{base}\">{turn}</text>");
        }
        if row.wrong {
            let (x, base, told) = (from + width / 2, middle + 5, escaped(&brief(&row.told, width)));
            let _ = writeln!(
                text,
                "<text class=\"r\" x=\"{x}\" y=\"{base}\" text-anchor=\"middle\">{told}</text>"
            );
        }
        text.push_str("</g>\n");
    }

    /// Where the numbers stand in their bars: as far to the right as their order needs.
    fn turns(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|at| self.rows[*at].turn);
        let (mut turns, mut last) = (vec![0; self.rows.len()], 0);
        for at in order {
            let row = &self.rows[at];
            let (from, to) = (self.x(row.from), row.to.map_or(WIDTH - 20, |step| self.x(step)));
            let most = to.saturating_sub(12).max(from + 12);
            last = (from + 12).max(last + 20).min(most);
            turns[at] = last;
        }
        turns
    }

    /// Where a step of the scale is.
    fn x(&self, step: usize) -> usize {
        let ends = self.rows.iter().map(|row| row.to.unwrap_or(row.from).max(row.from));
        let steps = ends.max().unwrap_or(0).max(1);
        LEFT + step * (WIDTH - LEFT - RIGHT) / steps
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    text.chars().take(LETTERS - 1).chain(['…']).collect()
}

/// An answer inside its bar, where there is room.
fn brief(told: &str, width: usize) -> String {
    if told.chars().count() * 9 < width { told.to_owned() } else { String::new() }
}

/// Text as it may stand in XML, whatever the file had in it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(from: usize, to: Option<usize>, wrong: bool) -> Row {
        let (asked, told) = ("read k0".to_owned(), "5".to_owned());
        Row { place: "line 1".to_owned(), asked, told, from, to, wrong, turn: None }
    }

    #[test]
    fn nothing_in_a_file_can_leave_its_place_in_the_picture() {
        let asked = "read k0</text><script>alert(\"&\")</script>\u{0}\u{1b}".to_owned();
        let picture =
            Picture { rows: vec![Row { asked, ..row(0, Some(1), true) }], ..Picture::default() };
        let svg = picture.svg();
        assert_eq!(svg.matches("<script").count(), 0, "{svg}");
        assert!(svg.contains("&lt;script&gt;alert(&quot;&amp;&quot;)"), "{svg}");
        assert!(svg.chars().all(|c| !c.is_control() || c == '\n'), "{svg}");
    }

    #[test]
    fn bars_lie_as_their_operations_did() {
        let rows = vec![row(0, Some(2), false), row(1, None, false), row(3, Some(4), true)];
        let picture = Picture { rows, ..Picture::default() };
        assert_eq!([0, 2, 4].map(|step| picture.x(step)), [LEFT, 630, WIDTH - RIGHT]);
        let svg = picture.svg();
        assert!(svg.contains("class=\"b\" x=\"340\" y=\"81\" width=\"290\""), "{svg}");
        assert!(svg.contains("class=\"b o\" x=\"485\" y=\"125\" width=\"455\""), "{svg}");
        assert!(svg.contains("class=\"w\" x=\"775\" y=\"169\" width=\"145\""), "{svg}");
    }
}
