//! The search itself: a model comes in, level after level of new states goes out. Knows no clock,
//! no limit and no verdict.
//!
//! A level is taken in batches of constant size. Threads expand contiguous pieces of a batch while
//! the table of visited states is only read, and sort what is new by shard; then threads insert
//! into shards that they alone hold, in the order of the pieces. So which parent a state has, and
//! the order of the next level, are the same for any number of threads, without a lock. One thread
//! alone inserts at once, which comes to the same and keeps nothing twice.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::thread;

use stateright::{Expectation, Model, Property};

use super::Least;
use super::fingerprint::Fingerprint;
use super::visited::{ROOT, SHARDS, Shard, Visited};

/// How many states are expanded before what they led to is inserted. It does not depend on the
/// number of threads, since a search that ends early ends after a whole batch.
pub(super) const BATCH: usize = 1 << 13;

/// Below this many states for each thread, starting the threads costs more than they gain.
const WORTH_A_THREAD: usize = 256;

/// So many states are looked up together: their places in the table are far from each other and
/// from the processor, and it fetches several at a time.
const HANDFUL: usize = 32;

/// How many of the states that it met last a thread remembers.
const RECENT: usize = 1 << 14;

/// How states are looked at: by their representatives, where the model has a symmetry.
pub(super) struct Look<'a, M: Model> {
    pub(super) model: &'a M,
    pub(super) least: Option<Least<M::State>>,
}

impl<M: Model> Clone for Look<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model> Copy for Look<'_, M> {}

impl<M: Model> Look<'_, M> {
    fn least(&self, state: M::State) -> M::State {
        match self.least {
            Some(least) => least(&state),
            None => state,
        }
    }
}

impl<M: Model> Look<'_, M>
where
    M::State: Hash,
{
    pub(super) fn fingerprint(&self, state: &M::State) -> u64 {
        self.least.map_or_else(|| fingerprint(state), |least| fingerprint(&least(state)))
    }
}

/// The 64 bits that stand for a state; never 0, which marks a free slot.
#[inline]
pub(super) fn fingerprint(state: &impl Hash) -> u64 {
    let mut hasher = Fingerprint::default();
    state.hash(&mut hasher);
    hasher.finish().max(1)
}

/// A state that may be new.
struct Met<S> {
    fingerprint: u64,
    parent: u64,
    state: S,
}

/// What comes to one shard, from each piece in order.
type Arrival<S> = Vec<Vec<Met<S>>>;

/// States with their fingerprints.
type States<S> = Vec<(u64, S)>;

/// What one thread made of its piece of a batch.
struct Piece<S> {
    generated: u64,
    /// For each property, the first state of the piece that decides it.
    decided: Vec<Option<u64>>,
    met: Arrival<S>,
}

/// A search under way.
pub(super) struct Search<'a, M: Model> {
    pub(super) look: Look<'a, M>,
    pub(super) properties: Vec<Property<M>>,
    pub(super) visited: Visited,
    /// The states of this level that are not expanded yet, in batches.
    pub(super) level: VecDeque<States<M::State>>,
    next: VecDeque<States<M::State>>,
    /// How many states wait in both.
    waiting: usize,
    pub(super) generated: u64,
    /// How many levels have a state; the initial ones are level 1.
    pub(super) depth: u64,
    /// For each property, the first state that decides it.
    pub(super) decided: Vec<Option<u64>>,
    jobs: usize,
}

impl<'a, M> Search<'a, M>
where
    M: Model + Sync,
    M::State: Hash + Send + Sync,
{
    pub(super) fn new(look: Look<'a, M>, jobs: usize) -> Search<'a, M> {
        let properties = look.model.properties();
        let mut search = Search {
            look,
            decided: vec![None; properties.len()],
            properties,
            visited: Visited::new(),
            level: VecDeque::new(),
            next: VecDeque::new(),
            waiting: 0,
            generated: 0,
            depth: 0,
            jobs: jobs.clamp(1, SHARDS),
        };
        let mut start = Vec::new();
        for state in look.model.init_states() {
            if look.model.within_boundary(&state) {
                search.generated += 1;
                let state = look.least(state);
                let print = fingerprint(&state);
                if search.visited.insert(print, ROOT) {
                    start.push((print, state));
                }
            }
        }
        search.take_up(start);
        search.descend();
        search
    }

    /// How many states wait to be expanded.
    pub(super) fn frontier(&self) -> usize {
        self.waiting
    }

    /// How much memory the search holds, in bytes, without what states point to.
    pub(super) fn bytes(&self) -> u64 {
        let slots: usize = self.level.iter().chain(&self.next).map(Vec::capacity).sum();
        self.visited.bytes() + (slots * size_of::<(u64, M::State)>()) as u64
    }

    /// Whether a counterexample of an `always` property was met.
    pub(super) fn broken(&self) -> bool {
        let mut all = self.properties.iter().zip(&self.decided);
        all.any(|(property, at)| property.expectation == Expectation::Always && at.is_some())
    }

    /// Expands the next batch; `false` where nothing was left to expand.
    pub(super) fn batch(&mut self) -> bool {
        let Some(batch) = self.level.pop_front() else { return false };
        self.waiting -= batch.len();
        let jobs = self.jobs.min(batch.len().div_ceil(WORTH_A_THREAD));
        if jobs == 1 {
            self.expand_alone(&batch);
        } else {
            let pieces = self.expand(&batch, jobs);
            self.insert(pieces, jobs);
        }
        if self.level.is_empty() {
            self.descend();
        }
        true
    }

    fn descend(&mut self) {
        self.level = std::mem::take(&mut self.next);
        self.depth += u64::from(!self.level.is_empty());
    }

    /// Appends new states to the next level.
    fn take_up(&mut self, new: States<M::State>) {
        self.waiting += new.len();
        for state in new {
            match self.next.back_mut().filter(|batch| batch.len() < BATCH) {
                Some(batch) => batch.push(state),
                None => self.next.push_back(vec![state]),
            }
        }
    }

    fn expand_alone(&mut self, batch: &[(u64, M::State)]) {
        let mut visited = std::mem::take(&mut self.visited);
        let mut new: Vec<States<M::State>> = Vec::new();
        new.resize_with(SHARDS, Vec::new);
        let mut decided = self.decided.clone();
        self.generated += self.each(batch, &mut decided, |handful| {
            visited.fetch(handful.iter().map(|met| met.fingerprint));
            for met in handful.drain(..) {
                if visited.insert(met.fingerprint, met.parent) {
                    new[Visited::shard(met.fingerprint)].push((met.fingerprint, met.state));
                }
            }
        });
        self.decided = decided;
        self.visited = visited;
        for states in new {
            self.take_up(states);
        }
    }

    fn expand(&self, batch: &[(u64, M::State)], jobs: usize) -> Vec<Piece<M::State>> {
        thread::scope(|scope| {
            let pieces = batch.chunks(batch.len().div_ceil(jobs));
            let threads: Vec<_> =
                pieces.map(|piece| scope.spawn(move || self.piece(piece))).collect();
            threads.into_iter().map(joined).collect()
        })
    }

    fn piece(&self, states: &[(u64, M::State)]) -> Piece<M::State> {
        let mut met: Arrival<M::State> = Vec::new();
        met.resize_with(SHARDS, Vec::new);
        let mut decided = self.decided.clone();
        // What this piece met before will be known by the time it is inserted again.
        let mut recent = vec![0; RECENT];
        let generated = self.each(states, &mut decided, |handful| {
            self.visited.fetch(handful.iter().map(|met| met.fingerprint));
            for state in handful.drain(..) {
                let place = &mut recent[(state.fingerprint >> 32) as usize % RECENT];
                if *place != state.fingerprint && !self.visited.knows(state.fingerprint) {
                    *place = state.fingerprint;
                    met[Visited::shard(state.fingerprint)].push(state);
                }
            }
        });
        Piece { generated, decided, met }
    }

    /// Looks at some states, and hands out those that steps lead to, in handfuls. Gives how many
    /// these are.
    fn each(
        &self,
        states: &[(u64, M::State)],
        decided: &mut [Option<u64>],
        mut take: impl FnMut(&mut Vec<Met<M::State>>),
    ) -> u64 {
        let model = self.look.model;
        let mut generated = 0;
        let mut actions = Vec::new();
        let mut handful = Vec::with_capacity(2 * HANDFUL);
        for (parent, state) in states {
            for (property, decided) in self.properties.iter().zip(&mut *decided) {
                if decided.is_none() && decides(model, property, state) {
                    *decided = Some(*parent);
                }
            }
            model.actions(state, &mut actions);
            for action in actions.drain(..) {
                let Some(next) = model.next_state(state, action) else { continue };
                if !model.within_boundary(&next) {
                    continue;
                }
                generated += 1;
                let state = self.look.least(next);
                handful.push(Met { fingerprint: fingerprint(&state), parent: *parent, state });
            }
            if handful.len() >= HANDFUL {
                take(&mut handful);
            }
        }
        take(&mut handful);
        generated
    }

    fn insert(&mut self, pieces: Vec<Piece<M::State>>, jobs: usize) {
        let mut arrivals: Vec<Arrival<M::State>> = Vec::new();
        arrivals.resize_with(SHARDS, Vec::new);
        for piece in pieces {
            self.generated += piece.generated;
            for (known, found) in self.decided.iter_mut().zip(&piece.decided) {
                *known = known.or(*found);
            }
            for (arrival, met) in arrivals.iter_mut().zip(piece.met) {
                arrival.push(met);
            }
        }
        let mut work: Vec<_> = self.visited.shards().iter_mut().zip(arrivals).collect();
        let new: Vec<States<M::State>> = thread::scope(|scope| {
            let share = SHARDS.div_ceil(jobs);
            let mut threads = Vec::with_capacity(jobs);
            while !work.is_empty() {
                let rest = work.split_off(work.len().min(share));
                let mine = std::mem::replace(&mut work, rest);
                threads.push(scope.spawn(move || inserted(mine)));
            }
            threads.into_iter().map(joined).collect()
        });
        for states in new {
            self.take_up(states);
        }
    }
}

/// Inserts into some shards what comes to each, and gives what was new.
fn inserted<S>(shards: Vec<(&mut Shard, Arrival<S>)>) -> States<S> {
    let mut new = Vec::new();
    for (shard, arrival) in shards {
        for met in arrival.into_iter().flatten() {
            if shard.insert(met.fingerprint, met.parent) {
                new.push((met.fingerprint, met.state));
            }
        }
    }
    new
}

/// Whether this state settles the property: a counterexample of `always`, an example of
/// `sometimes`. No state alone settles `eventually`.
fn decides<M: Model>(model: &M, property: &Property<M>, state: &M::State) -> bool {
    match property.expectation {
        Expectation::Always => !(property.condition)(model, state),
        Expectation::Sometimes => (property.condition)(model, state),
        Expectation::Eventually => false,
    }
}

/// What a thread made; its panic goes on here, as if there were no thread.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
