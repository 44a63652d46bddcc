//! Frames that wait come in with their times, and go out in the order of these.

use schism::NodeId;
use std::collections::BTreeMap;
use tokio::time::Instant;

/// Frames that wait for their time, one direction of all parties.
#[derive(Default)]
pub(super) struct Held {
    /// By time, and by how many had been held before: of one time the first comes first.
    frames: BTreeMap<(Instant, u64), Frame>,
    count: u64,
    /// Whose frame was taken out and is being handed on.
    passing: Option<NodeId>,
}

/// What a frame that waits is to those behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// None behind it may come before it.
    InLine,
    /// It comes when it comes.
    Late,
    /// It waits for the next one to pass.
    Aside,
}

struct Frame {
    peer: NodeId,
    bytes: Vec<u8>,
    place: Place,
}

impl Held {
    pub(super) fn push(&mut self, due: Instant, peer: NodeId, bytes: Vec<u8>, place: Place) {
        self.count += 1;
        self.frames.insert((due, self.count), Frame { peer, bytes, place });
    }

    /// Lets the frames that wait for the next one of this party to pass go on just behind it.
    pub(super) fn release_behind(&mut self, peer: NodeId, passed: Option<Instant>) {
        let Some(passed) = passed else { return };
        let waits = |frame: &Frame| frame.place == Place::Aside && frame.peer == peer;
        let keys: Vec<_> =
            self.frames.iter().filter(|(_, frame)| waits(frame)).map(|(key, _)| *key).collect();
        for key in keys.into_iter().filter(|(due, _)| *due > passed) {
            if let Some(frame) = self.frames.remove(&key) {
                self.push(passed, frame.peer, frame.bytes, Place::Late);
            }
        }
    }

    /// Whether a frame of this party waits that none behind it may overtake.
    pub(super) fn is_lined_up(&self, peer: NodeId) -> bool {
        let in_line = |frame: &Frame| frame.peer == peer && frame.place == Place::InLine;
        self.passing == Some(peer) || self.frames.values().any(in_line)
    }

    /// Whether any frame waits, or is being handed on.
    pub(super) fn waits(&self) -> bool {
        self.passing.is_some() || !self.frames.is_empty()
    }

    /// What was taken out last has been handed on.
    pub(super) const fn passed(&mut self) {
        self.passing = None;
    }

    pub(super) fn pop_due(&mut self, now: Instant) -> Option<(NodeId, Vec<u8>)> {
        let first = self.frames.first_entry().filter(|first| first.key().0 <= now)?;
        let frame = first.remove();
        self.passing = Some(frame.peer);
        Some((frame.peer, frame.bytes))
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.frames.first_key_value().map(|((due, _), _)| *due)
    }
}
