//! Configurations come in; whether one was there before that could do all that this one can goes
//! out.
//!
//! A configuration is the set of operations that have been put in order and the state that they led
//! to. Sets and states are compared as they are; the hash only says where to look, so no
//! coincidence can make the search skip something. Of two configurations that differ only in the
//! *open* operations they have used, the one that used fewer can do all that the other can: it may
//! leave the rest out for ever. So the other need not be visited.

use crate::seed::StableHasher;
use std::hash::{Hash, Hasher};

/// A set of configurations: an open-addressed table of places in flat arrays.
pub(super) struct Cache<State> {
    /// For each slot, one more than the place of its entry, or 0.
    slots: Vec<u32>,
    entries: Vec<Entry>,
    states: Vec<State>,
    /// The words of all entries, one after the other.
    words: Vec<u64>,
}

struct Entry {
    hash: u64,
    /// How many words full of ones stand before the window.
    base: usize,
    /// Where its words begin: those of the window, then those of the used open operations.
    start: usize,
    middle: usize,
    end: usize,
}

/// The set of operations of a configuration.
#[derive(Clone, Copy)]
pub(super) struct Done<'a> {
    /// How many words full of ones stand before the window.
    pub(super) base: usize,
    /// The closed operations from there to the last one that is done.
    pub(super) window: &'a [u64],
    /// The open operations that have been used.
    pub(super) used: &'a [u64],
}

const SLOTS_MIN: usize = 64;

impl<State: Clone + Eq + Hash> Cache<State> {
    pub(super) const fn new() -> Cache<State> {
        Cache { slots: Vec::new(), entries: Vec::new(), states: Vec::new(), words: Vec::new() }
    }

    /// Forgets all configurations and keeps the memory.
    pub(super) fn clear(&mut self) {
        if !self.entries.is_empty() {
            self.slots.fill(0);
            self.entries.clear();
            self.states.clear();
            self.words.clear();
        }
    }

    /// Adds a configuration, unless one that can do as much is there. Says whether it was added.
    pub(super) fn insert(&mut self, done: Done<'_>, state: &State) -> bool {
        if self.entries.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mut hasher = StableHasher::new(done.base as u64);
        done.window.iter().for_each(|word| hasher.word(*word));
        state.hash(&mut hasher);
        let hash = hasher.finish();
        let mut slot = self.slot(hash);
        while let Some(place) = self.slots[slot].checked_sub(1) {
            if self.covers(place as usize, hash, done, state) {
                return false;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let start = self.words.len();
        self.words.extend_from_slice(done.window);
        let middle = self.words.len();
        self.words.extend_from_slice(done.used);
        let end = self.words.len();
        self.entries.push(Entry { hash, base: done.base, start, middle, end });
        self.states.push(state.clone());
        self.slots[slot] = self.entries.len() as u32;
        true
    }

    /// Whether the entry did the same closed operations, came to the same state, and used no open
    /// operation that the configuration has not used.
    #[inline]
    fn covers(&self, place: usize, hash: u64, done: Done<'_>, state: &State) -> bool {
        let entry = &self.entries[place];
        let words = &self.words;
        entry.hash == hash
            && entry.base == done.base
            && words[entry.start..entry.middle] == *done.window
            && self.states[place] == *state
            && words[entry.middle..entry.end].iter().zip(done.used).all(|(a, b)| a & !b == 0)
    }

    #[inline]
    const fn slot(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    #[cold]
    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(SLOTS_MIN);
        self.slots.clear();
        self.slots.resize(len, 0);
        for place in 0..self.entries.len() {
            let mut slot = self.slot(self.entries[place].hash);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (len - 1);
            }
            self.slots[slot] = place as u32 + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All of these hash alike.
    #[derive(Clone, PartialEq, Eq)]
    struct Alike(u32);

    impl Hash for Alike {
        fn hash<H: Hasher>(&self, state: &mut H) {
            state.write_u32(0);
        }
    }

    fn done<'a>(window: &'a [u64], used: &'a [u64]) -> Done<'a> {
        Done { base: 0, window, used }
    }

    #[test]
    fn states_of_the_same_hash_stay_apart() {
        let mut cache = Cache::new();
        for n in 0..500 {
            assert!(cache.insert(done(&[1], &[]), &Alike(n)));
        }
        for n in 0..500 {
            assert!(!cache.insert(done(&[1], &[]), &Alike(n)));
        }
        cache.clear();
        assert!(cache.insert(done(&[1], &[]), &Alike(7)));
    }

    #[test]
    fn a_configuration_that_used_fewer_open_operations_covers_one_that_used_more() {
        let mut cache = Cache::new();
        assert!(cache.insert(done(&[1], &[0b011]), &5));
        assert!(!cache.insert(done(&[1], &[0b111]), &5));
        assert!(cache.insert(done(&[1], &[0b110]), &5), "neither uses fewer");
        assert!(cache.insert(done(&[1], &[0b001]), &5), "it uses fewer than what is there");
        assert!(cache.insert(done(&[1], &[0b111]), &6), "another state");
        assert!(cache.insert(done(&[3], &[0b111]), &5), "another set of closed operations");
    }
}
