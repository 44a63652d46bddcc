//! What a state shows: what each node shows of itself beside what the reference says of it, what
//! is still to come, what the properties say so far, and the schedule that leads there.

use super::{Move, Real, Seen, Way};
use crate::check::Ruling;
use crate::execute::{Op, Walked};
use crate::history::Outcome;
use crate::node::Node;
use crate::observe::observe;
use crate::reference::{Cluster, Refusal};
use crate::schedule::Schedule;
use crate::seed::StableHasher;
use crate::trace::{End, Trace};
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
    ) -> Option<Seen<Op<N>>> {
        let schedule = self.record.schedule(way);
        let walked = self.subject.walk(&schedule, self.subject.views());
        if !way.chosen.is_empty() && walked.trace.steps.last().is_some_and(|s| s.note.is_some()) {
            // A crash at a point that is still to come has a note, too, and is never offered here.
            return None;
        }
        let seen = observe(&walked.trace, schedule.nodes);
        let ruling = self.subject.judge_so_far(&seen);
        let (cluster, refusal) = told(&walked.trace, schedule.nodes);
        let follows = way.chosen.is_empty().then_some(way.followed);
        let identity = digest(&(walked.identity, cluster.digest(), refusal.is_some(), follows));
        let mut text = String::new();
        self.say_verdict(&mut text, by, &ruling, false);
        say_nodes(&mut text, &walked, &cluster);
        say_pending(&mut text, &walked);
        text.push_str(&self::schedule(&schedule));
        let ended = !matches!(walked.trace.end, End::Open);
        let moves = if ended { Vec::new() } else { self.moves(way, &walked) };
        let holds = self.holds(&ruling);
        Some(Seen { way: way.clone(), identity, moves, next: Vec::new(), holds, text })
    }

    /// What became of a way when all came to rest.
    pub(super) fn at_rest(&self, way: &Way<Op<N>>, by: Option<&Move<Op<N>>>) -> Seen<Op<N>> {
        let schedule = self.record.schedule(way);
        let trace = self.subject.run(&schedule, self.subject.lean());
        let ruling = self.subject.judge(&observe(&trace, schedule.nodes));
        let mut text = String::new();
        self.say_verdict(&mut text, by, &ruling, true);
        text.push_str("CLIENTS\n");
        say_clients(&mut text, &trace);
        text.push('\n');
        text.push_str(&self::schedule(&schedule));
        let identity = digest(&("at rest", trace.digest.0, schedule.to_string()));
        let holds = self.holds(&ruling);
        Seen { way: way.clone(), identity, moves: Vec::new(), next: Vec::new(), holds, text }
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

/// What the reference makes of what the nodes told, up to where it refuses.
fn told<N: Node>(trace: &Trace<N>, nodes: u32) -> (Cluster, Option<Box<Refusal>>) {
    let mut cluster = Cluster::new(nodes);
    for told in &trace.facts {
        // After a refusal the state is of no further use; up to there it is shown.
        let before = cluster.clone();
        if let Err(refusal) = cluster.step(told) {
            return (before, Some(refusal));
        }
    }
    (cluster, None)
}

fn say_nodes<N: Node>(text: &mut String, walked: &Walked<N>, cluster: &Cluster) {
    text.push_str("NODES\n");
    let tells = !walked.trace.facts.is_empty();
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
        if let Some(said) = cluster.says(stands.node).filter(|_| tells) {
            say(text, format_args!("      reference  {said}\n"));
        }
    }
    text.push('\n');
}

fn say_pending<N: Node>(text: &mut String, walked: &Walked<N>) {
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
