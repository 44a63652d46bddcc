//! When nothing was wrong: what is known of faults, noise and crashes goes in, answers about spans
//! of time come out.

use crate::course::Course;
use crate::fault::Kind;
use crate::id::NodeId;
use crate::time::Time;
use std::time::Duration;

/// How faults came and went, to be asked.
pub(super) struct Quiet<'a> {
    course: &'a Course,
    /// For so long what was late or slow may hang on.
    lag: Duration,
}

impl<'a> Quiet<'a> {
    pub(super) const fn new(course: &'a Course, lag: Duration) -> Quiet<'a> {
        Quiet { course, lag }
    }

    /// Whether nothing went wrong from one time to another, but that nodes were down before and
    /// after.
    pub(super) fn holds(&self, from: Time, until: Time) -> bool {
        let later = self.course.noise.partition_point(|at| *at < from);
        if self.course.noise.get(later).is_some_and(|at| *at <= until) {
            return false;
        }
        self.course.holds.iter().all(|hold| {
            let over =
                hold.span.until + if hangs_on(hold.kind) { self.lag } else { Duration::ZERO };
            let apart = over < from || hold.span.from > until;
            let goes = matches!(hold.kind, Kind::Crashes | Kind::PowerLoss | Kind::Stops);
            apart || goes && hold.span.from <= from && hold.span.until >= until
        })
    }

    /// Whether a node was up at all times from one time to another.
    pub(super) fn is_up(&self, node: NodeId, from: Time, until: Time) -> bool {
        let downs = self.course.downs.iter().filter(|(down, _)| *down == node);
        downs.into_iter().all(|(_, span)| span.until < from || span.from > until)
    }

    /// When nodes went down and stayed so for at least so long.
    pub(super) fn gone(&self, least: Duration) -> impl Iterator<Item = (NodeId, Time)> {
        let downs = self.course.downs.iter().filter(move |(_, span)| span.length() >= least);
        downs.map(|(node, span)| (*node, span.from))
    }
}

/// Whether a fault goes on when it is over: a message is on its way, an event waits, and what was
/// kept back is answered all at once.
const fn hangs_on(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Holds
            | Kind::Pauses
            | Kind::Delays
            | Kind::Doubles
            | Kind::Overtaking
            | Kind::Congestion
            | Kind::Slowness
    )
}
