//! Calls and returns of one part of the object come in; whether each return has an explanation
//! goes out.

use super::open::{Helpful, Open};
use super::ways::{Apart, Way};
use super::{Before, Halt, Halted};
use crate::history::Operation;
use crate::spec::{Access, Spec};

/// One part of the object.
pub(super) struct Part<S: Spec> {
    /// Every state that it may be in.
    ways: Vec<Way<S::State>>,
    /// The operations under way that are answered later.
    seats: Vec<Option<Seat<S>>>,
    /// Those that never are.
    open: Open<S>,
    tried: u64,
    /// How many operations have returned.
    returned: u64,
    /// Where it stood a while ago, and some time before that.
    before: [Option<Before<S>>; 2],
}

struct Seat<S: Spec> {
    op: S::Op,
    ret: S::Ret,
    mark: u64,
    call: u64,
    /// When it will return.
    end: u64,
    still: Still,
    /// A bit for each seat of an equal operation that returns earlier, and takes effect earlier.
    after: u64,
}

/// Whether an operation, where it gives its answer, leaves the state as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Still {
    No,
    /// Whatever it answers.
    Always,
    /// Where it gives this answer.
    Here,
}

impl<S: Spec> Seat<S> {
    /// Whether the operation gives its answer in a state that it leaves as it is.
    #[inline]
    fn fits(&self, state: &mut S::State) -> bool {
        match self.still {
            Still::No => false,
            Still::Always => S::apply(state, &self.op) == self.ret,
            Still::Here => S::apply(&mut state.clone(), &self.op) == self.ret,
        }
    }
}

/// So many operations of one part may be under way at one time.
const SEATS_MAX: usize = 64;

/// After so many returns it is noted where a part stands: what is wrong with an answer mostly shows
/// in fewer operations before it.
const STRIDE: u64 = 2_048;

/// So many right answers are told of.
const RIGHT_MAX: usize = 4;

impl<S: Spec> Part<S> {
    pub(super) fn new() -> Part<S> {
        let first = Way { state: S::init(), done: 0, used: Vec::new() };
        let (ways, seats, open) = (vec![first], Vec::new(), Open::new());
        Part { ways, seats, open, tried: 0, returned: 0, before: [None, None] }
    }

    pub(super) fn begin(&mut self, op: &S::Op) {
        for way in &mut self.ways {
            S::apply(&mut way.state, op);
        }
    }

    /// An operation without an answer.
    pub(super) fn leave(&mut self, op: S::Op, call: u64) {
        self.open.add(op, call);
    }

    /// Whether it stands where it began, as if nothing had ever been asked of it.
    pub(super) fn is_as_at_first(&self, first: &S::State) -> bool {
        let one = matches!(&self.ways[..], [way] if way.state == *first && way.used.is_empty());
        one && self.open.len() == 0 && self.seats.iter().all(Option::is_none)
    }

    /// An operation begins, of which it is known when and how it will end; its seat, if there is
    /// one left.
    pub(super) fn call(
        &mut self,
        operation: &Operation<S>,
        ret: &S::Ret,
        mark: u64,
    ) -> Option<u32> {
        let free = self.seats.iter().position(Option::is_none);
        let place = free.unwrap_or(self.seats.len());
        if place == SEATS_MAX {
            return None;
        }
        let (op, bit) = (&operation.op, 1 << place);
        let still = match S::access(op, Some(ret)) {
            _ if S::is_read(op) => Still::Always,
            Some(Access::Read(_) | Access::Miss(_)) if !S::CHOICES => Still::Here,
            _ => Still::No,
        };
        let (call, end) = (operation.invoked.order, operation.completed.order);
        let mut seat = Seat { op: op.clone(), ret: ret.clone(), mark, call, end, still, after: 0 };
        for (other, known) in self.seats.iter_mut().enumerate() {
            let Some(known) = known else { continue };
            known.after &= !bit;
            if known.op == seat.op && known.ret == seat.ret {
                let later = if known.end <= seat.end { &mut seat.after } else { &mut known.after };
                *later |= if known.end <= seat.end { 1 << other } else { bit };
            }
        }
        for way in &mut self.ways {
            if seat.fits(&mut way.state) {
                way.done |= bit;
            }
        }
        if free.is_some() {
            self.seats[place] = Some(seat);
        } else {
            self.seats.push(Some(seat));
        }
        Some(place as u32)
    }

    /// The operation in this seat returns at this moment: only those states stay to which it led.
    /// How many operations were tried is handed back.
    pub(super) fn ret(&mut self, seat: u32, at: u64, budget: u64) -> Result<u64, Halted<S>> {
        let bit = 1 << seat;
        self.tried = 0;
        if !self.ways.iter().all(|way| way.done & bit != 0) {
            let seats = self.seats.iter().flatten().map(|seat| (&seat.op, &seat.ret));
            let helpful = self.open.helpful(seats);
            let before = std::mem::take(&mut self.ways);
            let (kept, passed) = self.expand(before, bit, &helpful, budget);
            let Some(kept) = kept else { return Err(Halt::Spent(self.mark(seat))) };
            if kept.is_empty() {
                return Err(self.refuted(seat, at, &passed));
            }
            self.ways = kept;
            self.forget();
        }
        for way in &mut self.ways {
            way.done &= !bit;
        }
        self.seats[seat as usize] = None;
        // Ways that differed in this operation alone are the same now.
        if self.ways.len() > 1 {
            let mut apart = Apart::new();
            for way in std::mem::take(&mut self.ways) {
                apart.add(way);
            }
            self.ways = apart.ways;
        }
        self.returned += 1;
        let many = self.open.len() > STRIDE as usize;
        if self.returned.is_multiple_of(STRIDE) && (!many || self.returned.is_power_of_two()) {
            self.before.swap(0, 1);
            self.before[1] = Some(self.now(at));
        }
        Ok(self.tried)
    }

    /// Where it stands.
    fn now(&self, at: u64) -> Before<S> {
        let called = |way: &Way<S::State>| {
            let seats = self.seats.iter().enumerate();
            let done = seats.filter(|(place, _)| way.done & (1 << place) != 0);
            let done = done.filter_map(|(_, seat)| seat.as_ref().map(|seat| seat.call));
            done.chain(way.used.iter().filter_map(|number| self.open.call(*number))).collect()
        };
        let starts = self.ways.iter().map(|way| (way.state.clone(), called(way))).collect();
        let seats = self.seats.iter().flatten().map(|seat| seat.call);
        let calls = seats.chain(self.open.calls()).collect();
        Before { at, starts, calls, returned: self.returned }
    }

    /// Where it stood a while ago, if that is long enough.
    pub(super) const fn before(&mut self) -> Option<Before<S>> {
        self.before[0].take()
    }

    fn mark(&self, seat: u32) -> u64 {
        self.seats[seat as usize].as_ref().map_or(0, |seat| seat.mark)
    }

    /// The ways in which the operation of this bit took effect, unless the budget ran out, and
    /// those on the way to them.
    #[allow(clippy::type_complexity, reason = "two lists, of which the first may be missing")]
    fn expand(
        &mut self,
        before: Vec<Way<S::State>>,
        bit: u64,
        helpful: &[Helpful],
        budget: u64,
    ) -> (Option<Vec<Way<S::State>>>, Vec<Way<S::State>>) {
        let (mut kept, mut seen) = (Apart::new(), Apart::new());
        for way in before {
            let apart = if way.done & bit == 0 { &mut seen } else { &mut kept };
            apart.add(way);
        }
        let taken = self.seats.iter().enumerate().filter(|(_, seat)| seat.is_some());
        let live = taken.fold(0, |live, (place, _)| live | 1_u64 << place);
        let mut next = 0;
        while next < seen.ways.len() {
            for place in 0..self.seats.len() {
                let Some(seat) = &self.seats[place] else { continue };
                let way = &seen.ways[next];
                let waits = seat.after & live & !way.done != 0;
                if way.done & (1 << place) != 0 || seat.still != Still::No || waits {
                    continue;
                }
                self.tried += 1;
                let mut state = way.state.clone();
                if S::apply(&mut state, &seat.op) != seat.ret {
                    continue;
                }
                let way = Way { state, done: way.done | 1 << place, used: way.used.clone() };
                self.arrive(way, bit, &mut kept, &mut seen);
            }
            for helpful in helpful {
                let way = &seen.ways[next];
                let Some(number) = self.open.unused(*helpful, &way.used) else { continue };
                let Err(at) = way.used.binary_search(&number) else { continue };
                self.tried += 1;
                let mut state = way.state.clone();
                let Some(op) = self.open.op(number) else { continue };
                S::apply(&mut state, op);
                if state == way.state {
                    continue;
                }
                let mut used = way.used.clone();
                used.insert(at, number);
                self.arrive(Way { state, done: way.done, used }, bit, &mut kept, &mut seen);
            }
            if self.tried > budget {
                return (None, Vec::new());
            }
            next += 1;
        }
        (Some(kept.ways), seen.ways)
    }

    /// A new way, with the reads in it that its state answers.
    fn arrive(
        &self,
        mut way: Way<S::State>,
        bit: u64,
        kept: &mut Apart<S::State>,
        seen: &mut Apart<S::State>,
    ) {
        for (place, seat) in self.seats.iter().enumerate() {
            let Some(seat) = seat else { continue };
            if way.done & (1 << place) == 0 && seat.fits(&mut way.state) {
                way.done |= 1 << place;
            }
        }
        let apart = if way.done & bit == 0 { seen } else { kept };
        apart.add(way);
    }

    /// What all ways have used need not be kept.
    fn forget(&mut self) {
        let Some((first, others)) = self.ways.split_first() else { return };
        let in_all = |number: &u32| others.iter().all(|way| way.used.binary_search(number).is_ok());
        let gone: Vec<u32> = first.used.iter().copied().filter(in_all).collect();
        for number in &gone {
            self.open.remove(*number);
        }
        if !gone.is_empty() {
            for way in &mut self.ways {
                way.used.retain(|number| gone.binary_search(number).is_err());
            }
        }
    }

    /// The operation in this seat was answered what no way leads to.
    fn refuted(&self, seat: u32, at: u64, passed: &[Way<S::State>]) -> Halted<S> {
        let Some(seat) = &self.seats[seat as usize] else { return Halt::Spent(0) };
        let mut right: Vec<S::Ret> = Vec::new();
        for way in passed {
            let answer = S::apply(&mut way.state.clone(), &seat.op);
            if !right.contains(&answer) && right.len() < RIGHT_MAX {
                right.push(answer);
            }
        }
        let (op, ret) = (seat.op.clone(), seat.ret.clone());
        Halt::Refuted { mark: seat.mark, at, op, ret, right }
    }
}
