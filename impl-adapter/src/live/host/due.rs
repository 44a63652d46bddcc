//! Timers come in, with when they are due; the one that is due first goes out.

use schism::time::micros;
use schism::{NodeId, Time, TimerId};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is to be done at a time.
pub(super) enum Alarm<Timer> {
    /// A node is woken.
    Timer { node: NodeId, timer: Timer },
    /// A client waits no longer.
    GiveUp { operation: usize },
}

/// A node's timer that runs.
struct Armed<Timer> {
    due: (Time, u64),
    every: Option<u64>,
    timer: Timer,
}

enum Entry {
    Timer(NodeId, TimerId),
    GiveUp(usize),
}

/// All that is to be done at some time.
pub(super) struct Alarms<Timer> {
    /// By time, then in the order in which they were planned.
    planned: BTreeMap<(Time, u64), Entry>,
    armed: BTreeMap<(NodeId, TimerId), Armed<Timer>>,
    count: u64,
}

impl<Timer> Default for Alarms<Timer> {
    fn default() -> Self {
        Alarms { planned: BTreeMap::new(), armed: BTreeMap::new(), count: 0 }
    }
}

impl<Timer: Clone> Alarms<Timer> {
    fn plan(&mut self, at: Time, entry: Entry) -> (Time, u64) {
        self.count += 1;
        self.planned.insert((at, self.count), entry);
        (at, self.count)
    }

    pub(super) fn arm(
        &mut self,
        node: NodeId,
        id: TimerId,
        now: Time,
        after: Duration,
        every: bool,
        timer: Timer,
    ) {
        let due = self.plan(now + after, Entry::Timer(node, id));
        let every = every.then_some(micros(after));
        self.armed.insert((node, id), Armed { due, every, timer });
    }

    pub(super) fn disarm(&mut self, node: NodeId, id: TimerId) {
        if let Some(armed) = self.armed.remove(&(node, id)) {
            self.planned.remove(&armed.due);
        }
    }

    /// A node is gone, and its timers with it.
    pub(super) fn forget(&mut self, node: NodeId) {
        let planned = &mut self.planned;
        self.armed.retain(|(of, _), armed| {
            if *of == node {
                planned.remove(&armed.due);
            }
            *of != node
        });
    }

    pub(super) fn give_up(&mut self, at: Time, operation: usize) {
        self.plan(at, Entry::GiveUp(operation));
    }

    /// When the first is due.
    pub(super) fn next(&self) -> Option<Time> {
        self.planned.first_key_value().map(|((at, _), _)| *at)
    }

    /// The first that is due by now, and when it was.
    pub(super) fn pop(&mut self, now: Time) -> Option<(Time, Alarm<Timer>)> {
        let first = self.planned.first_entry().filter(|first| first.key().0 <= now)?;
        let due = first.key().0;
        match first.remove() {
            Entry::GiveUp(operation) => Some((due, Alarm::GiveUp { operation })),
            Entry::Timer(node, id) => {
                let armed = self.armed.remove(&(node, id))?;
                let timer = armed.timer.clone();
                if let Some(period) = armed.every {
                    // Beats that were missed are not made up for.
                    let next = Time(due.0 + period).max(now);
                    let due = self.plan(next, Entry::Timer(node, id));
                    self.armed.insert((node, id), Armed { due, ..armed });
                }
                Some((due, Alarm::Timer { node, timer }))
            }
        }
    }
}
