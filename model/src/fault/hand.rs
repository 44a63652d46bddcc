//! What a person does who takes the events of a run in her own hands: which event happens next.
//!
//! None of it is trouble of a kind of its own. In a network and on machines that promise no times,
//! any event that waits may be the next one; only losing a message, letting it come twice, and
//! letting one overtake another on its link are promises broken, and those a claim must name.

use super::{Kind, Target};
use crate::id::ClientId;
use std::fmt;

/// One move by hand.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Hand {
    /// From here on nothing happens by itself: what is planned waits until a step takes it, until
    /// all is let go, or until the calm end.
    Begin,
    /// From here on all goes by itself again. What should have happened meanwhile happens at once.
    LetGo,
    /// So many of the events that are planned happen, each at its time, and time goes on with them.
    Next {
        /// How many; at most [`Hand::NEXT_MAX`] count.
        events: u32,
    },
    /// A message, request or answer that is on its way arrives now.
    Deliver {
        /// Which one of those between the two, in their order, from 1.
        nth: u32,
        /// Who sent it.
        from: Party,
        /// For whom it is.
        to: Party,
    },
    /// A message that is on its way arrives now, and is still on its way.
    Repeat {
        /// Which one of the link's, in their order, from 1.
        nth: u32,
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
    },
    /// A message that is on its way is lost.
    Lose {
        /// Which one of the link's, in their order, from 1.
        nth: u32,
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
    },
    /// A timer goes off now: the clock of its node, and no other, jumps ahead to it.
    Fire {
        /// Which one of the node's, the first due first, from 1.
        nth: u32,
        /// Whose.
        node: Target,
    },
    /// The oldest sync for which a node did not wait is done.
    Sync {
        /// Whose.
        node: Target,
    },
    /// A client waits no longer for the oldest request that has no answer.
    GiveUp {
        /// Which client.
        client: ClientId,
    },
}

/// Who stands at an end of what is on its way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Party {
    /// A node.
    Node(Target),
    /// A client.
    Client(ClientId),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Node(target) => write!(f, "{target}"),
            Party::Client(client) => write!(f, "{client}"),
        }
    }
}

impl Party {
    const fn node(&self) -> Option<&Target> {
        match self {
            Party::Node(target) => Some(target),
            Party::Client(_) => None,
        }
    }

    const fn node_mut(&mut self) -> Option<&mut Target> {
        match self {
            Party::Node(target) => Some(target),
            Party::Client(_) => None,
        }
    }
}

impl Hand {
    /// No step lets more events happen than this.
    pub const NEXT_MAX: u32 = 100_000;

    /// The kind that a claim must name; `None` where nothing is broken by it.
    pub(super) const fn kind(&self) -> Option<Kind> {
        match self {
            Hand::Lose { .. } => Some(Kind::Loss),
            Hand::Repeat { .. } => Some(Kind::Doubles),
            Hand::Deliver { nth: 2.., from: Party::Node(_), to: Party::Node(_) } => {
                Some(Kind::Overtaking)
            }
            _ => None,
        }
    }

    pub(super) fn targets(&self) -> Vec<&Target> {
        match self {
            Hand::Deliver { from, to, .. } => {
                [from, to].into_iter().filter_map(Party::node).collect()
            }
            Hand::Repeat { from, to, .. } | Hand::Lose { from, to, .. } => vec![from, to],
            Hand::Fire { node, .. } | Hand::Sync { node } => vec![node],
            Hand::Begin | Hand::LetGo | Hand::Next { .. } | Hand::GiveUp { .. } => Vec::new(),
        }
    }

    pub(super) fn targets_mut(&mut self) -> Vec<&mut Target> {
        match self {
            Hand::Deliver { from, to, .. } => {
                [from, to].into_iter().filter_map(Party::node_mut).collect()
            }
            Hand::Repeat { from, to, .. } | Hand::Lose { from, to, .. } => vec![from, to],
            Hand::Fire { node, .. } | Hand::Sync { node } => vec![node],
            Hand::Begin | Hand::LetGo | Hand::Next { .. } | Hand::GiveUp { .. } => Vec::new(),
        }
    }
}
