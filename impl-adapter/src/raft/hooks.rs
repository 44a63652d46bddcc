//! The places at which a known-bad variant of the adapter differs from the healthy one.
//!
//! The one idea: the healthy adapter is the generic one with hooks of no size, whose bodies are the
//! defaults below; they are inlined to nothing. A mutant overrides one or two of them, so that what
//! it changes stands in one place. One kind of node carries any mutant, so that there are two
//! copies of the adapter in a program and not one a mutant.

use super::Config;
use super::machine::Machine;
use super::wal::Recovered;
use ::raft::eraftpb::{ConfChangeV2, Entry, HardState, Message};
use std::fmt::Debug;

/// What a mutant may do otherwise. Each default is what a correct server does.
pub trait Hooks: Debug + 'static {
    /// Changes how the server is set up.
    #[inline]
    fn set_up(&self, _config: &mut Config) {}

    /// Whether a restart syncs what it has read back.
    #[inline]
    fn sync_read_back(&self) -> bool {
        true
    }

    /// Changes what a restart has read back.
    #[inline]
    fn read_back(&self, _found: &mut Recovered) {}

    /// Changes a message that is about to leave, and says whether it does. `commit` is the index up
    /// to which the sender knows the log to be committed.
    #[inline]
    fn send(&self, _message: &mut Message, _commit: u64) -> bool {
        true
    }

    /// Changes the hard state that is about to be written.
    #[inline]
    fn save_state(&self, _state: &mut HardState) {}

    /// Whether an entry is written to a log that ends at `last`.
    #[inline]
    fn save_entry(&self, _entry: &Entry, _last: u64) -> bool {
        true
    }

    /// Whether what was written is synced: `asked` if the library says that it must be, and `state`
    /// if a new term or vote is the reason.
    #[inline]
    fn sync(&self, asked: bool, _state: bool) -> bool {
        asked
    }

    /// Whether messages that rest on what was written wait for a sync that ends later.
    #[inline]
    fn answers_await_sync(&self) -> bool {
        true
    }

    /// Whether the library is told that something is durable when it is, and not when it was
    /// written.
    #[inline]
    fn durable_when_synced(&self) -> bool {
        true
    }

    /// Up to which write all is durable when a sync has ended that began after this one.
    #[inline]
    fn synced(&self, upto: u64) -> u64 {
        upto
    }

    /// Whether a snapshot of another node's is waited for, where nothing else is.
    #[inline]
    fn awaits_snapshot(&self) -> bool {
        true
    }

    /// Whether a node that needs no vote but its own waits for its disk before it leads.
    #[inline]
    fn helps_sole_voter(&self) -> bool {
        true
    }

    /// Changes the order of committed entries that are about to be applied.
    #[inline]
    fn batch(&self, _entries: &mut [Entry]) {}

    /// Whether the state machine takes in the committed entry at an index.
    #[inline]
    fn apply(&self, _index: u64, _leads: bool) -> bool {
        true
    }

    /// Whether the map survives the process, without the index up to which it was applied.
    #[inline]
    fn state_survives(&self) -> bool {
        false
    }

    /// Whether a write is answered once it is proposed.
    #[inline]
    fn answer_proposed(&self) -> bool {
        false
    }

    /// The state that goes into a snapshot.
    #[inline]
    fn image(&self, machine: &Machine) -> Vec<u8> {
        machine.image()
    }

    /// How far beyond its state a snapshot claims to be.
    #[inline]
    fn index_off(&self) -> u64 {
        0
    }

    /// Whether a leader leaves a write lying while it has not heard of some voter lately.
    #[inline]
    fn misses_all(&self) -> bool {
        false
    }

    /// Whether a leader answers a write once one follower says that it has it.
    #[inline]
    fn answer_at_first(&self) -> bool {
        false
    }

    /// Whether a read is answered from the node's own state at once.
    #[inline]
    fn read_locally(&self, _leads: bool) -> bool {
        false
    }

    /// Whether a client is told that the library did not take its write.
    #[inline]
    fn refuses_dropped(&self) -> bool {
        true
    }

    /// Whether a leader that is both halves of a joint configuration leaves it.
    #[inline]
    fn leaves_if_alone(&self) -> bool {
        true
    }

    /// Up to which index reads may be answered by a state machine that stands at this one, and has
    /// been handed entries up to `handed`; 0 if none wait.
    #[inline]
    fn readable(&self, applied: u64, _handed: u64) -> u64 {
        applied
    }

    /// Whether a change of who votes waits until the one before it is done.
    #[inline]
    fn one_change_at_a_time(&self) -> bool {
        true
    }

    /// Whether it is made durable that a change of who votes is committed.
    #[inline]
    fn keep_commit(&self) -> bool {
        true
    }

    /// Whether a leader commits an entry of any term by counting who holds it.
    #[inline]
    fn counts_any_term(&self) -> bool {
        false
    }

    /// Whether a follower refuses what contradicts its log behind the place that is compared.
    #[inline]
    fn compares_behind(&self) -> bool {
        false
    }

    /// The changes that the library is given for one that was committed.
    #[inline]
    fn steps(&self, change: ConfChangeV2) -> Vec<ConfChangeV2> {
        vec![change]
    }
}

/// Changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Healthy;

impl Hooks for Healthy {}

/// Any mutant, chosen while the program runs.
#[derive(Debug)]
pub struct Planted(pub Box<dyn Hooks>);

impl Hooks for Planted {
    fn set_up(&self, config: &mut Config) {
        self.0.set_up(config);
    }
    fn sync_read_back(&self) -> bool {
        self.0.sync_read_back()
    }
    fn read_back(&self, found: &mut Recovered) {
        self.0.read_back(found);
    }
    fn send(&self, message: &mut Message, commit: u64) -> bool {
        self.0.send(message, commit)
    }
    fn save_state(&self, state: &mut HardState) {
        self.0.save_state(state);
    }
    fn save_entry(&self, entry: &Entry, last: u64) -> bool {
        self.0.save_entry(entry, last)
    }
    fn sync(&self, asked: bool, state: bool) -> bool {
        self.0.sync(asked, state)
    }
    fn answers_await_sync(&self) -> bool {
        self.0.answers_await_sync()
    }
    fn durable_when_synced(&self) -> bool {
        self.0.durable_when_synced()
    }
    fn synced(&self, upto: u64) -> u64 {
        self.0.synced(upto)
    }
    fn awaits_snapshot(&self) -> bool {
        self.0.awaits_snapshot()
    }
    fn helps_sole_voter(&self) -> bool {
        self.0.helps_sole_voter()
    }
    fn batch(&self, entries: &mut [Entry]) {
        self.0.batch(entries);
    }
    fn apply(&self, index: u64, leads: bool) -> bool {
        self.0.apply(index, leads)
    }
    fn state_survives(&self) -> bool {
        self.0.state_survives()
    }
    fn answer_proposed(&self) -> bool {
        self.0.answer_proposed()
    }
    fn image(&self, machine: &Machine) -> Vec<u8> {
        self.0.image(machine)
    }
    fn index_off(&self) -> u64 {
        self.0.index_off()
    }
    fn misses_all(&self) -> bool {
        self.0.misses_all()
    }
    fn answer_at_first(&self) -> bool {
        self.0.answer_at_first()
    }
    fn read_locally(&self, leads: bool) -> bool {
        self.0.read_locally(leads)
    }
    fn refuses_dropped(&self) -> bool {
        self.0.refuses_dropped()
    }
    fn leaves_if_alone(&self) -> bool {
        self.0.leaves_if_alone()
    }
    fn readable(&self, applied: u64, handed: u64) -> u64 {
        self.0.readable(applied, handed)
    }
    fn one_change_at_a_time(&self) -> bool {
        self.0.one_change_at_a_time()
    }
    fn keep_commit(&self) -> bool {
        self.0.keep_commit()
    }
    fn counts_any_term(&self) -> bool {
        self.0.counts_any_term()
    }
    fn compares_behind(&self) -> bool {
        self.0.compares_behind()
    }
    fn steps(&self, change: ConfChangeV2) -> Vec<ConfChangeV2> {
        self.0.steps(change)
    }
}
