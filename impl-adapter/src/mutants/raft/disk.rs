//! Mutants whose mistake is in what a restart finds: saved too little, too late, or read back
//! wrongly.

use crate::raft::hooks::Hooks;
use crate::raft::wal::Recovered;
use ::raft::eraftpb::{Entry, HardState};

#[derive(Debug)]
pub(super) struct VoteNotSaved;

impl Hooks for VoteNotSaved {
    fn save_state(&self, state: &mut HardState) {
        state.vote = 0;
    }
}

#[derive(Debug)]
pub(super) struct TermNotSaved;

impl Hooks for TermNotSaved {
    fn save_state(&self, state: &mut HardState) {
        (state.term, state.vote) = (0, 0);
    }
}

#[derive(Debug)]
pub(super) struct EntriesNotSynced;

impl Hooks for EntriesNotSynced {
    fn sync(&self, _asked: bool, state: bool) -> bool {
        state
    }
}

#[derive(Debug)]
pub(super) struct OverwrittenInMemory;

impl Hooks for OverwrittenInMemory {
    fn save_entry(&self, entry: &Entry, last: u64) -> bool {
        entry.index > last
    }
}

#[derive(Debug)]
pub(super) struct LastEntryTorn;

impl Hooks for LastEntryTorn {
    fn read_back(&self, found: &mut Recovered) {
        found.entries.pop();
        found.state.commit = found.state.commit.min(found.last());
    }
}

#[derive(Debug)]
pub(super) struct EmptyDisk;

impl Hooks for EmptyDisk {
    fn read_back(&self, found: &mut Recovered) {
        *found = Recovered::default();
    }
}

#[derive(Debug)]
pub(super) struct AppliedTwice;

impl Hooks for AppliedTwice {
    fn state_survives(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub(super) struct AllIsCommitted;

impl Hooks for AllIsCommitted {
    fn read_back(&self, found: &mut Recovered) {
        found.state.commit = found.last();
    }
}

#[derive(Debug)]
pub(super) struct ReadBackNotSynced;

impl Hooks for ReadBackNotSynced {
    fn sync_read_back(&self) -> bool {
        false
    }
}
