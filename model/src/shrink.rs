//! A failing [`Schedule`] comes in; smaller candidates go out, one at a time, and the answers come
//! back: this one still fails, this one does not. Nothing here knows what a world or a property is.
//!
//! The passes run in rounds until a whole round brings nothing (a fixed point). Every schedule is
//! legal, so a pass need not check anything. A pass offers only schedules that are simpler by a
//! measure of its own (fewer steps, fewer nodes, less noise, smaller numbers, a plainer *when*), so
//! the rounds end. A candidate that has been answered is not offered again, which makes the last
//! round, the one that shows minimality, cheap.

use crate::fault::Nemesis;
use crate::id::NodeId;
use crate::schedule::Schedule;
use crate::seed::StableHasher;
use crate::time::Time;
use crate::trace::{NoiseHit, StepRecord};
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

mod delete;
mod instead;
mod leaps;
mod links;
mod machine;
mod meaning;
mod nodes;
mod noise;
mod plain;
mod spans;
mod times;

pub(crate) use meaning::keeps_meaning;

/// Looks for the smallest schedule that still fails.
///
/// ```
/// use schism::shrink::Shrinker;
/// use schism::spec::kv::Op;
/// use schism::Schedule;
///
/// let start: Schedule<Op> =
///     "nodes 3 quiet\n@1ms c0 -> n1 put k1 1\n@2ms heal\n@3ms c0 -> n1 get k1".parse()?;
/// let mut shrinker = Shrinker::new(start);
/// while let Some(candidate) = shrinker.candidate() {
///     // What fails here is any schedule with a get in it.
///     let fails = candidate.to_string().contains("get");
///     shrinker.answer(fails);
/// }
/// assert_eq!(shrinker.best().steps.len(), 1);
/// # Ok::<(), schism::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Shrinker<Op> {
    best: Schedule<Op>,
    candidate: Option<Schedule<Op>>,
    known: Known,
    pass: usize,
    cursor: Cursor,
    progress: bool,
    finished: bool,
    answered: BTreeSet<u64>,
    accepted: u64,
    offered: u64,
}

/// Where a pass stands; what the numbers mean is the pass's own affair.
#[derive(Clone, Copy, Default, Debug)]
struct Cursor {
    size: usize,
    at: usize,
    started: bool,
}

impl Cursor {
    /// Counts through the numbers below `end`.
    fn count(&mut self, end: usize) -> Option<usize> {
        (self.at < end).then(|| {
            self.at += 1;
            self.at - 1
        })
    }
}

/// What a pass may know besides the best schedule.
#[derive(Clone, Default, Debug)]
struct Known {
    /// In which of many orders ranges are left out.
    order: u64,
    /// Whether leaps are made.
    leaps: bool,
    /// The claim that shrinking began with, of which the best schedule may need less.
    claim: Nemesis,
    /// What noise did in the run of the best schedule, if somebody said.
    hits: Vec<NoiseHit>,
    /// When its steps happened, and whom they turned out to be about, if somebody said.
    went: Vec<(Option<Time>, Option<NodeId>)>,
}

type Pass<Op> = fn(&Schedule<Op>, &Known, &mut Cursor) -> Offer<Op>;

/// What a pass has to offer when asked.
enum Offer<Op> {
    Try(Schedule<Op>),
    /// Nothing here; ask again.
    Next,
    /// The pass is through.
    Done,
}

impl<Op> Offer<Op> {
    fn of(offer: Option<Schedule<Op>>) -> Offer<Op> {
        offer.map_or(Offer::Next, Offer::Try)
    }
}

impl<Op: Clone + PartialEq + Hash> Shrinker<Op> {
    /// Cheap and far-reaching passes come first; the ones that only make text plainer come last.
    const PASSES: [Pass<Op>; 18] = [
        noise::quiet,
        delete::ranges,
        nodes::fewer,
        noise::less,
        noise::written,
        plain::weaker,
        delete::pairs,
        delete::pinned,
        spans::joined,
        instead::cut_off,
        instead::plain,
        delete::all,
        plain::seed,
        times::shorter,
        times::anchored,
        plain::smaller,
        leaps::leaps,
        plain::claim,
    ];

    /// A shrinker that starts from a failing schedule.
    #[must_use]
    pub fn new(start: Schedule<Op>) -> Shrinker<Op> {
        Shrinker {
            known: Known { claim: start.claim.clone(), ..Known::default() },
            best: start,
            candidate: None,
            pass: 0,
            cursor: Cursor::default(),
            progress: false,
            finished: false,
            answered: BTreeSet::new(),
            accepted: 0,
            offered: 0,
        }
    }

    /// The same, leaving steps out in another of many orders: it may end elsewhere.
    #[must_use]
    pub fn in_order(mut self, order: u64) -> Shrinker<Op> {
        self.known.order = order;
        self
    }

    /// The same, with leaps: one step less and something else at once. They are many and few of
    /// them fail, so they are for what is small already.
    #[must_use]
    pub fn leaping(mut self) -> Shrinker<Op> {
        self.known.leaps = true;
        self
    }

    /// The smallest schedule known to fail.
    #[must_use]
    pub fn best(&self) -> &Schedule<Op> {
        &self.best
    }

    /// The schedule that is to be answered next; the best one where there is no such.
    #[must_use]
    pub fn current(&self) -> &Schedule<Op> {
        self.candidate.as_ref().unwrap_or(&self.best)
    }

    /// Whether a whole round brought nothing any more.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// How many candidates were offered so far.
    #[must_use]
    pub fn offered(&self) -> u64 {
        self.offered
    }

    /// How many of them still failed.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Says what noise did in the run of the best schedule, so that it can be written as steps, and
    /// how its steps went, so that they can be kept where they were when others go.
    pub fn learn(&mut self, hits: &[NoiseHit], steps: &[StepRecord]) {
        hits.clone_into(&mut self.known.hits);
        self.known.went =
            steps.iter().map(|step| (step.happened.map(|at| at.time), step.node)).collect();
    }

    /// The next schedule to try; the same one until it is answered. `None` at the fixed point.
    pub fn candidate(&mut self) -> Option<&Schedule<Op>> {
        while self.candidate.is_none() && !self.finished {
            let Some(pass) = Self::PASSES.get(self.pass) else {
                self.next_round();
                continue;
            };
            match pass(&self.best, &self.known, &mut self.cursor) {
                Offer::Try(schedule) => {
                    let new = self.answered.insert(fingerprint(&schedule));
                    if new && schedule != self.best && keeps_meaning(&self.best, &schedule) {
                        self.offered += 1;
                        self.candidate = Some(schedule);
                    }
                }
                Offer::Next => {}
                Offer::Done => {
                    self.pass += 1;
                    self.cursor = Cursor::default();
                }
            }
        }
        self.candidate.as_ref()
    }

    /// Says whether the candidate fails in the same way as the schedule that this began with.
    pub fn answer(&mut self, fails: bool) {
        if let Some(candidate) = self.candidate.take()
            && fails
        {
            self.best = candidate;
            self.known.hits.clear();
            self.known.went.clear();
            self.accepted += 1;
            self.progress = true;
        }
    }

    fn next_round(&mut self) {
        self.finished = !self.progress;
        self.progress = false;
        self.pass = 0;
        self.cursor = Cursor::default();
    }
}

fn fingerprint<Op: Hash>(schedule: &Schedule<Op>) -> u64 {
    let mut hasher = StableHasher::default();
    schedule.nodes.hash(&mut hasher);
    schedule.seed.hash(&mut hasher);
    if let Some(noise) = &schedule.noise {
        (noise.seed, noise.rate).hash(&mut hasher);
    }
    schedule.claim.hash(&mut hasher);
    schedule.steps.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod optimum_tests;
#[cfg(test)]
mod tests;
