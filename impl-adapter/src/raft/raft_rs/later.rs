//! Asynchronous writes: what the library wants saved goes to the disk at once, a sync that covers
//! it begins within a while, and the server handles other events meanwhile. What rests on it leaves
//! when the sync has ended.
//!
//! The one idea: each `Ready` that is not durable yet is a flight, flights land in the order in
//! which they took off, and one sync may bring several of them down. The library learns that a
//! flight has landed, and only then counts this node's own entries, and has them applied.

use super::Server;
use crate::raft::Timer;
use crate::raft::hooks::Hooks;
use crate::raft::storage::Base;
use crate::raft::told::as_fact;
use ::raft::Ready;
use ::raft::eraftpb::{Message, Snapshot};
use schism::id::Token;
use schism::{Fact, Io, fact};
use std::collections::VecDeque;
use std::time::Duration;

/// What was written, and waits for its sync.
#[derive(Default)]
pub(super) struct Flights {
    waiting: VecDeque<Flight>,
    /// Whether a timer is running that will begin a sync.
    awaited: bool,
}

/// What is left to do for a `Ready` once it is durable.
struct Flight {
    number: u64,
    must_sync: bool,
    state: Option<(u64, u64)>,
    snapshot: Snapshot,
    entries: Vec<(u64, fact::Entry)>,
    messages: Vec<Message>,
}

impl<H: Hooks> Server<H> {
    /// Carries a `Ready` out without waiting for the disk. What is committed may be applied at
    /// once: the library hands out what it has heard to be durable here.
    pub(super) fn ready_later(&mut self, within: Duration, io: &mut Io<Self>) {
        let mut ready = self.raft.ready();
        self.tell_lead_if_durable(io);
        self.tell_took(&ready, io);
        let early = ready.take_messages();
        let waits = self.leads_undurably() && self.hooks.helps_sole_voter();
        let flight = if waits {
            Flight { messages: early, ..self.take_off(&mut ready, io) }
        } else {
            self.send(early, io);
            self.take_off(&mut ready, io)
        };
        self.reads.confirmed(ready.take_read_states());
        let committed = ready.take_committed_entries();
        self.raft.advance_append_async(ready);
        self.wait_or_land(flight, within, io);
        self.tell_commit(io);
        self.take_in(committed, io);
        self.raft.advance_apply_to(self.applied);
        self.compact_if_due(io);
        self.answer_reads(io);
    }

    /// Writes what is to be saved, to the disk and to where the library reads it.
    fn take_off(&mut self, ready: &mut Ready, io: &mut Io<Self>) -> Flight {
        let number = ready.number();
        let must_sync = self.must_sync(ready);
        let (entries, _) = self.write_ready(ready, io);
        let snapshot = ready.snapshot().clone();
        if !snapshot.is_empty() {
            let metadata = snapshot.get_metadata();
            let base = Base { index: metadata.index, term: metadata.term };
            self.raft.mut_store().start_from(snapshot.clone(), base);
        }
        let told = entries.iter().map(|entry| (entry.index, as_fact(entry))).collect();
        self.raft.mut_store().append(entries);
        let mut messages = ready.take_persisted_messages();
        if !self.hooks.answers_await_sync() {
            self.send(std::mem::take(&mut messages), io);
        }
        let state = ready.hs().map(|state| (state.term, state.vote));
        Flight { number, must_sync, state, snapshot, entries: told, messages }
    }

    /// A flight that rests on nothing undurable lands at once; others wait for a sync. A snapshot
    /// is synced there and then: until the server has taken it in, the library could not campaign,
    /// and would panic where it tried. So it would where it needs no vote but its own
    /// (docs/FINDINGS.md).
    fn wait_or_land(&mut self, flight: Flight, within: Duration, io: &mut Io<Self>) {
        let number = flight.number;
        let waits = flight.must_sync || !self.flights.waiting.is_empty();
        let snapshot = !flight.snapshot.is_empty() && self.hooks.awaits_snapshot();
        let at_once = snapshot || waits && self.may_lead_by_itself();
        self.flights.waiting.push_back(flight);
        if at_once {
            self.wal.sync(io);
        }
        if at_once || !waits {
            self.landed(number, io);
            return;
        }
        if !self.hooks.durable_when_synced() {
            self.raft.on_persist_ready(number);
        }
        if !self.flights.awaited {
            self.flights.awaited = true;
            let wait = io.draw(("sync", number)) % (within.as_micros() as u64 + 1);
            io.after(Duration::from_micros(wait), Timer::Sync);
        }
    }

    /// Begins a sync of all that was written.
    pub(super) fn begin_sync(&mut self, io: &mut Io<Self>) {
        self.flights.awaited = false;
        // A snapshot may have taken them all along.
        if let Some(last) = self.flights.waiting.back() {
            self.wal.sync_later(Token(last.number), io);
        }
    }

    /// All flights up to this one are durable. Of two syncs the later one may end first, and leaves
    /// nothing for the other.
    pub(super) fn landed(&mut self, upto: u64, io: &mut Io<Self>) {
        while self.flights.waiting.front().is_some_and(|next| next.number <= upto)
            && let Some(flight) = self.flights.waiting.pop_front()
        {
            self.land(flight, io);
        }
    }

    fn land(&mut self, flight: Flight, io: &mut Io<Self>) {
        if let Some((term, vote)) = flight.state {
            self.told.term(term, vote, io);
        }
        let snapshot = !flight.snapshot.is_empty();
        if snapshot {
            self.take_over(&flight.snapshot, io);
        }
        for (index, entry) in flight.entries {
            io.tell(Fact::Appended { index, entry });
        }
        self.tell_lead_if_durable(io);
        self.send(flight.messages, io);
        if self.hooks.durable_when_synced() {
            self.raft.on_persist_ready(flight.number);
        }
        if snapshot {
            self.raft.advance_apply_to(self.applied);
        }
    }

    /// Tells that the node leads, unless that is not durable yet.
    fn tell_lead_if_durable(&mut self, io: &mut Io<Self>) {
        let raft = &self.raft.raft;
        if !self.told.is_news(raft.term, raft.vote) {
            self.tell_lead(io);
        }
    }

    /// Whether it leads a term that it may lead once more after a loss of power: it needed no vote
    /// but its own, which is not durable yet. The library would have its messages leave at once.
    #[inline]
    fn leads_undurably(&self) -> bool {
        let raft = &self.raft.raft;
        self.told.is_news(raft.term, raft.vote) && self.leads()
    }

    /// Whether it would lead as soon as it asked for votes.
    #[inline]
    fn may_lead_by_itself(&self) -> bool {
        if self.config.voters_at_start.is_none() || self.leads() {
            return false;
        }
        let voters = self.raft.raft.prs().conf().voters().ids();
        voters.len() == 1 && self.raft.raft.promotable() && self.hooks.helps_sole_voter()
    }

    /// Tells up to where the log is committed. A leader may know of it before its own disk has the
    /// entries. Of a follower's log it says something only as far as that is durable.
    fn tell_commit(&mut self, io: &mut Io<Self>) {
        let log = &self.raft.raft.raft_log;
        let known = if self.leads() { log.committed } else { log.committed.min(log.persisted) };
        self.told.commit(known, io);
    }
}
