//! Raft as an abstract protocol, for the exhaustive search: bounds come in, a
//! [`stateright::Model`] goes out. It knows no real implementation, and no thread or clock.
//!
//! It is the protocol of the paper's figure 2 (Ongaro and Ousterhout 2014), in the steps of the
//! specification in Ongaro's thesis (2014, appendix B): a node times out, asks one other node for a
//! vote, sends one other node at most one entry, takes a message in, or restarts with what is
//! durable. A message may be lost and may overtake others; what is sent again doubles it. A
//! partition is the loss of what crosses it, and a node that is down is one that restarts after the
//! messages to it were lost, so neither needs steps of its own.
//!
//! Each step tells the facts that an implementation would tell, and the reference judges them: the
//! same [`Cluster`](super::Cluster) that judges real nodes. For that a state remembers what was
//! told before ([`Past`]), so a state is what the cluster is *and* what a judge knows of it.

mod action;
pub mod conform;
mod judge;
mod protocol;
mod rename;
pub mod rules;
mod state;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use state::{Body, Entry, Message, Role, Server, State};
pub use state::{LOG_MAX, MESSAGES_MAX, NODES_MAX};

use stateright::{Model, Path, Property};

use super::drawing::{Row, drawing};
use super::protocol::{Bound, Protocol, bound};
use super::replication::recall::Past;

/// The model: its bounds, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Raft {
    /// How large it may grow.
    pub bounds: Bounds,
    /// What is wrong with it, if anything.
    pub bug: Option<Bug>,
}

/// How large a model may grow. They are bounds on states, none on the length of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// So many nodes, up to [`NODES_MAX`].
    pub nodes: u8,
    /// No node goes beyond this term.
    pub terms: u8,
    /// Clients ask so often; no log is longer.
    pub requests: u8,
    /// So many messages may be on their way at once.
    pub messages: u8,
    /// Nodes restart so often, all together.
    pub restarts: u8,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { nodes: 3, terms: 3, requests: 2, messages: 1, restarts: 1 }
    }
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
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 4] =
        [Bug::VoteForgotten, Bug::OldTermCommitted, Bug::AckedAlone, Bug::LogNotCompared];

    /// Its name, as in `--bug vote-forgotten`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bug::VoteForgotten => "vote-forgotten",
            Bug::OldTermCommitted => "old-term-committed",
            Bug::AckedAlone => "acked-alone",
            Bug::LogNotCompared => "log-not-compared",
        }
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Bug::VoteForgotten => "a node that restarts has forgotten its vote",
            Bug::OldTermCommitted => "a leader commits an older term's entry by counting replicas",
            Bug::AckedAlone => "a leader answers before anybody else holds the entry",
            Bug::LogNotCompared => "a vote is given whatever the candidate's log holds",
        }
    }
}

impl Protocol for Raft {
    const NAME: &'static str = "raft";
    const SENTENCE: &'static str = "elections, replication, commits, restarts with what is durable";
    const BOUNDS: &'static [Bound] = &[
        bound("nodes", "so many nodes, all of which vote", 3, 1, NODES_MAX),
        bound("terms", "the highest term", 3, 1, LOG_MAX),
        bound("requests", "so many requests of clients", 2, 0, LOG_MAX),
        bound("messages", "so many messages on their way at once", 1, 1, MESSAGES_MAX),
        bound("restarts", "so many restarts of nodes, all together", 1, 0, 9),
    ];
    const BUGS: &'static [(&'static str, &'static str)] = &[
        (Bug::ALL[0].name(), Bug::ALL[0].sentence()),
        (Bug::ALL[1].name(), Bug::ALL[1].sentence()),
        (Bug::ALL[2].name(), Bug::ALL[2].sentence()),
        (Bug::ALL[3].name(), Bug::ALL[3].sentence()),
    ];

    fn usual(bug: Option<usize>) -> Vec<u8> {
        match bug.map(|place| Bug::ALL[place]) {
            Some(Bug::OldTermCommitted) => vec![3, 4, 2, 1, 1],
            _ => Self::BOUNDS.iter().map(|bound| bound.usual).collect(),
        }
    }

    fn new(bounds: &[u8], bug: Option<usize>) -> Raft {
        let [nodes, terms, requests, messages, restarts] = bounds[..] else {
            panic!("each bound has a number");
        };
        let bounds = Bounds { nodes, terms, requests, messages, restarts };
        Raft { bounds, bug: bug.map(|place| Bug::ALL[place]) }
    }

    fn rule(property: &str) -> Option<(&'static str, &'static str)> {
        super::protocol::clause(property)
    }
}

impl Model for Raft {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let servers = (0..self.bounds.nodes).map(|_| Server::default()).collect();
        let past = Past::default();
        vec![State { servers, network: Default::default(), restarts: 0, past, broken: None }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.step(state, action).0)
    }

    fn as_svg(&self, path: Path<State, Action>) -> Option<String> {
        let steps = path.into_vec();
        let after = steps.iter().skip(1).map(|(state, _)| state);
        let rows = steps.iter().zip(after).filter_map(|((_, action), after)| {
            let action = (*action)?;
            let (who, takes) = action.drawn();
            let network = after.network.to_vec();
            Some(Row { who, text: format!("{action:?}"), takes, network })
        });
        let nodes = usize::from(self.bounds.nodes);
        Some(drawing(nodes, rows.collect(), |message| (message.from, message.to)))
    }

    fn properties(&self) -> Vec<Property<Raft>> {
        let mut properties = super::protocol::kept!(State; OneLeader TermNeverGoesBack
            VoteNeverChanges LeaderOnlyAppends LogsMatch LeaderIsComplete CommitNeedsQuorum
            DurableEntriesStay CommitNeverGoesBack OnlyCommittedIsApplied AppliedInOrder
            OneEntryAtAnIndex ExecutedOnce NoAcknowledgedWriteIsLost);
        properties.push(Property::sometimes("a leader is elected", |_, state: &State| {
            state.servers.iter().any(|server| server.role == Role::Leader)
        }));
        properties.push(Property::sometimes("an entry is committed", |_, state: &State| {
            state.servers.iter().any(|server| server.commit > 0)
        }));
        properties
    }
}
