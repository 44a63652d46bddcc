//! The states that were met: fingerprints with those of their parents come in, whether one is known
//! goes out. Knows no state, no model and no thread.
//!
//! A slot is 16 bytes in an open table that is at most 85% full and grows by half, so a visited
//! state costs between 19 and 29 bytes. The table is cut into shards by the low bits of the
//! fingerprint; each shard is a plain value, so threads share none of them and need no lock.

/// How many shards there are; a constant, so that the order of states never depends on threads.
pub(super) const SHARDS: usize = 64;

/// The parent of an initial state.
pub(super) const ROOT: u64 = 0;

/// No fingerprint is 0: it marks a free slot.
const FREE: u64 = 0;

/// All states that were met, by fingerprint.
pub(super) struct Visited(Vec<Shard>);

/// The states whose fingerprints end in the same bits.
#[derive(Clone)]
pub(super) struct Shard {
    /// A fingerprint and its parent's.
    slots: Vec<(u64, u64)>,
    taken: usize,
}

impl Visited {
    pub(super) fn new() -> Visited {
        Visited(vec![Shard { slots: vec![(FREE, ROOT); 16], taken: 0 }; SHARDS])
    }

    /// Which shard a fingerprint belongs to.
    #[inline]
    pub(super) fn shard(fingerprint: u64) -> usize {
        // The mask leaves a number below 64, which fits any `usize`.
        (fingerprint & (SHARDS as u64 - 1)) as usize
    }

    /// Whether a state was met.
    #[inline]
    pub(super) fn knows(&self, fingerprint: u64) -> bool {
        self.parent(fingerprint).is_some()
    }

    /// From which state a state was first met; [`ROOT`] for an initial one.
    #[inline]
    pub(super) fn parent(&self, fingerprint: u64) -> Option<u64> {
        let shard = &self.0[Visited::shard(fingerprint)];
        let (found, parent) = shard.slots[shard.place(fingerprint)];
        (found == fingerprint).then_some(parent)
    }

    pub(super) fn shards(&mut self) -> &mut [Shard] {
        &mut self.0
    }

    /// How many states were met.
    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(|shard| shard.taken as u64).sum()
    }

    /// How much memory the table holds, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().map(|shard| shard.slots.len() as u64 * 16).sum()
    }
}

impl Shard {
    /// Takes a state in; `false` where it is known, and then its first parent stays.
    #[inline]
    pub(super) fn insert(&mut self, fingerprint: u64, parent: u64) -> bool {
        let mut place = self.place(fingerprint);
        if self.slots[place].0 == fingerprint {
            return false;
        }
        if (self.taken + 1) * 100 > self.slots.len() * 85 {
            self.grow();
            place = self.place(fingerprint);
        }
        self.slots[place] = (fingerprint, parent);
        self.taken += 1;
        true
    }

    /// Where a fingerprint stands, or the free slot that it would take.
    #[inline]
    fn place(&self, fingerprint: u64) -> usize {
        let wide = u128::from(fingerprint) * self.slots.len() as u128;
        // The high half of the product is below the number of slots.
        let mut place = (wide >> 64) as usize;
        while self.slots[place].0 != FREE && self.slots[place].0 != fingerprint {
            place += 1;
            if place == self.slots.len() {
                place = 0;
            }
        }
        place
    }

    fn grow(&mut self) {
        let larger = vec![(FREE, ROOT); self.slots.len() * 3 / 2];
        let old = std::mem::replace(&mut self.slots, larger);
        for slot in old.into_iter().filter(|slot| slot.0 != FREE) {
            let place = self.place(slot.0);
            self.slots[place] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    #[test]
    fn a_visited_state_costs_at_most_32_bytes_and_keeps_its_first_parent() {
        let mut visited = Visited::new();
        for key in 0..200_000 {
            let fingerprint = Seed(1).fork(key).0;
            let shard = &mut visited.shards()[Visited::shard(fingerprint)];
            assert!(shard.insert(fingerprint, key));
            assert!(!shard.insert(fingerprint, key + 1));
        }
        assert_eq!(visited.len(), 200_000);
        assert!(visited.bytes() <= 32 * visited.len(), "{} bytes", visited.bytes());
        for key in 0..200_000 {
            assert_eq!(visited.parent(Seed(1).fork(key).0), Some(key));
        }
        assert!(!visited.knows(Seed(2).fork(0).0));
    }
}
