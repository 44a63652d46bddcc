//! What an implementation says of itself, in the reference model's words.
//!
//! Facts are effects like messages and answers: they leave in order, a crash cuts them off with the
//! rest, and one that speaks of durable state stands after the sync that made it durable.

use crate::id::{NodeId, RequestId};
use crate::time::Time;

/// One thing that a node did or became. Tell it with [`Io::tell`](crate::Io::tell).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Fact {
    /// The node came up, and its state machine stands at this index of the log. Told first in each
    /// incarnation. Its log is what the disk kept: the entries above `log_last` are gone.
    Booted {
        /// The index up to which entries are contained in the restored state machine; 0 for none.
        applied: u64,
        /// The index of the last entry in the log; 0 for an empty one.
        log_last: u64,
    },
    /// The node's durable term, and whom it voted for in it.
    Term {
        /// The term; it never goes back.
        term: u64,
        /// The vote; within a term it never changes once given.
        vote: Option<NodeId>,
    },
    /// The node leads this term.
    Elected {
        /// The term.
        term: u64,
    },
    /// An entry is durable in the node's log at this index, and nothing stands above it any more.
    Appended {
        /// The index, from 1.
        index: u64,
        /// What stands there.
        entry: Entry,
    },
    /// The node knows the log to be committed up to this index.
    Committed {
        /// The index.
        index: u64,
    },
    /// The node's state machine has taken in the entry at this index.
    Applied {
        /// The index.
        index: u64,
        /// What was taken in.
        entry: Entry,
        /// Whether it changed the state, or was known already and skipped (a doubled proposal).
        effective: bool,
    },
    /// A client was told that its operation succeeded. Recorded by the simulation itself.
    Acked {
        /// Which one.
        request: RequestId,
        /// Whether it was a read.
        read: bool,
    },
}

/// An entry of a replicated log, as far as a reference model needs to know it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// The term in which a leader created it.
    pub term: u64,
    /// A digest of its contents; equal contents, equal digest.
    pub digest: u64,
    /// The client's request that it carries; `None` for an entry of the protocol's own.
    pub request: Option<RequestId>,
}

/// A fact, with who told it and when.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Told {
    /// Virtual time.
    pub time: Time,
    /// The place in the run's one order of events; see [`Trace`](crate::Trace).
    pub order: u64,
    /// Who told it.
    pub node: NodeId,
    /// How many times that node had come up before.
    pub incarnation: u32,
    /// What.
    pub fact: Fact,
}
