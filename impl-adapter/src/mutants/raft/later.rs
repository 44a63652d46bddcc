//! Mutants of a server that does not wait for its disk. Each takes something for durable that is
//! only written.

use crate::raft::Config;
use crate::raft::hooks::Hooks;
use crate::targets::SYNC_WITHIN;

fn syncs_later(config: &mut Config) {
    config.sync_within = Some(SYNC_WITHIN);
}

#[derive(Debug)]
pub(super) struct AnswersLeaveAtOnce;

impl Hooks for AnswersLeaveAtOnce {
    fn set_up(&self, config: &mut Config) {
        syncs_later(config);
    }
    fn answers_await_sync(&self) -> bool {
        false
    }
}

#[derive(Debug)]
pub(super) struct DurableWhenWritten;

impl Hooks for DurableWhenWritten {
    fn set_up(&self, config: &mut Config) {
        syncs_later(config);
    }
    fn durable_when_synced(&self) -> bool {
        false
    }
}

#[derive(Debug)]
pub(super) struct SyncTakenForAll;

impl Hooks for SyncTakenForAll {
    fn set_up(&self, config: &mut Config) {
        syncs_later(config);
    }
    fn synced(&self, _upto: u64) -> u64 {
        u64::MAX
    }
}
