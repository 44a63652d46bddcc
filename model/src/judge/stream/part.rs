//! Calls and returns of one part of the object come in; whether each return has an explanation
//! goes out.

use super::{Halt, Halted};
use crate::seed::StableHasher;
use crate::spec::{Access, Spec};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

/// One part of the object.
pub(super) struct Part<S: Spec> {
    /// Every state that it may be in.
    ways: Vec<Way<S::State>>,
    /// The operations under way that are answered later.
    seats: Vec<Option<Seat<S>>>,
    /// Those that never are, by number.
    open: BTreeMap<u32, S::Op>,
    opened: u32,
    tried: u64,
}

/// A state, and how much of what is under way has led to it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Way<State> {
    state: State,
    /// A bit for each seat whose operation is in it.
    done: u64,
    /// The numbers of the operations without answer that are in it, the smallest first.
    used: Vec<u32>,
}

struct Seat<S: Spec> {
    op: S::Op,
    ret: S::Ret,
    mark: u64,
    read: bool,
}

/// So many operations of one part may be under way at one time.
const SEATS_MAX: usize = 64;

/// So many right answers are told of.
const RIGHT_MAX: usize = 4;

impl<S: Spec> Part<S> {
    pub(super) fn new() -> Part<S> {
        let first = Way { state: S::init(), done: 0, used: Vec::new() };
        Part { ways: vec![first], seats: Vec::new(), open: BTreeMap::new(), opened: 0, tried: 0 }
    }

    pub(super) fn begin(&mut self, op: &S::Op) {
        for way in &mut self.ways {
            S::apply(&mut way.state, op);
        }
    }

    /// An operation without an answer.
    pub(super) fn leave(&mut self, op: S::Op) {
        self.open.insert(self.opened, op);
        self.opened += 1;
    }

    /// An operation begins; its seat, if there is one left.
    pub(super) fn call(&mut self, op: S::Op, ret: S::Ret, mark: u64) -> Option<u32> {
        let free = self.seats.iter().position(Option::is_none);
        let place = free.unwrap_or(self.seats.len());
        if place == SEATS_MAX {
            return None;
        }
        let read = S::is_read(&op);
        if read {
            for way in &mut self.ways {
                if S::apply(&mut way.state, &op) == ret {
                    way.done |= 1 << place;
                }
            }
        }
        let seat = Some(Seat { op, ret, mark, read });
        if free.is_some() {
            self.seats[place] = seat;
        } else {
            self.seats.push(seat);
        }
        Some(place as u32)
    }

    /// The operation in this seat returns: only those states stay to which it led.
    pub(super) fn ret(&mut self, seat: u32, budget: u64) -> Result<(), Halted<S>> {
        let bit = 1 << seat;
        self.tried = 0;
        if !self.ways.iter().all(|way| way.done & bit != 0) {
            let helpful = self.helpful();
            let before = std::mem::take(&mut self.ways);
            let (kept, passed) = self.expand(before, bit, &helpful, budget);
            let Some(kept) = kept else { return Err(Halt::Spent(self.mark(seat))) };
            if kept.is_empty() {
                return Err(self.refuted(seat, &passed));
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
        Ok(())
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
        helpful: &[u32],
        budget: u64,
    ) -> (Option<Vec<Way<S::State>>>, Vec<Way<S::State>>) {
        let (mut kept, mut seen) = (Apart::new(), Apart::new());
        for way in before {
            let apart = if way.done & bit == 0 { &mut seen } else { &mut kept };
            apart.add(way);
        }
        let mut next = 0;
        while next < seen.ways.len() {
            for place in 0..self.seats.len() {
                let Some(seat) = &self.seats[place] else { continue };
                let way = &seen.ways[next];
                if way.done & (1 << place) != 0 || seat.read {
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
            for number in helpful {
                let way = &seen.ways[next];
                let Err(at) = way.used.binary_search(number) else { continue };
                self.tried += 1;
                let mut state = way.state.clone();
                S::apply(&mut state, &self.open[number]);
                if state == way.state {
                    continue;
                }
                let mut used = way.used.clone();
                used.insert(at, *number);
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
            let waits = seat.read && way.done & (1 << place) == 0;
            if waits && S::apply(&mut way.state, &seat.op) == seat.ret {
                way.done |= 1 << place;
            }
        }
        let apart = if way.done & bit == 0 { seen } else { kept };
        apart.add(way);
    }

    /// The operations without answer that may matter now. A write that nobody saw can be thought
    /// never to have happened; so where all are accesses to one register, only those matter whose
    /// value somebody under way has seen, or that lead to such a value.
    fn helpful(&self) -> Vec<u32> {
        if self.open.is_empty() {
            return Vec::new();
        }
        let seats = self.seats.iter().flatten();
        let mut wanted = BTreeSet::new();
        for seat in seats {
            match S::access(&seat.op, Some(&seat.ret)) {
                Some(Access::Read(value) | Access::Swap(value, _)) => drop(wanted.insert(value)),
                Some(Access::Write(_)) => {}
                // Anything but one value, or no register at all: everything may matter.
                Some(Access::Miss(_)) | None => return self.open.keys().copied().collect(),
            }
        }
        let accesses = || self.open.iter().map(|(number, op)| (*number, S::access(op, None)));
        let mut rest: Vec<(u32, Option<Access>)> = accesses().collect();
        let mut helpful = Vec::new();
        loop {
            let known = helpful.len();
            rest.retain(|(number, access)| {
                let helps = match access {
                    Some(Access::Write(value)) => wanted.contains(value),
                    Some(Access::Swap(from, value)) => {
                        let helps = wanted.contains(value);
                        if helps {
                            wanted.insert(*from);
                        }
                        helps
                    }
                    Some(Access::Read(_) | Access::Miss(_)) => false,
                    None => true,
                };
                if helps {
                    helpful.push(*number);
                }
                !helps
            });
            if helpful.len() == known {
                return helpful;
            }
        }
    }

    /// What all ways have used need not be kept.
    fn forget(&mut self) {
        let Some((first, others)) = self.ways.split_first() else { return };
        let in_all = |number: &u32| others.iter().all(|way| way.used.binary_search(number).is_ok());
        let gone: Vec<u32> = first.used.iter().copied().filter(in_all).collect();
        for number in &gone {
            self.open.remove(number);
        }
        if !gone.is_empty() {
            for way in &mut self.ways {
                way.used.retain(|number| gone.binary_search(number).is_err());
            }
        }
    }

    /// The operation in this seat was answered what no way leads to.
    fn refuted(&self, seat: u32, passed: &[Way<S::State>]) -> Halted<S> {
        let Some(seat) = &self.seats[seat as usize] else { return Halt::Spent(0) };
        let mut right: Vec<S::Ret> = Vec::new();
        for way in passed {
            let answer = S::apply(&mut way.state.clone(), &seat.op);
            if !right.contains(&answer) && right.len() < RIGHT_MAX {
                right.push(answer);
            }
        }
        Halt::Refuted { mark: seat.mark, op: seat.op.clone(), ret: seat.ret.clone(), right }
    }
}

/// Ways of which none can do all that another can.
struct Apart<State> {
    ways: Vec<Way<State>>,
    /// Where ways of one hash are, once there are many.
    index: BTreeMap<u64, Vec<usize>>,
}

/// Up to so many are looked at one by one.
const FEW: usize = 16;

impl<State: Hash + Eq> Apart<State> {
    const fn new() -> Apart<State> {
        Apart { ways: Vec::new(), index: BTreeMap::new() }
    }

    /// Adds a way, unless one is there that differs at most in having used fewer operations
    /// without answer: it can do all that the new one can.
    fn add(&mut self, way: Way<State>) {
        let covers = |known: &Way<State>| {
            known.done == way.done
                && known.state == way.state
                && known.used.iter().all(|number| way.used.binary_search(number).is_ok())
        };
        if self.ways.len() < FEW {
            if !self.ways.iter().any(covers) {
                self.ways.push(way);
            }
            return;
        }
        if self.index.is_empty() {
            for (place, way) in self.ways.iter().enumerate() {
                self.index.entry(hash(way)).or_default().push(place);
            }
        }
        let places = self.index.entry(hash(&way)).or_default();
        if !places.iter().any(|place| covers(&self.ways[*place])) {
            places.push(self.ways.len());
            self.ways.push(way);
        }
    }
}

fn hash<State: Hash>(way: &Way<State>) -> u64 {
    let mut hasher = StableHasher::new(way.done);
    way.state.hash(&mut hasher);
    std::hash::Hasher::finish(&hasher)
}
