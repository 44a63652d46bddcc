//! How large the Raft model may grow, by which of the known rules it goes, and what is wrong with
//! it. Plain data.

/// How large a model may grow. They are bounds on states, none on the length of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// So many nodes, up to [`NODES_MAX`](super::NODES_MAX).
    pub nodes: u8,
    /// No node goes beyond this term.
    pub terms: u8,
    /// Clients ask so often.
    pub requests: u8,
    /// So many messages may be on their way at once.
    pub messages: u8,
    /// Nodes restart so often, all together.
    pub restarts: u8,
    /// Logs are compacted so often, all together.
    pub snapshots: u8,
    /// A voter comes or goes so often.
    pub changes: u8,
    /// Voters change so often through a joint configuration.
    pub joint: u8,
    /// So many nodes vote at first; 0 for all.
    pub voters: u8,
}

impl Bounds {
    /// Three nodes that always vote and keep their whole logs.
    pub const PLAIN: Bounds = Bounds {
        nodes: 3,
        terms: 3,
        requests: 2,
        messages: 1,
        restarts: 1,
        snapshots: 0,
        changes: 0,
        joint: 0,
        voters: 0,
    };

    /// Those of which every state is visited in a minute or two.
    pub const USUAL: Bounds = Bounds { snapshots: 1, changes: 1, ..Bounds::PLAIN };
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds::USUAL
    }
}

/// Where implementations of Raft differ by right.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Rules {
    /// From when on a node goes by a change of who votes.
    pub goes_by: GoesBy,
    /// Whether a new leader begins its term with an empty entry, as almost every implementation
    /// does: what older terms left behind is committed with it.
    pub empty_entry: bool,
}

/// From when on a node goes by a change of who votes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum GoesBy {
    /// From when it stands in its log, committed or not (Ongaro's thesis, section 4.1).
    #[default]
    Log,
    /// From when it has applied it, as etcd and raft-rs do. What a node knows to be committed is
    /// then durable: it would otherwise come up with voters of long ago.
    Applied,
}

impl Rules {
    /// The rules of etcd and raft-rs.
    pub const ETCD: Rules = Rules { goes_by: GoesBy::Applied, empty_entry: true };
}

/// A known mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Bug {
    /// The vote is not durable: a node that restarts votes again in the same term.
    VoteForgotten,
    /// A leader takes an entry of an older term for committed as soon as a majority holds it
    /// (figure 8 of the paper).
    OldTermCommitted,
    /// A leader answers its client before anybody else holds the entry.
    AckedAlone,
    /// A vote is given to whoever asks, whatever its log holds.
    LogNotCompared,
    /// A leader changes who votes before an entry of its own term is committed, so that two
    /// changes, each of one voter, can be under way at once (Ongaro, raft-dev, 2015).
    TwoChanges,
    /// A follower that takes a snapshot in keeps what stands above it in its log, though that
    /// stands on something else (Ongaro's thesis, figure 5.3, steps 6 and 7).
    SuffixKept,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 6] = [
        Bug::VoteForgotten,
        Bug::OldTermCommitted,
        Bug::AckedAlone,
        Bug::LogNotCompared,
        Bug::TwoChanges,
        Bug::SuffixKept,
    ];

    /// Its name, as in `--bug vote-forgotten`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        self.row().1
    }

    pub(super) const fn row(self) -> (&'static str, &'static str) {
        match self {
            Bug::VoteForgotten => ("vote-forgotten", "a node that restarts has forgotten its vote"),
            Bug::OldTermCommitted => (
                "old-term-committed",
                "a leader commits an older term's entry by counting replicas",
            ),
            Bug::AckedAlone => {
                ("acked-alone", "a leader answers before anybody else holds the entry")
            }
            Bug::LogNotCompared => {
                ("log-not-compared", "a vote is given whatever the candidate's log holds")
            }
            Bug::TwoChanges => (
                "two-changes",
                "a leader changes who votes before it has committed in its own term",
            ),
            Bug::SuffixKept => (
                "suffix-kept",
                "a follower keeps the rest of its log above a snapshot that contradicts it",
            ),
        }
    }

    /// The bounds in which it shows, and as few states as possible.
    #[must_use]
    pub const fn bounds(self) -> Bounds {
        let plain = Bounds::PLAIN;
        match self {
            Bug::VoteForgotten | Bug::AckedAlone | Bug::LogNotCompared => plain,
            Bug::OldTermCommitted => Bounds { terms: 4, ..plain },
            Bug::TwoChanges => Bounds { nodes: 4, requests: 0, restarts: 0, changes: 2, ..plain },
            Bug::SuffixKept => Bounds { terms: 2, requests: 3, restarts: 0, snapshots: 1, ..plain },
        }
    }
}
