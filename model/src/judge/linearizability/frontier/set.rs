//! Configurations come in; those that no other one covers are kept.
//!
//! States and sets are compared as they are; the hash only says where to look. A few configurations
//! are quicker to go through than to hash, and most histories never have more.

use super::Configuration;
use crate::seed::StableHasher;
use std::hash::{Hash, Hasher};

/// A set of configurations, of which none used more open operations than another one like it.
pub(super) struct Set<State> {
    all: Vec<Configuration<State>>,
    /// For each slot, one more than a place in `all`, or 0; empty while there are few.
    slots: Vec<u32>,
}

/// From so many configurations on, they are hashed.
const FEW: usize = 12;

impl<State: Clone + Eq + Hash> Set<State> {
    pub(super) const fn new() -> Set<State> {
        Set { all: Vec::new(), slots: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.slots.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn first(&self) -> Option<&Configuration<State>> {
        self.all.first()
    }

    pub(super) fn state(&self, at: usize) -> &State {
        &self.all[at].state
    }

    pub(super) fn used(&self, at: usize) -> u128 {
        self.all[at].used
    }

    pub(super) fn last(&self, at: usize) -> u32 {
        self.all[at].last
    }

    /// Marks slots of a configuration as used. The set must not be added to before it is cleared.
    pub(super) fn mark(&mut self, at: usize, slots: u128, last: u32) {
        self.all[at].used |= slots;
        self.all[at].last = last;
    }

    /// Takes out all configurations.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Configuration<State>> + '_ {
        self.slots.clear();
        self.all.drain(..)
    }

    /// Adds a configuration, unless one that can do as much is there; says whether it was added.
    /// `open` are the slots of open operations.
    #[inline]
    pub(super) fn insert(&mut self, new: Configuration<State>, open: u128) -> bool {
        if self.slots.is_empty() {
            for at in 0..self.all.len() {
                if let Some(added) = self.compare(at, &new, open) {
                    return added;
                }
            }
            self.all.push(new);
            if self.all.len() > FEW {
                self.grow(open);
            }
            return true;
        }
        let mut slot = self.slot(hash(&new, open));
        while let Some(at) = self.slots[slot].checked_sub(1) {
            if let Some(added) = self.compare(at as usize, &new, open) {
                return added;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.all.push(new);
        self.slots[slot] = self.all.len() as u32;
        if self.all.len() * 2 > self.slots.len() {
            self.grow(open);
        }
        true
    }

    /// Holds a new configuration against one that is there; the one that can do more stays.
    #[inline]
    fn compare(&mut self, at: usize, new: &Configuration<State>, open: u128) -> Option<bool> {
        let old = &mut self.all[at];
        if (old.used ^ new.used) & !open != 0 || old.state != new.state {
            return None;
        }
        if old.used & !new.used == 0 {
            return Some(false);
        }
        (new.used & !old.used == 0).then(|| {
            old.used = new.used;
            old.last = new.last;
            true
        })
    }

    #[inline]
    const fn slot(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    #[cold]
    fn grow(&mut self, open: u128) {
        let len = (self.all.len() * 4).next_power_of_two();
        self.slots.clear();
        self.slots.resize(len, 0);
        for at in 0..self.all.len() {
            let mut slot = self.slot(hash(&self.all[at], open));
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (len - 1);
            }
            self.slots[slot] = at as u32 + 1;
        }
    }
}

/// Of what two configurations must have in common for one to cover the other.
#[inline]
fn hash<State: Hash>(configuration: &Configuration<State>, open: u128) -> u64 {
    let used = configuration.used & !open;
    let mut hasher = StableHasher::new(used as u64 ^ ((used >> 64) as u64).rotate_left(32));
    configuration.state.hash(&mut hasher);
    hasher.finish()
}
