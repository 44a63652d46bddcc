//! Rows come in, lines of text go out: a column of times, one for the clients, one for each node.
//! It must not know what rows mean.
//!
//! Columns are as wide as what stands in them, as far as the page allows. A text that is wider than
//! its column may run on where the columns beside it are empty, and breaks into lines where not.

use super::layout::{WIDTH, cut, width, wrap};
use super::rows::{Cell, Lane, Row, Shape};
use crate::id::NodeId;

/// What is drawn.
pub(super) struct Picture {
    /// The nodes that have a column, each with what its head says.
    pub(super) columns: Vec<(NodeId, String)>,
    /// The nodes that have none.
    pub(super) hidden: Vec<NodeId>,
    /// The rows, in order.
    pub(super) rows: Vec<Row>,
}

/// No column is narrower.
const NARROWEST: usize = 9;
/// A column is not made wider than this only because there is room.
const COMFORTABLE: usize = 18;
/// The clients' column gives way later than others, by so much.
const PREFERENCE: usize = 8;
/// The room that the shortest arrow takes: ` ─▶ `.
const ARROW: usize = 4;

/// Where columns begin.
struct Ruler {
    /// The width of a time.
    time: usize,
    /// Each column and the place where it begins, from the left.
    lanes: Vec<(Lane, usize)>,
    /// The place where the last ends.
    end: usize,
}

/// Draws the picture: one block of lines for its head, then one for each row.
pub(super) fn draw(picture: &Picture) -> Vec<Vec<String>> {
    let ruler = Ruler::new(picture);
    let mut head = vec![(Lane::Clients, "clients".to_owned())];
    head.extend(picture.columns.iter().map(|(node, text)| (Lane::Node(*node), text.clone())));
    let head = head.into_iter().map(|(lane, text)| Cell::new(lane, text)).collect();
    let head = Shape::Cells(head, None);
    let mut blocks = vec![ruler.block("   ", "time", &head, None)];
    for row in &picture.rows {
        let step = row.step.map(|place| (place + 1).to_string()).unwrap_or_default();
        let time = if row.shape == Shape::Gap { String::new() } else { row.at.time.to_string() };
        blocks.push(ruler.block(&format!("{step:>3}"), &time, &row.shape, row.mark.as_deref()));
    }
    if !picture.hidden.is_empty() {
        let names: Vec<String> = picture.hidden.iter().map(NodeId::to_string).collect();
        blocks.push(vec![cut(&format!("     not shown: {}", names.join(", ")), WIDTH)]);
    }
    blocks
}

impl Ruler {
    fn new(picture: &Picture) -> Ruler {
        let times = picture.rows.iter().map(|row| width(&row.at.time.to_string()));
        let time = times.max().unwrap_or(0).max(7);
        let first = 3 + 2 + time + 2;
        let asked = |row: &Row| row.cells().iter().any(|cell| cell.lane == Lane::Clients);
        let mut needs: Vec<(Lane, usize)> = Vec::new();
        if picture.rows.iter().any(asked) {
            needs.push((Lane::Clients, width("clients") + 2));
        }
        needs.extend(picture.columns.iter().map(|(n, head)| (Lane::Node(*n), width(head) + 2)));
        for row in &picture.rows {
            let Shape::Cells(cells, arrow) = &row.shape else { continue };
            for cell in cells {
                let arrow = arrow.is_some() && cell.lane == Lane::Clients;
                let need = width(&cell.text) + if arrow { ARROW } else { 2 };
                if let Some((_, known)) = needs.iter_mut().find(|(lane, _)| *lane == cell.lane) {
                    *known = need.max(*known);
                }
            }
        }
        let widths = fit(needs.iter().map(|(_, need)| *need).collect(), WIDTH - first);
        let mut lanes = Vec::with_capacity(needs.len());
        let mut end = first;
        for ((lane, _), width) in needs.into_iter().zip(widths) {
            lanes.push((lane, end));
            end += width;
        }
        Ruler { time, lanes, end }
    }

    fn start(&self, lane: Lane) -> Option<usize> {
        self.lanes.iter().find(|(other, _)| *other == lane).map(|(_, start)| *start)
    }

    /// The lines of one row.
    fn block(&self, step: &str, time: &str, shape: &Shape, mark: Option<&str>) -> Vec<String> {
        let first = 3 + 2 + self.time + 2;
        let mut lines = match shape {
            Shape::Across(text) => vec![self.across(first, text)],
            Shape::Cells(cells, arrow) => self.cells(cells, *arrow),
            Shape::Gap => vec![pad("⋮", first)],
        };
        if let Some(line) = lines.first_mut() {
            // Nothing stands left of the columns yet but blanks, of which each takes one byte.
            let rest: String = line.chars().skip(first).collect();
            *line = format!("{step}  {}  {rest}", pad_right(time, self.time));
        }
        if let (Some(mark), Some(last)) = (mark, lines.last_mut()) {
            let used = width(last.trim_end());
            let room = WIDTH.saturating_sub(used + 3);
            if width(mark) <= room {
                *last = format!("{}   {mark}", last.trim_end());
            } else {
                let mark = cut(mark, WIDTH - first);
                lines.push(pad(&mark, WIDTH - width(&mark)));
            }
        }
        lines
    }

    /// A line across all columns with a text in its middle.
    fn across(&self, first: usize, text: &str) -> String {
        let end = self.end.max(first + width(text) + 10).min(WIDTH);
        let text = cut(text, end - first - 6);
        let dashes = end - first - width(&text) - 2;
        let left = "┄".repeat(dashes / 2);
        let right = "┄".repeat(dashes - dashes / 2);
        pad(&format!("{left} {text} {right}"), first)
    }

    /// Texts in columns, and an arrow.
    fn cells(&self, cells: &[Cell], arrow: Option<NodeId>) -> Vec<String> {
        let target = arrow.and_then(|node| self.start(Lane::Node(node)));
        let mut lines: Vec<String> = Vec::new();
        let starts: Vec<(usize, &Cell)> =
            cells.iter().filter_map(|cell| Some((self.start(cell.lane)?, cell))).collect();
        for (place, (start, cell)) in starts.iter().enumerate() {
            let next = starts.get(place + 1).map_or(WIDTH, |(next, _)| next - 1);
            let points = cell.lane == Lane::Clients && target.is_some();
            let next = target.filter(|_| points).map_or(next, |target| target - ARROW + 1);
            for (row, text) in wrap(&cell.text, next - start).into_iter().enumerate() {
                if row == lines.len() {
                    lines.push(String::new());
                }
                let used = width(&lines[row]);
                lines[row].push_str(&" ".repeat(start.saturating_sub(used)));
                lines[row].push_str(&text);
            }
            if let (true, Some(target), Some(line)) = (points, target, lines.first_mut()) {
                let dashes = target.saturating_sub(width(line) + 3);
                line.push_str(&format!(" {}▶ ", "─".repeat(dashes)));
            }
        }
        lines
    }
}

/// Column widths that fit into the room: what the texts need and a little more, evenly, or less for
/// those that need most. The first column is the clients'.
fn fit(mut widths: Vec<usize>, room: usize) -> Vec<usize> {
    for width in &mut widths {
        *width = NARROWEST.max(*width);
    }
    while widths.iter().sum::<usize>() < room {
        match widths.iter_mut().min().filter(|narrowest| **narrowest < COMFORTABLE) {
            Some(narrowest) => *narrowest += 1,
            None => break,
        }
    }
    while widths.iter().sum::<usize>() > room {
        let places = widths.iter_mut().enumerate();
        let wishes = places.map(|(place, width)| {
            let preferred = if place == 0 { PREFERENCE } else { 0 };
            (width.saturating_sub(preferred), width)
        });
        match wishes.max().filter(|(wish, _)| *wish > NARROWEST) {
            Some((_, widest)) => *widest -= 1,
            None => break,
        }
    }
    widths
}

/// The text behind so many blanks.
fn pad(text: &str, blanks: usize) -> String {
    format!("{}{text}", " ".repeat(blanks))
}

/// The text, filled up with blanks to a width.
fn pad_right(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_needed_and_the_widest_gives_way() {
        assert_eq!(fit(vec![10, 20, 10], 70), [18, 20, 18]);
        assert_eq!(fit(vec![10, 11, 4], 34), [12, 11, 11]);
        assert_eq!(fit(vec![10, 60, 30], 70), [10, 30, 30]);
        assert_eq!(fit(vec![30, 30], 50), [29, 21]);
        assert_eq!(fit(vec![9, 9], 10), [9, 9]);
    }
}
