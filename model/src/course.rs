//! How leaders and faults came and went in a run: plain spans of time, and what follows from them
//! and from what clients saw. It must not know how a world is run.
//!
//! The one idea: a fault *holds* from when it takes hold until the world is rid of it, and the
//! cluster has *recovered* with the first write that is acknowledged after that. On the way there
//! only that time counts in which something was wrong for somebody.

use crate::fault::Kind;
use crate::history::{History, Operation, Outcome};
use crate::id::NodeId;
use crate::spec::Spec;
use crate::time::Time;
use std::time::Duration;

/// How leaders and faults came and went.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Course {
    /// Whether any node ever said that it leads. If none did, `leaderless` tells nothing.
    pub led: bool,
    /// When nobody led, in order: no node that was up and running said that it leads and could talk
    /// to a majority of the voters, itself included, both ways.
    pub leaderless: Vec<Span>,
    /// When faults had hold of the cluster, by when they took hold, then by their steps.
    pub holds: Vec<Hold>,
    /// When nodes were not up, by when they came up again or the run ended.
    pub downs: Vec<(NodeId, Span)>,
    /// When noise hit a message, in order.
    pub noise: Vec<Time>,
}

/// A stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Since when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

impl Span {
    /// How long it is.
    #[must_use]
    pub const fn length(self) -> Duration {
        self.until.since(self.from)
    }
}

/// A fault that took hold, and when it ended. A fault of an instant ends when it begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hold {
    /// The step of the schedule, from 0.
    pub step: usize,
    /// Of which kind it is.
    pub kind: Kind,
    /// When it took hold, and when the world was rid of it: the node was up again, the network
    /// healed, its time over. The calm end ends all.
    pub span: Span,
}

/// What came after a fault, up to the first write that was acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// The fault.
    pub hold: Hold,
    /// From the end of the fault to the acknowledgement, or to where it was cut short.
    pub span: Span,
    /// For how long, in that time, a client waited for a write or nobody led. The rest shows
    /// nothing: there was a leader, and nobody asked. A write that was asked for before the end of
    /// the fault counts only if it was acknowledged: else it may have been lost with the fault.
    pub took: Duration,
    /// The place in the history of the write that a client waited for first, if any did.
    pub waited: Option<usize>,
    /// The place of the write that was acknowledged; `None` where another fault had hold of the
    /// cluster first, or the run ended.
    pub acked: Option<usize>,
}

impl Course {
    /// What came after each fault, in order of the faults. Where another fault has hold of the
    /// cluster before there was anything to see, there is nothing to tell.
    pub fn recoveries<'a, S: Spec>(
        &'a self,
        history: &'a History<S>,
        ended: Time,
    ) -> impl Iterator<Item = Recovery> + 'a {
        self.holds.iter().enumerate().filter_map(move |(place, hold)| {
            let others = self.holds.iter().enumerate().filter(|(other, _)| *other != place);
            let next = others.filter_map(|(_, other)| other.span.strikes_after(hold.span.until));
            self.recovery(*hold, history, next.min().unwrap_or(ended))
        })
    }

    fn recovery<S: Spec>(&self, hold: Hold, history: &History<S>, limit: Time) -> Option<Recovery> {
        let from = hold.span.until;
        let writes = || {
            let all = history.operations.iter().enumerate();
            let later = all.filter(|(_, write)| ended(write).is_none_or(|at| at > from));
            // What was asked before may have been lost with the fault, and wait for nothing.
            let fresh = |write: &Operation<S>| {
                write.invoked.time >= from || matches!(write.outcome, Outcome::Ok(_))
            };
            later.filter(move |(_, write)| !S::is_read(&write.op) && fresh(write))
        };
        let acks = writes().filter(|(_, write)| matches!(write.outcome, Outcome::Ok(_)));
        let acks = acks.filter_map(|(place, write)| Some((ended(write)?, place)));
        let acked = acks.min().filter(|(at, _)| *at <= limit);
        let span = Span { from, until: acked.map_or(limit, |(at, _)| at) };
        let waits = writes().filter_map(|(place, write)| {
            let until = ended(write).unwrap_or(span.until);
            Some((Span { from: write.invoked.time, until }.within(span)?, place))
        });
        let mut bad: Vec<Span> = waits.clone().map(|(wait, _)| wait).collect();
        if self.led {
            bad.extend(self.leaderless.iter().filter_map(|gap| gap.within(span)));
        }
        let took = together(bad);
        let waited = waits.min_by_key(|(wait, _)| wait.from).map(|(_, place)| place);
        let acked = acked.map(|(_, place)| place);
        (!took.is_zero()).then_some(Recovery { hold, span, took, waited, acked })
    }
}

impl Span {
    /// When a fault of this span first has hold of the cluster after `end`, if ever.
    fn strikes_after(self, end: Time) -> Option<Time> {
        let from = self.from.max(end);
        (self.until > end || self.from > end).then_some(from)
    }

    /// The part of it that lies in another span, if any.
    fn within(self, other: Span) -> Option<Span> {
        let span = Span { from: self.from.max(other.from), until: self.until.min(other.until) };
        (span.from < span.until).then_some(span)
    }
}

/// How long at least one of these spans lasts.
fn together(mut spans: Vec<Span>) -> Duration {
    spans.sort_unstable_by_key(|span| span.from);
    let mut sum = Duration::ZERO;
    let mut upto = Time::ZERO;
    for span in spans {
        sum += span.until.since(span.from.max(upto));
        upto = upto.max(span.until);
    }
    sum
}

/// When an operation ended; `None` for one that was open when the run was over.
fn ended<S: Spec>(operation: &Operation<S>) -> Option<Time> {
    let open = operation.completed.order == operation.invoked.order;
    (!open).then_some(operation.completed.time)
}

#[cfg(test)]
mod tests;
