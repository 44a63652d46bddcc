//! The drawing of a path through a real run: its rich record comes in, a space-time drawing goes
//! out. Of a long path only the end is drawn.

use super::{Real, Way};
use crate::check::Ruling;
use crate::drawing::{self, Arrow, Mark, Row, Tone};
use crate::execute::Op;
use crate::fault::Fault;
use crate::id::NodeId;
use crate::node::Node;
use crate::observe::observe;
use crate::schedule::{Action, Schedule};
use crate::trace::{Record, Trace, What};
use std::fmt::Display;

/// So many rows are drawn.
const ROWS_MAX: usize = 30;

impl<N: Node> Real<N> {
    pub(super) fn drawn(&self, way: &Way<Op<N>>) -> String {
        let schedule = self.record.schedule(way);
        let (trace, ruling) = if way.rests {
            let trace = self.subject.run(&schedule, self.subject.rich());
            let ruling = self.subject.judge(&observe(&trace, schedule.nodes));
            (trace, ruling)
        } else {
            let trace = self.subject.walk(&schedule, self.subject.rich()).trace;
            let ruling = self.subject.judge_so_far(&observe(&trace, schedule.nodes));
            (trace, ruling)
        };
        let columns: Vec<String> =
            (0..schedule.nodes as usize).map(|place| NodeId::at(place).to_string()).collect();
        let (mut rows, arrows) = picture(&schedule, &trace);
        if let Ruling::Broken(violation) = ruling {
            let text = format!("✗ {}: {}", violation.failure.property, violation.headline);
            rows.push(Row { text, who: None, tone: Tone::Broken });
        }
        drawing::svg(&columns, &rows, &arrows)
    }
}

/// The rows and arrows of a run's end.
fn picture<N: Node>(schedule: &Schedule<Op<N>>, trace: &Trace<N>) -> (Vec<Row>, Vec<Arrow>) {
    let mut rows = Vec::new();
    let mut orders = Vec::new();
    for record in &trace.records {
        if let Some(row) = row(schedule, trace, record) {
            rows.push(row);
            orders.push(record.at.order);
        }
    }
    let mut arrows = Vec::new();
    // The row of the event in which something was sent: the last that is not later.
    let sender = |order: u64| orders.partition_point(|other| *other <= order).checked_sub(1);
    let mut number = 0;
    for record in &trace.records {
        let Some(node) = record.node else {
            number += usize::from(row(schedule, trace, record).is_some());
            continue;
        };
        match record.what {
            What::Delivered { from, sent, .. } => {
                if let Some(upper) = sender(sent) {
                    let (from, to) = ((upper, from.index()), (number, node.index()));
                    arrows.push(Arrow { from, to, lost: false });
                }
            }
            What::Lost { to, .. } | What::Sent { to, lost: Some("cut off" | "dropped"), .. } => {
                let sent = record.cause.and_then(sender);
                let lower = number.saturating_sub(1);
                let upper = sent.unwrap_or(lower).min(lower);
                let (from, to) = ((upper, node.index()), (lower, to.index()));
                arrows.push(Arrow { from, to, lost: true });
            }
            _ => {}
        }
        number += usize::from(row(schedule, trace, record).is_some());
    }
    last_of(rows, arrows)
}

/// The last rows, and the arrows between them.
fn last_of(mut rows: Vec<Row>, mut arrows: Vec<Arrow>) -> (Vec<Row>, Vec<Arrow>) {
    let gone = rows.len().saturating_sub(ROWS_MAX);
    if gone > 0 {
        rows.drain(..gone);
        let text = format!(".. {gone} events before these");
        rows.insert(0, Row { text, who: None, tone: Tone::Plain });
        arrows.retain(|arrow| arrow.to.0 >= gone);
        for arrow in &mut arrows {
            // What was sent before comes from the top.
            arrow.from.0 = (arrow.from.0 + 1).saturating_sub(gone);
            arrow.to.0 = arrow.to.0 + 1 - gone;
        }
    }
    (rows, arrows)
}

/// A record as a row, where it is one.
fn row<N: Node>(schedule: &Schedule<Op<N>>, trace: &Trace<N>, record: &Record) -> Option<Row> {
    let node = record.node;
    let name = node.map(|node| node.to_string()).unwrap_or_default();
    let operation = |place: usize| &trace.history.operations[place];
    let (text, mark, tone) = match &record.what {
        What::Step(step) => (step_text(&schedule.steps[*step].action)?, None, Tone::Chosen),
        What::Calm => ("the calm end begins".to_owned(), None, Tone::Chosen),
        What::Up(0) => (format!("{name} comes up"), Some(Mark::Up), Tone::Plain),
        What::Up(_) => (format!("{name} comes up again"), Some(Mark::Up), Tone::Plain),
        What::Down(how) => (format!("{name} {how}"), Some(Mark::Down), Tone::Plain),
        What::Delivered { from, text, .. } => {
            (format!("{from} -> {name}  {text}"), Some(Mark::Event), Tone::Plain)
        }
        What::Timer(text) if text == "()" => {
            (format!("{name}'s timer"), Some(Mark::Event), Tone::Plain)
        }
        What::Timer(text) => (format!("{name}'s timer {text}"), Some(Mark::Event), Tone::Plain),
        What::Request(place) => {
            let asked = operation(*place);
            let text = format!("{} -> {name}  {}", asked.request.client, asked.op);
            (text, Some(Mark::Event), Tone::Plain)
        }
        What::Answer { operation: place, text, .. } => {
            let asked = operation(*place);
            (format!("{name} -> {}  {text}", asked.request.client), None, Tone::Plain)
        }
        What::Note(text) if text.starts_with("panicked") => {
            (format!("{name} {text}"), Some(Mark::Down), Tone::Broken)
        }
        _ => return None,
    };
    let who = node.map(NodeId::index).zip(mark);
    Some(Row { text, who, tone })
}

/// A step of the schedule; a move by hand shows in what it makes happen.
fn step_text<O: Display>(action: &Action<O>) -> Option<String> {
    match action {
        Action::Fault(Fault::Hand(_)) => None,
        other => Some(other.to_string()),
    }
}
