//! What was saved goes in, and the library asks for it. It knows nothing of files: it is the copy
//! in memory that a server keeps of its log, so that reading does not go to the disk.
//!
//! The one idea: the library owns the store and the server reaches it through the library, so there
//! is no lock, no counter and no second handle.

use super::wal::Recovered;
use ::raft::eraftpb::{ConfState, Entry, HardState, Snapshot};
use ::raft::util::limit_size;
use ::raft::{Error, GetEntriesContext, RaftState, Result, Storage, StorageError};

/// The log and what the library starts from.
#[derive(Debug)]
pub struct Store {
    state: HardState,
    members: ConfState,
    /// The index of the entry before the first, and its term. They move when a log is compacted;
    /// this one is not yet.
    offset: u64,
    offset_term: u64,
    entries: Vec<Entry>,
}

impl Store {
    /// A store of what the disk kept, in a cluster of these voters.
    #[must_use]
    pub fn new(found: Recovered, voters: Vec<u64>) -> Store {
        let members = ConfState { voters, ..Default::default() };
        Store { state: found.state, members, offset: 0, offset_term: 0, entries: found.entries }
    }

    /// Adds entries; the first replaces the one at its index and all behind it.
    ///
    /// # Panics
    ///
    /// If there would be a gap, or the log had been compacted up to there.
    pub fn append(&mut self, entries: Vec<Entry>) {
        let Some(first) = entries.first() else { return };
        assert!(
            first.index > self.offset && first.index <= self.last() + 1,
            "entry {} does not join the log {}..={}",
            first.index,
            self.offset + 1,
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
        self.offset + self.entries.len() as u64
    }

    const fn place(&self, index: u64) -> usize {
        (index - self.offset - 1) as usize
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
        if low <= self.offset {
            return Err(Error::Store(StorageError::Compacted));
        }
        let mut entries = self.entries[self.place(low)..self.place(high)].to_vec();
        limit_size(&mut entries, max_size.into());
        Ok(entries)
    }

    fn term(&self, index: u64) -> Result<u64> {
        if index == self.offset {
            return Ok(self.offset_term);
        }
        if index < self.offset {
            return Err(Error::Store(StorageError::Compacted));
        }
        match self.entries.get(self.place(index)) {
            Some(entry) => Ok(entry.term),
            None => Err(Error::Store(StorageError::Unavailable)),
        }
    }

    fn first_index(&self) -> Result<u64> {
        Ok(self.offset + 1)
    }

    fn last_index(&self) -> Result<u64> {
        Ok(self.last())
    }

    fn snapshot(&self, _request_index: u64, _to: u64) -> Result<Snapshot> {
        // Only a compacted log needs one, and this one never is.
        Err(Error::Store(StorageError::SnapshotTemporarilyUnavailable))
    }
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
