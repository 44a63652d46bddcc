//! A handle for people who think step by step: what is done to a cluster comes in, one call after
//! the other; how the cluster stands then goes out, and what was done is a schedule like any other.
//!
//! The one idea: the cluster is its schedule so far. Nothing runs between two calls; who looks runs
//! the schedule up to now, so what was recorded is exactly what was seen, and can be saved,
//! replayed and shrunk.
//!
//! ```
//! # use schism::{Event, Io, Node, Role, spec::kv};
//! # struct Eldest(bool);
//! # impl Node for Eldest {
//! #     type Spec = kv::PutGet;
//! #     type Message = ();
//! #     type Timer = ();
//! #     type View = ();
//! #     fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
//! #         if let Event::Request { id, .. } = event { io.ok(id, None); }
//! #     }
//! #     fn view(&self) {}
//! #     fn role(&self) -> Role { if self.0 { Role::leader(1) } else { Role::follower(1) } }
//! # }
//! # fn boot(io: &mut Io<Eldest>) -> Eldest { Eldest(io.id().0 == 1) }
//! use schism::{NodeId, check::Cluster};
//! use std::time::Duration;
//!
//! let mut cluster = Cluster::new(3, boot);
//! cluster.advance(Duration::from_secs(1));
//! assert_eq!(cluster.current_leader(), Some(NodeId(1)));
//! cluster.kill(NodeId(1));
//! cluster.advance(Duration::from_millis(50));
//! assert_eq!(cluster.current_leader(), None);
//! assert_eq!(cluster.schedule().steps[0].to_string(), "@1s  crash n1");
//! ```

use super::{Check, Ruling, ScheduleOf, check};
use crate::counterexample::{Cost, Counterexample};
use crate::error::Error;
use crate::execute::{Op, Recording};
use crate::expect::{Expect, Lasting, Standing, Wish};
use crate::fault::{Fault, Kind, LinkTrouble, Nemesis, Target};
use crate::history::{Operation, Outcome};
use crate::id::{ClientId, NodeId};
use crate::node::{Io, Node};
use crate::persist::Saved;
use crate::schedule::{Action, Schedule, Step, When};
use crate::time::{Time, micros};
use crate::trace::Trace;
use std::path::Path;
use std::time::Duration;

/// A cluster that is led through a run by hand, and records a schedule as it goes.
pub struct Cluster<N: Node> {
    check: Check<N>,
    schedule: ScheduleOf<N>,
    now: Time,
}

/// What an operation came to, for the client that asked.
type Answered<N> = Outcome<<<N as Node>::Spec as crate::spec::Spec>::Ret>;

/// Links that are slowed down stay so until they are told otherwise.
const FOR_GOOD: Duration = Duration::from_secs(3_600);

impl<N: Node> Cluster<N> {
    /// So many nodes that `boot` brings to life, as in [`check()`], of which everything is claimed.
    ///
    /// # Panics
    /// There are no nodes.
    pub fn new(nodes: u32, boot: impl Fn(&mut Io<N>) -> N + Send + Sync + 'static) -> Cluster<N> {
        let claim = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Disturbances);
        let claim = claim.fold(Nemesis::new(), Nemesis::with);
        Cluster::of(check(boot).survives(claim), nodes)
    }

    /// The nodes of a check, with its claim and what must hold of them.
    ///
    /// # Panics
    /// There are no nodes.
    #[must_use]
    pub fn of(check: Check<N>, nodes: u32) -> Cluster<N> {
        assert!(nodes > 0, "a cluster has at least 1 node");
        let shape = &check.subject.shape;
        let (claim, timing) = (shape.claim.clone(), shape.timing);
        let schedule = Schedule { claim, timing, ..Schedule::new(nodes) };
        Cluster { check: check.nodes(nodes), schedule, now: Time::ZERO }
    }

    /// The virtual time.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// Lets so much virtual time pass.
    pub fn advance(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    /// Splits the network into these groups. Nodes that are not named form one more.
    pub fn partition(&mut self, groups: &[&[NodeId]]) {
        let group = |nodes: &&[NodeId]| nodes.iter().map(|node| Target::Node(*node)).collect();
        self.inject(Fault::Partition { groups: groups.iter().map(group).collect() });
    }

    /// Ends all cuts and partitions.
    pub fn heal(&mut self) {
        self.inject(Fault::Heal);
    }

    /// A process dies; what it wrote stays.
    pub fn kill(&mut self, node: NodeId) {
        self.inject(Fault::Crash { node: node.into(), point: None });
    }

    /// A node that is down comes up from what its disk kept.
    pub fn restart(&mut self, node: NodeId) {
        self.inject(Fault::Restart { node: node.into() });
    }

    /// From now on each message between nodes takes so many milliseconds longer; 0 for the usual
    /// time.
    pub fn slow_network(&mut self, ms: u64) {
        let by = Duration::from_millis(ms);
        let all = || (1..=self.schedule.nodes).map(NodeId);
        let pairs = all().flat_map(|from| all().map(move |to| (from, to)));
        let pairs: Vec<_> = pairs.filter(|(from, to)| from != to).collect();
        for (from, to) in pairs {
            let what = LinkTrouble::Late { by };
            let (from, to) = (from.into(), to.into());
            self.inject(Fault::Link { from, to, what, lasts: FOR_GOOD });
        }
    }

    /// Anything else that can go wrong, or be set right, goes so now.
    pub fn inject(&mut self, fault: Fault) {
        self.push(Action::Fault(fault));
    }

    /// Something is to be so from here on; it is judged with the rest.
    pub fn expect(&mut self, expect: impl Into<Expect>) {
        self.push(Action::Expect(expect.into()));
    }

    /// Who leads the latest term, of those that are up and say that they lead.
    #[must_use]
    pub fn current_leader(&self) -> Option<NodeId> {
        self.leader().map(|(_, node)| node)
    }

    /// How a node stands now.
    #[must_use]
    pub fn standing(&self, node: NodeId) -> Standing {
        let standings = self.standings(&self.look(self.now), self.now);
        let known = (node.0 as usize).checked_sub(1).and_then(|place| standings.get(place));
        known.copied().unwrap_or_default()
    }

    /// Lets time pass until somebody leads a later term than anybody does now, and says who; at
    /// most so long, and then nobody.
    pub fn wait_for_leader_change(&mut self, most: Duration) -> Option<NodeId> {
        let until = self.now + most;
        let trace = self.look(until);
        let term = leading(&self.standings(&trace, self.now)).map_or(0, |(term, _)| term);
        let changes = trace.outlook.stood.iter().filter(|stood| stood.at.time >= self.now);
        let new = changes.filter(|stood| stood.standing.leads.is_some_and(|led| led > term));
        let found = new.map(|stood| (stood.at.time, stood.node)).next();
        // What happens at a time is seen from the next one on.
        self.now = found.map_or(until, |(time, _)| whole(Time(time.0 + 1)));
        found.map(|(_, node)| node)
    }

    /// A client asks a node; time passes until it has an answer, or gives up.
    pub fn ask(&mut self, client: u32, node: NodeId, op: Op<N>) -> Answered<N> {
        let step = self.schedule.steps.len();
        self.push(Action::Request { client: ClientId(client), to: node.into(), op });
        let timing = self.schedule.timing;
        let until = self.now + timing.client_timeout + timing.client_latency * 2;
        let trace = self.look(whole(Time(until.0 + 1)));
        let mut asked = trace.history.operations.into_iter();
        match asked.find(|operation| operation.step == Some(step)) {
            Some(Operation { outcome, completed, .. }) => {
                self.now = whole(Time(completed.time.0 + 1));
                outcome
            }
            None => Outcome::Unknown,
        }
    }

    /// What was done so far.
    #[must_use]
    pub const fn schedule(&self) -> &ScheduleOf<N> {
        &self.schedule
    }

    /// Runs what was done to its calm end, and judges it by all that must hold.
    ///
    /// # Errors
    /// The check cannot be done.
    pub fn judge(&self) -> Result<Ruling, Error> {
        Ok(self.check.clone().one_by_one()?.judge(&self.whole()))
    }

    /// The smallest schedule that fails as this one does; `None` if it does not fail.
    ///
    /// # Errors
    /// The check cannot be done.
    pub fn shrink(&self) -> Result<Option<Counterexample<Op<N>>>, Error> {
        let mut check = self.check.clone();
        check.subject.prepare()?;
        let nobody = &mut |_: &ScheduleOf<N>, _: &_| {};
        let (subject, settings) = (&check.subject, &check.settings);
        Ok(subject.counterexample(self.whole(), &Cost::default(), settings, nobody))
    }

    /// Writes what was done to a file that `schism replay` runs on this target.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path, target: &str) -> Result<(), Error> {
        let saved = Saved {
            target: Some(target.to_owned()),
            failure: None,
            digest: None,
            took: None,
            why: "led by hand, step by step".to_owned(),
            origin: String::new(),
            text: self.whole().to_string(),
        };
        saved.write(path, None)
    }

    /// The schedule with the time that has passed since its last step.
    fn whole(&self) -> ScheduleOf<N> {
        let mut schedule = self.schedule.clone();
        let ends = schedule.steps.last().map_or(Time::ZERO, |step| match step.when {
            When::At(time) => time,
            _ => Time::ZERO,
        });
        schedule.timing.linger = schedule.timing.linger.max(self.now.since(ends));
        schedule
    }

    fn push(&mut self, action: Action<Op<N>>) {
        self.schedule.steps.push(Step { when: When::At(self.now), action });
    }

    fn leader(&self) -> Option<(u64, NodeId)> {
        leading(&self.standings(&self.look(self.now), self.now))
    }

    /// What happens before a time.
    fn look(&self, until: Time) -> Trace<N> {
        let mut schedule = self.schedule.clone();
        // How nodes stand is noted where something is expected of them; and a run goes as far as
        // its steps do.
        let wish = Wish::Leads { who: Vec::new(), one: true };
        let looks = Action::Expect(Expect { wish, lasting: Lasting::Now });
        schedule.steps.push(Step { when: When::At(until), action: looks });
        self.check.subject.walk(&schedule, Recording::default()).trace
    }

    /// How all nodes stand before a time.
    fn standings(&self, trace: &Trace<N>, now: Time) -> Vec<Standing> {
        let mut standings = vec![Standing::default(); self.schedule.nodes as usize];
        for stood in trace.outlook.stood.iter().filter(|stood| stood.at.time < now) {
            standings[stood.node.index()] = stood.standing;
        }
        standings
    }
}

fn leading(standings: &[Standing]) -> Option<(u64, NodeId)> {
    let all = standings.iter().enumerate();
    let leading = all.filter_map(|(place, standing)| Some((standing.leads?, NodeId::at(place))));
    leading.max_by_key(|(term, node)| (*term, std::cmp::Reverse(*node)))
}

/// The next whole millisecond, so that what is recorded reads well.
fn whole(time: Time) -> Time {
    Time::millis(micros(time.since(Time::ZERO)).div_ceil(1_000))
}
