//! The places at which a known-bad variant of the adapter differs from the healthy one.
//!
//! The one idea: the healthy adapter is the generic one with hooks of no size, whose bodies are the
//! defaults below; they are inlined to nothing. A mutant overrides one or two of them, so that what
//! it changes stands in one place. One kind of node carries any mutant, so that there are two
//! copies of the adapter in a program and not one a mutant.

use ::raft::eraftpb::{HardState, Message};
use std::fmt::Debug;

/// What a mutant may do otherwise. Each default is what a correct server does.
pub trait Hooks: Debug + 'static {
    /// Whether a restart syncs what it has read back.
    #[inline]
    fn sync_read_back(&self) -> bool {
        true
    }

    /// Changes a message that is about to leave.
    #[inline]
    fn send(&self, _message: &mut Message) {}

    /// Changes the hard state that is about to be written.
    #[inline]
    fn save_state(&self, _state: &mut HardState) {}

    /// Whether what was written is synced: `asked` if the library says that it must be, and `state`
    /// if a new term or vote is the reason.
    #[inline]
    fn sync(&self, asked: bool, _state: bool) -> bool {
        asked
    }

    /// Whether the state machine takes in the committed entry at an index.
    #[inline]
    fn apply(&self, _index: u64, _leads: bool) -> bool {
        true
    }

    /// Whether a write is answered once it is proposed.
    #[inline]
    fn answer_proposed(&self) -> bool {
        false
    }

    /// Whether a read is answered from the node's own state at once.
    #[inline]
    fn read_locally(&self, _leads: bool) -> bool {
        false
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
    fn sync_read_back(&self) -> bool {
        self.0.sync_read_back()
    }
    fn send(&self, message: &mut Message) {
        self.0.send(message);
    }
    fn save_state(&self, state: &mut HardState) {
        self.0.save_state(state);
    }
    fn sync(&self, asked: bool, state: bool) -> bool {
        self.0.sync(asked, state)
    }
    fn apply(&self, index: u64, leads: bool) -> bool {
        self.0.apply(index, leads)
    }
    fn answer_proposed(&self) -> bool {
        self.0.answer_proposed()
    }
    fn read_locally(&self, leads: bool) -> bool {
        self.0.read_locally(leads)
    }
}
