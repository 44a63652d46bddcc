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
use std::hash::Hash;
use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use stateright::{Expectation, Model, Property};

use super::Least;
use super::row::{Packing, Row, fingerprint};
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
    pub(super) packing: Option<Packing<M::State>>,
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
        let least = self.least.map(|least| least(state));
        let state = least.as_ref().unwrap_or(state);
        self.packing.map_or_else(|| fingerprint(state), |packing| packing.fingerprint(state))
    }

    fn row(&self) -> Row<M::State> {
        Row::new(self.packing)
    }
}

/// What one thread made of its piece of a batch.
struct Piece<S> {
    generated: u64,
    /// For each property, the first state of the piece that decides it.
    decided: Vec<Option<u64>>,
    /// What may be new, in order, and from where.
    met: Row<S>,
    parents: Vec<u64>,
    /// The places of these by shard, in order.
    shards: Vec<Vec<u32>>,
}

/// A search under way.
pub(super) struct Search<'a, M: Model> {
    pub(super) look: Look<'a, M>,
    pub(super) properties: Vec<Property<M>>,
    pub(super) visited: Visited,
    /// The states of this level that are not expanded yet, in batches.
    pub(super) level: VecDeque<Row<M::State>>,
    next: VecDeque<Row<M::State>>,
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
        let mut start = look.row();
        for state in look.model.init_states() {
            if look.model.within_boundary(&state) {
                search.generated += 1;
                start.push(look.least(state));
            }
        }
        let is_new: Vec<bool> =
            start.prints().iter().map(|print| search.visited.insert(*print, ROOT)).collect();
        search.take_up(start, &is_new);
        search.descend();
        search
    }

    /// How many states wait to be expanded.
    pub(super) fn frontier(&self) -> usize {
        self.waiting
    }

    /// How much memory the search holds, in bytes, without what states point to.
    pub(super) fn bytes(&self) -> u64 {
        let held: usize = self.level.iter().chain(&self.next).map(Row::held).sum();
        self.visited.bytes() + held as u64
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
            let firsts = (0..batch.len()).step_by(PIECE);
            let places = firsts.map(|first| first..batch.len().min(first + PIECE));
            let pieces = shared_out(jobs, places, |places| self.piece(&batch, places));
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

    /// Appends the new ones of some states to the next level, in batches that are full.
    fn take_up(&mut self, mut met: Row<M::State>, is_new: &[bool]) {
        let mut first = 0;
        while first < is_new.len() {
            if self.next.back().is_none_or(|batch| batch.len() >= BATCH) {
                self.next.push_back(self.look.row());
            }
            let batch = self.next.back_mut().expect("one was added where there was none");
            let room = BATCH - batch.len();
            let new = (first..is_new.len()).filter(|place| is_new[*place]);
            let end = new.clone().nth(room).unwrap_or(is_new.len());
            self.waiting += new.take(room).count();
            met.give(first..end, batch, |place| is_new[place]);
            if batch.len() >= BATCH {
                batch.shrink();
            }
            first = end;
        }
    }

    fn expand_alone(&mut self, batch: &Row<M::State>) {
        let mut visited = std::mem::take(&mut self.visited);
        let mut new = self.look.row();
        let mut decided = self.decided.clone();
        self.generated += self.each(batch, 0..batch.len(), &mut decided, |handful, parents| {
            visited.fetch(handful.prints().iter().copied());
            let is_new: Vec<bool> = handful
                .prints()
                .iter()
                .zip(parents)
                .map(|(print, parent)| visited.insert(*print, *parent))
                .collect();
            handful.give(0..is_new.len(), &mut new, |place| is_new[place]);
        });
        self.decided = decided;
        self.visited = visited;
        let is_new = vec![true; new.len()];
        self.take_up(new, &is_new);
    }

    fn piece(&self, batch: &Row<M::State>, places: Range<usize>) -> Piece<M::State> {
        let (mut met, mut parents) = (self.look.row(), Vec::new());
        let mut shards = vec![Vec::new(); SHARDS];
        let mut decided = self.decided.clone();
        // What this piece met before will be known by the time it is inserted again.
        let mut recent = vec![0; RECENT];
        let generated = self.each(batch, places, &mut decided, |handful, from| {
            self.visited.fetch(handful.prints().iter().copied());
            let prints: Vec<u64> = handful.prints().to_vec();
            handful.give(0..prints.len(), &mut met, |place| {
                let print = prints[place];
                let seen = &mut recent[(print >> 32) as usize % RECENT];
                let may_be_new = *seen != print && !self.visited.knows(print);
                if may_be_new {
                    *seen = print;
                    shards[Visited::shard(print)].push(parents.len() as u32);
                    parents.push(from[place]);
                }
                may_be_new
            });
        });
        Piece { generated, decided, met, parents, shards }
    }

    /// Looks at some states, and hands out those that steps lead to, in handfuls with their
    /// parents. Gives how many these are.
    fn each(
        &self,
        batch: &Row<M::State>,
        places: Range<usize>,
        decided: &mut [Option<u64>],
        mut take: impl FnMut(&mut Row<M::State>, &[u64]),
    ) -> u64 {
        let model = self.look.model;
        let mut generated = 0;
        let mut actions = Vec::new();
        let (mut handful, mut parents) = (self.look.row(), Vec::with_capacity(2 * HANDFUL));
        for place in places {
            let parent = batch.prints()[place];
            batch.show(place, |state| {
                for (property, decided) in self.properties.iter().zip(&mut *decided) {
                    if decided.is_none() && decides(model, property, state) {
                        *decided = Some(parent);
                    }
                }
                model.actions(state, &mut actions);
                for action in actions.drain(..) {
                    let Some(next) = model.next_state(state, action) else { continue };
                    if model.within_boundary(&next) {
                        generated += 1;
                        handful.push(self.look.least(next));
                        parents.push(parent);
                    }
                }
            });
            if parents.len() >= HANDFUL {
                take(&mut handful, &parents);
                handful.clear();
                parents.clear();
            }
        }
        take(&mut handful, &parents);
        generated
    }

    fn insert(&mut self, pieces: Vec<Piece<M::State>>, jobs: usize) {
        let shards = self.visited.shards().iter_mut().enumerate();
        let new: Vec<Vec<Vec<u32>>> = shared_out(jobs, shards, |(number, shard)| {
            pieces.iter().map(|piece| inserted(shard, piece, number)).collect()
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
            self.take_up(piece.met, &is_new);
        }
    }
}

/// Inserts into a shard what a piece has for it, and gives the places of what was new.
fn inserted<S: Hash>(shard: &mut Shard, piece: &Piece<S>, number: usize) -> Vec<u32> {
    let is_new = |place: &&u32| {
        let place = **place as usize;
        shard.insert(piece.met.prints()[place], piece.parents[place])
    };
    piece.shards[number].iter().filter(is_new).copied().collect()
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
