//! Rows come in as they were gathered, one for each thing that happened; the few that a reader
//! needs go out. It must not know how rows are drawn.
//!
//! A run has thousands of events and a picture has twenty rows. What is told in one breath stands
//! in one row (a request and what the node did with it, one moment on several nodes), and where
//! there is still too much, the least telling rows go first.

use crate::history::Moment;
use crate::id::NodeId;
use std::time::Duration;

/// How far down a reader would miss a row: the last go first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Worth {
    /// The failure itself.
    Failure,
    /// Steps, and the operations that the failure is about.
    Plot,
    /// Elections, nodes that go down and come up.
    Turn,
    /// What nodes did with the operations that the failure is about.
    Detail,
    /// Other operations, and what became of them.
    Aside,
}

/// A column of the picture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Lane {
    /// Where clients ask and hear.
    Clients,
    /// Where this node acts.
    Node(NodeId),
}

/// What stands in one column of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cell {
    /// Which column.
    pub(super) lane: Lane,
    /// The text.
    pub(super) text: String,
    /// The operation that it is about, if it is about one.
    pub(super) about: Option<usize>,
    /// A shorter text, for where a reader knows which operation is meant.
    pub(super) brief: Option<String>,
}

impl Cell {
    /// A text about no operation.
    pub(super) fn new(lane: Lane, text: String) -> Cell {
        Cell { lane, text, about: None, brief: None }
    }

    /// The shorter text, where a reader thinks of this operation anyway.
    fn abridge(&mut self, asked: Option<usize>) {
        if let Some(brief) = self.brief.take_if(|_| asked.is_some() && self.about == asked) {
            self.text = brief;
        }
    }
}

/// What a row is, as far as joining rows needs to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A request of this operation.
    Request(usize),
    /// The answer of this operation.
    Answer(usize),
    /// What nodes told.
    Fact,
    /// All else.
    Other,
}

/// How a row is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A line across all columns with a text in it.
    Across(String),
    /// Texts in columns; an arrow from the clients to this node.
    Cells(Vec<Cell>, Option<NodeId>),
    /// Something was left out here.
    Gap,
}

/// One row of the picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// When.
    pub(super) at: Moment,
    /// The step that it shows, from 0.
    pub(super) step: Option<usize>,
    /// How much it matters.
    pub(super) worth: Worth,
    /// What it is.
    pub(super) kind: Kind,
    /// How it looks.
    pub(super) shape: Shape,
    /// What is wrong here, said at its end.
    pub(super) mark: Option<String>,
}

impl Row {
    /// A row with one text in one column.
    pub(super) fn cell(at: Moment, worth: Worth, lane: Lane, text: String) -> Row {
        let cell = Cell::new(lane, text);
        Row {
            at,
            step: None,
            worth,
            kind: Kind::Other,
            shape: Shape::Cells(vec![cell], None),
            mark: None,
        }
    }

    /// A row with a text across all columns.
    pub(super) fn across(at: Moment, worth: Worth, text: String) -> Row {
        let shape = Shape::Across(text);
        Row { at, step: None, worth, kind: Kind::Other, shape, mark: None }
    }

    /// Its cells; none where it is a line across.
    pub(super) fn cells(&self) -> &[Cell] {
        if let Shape::Cells(cells, _) = &self.shape { cells } else { &[] }
    }

    /// Whether no cell is about another operation.
    fn is_about(&self, operation: usize) -> bool {
        let abouts = self.cells().iter().filter_map(|cell| cell.about);
        abouts.into_iter().all(|about| about == operation)
    }

    /// The nodes in whose columns it says something.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        let lanes = self.cells().iter().map(|cell| cell.lane);
        lanes.filter_map(|lane| if let Lane::Node(node) = lane { Some(node) } else { None })
    }
}

/// A node's reaction within this time belongs to the request that it reacts to.
const AT_ONCE: Duration = Duration::from_millis(5);

/// Joins what is told in one breath. The rows must be in the order of their moments.
pub(super) fn join(rows: Vec<Row>) -> Vec<Row> {
    let mut joined: Vec<Row> = Vec::with_capacity(rows.len());
    let mut open: Vec<usize> = Vec::new();
    let mut last = None;
    for mut row in rows {
        match row.kind {
            Kind::Request(operation) => {
                open.push(operation);
                last = Some(operation);
            }
            Kind::Answer(operation) => open.retain(|other| *other != operation),
            Kind::Fact | Kind::Other => {}
        }
        // Where several operations are under way, each is named.
        let alone = open.iter().all(|operation| Some(*operation) == last);
        abridge(&mut row, last.filter(|_| alone));
        match joined.last_mut() {
            Some(last) if absorbs(last, &row) => take(last, row),
            _ => joined.push(row),
        }
    }
    joined
}

/// What is about the operation that was asked for last need not name it.
fn abridge(row: &mut Row, asked: Option<usize>) {
    let (Shape::Cells(cells, _), Kind::Fact) = (&mut row.shape, row.kind) else { return };
    for cell in cells {
        cell.abridge(asked);
    }
}

/// Whether a row can stand in the row above it.
fn absorbs(above: &Row, row: &Row) -> bool {
    let soon = row.at.time.since(above.at.time) <= AT_ONCE;
    match (above.kind, row.kind, &above.shape) {
        (Kind::Request(of), Kind::Fact, Shape::Cells(_, Some(to))) => {
            soon && row.nodes().all(|node| node == *to) && row.is_about(of)
        }
        (Kind::Request(asked), Kind::Answer(answered), _) => soon && asked == answered,
        (Kind::Fact, Kind::Fact, _) => {
            row.at.time == above.at.time
                && row.nodes().all(|node| above.nodes().all(|other| other != node))
        }
        _ => false,
    }
}

fn take(above: &mut Row, row: Row) {
    above.worth = above.worth.min(row.worth);
    let asked = if let Kind::Request(operation) = above.kind { Some(operation) } else { None };
    let (Shape::Cells(cells, arrow), Shape::Cells(more, _)) = (&mut above.shape, row.shape) else {
        return;
    };
    for mut cell in more {
        cell.abridge(asked);
        // An answer that came at once is told where it was given, at the arrow's end.
        if let (Kind::Answer(_), Some(node)) = (row.kind, *arrow) {
            cell.lane = Lane::Node(node);
        }
        match cells.iter_mut().find(|other| other.lane == cell.lane) {
            Some(other) => other.text = format!("{}, {}", other.text, cell.text),
            None => cells.push(cell),
        }
    }
    cells.sort_by_key(|cell| cell.lane);
}

/// Leaves out at least `surplus` rows, the least telling first, and marks the places where a reader
/// would otherwise believe that nothing happened. Returns whether it could.
pub(super) fn trim(rows: &mut Vec<Row>, surplus: usize) -> bool {
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.retain(|place| rows[*place].worth > Worth::Failure && rows[*place].shape != Shape::Gap);
    // Among equals the middle goes: how it began and how it ended tell more.
    let middle = rows.len() / 2;
    places.sort_by_key(|place| (std::cmp::Reverse(rows[*place].worth), place.abs_diff(middle)));
    places.truncate(surplus);
    let possible = !places.is_empty();
    for place in places {
        let told = rows[place].worth <= Worth::Turn;
        let gone = &mut rows[place];
        gone.shape = if told { Shape::Gap } else { Shape::Cells(Vec::new(), None) };
        gone.step = None;
        gone.mark = None;
    }
    rows.retain(|row| !matches!(&row.shape, Shape::Cells(cells, _) if cells.is_empty()));
    rows.dedup_by(|b, a| a.shape == Shape::Gap && b.shape == Shape::Gap);
    possible
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    fn fact(ms: u64, node: u32, worth: Worth) -> Row {
        let at = Moment { order: ms, time: Time::millis(ms) };
        let lane = Lane::Node(NodeId(node));
        Row { kind: Kind::Fact, ..Row::cell(at, worth, lane, format!("at {ms}")) }
    }

    #[test]
    fn one_moment_on_several_nodes_is_one_row() {
        let worth = Worth::Detail;
        let rows = join(vec![fact(1, 2, worth), fact(1, 1, worth), fact(1, 1, worth)]);
        assert_eq!(rows.len(), 2);
        let lanes: Vec<Lane> = rows[0].cells().iter().map(|cell| cell.lane).collect();
        assert_eq!(lanes, [Lane::Node(NodeId(1)), Lane::Node(NodeId(2))]);
    }

    #[test]
    fn the_least_telling_rows_go_first_and_only_the_plot_leaves_a_gap() {
        let worths = [Worth::Plot, Worth::Detail, Worth::Plot, Worth::Plot, Worth::Failure];
        let rows = || worths.iter().zip(1..).map(|(worth, ms)| fact(ms, 1, *worth)).collect();
        let mut one: Vec<Row> = rows();
        assert!(trim(&mut one, 1));
        assert_eq!(one.iter().map(|row| row.at.order).collect::<Vec<_>>(), [1, 3, 4, 5]);
        let mut two: Vec<Row> = rows();
        assert!(trim(&mut two, 2));
        assert_eq!(two[1].shape, Shape::Gap);
        assert!(!trim(&mut vec![fact(1, 1, Worth::Failure)], 1));
    }
}
