//! A space-time drawing of a path through a model: its steps come in, with the messages that are on
//! their way after each; an SVG goes out. It knows no protocol.
//!
//! Time runs down, each node is a line, and a message is an arrow from the step in which it was
//! sent to the one in which it arrives or is lost.

use std::fmt::Write;

/// A step of a path.
pub(super) struct Row<M> {
    /// The node at which it happens, by its place.
    pub(super) who: Option<u8>,
    pub(super) text: String,
    /// The message that arrives or is lost in it, and whether it is lost.
    pub(super) takes: Option<(M, bool)>,
    /// What is on its way afterwards.
    pub(super) network: Vec<M>,
}

const LEFT: usize = 420;
const WIDE: usize = 130;
const HIGH: usize = 26;

/// The drawing; `ends` gives a message's sender and receiver, by their places.
pub(super) fn drawing<M: PartialEq>(
    nodes: usize,
    rows: Vec<Row<M>>,
    ends: impl Fn(&M) -> (u8, u8),
) -> String {
    let (width, height) = (LEFT + nodes * WIDE, (rows.len() + 2) * HIGH);
    let x = |place: u8| LEFT + usize::from(place) * WIDE + WIDE / 2;
    let y = |row: usize| (row + 2) * HIGH;
    let mut svg = String::new();
    let mut put = |line: std::fmt::Arguments<'_>| {
        svg.write_fmt(line).expect("a string takes all that is written to it");
    };
    put(format_args!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' \
         font-family='monospace' font-size='12'><defs><marker id='head' markerWidth='8' \
         markerHeight='8' refX='7' refY='3' orient='auto'><path d='M0,0 L7,3 L0,6 z'/></marker>\
         </defs>"
    ));
    for place in 0..nodes as u8 {
        let (x, name) = (x(place), place + 1);
        put(format_args!(
            "<text x='{x}' y='18' text-anchor='middle'>n{name}</text>\
             <line x1='{x}' y1='26' x2='{x}' y2='{height}' stroke='#bbb'/>"
        ));
    }
    let mut waiting: Vec<(M, usize)> = Vec::new();
    for (number, row) in rows.into_iter().enumerate() {
        let here = y(number);
        put(format_args!("<text x='4' y='{}'>{}</text>", here + 4, escaped(&row.text)));
        if let Some(who) = row.who {
            put(format_args!("<circle cx='{}' cy='{here}' r='4'/>", x(who)));
        }
        if let Some((message, lost)) = row.takes {
            let sent = waiting.iter().position(|(other, _)| *other == message);
            let sent = sent.map_or(number, |at| waiting.remove(at).1);
            let (from, to) = ends(&message);
            let (from, to) = (x(from), if lost { (x(from) + x(to)) / 2 } else { x(to) });
            let (dash, cross) = if lost { ("stroke-dasharray='4'", "✗") } else { ("", "") };
            put(format_args!(
                "<line x1='{from}' y1='{}' x2='{to}' y2='{here}' stroke='black' {dash} \
                 marker-end='url(#head)'/><text x='{to}' y='{}'>{cross}</text>",
                y(sent),
                here + 4
            ));
        }
        waiting.extend(new(&waiting, row.network).into_iter().map(|message| (message, number)));
    }
    svg.push_str("</svg>");
    svg
}

/// What is on its way and was not before.
fn new<M: PartialEq>(waiting: &[(M, usize)], mut network: Vec<M>) -> Vec<M> {
    for (known, _) in waiting {
        if let Some(at) = network.iter().position(|message| message == known) {
            network.remove(at);
        }
    }
    network
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_an_arrow_from_its_sending_to_its_end() {
        let row =
            |text: &str, takes, network| Row { who: Some(0), text: text.into(), takes, network };
        let rows = vec![
            row("n1 -> n2", None, vec![(0, 1)]),
            row("again", None, vec![(0, 1), (0, 1)]),
            row("arrives", Some(((0, 1), false)), vec![(0, 1)]),
            row("is lost", Some(((0, 1), true)), vec![]),
        ];
        let svg = drawing(2, rows, |message| *message);
        assert!(svg.contains("n1 -&gt; n2"), "{svg}");
        let arrows: Vec<&str> = svg.split("<line ").filter(|part| part.contains("#head")).collect();
        assert_eq!(arrows.len(), 2, "{svg}");
        assert!(arrows[0].starts_with("x1='485' y1='52' x2='615' y2='104'"), "{svg}");
        assert!(arrows[1].starts_with("x1='485' y1='78' x2='550' y2='130'"), "{svg}");
        assert!(arrows[1].contains("stroke-dasharray"), "{svg}");
    }
}
