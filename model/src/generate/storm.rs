//! The storm: which faults happen in a schedule, when, to whom, and when each of them ends.

use super::Shape;
use crate::fault::{CrashPoint, EffectKind, Fault, Kind, Target};
use crate::id::NodeId;
use crate::schedule::Action;
use crate::seed::Draws;
use crate::time::Time;
use std::time::Duration;

mod machine;
mod network;

/// One schedule's choice of faults.
pub(super) struct Storm<'a> {
    shape: &'a Shape,
    draws: &'a mut Draws,
    /// How often each kind happens in this schedule.
    weights: [u64; Kind::ALL.len()],
}

/// A node for a step to be about: by a role in one of `of` cases, if any role is known.
pub(super) fn somebody(shape: &Shape, draws: &mut Draws, of: u64) -> Target {
    if !shape.roles.is_empty() && draws.chance(1, of) {
        // The leader is where most things can go wrong.
        let role = if draws.chance(3, 4) && shape.roles.contains(&"leader") {
            "leader"
        } else {
            draws.pick(&shape.roles).copied().unwrap_or("leader")
        };
        return Target::Role(role.to_owned());
    }
    Target::Node(node(shape, draws))
}

fn node(shape: &Shape, draws: &mut Draws) -> NodeId {
    NodeId::at(draws.below(u64::from(shape.nodes)) as usize)
}

impl<'a> Storm<'a> {
    pub(super) fn new(shape: &'a Shape, draws: &'a mut Draws) -> Storm<'a> {
        let mut weights = [0; Kind::ALL.len()];
        let claimed = shape.claim.kinds().count() as u64;
        for kind in shape.claim.kinds() {
            let weight = 1 + draws.below(8);
            // A node that brings many disturbances along is under test for what they do together.
            let own = kind == Kind::Disturbances && shape.claim.disturbances().len() > 1;
            let weight = if own { 3 * weight } else { weight };
            // Some five of them, so that a larger claim does not thin out what works together.
            let in_play = if own { draws.chance(4, 5) } else { draws.chance(5, claimed.max(12)) };
            weights[kind as usize] = if in_play { weight } else { 0 };
        }
        if weights.iter().sum::<u64>() == 0 {
            let kinds: Vec<Kind> = shape.claim.kinds().collect();
            if let Some(kind) = draws.pick(&kinds) {
                weights[*kind as usize] = 1;
            }
        }
        Storm { shape, draws, weights }
    }

    /// Plans faults between the start and `until`, that many times as many as the shape says.
    pub(super) fn plan<Op>(
        &mut self,
        times: u64,
        until: Time,
        planned: &mut Vec<(Time, Action<Op>)>,
    ) {
        if self.weights.iter().sum::<u64>() == 0 {
            return;
        }
        let (least, most) = (*self.shape.faults.start(), *self.shape.faults.end());
        let faults = times * self.draws.between(least.into(), most.into());
        let requests = planned.len();
        for _ in 0..faults {
            let at = self.draws.between(0, until.0 / 1_000);
            let kind = Kind::ALL[self.draws.weighted(&self.weights)];
            if kind == Kind::Retries
                && self.draws.chance(3, 4)
                && let Some((at, again)) = self.retry(&planned[..requests])
            {
                planned.push((at, Action::Fault(again)));
                continue;
            }
            let (fault, end) = self.fault(kind);
            planned.push((Time::millis(at), Action::Fault(fault)));
            // An administrator seldom does one thing alone.
            if kind == Kind::Disturbances && self.has_many() && self.draws.chance(1, 2) {
                let soon = at + self.draws.between(0, 30);
                let (fault, _) = self.fault(kind);
                planned.push((Time::millis(soon), Action::Fault(fault)));
            }
            if let Some(end) = end
                && self.draws.chance(3, 4)
            {
                let mut lasts = self.lasts();
                // A process that stands for several elections finds all its timers overdue.
                if kind == Kind::Pauses && self.draws.chance(1, 4) {
                    lasts += self.draws.between(1_000, 3_000);
                }
                planned.push((Time::millis(at + lasts), Action::Fault(end)));
            }
        }
    }

    /// Whether nodes bring several disturbances along.
    fn has_many(&self) -> bool {
        self.shape.claim.disturbances().len() > 1
    }

    /// How long a fault lasts, in milliseconds: less than an election, about one, several.
    fn lasts(&mut self) -> u64 {
        match self.draws.below(3) {
            0 => self.draws.between(5, 80),
            1 => self.draws.between(80, 400),
            _ => self.draws.between(400, 1_200),
        }
    }

    /// A fault of a kind, and what ends it.
    fn fault(&mut self, kind: Kind) -> (Fault, Option<Fault>) {
        let node = somebody(self.shape, self.draws, 2);
        match kind {
            Kind::Crashes if self.draws.chance(1, 8) => (self.many_crashes(node), None),
            Kind::Crashes => {
                let restart = Fault::Restart { node: self.again(&node) };
                (Fault::Crash { node, point: self.point() }, Some(restart))
            }
            Kind::PowerLoss => {
                let restart = Fault::Restart { node: self.again(&node) };
                let point = self.point();
                let kept_percent = match self.draws.weighted(&[5, 1, 2]) {
                    0 => 0,
                    1 => 100,
                    _ => self.draws.between(1, 99) as u8,
                };
                (Fault::PowerLoss { node, point, kept_percent }, Some(restart))
            }
            Kind::Stops if self.draws.chance(1, 5) => (self.rolling(), None),
            Kind::Stops => {
                let restart = Fault::Restart { node: self.again(&node) };
                (Fault::Stop { node }, Some(restart))
            }
            Kind::Pauses => {
                let resume = Fault::Resume { node: self.again(&node) };
                (Fault::Pause { node }, Some(resume))
            }
            Kind::Partitions => (self.partition(node), Some(Fault::Heal)),
            Kind::Holds => {
                let (from, to) = self.link();
                let release = Fault::Release { from: from.clone(), to: to.clone() };
                (Fault::Hold { from, to }, Some(release))
            }
            Kind::Loss => (self.loss(), None),
            Kind::Delays => (self.delay(), None),
            Kind::Doubles => (self.double(), None),
            Kind::Overtaking => (self.swap(), None),
            Kind::Congestion => (self.congestion(), None),
            Kind::Corruption => (self.corruption(), None),
            Kind::Retries => (self.double_request(), None),
            Kind::Hurry => {
                let by = Duration::from_millis(10 * self.draws.between(2, 40));
                (Fault::Hurry { node, by }, None)
            }
            Kind::Slowness => (self.slowness(node), None),
            Kind::DiskErrors => {
                let restart = Fault::Restart { node: self.again(&node) };
                (self.disk_error(node), Some(restart))
            }
            Kind::Clocks => (self.clock(node), None),
            Kind::DiskLies => (self.lie(node), None),
            Kind::Damage => {
                let restart = Fault::Restart { node: self.again(&node) };
                (self.damage(node), Some(restart))
            }
            Kind::Disturbances => (self.disturbance(node), None),
        }
    }

    /// Whom the end of a fault is about: a role will have gone to somebody else by then, so some
    /// node is named.
    fn again(&mut self, node: &Target) -> Target {
        match node {
            Target::Node(id) => Target::Node(*id),
            Target::Role(_) => Target::Node(self::node(self.shape, self.draws)),
        }
    }

    fn point(&mut self) -> Option<CrashPoint> {
        match self.draws.weighted(&[5, 2, 1, 1, 2]) {
            0 => None,
            1 => Some(CrashPoint::Before(EffectKind::Sync)),
            2 => Some(CrashPoint::Before(EffectKind::Send)),
            3 => Some(CrashPoint::Before(EffectKind::Answer)),
            _ => Some(CrashPoint::AfterEffect(self.draws.between(0, 6) as u32)),
        }
    }

    fn link(&mut self) -> (Target, Target) {
        let nodes = u64::from(self.shape.nodes);
        let from = self.draws.below(nodes);
        let to = (from + 1 + self.draws.below(nodes.saturating_sub(1))) % nodes;
        let end = |index: u64| Target::Node(NodeId::at(index as usize));
        (end(from), end(to))
    }

    fn disturbance(&mut self, node: Target) -> Fault {
        let own = self.draws.pick(self.shape.claim.disturbances());
        let (name, argument) = own.map_or_else(Default::default, |own| {
            let (low, high) = (*own.arguments.start(), *own.arguments.end());
            (own.name.clone(), self.draws.between(low, high))
        });
        Fault::Disturb { node, name, argument }
    }
}
