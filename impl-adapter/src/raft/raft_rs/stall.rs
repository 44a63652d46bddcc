//! A state machine that stands still for a while: committed entries go in, and are applied when it
//! goes on. The library hears how far it has got, and answers that rest on it wait.
//!
//! The one idea: what has been handed out is not what was applied. Everything else in the server
//! looks at the index up to which its state machine has got.

use super::Server;
use crate::raft::Timer;
use crate::raft::hooks::Hooks;
use ::raft::eraftpb::Entry;
use schism::{Io, Time};
use std::time::Duration;

/// What waits for the state machine.
#[derive(Default)]
pub(super) struct Stall {
    until: Option<Time>,
    waiting: Vec<Entry>,
}

impl Stall {
    /// The last entry that waits; 0 if none does.
    #[inline]
    pub(super) fn last(&self) -> u64 {
        self.waiting.last().map_or(0, |entry| entry.index)
    }

    /// A snapshot takes the place of all that waits.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }
}

impl<H: Hooks> Server<H> {
    /// Applies nothing for so many milliseconds.
    #[cold]
    pub(super) fn stall(&mut self, millis: u64, io: &mut Io<Self>) {
        let lasts = Duration::from_millis(millis);
        let until = io.now() + lasts;
        self.stall.until = self.stall.until.max(Some(until));
        io.after(lasts, Timer::Apply);
    }

    /// Applies what was committed, now or when the stall is over.
    #[inline]
    pub(super) fn take_in(&mut self, mut committed: Vec<Entry>, io: &mut Io<Self>) {
        if self.stall.until.is_some() {
            self.stall.waiting.append(&mut committed);
        } else {
            self.apply(&mut committed, io);
        }
    }

    /// Goes on, unless another stall lasts longer.
    #[cold]
    pub(super) fn stall_ends(&mut self, io: &mut Io<Self>) {
        if self.stall.until.is_none_or(|until| until > io.now()) {
            return;
        }
        self.stall.until = None;
        let mut waiting = std::mem::take(&mut self.stall.waiting);
        self.apply(&mut waiting, io);
        self.raft.advance_apply_to(self.applied);
        self.compact_if_due(io);
        self.answer_reads(io);
    }
}
