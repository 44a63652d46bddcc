//! What a message says, in the words of the protocol model: a message of a library's comes in
//! through its adapter, and what it means to Raft goes out. How it is encoded, batched or flows is
//! no part of it.

use std::fmt;

/// What a message of a replicated log by terms says. The term that it carries stands beside it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Says {
    /// Asks for a vote.
    Vote {
        /// The index of the sender's last entry.
        last: u64,
        /// That entry's term.
        last_term: u64,
        /// Up to where the sender knows the log to be committed; 0 where it does not say.
        commit: u64,
        /// The term of the entry there.
        commit_term: u64,
    },
    /// Gives a vote, or refuses one.
    Voted {
        /// Whether it is given.
        granted: bool,
        /// Up to where the sender knows the log to be committed; 0 where it does not say.
        commit: u64,
        /// The term of the entry there.
        commit_term: u64,
    },
    /// So many entries of a leader's log, from the one behind `prev` on.
    Append {
        /// The index below the first.
        prev: u64,
        /// The term of what stands there.
        prev_term: u64,
        /// How many.
        count: u64,
        /// How far the receiver may take its log for committed if it holds them.
        commit: u64,
    },
    /// A leader is there; the receiver's log, which it knows to be its own up to here, is
    /// committed.
    Heartbeat {
        /// The index.
        commit: u64,
    },
    /// The sender's log is the leader's up to here.
    Appended {
        /// The index; 0 says nothing.
        upto: u64,
    },
    /// The sender's log differs from what an [`Says::Append`] has at `prev`.
    Refused {
        /// The index.
        prev: u64,
    },
    /// The whole of a leader's log up to here, as a snapshot of what is committed.
    Snapshot {
        /// The index of the last entry that it contains.
        index: u64,
        /// That entry's term.
        term: u64,
    },
    /// The log is committed up to here.
    Committed {
        /// The index.
        index: u64,
        /// The term of the entry there.
        term: u64,
    },
    /// Nothing but its term.
    Nothing,
}

impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Says::Vote { last, last_term, .. } => write!(f, "vote? log {last} t{last_term}"),
            Says::Voted { granted: true, .. } => f.write_str("vote"),
            Says::Voted { granted: false, .. } => f.write_str("no vote"),
            Says::Append { prev, prev_term, count, commit } => {
                write!(f, "append {count} after {prev} t{prev_term}, committed {commit}")
            }
            Says::Heartbeat { commit } => write!(f, "heartbeat, committed {commit}"),
            Says::Appended { upto } => write!(f, "appended {upto}"),
            Says::Refused { prev } => write!(f, "refused after {prev}"),
            Says::Snapshot { index, term } => write!(f, "snapshot to {index} t{term}"),
            Says::Committed { index, term } => write!(f, "committed {index} t{term}"),
            Says::Nothing => f.write_str("nothing"),
        }
    }
}
