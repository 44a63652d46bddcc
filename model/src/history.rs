//! What the clients saw: invocations and completions, in one order.

use crate::id::{ClientId, NodeId, RequestId};
use crate::spec::Spec;
use crate::time::Time;
use std::fmt;

/// How an operation ended, as far as its client knows.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Outcome<Ret> {
    /// It took effect, with this answer.
    Ok(Ret),
    /// It did not take effect and never will.
    Refused,
    /// Nobody knows: it may have taken effect, may yet, or never will.
    Unknown,
}

/// One operation of one client.
pub struct Operation<S: Spec> {
    /// Which request it was.
    pub request: RequestId,
    /// The node that the client asked, of several the one whose answer ended it; `None` where the
    /// step named a role that nobody held.
    pub node: Option<NodeId>,
    /// What it asked for.
    pub op: S::Op,
    /// When the client asked.
    pub invoked: Moment,
    /// How it ended.
    pub outcome: Outcome<S::Ret>,
    /// When the client knew. For [`Outcome::Unknown`] it is when it gave up, which bounds nothing.
    pub completed: Moment,
    /// Whether it was sent more than once.
    pub again: bool,
    /// The step of the schedule that asked, from 0; `None` for the checker's own probes.
    pub step: Option<usize>,
}

/// A virtual time, with its place in the run's one order of events (two events may share a time).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment {
    /// The place in the order. It decides what came first.
    pub order: u64,
    /// Virtual time.
    pub time: Time,
}

impl<S: Spec> Operation<S> {
    /// An operation of which nothing is known but that it was asked for, and when: what recorded
    /// histories are made of. Whoever knows how it ended says so.
    #[must_use]
    pub const fn asked(request: RequestId, op: S::Op, invoked: Moment) -> Operation<S> {
        Operation {
            request,
            node: None,
            op,
            invoked,
            outcome: Outcome::Unknown,
            completed: invoked,
            again: false,
            step: None,
        }
    }

    /// Whether this operation had ended before `other` began.
    #[must_use]
    pub fn precedes(&self, other: &Operation<S>) -> bool {
        !matches!(self.outcome, Outcome::Unknown) && self.completed.order < other.invoked.order
    }

    /// Whether the checker itself asked, in the calm end.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.request.client == ClientId::PROBE
    }
}

impl<S: Spec> Clone for Operation<S> {
    fn clone(&self) -> Self {
        Operation { op: self.op.clone(), outcome: self.outcome.clone(), ..*self }
    }
}

impl<S: Spec> fmt::Debug for Operation<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.request, self.op, self.outcome)
    }
}

/// All operations of a run, in the order of their invocations.
pub struct History<S: Spec> {
    /// The operations.
    pub operations: Vec<Operation<S>>,
}

impl<S: Spec> Default for History<S> {
    fn default() -> Self {
        History { operations: Vec::new() }
    }
}

impl<S: Spec> fmt::Debug for History<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.operations).finish()
    }
}

impl<S: Spec> Clone for History<S> {
    fn clone(&self) -> Self {
        History { operations: self.operations.clone() }
    }
}
