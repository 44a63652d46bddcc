//! Mutants that tell clients too much too early, or whose state machine takes in the wrong thing.

use crate::raft::Config;
use crate::raft::hooks::Hooks;
use ::raft::eraftpb::Entry;

#[derive(Debug)]
pub(super) struct AckedWhenProposed;

impl Hooks for AckedWhenProposed {
    fn answer_proposed(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub(super) struct AckedAtTheFirst;

impl Hooks for AckedAtTheFirst {
    fn answer_at_first(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub(super) struct LeaderReadsLocally;

impl Hooks for LeaderReadsLocally {
    fn read_locally(&self, leads: bool) -> bool {
        leads
    }
}

#[derive(Debug)]
pub(super) struct AllReadLocally;

impl Hooks for AllReadLocally {
    fn read_locally(&self, _leads: bool) -> bool {
        true
    }
}

#[derive(Debug)]
pub(super) struct IndexNotAwaited;

impl Hooks for IndexNotAwaited {
    fn readable(&self, _applied: u64, _handed: u64) -> u64 {
        u64::MAX
    }
}

#[derive(Debug)]
pub(super) struct OneMoreAwaited;

impl Hooks for OneMoreAwaited {
    fn readable(&self, applied: u64, _handed: u64) -> u64 {
        applied.saturating_sub(1)
    }
}

#[derive(Debug)]
pub(super) struct FollowersSkip;

impl Hooks for FollowersSkip {
    fn apply(&self, index: u64, leads: bool) -> bool {
        leads || !index.is_multiple_of(3)
    }
}

#[derive(Debug)]
pub(super) struct BatchBackwards;

impl Hooks for BatchBackwards {
    fn batch(&self, entries: &mut [Entry]) {
        entries.reverse();
    }
}

#[derive(Debug)]
pub(super) struct WaitsForAll;

impl Hooks for WaitsForAll {
    fn misses_all(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub(super) struct LeaseTrusted;

impl Hooks for LeaseTrusted {
    fn set_up(&self, config: &mut Config) {
        config.lease_reads = true;
    }
}

fn tight(config: &mut Config) {
    config.tight = true;
}

#[derive(Debug)]
pub(super) struct DroppedLeftLying;

impl Hooks for DroppedLeftLying {
    fn set_up(&self, config: &mut Config) {
        tight(config);
    }
    fn refuses_dropped(&self) -> bool {
        false
    }
}

#[derive(Debug)]
pub(super) struct HandedOutIsApplied;

impl Hooks for HandedOutIsApplied {
    fn set_up(&self, config: &mut Config) {
        tight(config);
    }
    fn readable(&self, applied: u64, handed: u64) -> u64 {
        applied.max(handed)
    }
}
