//! A run that is looked at where its steps end, before any calm end: a schedule comes in; what
//! everybody shows there, what can happen next and an identity of the whole go out.
//!
//! A node is a function of what it was given, and need be neither `Clone` nor `Hash`. So a state is
//! known by what led to it: for each node a digest of its inputs, with their times where it read
//! the clock. A message is known by its sender's digest when it left, and what was given to
//! different nodes leaves no mark of its order. How that is put together is in `identity`.

use super::process::Process;
use super::{Boot, Op, Recording, World};
use crate::fact::Says;
use crate::fault::Hand;
use crate::id::NodeId;
use crate::node::{Event, Node};
use crate::schedule::Schedule;
use crate::seed::{Seed, StableHasher};
use crate::time::Time;
use crate::trace::{End, Trace};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

mod force;
mod identity;
mod next;
mod waiting;

pub(crate) use force::Held;
pub(crate) use next::{Choice, Turn, turns};
pub(crate) use waiting::{OnItsWay, Paused, paused};

/// What is remembered of a run for the identity of where it stands.
#[derive(Default)]
pub(super) struct Walk {
    /// For each node, a digest of what it was given since its disk was empty.
    given: Vec<u64>,
    /// What the keys of messages and timers stand for: who sent them, in which state.
    origins: BTreeMap<u64, u64>,
    /// What messages say in the model's words, where their senders tell it, by their keys.
    says: BTreeMap<u64, (u64, Says)>,
}

/// Where a run stands.
pub(crate) struct Walked<N: Node> {
    /// What happened so far. Its end is [`End::Open`] unless the run has ended.
    pub(crate) trace: Trace<N>,
    /// Equal identities have equal futures.
    pub(crate) identity: u64,
    /// What each node shows.
    pub(crate) nodes: Vec<Stands>,
    /// What can be taken by hand now, what is due first coming first.
    pub(crate) choices: Vec<Choice>,
    /// How many events happen until time has gone on to one that does something, and which that
    /// is, in words; nothing where nothing is planned.
    pub(crate) next: Option<(u32, String)>,
    /// Which links carry nothing.
    pub(crate) cuts: Vec<(NodeId, NodeId)>,
    /// Which troubles hold.
    pub(crate) held: Vec<Held>,
    /// What waits and cannot be taken by hand, in words.
    pub(crate) besides: Vec<String>,
}

/// How a node stands.
pub(crate) struct Stands {
    pub(crate) node: NodeId,
    pub(crate) is_down: bool,
    pub(crate) is_paused: bool,
    /// What its own clock shows.
    pub(crate) clock: Time,
    /// What it shows; nothing while it is down.
    pub(crate) view: Option<String>,
}

/// Runs the steps of a schedule, and looks.
pub(crate) fn walk<N: Node>(
    schedule: &Schedule<Op<N>>,
    boot: Boot<'_, N>,
    recording: Recording,
) -> Walked<N> {
    steps_of(schedule, boot, recording).looked_at()
}

/// Runs the steps of a schedule, and nothing behind the last.
fn steps_of<'a, N: Node>(
    schedule: &'a Schedule<Op<N>>,
    boot: Boot<'a, N>,
    recording: Recording,
) -> World<'a, N> {
    let mut world = World::new(schedule, boot, recording);
    let given = (1..=schedule.nodes).map(|node| Seed(u64::from(node)).fork(0xd15c).0).collect();
    let (origins, says) = Default::default();
    world.walk = Some(Box::new(Walk { given, origins, says }));
    world.begin();
    while world.end.is_none() && world.plan.next_time().is_some() {
        world.turn();
        world.look();
    }
    world
}

impl<N: Node> World<'_, N> {
    fn looked_at(mut self) -> Walked<N> {
        let identity = self.identity();
        let ended = self.end.is_some();
        let now = self.now;
        let nodes = self.processes.iter_mut().map(|process| stands(process, now)).collect();
        let choices = if ended { Vec::new() } else { self.choices() };
        let next = if ended { None } else { self.due() };
        let (held, besides) = (self.in_force(), self.besides());
        let cuts = self.network.cuts().collect();
        self.end.get_or_insert(End::Open);
        Walked { trace: self.finish(), identity, nodes, choices, next, cuts, held, besides }
    }

    /// A node is given something.
    pub(super) fn given(&mut self, id: NodeId, what: impl Hash) {
        if let Some(walk) = &mut self.walk {
            let given = &mut walk.given[id.index()];
            *given = Seed(*given).of(what).0;
        }
    }

    /// The same of the time, if the node has looked at it in this event.
    pub(super) fn given_time(&mut self, id: NodeId) {
        let process = &self.processes[id.index()];
        if self.walk.is_some() && process.io.read_clock.take() {
            let now = process.io.now;
            self.given(id, now);
        }
    }

    /// A node is given an event, whose key as a cause this is.
    pub(super) fn given_event(&mut self, id: NodeId, event: &Event<N>, key: u64) {
        let origin = self.origin(key);
        match event {
            Event::Request { id: request, op } => self.given(id, (request, op)),
            Event::Message { from, .. } => self.given(id, (from, origin)),
            Event::Timer(_) => self.given(id, ("timer", origin)),
            Event::Synced(token) => self.given(id, ("synced", token)),
            Event::Stop => self.given(id, "stop"),
        }
    }

    /// What an event is known by, whose key as a cause this is.
    pub(super) fn origin(&self, key: u64) -> u64 {
        let known = self.walk.as_ref().and_then(|walk| walk.origins.get(&key));
        known.copied().unwrap_or(key)
    }

    /// Remembers what a message or timer is known by.
    pub(super) fn stems(&mut self, key: u64, from: impl Hash) {
        if let Some(walk) = &mut self.walk {
            walk.origins.insert(key, Seed(0x0519).of(from).0);
        }
    }

    /// The same of one that a node brought about.
    pub(super) fn stems_from(&mut self, key: u64, id: NodeId, what: impl Hash) {
        let given = self.walk.as_ref().map(|walk| walk.given[id.index()]);
        if let Some(given) = given {
            self.stems(key, (given, what));
        }
    }

    /// A node comes up: with an empty disk it knows nothing of what was before.
    pub(super) fn given_life(&mut self, id: NodeId) {
        let process = &self.processes[id.index()];
        let (fresh, incarnation) = (process.io.drive.is_empty(), process.io.incarnation);
        if let Some(walk) = &mut self.walk
            && fresh
        {
            walk.given[id.index()] = Seed(u64::from(id.0)).fork(0xd15c).0;
        }
        self.given(id, (incarnation, "comes up"));
    }
}

fn stands<N: Node>(process: &mut Process<N>, now: Time) -> Stands {
    let clock = process.clock.at(now);
    let (node, is_down, is_paused) = (process.io.id, process.is_down(), process.paused);
    let shown = process.node_mut().map(|(node, _)| super::guard::call(|| node.view()));
    let view = shown.map(|view| match view {
        Ok(view) => format!("{view:?}"),
        Err(_) => "its view panicked".to_owned(),
    });
    Stands { node, is_down, is_paused, clock, view }
}

/// A hasher for what stands.
fn hasher() -> StableHasher {
    StableHasher::new(0x1de7)
}

fn hashed(what: impl Hash) -> u64 {
    let mut hasher = hasher();
    what.hash(&mut hasher);
    hasher.finish()
}

impl Choice {
    /// The same as a step's action.
    pub(crate) fn fault(&self) -> crate::fault::Fault {
        crate::fault::Fault::Hand(self.hand.clone())
    }
}

/// A message can overtake so many others of its link before a list of them grows too long.
pub(super) const OVERTAKEN_MAX: u32 = 3;

impl Hand {
    /// Whether a claim that names these kinds allows it.
    pub(crate) fn is_within(&self, claim: &crate::fault::Nemesis) -> bool {
        let kind = crate::fault::Fault::Hand(self.clone()).kind();
        kind.is_none_or(|kind| claim.names(kind))
    }
}
