//! What an implementation says of itself, in the reference model's words.
//!
//! Facts are effects like messages and answers: they leave in order, a crash cuts them off with the
//! rest, and one that speaks of durable state stands after the sync that made it durable and before
//! the message that lets another node rely on it.
//!
//! Where one event makes several of them true they are told in the order of [`Fact`]'s variants:
//! the term first, then what was written, then who leads, what is committed, what was applied. A
//! node that has just come up tells [`Fact::Booted`], then its whole log as [`Fact::Appended`],
//! entry by entry from the oldest that it still has, then its [`Fact::Term`] and the
//! [`Fact::Configured`] that it goes by; where its state came from a snapshot, it tells that behind
//! [`Fact::Booted`]. It repeats its log and its snapshot because a crash can fall between a write
//! and its fact: only the node knows what its disk kept.
//!
//! No kind has to be told. A clause that needs a kind which nobody tells is not judged.
//!
//! Members of a group that watch each other tell [`Fact::Member`] instead.
//!
//! Five kinds are *details*: what a node has in mind, each message that it sends and
//! handles, and steps of the system's own. They are for whoever holds a run against a model of the
//! protocol, and are told only where [`Io::in_detail`](crate::Io::in_detail) says so. They change
//! nothing of a run: no crash point counts them, and its digest has nothing of them.

use crate::id::{NodeId, RequestId};
use crate::time::Time;

mod member;
mod says;

pub use member::{Member, Standing};
pub use says::Says;

/// One thing that a node did or became. Tell it with [`Io::tell`](crate::Io::tell).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Fact {
    /// The node came up, and its state machine stands at this index of the log. Told first in each
    /// incarnation, and again where a snapshot of another node's replaces its state. Its log is
    /// what the disk kept: the entries above `log_last` are gone. What stands below is told next,
    /// as [`Fact::Appended`]; a node that tells this and repeats nothing has a log of unknown
    /// contents.
    Booted {
        /// The index up to which entries are contained in the restored state machine; 0 for none.
        applied: u64,
        /// The index of the last entry in the log, or of the last one that was compacted away;
        /// 0 for an empty one.
        log_last: u64,
    },
    /// The node's durable term, and whom it voted for in it. Told at each change of either.
    Term {
        /// The term; it never goes back.
        term: u64,
        /// The vote; within a term it never changes once given.
        vote: Option<NodeId>,
    },
    /// An entry is durable in the node's log at this index, and nothing stands above it any more.
    Appended {
        /// The index, from 1.
        index: u64,
        /// What stands there.
        entry: Entry,
    },
    /// The node leads this term. Its own vote, and all that its log holds, have been told before.
    Elected {
        /// The term.
        term: u64,
    },
    /// The node knows the log to be committed up to this index. What it has replaced in its log up
    /// to there has been told before; a leader may know of a commit before its own disk has it.
    Committed {
        /// The index.
        index: u64,
    },
    /// The node's state machine has taken in the entry at this index: the same [`Entry`] as in
    /// [`Fact::Appended`].
    Applied {
        /// The index.
        index: u64,
        /// What was taken in.
        entry: Entry,
        /// False only where the request was known already and was skipped (a doubled proposal). An
        /// operation that found nothing to change, such as a compare-and-set that did not match,
        /// was executed and is effective.
        effective: bool,
    },
    /// A client was told that its operation succeeded. Recorded by the simulation itself.
    Acked {
        /// Which one.
        request: RequestId,
        /// Whether it was a read.
        read: bool,
    },
    /// The node goes by this configuration from now on: the entry at this index, which it has
    /// applied, or a snapshot up to there, made it so. Told at each change and after each start;
    /// where nobody tells it, all nodes that stand in the cluster at the start vote, always. A
    /// protocol that goes by an entry as soon as it is in the log (Raft thesis 4.1) tells it behind
    /// [`Fact::Appended`], and tells the one before again where another entry takes its place.
    Configured {
        /// The index of the entry that brought it; 0 for the one that the cluster began with.
        index: u64,
        /// Who votes and who listens.
        config: Config,
    },
    /// A snapshot of the state machine is durable on this node, its own or one that it was sent,
    /// and entries up to its index may go from its log.
    Snapshot {
        /// The index of the last entry that the snapshot contains.
        index: u64,
        /// That entry's term.
        term: u64,
        /// A digest of the state, sessions included; equal states, equal digest.
        digest: u64,
    },
    /// The node has come to want to lead this term, and votes for itself, durably or not. Told at
    /// once, before what it sends because of it.
    Stands {
        /// The term.
        term: u64,
    },
    /// A leader has put this entry at the end of its log, durably or not. Told before the messages
    /// that carry it.
    Took {
        /// The index.
        index: u64,
        /// The entry.
        entry: Entry,
    },
    /// A message is about to leave for another node.
    Sent {
        /// To whom.
        to: NodeId,
        /// The term that stands in it.
        term: u64,
        /// What it says.
        says: Says,
    },
    /// The node has handled a message: told before what comes of it. One that it leaves unheard,
    /// for whatever reason, is lost to it and not told.
    Handled {
        /// From whom.
        from: NodeId,
        /// The term that stands in it.
        term: u64,
        /// What it says.
        says: Says,
    },
    /// A step of the system's own, for a model of its own; see
    /// [`Follow`](crate::reference::steps::Follow).
    Own {
        /// What it did, in a word.
        name: &'static str,
        /// With what.
        values: [u64; 3],
    },
    /// A member of a group says something of itself or of another member.
    Member(Member),
}

impl Fact {
    /// Whether it is told only to those who want to hear of each message.
    #[inline]
    #[must_use]
    pub const fn is_detail(&self) -> bool {
        matches!(
            self,
            Fact::Stands { .. }
                | Fact::Took { .. }
                | Fact::Sent { .. }
                | Fact::Handled { .. }
                | Fact::Own { .. }
        )
    }
}

/// Who belongs to a cluster, and with which rights.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Config {
    /// Whose majority elects leaders and commits entries.
    pub voters: Nodes,
    /// In a joint configuration the voters of the one that is left, whose majority is needed as
    /// well (Raft thesis 4.3); empty otherwise.
    pub outgoing: Nodes,
    /// Who gets the log and has no vote.
    pub learners: Nodes,
}

/// A small set of nodes: n1 to n64.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Nodes(
    /// Bit 0 is n1.
    pub u64,
);

impl Nodes {
    /// Whether the node is one of them.
    #[must_use]
    pub const fn contains(self, node: NodeId) -> bool {
        node.0 >= 1 && node.0 <= 64 && self.0 >> (node.0 - 1) & 1 == 1
    }

    /// How many they are.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, from the lowest.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        (1..=64).map(NodeId).filter(move |node| self.contains(*node))
    }
}

impl FromIterator<NodeId> for Nodes {
    /// Nodes above n64 are left out.
    fn from_iter<T: IntoIterator<Item = NodeId>>(nodes: T) -> Nodes {
        let bit = |node: NodeId| 1_u64.checked_shl(node.0.wrapping_sub(1)).unwrap_or(0);
        Nodes(nodes.into_iter().fold(0, |set, node| set | bit(node)))
    }
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
