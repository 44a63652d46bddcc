//! Entries of the log and the state machine go in and stay in memory; the library reads them back.
//!
//! The one idea: the exhibit claims no crash, so nothing needs a disk.

use anyhow::{Result, anyhow};
use async_raft::raft::{Entry, EntryPayload, MembershipConfig};
use async_raft::storage::{CurrentSnapshotData, HardState, InitialState, RaftStorage};
use async_raft::{AppData, AppDataResponse, NodeId};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Cursor;
use std::sync::{Mutex, MutexGuard};

/// What a client's put becomes in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Write {
    /// Under which key.
    pub key: u64,
    /// Which value.
    pub value: u64,
}

impl AppData for Write {}

/// What the state machine says to a write.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Written;

impl AppDataResponse for Written {}

#[derive(Default)]
struct Kept {
    log: BTreeMap<u64, Entry<Write>>,
    values: BTreeMap<u64, u64>,
}

/// The storage of one node.
pub struct Store {
    id: NodeId,
    kept: Mutex<Kept>,
}

impl Store {
    /// Nothing yet.
    #[must_use]
    pub fn new(id: NodeId) -> Store {
        Store { id, kept: Mutex::default() }
    }

    /// What the state machine has under a key.
    #[must_use]
    pub fn get(&self, key: u64) -> Option<u64> {
        self.kept().values.get(&key).copied()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("there is one thread, and it does not panic while it holds this")
    }
}

#[async_trait]
impl RaftStorage<Write, Written> for Store {
    type Snapshot = Cursor<Vec<u8>>;
    type ShutdownError = Infallible;

    async fn get_membership_config(&self) -> Result<MembershipConfig> {
        let kept = self.kept();
        let last = kept.log.values().rev().find_map(|entry| match &entry.payload {
            EntryPayload::ConfigChange(change) => Some(change.membership.clone()),
            _ => None,
        });
        Ok(last.unwrap_or_else(|| MembershipConfig::new_initial(self.id)))
    }

    async fn get_initial_state(&self) -> Result<InitialState> {
        Ok(InitialState::new_initial(self.id))
    }

    async fn save_hard_state(&self, _: &HardState) -> Result<()> {
        Ok(())
    }

    async fn get_log_entries(&self, start: u64, stop: u64) -> Result<Vec<Entry<Write>>> {
        if start >= stop {
            return Ok(Vec::new());
        }
        Ok(self.kept().log.range(start..stop).map(|(_, entry)| entry.clone()).collect())
    }

    async fn delete_logs_from(&self, start: u64, stop: Option<u64>) -> Result<()> {
        let stays = |index: u64| index < start || stop.is_some_and(|stop| index >= stop);
        self.kept().log.retain(|index, _| stays(*index));
        Ok(())
    }

    async fn append_entry_to_log(&self, entry: &Entry<Write>) -> Result<()> {
        self.kept().log.insert(entry.index, entry.clone());
        Ok(())
    }

    async fn replicate_to_log(&self, entries: &[Entry<Write>]) -> Result<()> {
        let new = entries.iter().map(|entry| (entry.index, entry.clone()));
        self.kept().log.extend(new);
        Ok(())
    }

    async fn apply_entry_to_state_machine(&self, _: &u64, write: &Write) -> Result<Written> {
        self.kept().values.insert(write.key, write.value);
        Ok(Written)
    }

    async fn replicate_to_state_machine(&self, writes: &[(&u64, &Write)]) -> Result<()> {
        let new = writes.iter().map(|(_, write)| (write.key, write.value));
        self.kept().values.extend(new);
        Ok(())
    }

    async fn do_log_compaction(&self) -> Result<CurrentSnapshotData<Self::Snapshot>> {
        Err(anyhow!("the log is never compacted"))
    }

    async fn create_snapshot(&self) -> Result<(String, Box<Self::Snapshot>)> {
        Err(anyhow!("the log is never compacted"))
    }

    async fn finalize_snapshot_installation(
        &self,
        _: u64,
        _: u64,
        _: Option<u64>,
        _: String,
        _: Box<Self::Snapshot>,
    ) -> Result<()> {
        Err(anyhow!("the log is never compacted"))
    }

    async fn get_current_snapshot(&self) -> Result<Option<CurrentSnapshotData<Self::Snapshot>>> {
        Ok(None)
    }
}
