//! States in a row, with their fingerprints: as values, or packed into one run of bytes. Knows
//! nothing of what is searched.
//!
//! Most of what a search holds are states that wait. A value has room for all that a state could
//! ever be; packed it takes only what this one is, and its fingerprint is that of a few words.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::fingerprint::Fingerprint;

/// How states are packed: what was packed must come out again equal, and equal states must be
/// packed alike.
pub struct Packing<S> {
    /// Appends a state to the bytes.
    pub pack: fn(&S, &mut Vec<u8>),
    /// Makes a state of the bytes that it was packed into.
    pub unpack: fn(&[u8]) -> S,
}

impl<S> Clone for Packing<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Packing<S> {}

/// The 64 bits that stand for a state; never 0, which marks a free slot.
#[inline]
pub(super) fn fingerprint(state: &impl Hash) -> u64 {
    let mut hasher = Fingerprint::default();
    state.hash(&mut hasher);
    hasher.finish().max(1)
}

/// The same of a packed one.
#[inline]
fn of_bytes(packed: &[u8]) -> u64 {
    let mut hasher = Fingerprint::default();
    hasher.write(packed);
    hasher.finish().max(1)
}

impl<S> Packing<S> {
    /// The fingerprint of a state that is packed so.
    pub(super) fn fingerprint(self, state: &S) -> u64 {
        let mut packed = Vec::new();
        (self.pack)(state, &mut packed);
        of_bytes(&packed)
    }
}

/// States in a row.
pub(super) struct Row<S> {
    packing: Option<Packing<S>>,
    prints: Vec<u64>,
    /// The states, where they are not packed.
    states: Vec<S>,
    /// The packed ones, and where each of them ends.
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl<S: Hash> Row<S> {
    pub(super) fn new(packing: Option<Packing<S>>) -> Row<S> {
        let (prints, states, bytes, ends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Row { packing, prints, states, bytes, ends }
    }

    pub(super) fn len(&self) -> usize {
        self.prints.len()
    }

    /// Their fingerprints.
    #[inline]
    pub(super) fn prints(&self) -> &[u64] {
        &self.prints
    }

    /// Adds a state.
    #[inline]
    pub(super) fn push(&mut self, state: S) {
        let print = match self.packing {
            Some(packing) => {
                let first = self.bytes.len();
                (packing.pack)(&state, &mut self.bytes);
                self.ends.push(self.bytes.len() as u32);
                of_bytes(&self.bytes[first..])
            }
            None => {
                let print = fingerprint(&state);
                self.states.push(state);
                print
            }
        };
        self.prints.push(print);
    }

    /// Shows the state at a place.
    #[inline]
    pub(super) fn show<R>(&self, place: usize, look: impl FnOnce(&S) -> R) -> R {
        match self.packing {
            Some(packing) => look(&(packing.unpack)(self.packed(place))),
            None => look(&self.states[place]),
        }
    }

    fn packed(&self, place: usize) -> &[u8] {
        let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[first as usize..self.ends[place] as usize]
    }

    /// Gives the wanted ones of these places away to the end of another row. Places are given in
    /// order, each once, and then the row is of use for its fingerprints alone.
    #[inline]
    pub(super) fn give(
        &mut self,
        places: Range<usize>,
        to: &mut Row<S>,
        mut wanted: impl FnMut(usize) -> bool,
    ) {
        if self.packing.is_some() {
            for place in places.filter(|place| wanted(*place)) {
                let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
                let packed = &self.bytes[first as usize..self.ends[place] as usize];
                to.bytes.extend_from_slice(packed);
                to.ends.push(to.bytes.len() as u32);
                to.prints.push(self.prints[place]);
            }
            return;
        }
        for (place, state) in places.clone().zip(self.states.drain(..places.len())) {
            if wanted(place) {
                to.states.push(state);
                to.prints.push(self.prints[place]);
            }
        }
    }

    /// Gives back what memory it does not need.
    pub(super) fn shrink(&mut self) {
        self.prints.shrink_to_fit();
        self.states.shrink_to_fit();
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    pub(super) fn clear(&mut self) {
        self.prints.clear();
        self.states.clear();
        self.bytes.clear();
        self.ends.clear();
    }

    /// How much memory it holds, in bytes, without what states point to.
    pub(super) fn held(&self) -> usize {
        let (prints, ends) = (self.prints.capacity() * 8, self.ends.capacity() * 4);
        prints + ends + self.bytes.capacity() + self.states.capacity() * size_of::<S>()
    }
}
