//! Why a fact was refused, as plain data. Sentences are made of it by the judge, who knows the
//! clients' operations; here nothing is formatted, since almost every run refuses nothing.

use super::Clause;
use crate::fact::{Config, Entry, Told};
use crate::id::NodeId;
use crate::time::Time;

/// A fact that cannot be true together with those told before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The broken clause.
    pub clause: Clause,
    /// The fact that broke it.
    pub told: Told,
    /// What it contradicts.
    pub against: Against,
}

/// What becomes of a fact.
pub(super) type Step = Result<(), Box<Refusal>>;

#[cold]
pub(super) fn refuse(clause: Clause, told: &Told, against: Against) -> Step {
    Err(Box::new(Refusal { clause, told: *told, against }))
}

/// The other side of a contradiction: what was told before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Against {
    /// A node was elected in the same term.
    Leader {
        /// Who.
        node: NodeId,
        /// When it told so.
        time: Time,
    },
    /// The same node was in a higher term.
    Term {
        /// The term.
        term: u64,
        /// When it first told so.
        time: Time,
        /// Whether it has restarted since.
        restarted: bool,
    },
    /// The same node gave its vote in the same term.
    Vote {
        /// To whom.
        vote: NodeId,
        /// When it told so.
        time: Time,
        /// Whether it has restarted since.
        restarted: bool,
    },
    /// The same node's log, which it may not rewrite while it leads.
    Log {
        /// The term that it leads.
        leads: u64,
        /// The index at which its log ended.
        last: u64,
        /// What stood at the index that it wrote; `None` if that is not known.
        entry: Option<Entry>,
    },
    /// An entry that was told durable with the same index and term.
    Durable {
        /// The entry.
        entry: Entry,
        /// Who told it first.
        node: NodeId,
        /// When.
        time: Time,
    },
    /// An equal entry in another log, which stands there on top of a different one.
    Below {
        /// The index at which the two logs differ.
        index: u64,
        /// What the teller's log has there.
        mine: Entry,
        /// What the other log has there.
        other: Entry,
        /// Whose log it is.
        node: NodeId,
        /// When the entry on top was told there.
        time: Time,
    },
    /// An entry that was told committed.
    Committed {
        /// Its index.
        index: u64,
        /// The entry; `None` if it is not known which one it is.
        entry: Option<Entry>,
        /// Who told first that it is committed.
        node: NodeId,
        /// When.
        time: Time,
        /// What the teller's log has there; `None` if it has nothing, or that is not known.
        mine: Option<Entry>,
        /// The index at which the teller's log ends.
        last: u64,
    },
    /// Too few nodes made the entry durable.
    Quorum {
        /// The entry; `None` if the teller's log does not show which one it is.
        entry: Option<Entry>,
        /// The nodes that may hold it, those included that tell nothing: bit 0 is n1.
        holders: u64,
        /// How many it takes.
        needed: u32,
    },
    /// An entry that was applied.
    Applied {
        /// Where.
        index: u64,
        /// What.
        entry: Entry,
        /// Who told it first.
        node: NodeId,
        /// When.
        time: Time,
    },
    /// Too few of the voters of a configuration gave their vote, or made the entry durable.
    Voters {
        /// The entry; `None` if the teller's log does not show which one it is, or for an election.
        entry: Option<Entry>,
        /// The nodes that may have, those included that tell nothing: bit 0 is n1.
        holders: u64,
        /// The index that brought the configuration.
        index: u64,
        /// Whose majority it takes.
        config: Config,
    },
    /// A configuration that was told.
    Configuration {
        /// The index that brought it.
        index: u64,
        /// What it is.
        config: Config,
        /// Who told it first, and when; `None` for the one that the teller itself went by.
        first: Option<(NodeId, Time)>,
    },
    /// A snapshot that was told with the same index.
    Snapshot {
        /// The term of its last entry.
        term: u64,
        /// A digest of the state.
        digest: u64,
        /// Who told it first.
        node: NodeId,
        /// When.
        time: Time,
    },
    /// The index at which the same node stood in this incarnation.
    Index(u64),
    /// All that was applied in the run, up to this index: it is not there.
    Sequence(u64),
}
