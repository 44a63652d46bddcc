//! A schedule is acted out on a real cluster: its steps at their times, its expectations noted.
//! What cannot be done to a real network or a real process is said before anything is begun.
//!
//! The one idea: a step that lasts, or that happens again, plans what comes of it, as in the
//! simulation. So one list of what is to be done at which time is all there is.

use super::{Cluster, Wire};
use crate::live::Transport;
use schism::execute::Op;
use schism::expect::{Expect, Lasting};
use schism::fault::{Fault, LinkTrouble, Overflow, Target};
use schism::schedule::{Action, Schedule, Step, When};
use schism::{Node, NodeId, Seed, Spec, Time};
use std::collections::BTreeMap;
use std::io::Result;
use std::time::Duration;

mod fault;

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
    /// What a step did to a link is over.
    Clear {
        step: usize,
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
    /// How many requests loads have made.
    loaded: u64,
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
            Fault::Link { what: LinkTrouble::Narrow { overflow, .. }, .. } => {
                *overflow != Overflow::DropOldest
            }
            Fault::Link { what, .. } => {
                matches!(what, LinkTrouble::Loses { .. } | LinkTrouble::Late { .. })
            }
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
        self.settings.client_timeout = schedule.timing.client_timeout;
        self.settings.settle = self.settings.settle.max(schedule.timing.settle);
        self.book.begins(schedule.steps.len());
        self.watch.begins(schedule.steps.len());
        for node in self.nodes() {
            let now = self.now();
            self.shows(node, now);
        }
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
            Chore::Clear { step, from, to } => self.gets_well(step, from, to),
            Chore::Ask { step, nth } => {
                let Action::Load(load) = &schedule.steps[step].action else { return Ok(()) };
                let turn = NodeId::at(nth as usize % schedule.nodes as usize);
                let node = self.resolve(&load.to).unwrap_or(turn);
                let mut draws = Seed(step as u64).fork(u64::from(nth)).draws();
                plan.loaded += 1;
                let unique = FIRST_OF_LOADS + plan.loaded;
                self.ask_because(
                    Some(step),
                    load.client,
                    node,
                    N::Spec::steady(&mut draws, unique),
                )?;
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
        let now = self.now();
        let action = &schedule.steps[index].action;
        let kind = if let Action::Fault(fault) = action { fault.kind() } else { None };
        if let Some(kind) = kind.filter(|kind| !schedule.claim.names(*kind)) {
            let why = format!("the claim does not name {}", kind.word());
            self.book.stepped(index, Err(why), None, now);
            return Ok(());
        }
        let did = match action {
            Action::Request { client, to, op } => match self.resolve(to) {
                Ok(node) => {
                    self.ask_because(Some(index), *client, node, op.clone())?;
                    Ok(Some(node))
                }
                Err(why) => Err(why),
            },
            Action::Expect(expect) => self.expects(time, index, expect, plan),
            Action::Load(load) => {
                plan.until = plan.until.max(time + load.lasts);
                plan.at(time, Chore::Ask { step: index, nth: 0 });
                Ok(None)
            }
            Action::Fault(fault) => self.fault(time, index, fault, plan)?,
        };
        self.book.stepped(index, did, kind, now);
        Ok(())
    }

    /// An expectation begins.
    fn expects(&mut self, time: Time, step: usize, expect: &Expect, plan: &mut Plan) -> Did {
        let mut expect = expect.clone();
        for target in expect.wish.targets_mut() {
            *target = Target::Node(self.resolve(target)?);
        }
        // Real steps come a little late. What is to be so for a while is to be so until the step
        // comes that ends it; for what is to come in time, time counts from now on.
        let lasts = matches!(expect.lasting, Lasting::For(_));
        let now = if lasts { time } else { self.now() };
        plan.until = plan.until.max(now + expect.lasting.length());
        self.book.expects(step, expect, now);
        Ok(None)
    }

    /// Who is meant: of those that hold a role the one with the highest term, then the lowest.
    fn resolve(&self, target: &Target) -> std::result::Result<NodeId, String> {
        match target {
            Target::Node(node) => {
                let known = self.nodes().find(|known| known == node);
                known.ok_or_else(|| format!("there is no {node}"))
            }
            Target::Role(name) => self
                .nodes()
                .filter_map(|node| Some((self.shown(node)?.0, node)))
                .filter(|(role, _)| role.name == name.as_str())
                .max_by_key(|(role, node)| (role.term, std::cmp::Reverse(*node)))
                .map(|(_, node)| node)
                .ok_or_else(|| format!("nobody is {name}")),
        }
    }
}

/// What a step did: the node that it turned out to be about, if one; or why it did nothing.
type Did = std::result::Result<Option<NodeId>, String>;
