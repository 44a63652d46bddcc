//! The claims of one part come in; whether some order explains them goes out.
//!
//! It is the search of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the
//! memory that Lowe gave it ("Testing for linearizability", 2017), as in Porcupine. An operation
//! can come next if it was called before the first return that is still ahead. Each step puts one
//! in order; where none fits, the last choice is taken back. Four things keep it short, and each
//! leaves the verdict as it is:
//! - A read that fits the state comes next at once, for good: every order in which it comes later
//!   is as good with the read moved here, since it changes nothing.
//! - The only operation that can come next is not a choice either.
//! - Open operations come last, and not at all where they would make no difference to the state or
//!   to the operation after them: they may be left out.
//! - No configuration is tried twice, nor one that another covers; see [`Cache`].

use super::cache::{Cache, Done};
use super::parts::Claim;
use crate::spec::Spec;

/// What a search came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Decision {
    /// Some order explains all claims.
    Linearizable,
    /// No order does.
    Refuted,
    /// The budget ran out.
    Unknown,
}

/// The search, with buffers that are used again for the next part.
pub(super) struct Search<S: Spec> {
    /// Calls and returns of closed operations in the order of time; the first stands for the ends.
    events: Vec<Event>,
    /// The events that are still ahead, as a ring through the first.
    next: Vec<u32>,
    prev: Vec<u32>,
    /// Closed operations in the order of their calls.
    closed: Vec<Closed>,
    /// Open operations in the order of their calls, as places in the part.
    open: Vec<u32>,
    /// The closed operations that are in order already, one bit each.
    done: Vec<u64>,
    /// One more than the last of them.
    high: u32,
    /// The open operations that are.
    used: Vec<u64>,
    state: S::State,
    cursor: Cursor,
    steps: Vec<Step<S::State>>,
    cache: Cache<S::State>,
}

#[derive(Clone, Copy)]
struct Event {
    order: u64,
    closed: u32,
    is_return: bool,
}

#[derive(Clone, Copy)]
struct Closed {
    /// Its place in the part.
    claim: u32,
    /// The events of its call and its return.
    call: u32,
    ret: u32,
}

/// Where to look for the next operation.
#[derive(Clone, Copy)]
enum Cursor {
    /// This configuration is new.
    Fresh,
    /// From this event on.
    Event(u32),
    /// From this open operation on; no closed one is left to try.
    Open(usize),
}

/// An operation that was put in order.
struct Step<State> {
    /// Which closed or open operation.
    number: u32,
    is_open: bool,
    /// The state before it where it was a choice, so that another can be taken instead.
    before: Option<State>,
    high: u32,
}

/// What can be done without a choice.
enum Free {
    Took,
    Nothing,
    DeadEnd,
}

const HEAD: usize = 0;

impl<S: Spec> Search<S> {
    pub(super) fn new() -> Search<S> {
        Search {
            events: Vec::new(),
            next: Vec::new(),
            prev: Vec::new(),
            closed: Vec::new(),
            open: Vec::new(),
            done: Vec::new(),
            high: 0,
            used: Vec::new(),
            state: S::init(),
            cursor: Cursor::Fresh,
            steps: Vec::new(),
            cache: Cache::new(),
        }
    }

    /// Looks for an order of the part's claims, which stand in the order of their calls. Each
    /// operation put in order takes one from the budget.
    pub(super) fn run(&mut self, part: &[Claim<'_, S>], budget: &mut u64) -> Decision {
        self.prepare(part);
        while self.next[HEAD] as usize != HEAD {
            if *budget == 0 {
                return Decision::Unknown;
            }
            if self.advance(part) {
                *budget -= 1;
                self.cursor = Cursor::Fresh;
            } else if !self.step_back() {
                return Decision::Refuted;
            }
        }
        Decision::Linearizable
    }

    /// The order that was found, as places in the part. Open operations that never took effect are
    /// not in it.
    pub(super) fn order(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().map(|step| {
            let number = step.number as usize;
            if step.is_open {
                self.open[number] as usize
            } else {
                self.closed[number].claim as usize
            }
        })
    }

    fn prepare(&mut self, part: &[Claim<'_, S>]) {
        self.events.clear();
        self.closed.clear();
        self.open.clear();
        self.steps.clear();
        self.cache.clear();
        self.events.push(Event { order: 0, closed: 0, is_return: false });
        for (place, claim) in part.iter().enumerate() {
            if claim.is_closed() {
                let closed = self.closed.len() as u32;
                self.closed.push(Closed { claim: place as u32, call: 0, ret: 0 });
                self.events.push(Event { order: claim.call, closed, is_return: false });
                self.events.push(Event { order: claim.ret, closed, is_return: true });
            } else {
                self.open.push(place as u32);
            }
        }
        self.events[1..].sort_unstable_by_key(|event| event.order);
        for (at, event) in self.events.iter().enumerate().skip(1) {
            let closed = &mut self.closed[event.closed as usize];
            *(if event.is_return { &mut closed.ret } else { &mut closed.call }) = at as u32;
        }
        let last = self.events.len() as u32 - 1;
        self.next.clear();
        self.next.extend(1..=last);
        self.next.push(HEAD as u32);
        self.prev.clear();
        self.prev.push(last);
        self.prev.extend(0..last);
        self.done.clear();
        self.done.resize(self.closed.len().div_ceil(64), 0);
        self.used.clear();
        self.used.resize(self.open.len().div_ceil(64), 0);
        self.high = 0;
        self.state = S::init();
        self.cursor = Cursor::Fresh;
    }

    /// Puts one more operation in order, if one fits that was not tried.
    #[inline]
    fn advance(&mut self, part: &[Claim<'_, S>]) -> bool {
        let from = match self.cursor {
            Cursor::Fresh => match self.take_free(part) {
                Free::Took => return true,
                Free::DeadEnd => return false,
                Free::Nothing => self.next[HEAD],
            },
            Cursor::Event(event) => event,
            Cursor::Open(number) => return self.take_open(part, number),
        };
        self.take_closed(part, from) || self.take_open(part, 0)
    }

    /// Takes a read that fits, or the only operation that can come next.
    #[inline]
    fn take_free(&mut self, part: &[Claim<'_, S>]) -> Free {
        let first = self.next[HEAD] as usize;
        let mut at = first;
        while !self.events[at].is_return {
            let number = self.events[at].closed;
            let claim = &part[self.closed[number as usize].claim as usize];
            if claim.read && self.answers(claim) {
                self.put(number, None);
                return Free::Took;
            }
            at = self.next[at] as usize;
        }
        let first_return = self.events[at].order;
        let alone = self.next[first] as usize == at
            && self.open.first().is_none_or(|open| part[*open as usize].call > first_return);
        if !alone {
            return Free::Nothing;
        }
        let number = self.events[first].closed;
        let claim = &part[self.closed[number as usize].claim as usize];
        // Where the answer is wrong the state is, too; but then a step back restores an older one.
        if !claim.read && claim.expect.allows(&S::apply(&mut self.state, claim.op)) {
            self.put(number, None);
            return Free::Took;
        }
        Free::DeadEnd
    }

    /// Whether a read agrees with the state.
    #[inline]
    fn answers(&mut self, claim: &Claim<'_, S>) -> bool {
        debug_assert!(leaves_as_it_is::<S>(&self.state, claim.op), "{} is no read", claim.op);
        claim.expect.allows(&S::apply(&mut self.state, claim.op))
    }

    /// Takes a closed write that was called before the first return ahead.
    fn take_closed(&mut self, part: &[Claim<'_, S>], from: u32) -> bool {
        let mut at = from as usize;
        while !self.events[at].is_return {
            let number = self.events[at].closed;
            let claim = &part[self.closed[number as usize].claim as usize];
            if !claim.read {
                let mut after = self.state.clone();
                let fits = claim.expect.allows(&S::apply(&mut after, claim.op));
                if fits && self.needs_the_last(claim, &after) {
                    let before = std::mem::replace(&mut self.state, after);
                    self.put(number, Some(before));
                    if self.is_new() {
                        return true;
                    }
                    self.take_back();
                }
            }
            at = self.next[at] as usize;
        }
        false
    }

    /// Takes an open operation that was called before the first return ahead.
    fn take_open(&mut self, part: &[Claim<'_, S>], from: usize) -> bool {
        if from >= self.open.len() {
            return false;
        }
        let mut at = self.next[HEAD] as usize;
        while !self.events[at].is_return {
            at = self.next[at] as usize;
        }
        let first_return = self.events[at].order;
        for number in from..self.open.len() {
            let claim = &part[self.open[number] as usize];
            if claim.call > first_return {
                break;
            }
            if self.used[number / 64] & 1 << (number % 64) != 0 {
                continue;
            }
            let mut after = self.state.clone();
            let fits = claim.expect.allows(&S::apply(&mut after, claim.op));
            if fits && after != self.state && self.needs_the_last(claim, &after) {
                let before = Some(std::mem::replace(&mut self.state, after));
                self.used[number / 64] |= 1 << (number % 64);
                let number = number as u32;
                self.steps.push(Step { number, is_open: true, before, high: self.high });
                if self.is_new() {
                    return true;
                }
                self.take_back();
            }
        }
        false
    }

    /// Whether it was worth while to put the last operation in order, if it is an open one: without
    /// it this one would answer otherwise, or lead to another state than `after`. If not, what can
    /// be done from here can be done without it, and is tried there.
    #[inline]
    fn needs_the_last(&self, claim: &Claim<'_, S>, after: &S::State) -> bool {
        let Some(Step { is_open: true, before: Some(before), .. }) = self.steps.last() else {
            return true;
        };
        let mut without = before.clone();
        !claim.expect.allows(&S::apply(&mut without, claim.op)) || without != *after
    }

    /// Puts a closed operation in order: it is not ahead any more.
    #[inline]
    fn put(&mut self, number: u32, before: Option<S::State>) {
        let Closed { call, ret, .. } = self.closed[number as usize];
        for event in [call as usize, ret as usize] {
            let (prev, next) = (self.prev[event], self.next[event]);
            self.next[prev as usize] = next;
            self.prev[next as usize] = prev;
        }
        self.done[number as usize / 64] |= 1 << (number % 64);
        self.steps.push(Step { number, is_open: false, before, high: self.high });
        self.high = self.high.max(number + 1);
    }

    /// Takes back the last operation. If it was a choice, the state before it is restored and the
    /// cursor stands behind it.
    #[inline]
    fn take_back(&mut self) -> bool {
        let Some(step) = self.steps.pop() else { return true };
        let number = step.number as usize;
        self.high = step.high;
        self.cursor = if step.is_open {
            self.used[number / 64] &= !(1 << (number % 64));
            Cursor::Open(number + 1)
        } else {
            self.done[number / 64] &= !(1 << (number % 64));
            let Closed { call, ret, .. } = self.closed[number];
            for event in [ret, call] {
                let (prev, next) = (self.prev[event as usize], self.next[event as usize]);
                self.next[prev as usize] = event;
                self.prev[next as usize] = event;
            }
            Cursor::Event(self.next[call as usize])
        };
        step.before.map(|state| self.state = state).is_some()
    }

    /// Takes back everything down to the last choice; false if there was none.
    fn step_back(&mut self) -> bool {
        while !self.steps.is_empty() {
            if self.take_back() {
                return true;
            }
        }
        false
    }

    /// Whether no configuration was visited that can do all that this one can.
    fn is_new(&mut self) -> bool {
        let ahead = self.next[HEAD] as usize;
        let end = (self.high as usize).div_ceil(64);
        let first = if ahead == HEAD { end } else { self.events[ahead].closed as usize / 64 };
        let base = first.min(end);
        let done = Done { base: first, window: &self.done[base..end], used: &self.used };
        self.cache.insert(done, &self.state)
    }
}

fn leaves_as_it_is<S: Spec>(state: &S::State, op: &S::Op) -> bool {
    let mut after = state.clone();
    S::apply(&mut after, op);
    after == *state
}
