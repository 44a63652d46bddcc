//! Raft as an abstract protocol, for the exhaustive search: bounds come in, a
//! [`stateright::Model`] goes out. It knows no real implementation, and no thread or clock.
//!
//! It is the protocol of the paper's figure 2 (Ongaro and Ousterhout 2014), in the steps of the
//! specification in Ongaro's thesis (2014, appendix B): a node times out, asks one other node for a
//! vote, sends one other node at most one entry, takes a message in, or restarts with what is
//! durable. A log may be compacted up to what was applied, and a leader sends its snapshot where
//! the log has gone (thesis, chapter 5); who votes changes by one, or through a joint configuration
//! (chapter 4). A message may be lost and may overtake others; what is sent again doubles it. A
//! partition is the loss of what crosses it, and a node that is down is one that restarts after the
//! messages to it were lost, so neither needs steps of its own.
//!
//! Each step tells the facts that an implementation would tell, and the reference judges them: the
//! same [`Cluster`](super::Cluster) that judges real nodes. For that a state remembers what was
//! told before ([`Past`](super::Past)), so a state is what the cluster is *and* what a judge knows
//! of it.

mod action;
mod bounds;
pub mod conform;
pub mod coverage;
mod judge;
mod live;
mod pack;
mod protocol;
mod rename;
pub mod rules;
mod show;
mod state;
#[cfg(test)]
mod tests;
mod voters;

pub use action::Action;
pub use bounds::{Bounds, Bug, GoesBy, Rules};
pub use state::{Base, Body, Content, Entry, Message, Role, Server, Spent, State};
pub use state::{LOG_MAX, MESSAGES_MAX, NODES_MAX, REQUESTS_MAX, TERMS_MAX};
pub use voters::Voters;

use stateright::{Model, Path, Property};

use super::drawing::{Drawn, drawing};
use super::liveness::Live;
use super::packed::Packed;
use super::protocol::{Bound, Packing, Protocol, bound};

/// The bounds unless said.
const USUAL: Bounds = Bounds::USUAL;

/// The model: its bounds, its rules, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Raft {
    /// How large it may grow.
    pub bounds: Bounds,
    /// Where implementations differ.
    pub rules: Rules,
    /// What is wrong with it, if anything.
    pub bug: Option<Bug>,
}

impl Raft {
    /// A sound one by the rules of Ongaro's thesis.
    #[must_use]
    pub fn within(bounds: Bounds) -> Raft {
        Raft { bounds, rules: Rules::default(), bug: None }
    }

    /// The same by these rules.
    #[must_use]
    pub fn by(self, rules: Rules) -> Raft {
        Raft { rules, ..self }
    }

    /// The same with a mistake, if any.
    #[must_use]
    pub fn with(self, bug: impl Into<Option<Bug>>) -> Raft {
        Raft { bug: bug.into(), ..self }
    }
}

impl Protocol for Raft {
    const NAME: &'static str = "raft";
    const SENTENCE: &'static str = "elections, replication, commits, restarts with what is durable";
    const BOUNDS: &'static [Bound] = &[
        bound("nodes", "so many nodes", USUAL.nodes, 1, NODES_MAX),
        bound("terms", "the highest term", USUAL.terms, 1, TERMS_MAX),
        bound("requests", "so many requests of clients", USUAL.requests, 0, REQUESTS_MAX),
        bound("messages", "so many messages on their way at once", USUAL.messages, 1, MESSAGES_MAX),
        bound("restarts", "so many restarts of nodes, all together", USUAL.restarts, 0, 9),
        bound("snapshots", "so often logs are compacted, all together", USUAL.snapshots, 0, 9),
        bound("changes", "so often a voter comes or goes", USUAL.changes, 0, 2),
        bound("joint", "so often voters change through a joint configuration", USUAL.joint, 0, 1),
        bound("voters", "so many vote at first; 0: all", USUAL.voters, 0, NODES_MAX),
    ];
    const BUGS: &'static [(&'static str, &'static str)] = &[
        Bug::ALL[0].row(),
        Bug::ALL[1].row(),
        Bug::ALL[2].row(),
        Bug::ALL[3].row(),
        Bug::ALL[4].row(),
        Bug::ALL[5].row(),
        Bug::ALL[6].row(),
    ];

    fn usual(bug: Option<usize>) -> Vec<u8> {
        bug.map_or(USUAL, |place| Bug::ALL[place].bounds()).numbers()
    }

    fn new(bounds: &[u8], bug: Option<usize>) -> Raft {
        let [nodes, terms, requests, messages, restarts, snapshots, changes, joint, voters] =
            bounds[..]
        else {
            panic!("each bound has a number");
        };
        let bounds = Bounds {
            nodes,
            terms,
            requests,
            messages,
            restarts,
            snapshots,
            changes,
            joint,
            voters: voters.min(nodes),
        };
        Raft::within(bounds).with(bug.map(|place| Bug::ALL[place]))
    }

    fn packing() -> Option<Packing<State>> {
        Some((Packed::pack, Packed::unpack))
    }

    fn liveness() -> Option<Live<Raft>> {
        Some(live::LIVE)
    }

    fn usual_live(bug: Option<usize>) -> Vec<u8> {
        let plain = Bounds { terms: 2, restarts: 0, ..Bounds::PLAIN };
        bug.map_or(plain, |place| Bug::ALL[place].bounds()).numbers()
    }

    fn rule(property: &str) -> Option<(&'static str, &'static str)> {
        super::protocol::clause(property)
    }
}

impl Model for Raft {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let Bounds { nodes, voters, .. } = self.bounds;
        let voters = if voters == 0 { nodes } else { voters };
        let chosen = (1..1_u8 << nodes).filter(|set| set.count_ones() == u32::from(voters));
        let start = chosen.map(|set| {
            let base = Base { voters: Voters::of(set), ..Base::default() };
            let servers = (0..nodes).map(|_| Server { base, ..Server::default() }).collect();
            let (network, spent, past) = Default::default();
            State { servers, network, spent, past, broken: None }
        });
        start.collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.step(state, action).0)
    }

    fn as_svg(&self, path: Path<State, Action>) -> Option<String> {
        let ends = |message: &Message| (message.from, message.to);
        let drawn = Drawn { takes: Action::drawn, network: |state: &State| &state.network, ends };
        Some(drawing(self, self.bounds.nodes, path, &drawn))
    }

    fn properties(&self) -> Vec<Property<Raft>> {
        let mut properties = super::protocol::kept!(State; OneLeader TermNeverGoesBack
            VoteNeverChanges LeaderOnlyAppends LogsMatch LeaderIsComplete CommitNeedsQuorum
            DurableEntriesStay CommitNeverGoesBack OnlyCommittedIsApplied AppliedInOrder
            OneEntryAtAnIndex ExecutedOnce NoAcknowledgedWriteIsLost
            ElectionNeedsQuorum OneConfiguration QuorumsIntersect SnapshotIsApplied);
        properties.push(Property::sometimes("a leader is elected", |_, state: &State| {
            state.servers.iter().any(|server| server.role == Role::Leader)
        }));
        properties.push(Property::sometimes("an entry is committed", |_, state: &State| {
            state.servers.iter().any(|server| server.commit > 0)
        }));
        properties
    }
}
