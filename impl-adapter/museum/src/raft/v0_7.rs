//! The crate `raft` 0.7.0 as a [`Library`]: calls go in, what its `Ready` says comes out unchanged,
//! `must_sync` above all.

use super::{ELECTION_TICKS, HEARTBEAT_TICKS, Library, Record, Todo};
use protobuf::Message as _;
use raft_0_7::eraftpb::{self, Entry, HardState, MessageType};
use raft_0_7::storage::MemStorage;
use raft_0_7::{Config, RawNode, StateRole};
use schism::Role;
use slog::{Discard, Logger, o};
use std::fmt;

/// The library.
pub struct Raft07(RawNode<MemStorage>);

/// A message, told in short.
#[derive(Clone)]
pub struct Message(Box<eraftpb::Message>);

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = &self.0;
        let (index, entries) = (m.get_index(), m.get_entries().len());
        write!(f, "{:?} t{} i{index} +{entries}", m.get_msg_type(), m.get_term())
    }
}

impl Library for Raft07 {
    type Message = Message;

    fn open(id: u64, voters: &[u64], kept: &[Record]) -> Raft07 {
        let storage = MemStorage::new_with_conf_state((voters.to_vec(), Vec::new()));
        for record in kept {
            match record {
                Record::Entry(bytes) => {
                    let mut entry = Entry::default();
                    entry.merge_from_bytes(bytes).expect("it was written whole");
                    storage.wl().append(&[entry]).expect("memory takes entries");
                }
                Record::State(bytes) => {
                    let mut state = HardState::default();
                    state.merge_from_bytes(bytes).expect("it was written whole");
                    storage.wl().set_hardstate(state);
                }
            }
        }
        let config = Config {
            id,
            election_tick: ELECTION_TICKS,
            heartbeat_tick: HEARTBEAT_TICKS,
            max_size_per_msg: 1 << 20,
            max_inflight_msgs: 256,
            ..Default::default()
        };
        let node = RawNode::new(&config, storage, &Logger::root(Discard, o!()));
        Raft07(node.expect("the configuration is valid, and memory does not fail"))
    }

    fn tick(&mut self) {
        self.0.tick();
    }

    fn would_panic(&self, message: &Message) -> bool {
        let (m, log) = (&message.0, &self.0.raft.raft_log);
        m.msg_type == MessageType::MsgHeartbeat && m.commit > log.last_index()
    }

    fn receive(&mut self, message: Message) {
        let _ = self.0.step(*message.0);
    }

    fn propose(&mut self, data: Vec<u8>) -> bool {
        self.0.propose(Vec::new(), data).is_ok()
    }

    fn role(&self) -> Role {
        let raft = &self.0.raft;
        match raft.state {
            StateRole::Leader => Role::leader(raft.term),
            StateRole::Follower => Role::follower(raft.term),
            StateRole::Candidate | StateRole::PreCandidate => Role::candidate(raft.term),
        }
    }

    fn set_election_timeout(&mut self, ticks: usize) {
        self.0.raft.set_randomized_election_timeout(ticks);
    }

    fn ready(&mut self) -> Option<Todo<Message>> {
        if !self.0.has_ready() {
            return None;
        }
        let mut ready = self.0.ready();
        let bytes = "a message in memory can be written";
        let mut records = Vec::new();
        for entry in ready.entries() {
            records.push(Record::Entry(entry.write_to_bytes().expect(bytes)));
        }
        let storage = self.0.store().clone();
        storage.wl().append(ready.entries()).expect("memory takes entries");
        if let Some(state) = ready.hs() {
            records.push(Record::State(state.write_to_bytes().expect(bytes)));
            storage.wl().set_hardstate(state.clone());
        }
        let must_sync = ready.must_sync();
        let mut messages = ready.take_messages();
        messages.extend(ready.take_persisted_messages());
        let mut committed = ready.take_committed_entries();
        // What this leaves rests on nothing that is not written by now, so it can go with the rest.
        let mut light = self.0.advance(ready);
        if let Some(commit) = light.commit_index() {
            storage.wl().mut_hard_state().commit = commit;
        }
        messages.extend(light.take_messages());
        committed.extend(light.take_committed_entries());
        self.0.advance_apply();
        let messages = messages.into_iter().map(|m| (m.to, Message(Box::new(m)))).collect();
        let committed = committed.into_iter().map(|entry| entry.data.to_vec()).collect();
        Some(Todo { records, must_sync, messages, committed })
    }
}
