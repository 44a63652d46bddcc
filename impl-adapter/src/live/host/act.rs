//! A schedule is acted out on a real cluster: its steps at their times, its expectations noted.
//! What cannot be done to a real network or a real process is said before anything is begun.
//!
//! The one idea: a step that lasts, or that happens again, plans what comes of it, as in the
//! simulation. So one list of what is to be done at which time is all there is.

use super::{Cluster, Wire};
use crate::live::Transport;
use crate::live::faulty::{Trouble, Way};
use schism::execute::Op;
use schism::fault::{Fault, LinkTrouble, Target};
use schism::schedule::{Action, Schedule, Step, When};
use schism::{Event, Node, NodeId, Seed, Spec, Time};
use std::collections::BTreeMap;
use std::io::Result;
use std::time::Duration;

/// Values that no written operation is likely to write, and that no probe does.
const FIRST_OF_LOADS: u64 = 100_000;

/// What is to be done.
#[derive(Clone)]
enum Chore {
    /// A step of the schedule.
    Step(usize),
    Down(NodeId),
    Up(NodeId),
    /// The links between groups fail, or come back.
    Flap {
        groups: Vec<Vec<NodeId>>,
        cut: bool,
    },
    /// Trouble of a link is over.
    Clear {
        from: NodeId,
        to: NodeId,
    },
    /// The next request of a load.
    Ask {
        step: usize,
        nth: u32,
    },
}

/// The list of what is to be done, by time and then in the order in which it was planned.
#[derive(Default)]
struct Plan {
    chores: BTreeMap<(Time, u64), Chore>,
    count: u64,
    /// Until when something is still of interest.
    until: Time,
}

impl Plan {
    fn at(&mut self, time: Time, chore: Chore) {
        self.count += 1;
        self.chores.insert((time, self.count), chore);
        self.until = self.until.max(time);
    }
}

/// Why a schedule cannot be acted out; `None` if it can.
pub fn unplayable<Op>(schedule: &Schedule<Op>) -> Option<String> {
    let can = |step: &Step<Op>| match &step.action {
        Action::Request { .. } | Action::Expect(_) | Action::Load(_) => true,
        Action::Fault(fault) => match fault {
            Fault::Crash { point, .. } => point.is_none(),
            Fault::Link { what, .. } => !matches!(what, LinkTrouble::Narrow { .. }),
            Fault::Stop { .. }
            | Fault::Restart { .. }
            | Fault::RestartAll
            | Fault::RollingRestart { .. }
            | Fault::Partition { .. }
            | Fault::Isolate { .. }
            | Fault::Cut { .. }
            | Fault::Heal
            | Fault::Flap { .. } => true,
            _ => false,
        },
    };
    let steps = || (1..).zip(&schedule.steps);
    if let Some((number, _)) = steps().find(|(_, step)| matches!(step.when, When::On(..))) {
        return Some(format!("step {number} waits for an event, and live steps have times"));
    }
    let (number, _) = steps().find(|(_, step)| !can(step))?;
    Some(format!("step {number} cannot be done to a real cluster"))
}

impl<N: Node<Message: Wire>, T: Transport> Cluster<N, T> {
    /// Acts a schedule out, from now, and lets the run come to its end. What is [`unplayable`] is
    /// left out; a role that nobody holds is nobody.
    ///
    /// # Errors
    /// A node cannot read or write its files.
    pub async fn act(&mut self, schedule: &Schedule<Op<N>>) -> Result<()> {
        self.looks_out = schedule.expects();
        let mut plan = Plan::default();
        let mut last = Time::ZERO;
        for (index, step) in schedule.steps.iter().enumerate() {
            last = match step.when {
                When::At(time) => time,
                When::After(span) => last + span,
                When::On(..) => continue,
            };
            plan.at(last, Chore::Step(index));
        }
        let began = self.began();
        let moment = |time: Time| began + Duration::from_micros(time.0);
        while let Some(((time, _), chore)) = plan.chores.pop_first() {
            self.run_until(moment(time)).await?;
            if self.is_over() {
                return Ok(());
            }
            self.chore(time, chore, schedule, &mut plan)?;
        }
        self.run_until(moment(plan.until + schedule.timing.linger)).await?;
        if !self.is_over() {
            self.settle().await?;
        }
        Ok(())
    }

    fn chore(
        &mut self,
        time: Time,
        chore: Chore,
        schedule: &Schedule<Op<N>>,
        plan: &mut Plan,
    ) -> Result<()> {
        match chore {
            Chore::Step(index) => return self.step(time, index, schedule, plan),
            Chore::Down(node) => self.stop(node)?,
            Chore::Up(node) => self.up(node)?,
            Chore::Flap { groups, cut } => self.flap(&groups, cut),
            Chore::Clear { from, to } => self.trouble(from, to, Trouble::NONE),
            Chore::Ask { step, nth } => {
                let Action::Load(load) = &schedule.steps[step].action else { return Ok(()) };
                let turn = NodeId::at(nth as usize % schedule.nodes as usize);
                let node = self.resolve(&load.to).unwrap_or(turn);
                let mut draws = Seed(step as u64).fork(u64::from(nth)).draws();
                let unique = FIRST_OF_LOADS * (step as u64 + 1) + u64::from(nth);
                self.ask(load.client, node, N::Spec::any(&mut draws, unique))?;
                if load.every * (nth + 1) <= load.lasts {
                    plan.at(time + load.every, Chore::Ask { step, nth: nth + 1 });
                }
            }
        }
        Ok(())
    }

    fn step(
        &mut self,
        time: Time,
        index: usize,
        schedule: &Schedule<Op<N>>,
        plan: &mut Plan,
    ) -> Result<()> {
        match &schedule.steps[index].action {
            Action::Request { client, to, op } => {
                if let Some(node) = self.resolve(to) {
                    self.ask(*client, node, op.clone())?;
                }
            }
            Action::Expect(expect) => {
                let mut expect = expect.clone();
                for target in expect.wish.targets_mut() {
                    let Some(node) = self.resolve(target) else { return Ok(()) };
                    *target = Target::Node(node);
                }
                // It is certain when its time is over as the cluster counts it, a little later.
                let now = self.now();
                plan.until = plan.until.max(now + expect.lasting.length());
                self.book.expects(index, expect, now);
            }
            Action::Load(load) => {
                plan.until = plan.until.max(time + load.lasts);
                plan.at(time, Chore::Ask { step: index, nth: 0 });
            }
            Action::Fault(fault) => self.fault(time, fault, plan)?,
        }
        Ok(())
    }

    fn fault(&mut self, time: Time, fault: &Fault, plan: &mut Plan) -> Result<()> {
        let node = |target: &Target| self.resolve(target);
        let named = |groups: &[Vec<Target>]| -> Vec<Vec<NodeId>> {
            groups.iter().map(|group| group.iter().filter_map(&node).collect()).collect()
        };
        match fault {
            Fault::Crash { node: who, .. } => {
                if let Some(who) = node(who) {
                    self.down(who);
                }
            }
            Fault::Stop { node: who } => {
                if let Some(who) = node(who) {
                    self.stop(who)?;
                }
            }
            Fault::Restart { node: who } => {
                if let Some(who) = node(who) {
                    self.up(who)?;
                }
            }
            Fault::RestartAll => {
                self.nodes().for_each(|node| self.down(node));
                self.nodes().for_each(|node| plan.at(time, Chore::Up(node)));
            }
            Fault::RollingRestart { every } => {
                for (place, node) in (0..).zip(self.nodes()) {
                    let turn = time + *every * place;
                    plan.at(turn, Chore::Down(node));
                    plan.at(turn + *every / 2, Chore::Up(node));
                    plan.until = plan.until.max(turn + *every);
                }
            }
            Fault::Partition { groups } => self.partition(&named(groups)),
            Fault::Isolate { node: who } => {
                if let Some(who) = node(who) {
                    self.partition(&[vec![who]]);
                }
            }
            Fault::Cut { from, to, both } => {
                if let (Some(from), Some(to)) = (node(from), node(to)) {
                    self.cut(from, to);
                    if *both {
                        self.cut(to, from);
                    }
                }
            }
            Fault::Heal => self.mend(),
            Fault::Flap { groups, every, lasts } => {
                let groups = named(groups);
                let (mut turn, mut cut) = (Duration::ZERO, true);
                while turn < *lasts {
                    plan.at(time + turn, Chore::Flap { groups: groups.clone(), cut });
                    (turn, cut) = (turn + *every, !cut);
                }
                plan.at(time + *lasts, Chore::Flap { groups, cut: false });
            }
            Fault::Link { from, to, what, lasts } => {
                if let (Some(from), Some(to)) = (node(from), node(to)) {
                    self.trouble(from, to, trouble(what));
                    plan.at(time + *lasts, Chore::Clear { from, to });
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Who is meant: of those that hold a role the one with the highest term, then the lowest.
    fn resolve(&self, target: &Target) -> Option<NodeId> {
        match target {
            Target::Node(node) => self.nodes().find(|known| known == node),
            Target::Role(name) => self
                .nodes()
                .filter_map(|node| Some((self.shown(node)?.0, node)))
                .filter(|(role, _)| role.name == name.as_str())
                .max_by_key(|(role, node)| (role.term, std::cmp::Reverse(*node)))
                .map(|(_, node)| node),
        }
    }

    /// Asks a process to stop, lets it handle that, and ends it.
    fn stop(&mut self, node: NodeId) -> Result<()> {
        if self.is_up(node) {
            self.event(node, Event::Stop)?;
            self.down(node);
        }
        Ok(())
    }

    fn cut(&self, from: NodeId, to: NodeId) {
        if let Some(net) = self.net(from).filter(|_| from != to) {
            net.cut(Way::To(to));
        }
    }

    /// Ends all cuts.
    fn mend(&self) {
        self.members.iter().for_each(|member| member.net.heal());
    }

    fn trouble(&self, from: NodeId, to: NodeId, trouble: Trouble) {
        if let Some(net) = self.net(from).filter(|_| from != to) {
            net.trouble(Way::To(to), trouble);
        }
    }

    fn flap(&self, groups: &[Vec<NodeId>], cut: bool) {
        for (place, group) in groups.iter().enumerate() {
            let others = groups.iter().enumerate().filter(|(other, _)| *other != place);
            for to in others.flat_map(|(_, other)| other) {
                for net in group.iter().filter_map(|from| self.net(*from)) {
                    if cut { net.cut(Way::To(*to)) } else { net.restore(Way::To(*to)) }
                }
            }
        }
    }
}

fn trouble(what: &LinkTrouble) -> Trouble {
    match what {
        LinkTrouble::Loses { ratio } => Trouble::NONE.loss(*ratio),
        LinkTrouble::Late { by } => Trouble::NONE.delay(*by..=*by),
        _ => Trouble::NONE,
    }
}
