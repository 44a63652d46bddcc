//! States come in, each with how it was reached; those that may matter go out.
//!
//! The one idea: of two ways that differ in operations without answer alone, the one that used
//! fewer can do all that the other can, so that one is enough.

use crate::seed::StableHasher;
use std::collections::BTreeMap;
use std::hash::Hash;

/// A state, and how much of what is under way has led to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Way<State> {
    pub(super) state: State,
    /// A bit for each seat whose operation is in it.
    pub(super) done: u64,
    /// The numbers of the operations without answer that are in it, the smallest first.
    pub(super) used: Vec<u32>,
}

/// Ways of which none can do all that another can.
pub(super) struct Apart<State> {
    pub(super) ways: Vec<Way<State>>,
    /// Where ways of one hash are, once there are many.
    index: BTreeMap<u64, Vec<usize>>,
}

/// Up to so many are looked at one by one.
const FEW: usize = 48;

impl<State: Hash + Eq> Apart<State> {
    pub(super) const fn new() -> Apart<State> {
        Apart { ways: Vec::new(), index: BTreeMap::new() }
    }

    /// Adds a way, unless one is there that differs at most in having used fewer operations
    /// without answer: it can do all that the new one can.
    pub(super) fn add(&mut self, way: Way<State>) {
        let covers = |known: &Way<State>| {
            known.done == way.done
                && known.state == way.state
                && known.used.iter().all(|number| way.used.binary_search(number).is_ok())
        };
        if self.ways.len() < FEW {
            if !self.ways.iter().any(covers) {
                self.ways.push(way);
            }
            return;
        }
        if self.index.is_empty() {
            for (place, way) in self.ways.iter().enumerate() {
                self.index.entry(hash(way)).or_default().push(place);
            }
        }
        let places = self.index.entry(hash(&way)).or_default();
        if !places.iter().any(|place| covers(&self.ways[*place])) {
            places.push(self.ways.len());
            self.ways.push(way);
        }
    }
}

fn hash<State: Hash>(way: &Way<State>) -> u64 {
    let mut hasher = StableHasher::new(way.done);
    way.state.hash(&mut hasher);
    std::hash::Hasher::finish(&hasher)
}
