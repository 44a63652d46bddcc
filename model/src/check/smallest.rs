//! The first failing case comes in; the counterexample that is told goes out. It must not know what
//! the passes of the shrinker do.
//!
//! A shrink ends where no single change helps, and where that is depends on where it began. So
//! several failing schedules are shrunk, and the smallest result is told: the cases behind the
//! first one that fail as well, candidates that failed in another way, and the same cases once more
//! with their steps left out in another order. From the smallest of these, leaps are made: one step
//! less and something else at once. All of it is counted in schedules and runs, never in
//! time, so a hunt tells the same counterexample on any machine and any number of threads.

use super::hunt::CaseOf;
use super::minimise::{self, Budget, Minimised, minimise, size};
use super::settings::Settings;
use super::subject::{Ruling, Subject};
use crate::counterexample::{Cost, Counterexample, Sure};
use crate::execute::Op;
use crate::node::Node;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::shrink::Shrinker;
use crate::verdict::{Failure, Violation};
use std::collections::VecDeque;

/// How many cases after the first failing one are tried as well.
const FOLLOWING: u64 = 64;

/// At most so many failing cases are shrunk.
const CASES: usize = 6;

/// In so many other orders their steps are left out.
const ORDERS: u64 = 6;

/// After so many runs no further schedule is shrunk.
const RUNS: u64 = 700;

/// After so many runs more no further leaps are made.
const LEAP_RUNS: u64 = 500;

/// A schedule that is not the first is given up after so many runs.
const RUNS_OF_ONE: u64 = 400;

/// Where a shrink begins.
#[derive(Clone)]
struct Start<Op> {
    schedule: Schedule<Op>,
    failure: Failure,
    /// The case that it comes from, and how many steps and faults that had.
    case: u64,
    original: (usize, usize),
    /// In which order steps are left out.
    order: u64,
    /// Whether it is small already, so that leaps may make it smaller.
    leaps: bool,
}

impl<Op> Start<Op> {
    fn new(schedule: Schedule<Op>, failure: Failure, case: u64) -> Start<Op> {
        let original = (schedule.steps.len(), schedule.faults());
        Start { schedule, failure, case, original, order: 0, leaps: false }
    }
}

/// What is told as it becomes smaller.
type Seen<'a, Op> = &'a mut dyn FnMut(&Schedule<Op>, &Violation);

impl<N: Node> Subject<N> {
    /// Shrinks the first failing case of a hunt and several others, and finds out how sure the
    /// smallest is. `None` if the case does not fail.
    pub(super) fn smallest(
        &self,
        settings: &Settings,
        (base, of): (Seed, CaseOf<'_, Op<N>>),
        first: u64,
        cost: &Cost,
        seen: Seen<'_, Op<N>>,
    ) -> Option<Counterexample<Op<N>>> {
        let cases = self.failing(settings, of, first);
        let mut ways: Vec<(Failure, u64)> = Vec::new();
        for case in &cases {
            if ways.iter().all(|(failure, _)| *failure != case.failure) {
                ways.push((case.failure.clone(), case.case));
            }
        }
        // One mistake often shows in several ways. Of equally small ones that is told which breaks
        // the property that is judged first: sorting is stable, and the first of equals stays.
        ways.sort_by_key(|(failure, _)| self.rank(failure));
        let (mut starts, again): (Vec<_>, Vec<_>) =
            cases.into_iter().partition(|case| ways.iter().any(|(_, first)| *first == case.case));
        starts.sort_by_key(|start| self.rank(&start.failure));
        starts.extend(again);
        starts.truncate(if self.deterministic { CASES } else { 1 });
        let mut search = Search::new(self, settings);
        search.aside = self.deterministic;
        search.starts = starts.into();
        let mut found = search.run(cost, seen)?;
        ways.retain(|(failure, _)| *failure != found.violation.failure);
        found.cost.also = ways.into_iter().map(|(failure, case)| (failure, case + 1)).collect();
        found.cost.seed = base.fork(found.cost.case);
        found.cost.case += 1;
        Some(found)
    }

    /// The first failing case, and those of the following ones that fail as well.
    fn failing(&self, settings: &Settings, of: CaseOf<'_, Op<N>>, first: u64) -> Vec<Start<Op<N>>> {
        let last = settings.effort.cases.min(first.saturating_add(FOLLOWING));
        let mut failing = Vec::new();
        for case in first..last {
            // The first one is enough where time is short.
            if case > first && settings.stop.asked() {
                break;
            }
            let schedule = of(case);
            if let Ruling::Broken(Violation { failure, .. }) = self.try_out(&schedule).1 {
                failing.push(Start::new(schedule, failure, case));
            }
        }
        failing
    }

    /// Shrinks a failing schedule and finds out how sure it is. `None` if it does not fail.
    pub(crate) fn counterexample(
        &self,
        schedule: Schedule<Op<N>>,
        cost: &Cost,
        settings: &Settings,
        seen: Seen<'_, Op<N>>,
    ) -> Option<Counterexample<Op<N>>> {
        let failure = self.broken(&schedule)?.failure;
        let mut search = Search::new(self, settings);
        search.starts.push_back(Start::new(schedule, failure, 0));
        search.run(cost, seen)
    }
}

/// The smallest so far, and where its shrink began.
type Best<Op> = (Minimised<Op>, Start<Op>);

/// Several shrinks, of which the smallest result counts.
struct Search<'a, N: Node> {
    subject: &'a Subject<N>,
    budget: Budget<'a>,
    /// What is still to be shrunk.
    starts: VecDeque<Start<Op<N>>>,
    /// Whether what candidates showed that failed in another way is shrunk as well.
    aside: bool,
    /// The failures that were shrunk, or are about to be.
    failures: Vec<Failure>,
    /// How many schedules were shrunk.
    shrunk: u64,
    best: Option<Best<Op<N>>>,
    /// What earlier shrinks ended with, to leap from.
    small: Vec<Start<Op<N>>>,
}

impl<'a, N: Node> Search<'a, N> {
    fn new(subject: &'a Subject<N>, settings: &'a Settings) -> Search<'a, N> {
        Search {
            subject,
            budget: Budget::new(settings),
            starts: VecDeque::new(),
            aside: false,
            failures: Vec::new(),
            shrunk: 0,
            best: None,
            small: Vec::new(),
        }
    }

    fn run(mut self, cost: &Cost, seen: Seen<'_, Op<N>>) -> Option<Counterexample<Op<N>>> {
        let begun: Vec<Start<Op<N>>> = self.starts.iter().cloned().collect();
        let orders = if self.subject.deterministic { ORDERS } else { 0 };
        let mut others =
            (1..=orders).zip(begun.iter().cycle()).map(|(order, s)| Start { order, ..s.clone() });
        while let Some(start) = self.starts.pop_front().or_else(|| others.next()) {
            self.shrink(start, seen);
            if self.is_enough(RUNS) {
                break;
            }
        }
        if self.subject.deterministic {
            self.leap(seen);
        }
        self.told(cost)
    }

    /// Nothing is smaller than what needs no step, and whether one step can be spared the shrinker
    /// knows.
    fn is_enough(&self, runs: u64) -> bool {
        let small = self.best.as_ref().is_some_and(|(best, _)| best.schedule.steps.len() <= 1);
        small || self.budget.is_spent() || self.budget.runs >= runs
    }

    /// Leaps from what has become small, the smallest first.
    fn leap(&mut self, seen: Seen<'_, Op<N>>) {
        let most = self.budget.runs + LEAP_RUNS;
        let mut small = std::mem::take(&mut self.small);
        small.sort_by_key(|start| size(&start.schedule));
        self.starts.clear();
        for start in small {
            if self.is_enough(most) {
                break;
            }
            self.shrink(Start { leaps: true, ..start }, seen);
            while !self.is_enough(most)
                && let Some(start) = self.starts.pop_front()
            {
                self.shrink(start, seen);
            }
        }
    }

    fn shrink(&mut self, start: Start<Op<N>>, seen: Seen<'_, Op<N>>) {
        let (subject, is_first) = (self.subject, self.best.is_none());
        let violation = if is_first { subject.broken(&start.schedule) } else { None };
        let mut better = |schedule: &Schedule<Op<N>>| {
            if let Some(violation) = &violation {
                seen(schedule, violation);
            }
        };
        better(&start.schedule);
        let shrinker = Shrinker::new(start.schedule.clone()).in_order(start.order);
        let shrinker = if start.leaps { shrinker.leaping() } else { shrinker };
        let most = if is_first { u64::MAX } else { RUNS_OF_ONE };
        let small =
            minimise(subject, shrinker, &start.failure, &mut self.budget, most, &mut better);
        self.shrunk += 1;
        self.failures.push(small.failure.clone());
        if small.finished && !start.leaps {
            self.small.push(Start { schedule: small.schedule.clone(), ..start.clone() });
        }
        let (aside, case, original) = (small.aside.clone(), start.case, start.original);
        let smaller = |(best, _): &Best<_>| size(&small.schedule) < size(&best.schedule);
        if is_first {
            self.best = Some((small, start));
        } else if small.finished && self.best.as_ref().is_some_and(smaller) {
            if let Some(violation) = subject.broken(&small.schedule) {
                seen(&small.schedule, &violation);
            }
            self.best = Some((small, start));
        }
        if self.aside {
            self.put_aside(aside, case, original);
        }
    }

    /// What failed in a way that was not shrunk yet, or is smaller already, comes next.
    fn put_aside(
        &mut self,
        mut aside: Vec<(Failure, Schedule<Op<N>>)>,
        case: u64,
        original: (usize, usize),
    ) {
        let best = self.best.as_ref().map(|(best, _)| size(&best.schedule));
        aside.retain(|(failure, schedule)| {
            !self.failures.contains(failure) || Some(size(schedule)) < best
        });
        aside.sort_by_key(|(_, schedule)| size(schedule));
        for (failure, schedule) in aside.into_iter().rev() {
            self.failures.push(failure.clone());
            self.starts.push_front(Start { original, ..Start::new(schedule, failure, case) });
        }
    }

    fn told(self, cost: &Cost) -> Option<Counterexample<Op<N>>> {
        let (Minimised { schedule, failure, finished, .. }, start) = self.best?;
        let took = self.budget.took();
        let violation = self.subject.broken(&schedule)?;
        let trace = self.subject.run(&schedule, self.subject.lean());
        let sure = minimise::sure_of(self.subject, &schedule, &failure);
        Some(Counterexample {
            name: self.subject.name.clone(),
            violation,
            digest: trace.digest,
            sure: Sure { shrunk_to_the_end: finished, ..sure },
            cost: Cost {
                case: start.case,
                original_steps: start.original.0,
                original_faults: start.original.1,
                shrunk: self.shrunk,
                shrink_runs: self.budget.runs,
                shrink: took,
                ..cost.clone()
            },
            schedule,
        })
    }
}
