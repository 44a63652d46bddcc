//! How leaders and faults came and went in a run: plain spans of time, and what follows from them
//! and from what clients saw. It must not know how a world is run.
//!
//! The one idea: a fault *holds* from when it takes hold until the world is rid of it, and the
//! cluster has *recovered* with the first write that is acknowledged after that.

use crate::fault::Kind;
use crate::history::{History, Operation, Outcome};
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

/// What came after a fault, where a client wanted to write then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// The fault.
    pub hold: Hold,
    /// From when the fault had ended and a client waited for a write, to the first acknowledgement
    /// of a write after that; or to where it was cut short.
    pub span: Span,
    /// The place in the history of the write that was acknowledged; `None` where another fault had
    /// hold of the cluster first, or the run ended.
    pub acked: Option<usize>,
}

impl Course {
    /// What came after each fault, in order of the faults. Of a fault after which no client wanted
    /// to write before another fault had hold of the cluster, there is nothing to tell.
    pub fn recoveries<'a, S: Spec>(
        &'a self,
        history: &'a History<S>,
        ended: Time,
    ) -> impl Iterator<Item = Recovery> + 'a {
        self.holds.iter().enumerate().filter_map(move |(place, hold)| {
            let others = self.holds.iter().enumerate().filter(|(other, _)| *other != place);
            let next = others.filter_map(|(_, other)| other.span.strikes_after(hold.span.until));
            recovery(*hold, history, next.min().unwrap_or(ended))
        })
    }
}

impl Span {
    /// When a fault of this span first has hold of the cluster after `end`, if ever.
    fn strikes_after(self, end: Time) -> Option<Time> {
        let from = self.from.max(end);
        (self.until > end || self.from > end).then_some(from)
    }
}

fn recovery<S: Spec>(hold: Hold, history: &History<S>, limit: Time) -> Option<Recovery> {
    let end = hold.span.until;
    let mut waits: Option<Time> = None;
    let mut acked: Option<(Time, usize)> = None;
    for (place, write) in history.operations.iter().enumerate() {
        if S::is_read(&write.op) || ended(write).is_some_and(|at| at <= end) {
            continue;
        }
        let since = write.invoked.time.max(end);
        waits = Some(waits.map_or(since, |known| known.min(since)));
        if let (Outcome::Ok(_), Some(at)) = (&write.outcome, ended(write))
            && acked.is_none_or(|(known, _)| at < known)
        {
            acked = Some((at, place));
        }
    }
    let from = waits.filter(|from| *from < limit)?;
    Some(match acked.filter(|(at, _)| *at <= limit) {
        Some((until, place)) => Recovery { hold, span: Span { from, until }, acked: Some(place) },
        None => Recovery { hold, span: Span { from, until: limit }, acked: None },
    })
}

/// When an operation ended; `None` for one that was open when the run was over.
fn ended<S: Spec>(operation: &Operation<S>) -> Option<Time> {
    let open = operation.completed.order == operation.invoked.order;
    (!open).then_some(operation.completed.time)
}

#[cfg(test)]
mod tests;
