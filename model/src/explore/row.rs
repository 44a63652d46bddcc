//! States in a row, with their fingerprints: as values, or packed into one run of bytes. Knows
//! nothing of what is searched.
//!
//! Most of what a search holds are states that wait. A value has room for all that a state could
//! ever be; packed it takes only what this one is, and its fingerprint is that of a few words.

use std::hash::{Hash, Hasher};

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

    /// Keeps the wanted ones of the states from a place on, in order. Of each is asked once, by how
    /// many places it is behind the first one.
    #[inline]
    pub(super) fn sift(&mut self, first: usize, mut wanted: impl FnMut(usize, u64) -> bool) {
        let Row { packing, prints, states, bytes, ends } = self;
        let mut kept = first;
        let mut keeps = |prints: &mut [u64], place: usize| {
            let print = prints[place];
            let wanted = wanted(place - first, print);
            if wanted {
                prints[kept] = print;
                kept += 1;
            }
            wanted.then(|| kept - 1)
        };
        if packing.is_some() {
            let mut from = first.checked_sub(1).map_or(0, |before| ends[before] as usize);
            let mut to = from;
            for place in first..prints.len() {
                let end = ends[place] as usize;
                if let Some(place) = keeps(prints, place) {
                    bytes.copy_within(from..end, to);
                    to += end - from;
                    ends[place] = to as u32;
                }
                from = end;
            }
            bytes.truncate(to);
            ends.truncate(kept);
        } else {
            let mut places = first..prints.len();
            let known = |_: &mut S| places.next().is_some_and(|at| keeps(prints, at).is_none());
            states.extract_if(first.., known).for_each(drop);
        }
        prints.truncate(kept);
    }

    /// Takes the states of another row in behind its own.
    pub(super) fn append(&mut self, mut other: Row<S>) {
        let first = self.bytes.len() as u32;
        self.prints.append(&mut other.prints);
        self.states.append(&mut other.states);
        self.bytes.append(&mut other.bytes);
        self.ends.extend(other.ends.into_iter().map(|end| first + end));
    }

    /// Gives back what memory it does not need.
    pub(super) fn shrink(&mut self) {
        self.prints.shrink_to_fit();
        self.states.shrink_to_fit();
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// How much memory it holds, in bytes, without what states point to.
    pub(super) fn held(&self) -> usize {
        let (prints, ends) = (self.prints.capacity() * 8, self.ends.capacity() * 4);
        prints + ends + self.bytes.capacity() + self.states.capacity() * size_of::<S>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKING: Packing<u8> =
        Packing { pack: |state, bytes| bytes.extend([*state; 3]), unpack: |bytes| bytes[2] };

    fn shown(row: &Row<u8>) -> Vec<u8> {
        (0..row.len()).map(|place| row.show(place, |state| *state)).collect()
    }

    #[test]
    fn what_is_sifted_out_is_gone_and_the_rest_keeps_its_order() {
        for packing in [None, Some(PACKING)] {
            let mut row = Row::new(packing);
            (0..9).for_each(|state| row.push(state));
            let prints = row.prints().to_vec();
            let mut asked = Vec::new();
            row.sift(4, |place, print| {
                asked.push((place, print));
                place % 2 == 1
            });
            assert_eq!(asked, (0..5).zip(prints[4..].iter().copied()).collect::<Vec<_>>());
            assert_eq!(shown(&row), [0, 1, 2, 3, 5, 7]);
            assert_eq!(row.prints()[4..], [prints[5], prints[7]]);
            let mut more = Row::new(packing);
            (20..23).for_each(|state| more.push(state));
            more.sift(0, |place, _| place > 0);
            row.append(more);
            assert_eq!(shown(&row), [0, 1, 2, 3, 5, 7, 21, 22]);
            row.sift(0, |_, _| false);
            assert_eq!((row.len(), shown(&row)), (0, vec![]));
        }
    }
}
