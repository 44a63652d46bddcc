//! Entries of the log, votes and the state machine go in and are kept for the node to write to its
//! disk; what its disk kept comes back when it starts, and the library reads it.
//!
//! The one idea: the library awaits each of these calls before it goes on, so what it has put in by
//! the end of an event is written and synced as one before anything leaves that rests on it.

use anyhow::{Result, anyhow};
use async_raft::raft::{Entry, EntryPayload, MembershipConfig};
use async_raft::storage::{CurrentSnapshotData, HardState, InitialState, RaftStorage};
use async_raft::{AppData, AppDataResponse, NodeId};
use async_trait::async_trait;
use schism::fact::{self, Fact};
use schism::seed::StableHasher;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::hash::Hasher;
use std::io::Cursor;
use std::sync::{Mutex, MutexGuard};

/// What a client's put becomes in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Write {
    /// Under which key.
    pub key: u64,
    /// Which value.
    pub value: u64,
    /// For which request.
    pub request: u64,
}

impl AppData for Write {}

/// What the state machine says to a write.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Written;

impl AppDataResponse for Written {}

/// What a node's disk holds.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    hard: Option<HardState>,
    log: BTreeMap<u64, Entry<Write>>,
    values: BTreeMap<u64, u64>,
    applied: u64,
}

#[derive(Default)]
struct State {
    kept: Kept,
    /// Whether the disk has all of it.
    written: bool,
    /// What is true once the disk has.
    facts: Vec<Fact>,
}

/// The storage of one node.
pub struct Store {
    id: NodeId,
    state: Mutex<State>,
}

impl Store {
    /// What the disk kept, if it kept anything.
    #[must_use]
    pub fn open(id: NodeId, disk: Option<&[u8]>) -> Store {
        let kept = disk.map(|bytes| bincode::deserialize(bytes).expect("the disk is honest"));
        let kept: Kept = kept.unwrap_or_default();
        let last = kept.log.keys().next_back().copied().unwrap_or(0);
        let mut facts = vec![Fact::Booted { applied: kept.applied, log_last: last }];
        facts.extend(kept.log.values().map(appended));
        facts.extend(kept.hard.as_ref().map(voted));
        Store { id, state: Mutex::new(State { kept, written: true, facts }) }
    }

    /// What the disk is to hold from now on, if that is news.
    pub fn news(&self) -> Option<Vec<u8>> {
        let mut state = self.state();
        if std::mem::replace(&mut state.written, true) {
            return None;
        }
        Some(bincode::serialize(&state.kept).expect("numbers and maps of them can be written"))
    }

    /// What has become true since it was last asked.
    pub fn facts(&self) -> Vec<Fact> {
        std::mem::take(&mut self.state().facts)
    }

    /// What the state machine has under a key.
    #[must_use]
    pub fn get(&self, key: u64) -> Option<u64> {
        self.state().kept.values.get(&key).copied()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("there is one thread, and it does not panic while it holds this")
    }

    /// Changes what the disk is to hold.
    fn change(&self, change: impl FnOnce(&mut Kept)) {
        let mut state = self.state();
        state.written = false;
        change(&mut state.kept);
    }

    /// The library writes again what stands already, and leaves what stands above it.
    fn append(&self, entry: &Entry<Write>) {
        let fact = as_fact(entry);
        if self.state().kept.log.get(&entry.index).map(as_fact) == Some(fact) {
            return;
        }
        self.change(|kept| {
            kept.log.insert(entry.index, entry.clone());
        });
        self.state().facts.push(Fact::Appended { index: entry.index, entry: fact });
    }

    fn apply(&self, index: u64, write: &Write) {
        let mut state = self.state();
        let State { kept, written, facts } = &mut *state;
        *written = false;
        // The library does not hand on entries of its own, so they count as taken in with the next.
        let next = index.min(kept.applied + 1);
        let own = kept.log.range(next..index).filter(|(_, entry)| is_own(entry));
        let taken = own.chain(kept.log.get_key_value(&index));
        facts.push(Fact::Committed { index });
        facts.extend(taken.map(|(index, entry)| Fact::Applied {
            index: *index,
            entry: as_fact(entry),
            effective: true,
        }));
        kept.values.insert(write.key, write.value);
        kept.applied = index;
    }
}

fn is_own(entry: &Entry<Write>) -> bool {
    !matches!(entry.payload, EntryPayload::Normal(_))
}

fn voted(state: &HardState) -> Fact {
    let vote = state.voted_for.map(schism::NodeId::from);
    Fact::Term { term: state.current_term, vote }
}

fn appended(entry: &Entry<Write>) -> Fact {
    Fact::Appended { index: entry.index, entry: as_fact(entry) }
}

/// An entry, as far as a reference model needs to know it.
fn as_fact(entry: &Entry<Write>) -> fact::Entry {
    let mut hasher = StableHasher::default();
    let mut request = None;
    if let EntryPayload::Normal(write) = &entry.payload {
        hasher.write_u64(write.data.key);
        hasher.write_u64(write.data.value);
        request = Some(write.data.request.into());
    }
    fact::Entry { term: entry.term, digest: hasher.finish(), request }
}

#[async_trait]
impl RaftStorage<Write, Written> for Store {
    type Snapshot = Cursor<Vec<u8>>;
    type ShutdownError = Infallible;

    async fn get_membership_config(&self) -> Result<MembershipConfig> {
        let state = self.state();
        let last = state.kept.log.values().rev().find_map(|entry| match &entry.payload {
            EntryPayload::ConfigChange(change) => Some(change.membership.clone()),
            _ => None,
        });
        Ok(last.unwrap_or_else(|| MembershipConfig::new_initial(self.id)))
    }

    async fn get_initial_state(&self) -> Result<InitialState> {
        let membership = self.get_membership_config().await?;
        let state = self.state();
        let Some(hard_state) = state.kept.hard.clone() else {
            return Ok(InitialState::new_initial(self.id));
        };
        let last =
            state.kept.log.values().next_back().map_or((0, 0), |last| (last.index, last.term));
        Ok(InitialState {
            last_log_index: last.0,
            last_log_term: last.1,
            last_applied_log: state.kept.applied,
            hard_state,
            membership,
        })
    }

    async fn save_hard_state(&self, hard: &HardState) -> Result<()> {
        self.change(|kept| kept.hard = Some(hard.clone()));
        self.state().facts.push(voted(hard));
        Ok(())
    }

    async fn get_log_entries(&self, start: u64, stop: u64) -> Result<Vec<Entry<Write>>> {
        if start >= stop {
            return Ok(Vec::new());
        }
        let state = self.state();
        Ok(state.kept.log.range(start..stop).map(|(_, entry)| entry.clone()).collect())
    }

    async fn delete_logs_from(&self, start: u64, stop: Option<u64>) -> Result<()> {
        let stays = |index: u64| index < start || stop.is_some_and(|stop| index >= stop);
        self.change(|kept| kept.log.retain(|index, _| stays(*index)));
        Ok(())
    }

    async fn append_entry_to_log(&self, entry: &Entry<Write>) -> Result<()> {
        self.append(entry);
        Ok(())
    }

    async fn replicate_to_log(&self, entries: &[Entry<Write>]) -> Result<()> {
        for entry in entries {
            self.append(entry);
        }
        Ok(())
    }

    async fn apply_entry_to_state_machine(&self, index: &u64, write: &Write) -> Result<Written> {
        self.apply(*index, write);
        Ok(Written)
    }

    async fn replicate_to_state_machine(&self, writes: &[(&u64, &Write)]) -> Result<()> {
        for (index, write) in writes {
            self.apply(**index, write);
        }
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
