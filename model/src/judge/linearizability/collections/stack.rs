//! What was put on a stack and taken from it comes in; values that contradict each other go out, or
//! nothing where some order explains them all.
//!
//! The idea is to take away what cannot matter. Where a value is put on and taken off at one
//! moment, it matters to nobody. At a moment at which nothing is surely there, the stack may have
//! been empty: what came before and what comes after can be judged by themselves. And where
//! something is surely there from the first to the last, one value lies at the bottom all the time:
//! any that may be put on before all else and taken off after all else. Without it the rest must be
//! possible, too. What can be taken away can be so ever after, so each value is looked at a few
//! times.

use super::tree::{Depth, Least};
use super::{Found, Item};

struct Stack {
    /// The values that are surely there at some time, in the order in which putting them returned.
    items: Vec<Item>,
    /// When they are: from this moment to before that one, as numbers.
    spans: Vec<(usize, usize)>,
    /// The items in the order in which taking them was called.
    by_take: Vec<usize>,
    /// Items that could be put on first, and those that could be taken off last.
    may_be_first: Vec<bool>,
    may_be_last: Vec<bool>,
    /// The first item that is left, from each on, and the last of `by_take`, down from each.
    next: Vec<usize>,
    before: Vec<usize>,
    /// Where each item stands in `by_take`.
    place: Vec<usize>,
    calls: Least,
    returns: Least,
    depth: Depth,
}

pub(super) fn find(items: &[Item]) -> Option<Found> {
    let mut stack = Stack::of(items);
    let moments = 2 * stack.items.len();
    let mut stretches = stack.split(0, moments);
    while let Some((from, to)) = stretches.pop() {
        let start = stack.spans.partition_point(|span| span.0 < from);
        let first = stack.next_left(start);
        if first >= stack.items.len() || stack.spans[first].0 >= to {
            continue;
        }
        let taken = stack.take_bottoms(from, to, start, first);
        if !taken {
            let end = stack.spans.partition_point(|span| span.0 < to);
            let left = (first..end).filter(|at| stack.next[*at] == *at);
            let values = left.map(|at| stack.items[at].value).collect();
            return Some(Found::Refuted { values, nothing: None });
        }
        stretches.extend(stack.split(from, to));
    }
    None
}

impl Stack {
    fn of(all: &[Item]) -> Stack {
        let surely = |item: &&Item| item.put.ret < item.take.call;
        let mut items: Vec<Item> = all.iter().filter(surely).copied().collect();
        items.sort_unstable_by_key(|item| item.put.ret);
        let mut by_take: Vec<usize> = (0..items.len()).collect();
        by_take.sort_unstable_by_key(|at| (items[*at].take.call, *at));
        let mut place = vec![0; items.len()];
        let mut spans = vec![(0, 0); items.len()];
        // The two orders are merged, so that moments are numbered.
        let (mut put, mut number) = (0, 0);
        for (rank, at) in by_take.iter().enumerate() {
            while put < items.len() && items[put].put.ret < items[*at].take.call {
                spans[put].0 = number;
                (put, number) = (put + 1, number + 1);
            }
            spans[*at].1 = number;
            place[*at] = rank;
            number += 1;
        }
        let mut depth = Depth::new(2 * items.len() + 1);
        spans.iter().for_each(|(from, to)| depth.add(*from, *to, 1));
        let len = items.len();
        Stack {
            calls: Least::new(items.iter().map(|item| item.put.call)),
            returns: Least::new(by_take.iter().map(|at| !items[*at].take.ret)),
            may_be_first: vec![false; len],
            may_be_last: vec![false; len],
            next: (0..=len).collect(),
            before: (0..=len).collect(),
            items,
            spans,
            by_take,
            place,
            depth,
        }
    }

    /// The stretches of time in which something is surely there, between two moments.
    fn split(&mut self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let mut stretches = Vec::new();
        let mut start = from;
        while let Some(bare) = self.depth.take_bare(start, to) {
            if start < bare {
                stretches.push((start, bare));
            }
            start = bare + 1;
        }
        if start < to {
            stretches.push((start, to));
        }
        stretches
    }

    /// Takes away what may lie at the bottom all the time; false if nothing may.
    fn take_bottoms(&mut self, from: usize, to: usize, start: usize, first: usize) -> bool {
        let end = self.spans.partition_point(|span| span.0 < to);
        let by_take = |at: &usize, bound: usize| self.spans[*at].1 <= bound;
        let takes = (
            self.by_take.partition_point(|at| by_take(at, from)),
            self.by_take.partition_point(|at| by_take(at, to)),
        );
        let put = self.items[first].put.ret;
        let last = self.last_left(takes.1) - 1;
        let last = self.by_take[last];
        let take = self.items[last].take.call;
        let mut bottoms = Vec::new();
        // The one that is put on first may be so, whatever else.
        while let Some(at) = self.calls.take_below(start, end, put) {
            self.may_be_first[at] = true;
            if self.may_be_last[at] {
                bottoms.push(at);
            }
        }
        while let Some(rank) = self.returns.take_below(takes.0, takes.1, !take) {
            let at = self.by_take[rank];
            self.may_be_last[at] = true;
            if self.may_be_first[at] {
                bottoms.push(at);
            }
        }
        for at in &bottoms {
            let (from, to) = self.spans[*at];
            self.depth.add(from, to, -1);
            self.next[*at] = *at + 1;
            self.before[self.place[*at] + 1] = self.place[*at];
        }
        !bottoms.is_empty()
    }

    fn next_left(&mut self, mut at: usize) -> usize {
        while self.next[at] != at {
            self.next[at] = self.next[self.next[at]];
            at = self.next[at];
        }
        at
    }

    /// One more than the place of the last that is left before a place; 0 if none is.
    fn last_left(&mut self, mut at: usize) -> usize {
        while self.before[at] != at {
            self.before[at] = self.before[self.before[at]];
            at = self.before[at];
        }
        at
    }
}
