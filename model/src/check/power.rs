//! How strong a check is: single hunts come out with what they cost, and long runs in which nothing
//! should be found with what was. It must not know which nodes are meant to be bad.
//!
//! A trial is a hunt as any other, with the same cases in the same order, on one thread and with a
//! clock that runs only while that thread does. So the number of the first failing case depends on
//! the seed alone, and the time to it on the processor but not on what else the machine does.

use super::clock::{CpuClock, Stopwatch};
use super::guide::{BATCH, Guide};
use super::hunt::{TWICE, Worker};
use super::{Cases, Check, ScheduleOf};
use crate::campaign::{self, Effort};
use crate::counterexample::Cost;
use crate::error::Error;
use crate::node::Node;
use crate::seed::Seed;
use crate::trace::Trace;
use crate::verdict::Failure;
use std::time::Duration;

/// One hunt, measured; see [`Cases::trial`].
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// The seed from which its cases came.
    pub seed: u64,
    /// How many schedules it tried, the first failing one included.
    pub schedules: u64,
    /// The thread's CPU time for them, without shrinking.
    pub cpu: Duration,
    /// What it found; `None` if the time ended first.
    pub caught: Option<Catch>,
}

/// What a hunt found, and what it took to make that small.
#[derive(Clone, PartialEq, Debug)]
pub struct Catch {
    /// What the hunt tells: how the smallest fails of what was shrunk.
    pub failure: Failure,
    /// Steps of the case that it comes from.
    pub original_steps: usize,
    /// Steps left.
    pub steps: usize,
    /// Runs that all shrinking took.
    pub shrink_runs: u64,
    /// The thread's CPU time for shrinking and for showing that each step left is needed.
    pub shrink_cpu: Duration,
}

/// What a long run of cases in which nothing should be found came to; see [`Check::alarms`].
#[derive(Clone, PartialEq, Debug)]
pub struct Alarms {
    /// How many cases were run.
    pub cases: u64,
    /// Those that failed, from 1, and how. A case that gave two traces has the property
    /// [`Alarms::TWO_TRACES`].
    pub alarms: Vec<(u64, Failure)>,
    /// Cases without a verdict.
    pub unknown: u64,
    /// Real time.
    pub elapsed: Duration,
}

impl Alarms {
    /// In place of a property: the same schedule gave two traces.
    pub const TWO_TRACES: &str = "deterministic";
}

impl<N: Node> Cases<N> {
    /// Hunts on this thread until the first case fails, or so much CPU time is spent; then shrinks.
    ///
    /// # Errors
    /// The same schedule gave two traces, so that nothing can be measured.
    pub fn trial(&self, seed: u64, cpu_max: Duration) -> Result<Trial, Error> {
        self.hunt_once(seed, cpu_max, true)
    }

    /// The same; without shrinking where only the first hit counts.
    pub(crate) fn hunt_once(
        &self,
        seed: u64,
        cpu_max: Duration,
        shrinks: bool,
    ) -> Result<Trial, Error> {
        let mut settings = self.settings.clone();
        settings.effort.cases = Effort::NO_LIMIT;
        let (subject, base) = (&self.subject, Seed(seed));
        let clock = CpuClock::start();
        let mut worker = Worker::default();
        let mut guide = subject.guided.then(|| Guide::new(subject));
        let (mut number, mut news) = (0, Vec::new());
        let stop = loop {
            let schedule = match &guide {
                Some(guide) => guide.schedule(subject, &settings, base, number),
                None => subject.generate(&settings, base.fork(number)),
            };
            let mut see = |trace: &Trace<N>| {
                let new = guide.as_ref().and_then(|guide| guide.news(number, &schedule, trace));
                news.extend(new);
            };
            let twice = number.is_multiple_of(TWICE);
            let stop = subject.case_seen(&schedule, twice, &mut worker, &mut see);
            if stop.is_some() || clock.elapsed() >= cpu_max {
                break stop;
            }
            number += 1;
            if let Some(guide) = guide.as_mut().filter(|_| number.is_multiple_of(BATCH)) {
                guide.turn(std::mem::take(&mut news));
            }
        };
        let cpu = clock.elapsed();
        let mut trial = Trial { seed, schedules: number + 1, cpu, caught: None };
        match stop {
            None => return Ok(trial),
            Some(true) => return Err(unmeasurable(seed, number)),
            Some(false) => {}
        }
        // What is told is what a hunt would tell; its cost is no part of that of finding.
        let clock = CpuClock::start();
        let of = |number: u64| match &guide {
            Some(guide) => guide.schedule(subject, &settings, base, number),
            None => subject.generate(&settings, base.fork(number)),
        };
        if !shrinks {
            let schedule = of(number);
            let steps = schedule.steps.len();
            let broken = subject.broken(&schedule).map(|violation| violation.failure);
            let (shrink_runs, shrink_cpu) = (0, Duration::ZERO);
            trial.caught = broken.map(|failure| Catch {
                failure,
                original_steps: steps,
                steps,
                shrink_runs,
                shrink_cpu,
            });
            return Ok(trial);
        }
        let (cost, nobody) = (Cost::default(), &mut |_: &ScheduleOf<N>, _: &_| {});
        let small = subject.smallest(&settings, (base, &of), number, &cost, nobody);
        trial.caught = small.map(|found| Catch {
            failure: found.violation.failure,
            original_steps: found.cost.original_steps,
            steps: found.schedule.steps.len(),
            shrink_runs: found.cost.shrink_runs,
            shrink_cpu: clock.elapsed(),
        });
        Ok(trial)
    }
}

impl<N: Node> Check<N> {
    /// Runs so many cases of this seed on so many threads (0 for all cores), and counts those that
    /// fail instead of stopping at the first. Nothing is shrunk or saved.
    ///
    /// # Errors
    /// The check cannot be done, or a case does not end.
    pub fn alarms(
        mut self,
        seed: u64,
        cases: u64,
        jobs: usize,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Alarms, Error> {
        self.subject.prepare()?;
        let clock = Stopwatch::start();
        let base = Seed(seed);
        let stop = self.settings.stop.clone();
        let case = move |(worker, alarms): &mut (Worker, Vec<_>), number: u64| {
            let subject = &self.subject;
            let schedule = subject.generate(&self.settings, base.fork(number));
            match subject.case(&schedule, number.is_multiple_of(TWICE), worker) {
                None => {}
                Some(true) => alarms.push((number + 1, two_traces())),
                Some(false) => {
                    let broken = subject.broken(&schedule).map(|violation| violation.failure);
                    alarms.push((number + 1, broken.unwrap_or_else(two_traces)));
                }
            }
            false
        };
        let effort = Effort { cases, time: None, jobs };
        let (workers, _) =
            campaign::run(&effort, &stop, || (Worker::default(), Vec::new()), case, progress)?;
        let mut all = Alarms { cases: 0, alarms: Vec::new(), unknown: 0, elapsed: clock.elapsed() };
        for (worker, alarms) in workers {
            all.cases += worker.tally.cases;
            all.unknown += worker.tally.unknown;
            all.alarms.extend(alarms);
        }
        all.alarms.sort();
        Ok(all)
    }
}

fn two_traces() -> Failure {
    Failure {
        property: Alarms::TWO_TRACES.to_owned(),
        clause: "the same schedule gives the same trace".to_owned(),
    }
}

fn unmeasurable(seed: u64, number: u64) -> Error {
    Error::new(format!(
        "case {} of seed {seed} gave two different traces, so nothing can be measured: \
         `check` with this seed tells where they first differ",
        number + 1
    ))
}
