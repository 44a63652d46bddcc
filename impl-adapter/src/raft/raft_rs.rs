//! The crate `raft` 0.7 (raft-rs, of `TiKV`) behind [`Node`]: events of the simulation go into the
//! library, what the library wants done goes out through [`Io`]. It must not judge.
//!
//! The one idea: the library is a state machine that does no input or output of its own. Each call
//! into it may leave a `Ready` behind, whose parts must leave in an order that its contract fixes;
//! see `Server::ready`, which is the whole of the adapter's duty.

use super::clock::Clock;
use super::detail::{self, Given};
use super::hooks::{Healthy, Hooks};
use super::log::logger;
use super::machine::{Command, Done, Machine};
use super::message::Message;
use super::reads::Reads;
use super::storage::{Base, Store};
use super::told::{self, Told, as_fact};
use super::wal::Wal;
use super::{Config, Status, Timer, someone};
use ::raft::eraftpb::{self, Entry, EntryType};
use ::raft::{RawNode, Ready, StateRole};
use later::Flights;
use schism::expect::Sight;
use schism::spec::Spec;
use schism::spec::map::Map;
use schism::{Event, Fact, Io, Node, RequestId, Role, Time};
use setup::{Jitter, library_config};
use slog::Logger;
use stall::Stall;
use std::collections::VecDeque;

mod changes;
mod clients;
mod compaction;
mod later;
mod planted;
mod setup;
mod stall;

/// One server of a replicated map.
pub struct Server<H: Hooks = Healthy> {
    raft: RawNode<Store>,
    wal: Wal,
    flights: Flights,
    machine: Machine,
    applied: u64,
    stall: Stall,
    /// The index of the last snapshot.
    snapshot_at: u64,
    /// To whom snapshots went, and when.
    snapshots_sent: Vec<(u64, Time)>,
    reads: Reads,
    /// Writes that clients asked this node for, oldest first.
    writes: VecDeque<(RequestId, Time)>,
    config: Config,
    clock: Clock,
    jitter: Jitter,
    told: Told,
    hooks: H,
}

/// Brings servers up, each from what its disk kept.
pub fn boot(config: Config) -> impl Fn(&mut Io<Server>) -> Server + Send + Sync + Clone {
    let logger = logger();
    move |io| Server::open(config, Healthy, &logger, io)
}

impl<H: Hooks> Node for Server<H> {
    type Spec = Map;
    type Message = Message;
    type Timer = Timer;
    type View = Status;

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        self.tick(matches!(event, Event::Timer(Timer::Tick)), io);
        self.give_up_snapshots(io.now());
        match event {
            Event::Timer(Timer::Reads) => self.read_again(io),
            Event::Timer(Timer::Sync) => self.begin_sync(io),
            Event::Timer(Timer::Apply) => self.stall_ends(io),
            Event::Synced(upto) => self.landed(self.hooks.synced(upto.0), io),
            Event::Message { from, mut body } => {
                if self.hooks.answer_at_first() {
                    self.heard(&body.0, io);
                }
                let given = Given::new(&body.0, io);
                if self.hooks.compares_behind() {
                    self.compare_behind(&mut body.0);
                }
                self.keep_up(&body.0);
                // What the library refuses (a proposal that has no leader to go to, a message from
                // a stranger) is lost like a message on the way.
                if self.raft.step(*body.0).is_ok() {
                    given.handled(from, self.raft.raft.term, io);
                }
                if self.hooks.counts_any_term() {
                    self.count_any_term();
                }
            }
            Event::Request { id, op } if Map::is_read(&op) => self.read(id, op, io),
            Event::Request { id, op } => self.write(id, op, io),
            // The ticks have been given.
            _ => {}
        }
        self.settle(io);
    }

    fn disturb(&mut self, name: &str, argument: u64, io: &mut Io<Self>) {
        self.tick(false, io);
        match name {
            "stall-apply" => self.stall(argument, io),
            _ => self.wish(name, argument, io),
        }
        self.settle(io);
    }

    fn view(&self) -> Status {
        let raft = &self.raft.raft;
        Status {
            id: raft.id.into(),
            term: raft.term,
            role: self.role(),
            vote: someone(raft.vote),
            leader: someone(raft.leader_id),
            commit: raft.raft_log.committed,
            applied: self.applied,
            last_index: raft.raft_log.last_index(),
            pending: self.reads.len() + self.writes.len(),
        }
    }

    fn corrupt(message: &Message, bit: u64) -> Option<Message> {
        message.with_flipped(bit)
    }

    fn role(&self) -> Role {
        let raft = &self.raft.raft;
        match raft.state {
            StateRole::Leader => Role::leader(raft.term),
            StateRole::Follower => Role::follower(raft.term),
            StateRole::Candidate | StateRole::PreCandidate => Role::candidate(raft.term),
        }
    }

    fn sight(&self) -> Sight {
        // Raft's nodes know who belongs to the cluster, and not who of them is alive.
        Sight { leader: someone(self.raft.raft.leader_id), members: None }
    }
}

impl<H: Hooks> Server<H> {
    /// A server that comes up from what its disk kept, or for the first time.
    pub(crate) fn open(mut config: Config, hooks: H, logger: &Logger, io: &mut Io<Self>) -> Self {
        hooks.set_up(&mut config);
        let (wal, mut found) = Wal::open(hooks.sync_read_back(), io);
        if io.incarnation() > 0 {
            hooks.read_back(&mut found);
        }
        let log_last = found.last();
        let snapshot_at = found.snapshot.get_metadata().index;
        let (machine, applied) = if hooks.state_survives() {
            Self::recall(io)
        } else if snapshot_at > 0 {
            let image = Machine::from_image(&found.snapshot.data);
            (image.expect("its record has a checksum"), snapshot_at)
        } else {
            (Machine::default(), 0)
        };
        io.tell(Fact::Booted { applied, log_last });
        // A crash may have come between a snapshot and its fact, as between an entry and its own.
        if snapshot_at > 0 {
            Self::tell_snapshot(&found.snapshot, io);
        }
        told::appended(&found.entries, io);
        let nodes = io.peers().len() as u64 + 1;
        let voters = config.voters_at_start.map_or(nodes, |voters| nodes.min(voters.into()));
        let voters = (1..=voters).collect();
        let raft = RawNode::new(
            &library_config(config, snapshot_at, io),
            Store::new(found, voters),
            logger,
        )
        .expect("the configuration is valid, and the store does not fail");
        let again = config.tick * config.heartbeat_ticks * 2;
        let mut server = Server {
            raft,
            wal,
            flights: Flights::default(),
            machine,
            applied: snapshot_at,
            stall: Stall::default(),
            snapshot_at,
            snapshots_sent: Vec::new(),
            reads: Reads::new(io.id(), io.incarnation(), again),
            writes: VecDeque::new(),
            config,
            clock: Clock::new(config.tick, io),
            jitter: Jitter::new(),
            told: Told::default(),
            hooks,
        };
        server.tell_term(io);
        server.tell_members(snapshot_at, io);
        server.settle(io);
        server
    }

    /// Gives the library the ticks that have become due.
    fn tick(&mut self, timer: bool, io: &mut Io<Self>) {
        for _ in 0..self.clock.ticks(io.now(), self.quiet_ticks(), timer) {
            self.raft.tick();
        }
        self.tell_stand(io);
        if timer && self.config.voters_at_start.is_some() {
            self.leave_if_alone();
        }
    }

    /// How many ticks will do nothing but count.
    fn quiet_ticks(&self) -> u64 {
        let raft = &self.raft.raft;
        let passed = raft.election_elapsed;
        let left = if self.config.every_tick {
            1
        } else if raft.state == StateRole::Leader {
            let heartbeat = raft.heartbeat_timeout() - raft.heartbeat_elapsed();
            heartbeat.min(raft.election_timeout().saturating_sub(passed))
        } else if !raft.promotable() {
            // Who has no vote waits for nothing.
            raft.election_timeout()
        } else {
            raft.randomized_election_timeout().saturating_sub(passed)
        };
        left.saturating_sub(1) as u64
    }

    fn tell_term(&mut self, io: &mut Io<Self>) {
        self.told.term(self.raft.raft.term, self.raft.raft.vote, io);
    }

    fn tell_lead(&mut self, io: &mut Io<Self>) {
        self.told.lead(self.leads(), self.raft.raft.term, io);
    }

    /// Tells that the node has come to stand for its term, to who wants to hear of that.
    fn tell_stand(&mut self, io: &mut Io<Self>) {
        if io.in_detail() {
            let raft = &self.raft.raft;
            let stands = matches!(raft.state, StateRole::Candidate | StateRole::Leader);
            self.told.stand(stands, raft.term, io);
        }
    }

    /// Tells what the node has put into its log as a leader, to who wants to hear of that.
    fn tell_took(&self, ready: &Ready, io: &mut Io<Self>) {
        if io.in_detail() && self.leads() {
            detail::took(ready.entries(), io);
        }
    }

    fn leads(&self) -> bool {
        self.raft.raft.state == StateRole::Leader
    }

    /// Does all that the library wants done after a call into it.
    fn settle(&mut self, io: &mut Io<Self>) {
        self.tell_stand(io);
        while self.raft.has_ready() {
            match self.config.sync_within {
                Some(within) => self.ready_later(within, io),
                None => self.ready(io),
            }
        }
        self.jitter.overwrite(&mut self.raft.raft, self.config.election_ticks, io);
        self.clock.wind(self.quiet_ticks(), io);
    }

    /// Carries a `Ready` out. The library's contract, in its order: messages of a leader may leave
    /// at once (Raft thesis 10.2.1); entries and hard state are written, and synced where it says
    /// so; messages that rest on them leave; what is committed is applied, which may be done only
    /// to entries that are durable here; then it is told, and may have a little more to do.
    fn ready(&mut self, io: &mut Io<Self>) {
        let mut ready = self.raft.ready();
        // A leader's term was durable before it asked for votes, unless it needed no vote but its
        // own.
        if ready.hs().is_none_or(|state| !self.told.is_news(state.term, state.vote)) {
            self.tell_lead(io);
        }
        self.tell_took(&ready, io);
        self.send(ready.take_messages(), io);
        self.persist(&mut ready, io);
        self.tell_lead(io);
        self.send(ready.take_persisted_messages(), io);
        self.reads.confirmed(ready.take_read_states());
        let committed = ready.take_committed_entries();
        let mut light = self.raft.advance_append(ready);
        self.told.commit(self.raft.raft.raft_log.committed, io);
        self.send(light.take_messages(), io);
        self.take_in(committed, io);
        self.take_in(light.take_committed_entries(), io);
        self.raft.advance_apply_to(self.applied);
        self.compact_if_due(io);
        self.answer_reads(io);
    }

    fn send(&mut self, messages: Vec<eraftpb::Message>, io: &mut Io<Self>) {
        for mut message in messages {
            if self.hooks.send(&mut message, self.raft.raft.raft_log.committed) {
                self.sends(&message, io.now());
                if io.in_detail() {
                    detail::sent(&message, io);
                }
                io.send(message.to, Message(Box::new(message)));
            }
        }
    }

    /// Writes entries and hard state, and makes them durable if they must be.
    fn persist(&mut self, ready: &mut Ready, io: &mut Io<Self>) {
        let (entries, state_is_news) = self.write_ready(ready, io);
        if self.hooks.sync(self.must_sync(ready), state_is_news) {
            self.wal.sync(io);
        }
        if state_is_news {
            self.tell_term(io);
        }
        if !ready.snapshot().is_empty() {
            self.install(ready.snapshot(), io);
        }
        told::appended(&entries, io);
        self.raft.mut_store().append(entries);
    }

    /// Writes what a `Ready` wants saved. What comes out are its entries, and whether term or vote
    /// are new.
    fn write_ready(&mut self, ready: &mut Ready, io: &mut Io<Self>) -> (Vec<Entry>, bool) {
        let snapshot = ready.snapshot();
        if !snapshot.is_empty() {
            let metadata = snapshot.get_metadata();
            self.wal.snapshot(snapshot, Base { index: metadata.index, term: metadata.term });
        }
        let entries = ready.take_entries();
        for entry in &entries {
            if self.hooks.save_entry(entry, self.raft.store().last()) {
                self.wal.entry(entry);
            }
        }
        let mut state_is_news = false;
        if let Some(state) = ready.hs() {
            state_is_news = self.told.is_news(state.term, state.vote);
            let mut state = state.clone();
            self.hooks.save_state(&mut state);
            self.wal.state(&state);
        }
        self.wal.write(io);
        (entries, state_is_news)
    }

    fn apply(&mut self, entries: &mut [Entry], io: &mut Io<Self>) {
        self.hooks.batch(entries);
        for entry in entries {
            self.applied = self.applied.max(entry.index);
            if !self.hooks.apply(entry.index, self.leads()) {
                continue;
            }
            let command = Command::decode(&entry.data);
            let done = command.map(|command| (command.request, self.machine.apply(&command)));
            let effective = !matches!(done, Some((_, Done::Before(_) | Done::Forgotten)));
            if self.hooks.state_survives() && effective {
                Self::keep(entry.index, &entry.data, io);
            }
            io.tell(Fact::Applied { index: entry.index, entry: as_fact(entry), effective });
            if let Some((request, done)) = done {
                self.answer(request, done, io);
            }
            if entry.entry_type != EntryType::EntryNormal {
                self.change(entry, io);
            }
        }
    }
}
