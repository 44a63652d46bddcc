//! A scene comes in, all rows that could be worth showing go out, in the order of the run. It must
//! not know how many fit.
//!
//! What a reader needs is chosen here by what it is about: the steps, the operations of the
//! clients, who led, who was down, and what nodes did with the operations that the failure names.

use super::members::members;
use super::rows::{Cell, Kind, Lane, Row, Shape, Worth};
use super::scene::Scene;
use super::words;
use crate::fact::{Entry, Fact, Member, Told};
use crate::fault::Fault;
use crate::history::{Moment, Outcome};
use crate::id::NodeId;
use crate::node::Node;
use crate::schedule::Action;
use crate::spec::Spec;
use crate::trace::{End, What};
use std::collections::BTreeMap;

/// All rows up to the failure, and the terms that nodes led before the first of them.
pub(super) fn gather<N: Node>(scene: &Scene<'_, N>) -> (Vec<Row>, BTreeMap<NodeId, u64>) {
    let mut rows = Vec::new();
    faults(scene, &mut rows);
    lost_requests(scene, &mut rows);
    operations(scene, &mut rows);
    life(scene, &mut rows);
    let mut led = BTreeMap::new();
    facts(scene, &mut rows, &mut led);
    rows.retain(|row| row.at.time <= scene.last());
    panic(scene, &mut rows);
    rows.sort_by_key(|row| row.at.order);
    (rows, led)
}

/// The faults among the steps.
fn faults<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    let steps = scene.found.schedule.steps.iter().zip(&scene.trace.steps).enumerate();
    for (place, (step, record)) in steps {
        let (Action::Fault(fault), Some(at)) = (&step.action, record.happened) else { continue };
        let (mut text, node) = match words::fault(fault, record.node) {
            words::Told::At(text) => (text, record.node),
            words::Told::Across(text) => (text, None),
        };
        if let (Fault::Restart { .. }, Some(node)) = (fault, node) {
            text.push_str(&log(scene, node, at));
        }
        if !record.took_hold {
            let note = record.note.as_deref().unwrap_or("it was so already");
            let who = fault.targets().first().map(ToString::to_string).unwrap_or_default();
            let who = if node.is_some() || text.contains(&who) { String::new() } else { who + " " };
            text = format!("{who}{text}: did nothing, {note}");
        }
        let row = match node.filter(|_| record.took_hold) {
            Some(node) => Row::cell(at, Worth::Plot, Lane::Node(node), text),
            None if record.took_hold => Row::across(at, Worth::Plot, text),
            None => Row::across(at, Worth::Aside, text),
        };
        rows.push(Row { step: Some(place), ..row });
    }
}

/// Where the log of a node that comes up at this moment ends, as the end of a sentence.
fn log<N: Node>(scene: &Scene<'_, N>, node: NodeId, at: Moment) -> String {
    let up = scene.records().find_map(|record| match record.what {
        What::Up(incarnation) if record.node == Some(node) && record.at.time == at.time => {
            Some(incarnation)
        }
        _ => None,
    });
    let last = up.and_then(|incarnation| scene.log_at_boot(node, incarnation));
    last.map(|last| format!(", {}", words::log(last))).unwrap_or_default()
}

/// Requests that never left, because nobody held the role that they were for.
fn lost_requests<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    let steps = scene.found.schedule.steps.iter().zip(&scene.trace.steps).enumerate();
    for (place, (step, record)) in steps {
        if let (Action::Request { client, op, .. }, Some(at), Some(note), false) =
            (&step.action, record.happened, &record.note, record.took_hold)
        {
            let text = format!("{client} {op}: {note}");
            let row = Row::cell(at, Worth::Aside, Lane::Clients, text);
            rows.push(Row { step: Some(place), ..row });
        }
    }
}

/// What clients asked and heard.
fn operations<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    for place in scene.shown.iter().copied() {
        let operation = scene.operation(place);
        let who = operation.request.client;
        let worth = match (scene.accused(place), operation.step) {
            (true, _) | (false, Some(_)) => Worth::Plot,
            (false, None) => Worth::Turn,
        };
        if operation.is_probe() && place > 0 && !scene.shown.contains(&(place - 1)) {
            rows.extend(left_out(scene, place));
        }
        // One that was sent again may have been answered by another node than the first.
        let first = operation.step.and_then(|step| scene.trace.steps.get(step)?.node);
        let node = first.or(operation.node);
        let asked = match node {
            Some(_) => format!("{who} {}", operation.op),
            None => format!("{who} {} (to nobody)", operation.op),
        };
        let row = Row::cell(operation.invoked, worth, Lane::Clients, asked);
        let shape = Shape::Cells(row.cells().to_vec(), node);
        let kind = Kind::Request(place);
        rows.push(Row { step: operation.step, kind, shape, ..row });
        if scene.open(place) {
            continue;
        }
        let (text, brief) = answer(scene, place);
        let (about, brief) = (Some(place), Some(brief));
        let cell = Cell { lane: Lane::Clients, text, about, brief };
        let worth = if scene.accused(place) { Worth::Plot } else { Worth::Aside };
        let row = Row::cell(operation.completed, worth, Lane::Clients, String::new());
        let shape = Shape::Cells(vec![cell], None);
        rows.push(Row { kind: Kind::Answer(place), shape, ..row });
    }
}

/// The place of the probes before this one that are not shown.
fn left_out<N: Node>(scene: &Scene<'_, N>, place: usize) -> Option<Row> {
    let before = scene.operation(place - 1);
    let row = Row::across(before.invoked, Worth::Turn, String::new());
    before.is_probe().then_some(Row { shape: Shape::Gap, ..row })
}

/// What a client heard: as it stands in the clients' column, and at the node where it came at once.
fn answer<N: Node>(scene: &Scene<'_, N>, place: usize) -> (String, String) {
    let operation = scene.operation(place);
    let who = operation.request.client;
    let text = words::outcome(operation);
    let reads = if N::Spec::is_read(&operation.op) { "reads " } else { "" };
    match &operation.outcome {
        Outcome::Ok(_) => (format!("{who} ✓ {reads}{text}"), format!("answers {text}")),
        Outcome::Refused if scene.found_nobody(place) => {
            (format!("{who} ✗ refused"), "is down: refused".to_owned())
        }
        Outcome::Refused => (format!("{who} ✗ refused"), "refuses".to_owned()),
        Outcome::Unknown if scene.heard(place) => {
            (format!("{who} … unknown"), "answers unknown".to_owned())
        }
        Outcome::Unknown => (format!("{who} … {text}"), "no answer".to_owned()),
    }
}

/// Nodes that go down and come up, where no step says it already, the calm end, and messages that a
/// step took away.
fn life<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    let told: Vec<(NodeId, Moment)> =
        rows.iter().flat_map(|row| row.nodes().map(|node| (node, row.at))).collect();
    let known = |node: NodeId, at: Moment| {
        told.iter().any(|(other, when)| *other == node && when.time == at.time)
    };
    for record in scene.records() {
        let row = match (&record.what, record.node) {
            (What::Calm, _) => {
                let text = "calm: all faults end, nodes that are down start".to_owned();
                Row::across(record.at, Worth::Turn, text)
            }
            (What::Down(why), Some(node)) if !known(node, record.at) => {
                Row::cell(record.at, Worth::Turn, Lane::Node(node), format!("✗ {why}"))
            }
            (What::Up(again), Some(node)) if *again > 0 && !known(node, record.at) => {
                let text = format!("▲ up{}", log(scene, node, record.at));
                let row = Row::cell(record.at, Worth::Turn, Lane::Node(node), text);
                Row { kind: Kind::Fact, ..row }
            }
            (What::Sent { to, lost: Some("dropped"), .. } | What::Lost { to, .. }, Some(node)) => {
                let text = format!("✗ message to {to} lost");
                Row::cell(record.at, Worth::Detail, Lane::Node(node), text)
            }
            _ => continue,
        };
        rows.push(row);
    }
}

/// What nodes told, as far as it belongs to this failure.
fn facts<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>, led: &mut BTreeMap<NodeId, u64>) {
    let mut logs: BTreeMap<(NodeId, u64), Entry> = BTreeMap::new();
    let mut votes: BTreeMap<NodeId, Fact> = BTreeMap::new();
    for told in &scene.trace.facts {
        let at = Moment { order: told.order, time: told.time };
        let row = match told.fact {
            Fact::Elected { term } => {
                let early = scene.first_step().is_some_and(|first| at <= first);
                if early && !scene.about_leaders() {
                    led.insert(told.node, term);
                    continue;
                }
                Some(elected(scene, told, term))
            }
            Fact::Term { .. } => {
                let again = votes.insert(told.node, told.fact) == Some(told.fact);
                vote(scene, told).filter(|_| !again)
            }
            Fact::Appended { index, entry } => {
                let before = logs.insert((told.node, index), entry);
                appended(scene, told, entry, before)
            }
            Fact::Applied { entry, effective, .. } => applied(scene, told, entry, effective),
            Fact::Booted { .. }
            | Fact::Committed { .. }
            | Fact::Configured { .. }
            | Fact::Snapshot { .. }
            | Fact::Stands { .. }
            | Fact::Took { .. }
            | Fact::Sent { .. }
            | Fact::Handled { .. }
            | Fact::Own { .. }
            | Fact::Member(_)
            | Fact::Acked { .. } => None,
        };
        rows.extend(row);
    }
    members(scene, rows);
    last_words(scene, rows);
}

/// The last that a node told at the moment of the failure, where nothing else is shown of it then.
fn last_words<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    for node in &scene.found.violation.nodes {
        let shown = |row: &Row| row.nodes().any(|other| scene.decisive(other, row.at.time));
        let told = scene.trace.facts.iter().rfind(|told| {
            let said = match told.fact {
                Fact::Acked { .. } | Fact::Booted { .. } => false,
                // How much it sends is told by the clock, whatever happens.
                Fact::Member(Member::Sent { .. }) => scene.speaks_of(&["message"]),
                _ => true,
            };
            said && told.node == *node && scene.decisive(*node, told.time)
        });
        if !rows.iter().any(shown) {
            rows.extend(told.map(|told| fact(scene, told, Worth::Detail)));
        }
    }
}

/// A fact in the column of its node.
fn fact<N: Node>(scene: &Scene<'_, N>, told: &Told, worth: Worth) -> Row {
    let text = words::fact(told.node, &told.fact, &|request| scene.text(request));
    let at = Moment { order: told.order, time: told.time };
    Row { kind: Kind::Fact, ..Row::cell(at, worth, Lane::Node(told.node), text) }
}

/// An election. Who voted stands beside it, unless votes have rows of their own.
fn elected<N: Node>(scene: &Scene<'_, N>, told: &Told, term: u64) -> Row {
    let row = Row { kind: Kind::Other, ..fact(scene, told, Worth::Turn) };
    if scene.about_leaders() {
        return row;
    }
    let mut cells = row.cells().to_vec();
    let vote = Fact::Term { term, vote: Some(told.node) };
    for other in &scene.trace.facts {
        let new = cells.iter().all(|cell| cell.lane != Lane::Node(other.node));
        if other.fact == vote && other.order <= told.order && new {
            let text = format!("voted {}", told.node);
            cells.push(Cell::new(Lane::Node(other.node), text));
        }
    }
    cells.sort_by_key(|cell| cell.lane);
    Row { shape: Shape::Cells(cells, None), ..row }
}

/// A vote, where the failure is about who may lead.
fn vote<N: Node>(scene: &Scene<'_, N>, told: &Told) -> Option<Row> {
    let Fact::Term { vote: Some(_), .. } = told.fact else { return None };
    scene.about_leaders().then(|| fact(scene, told, Worth::Detail))
}

/// An operation's entry in a log, or what took its place there.
fn appended<N: Node>(
    scene: &Scene<'_, N>,
    told: &Told,
    entry: Entry,
    before: Option<Entry>,
) -> Option<Row> {
    if before == Some(entry) {
        return None;
    }
    let shown = |entry: Entry| scene.asked(entry.request).filter(|of| scene.shown.contains(of));
    if let Some(lost) = before.and_then(shown) {
        let mut row = fact(scene, told, Worth::Turn);
        if let Shape::Cells(cells, _) = &mut row.shape {
            cells[0].text.push_str(&format!(" over {}", scene.operation(lost).op));
        }
        return Some(row);
    }
    let place = shown(entry)?;
    let worth = if scene.accused(place) { Worth::Detail } else { Worth::Aside };
    Some(about(fact(scene, told, worth), place, "appends"))
}

/// What became of the operations that the failure is about in the nodes' state machines.
fn applied<N: Node>(
    scene: &Scene<'_, N>,
    told: &Told,
    entry: Entry,
    effective: bool,
) -> Option<Row> {
    let place = scene.asked(entry.request).filter(|place| scene.accused(*place))?;
    let worth = if effective { Worth::Aside } else { Worth::Detail };
    let brief = if effective { "applies" } else { "skips" };
    Some(about(fact(scene, told, worth), place, brief))
}

/// A row with what it says where its operation is known.
fn about(mut row: Row, place: usize, brief: &str) -> Row {
    if let Shape::Cells(cells, _) = &mut row.shape {
        for cell in cells {
            cell.about = Some(place);
            cell.brief = Some(brief.to_owned());
        }
    }
    row
}

/// The panic that ended the run.
fn panic<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    if let End::Panicked(panic) = &scene.trace.end {
        let text = format!("✗ panics at {}", panic.location);
        rows.push(Row::cell(panic.at, Worth::Failure, Lane::Node(panic.node), text));
    }
}
