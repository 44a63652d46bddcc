//! The search itself: a model comes in, level after level of new states goes out. Knows no clock,
//! no limit and no verdict.
//!
//! A level is taken in batches of constant size. Threads expand pieces of a batch while the table
//! of visited states is only read, and part what may be new by shard; then threads insert into
//! shards, each of which one thread holds, in the order of the pieces, and say what was new; then
//! they leave only that in the pieces, which are the next level. So which parent a state has, and
//! the order of the next level, are those in which one thread meets states one after the other. All
//! that threads share is the pile of work. One thread alone inserts at once.

use std::collections::VecDeque;
use std::hash::Hash;
use std::ops::Range;

use stateright::{Expectation, Model, Property};

use super::Least;
use super::parted::Parted;
use super::row::{Packing, Row, fingerprint};
use super::visited::{ROOT, SHARDS, Shard, Visited};
use super::work::shared_out;

/// How many states are expanded before what they led to is inserted. It does not depend on the
/// number of threads, since a search that ends early ends after a whole batch.
const BATCH: usize = 1 << 15;

/// How many states a thread takes at a time: on a busy machine one that is held up then holds up
/// few. Below so many, starting threads costs more than they gain.
const PIECE: usize = 512;

/// A row of states that wait takes in no more pieces when it has so many.
const ROW: usize = 1 << 12;

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
    /// What may be new, in order, and from where; without the states, where none is kept.
    met: Row<S>,
    prints: Vec<u64>,
    parents: Vec<u64>,
    /// The places of these by shard.
    shards: Parted,
}

/// A search under way.
pub(super) struct Search<'a, M: Model> {
    pub(super) look: Look<'a, M>,
    pub(super) properties: Vec<Property<M>>,
    pub(super) visited: Visited,
    /// The states of this level that are not expanded yet, in rows none of which is empty.
    pub(super) level: VecDeque<Row<M::State>>,
    /// How many of the first row are.
    expanded: usize,
    next: VecDeque<Row<M::State>>,
    /// How many states wait in both.
    waiting: usize,
    /// The states of this level are met and not expanded, so they are not kept either.
    pub(super) deepest: Option<u64>,
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
            expanded: 0,
            next: VecDeque::new(),
            waiting: 0,
            deepest: None,
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
        start.sift(0, |_, print| search.visited.insert(print, ROOT));
        search.waiting = start.len();
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
        let places = self.places();
        if places.is_empty() {
            return false;
        }
        let jobs = self.jobs.min(places.len());
        if jobs == 1 {
            self.expand_alone(&places);
            places.iter().for_each(|(_, places)| drop(self.leave(places)));
        } else {
            let pieces = shared_out(jobs, places.iter(), |(row, places)| {
                self.piece(&self.level[*row], places.clone())
            });
            let behind = places.iter().map(|(_, places)| self.leave(places)).collect();
            self.insert(pieces, behind, jobs);
        }
        if self.level.is_empty() {
            self.descend();
        }
        true
    }

    /// Leaves some states of the first row behind, and gives that row where they are the last.
    fn leave(&mut self, places: &Range<usize>) -> Option<Row<M::State>> {
        self.waiting -= places.len();
        self.expanded = places.end;
        let all = self.level.front().is_some_and(|row| row.len() == self.expanded);
        self.expanded *= usize::from(!all);
        if all { self.level.pop_front() } else { None }
    }

    /// The states of the next batch in pieces: the row of each, and the places in it.
    fn places(&self) -> Vec<(usize, Range<usize>)> {
        let mut pieces = Vec::new();
        let (mut first, mut room) = (self.expanded, BATCH);
        for (number, row) in self.level.iter().enumerate() {
            while first < row.len() && room > 0 {
                let end = row.len().min(first + PIECE.min(room));
                pieces.push((number, first..end));
                room -= end - first;
                first = end;
            }
            if room == 0 {
                break;
            }
            first = 0;
        }
        pieces
    }

    fn descend(&mut self) {
        self.level = std::mem::take(&mut self.next);
        self.depth += u64::from(self.waiting > 0);
    }

    /// Whether what is met now is not kept.
    fn at_last(&self) -> bool {
        self.deepest.is_some_and(|deepest| self.depth + 1 >= deepest)
    }

    /// Appends a row to the next level.
    fn take_up(&mut self, row: Row<M::State>) {
        match self.next.back_mut() {
            // A row costs memory of its own, so one of few states joins the one before it.
            Some(last) if last.len() < PIECE && row.len() < PIECE => last.append(row),
            _ if row.len() == 0 => {}
            _ => self.next.push_back(row),
        }
    }

    fn expand_alone(&mut self, pieces: &[(usize, Range<usize>)]) {
        let mut visited = std::mem::take(&mut self.visited);
        let mut decided = std::mem::take(&mut self.decided);
        for (row, places) in pieces {
            let full = self.next.back().is_none_or(|row| row.len() >= ROW);
            let mut new = if full { None } else { self.next.pop_back() };
            let mut new = new.take().unwrap_or_else(|| self.look.row());
            let (row, places) = (&self.level[*row], places.clone());
            let (mut met, keeps) = (0, !self.at_last());
            self.generated += self.each(row, places, &mut decided, &mut new, |handful| {
                let Handful { row, first, parents } = handful;
                visited.fetch(&row.prints()[first..]);
                row.sift(first, |place, print| {
                    let is_new = visited.insert(print, parents[place]);
                    met += usize::from(is_new);
                    is_new && keeps
                });
            });
            self.waiting += met;
            if new.len() > 0 {
                self.next.push_back(new);
            }
        }
        self.decided = decided;
        self.visited = visited;
    }

    fn piece(&self, row: &Row<M::State>, places: Range<usize>) -> Piece<M::State> {
        let (mut met, mut prints, mut origins) = (self.look.row(), Vec::new(), Vec::new());
        let keeps = !self.at_last();
        let mut decided = self.decided.clone();
        // What this piece met before will be known by the time it is inserted again.
        let mut recent = vec![0; RECENT];
        let generated = self.each(row, places, &mut decided, &mut met, |handful| {
            let Handful { row, first, parents } = handful;
            self.visited.fetch(&row.prints()[first..]);
            row.sift(first, |place, print| {
                let seen = &mut recent[(print >> 32) as usize % RECENT];
                let may_be_new = *seen != print && !self.visited.knows(print);
                if may_be_new {
                    *seen = print;
                    prints.push(print);
                    origins.push(parents[place]);
                }
                may_be_new && keeps
            });
        });
        let shards = Parted::by_shard(&prints);
        Piece { generated, decided, met, prints, parents: origins, shards }
    }

    /// Looks at some states, and puts those that steps lead to at the end of a row, of which a
    /// handful at a time is sifted. Gives how many these are.
    fn each(
        &self,
        row: &Row<M::State>,
        places: Range<usize>,
        decided: &mut [Option<u64>],
        to: &mut Row<M::State>,
        mut sift: impl FnMut(Handful<'_, M::State>),
    ) -> u64 {
        let model = self.look.model;
        let mut generated = 0;
        let mut actions = Vec::new();
        let (mut first, mut parents) = (to.len(), Vec::with_capacity(2 * HANDFUL));
        let last = places.end - 1;
        for place in places {
            let parent = row.prints()[place];
            row.show(place, |state| {
                for (property, decided) in self.properties.iter().zip(&mut *decided) {
                    if decided.is_none() && decides(model, property, state) {
                        *decided = Some(parent);
                    }
                }
                model.actions(state, &mut actions);
                for action in actions.drain(..) {
                    let Some(next) = model.next_state(state, action) else { continue };
                    if model.within_boundary(&next) {
                        to.push(self.look.least(next));
                        parents.push(parent);
                    }
                }
            });
            if parents.len() >= HANDFUL || place == last {
                generated += parents.len() as u64;
                sift(Handful { row: to, first, parents: &parents });
                first = to.len();
                parents.clear();
            }
        }
        generated
    }

    /// Inserts what pieces met. What is left behind is freed on the way, by all threads too.
    fn insert(
        &mut self,
        pieces: Vec<Piece<M::State>>,
        behind: Vec<Option<Row<M::State>>>,
        jobs: usize,
    ) {
        let shards = self.visited.shards().iter_mut().enumerate();
        let new: Vec<Parted> =
            shared_out(jobs, shards, |(number, shard)| inserted(shard, &pieces, number));
        let keeps = !self.at_last();
        self.waiting += new.iter().map(Parted::len).sum::<usize>();
        let numbered = pieces.into_iter().zip(behind).enumerate();
        let pieces = shared_out(jobs, numbered, |(number, (mut piece, behind))| {
            drop(behind);
            if keeps {
                let mut is_new = vec![false; piece.prints.len()];
                for place in new.iter().flat_map(|shard| shard.part(number)) {
                    is_new[*place as usize] = true;
                }
                piece.met.sift(0, |place, _| is_new[place]);
                piece.met.shrink();
            }
            piece
        });
        for piece in pieces {
            self.generated += piece.generated;
            for (known, found) in self.decided.iter_mut().zip(&piece.decided) {
                *known = known.or(*found);
            }
            self.take_up(piece.met);
        }
    }
}

/// States that were just met: the last ones of a row.
struct Handful<'a, S> {
    row: &'a mut Row<S>,
    /// The place of the first of them, and the parents of all.
    first: usize,
    parents: &'a [u64],
}

/// Inserts into a shard what all pieces have for it, and gives the places of what was new in each.
fn inserted<S: Hash>(shard: &mut Shard, pieces: &[Piece<S>], number: usize) -> Parted {
    let mut new = Parted::default();
    for piece in pieces {
        let places = piece.shards.part(number);
        shard.fetch(places.iter().map(|place| piece.prints[*place as usize]));
        new.add(places.iter().copied().filter(|place| {
            let place = *place as usize;
            shard.insert(piece.prints[place], piece.parents[place])
        }));
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
