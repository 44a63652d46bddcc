//! A scene and a number of lines come in, the drawn picture goes out. It must not look into the
//! trace by itself.
//!
//! Gathering, joining, marking, choosing columns and drawing are put together here, and rows are
//! left out until the lines suffice.

use super::gather::gather;
use super::rows::{Kind, Lane, Row, Shape, Worth, join, trim};
use super::scene::Scene;
use super::timeline::{Picture, draw};
use crate::history::Moment;
use crate::id::NodeId;
use crate::node::Node;
use crate::trace::End;
use std::collections::{BTreeMap, BTreeSet};

/// All nodes have a column up to here; beyond it, those that matter.
const ALL_COLUMNS: usize = 4;
/// No picture has more columns for nodes.
const COLUMNS_MAX: usize = 5;

/// The picture of a failure in at most so many lines.
pub(super) fn picture<N: Node>(scene: &Scene<'_, N>, lines_max: usize) -> Vec<String> {
    let (rows, led) = gather(scene);
    let mut rows = join(rows);
    rows = without_idle_calm(rows, scene);
    mark(scene, &mut rows);
    let columns = columns(scene, &rows);
    let hidden: Vec<NodeId> =
        scene.nodes().into_iter().filter(|node| !columns.contains(node)).collect();
    hide(&mut rows, &hidden);
    let columns = columns.into_iter().map(|node| (node, title(node, &led))).collect();
    let mut picture = Picture { columns, hidden, rows };
    loop {
        let lines: Vec<String> = draw(&picture).into_iter().flatten().collect();
        let surplus = lines.len().saturating_sub(lines_max);
        if surplus == 0 || !trim(&mut picture.rows, surplus) {
            return lines;
        }
    }
}

/// The calm end is told only where something happens in it.
fn without_idle_calm<N: Node>(mut rows: Vec<Row>, scene: &Scene<'_, N>) -> Vec<Row> {
    let calm = |row: &Row| row.step.is_none() && matches!(row.shape, Shape::Across(_));
    let waited = matches!(scene.trace.end, End::Unsettled { .. });
    if !waited && rows.last().is_some_and(calm) {
        rows.pop();
    }
    rows
}

/// Says at the right row what is wrong, or in a row of its own at the end.
fn mark<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    let violation = &scene.found.violation;
    if rows.iter().any(|row| row.worth == Worth::Failure) {
        return;
    }
    // Where the failure became certain with an answer, the answer is wrong; else what a node told.
    let wrong = violation.operations.last().copied();
    let wrong = wrong.filter(|of| scene.answered(*of) == Some(violation.at));
    let answers = |row: &Row| match row.kind {
        Kind::Request(of) | Kind::Answer(of) => Some(of) == wrong,
        Kind::Fact | Kind::Other => false,
    };
    let tells = |row: &Row| row.nodes().any(|node| scene.decisive(node, row.at.time));
    let waited = matches!(scene.trace.end, End::Unsettled { .. });
    let place = rows.iter().rposition(answers).or_else(|| rows.iter().rposition(tells));
    let text = format!("✗ {}", violation.headline);
    match place.filter(|_| !waited) {
        Some(place) => {
            rows[place].mark = Some(text);
            rows[place].worth = Worth::Failure;
        }
        None => {
            let at = Moment { order: u64::MAX, time: violation.at };
            rows.push(Row::across(at, Worth::Failure, text));
        }
    }
}

/// The nodes that get a column.
fn columns<N: Node>(scene: &Scene<'_, N>, rows: &[Row]) -> BTreeSet<NodeId> {
    let all = scene.nodes();
    if all.len() <= ALL_COLUMNS {
        return all;
    }
    let mut busy: BTreeMap<NodeId, usize> = BTreeMap::new();
    for node in rows.iter().flat_map(Row::nodes) {
        *busy.entry(node).or_default() += 1;
    }
    let mut busiest: Vec<NodeId> = busy.keys().copied().collect();
    busiest.sort_by_key(|node| std::cmp::Reverse(busy[node]));
    let asked = scene.shown.iter().filter_map(|place| scene.operation(*place).node);
    let must = scene.suspects().into_iter().chain(asked).chain(scene.targets());
    let mut columns = BTreeSet::new();
    for node in must.filter(|node| all.contains(node)) {
        if columns.len() < COLUMNS_MAX {
            columns.insert(node);
        }
    }
    for node in busiest {
        if columns.len() < ALL_COLUMNS {
            columns.insert(node);
        }
    }
    columns
}

/// Takes away what stands in columns that are not shown; a step there is told across.
fn hide(rows: &mut Vec<Row>, hidden: &[NodeId]) {
    for row in rows.iter_mut() {
        let Shape::Cells(cells, arrow) = &mut row.shape else { continue };
        let unseen = |lane: Lane| matches!(lane, Lane::Node(node) if hidden.contains(&node));
        let gone: Vec<String> = cells
            .iter()
            .filter_map(|cell| match cell.lane {
                Lane::Node(node) if unseen(cell.lane) => Some(format!("{node} {}", cell.text)),
                _ => None,
            })
            .collect();
        cells.retain(|cell| !unseen(cell.lane));
        if let Some(node) = arrow.take_if(|node| hidden.contains(node)) {
            for cell in cells.iter_mut().filter(|cell| cell.lane == Lane::Clients) {
                cell.text.push_str(&format!(" (to {node})"));
            }
        }
        if cells.is_empty() && (row.step.is_some() || row.worth <= Worth::Turn) {
            row.shape = Shape::Across(gone.join(", "));
        }
    }
    rows.retain(|row| !matches!(&row.shape, Shape::Cells(cells, _) if cells.is_empty()));
}

/// What stands above a column.
fn title(node: NodeId, led: &BTreeMap<NodeId, u64>) -> String {
    match led.get(&node) {
        Some(term) => format!("{node} (leads t{term})"),
        None => node.to_string(),
    }
}
