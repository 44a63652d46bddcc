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

/// The event that comes next, until another is planned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Next {
    pub(super) at: Time,
    source: usize,
}

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

    /// When the next event is, and where it stands.
    #[inline]
    pub(super) fn next(&self) -> Option<Next> {
        self.front().map(|(at, _, source)| Next { at, source })
    }

    /// Takes out what was told to be next.
    #[inline]
    pub(super) fn take_next(&mut self, next: Next) -> Option<T> {
        if next.source < LANES {
            return self.lanes[next.source].pop_front().map(|(_, _, what)| what);
        }
        let Reverse((_, _, place)) = self.heap.pop()?;
        self.free.push(place);
        self.parked[place].take()
    }

    /// What happens next.
    pub(super) fn peek(&self) -> Option<&T> {
        let (_, _, source) = self.front()?;
        match self.lanes.get(source) {
            Some(lane) => lane.front().map(|(_, _, what)| what),
            None => self.heap.peek().and_then(|Reverse((_, _, at))| self.parked[*at].as_ref()),
        }
    }

    /// All that is still to happen, with its time and its place in the order of planning.
    pub(super) fn waiting(&self) -> Vec<(Time, u64, &T)> {
        let lanes = self.lanes.iter().flatten().map(|(at, place, what)| (*at, *place, what));
        let heap = self.heap.iter().filter_map(|Reverse((at, place, parked))| {
            self.parked[*parked].as_ref().map(|what| (*at, *place, what))
        });
        lanes.chain(heap).collect()
    }

    /// Takes out the nth of those that fit, from 1, in the order in which they are to happen.
    pub(super) fn take(&mut self, nth: u32, fits: impl Fn(&T) -> bool) -> Option<T> {
        let mut waiting = self.waiting();
        waiting.retain(|(_, _, what)| fits(what));
        waiting.sort_unstable_by_key(|(at, place, _)| (*at, *place));
        let (_, wanted, _) = *waiting.get(nth.max(1) as usize - 1)?;
        for lane in &mut self.lanes {
            if let Some(at) = lane.iter().position(|(_, place, _)| *place == wanted) {
                return lane.remove(at).map(|(_, _, what)| what);
            }
        }
        let mut found = None;
        self.heap.retain(|Reverse((_, place, parked))| {
            if *place == wanted {
                found = Some(*parked);
            }
            *place != wanted
        });
        let parked = found?;
        self.free.push(parked);
        self.parked[parked].take()
    }

    /// Of what is planned for the same time, what ranks lower happens first; of equal ranks, what
    /// was planned first.
    pub(super) fn order_by<K: Ord>(&mut self, rank: impl Fn(&T) -> K) {
        let mut all = Vec::new();
        while let Some(next) = self.next() {
            all.extend(self.take_next(next).map(|what| (next.at, what)));
        }
        // The sort is stable.
        all.sort_by_key(|(at, what)| (*at, rank(what)));
        for (at, what) in all {
            // Whatever the lane: they come in the order of their times.
            self.plan(at, Lane::Message, what);
        }
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
        let pop = |queue: &mut Queue<u64>| {
            let next = queue.next()?;
            queue.take_next(next).map(|what| (next.at, what))
        };
        let sorted: Vec<(Time, u64)> = std::iter::from_fn(|| pop(&mut queue)).collect();
        assert_eq!(sorted, plain);
    }
}
