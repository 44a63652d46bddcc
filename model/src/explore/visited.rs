//! The states that were met: fingerprints with those of their parents come in, whether one is known
//! goes out. Knows no state, no model and no thread.
//!
//! A slot is 16 bytes in an open table that is at most 85% full and grows by half, so a visited
//! state costs between 19 and 29 bytes. A fingerprint's place grows with the fingerprint, and where
//! several want one place they stand in order: a search for one that is not there ends as early as
//! for one that is (Amble and Knuth, "Ordered hash tables", 1974), and to grow is to copy in order.
//! The table is cut into shards by the low bits of the fingerprint; each shard is a plain value, so
//! threads share none of them and need no lock.

/// How many shards there are; a constant, so that the order of states never depends on threads.
pub(super) const SHARDS: usize = 64;

/// The parent of an initial state.
pub(super) const ROOT: u64 = 0;

/// No fingerprint is 0: it marks a free slot.
const FREE: u64 = 0;

/// All states that were met, by fingerprint.
#[derive(Default)]
pub(super) struct Visited(Vec<Shard>);

/// The states whose fingerprints end in the same bits.
#[derive(Clone)]
pub(super) struct Shard {
    /// Fingerprints with their parents', in order but for the free slots between them. The last
    /// slot is always free.
    slots: Vec<(u64, u64)>,
    /// How many places fingerprints are meant for; the slots above take what overflows.
    places: usize,
    /// How many more it takes in before it grows.
    room: usize,
}

/// The slots above the last place.
const OVERFLOW: usize = 32;

impl Visited {
    pub(super) fn new() -> Visited {
        Visited(vec![Shard::new(16); SHARDS])
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

    /// Brings what will be asked for next near to the processor, all at once.
    #[inline]
    pub(super) fn fetch(&self, fingerprints: &[u64]) {
        let near = fingerprints.iter().map(|print| self.0[Visited::shard(*print)].near(*print));
        std::hint::black_box(near.fold(0, |all, one| all ^ one));
    }

    /// Takes a state in; `false` where it is known, and then its first parent stays.
    #[inline]
    pub(super) fn insert(&mut self, fingerprint: u64, parent: u64) -> bool {
        self.0[Visited::shard(fingerprint)].insert(fingerprint, parent)
    }

    pub(super) fn shards(&mut self) -> &mut [Shard] {
        &mut self.0
    }

    /// How many states were met.
    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(|shard| shard.taken() as u64).sum()
    }

    /// How much memory the table holds, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().map(|shard| shard.slots.len() as u64 * 16).sum()
    }
}

impl Shard {
    fn new(places: usize) -> Shard {
        let room = Shard::most(places);
        Shard { slots: vec![(FREE, ROOT); places + OVERFLOW], places, room }
    }

    /// How many stand in a shard with so many places before it grows.
    fn most(places: usize) -> usize {
        places * 85 / 100
    }

    fn taken(&self) -> usize {
        Shard::most(self.places) - self.room
    }

    /// Takes a state in; `false` where it is known, and then its first parent stays.
    #[inline]
    pub(super) fn insert(&mut self, fingerprint: u64, parent: u64) -> bool {
        let mut place = self.place(fingerprint);
        if self.slots[place].0 == fingerprint {
            return false;
        }
        if self.room == 0 {
            self.grow();
            return self.insert(fingerprint, parent);
        }
        self.room -= 1;
        // Those above it make room, each for the one before.
        let mut moved = (fingerprint, parent);
        loop {
            std::mem::swap(&mut self.slots[place], &mut moved);
            if moved.0 == FREE {
                return true;
            }
            place += 1;
            if place + 1 == self.slots.len() {
                self.grow();
                return self.insert(moved.0, moved.1);
            }
        }
    }

    /// The same of what belongs to this shard.
    #[inline]
    pub(super) fn fetch(&self, fingerprints: impl Iterator<Item = u64>) {
        let near = fingerprints.map(|print| self.near(print));
        std::hint::black_box(near.fold(0, |all, one| all ^ one));
    }

    /// What stands at the place that a fingerprint is meant for.
    #[inline]
    fn near(&self, fingerprint: u64) -> u64 {
        self.slots[self.home(fingerprint)].0
    }

    /// The place that a fingerprint is meant for.
    #[inline]
    fn home(&self, fingerprint: u64) -> usize {
        let wide = u128::from(fingerprint) * self.places as u128;
        // The high half of the product is below the number of places.
        (wide >> 64) as usize
    }

    /// Where a fingerprint stands, or the slot that it would take.
    #[inline]
    fn place(&self, fingerprint: u64) -> usize {
        let mut place = self.home(fingerprint);
        // A free slot is 0, and one less than that is more than any fingerprint.
        while self.slots[place].0.wrapping_sub(1) < fingerprint - 1 {
            place += 1;
        }
        place
    }

    #[cold]
    fn grow(&mut self) {
        let mut larger = Shard::new(self.places * 3 / 2);
        let mut free = 0;
        for slot in self.slots.iter().filter(|slot| slot.0 != FREE) {
            // They come in order, so each stands behind the one before.
            let place = larger.home(slot.0).max(free);
            assert!(place + 1 < larger.slots.len(), "fingerprints are spread evenly");
            larger.slots[place] = *slot;
            larger.room -= 1;
            free = place + 1;
        }
        *self = larger;
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
