//! What was saved goes in, and the library asks for it. It knows nothing of files: it is the copy
//! in memory that a server keeps of its log, so that reading does not go to the disk.
//!
//! The one idea: the library owns the store and the server reaches it through the library, so there
//! is no lock, no counter and no second handle.

use super::wal::Recovered;
use ::raft::eraftpb::{ConfState, Entry, HardState, Snapshot};
use ::raft::util::limit_size;
use ::raft::{Error, GetEntriesContext, RaftState, Result, Storage, StorageError};
use std::cell::Cell;

/// The entry on which a log stands: the last one that was compacted away.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Base {
    /// Its index; 0 where nothing was.
    pub index: u64,
    /// Its term.
    pub term: u64,
}

/// The log and what the library starts from.
#[derive(Debug)]
pub struct Store {
    state: HardState,
    members: ConfState,
    snapshot: Snapshot,
    base: Base,
    entries: Vec<Entry>,
    /// Whether the snapshot was no use to whom it was asked for.
    outdated: Cell<bool>,
}

impl Store {
    /// A store of what the disk kept, in a cluster that began with these voters.
    #[must_use]
    pub fn new(found: Recovered, voters: Vec<u64>) -> Store {
        let Recovered { state, snapshot, base, entries } = found;
        let first = ConfState { voters, ..Default::default() };
        let then = || snapshot.get_metadata().get_conf_state().clone();
        let members = if snapshot.is_empty() { first } else { then() };
        Store { state, members, snapshot, base, entries, outdated: Cell::new(false) }
    }

    /// Goes on from a snapshot: its own, with a log that is shorter from now on, or another node's,
    /// in place of its log.
    pub fn start_from(&mut self, snapshot: Snapshot, base: Base) {
        if base.index == snapshot.get_metadata().index {
            self.entries.clear();
            self.members = snapshot.get_metadata().get_conf_state().clone();
        } else {
            self.entries.drain(..(base.index - self.base.index) as usize);
        }
        (self.snapshot, self.base) = (snapshot, base);
    }

    /// Whether a newer snapshot was asked for since this was last asked.
    #[must_use]
    pub fn wants_snapshot(&self) -> bool {
        self.outdated.take()
    }

    /// The entry on which the log stands.
    #[must_use]
    pub const fn base(&self) -> Base {
        self.base
    }

    /// Adds entries; the first replaces the one at its index and all behind it.
    ///
    /// # Panics
    ///
    /// If there would be a gap, or the log had been compacted up to there.
    pub fn append(&mut self, entries: Vec<Entry>) {
        let Some(first) = entries.first() else { return };
        assert!(
            first.index > self.base.index && first.index <= self.last() + 1,
            "entry {} does not join the log {}..={}",
            first.index,
            self.base.index + 1,
            self.last()
        );
        self.entries.truncate(self.place(first.index));
        if self.entries.is_empty() {
            self.entries = entries;
        } else {
            self.entries.extend(entries);
        }
    }

    /// The entries, oldest first.
    #[must_use]
    pub fn log(&self) -> &[Entry] {
        &self.entries
    }

    /// The index of the last entry; that of the compacted part where there is none behind it.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.base.index + self.entries.len() as u64
    }

    const fn place(&self, index: u64) -> usize {
        (index - self.base.index - 1) as usize
    }
}

impl Storage for Store {
    fn initial_state(&self) -> Result<RaftState> {
        Ok(RaftState::new(self.state.clone(), self.members.clone()))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_size: impl Into<Option<u64>>,
        _context: GetEntriesContext,
    ) -> Result<Vec<Entry>> {
        if low <= self.base.index {
            return Err(Error::Store(StorageError::Compacted));
        }
        let mut entries = self.entries[self.place(low)..self.place(high)].to_vec();
        limit_size(&mut entries, max_size.into());
        Ok(entries)
    }

    fn term(&self, index: u64) -> Result<u64> {
        if index == self.base.index {
            return Ok(self.base.term);
        }
        if index < self.base.index {
            return Err(Error::Store(StorageError::Compacted));
        }
        match self.entries.get(self.place(index)) {
            Some(entry) => Ok(entry.term),
            None => Err(Error::Store(StorageError::Unavailable)),
        }
    }

    fn first_index(&self) -> Result<u64> {
        Ok(self.base.index + 1)
    }

    fn last_index(&self) -> Result<u64> {
        Ok(self.last())
    }

    fn snapshot(&self, request_index: u64, to: u64) -> Result<Snapshot> {
        let metadata = self.snapshot.get_metadata();
        // The library refuses a snapshot of a time when its receiver was no member.
        if metadata.index < request_index || !names(metadata.get_conf_state(), to) {
            self.outdated.set(true);
            return Err(Error::Store(StorageError::SnapshotTemporarilyUnavailable));
        }
        Ok(self.snapshot.clone())
    }
}

/// Whether a node is a member.
fn names(members: &ConfState, node: u64) -> bool {
    let lists = [&members.voters, &members.voters_outgoing, &members.learners];
    lists.into_iter().any(|list| list.contains(&node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::raft::storage::MemStorage;
    use schism::Seed;

    fn entry(index: u64, term: u64, size: u64) -> Entry {
        let mut entry = Entry::default();
        (entry.index, entry.term, entry.data) = (index, term, vec![7; size as usize].into());
        entry
    }

    #[test]
    fn it_answers_as_the_librarys_own_store_does() {
        for seed in 0..200 {
            let mut draws = Seed(seed).draws();
            let mut ours = Store::new(Recovered::default(), vec![1, 2, 3]);
            let theirs = MemStorage::new_with_conf_state((vec![1, 2, 3], vec![]));
            for round in 0..20 {
                let first = draws.between(1, ours.last() + 1);
                let count = draws.between(1, 4);
                let entries: Vec<Entry> =
                    (first..first + count).map(|i| entry(i, round, draws.below(40))).collect();
                theirs.wl().append(&entries).expect("it joins the log");
                ours.append(entries);
                let last = ours.last();
                assert_eq!(Ok(last), theirs.last_index());
                assert_eq!(ours.first_index(), theirs.first_index());
                for index in 0..last + 3 {
                    assert_eq!(ours.term(index), theirs.term(index), "term of {index}");
                }
                let low = draws.between(0, last);
                let high = draws.between(low.max(1), last + 1);
                let size = draws.chance(1, 2).then(|| draws.below(100));
                let context = || GetEntriesContext::empty(false);
                assert_eq!(
                    ours.entries(low, high, size, context()),
                    theirs.entries(low, high, size, context()),
                    "{low}..{high} of at most {size:?}"
                );
            }
            let (ours, theirs) = (ours.initial_state(), theirs.initial_state());
            assert_eq!(ours.map(|s| s.conf_state), theirs.map(|s| s.conf_state));
        }
    }

    #[test]
    #[should_panic(expected = "entry 3 does not join the log 1..=1")]
    fn a_gap_is_not_accepted() {
        let mut store = Store::new(Recovered::default(), vec![1]);
        store.append(vec![entry(1, 1, 0)]);
        store.append(vec![entry(3, 1, 0)]);
    }
}
