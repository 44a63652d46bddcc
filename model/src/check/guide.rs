//! Guidance: a hunt whose cases are made from those that walked something new of Raft's model, as
//! ModelFuzz does (Gulcan and others, 2024, "Model-guided Fuzzing of Distributed Systems").
//!
//! What a run walks are edges of the model, and how all nodes stand together behind each. A
//! schedule that walks something which none before it has walked is worth changing: so many changed
//! ones are tried as it brought news, up to a limit; the other half of the cases is generated as
//! ever.
//!
//! The one idea: cases come in batches, and what a batch may be made from is fixed by the batches
//! before it. So a case is a function of the seed and its number, for any number of threads.

use super::clock::Stopwatch;
use super::hunt::{Hunted, TWICE, Worker};
use super::neighbours::Vicinity;
use super::settings::Settings;
use super::subject::Subject;
use crate::campaign::{self, Effort};
use crate::error::Error;
use crate::execute::Op;
use crate::node::Node;
use crate::reference::raft::coverage::walked;
use crate::schedule::{Schedule, When};
use crate::seed::{Draws, Seed};
use crate::trace::Trace;
use crate::verdict::Violation;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// So many cases are made from what the ones before them walked.
pub(super) const BATCH: u64 = 64;
/// A schedule that brings news is changed at most so often.
const CHANGED_MAX: usize = 16;
/// No more wait to be changed: what is old gives way.
const WAITING_MAX: usize = 4_096;

/// What is known by a batch.
#[derive(Clone)]
pub(super) struct Guide<O> {
    /// The number of the batch's first case.
    pub(super) first: u64,
    known: BTreeSet<u64>,
    /// Schedules to be changed, the next first.
    waiting: VecDeque<Arc<Schedule<O>>>,
    roles: Vec<String>,
}

/// A case that walked something which was new at its batch's beginning.
pub(super) struct News<O> {
    number: u64,
    schedule: Schedule<O>,
    walked: Vec<u64>,
}

impl<O: Clone + PartialEq> Guide<O> {
    pub(super) fn new<N: Node>(subject: &Subject<N>) -> Guide<O> {
        let roles = subject.shape.roles.iter().map(|role| (*role).to_owned()).collect();
        Guide { first: 0, known: BTreeSet::new(), waiting: VecDeque::new(), roles }
    }

    /// The schedule of a case: each second one is a changed one, as long as some wait.
    pub(super) fn schedule<N: Node>(
        &self,
        subject: &Subject<N>,
        settings: &Settings,
        base: Seed,
        number: u64,
    ) -> Schedule<O>
    where
        N::Spec: crate::Spec<Op = O>,
    {
        let place = (number - self.first) as usize;
        let parent = if place % 2 == 1 { self.waiting.get(place / 2) } else { None };
        let seed = base.fork(number);
        let Some(parent) = parent else { return subject.generate(settings, seed) };
        let seed = seed.fork(CHANGES);
        let mut draws = seed.draws();
        if draws.chance(1, 3) {
            let other = subject.generate(settings, seed.fork(1));
            return crossed(parent, &other, &mut draws);
        }
        let mut changed = (**parent).clone();
        for time in 0..draws.between(1, 3) {
            let near = Vicinity { centre: changed, roles: self.roles.clone() };
            changed = near.neighbour(draws.below(1 << 32), seed.fork(2 + time));
        }
        changed
    }

    /// What a run brought that was not known at the batch's beginning.
    pub(super) fn news<N: Node>(
        &self,
        number: u64,
        schedule: &Schedule<O>,
        trace: &Trace<N>,
    ) -> Option<News<O>> {
        let mut walked = walked(schedule.nodes, &trace.facts);
        walked.retain(|digest| !self.known.contains(digest));
        let schedule = || schedule.clone();
        (!walked.is_empty()).then(|| News { number, schedule: schedule(), walked })
    }

    /// A batch is over.
    pub(super) fn turn(&mut self, mut news: Vec<News<O>>) {
        let changed = (BATCH / 2).min(self.waiting.len() as u64);
        self.waiting.drain(..changed as usize);
        self.first += BATCH;
        news.sort_by_key(|one| one.number);
        for one in news {
            let new = one.walked.iter().filter(|digest| self.known.insert(**digest)).count();
            let schedule = Arc::new(one.schedule);
            for _ in 0..new.min(CHANGED_MAX) {
                // What is newest leads farthest.
                self.waiting.push_front(schedule.clone());
            }
        }
        self.waiting.truncate(WAITING_MAX);
    }
}

/// The key of the draws by which a schedule is changed.
const CHANGES: u64 = 0x0dd5;

/// One schedule up to a moment, and what another has behind it.
fn crossed<O: Clone>(one: &Schedule<O>, other: &Schedule<O>, draws: &mut Draws) -> Schedule<O> {
    let mut crossed = one.clone();
    let kept = draws.below(one.steps.len() as u64 + 1) as usize;
    let keep: Vec<bool> = (0..one.steps.len()).map(|place| place < kept).collect();
    crossed = crossed.retain(&keep);
    let until = crossed.steps.iter().rev().find_map(|step| match step.when {
        When::At(time) => Some(time),
        _ => None,
    });
    let behind = other.steps.iter().filter(|step| match step.when {
        When::At(time) => until.is_none_or(|until| time > until),
        _ => false,
    });
    crossed.steps.extend(behind.cloned());
    crossed
}

impl<N: Node> Subject<N> {
    /// Hunts like [`Subject::hunt`], in cases that are made from one another.
    pub(super) fn hunt_guided(
        &self,
        settings: &Settings,
        progress: &mut dyn FnMut(u64),
        seen: &mut dyn FnMut(&Schedule<Op<N>>, &Violation),
    ) -> Result<Hunted<Op<N>>, Error> {
        let base = settings.base_seed();
        let clock = Stopwatch::start();
        let mut guide: Arc<Guide<Op<N>>> = Arc::new(Guide::new(self));
        let mut all = self.worker();
        let Effort { cases, time, jobs } = settings.effort;
        let stop = &settings.stop;
        let mut stopped = None;
        while guide.first < cases && stopped.is_none() && !settings.stop.asked() {
            let elapsed = clock.elapsed();
            if time.is_some_and(|time| elapsed >= time) {
                break;
            }
            let effort = Effort {
                cases: BATCH.min(cases - guide.first),
                time: time.map(|time| time - elapsed),
                jobs,
            };
            let first = guide.first;
            let work_of = (self.clone(), settings.clone());
            let (work, new) = (guide.clone(), self.worker());
            let new = move || (new.clone(), Vec::new());
            let case = move |(worker, news): &mut (Worker, Vec<News<Op<N>>>), place: u64| {
                let (subject, settings) = &work_of;
                let number = work.first + place;
                let schedule = work.schedule(subject, settings, base, number);
                let twice = number.is_multiple_of(TWICE);
                let stop = subject.case_seen(&schedule, twice, worker, &mut |trace| {
                    news.extend(work.news(number, &schedule, trace));
                });
                worker.stops(number, stop)
            };
            let told = &mut |done| progress(first + done);
            let (workers, found) = campaign::run(&effort, stop, new, case, told)?;
            let mut news = Vec::new();
            for (worker, theirs) in workers {
                all.add(&worker);
                news.extend(theirs);
            }
            match found {
                Some(place) => stopped = Some(first + place),
                // A worker that is about to end may hold the old one for a moment more.
                None => Arc::make_mut(&mut guide).turn(news),
            }
        }
        let of = |number: u64| guide.schedule(self, settings, base, number);
        self.told(settings, base, (all, stopped), &clock, &of, seen)
    }
}
