//! Replication to an in-sync set as an abstract protocol, for the exhaustive search: bounds come
//! in, a [`stateright::Model`] goes out. It knows no real implementation, and no thread or clock.
//!
//! A controller names a leader for each epoch, and keeps the set of replicas that are in sync.
//! Followers fetch; the leader commits what every replica in sync holds, while these are a
//! majority. It is what Kafka does since KIP-101 and KIP-279 (a follower whose log differs cuts it
//! back by epochs), KIP-497 (the leader asks the controller to change the set) and KIP-966 (who
//! falls out of sync while nothing more can be committed stays eligible; who came up from a crash
//! that may have lost writes does not). Writes are not durable when they are answered: being on
//! several replicas is what protects them, so a run in which two of three replicas lose power may
//! lose one.
//!
//! Each step tells facts, and the same [`Cluster`](super::Cluster) judges them that judges real
//! nodes: an epoch is a term, the high watermark the commit index.

mod action;
mod live;
mod pack;
mod protocol;
mod state;

pub use action::Action;
pub use state::{Body, Controller, Entry, Message, Replica, State};

use protocol::Turn;
use stateright::{Model, Path, Property};

use super::drawing::{Drawn, drawing};
use super::liveness::Live;
use super::packed::Packed;
use super::protocol::{Bound, Packing, Protocol, bound};
use super::raft::{MESSAGES_MAX, NODES_MAX, REQUESTS_MAX};
use super::replication::recall::Shows;
use super::telling::Telling;
use super::{Past, Refusal};
use crate::fact::Fact;

/// The model: its bounds, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Isr {
    /// How large it may grow.
    pub bounds: Bounds,
    /// What is wrong with it, if anything.
    pub bug: Option<Bug>,
}

/// How large a model may grow. They are bounds on states, none on the length of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// So many replicas.
    pub nodes: u8,
    /// The controller names so many leaders.
    pub epochs: u8,
    /// Clients ask so often.
    pub requests: u8,
    /// So many messages may be on their way at once.
    pub messages: u8,
    /// Replicas restart so often with all that they had written.
    pub restarts: u8,
    /// Replicas restart so often without some of it. With more than a minority no protocol that
    /// answers before writes are durable keeps them.
    pub losses: u8,
}

/// A known mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Bug {
    /// Any replica may be elected, in sync or not.
    UncleanElection,
    /// A follower cuts its log back to its own high watermark (before KIP-101).
    TruncatedToWatermark,
    /// A leader answers its client before anybody else holds the entry.
    AckedAlone,
    /// The last replica in sync stays so whatever it loses (before KIP-966).
    LastReplica,
    /// Who fell out of sync is never taken back. It breaks no clause: nothing is committed then.
    OutForGood,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 5] = [
        Bug::UncleanElection,
        Bug::TruncatedToWatermark,
        Bug::AckedAlone,
        Bug::LastReplica,
        Bug::OutForGood,
    ];
}

impl Protocol for Isr {
    const NAME: &'static str = "isr";
    const SENTENCE: &'static str = "a leader with an in-sync set, a controller, fetches, restarts";
    const BOUNDS: &'static [Bound] = &[
        bound("nodes", "so many replicas", 3, 1, NODES_MAX),
        bound("epochs", "so many leaders, one after the other", 2, 1, REQUESTS_MAX),
        bound("requests", "so many requests of clients", 2, 0, REQUESTS_MAX),
        bound("messages", "so many messages on their way at once", 1, 1, MESSAGES_MAX),
        bound("restarts", "so many restarts of replicas that keep their logs", 1, 0, 9),
        bound("losses", "so many restarts of replicas that lose of theirs", 1, 0, 1),
    ];
    const BUGS: &'static [(&'static str, &'static str)] = &[
        ("unclean-election", "any replica may be elected, in sync or not"),
        ("truncated-to-watermark", "a follower cuts its log back to its own high watermark"),
        ("acked-alone", "a leader answers before anybody else holds the entry"),
        ("last-replica", "the last replica in sync stays so whatever it loses"),
        ("out-for-good", "who fell out of sync is not taken back (see --liveness)"),
    ];

    fn new(bounds: &[u8], bug: Option<usize>) -> Isr {
        let [nodes, epochs, requests, messages, restarts, losses] = bounds[..] else {
            panic!("each bound has a number");
        };
        let bounds = Bounds { nodes, epochs, requests, messages, restarts, losses };
        Isr { bounds, bug: bug.map(|place| Bug::ALL[place]) }
    }

    fn packing() -> Option<Packing<State>> {
        Some((Packed::pack, Packed::unpack))
    }

    fn liveness() -> Option<Live<Isr>> {
        Some(live::LIVE)
    }

    fn usual_live(_: Option<usize>) -> Vec<u8> {
        vec![3, 2, 1, 1, 0, 0]
    }

    fn rule(property: &str) -> Option<(&'static str, &'static str)> {
        super::protocol::clause(property)
    }
}

impl Isr {
    /// The state after a step that is possible, what a replica told in it, and what the reference
    /// says against that.
    #[must_use]
    pub fn step(&self, state: &State, action: Action) -> (State, Vec<Fact>, Option<Box<Refusal>>) {
        let Turn { state: mut next, who, facts, .. } = Turn::take(self, state, action);
        if facts.is_empty() {
            return (next, facts, None);
        }
        let restarted = matches!(action, Action::Restart(_) | Action::LosePower(..));
        let settled = next.settled(who);
        let telling = Telling { who, restarted, facts: &facts, settled };
        let nodes = state.replicas.iter().map(|replica| Shows {
            term: replica.epoch,
            vote: 0,
            leads: replica.leads,
            base: (0, 0),
            log: replica.log.iter().map(|entry| entry.epoch),
            commit: replica.watermark,
            goes_by: None,
        });
        let refusal = telling.judge(&mut next.past, &mut next.broken, nodes);
        (next, facts, refusal)
    }
}

impl State {
    /// Whether the newest leader has committed all of its log.
    fn settled(&self, who: u8) -> bool {
        let me = &self.replicas[who as usize];
        me.leads && me.epoch == self.controller.epoch && me.watermark == me.end()
    }
}

impl Model for Isr {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let replicas = (0..self.bounds.nodes).map(|_| Replica::default()).collect();
        let in_sync = (1 << self.bounds.nodes) - 1;
        vec![State {
            replicas,
            controller: Controller { in_sync, ..Controller::default() },
            network: Default::default(),
            requests: 0,
            restarts: 0,
            losses: 0,
            past: Past::default(),
            broken: None,
        }]
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

    fn properties(&self) -> Vec<Property<Isr>> {
        let mut properties = super::protocol::kept!(State; OneLeader TermNeverGoesBack
            CommitNeverGoesBack OnlyCommittedIsApplied AppliedInOrder OneEntryAtAnIndex
            ExecutedOnce NoAcknowledgedWriteIsLost);
        properties.push(Property::sometimes("an entry is committed", |_, state: &State| {
            state.replicas.iter().any(|replica| replica.watermark > 0)
        }));
        properties.push(Property::sometimes("nobody is in sync", |_, state: &State| {
            state.controller.in_sync == 0
        }));
        properties
    }
}
