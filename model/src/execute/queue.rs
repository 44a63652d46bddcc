//! What is still to happen, in order of time and, within a time, of when it was planned.
//!
//! Most of what is planned comes a fixed delay after now (a message, an answer, a tick), so it is
//! planned in the order in which it happens: such a *lane* is a queue, where a heap would sort what
//! is sorted already. What does not fit the end of its lane goes to the heap.

use crate::time::Time;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Which delays are alike, so that their events come in the order in which they are planned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lane {
    Message,
    Timer,
    Client,
    Timeout,
}

const LANES: usize = 4;

pub(super) struct Queue<T> {
    lanes: [VecDeque<(Time, u64, T)>; LANES],
    heap: BinaryHeap<Reverse<(Time, u64, usize)>>,
    /// What the heap's entries stand for; they are large, and a heap moves its entries about.
    parked: Vec<Option<T>>,
    free: Vec<usize>,
    planned: u64,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Queue<T> {
        Queue {
            lanes: std::array::from_fn(|_| VecDeque::with_capacity(16)),
            heap: BinaryHeap::new(),
            parked: Vec::new(),
            free: Vec::new(),
            planned: 0,
        }
    }

    #[inline]
    pub(super) fn plan(&mut self, at: Time, lane: Lane, what: T) {
        self.planned += 1;
        let queue = &mut self.lanes[lane as usize];
        if queue.back().is_none_or(|(last, _, _)| *last <= at) {
            queue.push_back((at, self.planned, what));
            return;
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.parked.push(None);
            self.parked.len() - 1
        });
        self.parked[place] = Some(what);
        self.heap.push(Reverse((at, self.planned, place)));
    }

    /// When the next event is.
    #[inline]
    pub(super) fn next_time(&self) -> Option<Time> {
        self.front().map(|(time, _, _)| time)
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<(Time, T)> {
        let (time, _, source) = self.front()?;
        if source < LANES {
            return self.lanes[source].pop_front().map(|(_, _, what)| (time, what));
        }
        let Reverse((_, _, place)) = self.heap.pop()?;
        self.free.push(place);
        self.parked[place].take().map(|what| (time, what))
    }

    #[inline]
    fn front(&self) -> Option<(Time, u64, usize)> {
        let mut first = self.heap.peek().map(|Reverse((time, seq, _))| (*time, *seq, LANES));
        for (source, lane) in self.lanes.iter().enumerate() {
            if let Some((time, seq, _)) = lane.front()
                && first.is_none_or(|(t, s, _)| (*time, *seq) < (t, s))
            {
                first = Some((*time, *seq, source));
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn events_come_by_time_and_then_as_they_were_planned() {
        let mut draws = Seed(5).draws();
        let mut queue = Queue::new();
        let mut plain = Vec::new();
        let lanes = [Lane::Message, Lane::Timer, Lane::Client, Lane::Timeout];
        for n in 0..1_000_u64 {
            let at = Time(draws.below(50));
            queue.plan(at, lanes[n as usize % 4], n);
            plain.push((at, n));
        }
        plain.sort();
        let sorted: Vec<(Time, u64)> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(sorted, plain);
    }
}
