//! Snapshots of a server: taken of its own state, so that the log behind them can go, and taken in
//! from a leader whose log does not reach back far enough.
//!
//! The one idea: a snapshot is durable before anything rests on it. The log is forgotten after
//! that, and so are the entries that another node's snapshot takes the place of.

use super::Server;
use crate::raft::hooks::Hooks;
use crate::raft::machine::Machine;
use crate::raft::storage::Base;
use crate::raft::told::Told;
use ::raft::eraftpb::{Message, MessageType, Snapshot};
use ::raft::{SnapshotStatus, Storage};
use schism::seed::StableHasher;
use schism::{Fact, Io, Time};
use std::hash::Hasher;
use std::time::Duration;

/// So many entries stay behind a snapshot, for followers that are only a little behind.
const TAIL: u64 = 2;

/// A follower that has not answered to a snapshot for so long never got it.
const LOST: Duration = Duration::from_millis(100);

impl<H: Hooks> Server<H> {
    /// Takes a snapshot, if the log has grown enough since the last one, or if the last one is too
    /// old for a follower.
    #[inline]
    pub(super) fn compact_if_due(&mut self, io: &mut Io<Self>) {
        let Some(every) = self.config.snapshot_every else { return };
        let old = self.raft.store().wants_snapshot() && self.applied > self.snapshot_at;
        if old || self.applied >= self.snapshot_at + every {
            self.compact(io);
        }
    }

    #[cold]
    fn compact(&mut self, io: &mut Io<Self>) {
        let index = self.applied;
        let store = self.raft.store();
        let base = index.saturating_sub(TAIL).max(store.base().index);
        // What was applied since the last snapshot is in the log, and so is the entry before.
        let (Ok(term), Ok(base_term)) = (store.term(index), store.term(base)) else { return };
        let base = Base { index: base, term: base_term };
        let data = self.hooks.image(&self.machine).into();
        let mut snapshot = Snapshot { data, ..Snapshot::default() };
        let metadata = snapshot.mut_metadata();
        (metadata.index, metadata.term) = (index + self.hooks.index_off(), term);
        *metadata.mut_conf_state() = self.raft.raft.prs().conf().to_conf_state();
        self.wal.snapshot(&snapshot, base);
        let mut state = self.raft.raft.hard_state();
        self.hooks.save_state(&mut state);
        self.wal.state(&state);
        self.wal.write(io);
        self.wal.sync(io);
        Self::tell_snapshot(&snapshot, io);
        self.snapshot_at = index;
        self.raft.mut_store().start_from(snapshot, base);
    }

    /// Puts a snapshot that a leader has sent in the place of everything, once it is durable.
    #[cold]
    pub(super) fn install(&mut self, snapshot: &Snapshot, io: &mut Io<Self>) {
        let metadata = snapshot.get_metadata();
        let base = Base { index: metadata.index, term: metadata.term };
        self.raft.mut_store().start_from(snapshot.clone(), base);
        self.take_over(snapshot, io);
    }

    /// The same where the log has begun anew already.
    #[cold]
    pub(super) fn take_over(&mut self, snapshot: &Snapshot, io: &mut Io<Self>) {
        let index = snapshot.get_metadata().index;
        self.machine = Machine::from_image(&snapshot.data).expect("leaders send whole images");
        self.applied = index;
        self.stall.forget();
        self.snapshot_at = index;
        Self::tell_snapshot(snapshot, io);
        io.tell(Fact::Booted { applied: index, log_last: index });
        // To the reference a node that takes in another's state begins anew.
        self.told = Told::default();
        self.tell_term(io);
        self.tell_members(index, io);
    }

    /// Tells a snapshot that is durable.
    pub(super) fn tell_snapshot(snapshot: &Snapshot, io: &mut Io<Self>) {
        let mut digest = StableHasher::default();
        digest.write(&snapshot.data);
        let metadata = snapshot.get_metadata();
        let (index, term) = (metadata.index, metadata.term);
        io.tell(Fact::Snapshot { index, term, digest: digest.finish() });
    }

    /// Takes down to whom a snapshot goes. The library sends nothing else there until it hears of
    /// it, and leaves it to its caller to see that it was lost.
    #[inline]
    pub(super) fn sends(&mut self, message: &Message, now: Time) {
        if message.msg_type == MessageType::MsgSnapshot {
            self.snapshots_sent.push((message.to, now));
        }
    }

    /// Tells the library of snapshots that have not been answered for long.
    #[inline]
    pub(super) fn give_up_snapshots(&mut self, now: Time) {
        while let Some((to, sent)) = self.snapshots_sent.first().copied()
            && now.since(sent) >= LOST
        {
            self.snapshots_sent.remove(0);
            // Where an answer has come this changes nothing.
            self.raft.report_snapshot(to, SnapshotStatus::Failure);
        }
    }
}
