//! What passes a wrapper is counted here. Readers take no lock, and disturb nobody.

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Whether a cut is in the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing is cut.
    Connected,
    /// Something is.
    Partitioned,
    /// All cuts have ended, and no frame has come in since.
    Recovering,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Connected => "connected",
            State::Partitioned => "partitioned",
            State::Recovering => "recovering",
        })
    }
}

/// When something happened, as seen from the cuts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Before the first cut.
    Before,
    /// While something was cut.
    During,
    /// After cuts had ended, and before the next one.
    After,
}

/// Counts that grow while the transport lives.
#[derive(Debug, Default)]
pub struct Counters {
    state: AtomicU8,
    cuts: AtomicU64,
    requests: [AtomicU64; 3],
    failed: AtomicU64,
    queued: AtomicU64,
    attempts: AtomicU64,
    lost: AtomicU64,
}

/// What the counters said at one moment.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Figures {
    /// Frames that were given to it to send, by [`Phase`] in listing order.
    pub requests: [u64; 3],
    /// Those of them that could not be sent: their sender was told.
    pub failed: u64,
    /// Frames, of either way, that had to wait; a double counts once more.
    pub queued: u64,
    /// How often something was cut.
    pub drops: u64,
    /// How often somebody tried to reach a party that was cut off.
    pub attempts: u64,
    /// Frames, of either way, that vanished.
    pub lost: u64,
}

const CONNECTED: u8 = 0;
const PARTITIONED: u8 = 1;
const RECOVERING: u8 = 2;

// Counts are for readers: nothing is decided by the order in which two of them are seen.
const ORDER: Ordering = Ordering::Relaxed;

impl Counters {
    /// Whether a cut is in the way.
    pub fn state(&self) -> State {
        match self.state.load(ORDER) {
            CONNECTED => State::Connected,
            PARTITIONED => State::Partitioned,
            _ => State::Recovering,
        }
    }

    /// Where in the course of cuts this moment lies.
    pub fn phase(&self) -> Phase {
        match self.state.load(ORDER) {
            PARTITIONED => Phase::During,
            CONNECTED if self.cuts.load(ORDER) == 0 => Phase::Before,
            _ => Phase::After,
        }
    }

    /// All counts.
    pub fn figures(&self) -> Figures {
        let [before, during, after] = &self.requests;
        Figures {
            requests: [before, during, after].map(|count| count.load(ORDER)),
            failed: self.failed.load(ORDER),
            queued: self.queued.load(ORDER),
            drops: self.cuts.load(ORDER),
            attempts: self.attempts.load(ORDER),
            lost: self.lost.load(ORDER),
        }
    }

    pub(super) fn asked(&self) {
        self.requests[self.phase() as usize].fetch_add(1, ORDER);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, ORDER);
    }

    /// Somebody tried to reach a party that is cut off.
    pub(super) fn refused(&self) {
        self.attempts.fetch_add(1, ORDER);
        self.failed.fetch_add(1, ORDER);
    }

    pub(super) fn queued(&self) {
        self.queued.fetch_add(1, ORDER);
    }

    pub(super) fn lost(&self) {
        self.lost.fetch_add(1, ORDER);
    }

    pub(super) fn cut(&self) {
        self.cuts.fetch_add(1, ORDER);
        self.state.store(PARTITIONED, ORDER);
    }

    pub(super) fn healed(&self) {
        self.state.store(RECOVERING, ORDER);
    }

    /// A frame has come in.
    pub(super) fn arrived(&self) {
        // While something is cut, frames of others say nothing of it.
        let _ = self.state.compare_exchange(RECOVERING, CONNECTED, ORDER, ORDER);
    }
}
