//! An abstract model comes in, every state that it can reach is visited, and what was found goes
//! out. Knows no protocol; of schedules and real nodes only `real` does.
//!
//! The search is breadth-first and level by level, so a counterexample is a shortest one, and what
//! is found is the same for any number of threads: the counts, the depth and the paths.

mod fingerprint;
mod graph;
mod lasting;
mod parted;
mod path;
mod real;
mod row;
mod search;
mod serve;
#[cfg(test)]
mod tests;
mod visited;
mod work;

pub use lasting::{Fair, Lasting, Live, lasting, lasting_while};
pub use path::Path;
pub(crate) use real::{Opened, Real};
pub use row::Packing;
pub use serve::Explorer;
pub(crate) use serve::Page;

use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::campaign::Stop;
use search::{Look, Search};
use stateright::{Expectation, Model};

/// Gives the least of the images of a state under every renaming of nodes.
pub type Least<S> = fn(&S) -> S;

/// Each property's name with what is known of it.
pub type Findings<S, A> = Vec<(&'static str, Finding<S, A>)>;

/// How an exploration came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Every state was visited.
    Complete,
    /// An `always` property was broken; the batch of states in which it was is finished.
    Broken,
    /// The time was up.
    Time,
    /// There were too many states.
    States,
    /// There were more levels than asked for.
    Levels,
    /// Somebody asked for the end.
    Stopped,
}

/// What an exploration says of one property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding<S, A> {
    /// It holds of every state (`always`).
    Holds,
    /// A shortest path to a state that breaks it (`always`).
    Broken(Path<S, A>),
    /// A shortest path to a state that shows it (`sometimes`).
    Shown(Path<S, A>),
    /// All states were visited and none shows it (`sometimes`).
    Never,
    /// The search ended before it could be known.
    Unknown,
    /// `eventually` is not judged: states alone do not tell whether a path stays away for ever.
    NotJudged,
}

/// How far an exploration is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress {
    /// States that actions led to, the known ones too.
    pub generated: u64,
    /// Different states.
    pub distinct: u64,
    /// The level that is being expanded; the initial states are level 1.
    pub depth: u64,
    /// States that wait to be expanded.
    pub frontier: u64,
    /// Bytes held by the table and the frontier, without what states point to.
    pub memory: u64,
    /// Real time so far.
    pub time: Duration,
}

/// What an exploration found.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome<S, A> {
    /// The counts at the end; the memory is the most that was held after a batch.
    pub progress: Progress,
    /// Why it ended.
    pub end: End,
    /// Each property's name, in the model's order, with what is known of it.
    pub findings: Findings<S, A>,
}

/// An exploration that can be started.
///
/// A model must be a function: the same state gives the same actions in the same order, and an
/// action the same next state.
pub struct Explore<M: Model> {
    model: M,
    jobs: usize,
    time: Option<Duration>,
    states_max: Option<u64>,
    levels_max: Option<u64>,
    least: Option<Least<M::State>>,
    packing: Option<Packing<M::State>>,
    stop: Stop,
}

/// Explores `model`, on all cores and to the last state.
pub fn explore<M: Model>(model: M) -> Explore<M> {
    let stop = Stop::default();
    let (time, states_max, levels_max, least, packing) = (None, None, None, None, None);
    Explore { model, jobs: 0, time, states_max, levels_max, least, packing, stop }
}

impl<M: Model> Explore<M> {
    /// On so many threads; 0 for all cores.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Explore<M> {
        self.jobs = jobs;
        self
    }

    /// Ends after this much real time, and what is not known by then is unknown.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Explore<M> {
        self.time = Some(time);
        self
    }

    /// Ends after the batch in which so many states were passed.
    #[must_use]
    pub fn states_max(mut self, states: u64) -> Explore<M> {
        self.states_max = Some(states);
        self
    }

    /// Ends before so many levels have passed: the states of the last one are met and not expanded.
    /// Every state that is met is at its shortest distance, so nothing nearer is missed.
    #[must_use]
    pub fn levels_max(mut self, levels: u64) -> Explore<M> {
        self.levels_max = Some(levels);
        self
    }

    /// Ends soon after somebody asks for it.
    #[must_use]
    pub fn stop(mut self, stop: &Stop) -> Explore<M> {
        self.stop = stop.clone();
        self
    }

    /// Visits one state for all that differ only in the names of nodes. `least` gives the least of
    /// the images of a state under every renaming; the model and its properties must not tell
    /// renamed states apart.
    #[must_use]
    pub fn symmetry(mut self, least: Least<M::State>) -> Explore<M> {
        self.least = Some(least);
        self
    }

    /// Keeps the states that wait packed, which takes less memory and is faster for states that are
    /// large in memory and say little. What is found does not change.
    #[must_use]
    pub fn packed(mut self, packing: Packing<M::State>) -> Explore<M> {
        self.packing = Some(packing);
        self
    }
}

impl<M> Explore<M>
where
    M: Model + Sync,
    M::State: Clone + Hash + Send + Sync,
{
    /// Runs it; `progress` is told after each batch of states.
    pub fn run(&self, progress: &mut dyn FnMut(&Progress)) -> Outcome<M::State, M::Action> {
        let started = now();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let jobs = if self.jobs == 0 { cores } else { self.jobs };
        let look = Look { model: &self.model, least: self.least, packing: self.packing };
        let mut search = Search::new(look, jobs);
        search.deepest = self.levels_max;
        let mut memory_max = search.bytes();
        let end = loop {
            if self.levels_max.is_some_and(|most| search.depth >= most) && search.frontier() > 0 {
                break End::Levels;
            }
            if !search.batch() {
                break End::Complete;
            }
            memory_max = memory_max.max(search.bytes());
            progress(&told(&search, started));
            if search.broken() {
                break End::Broken;
            }
            if self.stop.asked() {
                break End::Stopped;
            }
            if self.time.is_some_and(|time| started.elapsed() >= time) {
                break End::Time;
            }
            if self.states_max.is_some_and(|most| search.visited.len() > most) {
                break End::States;
            }
        };
        let findings = findings(&search, end);
        let progress = Progress { memory: memory_max, ..told(&search, started) };
        Outcome { progress, end, findings }
    }
}

#[expect(clippy::disallowed_methods, reason = "an exploration has a budget in real time")]
fn now() -> Instant {
    Instant::now()
}

fn told<M>(search: &Search<'_, M>, started: Instant) -> Progress
where
    M: Model + Sync,
    M::State: Hash + Send + Sync,
{
    Progress {
        generated: search.generated,
        distinct: search.visited.len(),
        depth: search.depth,
        frontier: search.frontier() as u64,
        memory: search.bytes(),
        time: started.elapsed(),
    }
}

fn findings<M>(search: &Search<'_, M>, end: End) -> Findings<M::State, M::Action>
where
    M: Model + Sync,
    M::State: Clone + Hash + Send + Sync,
{
    let path = |at| path::path(search.look, &search.visited, at);
    let found = search.properties.iter().zip(&search.decided).map(|(property, decided)| {
        let finding = match (&property.expectation, decided) {
            (Expectation::Eventually, _) => Finding::NotJudged,
            (Expectation::Always, Some(at)) => Finding::Broken(path(*at)),
            (Expectation::Sometimes, Some(at)) => Finding::Shown(path(*at)),
            (_, None) if end != End::Complete => Finding::Unknown,
            (Expectation::Always, None) => Finding::Holds,
            (Expectation::Sometimes, None) => Finding::Never,
        };
        (property.name, finding)
    });
    found.collect()
}
