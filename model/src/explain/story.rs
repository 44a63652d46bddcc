//! A rich trace comes in, a line for each of its records goes out. It must not judge what matters.
//!
//! It is for reading along with the code under test, so the order is the run's own, and what a node
//! did stands a little further right, below the event that it handled.

use super::links;
use super::narrative::annotate;
use super::scene::OpOf;
use super::words;
use crate::id::{NodeId, RequestId};
use crate::node::Node;
use crate::reference::{Timeless, Timeline};
use crate::schedule::{Schedule, Step};
use crate::trace::{Trace, What};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The records of a rich trace as lines: time, node, what; below them, what each link carried.
/// Timers after which nothing happened are left out, there are thousands. `logs` says whether the
/// nodes' own `tracing` events stand between the others. A lean trace has no records and gives no
/// lines.
#[must_use]
pub fn story<N: Node>(schedule: &Schedule<OpOf<N>>, trace: &Trace<N>, logs: bool) -> String {
    let teller = Teller::new(schedule, trace);
    let busy: BTreeSet<u64> = trace.records.iter().filter_map(|record| record.cause).collect();
    let timeline = Timeline::of(schedule.nodes, &trace.facts);
    let refused = timeline.refused().map(|(place, _)| place);
    let mut told = 0;
    let mut text = String::new();
    for record in &trace.records {
        let idle = matches!(record.what, What::Timer(_)) && !busy.contains(&record.at.order);
        if idle || matches!(record.what, What::Log { .. }) && !logs {
            continue;
        }
        let node = record.node.map(|node| node.to_string()).unwrap_or_default();
        let indent = if is_effect(&record.what) { "    " } else { "" };
        let what = teller.what(record.node, &record.what);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>10}  {node:<3} {indent}{what}", record.at.time.to_string());
        if matches!(record.what, What::Told(_)) {
            told += 1;
            if refused == Some(told - 1) {
                text.push_str(&held(schedule.nodes, timeline.last()));
            }
        }
    }
    if !trace.records.is_empty() && !trace.links.is_empty() {
        text.push_str("\nWhat the links carried, and what never arrived:\n");
        text.push_str(&links::carried(&trace.links));
    }
    text
}

/// What the reference held each node to, before it refused what was told next.
fn held(nodes: u32, state: &Timeless) -> String {
    let mut text = format!("{:>10}      ✗ the reference refuses that; until then\n", "");
    for node in (0..nodes as usize).map(NodeId::at) {
        if let Some(says) = state.says(node) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{:>10}        {node:<3} {says}", "");
        }
    }
    text
}

/// Whether a node did this while it handled an event, which stands above it.
const fn is_effect(what: &What) -> bool {
    match what {
        What::Sent { .. }
        | What::Wrote(..)
        | What::Synced(_)
        | What::Told(_)
        | What::Log { .. } => true,
        What::Step(_)
        | What::Calm
        | What::Up(_)
        | What::Down(_)
        | What::Lost { .. }
        | What::Delivered { .. }
        | What::Timer(_)
        | What::Request(_)
        | What::Answer { .. }
        | What::Note(_) => false,
    }
}

/// What is needed to name the things that records refer to by number.
struct Teller<'a, N: Node> {
    steps: &'a [Step<OpOf<N>>],
    requests: BTreeMap<RequestId, usize>,
    trace: &'a Trace<N>,
}

impl<'a, N: Node> Teller<'a, N> {
    fn new(schedule: &'a Schedule<OpOf<N>>, trace: &'a Trace<N>) -> Teller<'a, N> {
        let operations = trace.history.operations.iter().enumerate();
        let requests = operations.map(|(place, operation)| (operation.request, place)).collect();
        Teller { steps: &schedule.steps, requests, trace }
    }

    fn operation(&self, place: usize) -> String {
        match self.trace.history.operations.get(place) {
            Some(operation) => format!("{} {}", operation.request.client, operation.op),
            None => format!("operation {}", place + 1),
        }
    }

    fn named(&self, request: RequestId) -> Option<String> {
        let place = *self.requests.get(&request)?;
        Some(self.trace.history.operations.get(place)?.op.to_string())
    }

    fn what(&self, node: Option<NodeId>, what: &What) -> String {
        match what {
            What::Step(place) => self.step(*place),
            What::Calm => "the calm end begins".to_owned(),
            What::Up(0) => "▲ up".to_owned(),
            What::Up(again) => format!("▲ up again, the {} time", words::ordinal(again + 1)),
            What::Down(why) => format!("✗ {why}"),
            What::Sent { to, text, lost: None } => format!("─▶ {to}  {text}"),
            What::Sent { to, text, lost: Some(why) } => format!("─✗ {to}  {text}  ({why})"),
            What::Lost { to, why } => format!("a message to {to} is lost on its way ({why})"),
            What::Delivered { from, text, .. } => format!("◀─ {from}  {text}"),
            What::Timer(text) => format!("timer {text}"),
            What::Request(place) => format!("is asked: {}", self.operation(*place)),
            What::Answer { operation, text, heard } => {
                let late = if *heard { "" } else { "  (nobody waits for it any more)" };
                format!("answers {}: {text}{late}", self.operation(*operation))
            }
            What::Wrote(file, bytes) => {
                format!("writes {} to {file}", words::counted(*bytes as u64, "byte"))
            }
            What::Synced(file) => format!("syncs {file}"),
            What::Told(fact) => {
                let who = node.unwrap_or(NodeId(0));
                format!("• {}", words::fact(who, fact, &|request| self.named(request)))
            }
            What::Log { level, target, text } => format!("┆ {level} {target}  {text}"),
            What::Note(text) => format!("note: {text}"),
        }
    }

    fn step(&self, place: usize) -> String {
        let mut text = self.steps.get(place).map_or_else(String::new, ToString::to_string);
        if let (Some(step), Some(record)) = (self.steps.get(place), self.trace.steps.get(place)) {
            annotate(&mut text, step, record);
        }
        format!("step {}: {text}", place + 1)
    }
}
