//! The reference: what is right. Facts come in one at a time, in the run's one order; each is
//! accepted, or refused with the [`Clause`] that it breaks and plain data about both sides.
//!
//! It knows neither messages nor timers, disks or elections in progress: any protocol that keeps a
//! replicated log by terms and majorities is held to the same few sentences, whatever it does in
//! between. They are Raft's safety properties (Ongaro and Ousterhout 2014, figure 3) and what these
//! rest on. A clause judges only what was told: a node that is silent may have done anything, and a
//! kind of fact that nobody tells switches off the clauses that need it. A healthy system is never
//! refused; where facts leave room for doubt, the doubt counts for the system.
//!
//! Replication is what is judged so far. Membership by gossip (SWIM) has its room beside it, in
//! `reference/membership.rs`, when an implementation of it is under test.
//!
//! Below stand models of whole protocols, whose every state can be visited: [`raft`], [`isr`] and
//! [`swim`].

mod commit;
mod configuration;
mod drawing;
pub mod isr;
pub(crate) mod keep;
mod list;
pub mod liveness;
mod log;
pub mod membership;
pub mod packed;
pub mod protocol;
pub mod raft;
mod refusal;
mod replication;
mod requests;
mod snapshot;
pub mod steps;
pub mod swim;
pub mod symmetry;
mod telling;
#[cfg(test)]
mod tests;
mod timeline;

pub use list::List;
pub use refusal::{Against, Refusal};
pub use replication::recall::Past;
pub use replication::{Cluster, Replicated, Timeless};
pub use timeline::Timeline;

/// One sentence that a replicated log must keep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Clause {
    /// Election Safety.
    OneLeader,
    /// Terms are durable and only grow.
    TermNeverGoesBack,
    /// Votes are durable.
    VoteNeverChanges,
    /// Leader Append-Only.
    LeaderOnlyAppends,
    /// Log Matching.
    LogsMatch,
    /// Leader Completeness.
    LeaderIsComplete,
    /// What makes an entry committed.
    CommitNeedsQuorum,
    /// Logs are durable.
    DurableEntriesStay,
    /// The commit index only grows while a node runs.
    CommitNeverGoesBack,
    /// Nothing is applied early.
    OnlyCommittedIsApplied,
    /// Nothing is applied twice, skipped or out of turn.
    AppliedInOrder,
    /// State Machine Safety.
    OneEntryAtAnIndex,
    /// Exactly-once execution of a request.
    ExecutedOnce,
    /// What clients rely on.
    NoAcknowledgedWriteIsLost,
    /// What makes a node leader.
    ElectionNeedsQuorum,
    /// Who votes is replicated state.
    OneConfiguration,
    /// Changes of who votes are small, or joint.
    QuorumsIntersect,
    /// What stands in a snapshot.
    SnapshotIsApplied,
}

impl Clause {
    /// All clauses, from the protocol's foundations to what clients rely on; then those on who
    /// votes and on what is compacted.
    pub const ALL: [Clause; 18] = [
        Clause::OneLeader,
        Clause::TermNeverGoesBack,
        Clause::VoteNeverChanges,
        Clause::LeaderOnlyAppends,
        Clause::LogsMatch,
        Clause::LeaderIsComplete,
        Clause::CommitNeedsQuorum,
        Clause::DurableEntriesStay,
        Clause::CommitNeverGoesBack,
        Clause::OnlyCommittedIsApplied,
        Clause::AppliedInOrder,
        Clause::OneEntryAtAnIndex,
        Clause::ExecutedOnce,
        Clause::NoAcknowledgedWriteIsLost,
        Clause::ElectionNeedsQuorum,
        Clause::OneConfiguration,
        Clause::QuorumsIntersect,
        Clause::SnapshotIsApplied,
    ];

    /// Its name, as in `reference: one leader in a term`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// What it says, in one sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        self.row().1
    }

    /// The paper and the section that it comes from.
    #[must_use]
    pub const fn source(self) -> &'static str {
        self.row().2
    }

    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Clause::OneLeader => (
                "one leader in a term",
                "At most one node is ever elected leader of a term.",
                "Raft, figure 3 (Election Safety) and section 5.2",
            ),
            Clause::TermNeverGoesBack => (
                "a term never goes back",
                "A node's term never goes back, also over a restart.",
                "Raft, figure 2 (persistent state) and section 5.1",
            ),
            Clause::VoteNeverChanges => (
                "a vote never changes",
                "A vote given in a term is never changed or forgotten, also over a restart.",
                "Raft, figure 2 (persistent state) and section 5.2",
            ),
            Clause::LeaderOnlyAppends => (
                "a leader only appends",
                "A leader never overwrites or deletes entries of its log; it only appends.",
                "Raft, figure 3 (Leader Append-Only) and section 5.3",
            ),
            Clause::LogsMatch => (
                "logs match",
                "Two logs with an entry of the same index and term are the same up to there.",
                "Raft, figure 3 (Log Matching) and section 5.3",
            ),
            Clause::LeaderIsComplete => (
                "a leader holds what is committed",
                "The leader of a term holds every entry that was committed in an earlier term.",
                "Raft, figure 3 (Leader Completeness) and section 5.4",
            ),
            Clause::CommitNeedsQuorum => (
                "a commit needs a quorum",
                "An entry is committed only after a majority of the voters made it durable.",
                "Raft, sections 5.3 and 5.4.2",
            ),
            Clause::DurableEntriesStay => (
                "durable entries stay",
                "A committed entry that a node made durable stays in its log, also over a restart.",
                "Raft, figure 2 (persistent state) and section 5.4.3",
            ),
            Clause::CommitNeverGoesBack => (
                "the commit index never goes back",
                "While a node runs, the index up to which it knows of commits never goes back.",
                "Raft, figure 2 (volatile state)",
            ),
            Clause::OnlyCommittedIsApplied => (
                "only what is committed is applied",
                "A node applies an entry only after it knows that it is committed.",
                "Raft, figure 2 (rules for all servers) and section 5.3",
            ),
            Clause::AppliedInOrder => (
                "applied in order",
                "A node applies the entries of the log one after the other, and each of them once.",
                "Raft, figure 2 (rules for all servers) and section 5.4.3",
            ),
            Clause::OneEntryAtAnIndex => (
                "one entry at one index",
                "No two nodes ever commit or apply different entries at the same index.",
                "Raft, figure 3 (State Machine Safety) and section 5.4.3",
            ),
            Clause::ExecutedOnce => (
                "executed once",
                "A request takes effect at one index only, however often it was proposed.",
                "Raft thesis (Ongaro 2014), section 6.3",
            ),
            Clause::NoAcknowledgedWriteIsLost => (
                "no acknowledged write is lost",
                "A write of which a client was told that it succeeded is applied.",
                "Raft thesis (Ongaro 2014), section 6.3; Raft, section 5.3",
            ),
            _ => self.row_of_members(),
        }
    }

    /// The same of who votes and of what is compacted.
    const fn row_of_members(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Clause::ElectionNeedsQuorum => (
                "an election needs a quorum",
                "Where nodes tell who votes, a majority of the voters elects a leader.",
                "Raft, section 5.2; Raft thesis (Ongaro 2014), sections 4.1 and 4.3",
            ),
            Clause::OneConfiguration => (
                "one configuration at an index",
                "No two nodes that stand at the same index of the log go by different \
                 configurations.",
                "Raft thesis (Ongaro 2014), section 4.1",
            ),
            Clause::QuorumsIntersect => (
                "quorums intersect",
                "Every quorum of a configuration has a node in common with every quorum of the next.",
                "Raft thesis (Ongaro 2014), sections 4.1 and 4.3",
            ),
            _ => (
                "a snapshot holds what was applied",
                "Snapshots up to the same index are equal, and none goes beyond what was applied.",
                "Raft, section 7; Raft thesis (Ongaro 2014), section 5.1",
            ),
        }
    }
}

impl std::fmt::Display for Clause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
