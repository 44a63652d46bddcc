//! When the steps of a schedule are due: at their times, after the step above, or once something
//! that they wait for has happened. It knows nothing of nodes; it is told what happens.

use crate::history::Moment;
use crate::id::NodeId;
use crate::schedule::{Anchor, Schedule, When};
use crate::time::{Time, micros};
use crate::trace::StepRecord;
use std::hash::Hash;
use std::time::Duration;

pub(super) struct Plan {
    when: Vec<When>,
    /// The key of each step as a cause.
    keys: Vec<u64>,
    records: Vec<StepRecord>,
    /// Steps whose time is known, the last first.
    due: Vec<(Time, usize)>,
    /// Steps that wait for something which may happen any time from now on.
    armed: Vec<usize>,
    /// When each step's operation was answered, and whether it was acknowledged.
    answered: Vec<Option<bool>>,
    last_fired: Time,
    linger: Duration,
    /// How long an event that steps wait for may take.
    patience: Duration,
}

impl Plan {
    pub(super) fn new<Op: Hash + PartialEq>(schedule: &Schedule<Op>) -> Plan {
        let when: Vec<When> = schedule.steps.iter().map(|step| step.when).collect();
        let timing = &schedule.timing;
        let mut plan = Plan {
            keys: schedule.step_keys(),
            records: vec![StepRecord::default(); when.len()],
            due: Vec::with_capacity(when.len()),
            armed: Vec::new(),
            answered: vec![None; when.len()],
            last_fired: Time::ZERO,
            linger: timing.linger,
            patience: timing.linger.max(timing.client_timeout * 2),
            when,
        };
        for (index, when) in plan.when.iter().enumerate() {
            if let When::At(time) = when {
                plan.due.push((*time, index));
            }
        }
        // Kept so that the next one is at the end; of steps at one time, the first written.
        plan.due.sort_unstable_by(|a, b| b.cmp(a));
        plan.after_step(None, Time::ZERO);
        plan
    }

    pub(super) fn key(&self, step: usize) -> u64 {
        self.keys[step]
    }

    pub(super) fn next_time(&self) -> Option<Time> {
        self.due.last().map(|(time, _)| *time)
    }

    /// The step that is due next.
    pub(super) fn next(&self) -> Option<usize> {
        self.due.last().map(|(_, index)| *index)
    }

    pub(super) fn pop(&mut self) -> Option<usize> {
        self.due.pop().map(|(_, index)| index)
    }

    /// When the storm ends: some time after the last step, and later while steps still wait.
    pub(super) fn storm_ends(&self) -> Time {
        if !self.due.is_empty() {
            return Time(u64::MAX);
        }
        let wait = if self.armed.is_empty() { self.linger } else { self.patience };
        self.last_fired + wait
    }

    /// No step happens any more.
    pub(super) fn stop(&mut self) {
        self.due.clear();
        self.armed.clear();
    }

    pub(super) fn record(&mut self, step: usize) -> &mut StepRecord {
        &mut self.records[step]
    }

    pub(super) fn told(&self, step: usize) -> &StepRecord {
        &self.records[step]
    }

    /// The step happened: the one below it may begin to wait.
    pub(super) fn fired(&mut self, step: usize, at: Moment) {
        self.records[step].happened = Some(at);
        self.last_fired = self.last_fired.max(at.time);
        self.after_step(Some(step), at.time);
    }

    /// A step has something left to do until then: the storm goes on.
    pub(super) fn extend(&mut self, until: Time) {
        self.last_fired = self.last_fired.max(until);
    }

    fn after_step(&mut self, step: Option<usize>, now: Time) {
        let next = step.map_or(0, |step| step + 1);
        match self.when.get(next) {
            Some(When::After(delay)) => self.schedule(next, now + *delay),
            Some(When::On(anchor, delay)) => {
                let already = match *anchor {
                    Anchor::Acked(of) => self.answered.get(of) == Some(&Some(true)),
                    Anchor::Answered(of) => self.answered.get(of).is_some_and(Option::is_some),
                    Anchor::Elected(_) | Anchor::Down(_) => false,
                };
                if already { self.schedule(next, now + *delay) } else { self.armed.push(next) }
            }
            Some(When::At(_)) | None => {}
        }
    }

    fn schedule(&mut self, step: usize, at: Time) {
        let place = self.due.partition_point(|due| *due > (at, step));
        self.due.insert(place, (at, step));
    }

    fn trigger(&mut self, now: Time, fits: impl Fn(Anchor) -> bool) {
        let mut index = 0;
        while let Some(step) = self.armed.get(index).copied() {
            match self.when[step] {
                When::On(anchor, delay) if fits(anchor) => {
                    self.armed.remove(index);
                    self.schedule(step, Time(now.0 + micros(delay)));
                }
                _ => index += 1,
            }
        }
    }

    #[inline]
    pub(super) fn elected(&mut self, node: NodeId, now: Time) {
        if !self.armed.is_empty() {
            self.trigger(now, |anchor| match anchor {
                Anchor::Elected(who) => who.is_none_or(|who| who == node),
                _ => false,
            });
        }
    }

    pub(super) fn down(&mut self, node: NodeId, now: Time) {
        if !self.armed.is_empty() {
            self.trigger(now, |anchor| anchor == Anchor::Down(node));
        }
    }

    pub(super) fn answered(&mut self, step: usize, acked: bool, now: Time) {
        self.answered[step] = Some(acked);
        if !self.armed.is_empty() {
            self.trigger(now, |anchor| {
                anchor == Anchor::Answered(step) || (acked && anchor == Anchor::Acked(step))
            });
        }
    }

    pub(super) fn finish(mut self) -> Vec<StepRecord> {
        for record in &mut self.records {
            if record.happened.is_none() {
                record.note = Some("what it waited for did not happen".to_owned());
            }
        }
        self.records
    }
}
