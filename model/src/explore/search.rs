//! The search itself: a model comes in, level after level of new states goes out. Knows no clock,
//! no limit and no verdict.
//!
//! A level is taken in batches of constant size. Threads expand pieces of a batch while the table
//! of visited states is only read, and sort what may be new by shard; then threads insert into
//! shards, each of which one thread holds, in the order of the pieces, and say what was new. So
//! which parent a state has, and the order of the next level, are those in which one thread meets
//! states one after the other. All that threads share is the pile of work. One thread alone inserts
//! at once.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::Mutex;
use std::thread;

use stateright::{Expectation, Model, Property};

use super::Least;
use super::fingerprint::Fingerprint;
use super::visited::{ROOT, SHARDS, Shard, Visited};

/// How many states are expanded before what they led to is inserted. It does not depend on the
/// number of threads, since a search that ends early ends after a whole batch.
pub(super) const BATCH: usize = 1 << 15;

/// How many states a thread takes at a time: on a busy machine one that is held up then holds up
/// few. Below so many, starting threads costs more than they gain.
const PIECE: usize = 512;

/// So many states are looked up together: their places in the table are far from each other and
/// from the processor, and it fetches several at a time.
const HANDFUL: usize = 32;

/// How many of the states that it met last a thread remembers.
const RECENT: usize = 1 << 12;

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

/// States with their fingerprints.
type States<S> = Vec<(u64, S)>;

/// What one thread made of its piece of a batch.
struct Piece<S> {
    generated: u64,
    /// For each property, the first state of the piece that decides it.
    decided: Vec<Option<u64>>,
    /// What may be new, in order.
    met: Vec<Met<S>>,
    /// The places of these by shard, in order.
    shards: Vec<Vec<u32>>,
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
        let jobs = self.jobs.min(batch.len().div_ceil(PIECE));
        if jobs == 1 {
            self.expand_alone(&batch);
        } else {
            let pieces = shared_out(jobs, batch.chunks(PIECE), |states| self.piece(states));
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
    fn take_up(&mut self, new: impl IntoIterator<Item = (u64, M::State)>) {
        for state in new {
            self.waiting += 1;
            match self.next.back_mut().filter(|batch| batch.len() < BATCH) {
                Some(batch) => batch.push(state),
                None => self.next.push_back(vec![state]),
            }
        }
    }

    fn expand_alone(&mut self, batch: &[(u64, M::State)]) {
        let mut visited = std::mem::take(&mut self.visited);
        let mut new = Vec::new();
        let mut decided = self.decided.clone();
        self.generated += self.each(batch, &mut decided, |handful| {
            visited.fetch(handful.iter().map(|met| met.fingerprint));
            for met in handful.drain(..) {
                if visited.insert(met.fingerprint, met.parent) {
                    new.push((met.fingerprint, met.state));
                }
            }
        });
        self.decided = decided;
        self.visited = visited;
        self.take_up(new);
    }

    fn piece(&self, states: &[(u64, M::State)]) -> Piece<M::State> {
        let mut met: Vec<Met<M::State>> = Vec::new();
        let mut shards = vec![Vec::new(); SHARDS];
        let mut decided = self.decided.clone();
        // What this piece met before will be known by the time it is inserted again.
        let mut recent = vec![0; RECENT];
        let generated = self.each(states, &mut decided, |handful| {
            self.visited.fetch(handful.iter().map(|met| met.fingerprint));
            for state in handful.drain(..) {
                let place = &mut recent[(state.fingerprint >> 32) as usize % RECENT];
                if *place != state.fingerprint && !self.visited.knows(state.fingerprint) {
                    *place = state.fingerprint;
                    shards[Visited::shard(state.fingerprint)].push(met.len() as u32);
                    met.push(state);
                }
            }
        });
        Piece { generated, decided, met, shards }
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
        let shards = self.visited.shards().iter_mut().enumerate();
        let new: Vec<Vec<Vec<u32>>> = shared_out(jobs, shards, |(number, shard)| {
            pieces.iter().map(|piece| inserted(shard, &piece.met, &piece.shards[number])).collect()
        });
        for (number, piece) in pieces.into_iter().enumerate() {
            self.generated += piece.generated;
            for (known, found) in self.decided.iter_mut().zip(&piece.decided) {
                *known = known.or(*found);
            }
            let mut is_new = vec![false; piece.met.len()];
            for place in new.iter().flat_map(|shard| &shard[number]) {
                is_new[*place as usize] = true;
            }
            let met = piece.met.into_iter().zip(is_new).filter(|(_, new)| *new);
            self.take_up(met.map(|(met, _)| (met.fingerprint, met.state)));
        }
    }
}

/// Inserts into a shard what a piece has for it, and gives the places of what was new.
fn inserted<S>(shard: &mut Shard, met: &[Met<S>], places: &[u32]) -> Vec<u32> {
    let is_new = |place: &&u32| {
        let met = &met[**place as usize];
        shard.insert(met.fingerprint, met.parent)
    };
    places.iter().filter(is_new).copied().collect()
}

/// Does pieces of work on so many threads, each as soon as it is free, and hands back what came of
/// each piece in the order of the pieces.
fn shared_out<T: Send, R: Send>(
    jobs: usize,
    work: impl Iterator<Item = T> + Send,
    each: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let work = Mutex::new(work.enumerate());
    let share = || {
        let mut done = Vec::new();
        loop {
            let next = work.lock().expect("nobody panics who hands out work").next();
            let Some((place, piece)) = next else { return done };
            done.push((place, each(piece)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(share)).collect();
        threads.into_iter().flat_map(joined).collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
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
