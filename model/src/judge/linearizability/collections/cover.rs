//! Stretches of time come in; whether they leave a moment of another stretch uncovered goes out.

use super::{Item, Span};
use crate::judge::linearizability::parts::OPEN;

/// The moments that some stretches cover. Only what lies between two events counts, so moments are
/// numbered by them.
pub(super) struct Cover {
    events: Vec<u64>,
    /// For each gap between two events, itself if it is not covered, or some later one.
    next: Vec<u32>,
}

impl Cover {
    /// Nothing is covered. All moments that will be asked about must be those of these operations.
    pub(super) fn new(items: &[Item], others: &[Span]) -> Cover {
        let spans =
            items.iter().flat_map(|item| [item.put, item.take]).chain(others.iter().copied());
        let mut events: Vec<u64> = spans.flat_map(|span| [span.call, span.ret]).collect();
        events.sort_unstable();
        events.dedup();
        let next = (0..=events.len() as u32).collect();
        Cover { events, next }
    }

    fn place(&self, moment: u64) -> u32 {
        self.events.partition_point(|event| *event < moment) as u32
    }

    /// Covers all from one moment to another; nothing if that is no later.
    pub(super) fn add(&mut self, from: u64, to: u64) {
        if from < to && from != OPEN {
            let (mut at, to) = (self.find(self.place(from)), self.place(to));
            while at < to {
                self.next[at as usize] = at + 1;
                at = self.find(at + 1);
            }
        }
    }

    /// Whether something between two moments is not covered.
    pub(super) fn leaves(&mut self, from: u64, to: u64) -> bool {
        self.find(self.place(from)) < self.place(to)
    }

    /// The first gap that is not covered, from a place on.
    fn find(&mut self, mut at: u32) -> u32 {
        while self.next[at as usize] != at {
            let beyond = self.next[self.next[at as usize] as usize];
            self.next[at as usize] = beyond;
            at = beyond;
        }
        at
    }
}

/// A few of these items that cover a stretch together: each time the one that reaches furthest.
pub(super) fn chain(items: &(impl Iterator<Item = Item> + Clone), from: u64, to: u64) -> Vec<u64> {
    let mut values = Vec::new();
    let mut reached = from;
    while reached < to {
        let covers = |item: &Item| item.put.ret < reached && item.take.call > reached;
        let Some(item) = items.clone().filter(covers).max_by_key(|item| item.take.call) else {
            break;
        };
        reached = item.take.call;
        values.push(item.value);
    }
    values
}
