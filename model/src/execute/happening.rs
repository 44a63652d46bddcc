//! What stands in the queue of a run, as data. Who carries it out is told in the files beside.
//!
//! The one idea: all that is still to happen is one of these, so the order of the queue is the
//! order of the run.

use super::Ret;
use super::hand::Place;
use crate::history::{History, Outcome};
use crate::id::{NodeId, TimerId, Token};
use crate::node::Node;
use crate::time::Time;
use std::time::Duration;

/// Something that is planned.
pub(super) enum Happening<N: Node> {
    Deliver(Flight<N>),
    Timer {
        node: NodeId,
        incarnation: u32,
        id: TimerId,
        due: u64,
    },
    Request {
        node: NodeId,
        operation: usize,
        key: u64,
        cause: u64,
    },
    Answer {
        operation: usize,
        node: NodeId,
        outcome: Outcome<Ret<N>>,
        cause: u64,
    },
    GiveUp {
        operation: usize,
    },
    Synced {
        node: NodeId,
        incarnation: u32,
        token: Token,
        /// What becomes durable only now: a file, and up to where.
        late: Option<(usize, usize)>,
    },
    /// A node that was busy until then goes on.
    GoOn {
        node: NodeId,
        at: Time,
    },
    Chore(Chore),
    Probe,
    /// The read of the calm end that was this operation is asked for once more.
    Look {
        operation: usize,
    },
}

impl<N: Node> Happening<N> {
    /// Between whom it is on its way, if it is.
    pub(super) fn ends(&self, history: &History<N::Spec>) -> Option<(Place, Place)> {
        let client = |operation: usize| Place::Client(history.operations[operation].request.client);
        match *self {
            Happening::Deliver(ref flight) => {
                Some((Place::Node(flight.from), Place::Node(flight.to)))
            }
            Happening::Request { node, operation, .. } => {
                Some((client(operation), Place::Node(node)))
            }
            Happening::Answer { node, operation, .. } => {
                Some((Place::Node(node), client(operation)))
            }
            _ => None,
        }
    }

    /// Where it comes among those that have waited for the same time, whoever planned it first.
    pub(super) const fn rank(&self) -> (u8, u32, u32) {
        match *self {
            Happening::Deliver(Flight { from, to, .. }) => (0, to.0, from.0),
            Happening::Synced { node, .. } => (1, node.0, 0),
            Happening::GoOn { node, .. } => (2, node.0, 0),
            Happening::Request { node, operation, .. } => (3, node.0, operation as u32),
            Happening::Answer { node, operation, .. } => (4, node.0, operation as u32),
            Happening::Timer { node, id, .. } => (5, node.0, id.0),
            Happening::Chore(_) => (6, 0, 0),
            Happening::GiveUp { operation } => (7, operation as u32, 0),
            Happening::Probe => (8, 0, 0),
            Happening::Look { operation } => (9, operation as u32, 0),
        }
    }
}

/// What a step of the schedule has still to do after its own moment.
#[derive(Clone, Copy)]
pub(super) enum Chore {
    /// What this step made of a node's machine ends.
    Ends { node: NodeId, step: usize },
    /// A node's clock changes its speed for the so-manieth time.
    Turn { node: NodeId, step: usize, nth: u64 },
    /// A node crashes again, so many times more.
    CrashAgain { node: NodeId, step: usize, left: u32 },
    /// What a sabotaged sync was to make durable is durable only now.
    Durable { node: NodeId, incarnation: u32, file: usize, upto: usize },
    /// It is a node's turn in a rolling restart: to stop, or to come up.
    Roll { node: NodeId, step: usize, up: bool },
    /// The trouble of a link ends.
    LinkEnds { step: usize },
    /// The first message in the queue of a narrow link leaves.
    Depart { step: usize },
    /// Links that flap change their state, until then.
    Flap { step: usize, every: Duration, until: Time },
    /// A client asks for the so-manieth time.
    Ask { step: usize, nth: u64 },
}

/// A message on its way.
pub(super) struct Flight<N: Node> {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) body: N::Message,
    /// The key of the message as a cause, from which the draws of what it causes come.
    pub(super) key: u64,
    /// The place in the order at which it was sent.
    pub(super) sent: u64,
}
