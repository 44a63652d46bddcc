//! What the nodes' logs hold. Entries told durable come in; which log holds which entry, and who
//! ever held it, goes out. It knows no clause.
//!
//! Each distinct pair of index and term gets one place in a table, with the entry, the place of the
//! entry below it, and a bit for every node that told it durable. By Log Matching a place then
//! stands for the whole log up to it, and comparing two logs is comparing two numbers.

use crate::fact::Entry;
use crate::id::NodeId;
use crate::time::Time;

/// The place of an entry in [`Entries`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place(u32);

impl Default for Place {
    fn default() -> Place {
        Place::UNKNOWN
    }
}

impl Place {
    /// Not known which entry.
    pub(super) const UNKNOWN: Place = Place(u32::MAX);
    /// What the first entry of a log stands on.
    pub(super) const ROOT: Place = Place(u32::MAX - 1);

    #[inline]
    pub(super) fn known(self) -> bool {
        self.0 < Place::ROOT.0
    }
}

/// An entry at an index, in however many logs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) entry: Entry,
    /// The entry below it.
    pub(super) below: Place,
    /// Who ever told it durable: bit 0 is n1.
    pub(super) holders: u64,
    /// Who told it first.
    pub(super) node: NodeId,
    /// When.
    pub(super) time: Time,
    /// Another entry at the same index.
    next: Place,
}

/// All entries that any node ever told durable.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    /// For each index, the last entry that was first told there.
    heads: Vec<Place>,
    held: Vec<Held>,
}

impl Entries {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    #[inline]
    pub(super) fn get(&self, place: Place) -> &Held {
        &self.held[place.0 as usize]
    }

    #[inline]
    pub(super) fn get_mut(&mut self, place: Place) -> &mut Held {
        &mut self.held[place.0 as usize]
    }

    /// The entry in that place, where one is known.
    pub(super) fn entry(&self, place: Place) -> Option<Entry> {
        place.known().then(|| self.get(place).entry)
    }

    /// The highest index at which anything was told.
    pub(super) fn last(&self) -> u64 {
        self.heads.len() as u64
    }

    /// The places of the entries at an index.
    pub(super) fn at(&self, index: u64) -> impl Iterator<Item = Place> {
        let mut place = self.heads.get(index as usize - 1).copied().unwrap_or(Place::UNKNOWN);
        std::iter::from_fn(move || {
            let found = place.known().then_some(place)?;
            place = self.get(found).next;
            Some(found)
        })
    }

    /// The place of the entry of this index and term, if one was told.
    #[inline]
    pub(super) fn find(&self, index: u64, term: u64) -> Option<Place> {
        self.at(index).find(|place| self.get(*place).entry.term == term)
    }

    /// Makes a place for an entry that nobody has told yet.
    pub(super) fn add(
        &mut self,
        index: u64,
        entry: Entry,
        below: Place,
        node: NodeId,
        time: Time,
    ) -> Place {
        let at = index as usize - 1;
        if self.heads.len() <= at {
            self.heads.resize(at + 1, Place::UNKNOWN);
        }
        let place = Place(self.held.len() as u32);
        let next = std::mem::replace(&mut self.heads[at], place);
        self.held.push(Held { entry, below, holders: 0, node, time, next });
        place
    }
}

/// One node's log, as far as it was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// Whether the node has told where its log ends, in this incarnation.
    known: bool,
    /// What stands up to this index is not known.
    base: u64,
    /// What stands above.
    places: Vec<Place>,
}

impl Log {
    #[inline]
    pub(super) fn known(&self) -> bool {
        self.known
    }

    /// The index of the last entry.
    #[inline]
    pub(super) fn last(&self) -> u64 {
        self.base + self.places.len() as u64
    }

    /// Whether something stands at this index of which the contents are not known.
    #[inline]
    pub(super) fn obscure(&self, index: u64) -> bool {
        !self.known || index <= self.base
    }

    /// What stands at this index, as far as it is known.
    #[inline]
    pub(super) fn at(&self, index: u64) -> Place {
        let above = index.wrapping_sub(self.base + 1) as usize;
        self.places.get(above).copied().unwrap_or(Place::UNKNOWN)
    }

    /// What an entry written at this index would stand on.
    #[inline]
    pub(super) fn below(&self, index: u64) -> Place {
        if index == 1 { Place::ROOT } else { self.at(index - 1) }
    }

    /// Writes an entry; nothing stands above it any more. One that leaves a gap, or reaches below
    /// what is known, is the first of a log whose older part is not known.
    #[inline]
    pub(super) fn write(&mut self, index: u64, place: Place) {
        if self.obscure(index) || index > self.last() + 1 {
            self.restore(index - 1);
        }
        self.places.truncate((index - self.base - 1) as usize);
        self.places.push(place);
    }

    /// The log ends at this index, and its contents are not known.
    pub(super) fn restore(&mut self, last: u64) {
        self.known = true;
        self.base = last;
        self.places.clear();
    }

    /// Nothing is known.
    pub(super) fn forget(&mut self) {
        self.restore(0);
        self.known = false;
    }
}
