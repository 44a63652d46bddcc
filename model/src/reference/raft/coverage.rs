//! How much of the model real runs have walked: runs come in, or the bounds of a search, and sets
//! of abstract states and of edges between them go out, by what makes the step.
//!
//! The one idea: two clusters are seldom in the same state, but a node often stands alike among the
//! others. A [`Stand`] is what a node does and how its term, vote, log and commit compare with
//! theirs; there are few, the search visits all of them within small bounds, and what a run does
//! between two of them is an edge.

mod plan;
mod reach;
mod run;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::Role;

pub use plan::{Move, Plan};
pub use run::walked;

/// How a node stands among the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Stand(u16);

/// What a node is, for [`Stand::among`].
#[derive(Clone, Copy, Debug)]
struct Look {
    term: u64,
    role: Role,
    /// 0 for nobody, 1 for itself, 2 for somebody else.
    vote: u16,
    /// The term and the index of its last entry.
    end: (u64, u64),
    commit: u64,
}

impl Stand {
    /// How a node stands among all.
    fn among(me: &Look, all: impl Iterator<Item = Look>) -> Stand {
        let (mut newest, mut best, mut most) = (me.term, me.end, me.commit);
        for other in all {
            newest = newest.max(other.term);
            best = best.max(other.end);
            most = most.max(other.commit);
        }
        let role = match me.role {
            Role::Follower => 0,
            Role::Candidate => 1,
            Role::Leader => 2,
        };
        let above = me.end.1.saturating_sub(me.commit).min(2) as u16;
        let of_its_term = me.end.1 > 0 && me.end.0 == me.term;
        let flags = [me.term == newest, me.end == best, me.commit == most, of_its_term];
        let flags = flags.into_iter().fold(0, |bits, flag| bits << 1 | u16::from(flag));
        Stand(((role * 3 + me.vote) * 3 + above) << 4 | flags)
    }
}

/// What makes a step of a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cause {
    /// It hears of no leader.
    Stands,
    /// It is asked for a vote.
    Asked,
    /// A vote is answered.
    Voted,
    /// A client asks it.
    Takes,
    /// A leader sends of its log.
    Append,
    /// A follower answers.
    Answer,
    /// A leader sends a snapshot.
    Snapshot,
    /// It restarts.
    Restart,
}

impl Cause {
    /// All of them, in the order of a table.
    pub const ALL: [Cause; 8] = [
        Cause::Stands,
        Cause::Asked,
        Cause::Voted,
        Cause::Takes,
        Cause::Append,
        Cause::Answer,
        Cause::Snapshot,
        Cause::Restart,
    ];

    /// In a few words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Cause::Stands => "stands for election",
            Cause::Asked => "is asked for a vote",
            Cause::Voted => "hears of a vote",
            Cause::Takes => "takes an entry",
            Cause::Append => "hears a leader",
            Cause::Answer => "hears a follower",
            Cause::Snapshot => "gets a snapshot",
            Cause::Restart => "restarts",
        }
    }
}

/// A step of a node: from one stand to another.
pub type Edge = (Cause, Stand, Stand);

/// Stands and edges that were walked.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Coverage {
    edges: BTreeSet<Edge>,
}

/// A row of a table: how much of what is reachable was walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// By which steps; of all for `None`.
    pub cause: Option<Cause>,
    /// Stands in which such a step was taken, of those that are reachable.
    pub states: (usize, usize),
    /// Edges, of those that are reachable.
    pub edges: (usize, usize),
    /// Edges that lie beyond the bounds of the search.
    pub beyond: usize,
}

impl Coverage {
    /// Adds what another has.
    pub fn add(&mut self, other: &Coverage) {
        self.edges.extend(other.edges.iter().copied());
    }

    /// Whether an edge was walked.
    #[must_use]
    pub fn has(&self, edge: &Edge) -> bool {
        self.edges.contains(edge)
    }

    /// How many edges both have.
    #[must_use]
    pub fn shares(&self, other: &Coverage) -> usize {
        self.edges.intersection(&other.edges).count()
    }

    /// Every edge, in order.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.edges.iter()
    }

    /// How much of what is reachable was walked, by each cause and in all.
    #[must_use]
    pub fn table(&self, reachable: &Coverage) -> Vec<Row> {
        let causes = Cause::ALL.into_iter().map(Some).chain([None]);
        causes.map(|cause| self.row(reachable, cause)).collect()
    }

    fn row(&self, reachable: &Coverage, cause: Option<Cause>) -> Row {
        let of = |edge: &&Edge| cause.is_none_or(|cause| edge.0 == cause);
        let stands = |coverage: &Coverage| -> BTreeSet<Stand> {
            let edges = coverage.edges.iter().filter(of);
            // Where a step of a certain cause was taken; in all, what was come to as well.
            let both =
                edges.flat_map(|(_, from, to)| [Some(*from), cause.is_none().then_some(*to)]);
            both.flatten().collect()
        };
        let (mine, all) = (stands(self), stands(reachable));
        let walked = self.edges.intersection(&reachable.edges).filter(of).count();
        Row {
            cause,
            states: (mine.intersection(&all).count(), all.len()),
            edges: (walked, reachable.edges.iter().filter(of).count()),
            beyond: self.edges.difference(&reachable.edges).filter(of).count(),
        }
    }
}
