//! Closes the one loop: candidates come from the shrinker, are run and judged, and the answer goes
//! back. Only the same failure counts, so a shrink never slips from one bug to another.

use super::clock::Stopwatch;
use super::settings::Settings;
use super::subject::{Ruling, Subject};
use crate::counterexample::Sure;
use crate::execute::Op;
use crate::node::Node;
use crate::schedule::{Schedule, When};
use crate::seed::{Draws, Seed};
use crate::shrink::{Shrinker, keeps_meaning};
use crate::time::Time;
use crate::verdict::Failure;
use std::time::Duration;

/// What shrinking one schedule came to.
pub(super) struct Minimised<Op> {
    pub(super) schedule: Schedule<Op>,
    pub(super) failure: Failure,
    /// Whether it went on to the fixed point.
    pub(super) finished: bool,
    /// Of each other way in which a candidate failed, the smallest such candidate.
    pub(super) aside: Vec<(Failure, Schedule<Op>)>,
}

/// What shrinking may cost, and did.
pub(super) struct Budget<'a> {
    settings: &'a Settings,
    clock: Stopwatch,
    /// Runs so far.
    pub(super) runs: u64,
}

impl<'a> Budget<'a> {
    pub(super) fn new(settings: &'a Settings) -> Budget<'a> {
        Budget { settings, clock: Stopwatch::start(), runs: 0 }
    }

    /// Whether the user's limits are reached.
    pub(super) fn is_spent(&self) -> bool {
        let settings = self.settings;
        settings.stop.asked()
            || settings.shrink_runs_max.is_some_and(|most| self.runs >= most)
            || settings.shrink_time_max.is_some_and(|most| self.clock.elapsed() >= most)
    }

    pub(super) fn took(&self) -> Duration {
        self.clock.elapsed()
    }
}

/// Looks for the smallest schedule with this failure, in at most so many runs.
pub(super) fn minimise<N: Node>(
    subject: &Subject<N>,
    mut shrinker: Shrinker<Op<N>>,
    failure: &Failure,
    budget: &mut Budget<'_>,
    most: u64,
    better: &mut dyn FnMut(&Schedule<Op<N>>),
) -> Minimised<Op<N>> {
    let mut aside: Vec<(Failure, Schedule<Op<N>>)> = Vec::new();
    let trace = subject.run(shrinker.best(), subject.lean());
    shrinker.learn(&trace.hits, &trace.steps);
    let last = budget.runs.saturating_add(most);
    while let Some(candidate) = shrinker.candidate() {
        if budget.is_spent() || budget.runs >= last {
            break;
        }
        budget.runs += 1;
        let (trace, ruling) = subject.try_out(candidate);
        let same = match ruling {
            Ruling::Broken(violation) if violation.failure == *failure => true,
            Ruling::Broken(violation) => {
                put_aside(&mut aside, violation.failure, candidate);
                false
            }
            Ruling::Held | Ruling::Unknown(_) => false,
        };
        shrinker.answer(same);
        if same {
            shrinker.learn(&trace.hits, &trace.steps);
            better(shrinker.best());
        }
    }
    let (schedule, finished) = (shrinker.best().clone(), shrinker.is_finished());
    Minimised { schedule, failure: failure.clone(), finished, aside }
}

fn put_aside<Op: Clone>(
    aside: &mut Vec<(Failure, Schedule<Op>)>,
    failure: Failure,
    candidate: &Schedule<Op>,
) {
    match aside.iter_mut().find(|(known, _)| *known == failure) {
        Some((_, smallest)) if size(candidate) < size(smallest) => *smallest = candidate.clone(),
        Some(_) => {}
        None => aside.push((failure, candidate.clone())),
    }
}

/// Fewer steps are smaller, then fewer faults, then fewer nodes.
pub(super) fn size<Op>(schedule: &Schedule<Op>) -> (usize, usize, u32) {
    (schedule.steps.len(), schedule.faults(), schedule.nodes)
}

/// Finds out how sure a failing schedule is: each step is taken out alone, it is run twice, and its
/// neighbours are tried.
pub(super) fn sure_of<N: Node>(
    subject: &Subject<N>,
    schedule: &Schedule<Op<N>>,
    failure: &Failure,
) -> Sure {
    let steps = schedule.steps.len();
    let needed = (0..steps).filter(|gone| {
        let keep: Vec<bool> = (0..steps).map(|step| step != *gone).collect();
        let without = schedule.retain(&keep);
        // What is expected under other trouble is another expectation.
        !keeps_meaning(schedule, &without) || !is_same(&subject.try_out(&without).1, failure)
    });
    let needed_steps = needed.count();
    let (moved, moved_fail) = moved(subject, schedule, failure);
    let twice = [(); 2].map(|()| subject.run(schedule, subject.rich()).digest);
    Sure {
        same_trace_twice: twice[0] == twice[1],
        shrunk_to_the_end: needed_steps == steps,
        needed_steps,
        moved,
        moved_fail,
    }
}

fn is_same(ruling: &Ruling, failure: &Failure) -> bool {
    matches!(ruling, Ruling::Broken(violation) if violation.failure == *failure)
}

/// Neighbours to try.
const NEIGHBOURS: usize = 50;

/// Moves single steps a little in time: how many of these neighbours fail as well tells whether the
/// failure hangs by a thread.
fn moved<N: Node>(
    subject: &Subject<N>,
    schedule: &Schedule<Op<N>>,
    failure: &Failure,
) -> (usize, usize) {
    if schedule.steps.is_empty() || schedule.expects() {
        return (0, 0);
    }
    let mut draws = Seed(0x0e16).draws();
    let fails = (0..NEIGHBOURS).filter(|_| {
        let mut neighbour = schedule.clone();
        let step = draws.below(neighbour.steps.len() as u64) as usize;
        let when = &mut neighbour.steps[step].when;
        *when = later(*when, &mut draws);
        is_same(&subject.try_out(&neighbour).1, failure)
    });
    (NEIGHBOURS, fails.count())
}

/// Up to twenty milliseconds later; a step with a time may come earlier, too.
fn later(when: When, draws: &mut Draws) -> When {
    let by = Duration::from_millis(draws.between(1, 20));
    match when {
        When::At(time) if draws.chance(1, 2) => When::At(Time(time.0) - by),
        When::At(time) => When::At(time + by),
        When::After(delay) => When::After(delay + by),
        When::On(anchor, delay) => When::On(anchor, delay + by),
    }
}
