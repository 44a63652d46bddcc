//! What a state shows: what each node shows of itself beside what the reference says of it, what
//! is still to come, what the properties say so far, and the schedule that leads there.

use super::{Move, Real, Seen, Way};
use crate::check::Ruling;
use crate::execute::{Op, Recording, WAITS, Walked};
use crate::fact::Fact;
use crate::history::Outcome;
use crate::id::NodeId;
use crate::node::Node;
use crate::observe::observe;
use crate::reference::{Timeless, Timeline};
use crate::schedule::Schedule;
use crate::seed::StableHasher;
use crate::trace::{End, StepRecord, Trace};
use std::fmt::{Display, Write};
use std::hash::{Hash, Hasher};

pub(super) fn digest(what: &impl Hash) -> u64 {
    let mut hasher = StableHasher::new(0x5e3);
    what.hash(&mut hasher);
    hasher.finish()
}

/// The schedule of a path, as the last part of what a state shows.
pub(super) fn schedule<O: Display>(schedule: &Schedule<O>) -> String {
    let text = schedule.to_string().replace('\n', "\n  ");
    format!("THE SCHEDULE OF THIS PATH\n  {text}")
}

impl<N: Node> Real<N> {
    /// Where a way stands before all comes to rest; nothing where its last step did nothing.
    pub(super) fn standing(
        &self,
        way: &Way<Op<N>>,
        by: Option<&Move<Op<N>>>,
        before: usize,
    ) -> Option<Seen<Op<N>>> {
        let schedule = self.record.schedule(way);
        let walked = self.subject.walk(&schedule, self.subject.views());
        let did_nothing =
            |step: &StepRecord| step.note.as_deref().is_some_and(|note| note != WAITS);
        if !way.chosen.is_empty() && walked.trace.steps.last().is_some_and(did_nothing) {
            return None;
        }
        let seen = observe(&walked.trace, schedule.nodes);
        let ruling = self.subject.judge_so_far(&seen);
        let timeline = Timeline::of(schedule.nodes, &walked.trace.facts);
        let refused = timeline.refused().is_some();
        let follows = way.chosen.is_empty().then_some(way.followed);
        let identity =
            digest(&(walked.identity, timeline.last().digest(), refused, follows, way.open));
        let mut text = String::new();
        self.say_verdict(&mut text, by, &ruling, false);
        if way.open.is_some() {
            text.push_str("Choose from the list on the left; the path above it leads back.\n\n");
        }
        say_nodes(&mut text, &walked, &timeline, before);
        say_pending(&mut text, &walked);
        text.push_str(&self::schedule(&schedule));
        let ended = !matches!(walked.trace.end, End::Open);
        let moves = if ended { Vec::new() } else { self.moves(way, &walked) };
        let holds = self.holds(&ruling);
        let facts = walked.trace.facts.len();
        Some(Seen { way: way.clone(), identity, moves, next: Vec::new(), holds, facts, text })
    }

    /// What became of a way when all came to rest.
    pub(super) fn at_rest(&self, way: &Way<Op<N>>, by: Option<&Move<Op<N>>>) -> Seen<Op<N>> {
        let schedule = self.record.schedule(way);
        let recording = Recording { views: true, ..self.subject.lean() };
        let trace = self.subject.run(&schedule, recording);
        let ruling = self.subject.judge(&observe(&trace, schedule.nodes));
        let mut text = String::new();
        self.say_verdict(&mut text, by, &ruling, true);
        say_at_rest(&mut text, &trace, schedule.nodes);
        text.push_str("CLIENTS\n");
        say_clients(&mut text, &trace);
        text.push('\n');
        text.push_str(&self::schedule(&schedule));
        let identity = digest(&("at rest", trace.digest.0, schedule.to_string()));
        let holds = self.holds(&ruling);
        let next = Vec::new();
        Seen { way: way.clone(), identity, moves: Vec::new(), next, holds, facts: 0, text }
    }

    fn say_verdict(
        &self,
        text: &mut String,
        by: Option<&Move<Op<N>>>,
        ruling: &Ruling,
        rests: bool,
    ) {
        if let Some(by) = by {
            say(text, format_args!("JUST NOW\n  {}\n\n", by.words));
        }
        match ruling {
            Ruling::Broken(violation) => {
                let crate::verdict::Violation { failure, headline, why, rule, .. } = violation;
                let why = why.replace('\n', "\n  ");
                say(text, format_args!("✗ BROKEN  {}: {headline}\n  {why}\n", failure.property));
                say(text, format_args!("  rule: {rule}\n\n"));
            }
            Ruling::Unknown(why) => say(text, format_args!("? UNKNOWN  {why}\n\n")),
            Ruling::Held if rests => text.push_str("✓ all properties hold of this run\n\n"),
            Ruling::Held => text.push_str("✓ nothing is broken so far\n\n"),
        }
    }
}

/// What each node shows beside what the reference says of it, and what it said before the move: so
/// many facts had been told by then.
fn say_nodes<N: Node>(text: &mut String, walked: &Walked<N>, timeline: &Timeline, before: usize) {
    text.push_str("NODES\n");
    let tells = tell(&walked.trace);
    for stands in &walked.nodes {
        let how = match (stands.is_down, stands.is_paused) {
            (true, _) => "down",
            (_, true) => "stands still",
            _ => "up",
        };
        say(text, format_args!("  {}  {how}, its clock shows {}\n", stands.node, stands.clock));
        if let Some(view) = &stands.view {
            say(text, format_args!("      shows      {view}\n"));
        }
        let says = |state: &Timeless| state.says(stands.node).filter(|_| tells);
        let (old, now) = (says(timeline.after(before)), says(timeline.last()));
        if let Some(said) = &now {
            say(text, format_args!("      reference  {said}\n"));
        }
        if let Some(said) = old.filter(|old| now.as_ref() != Some(old)) {
            say(text, format_args!("      before     {said}\n"));
        }
    }
    text.push('\n');
}

/// What each node showed last, and what the reference says of it when all has come to rest.
fn say_at_rest<N: Node>(text: &mut String, trace: &Trace<N>, nodes: u32) {
    text.push_str("NODES AT REST\n");
    let timeline = Timeline::of(nodes, &trace.facts);
    let tells = tell(trace);
    for node in (0..nodes as usize).map(NodeId::at) {
        say(text, format_args!("  {node}\n"));
        if let Some(shown) = trace.views.iter().rev().find(|shown| shown.node == node) {
            say(text, format_args!("      shows      {:?}\n", shown.view));
        }
        if let Some(said) = timeline.last().says(node).filter(|_| tells) {
            say(text, format_args!("      reference  {said}\n"));
        }
    }
    text.push('\n');
}

/// Whether the nodes tell anything: that a client was answered is recorded without them.
fn tell<N: Node>(trace: &Trace<N>) -> bool {
    trace.facts.iter().any(|told| !matches!(told.fact, Fact::Acked { .. }))
}

fn say_pending<N: Node>(text: &mut String, walked: &Walked<N>) {
    if !walked.held.is_empty() {
        text.push_str("TROUBLE THAT HOLDS\n");
        for held in &walked.held {
            say(text, format_args!("  {}\n", held.words));
        }
        text.push('\n');
    }
    text.push_str("WHAT WAITS\n");
    for choice in &walked.choices {
        say(text, format_args!("  {}\n", choice.words));
    }
    for besides in &walked.besides {
        say(text, format_args!("  {besides}\n"));
    }
    if !walked.trace.history.operations.is_empty() {
        text.push_str("\nCLIENTS\n");
        say_clients(text, &walked.trace);
    }
    text.push('\n');
}

fn say_clients<N: Node>(text: &mut String, trace: &Trace<N>) {
    for asked in &trace.history.operations {
        let outcome = match &asked.outcome {
            Outcome::Ok(ret) => format!("ok, {ret}"),
            Outcome::Refused => "refused".to_owned(),
            Outcome::Unknown => "no answer".to_owned(),
        };
        let client = asked.request.client;
        let node = asked.node.map(|node| format!(" at {node}")).unwrap_or_default();
        say(text, format_args!("  {client}  {}{node}: {outcome}\n", asked.op));
    }
}

fn say(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a string takes all that is written to it");
}
