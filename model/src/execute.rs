//! A [`Schedule`] and a way to bring nodes to life come in; a [`Trace`] goes out. Nothing here
//! knows that properties exist.
//!
//! There is one event loop, virtual time, and no thread. What happens is a function of the
//! schedule: messages take a fixed time, clocks agree and disks are honest, except where a step or
//! the noise says otherwise. An idle node costs nothing, and time in which nothing is planned takes
//! none.

use crate::expect::Outlook;
use crate::fact::{Config, Told};
use crate::history::{History, Moment};
use crate::id::{ClientId, NodeId};
use crate::node::{Event, Io, Node};
use crate::sabotage::Sabotage;
use crate::schedule::Schedule;
use crate::seed::{Seed, StableHasher};
use crate::spec::Spec;
use crate::time::Time;
use crate::trace::{Counts, Digest, End, NoiseHit, Record, Shown, Trace, What};
use calm::Calm;
use course::Watch;
use happening::{Chore, Flight, Happening};
use network::{Disturber, Network};
use plan::Plan;
use process::Process;
use queue::{Lane, Next, Queue};
use reigns::Reigns;
use retries::Retries;
use rich::Rich;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::rc::Rc;
use std::time::Duration;
use walk::Walk;

mod calm;
mod clients;
mod clock;
mod course;
#[cfg(test)]
mod course_tests;
mod effects;
mod faults;
mod guard;
mod hand;
#[cfg(test)]
mod hand_tests;
mod happening;
pub mod hosted;
mod ill;
#[cfg(test)]
mod link_tests;
mod links;
mod machine;
#[cfg(test)]
mod machine_tests;
mod network;
mod plan;
mod process;
mod queue;
mod reigns;
mod restarts;
mod retries;
mod rich;
mod sabotaged;
mod sending;
mod standing;
mod telling;
#[cfg(test)]
mod tests;
mod walk;

/// The operations of a node's clients.
pub type Op<N> = <<N as Node>::Spec as Spec>::Op;
type Ret<N> = <<N as Node>::Spec as Spec>::Ret;

/// How a node comes to life: at the start, and after each crash from what its disk kept.
pub type Boot<'a, N> = &'a dyn Fn(&mut Io<N>) -> N;

/// What a run records besides what judges always need.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Recording {
    /// What each node shows after each of its events.
    pub views: bool,
    /// When leaders were undisturbed.
    pub reigns: bool,
    /// How leaders and faults came and went.
    pub course: bool,
    /// Each message that nodes send and handle, where they tell it.
    pub detail: bool,
    /// Every event with its cause, and what the nodes log.
    pub rich: bool,
}

/// More events than this within [`BUSY`] is a cluster that never comes to rest. A run may be as
/// long as its schedule says, so its events alone tell nothing.
const EVENTS_MAX: u64 = 500_000;
const BUSY: Duration = Duration::from_secs(1);

/// Each member of a group tells of each other, at least when it first hears of it: room that is
/// there from the start costs nothing before it is used, where a list that grows is copied.
const fn room_for_facts(nodes: u32) -> usize {
    let pairs = nodes as usize * nodes as usize;
    let room = pairs + pairs / 2;
    if room < 512 { 512 } else { room }
}

/// Runs a schedule.
pub fn execute<N: Node>(
    schedule: &Schedule<Op<N>>,
    boot: Boot<'_, N>,
    recording: Recording,
) -> Trace<N> {
    World::new(schedule, boot, recording).run()
}

/// Runs a schedule in a world that breaks one of its promises to the nodes.
pub fn execute_sabotaged<N: Node>(
    schedule: &Schedule<Op<N>>,
    boot: Boot<'_, N>,
    recording: Recording,
    sabotage: Sabotage,
) -> Trace<N> {
    let mut world = World::new(schedule, boot, recording);
    world.sabotage = Some(sabotage);
    world.run()
}

pub(crate) use faults::WAITS;
pub(crate) use walk::{OnItsWay, Paused, Stands, Turn, Walked, paused, turns, walk};

/// The simulated world of one run.
struct World<'a, N: Node> {
    schedule: &'a Schedule<Op<N>>,
    boot: Boot<'a, N>,
    recording: Recording,
    sabotage: Option<Sabotage>,
    now: Time,
    /// The place of the current event in the run's one order.
    order: u64,
    /// When the current stretch of [`BUSY`] began, and how many events had happened before.
    busy: (Time, u64),
    queue: Queue<Happening<N>>,
    processes: Vec<Process<N>>,
    network: Network<Flight<N>>,
    disturber: Option<Disturber>,
    plan: Plan,
    calm: Option<Calm>,
    /// Whether nothing happens but by steps.
    by_hand: bool,
    end: Option<End>,
    digest: StableHasher,
    history: History<N::Spec>,
    /// For each client, the places of its operations in the history, by their numbers.
    asked: BTreeMap<ClientId, Vec<usize>>,
    /// Whether the client of each operation still waits.
    open: Vec<bool>,
    /// Requests that are sent more than once.
    retries: Retries,
    /// Whether any node has told what it applies.
    tells_applied: bool,
    /// Whether any node has told who it takes for a member.
    tells_members: bool,
    /// The newest configuration that any node has told, and the index that brought it.
    configured: Option<(u64, Config)>,
    facts: Vec<Told>,
    views: Vec<Shown<N::View>>,
    hits: Vec<NoiseHit>,
    counts: Counts,
    roles: Vec<&'static str>,
    reigns: Reigns,
    watch: Watch,
    /// Whether the schedule expects anything of the run, and what is noted for that.
    looks_out: bool,
    outlook: Outlook,
    /// How many requests of loads there were.
    loaded: u64,
    rich: Rich,
    /// What the identity of a state needs, where the run is walked through.
    walk: Option<Box<Walk>>,
}

impl<'a, N: Node> World<'a, N> {
    fn new(schedule: &'a Schedule<Op<N>>, boot: Boot<'a, N>, recording: Recording) -> Self {
        let nodes: Rc<[NodeId]> = (0..schedule.nodes as usize).map(NodeId::at).collect();
        let timing = &schedule.timing;
        let names = |kind| schedule.claim.names(kind);
        World {
            schedule,
            boot,
            recording,
            sabotage: None,
            now: Time::ZERO,
            order: 0,
            busy: (Time::ZERO, 0),
            queue: Queue::new(),
            processes: nodes
                .iter()
                .map(|id| {
                    let io = Io::new(*id, nodes.clone(), schedule.seed);
                    Process::new(Io { detail: recording.detail, ..io })
                })
                .collect(),
            network: Network::new(schedule.nodes),
            disturber: Disturber::new(schedule.noise, names, timing),
            plan: Plan::new(schedule),
            calm: None,
            by_hand: false,
            end: None,
            digest: StableHasher::new(0),
            history: History::default(),
            asked: BTreeMap::new(),
            open: Vec::new(),
            retries: Retries::default(),
            tells_applied: false,
            tells_members: false,
            configured: None,
            facts: Vec::with_capacity(room_for_facts(schedule.nodes)),
            views: Vec::new(),
            hits: Vec::new(),
            counts: Counts::default(),
            roles: Vec::new(),
            reigns: Reigns::new(recording.reigns),
            watch: Watch::new(recording.course),
            looks_out: schedule.expects(),
            outlook: Outlook::default(),
            loaded: 0,
            rich: Rich::new(recording.rich),
            walk: None,
        }
    }

    fn run(mut self) -> Trace<N> {
        self.begin();
        while self.end.is_none() {
            self.turn();
            self.look();
        }
        self.finish()
    }

    /// All nodes come up.
    fn begin(&mut self) {
        for index in 0..self.processes.len() {
            self.start(NodeId::at(index), None);
        }
        if self.watch.changed() {
            self.note_course();
        }
    }

    /// Looks at what has changed since the last turn.
    #[inline]
    fn look(&mut self) {
        if self.reigns.changed() {
            self.note_reign();
        }
        if self.watch.changed() {
            self.note_course();
        }
    }

    /// When the next event comes by itself.
    #[inline]
    fn next_event(&self) -> Option<Next> {
        if self.by_hand { None } else { self.queue.next() }
    }

    /// Does the next thing: a step that is due, an event, or the beginning of the calm end. Steps
    /// come before events of the same time.
    fn turn(&mut self) {
        let event = self.next_event();
        let step = self.plan.next_time();
        let storm_ends = if self.calm.is_none() { Some(self.plan.storm_ends()) } else { None };
        let comes = event.map(|event| event.at);
        let first = [step, comes, storm_ends].into_iter().flatten().min();
        let Some(first) = first else {
            // Nothing is planned and the end is calm: the probe has given up.
            self.settle_for_nothing();
            return;
        };
        self.order += 1;
        self.now = self.now.max(first);
        if step.is_some_and(|at| at <= first) {
            if let Some(index) = self.plan.pop() {
                self.fire(index);
            }
        } else if storm_ends.is_some_and(|at| at <= first) {
            self.begin_calm();
        } else if let Some(happening) = event.and_then(|event| self.queue.take_next(event)) {
            self.count_event();
            if self.end.is_none() {
                self.happen(happening);
            }
        }
    }

    /// One more event happens; too many of them at one time end the run.
    #[inline]
    fn count_event(&mut self) {
        self.counts.events += 1;
        if self.now.since(self.busy.0) >= BUSY {
            self.busy = (self.now, self.counts.events);
        }
        if self.counts.events - self.busy.1 > EVENTS_MAX {
            let what = format!("{EVENTS_MAX} events happened within {} s", BUSY.as_secs());
            self.end = Some(End::Runaway { node: None, what });
        }
    }

    fn happen(&mut self, happening: Happening<N>) {
        match happening {
            Happening::Deliver(flight) => self.deliver(flight),
            Happening::Timer { node, incarnation, id, due } => {
                self.fire_timer(node, incarnation, id, due);
            }
            Happening::Request { node, operation, key, cause } => {
                self.request_arrives(node, operation, key, cause);
            }
            Happening::Answer { operation, node, outcome, cause } => {
                self.answer_arrives(operation, node, outcome, cause);
            }
            Happening::GiveUp { operation } => self.give_up(operation),
            Happening::Synced { node, incarnation, token, late } => {
                if self.process(node).io.incarnation == incarnation {
                    if let Some((file, upto)) = late {
                        self.durable(node, file, upto);
                    }
                    self.event(node, Event::Synced(token), token.0, None);
                }
            }
            Happening::GoOn { node, at } => self.go_on(node, at),
            Happening::Chore(chore) => self.chore(chore),
            Happening::Probe => self.probe(),
            Happening::Look { operation } => self.look_once_more(operation),
        }
    }

    /// Something has happened after which leaders and faults are to be looked at again.
    fn stir(&mut self) {
        self.reigns.disturb();
        self.watch.stir();
    }

    fn moment(&self) -> Moment {
        Moment { order: self.order, time: self.now }
    }

    fn process(&mut self, node: NodeId) -> &mut Process<N> {
        &mut self.processes[node.index()]
    }

    fn record(&mut self, cause: Option<u64>, node: Option<NodeId>, what: impl FnOnce() -> What) {
        let at = Moment { order: self.order, time: self.now };
        self.rich.note(at, cause, node, what);
    }

    fn finish(mut self) -> Trace<N> {
        let digest = Digest(self.digest.finish());
        let ended = self.moment();
        let reigns = self.reigns.finish(ended.time);
        let course = self.finish_course();
        let records: Vec<Record> = self.rich.finish();
        Trace {
            digest,
            history: self.history,
            facts: self.facts,
            views: self.views,
            steps: self.plan.finish(),
            hits: self.hits,
            reigns,
            course,
            outlook: self.outlook,
            // The loop that called this ran until there was an end.
            end: self.end.unwrap_or(End::Open),
            ended,
            counts: self.counts,
            links: self.network.counts(),
            roles: self.roles,
            records,
        }
    }

    fn at_lane(&mut self, at: Time, lane: Lane, what: Happening<N>) {
        self.queue.plan(at, lane, what);
    }

    fn node_key(&self, node: NodeId, event: u64) -> u64 {
        Seed(u64::from(node.0)).fork(event).0
    }
}
