//! The hunt: case after case on all cores, until one fails or the effort is spent; then the failing
//! schedule is shrunk, shown to be needed step by step, and run again in full.

use super::clock::Stopwatch;
use super::settings::Settings;
use super::strategy::{schedules, tree};
use super::subject::{Ruling, Subject};
use crate::campaign;
use crate::counterexample::{Cost, Counterexample, Tally};
use crate::error::Error;
use crate::execute::Op;
use crate::generate::vary;
use crate::history::Outcome;
use crate::id::NodeId;
use crate::measure;
use crate::node::Node;
use crate::observe::observe;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::trace::Trace;
use crate::verdict::{Failure, Violation};
use std::sync::Arc;

/// What a hunt came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Hunted<Op> {
    /// The seed from which the cases came.
    pub seed: Seed,
    /// What was tried.
    pub tally: Tally,
    /// What was found.
    pub finding: Finding<Op>,
}

/// What was found.
#[derive(Clone, PartialEq, Debug)]
pub enum Finding<Op> {
    /// All properties held in all cases.
    Nothing,
    /// A property was broken.
    Failure(Box<Counterexample<Op>>),
    /// The same schedule gave two traces: nothing else that was seen can be trusted.
    Nondeterminism {
        /// The schedule.
        schedule: Box<Schedule<Op>>,
        /// Where the two runs first differ.
        difference: String,
    },
}

/// One case in so many is run twice.
pub(super) const TWICE: u64 = 10;

/// So many runs of one schedule tell how often it fails, where that is not always or never.
pub(super) const RUNS: usize = 20;

/// The schedule of the case with this number.
pub(super) type CaseOf<'a, O> = &'a dyn Fn(u64) -> Schedule<O>;

/// What one worker gathers.
#[derive(Clone, Default)]
pub(super) struct Worker {
    pub(super) tally: Tally,
    /// The lowest case of its own that stopped the hunt, and whether by nondeterminism.
    stopped: Option<(u64, bool)>,
}

impl Worker {
    /// Notes whether a case stops the hunt, and says so.
    pub(super) fn stops(&mut self, number: u64, stop: Option<bool>) -> bool {
        if let Some(broken) = stop {
            self.stopped.get_or_insert((number, broken));
        }
        stop.is_some()
    }

    /// Adds what another has gathered; of what stopped them the first counts.
    pub(super) fn add(&mut self, other: &Worker) {
        self.tally.add(&other.tally);
        self.stopped = [self.stopped, other.stopped].into_iter().flatten().min();
    }
}

impl<N: Node> Subject<N> {
    /// The schedule of a case.
    pub(crate) fn generate(&self, settings: &Settings, seed: Seed) -> Schedule<Op<N>> {
        if let Some(origin) = &self.scenario {
            return vary(origin, &self.shape, seed);
        }
        tree(&schedules::<N::Spec>(self.shape.clone()), &settings.proptest, seed)
            .shrinker
            .best()
            .clone()
    }

    /// Hunts. `progress` is told how many cases are done; `seen` gets the failing schedule at once,
    /// and each smaller one, so that nothing is lost if the process ends.
    pub(crate) fn hunt(
        &self,
        settings: &Settings,
        progress: &mut dyn FnMut(u64),
        seen: &mut dyn FnMut(&Schedule<Op<N>>, &Violation),
    ) -> Result<Hunted<Op<N>>, Error> {
        if self.guided {
            return self.hunt_guided(settings, progress, seen);
        }
        let seed = settings.base_seed();
        let clock = Stopwatch::start();
        let subject = Arc::new((self.clone(), settings.clone()));
        let case = move |worker: &mut Worker, number: u64| {
            let (subject, settings) = &*subject;
            let twice = number.is_multiple_of(TWICE);
            let stop = subject.case(&subject.generate(settings, seed.fork(number)), twice, worker);
            worker.stops(number, stop)
        };
        let new = self.worker();
        let new = move || new.clone();
        let (workers, first) =
            campaign::run(&settings.effort, &settings.stop, new, case, progress)?;
        let mut all = self.worker();
        for worker in &workers {
            all.add(worker);
        }
        let of = |number: u64| self.generate(settings, seed.fork(number));
        self.told(settings, seed, (all, first), &clock, &of, seen)
    }

    /// What a worker begins with.
    pub(super) fn worker(&self) -> Worker {
        let reached = self.reaches.iter().map(|reach| (reach.name.clone(), 0)).collect();
        Worker { tally: Tally { reached, ..Tally::default() }, stopped: None }
    }

    /// What a hunt came to, whose workers have gathered so much, and which this case stopped, if
    /// any; `of` makes the schedules of its cases.
    pub(super) fn told(
        &self,
        settings: &Settings,
        seed: Seed,
        (all, first): (Worker, Option<u64>),
        clock: &Stopwatch,
        of: CaseOf<'_, Op<N>>,
        seen: &mut dyn FnMut(&Schedule<Op<N>>, &Violation),
    ) -> Result<Hunted<Op<N>>, Error> {
        let Worker { mut tally, stopped } = all;
        tally.elapsed = clock.elapsed();
        tally.stopped = settings.stop.asked();
        let Some(number) = first else {
            return Ok(Hunted { seed, tally, finding: Finding::Nothing });
        };
        tally.cases = number + 1;
        // How far the other threads had come by then is chance.
        (tally.measures, tally.coverage) = (None, None);
        let finding = if stopped == Some((number, true)) {
            let schedule = of(number);
            let difference = self.difference(&schedule);
            Finding::Nondeterminism { schedule: Box::new(schedule), difference }
        } else {
            let cost = Cost {
                cases: settings.effort.limit().unwrap_or_default(),
                hunt: tally.elapsed,
                ..Cost::default()
            };
            match self.smallest(settings, (seed, of), number, &cost, seen) {
                Some(found) => Finding::Failure(Box::new(found)),
                None => return Err(broken_in("case", number)),
            }
        };
        Ok(Hunted { seed, tally, finding })
    }

    /// Runs one case; says whether it stops the hunt, and if so whether by nondeterminism.
    pub(super) fn case(
        &self,
        schedule: &Schedule<Op<N>>,
        twice: bool,
        worker: &mut Worker,
    ) -> Option<bool> {
        self.case_seen(schedule, twice, worker, &mut |_| {})
    }

    /// The same, and shows the run.
    pub(super) fn case_seen(
        &self,
        schedule: &Schedule<Op<N>>,
        twice: bool,
        worker: &mut Worker,
        see: &mut dyn FnMut(&Trace<N>),
    ) -> Option<bool> {
        let (trace, ruling) = self.try_out(schedule);
        see(&trace);
        let tally = &mut worker.tally;
        tally.cases += 1;
        self.count(&trace, schedule.nodes, tally);
        // What nobody can see again is no finding of a property's: a failing case is run twice,
        // too.
        if self.deterministic && (twice || matches!(ruling, Ruling::Broken(_))) {
            tally.twice += 1;
            if self.run(schedule, self.lean()).digest != trace.digest {
                return Some(true);
            }
        }
        match ruling {
            Ruling::Held => None,
            Ruling::Broken(_) => Some(false),
            Ruling::Unknown(why) => {
                tally.unknown += 1;
                tally.unknown_why.get_or_insert(why);
                None
            }
        }
    }

    pub(super) fn count(&self, trace: &Trace<N>, nodes: u32, tally: &mut Tally) {
        for (sum, n) in tally.faults.iter_mut().zip(trace.counts.faults) {
            *sum += n;
        }
        tally.events += trace.counts.events;
        tally.sent += trace.counts.sent;
        for (sum, n) in tally.lost.iter_mut().zip(trace.counts.lost) {
            *sum += n;
        }
        for operation in trace.history.operations.iter().filter(|o| !o.is_probe()) {
            let kind = match operation.outcome {
                Outcome::Ok(_) => 0,
                Outcome::Refused => 1,
                Outcome::Unknown => 2,
            };
            tally.operations[kind] += 1;
        }
        if self.measured {
            measure::add(tally.measures.get_or_insert_default(), trace);
        }
        if self.covered {
            tally.coverage.get_or_insert_default().add_run(nodes, &trace.facts);
        }
        if !self.reaches.is_empty() {
            let seen = observe(trace, nodes);
            for (reach, (_, n)) in self.reaches.iter().zip(&mut tally.reached) {
                *n += u64::from(reach.reached(&seen));
            }
        }
    }

    /// How a schedule fails, if it does: in the first of several runs, where runs may differ.
    pub(super) fn broken(&self, schedule: &Schedule<Op<N>>) -> Option<Violation> {
        let runs = if self.deterministic { 1 } else { RUNS };
        (0..runs).find_map(|_| match self.try_out(schedule).1 {
            Ruling::Broken(violation) => Some(violation),
            _ => None,
        })
    }

    /// In how many of so many runs a schedule fails like this, as a line of a report.
    pub(super) fn how_often(&self, schedule: &Schedule<Op<N>>, failure: &Failure) -> String {
        let same = |ruling| matches!(ruling, Ruling::Broken(v) if v.failure == *failure);
        let seen = (0..RUNS).filter(|_| same(self.try_out(schedule).1)).count();
        format!(
            "seen      {seen} of {RUNS} runs; the nodes are nondeterministic, so this may not be minimal"
        )
    }

    /// Runs a schedule again and again in full until two runs differ, and says where they first do.
    pub(crate) fn difference(&self, schedule: &Schedule<Op<N>>) -> String {
        let run = || -> Vec<String> {
            let records = self.run(schedule, self.rich()).records.into_iter();
            let who = |node: Option<NodeId>| node.map_or("the world".to_owned(), |n| n.to_string());
            records.map(|r| format!("{} {}: {:?}", r.at.time, who(r.node), r.what)).collect()
        };
        let one = run();
        // What differs by chance may also agree by chance.
        let other = std::iter::repeat_with(run).take(AGAIN).find(|other| *other != one);
        let Some(other) = other else {
            return "none that is seen when everything is recorded".to_owned();
        };
        let at = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
        let told = |run: &[String]| run.get(at).map_or("the run is over".to_owned(), Clone::clone);
        format!("once:  {}\nagain: {}", told(&one), told(&other))
    }
}

/// How often a run is repeated to see a difference.
const AGAIN: usize = 8;

/// What failed in a campaign, and not when it was run again.
pub(super) fn broken_in(what: &str, number: u64) -> Error {
    Error::new(format!(
        "{what} {} failed and did not fail when it was run again: the code under test keeps \
         something between runs, such as a static or a thread-local",
        number + 1
    ))
}
