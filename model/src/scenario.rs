//! Scenarios in words: a sentence of Rust comes in, an ordinary [`Schedule`] goes out, with the
//! same text, replay, shrinker and report as any other. It must not know how a schedule is run.
//!
//! ```
//! use schism::scenario::{Scenario, all, nodes, partition, secs};
//! use schism::spec::kv::Op;
//!
//! let scenario: Scenario<Op> = Scenario::named("clean partition")
//!     .nodes(5)
//!     .lasting(secs(60))
//!     .expect(all().follow_one_leader().within(secs(5)))
//!     .after(secs(5))
//!     .inject(partition([0, 1, 2], [3, 4]).lasting(secs(10)))
//!     .after(secs(2))
//!     .expect(nodes([3, 4]).follow_nobody())
//!     .after(secs(8))
//!     .expect(all().follow_one_leader().within(secs(5)));
//! assert_eq!(
//!     scenario.to_text(),
//!     "# clean partition
//! nodes 5  quiet  linger 40s  survives partitions
//!   @0ms  expect all follow one leader within 5s
//!   @5s   partition n1 n2 n3 | n4 n5
//!   @7s   expect n4 n5 follow nobody
//!   @15s  heal
//!   @15s  expect all follow one leader within 5s
//! "
//! );
//! ```
//!
//! Nodes are named by their places from 0, as in a list: place 0 is `n1`. A role is named by its
//! word: `isolate("leader")`.

use crate::expect::{Expect, Load};
use crate::fault::{Fault, Nemesis, Target};
use crate::id::{ClientId, NodeId};
use crate::schedule::{Action, Schedule, Step, When};
use crate::seed::Seed;
use crate::time::{Time, micros};
use std::fmt::Display;
use std::time::Duration;

mod trouble;
mod wishes;

pub use trouble::{
    Trouble, crash, cut, flap, isolate, latency, lose, partition, pause, power_loss, restart_all,
    rolling_restart, stop,
};
pub use wishes::{
    Wished, all, leader, leader_among, leader_steps_down, new_leader, no_leader, no_leader_among,
    nodes,
};

/// So many seconds.
#[must_use]
pub const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// So many milliseconds.
#[must_use]
pub const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Whom a scenario names: a node by its place from 0, or by its [`NodeId`], or a role by its word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Who(pub(crate) Target);

impl From<u32> for Who {
    fn from(place: u32) -> Who {
        Who(Target::Node(NodeId(place.saturating_add(1))))
    }
}

impl From<NodeId> for Who {
    fn from(node: NodeId) -> Who {
        Who(Target::Node(node))
    }
}

impl From<&str> for Who {
    fn from(role: &str) -> Who {
        Who(Target::Role(role.to_owned()))
    }
}

/// A scenario that is being put together.
#[derive(Clone, PartialEq, Debug)]
#[must_use = "a scenario does nothing until its schedule is run"]
pub struct Scenario<Op> {
    name: String,
    nodes: u32,
    lasting: Duration,
    seed: Seed,
    claim: Nemesis,
    /// Where `after` has come to.
    now: Time,
    planned: Vec<(Time, Action<Op>)>,
}

impl<Op: Clone> Scenario<Op> {
    /// A scenario of three nodes in which nothing happens yet.
    pub fn named(name: &str) -> Scenario<Op> {
        Scenario {
            name: name.to_owned(),
            nodes: 3,
            lasting: Duration::ZERO,
            seed: Seed(0),
            claim: Nemesis::new(),
            now: Time::ZERO,
            planned: Vec::new(),
        }
    }

    /// So many nodes.
    pub fn nodes(mut self, nodes: u32) -> Scenario<Op> {
        self.nodes = nodes.max(1);
        self
    }

    /// The run lasts at least so long before its calm end.
    pub fn lasting(mut self, time: Duration) -> Scenario<Op> {
        self.lasting = time;
        self
    }

    /// Where the nodes' own draws come from.
    pub fn seed(mut self, seed: u64) -> Scenario<Op> {
        self.seed = Seed(seed);
        self
    }

    /// What the system claims to survive besides the trouble that is injected, and its limits.
    pub fn survives(mut self, claim: Nemesis) -> Scenario<Op> {
        self.claim = self.claim.kinds().fold(claim, Nemesis::with);
        self
    }

    /// What follows happens so long after what stands above.
    pub fn after(mut self, time: Duration) -> Scenario<Op> {
        self.now = self.now + time;
        self
    }

    /// Something goes wrong, or is set right.
    pub fn inject(mut self, trouble: impl Into<Trouble>) -> Scenario<Op> {
        let Trouble { begins, ends, lasts } = trouble.into();
        let kinds = begins.iter().filter_map(Fault::kind);
        self.claim = kinds.fold(self.claim, Nemesis::with);
        self.planned.extend(begins.into_iter().map(|fault| (self.now, Action::Fault(fault))));
        if let Some(lasts) = lasts {
            let at = self.now + lasts;
            let ends = ends.faults(self.nodes).into_iter();
            self.planned.extend(ends.map(|fault| (at, Action::Fault(fault))));
        }
        self
    }

    /// Something is to be so.
    pub fn expect(mut self, expect: impl Into<Expect>) -> Scenario<Op> {
        self.planned.push((self.now, Action::Expect(expect.into())));
        self
    }

    /// A client asks for something.
    pub fn ask(mut self, client: u32, to: impl Into<Who>, op: Op) -> Scenario<Op> {
        let (client, to) = (ClientId(client), to.into().0);
        self.planned.push((self.now, Action::Request { client, to, op }));
        self
    }

    /// A client asks again and again.
    pub fn load(
        mut self,
        client: u32,
        to: impl Into<Who>,
        every: Duration,
        lasts: Duration,
    ) -> Scenario<Op> {
        let every = every.max(Duration::from_micros(1));
        let load = Load { client: ClientId(client), to: to.into().0, every, lasts };
        self.planned.push((self.now, Action::Load(load)));
        self
    }

    /// The schedule: its steps in order of their times, those of one time as they were said, and
    /// among these what ends trouble first.
    #[must_use]
    pub fn schedule(&self) -> Schedule<Op> {
        let mut planned = self.planned.clone();
        let sets_right =
            |action: &Action<Op>| matches!(action, Action::Fault(fault) if fault.kind().is_none());
        planned.sort_by_key(|(at, action)| (*at, !sets_right(action)));
        let mut schedule = Schedule::new(self.nodes);
        schedule.seed = self.seed;
        schedule.claim = self.claim.clone();
        let ends = planned.iter().map(|(at, action)| *at + length(action)).max();
        let left = micros(self.lasting).saturating_sub(ends.unwrap_or(Time::ZERO).0);
        schedule.timing.linger = schedule.timing.linger.max(Duration::from_micros(left));
        let step = |(at, action)| Step { when: When::At(at), action };
        schedule.steps = planned.into_iter().map(step).collect();
        schedule
    }
}

/// How long an action goes on.
fn length<Op>(action: &Action<Op>) -> Duration {
    match action {
        Action::Expect(expect) => expect.lasting.length(),
        Action::Load(load) => load.lasts,
        Action::Request { .. } | Action::Fault(_) => Duration::ZERO,
    }
}

impl<Op: Clone + Display> Scenario<Op> {
    /// The file of the scenario: its name as a comment, and the schedule.
    #[must_use]
    pub fn to_text(&self) -> String {
        let name = self.name.replace(char::is_control, " ");
        format!("# {name}\n{}\n", self.schedule())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::kv::{Op, Put};

    #[test]
    fn what_is_said_reads_back_as_the_same_schedule() {
        let scenario: Scenario<Op> = Scenario::named("a leader dies\nand comes back")
            .nodes(5)
            .seed(7)
            .survives(Nemesis::new().crashes().down_at_most(2))
            .load(0, "leader", millis(50), secs(20))
            .expect(leader().within(secs(5)))
            .after(secs(5))
            .expect(new_leader().within(secs(10)))
            .expect(leader_steps_down().within(secs(2)))
            .inject(crash("leader").lasting(secs(3)))
            .ask(1, 2, Put(1, 9))
            .after(millis(1_500))
            .expect(nodes([3, 4]).take_no_writes().throughout(secs(1)))
            .inject(flap([0, 1], [2, 3, 4], millis(400)).lasting(secs(2)))
            .expect(no_leader_among([3, 4]));
        let schedule = scenario.schedule();
        assert_eq!(scenario.to_text().parse(), Ok(schedule.clone()));
        let text = schedule.to_string();
        for line in [
            "nodes 5  seed 0x7  quiet  survives crashes partitions down:2",
            "  @5s      crash leader",
            "  @5s      c1 -> n3  put k1 9",
            "  @6500ms  flap n1 n2 | n3 n4 n5 every 400ms for 2s",
            "  @6500ms  expect no leader among n4 n5",
            "  @8s      restart n1",
            "  @8s      restart n5",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn a_scenario_lasts_as_long_as_it_says_or_as_it_must() {
        let empty: Scenario<Op> = Scenario::named("quiet").lasting(secs(60));
        assert_eq!(empty.schedule().timing.linger, secs(60));
        let long = empty.clone().after(secs(50)).expect(leader().within(secs(9)));
        assert_eq!(long.schedule().timing.linger, secs(1));
        let longer = long.after(secs(50)).inject(restart_all());
        assert_eq!(longer.schedule().timing.linger, millis(500));
    }

    #[test]
    fn at_one_time_trouble_ends_before_anything_else_is_said() {
        let scenario: Scenario<Op> = Scenario::named("back to back")
            .inject(isolate(0).lasting(secs(1)))
            .after(secs(1))
            .inject(isolate(1).lasting(secs(1)));
        let steps = scenario.schedule().steps.into_iter().map(|step| step.action.to_string());
        assert_eq!(steps.collect::<Vec<_>>(), ["isolate n1", "heal", "isolate n2", "heal"]);
    }
}
