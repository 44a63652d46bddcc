//! How leaders and faults come and go. What changes in the world comes in as a mark; spans of time
//! go out, for those who measure, who must not look at the network themselves.
//!
//! The one idea: how a fault ends depends on what it is, but each end leaves a mark. So whether a
//! fault still holds is asked of the world after each mark, and nowhere else is it kept.

use super::World;
use crate::course::{Course, Hold, Span};
use crate::fact::Nodes;
use crate::fault::{ClockTrouble, DiskTrouble, Fault, Kind};
use crate::id::NodeId;
use crate::node::Node;
use crate::schedule::Action;
use crate::time::Time;
use std::time::Duration;

/// What is known so far.
#[derive(Default)]
pub(super) struct Watch {
    on: bool,
    changed: bool,
    course: Course,
    leaderless: Option<Time>,
    /// Since when each node is down.
    down: Vec<Option<Time>>,
    /// Faults that took hold since the last look: their steps, and when.
    fresh: Vec<(usize, Time)>,
    held: Vec<(Hold, Until)>,
}

/// What ends a fault.
#[derive(Clone, Copy)]
enum Until {
    /// Its beginning.
    AtOnce,
    /// This time, and then that the node is up, or all are.
    Up(Time, Option<NodeId>),
    /// That the process goes on.
    Runs(NodeId),
    /// That no link is cut.
    Healed,
    /// That the links of the step flap no more.
    Still,
    /// That the link flows.
    Released(NodeId, NodeId),
    /// That the clock runs true, or goes wrong in another way.
    Clock(NodeId),
}

impl Watch {
    pub(super) fn new(on: bool) -> Watch {
        Watch { on, changed: on, ..Watch::default() }
    }

    /// Whether somebody has to look again.
    #[inline]
    pub(super) const fn changed(&self) -> bool {
        self.changed
    }

    /// Something has happened by which a leader or a fault may have come or gone.
    #[inline]
    pub(super) const fn stir(&mut self) {
        self.changed = self.on;
    }

    /// The fault of a step takes hold.
    pub(super) fn took_hold(&mut self, step: usize, now: Time) {
        if self.on {
            self.changed = true;
            self.fresh.push((step, now));
        }
    }

    fn nobody_led(&mut self, from: Time, until: Time) {
        if from < until {
            self.course.leaderless.push(Span { from, until });
        }
    }
}

impl<N: Node> World<'_, N> {
    /// Looks who leads and which faults still hold.
    pub(super) fn note_course(&mut self) {
        self.watch.changed = false;
        let leads = self.has_leader();
        self.watch.course.led |= leads || self.processes.iter().any(|p| p.role.leads());
        match (leads, self.watch.leaderless) {
            (true, Some(from)) => {
                self.watch.leaderless = None;
                self.watch.nobody_led(from, self.now);
            }
            (false, None) => self.watch.leaderless = Some(self.now),
            _ => {}
        }
        self.note_downs();
        for (step, from) in std::mem::take(&mut self.watch.fresh) {
            if let Some((kind, until)) = self.until(step) {
                let hold = Hold { step, kind, span: Span { from, until: from } };
                self.watch.held.push((hold, until));
            }
        }
        let mut held = std::mem::take(&mut self.watch.held);
        held.retain_mut(|(hold, until)| {
            let end = self.over(hold, *until);
            if let Some(end) = end {
                hold.span.until = end;
                self.watch.course.holds.push(*hold);
            }
            end.is_none()
        });
        self.watch.held = held;
    }

    /// Looks which nodes are up.
    fn note_downs(&mut self) {
        self.watch.down.resize(self.processes.len(), None);
        for (place, process) in self.processes.iter().enumerate() {
            let since = &mut self.watch.down[place];
            match (process.is_down(), *since) {
                (true, None) => *since = Some(self.now),
                (false, Some(from)) => {
                    *since = None;
                    let span = Span { from, until: self.now };
                    self.watch.course.downs.push((NodeId::at(place), span));
                }
                _ => {}
            }
        }
    }

    /// When a fault ended, if it has.
    fn over(&self, hold: &Hold, until: Until) -> Option<Time> {
        let now = self.now;
        let up = |node: NodeId| !self.processes[node.index()].is_down();
        let over = match until {
            Until::AtOnce => return Some(hold.span.from),
            _ if self.calm.is_some() => true,
            Until::Up(at, node) => {
                let all = || (0..self.processes.len()).map(NodeId::at).all(up);
                at <= now && node.map_or_else(all, up)
            }
            Until::Runs(node) => !self.processes[node.index()].paused,
            Until::Healed => self.network.is_whole(),
            Until::Still => !self.network.flaps(hold.step),
            Until::Released(from, to) => !self.network.is_held(from, to),
            Until::Clock(node) => self.processes[node.index()].clock.step != Some(hold.step),
        };
        over.then_some(now)
    }

    /// What ends the fault of a step that took hold, and of which kind it is.
    fn until(&self, step: usize) -> Option<(Kind, Until)> {
        let Action::Fault(fault) = &self.schedule.steps[step].action else { return None };
        let record = self.plan.told(step);
        let began = record.happened.map_or(self.now, |at| at.time);
        let node = record.node;
        let lasting = |lasts: Duration| Until::Up(began + lasts, node);
        let until = match fault {
            Fault::Crash { .. } | Fault::PowerLoss { .. } | Fault::Stop { .. } => {
                Until::Up(self.now, node)
            }
            Fault::RestartAll => Until::Up(self.now, None),
            Fault::CrashLoop { times, every, .. } => {
                let turns = (*times).clamp(1, Fault::TIMES_MAX) - 1;
                lasting(every.saturating_mul(turns))
            }
            Fault::RollingRestart { every } => {
                let last = every.saturating_mul(self.processes.len() as u32);
                Until::Up(began + last.saturating_sub(*every / 2), None)
            }
            Fault::Pause { .. } => Until::Runs(node?),
            Fault::Partition { .. }
            | Fault::Isolate { .. }
            | Fault::Cut { .. }
            | Fault::Ring { .. }
            | Fault::Bridge { .. } => Until::Healed,
            Fault::Flap { .. } => Until::Still,
            Fault::Hold { from, to } => {
                Until::Released(self.resolve(from).ok()?, self.resolve(to).ok()?)
            }
            Fault::Slow { lasts, .. }
            | Fault::Link { lasts, .. }
            | Fault::Clock { what: ClockTrouble::Freezes { lasts }, .. } => lasting(*lasts),
            Fault::Disk { what, .. } => match *what {
                DiskTrouble::Slow { lasts, .. }
                | DiskTrouble::Lies { lasts }
                | DiskTrouble::Full { lasts, .. } => lasting(lasts),
                _ => Until::Up(self.now, node),
            },
            Fault::Clock { .. } => Until::Clock(node?),
            _ => Until::AtOnce,
        };
        Some((fault.kind()?, until))
    }

    /// Whether somebody leads who can be of use: a node that says so, runs, and can talk to a
    /// majority of those who vote.
    fn has_leader(&self) -> bool {
        let all = || (0..self.processes.len()).map(NodeId::at);
        let runs = |node: NodeId| {
            let process = &self.processes[node.index()];
            !process.is_down() && !process.paused
        };
        let flows = |from, to| !self.network.is_cut(from, to) && !self.network.is_held(from, to);
        let leads = |node: &NodeId| self.processes[node.index()].role.leads() && runs(*node);
        all().filter(leads).any(|leader| {
            self.is_majority(|node| {
                node == leader || runs(node) && flows(leader, node) && flows(node, leader)
            })
        })
    }

    fn is_majority(&self, has: impl Fn(NodeId) -> bool) -> bool {
        let all = || (0..self.processes.len()).map(NodeId::at);
        let most_of = |voters: Nodes| {
            let those = all().filter(|node| voters.contains(*node) && has(*node));
            those.count() > voters.len() as usize / 2
        };
        match self.configured {
            Some((_, config)) => {
                most_of(config.voters) && (config.outgoing.is_empty() || most_of(config.outgoing))
            }
            None => all().filter(|node| has(*node)).count() > self.processes.len() / 2,
        }
    }

    /// The run is over.
    pub(super) fn finish_course(&mut self) -> Course {
        let now = self.now;
        if let Some(from) = self.watch.leaderless.take() {
            self.watch.nobody_led(from, now);
        }
        // A run may end before its calm does.
        for (mut hold, _) in std::mem::take(&mut self.watch.held) {
            hold.span.until = now;
            self.watch.course.holds.push(hold);
        }
        for (place, since) in std::mem::take(&mut self.watch.down).into_iter().enumerate() {
            let down = |from| (NodeId::at(place), Span { from, until: now });
            self.watch.course.downs.extend(since.map(down));
        }
        let mut course = std::mem::take(&mut self.watch.course);
        if self.watch.on {
            course.noise = self.hits.iter().map(|hit| hit.sent).collect();
        }
        course.holds.sort_by_key(|hold| (hold.span.from, hold.step));
        course
    }
}
