//! The claims of one part come in; whether some order explains them, and if not, by which return
//! that was certain, goes out. It does not know what the object is: [`Moves`] tells.
//!
//! The history is gone through event by event, and all *configurations* that agree with what was
//! seen are kept: a state, and which of the operations under way have taken effect (Jayanti and
//! others, "A universal, sound, and complete forward reasoning technique", POPL 2024). At a return
//! its operation must have taken effect, so others that are under way are tried before it in every
//! order that could matter; Lowe calls it just-in-time linearization (2017). What is kept does not
//! grow with the length of the history. Four things keep it small, and leave the verdict as it is:
//! - What changes nothing takes effect as soon as its answer fits.
//! - Of equal operations the one that must return first takes effect first.
//! - Of two configurations that differ in *open* operations alone, the one that used fewer can do
//!   all that the other can.
//! - An open operation is forgotten once no answer is ahead that could tell of it.

use super::parts::{Claim, OPEN};
use super::search::Decision;
use crate::spec::Spec;
pub(super) use cuts::Cut;
use cuts::Cuts;
pub(super) use moves::{Moves, Registers, Whole};
use set::Set;

mod cuts;
mod moves;
mod set;

/// More operations than this cannot be under way at one time.
const SLOTS: usize = 128;

/// What became of a history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    /// Some order explains all claims.
    Linearizable,
    /// No order explains what was known at this return.
    Refuted(u64),
    /// The budget ran out.
    Spent,
    /// Too many operations were under way at one time.
    Crowded,
}

impl Ended {
    pub(super) const fn decision(self) -> Decision {
        match self {
            Ended::Linearizable => Decision::Linearizable,
            Ended::Refuted(_) => Decision::Refuted,
            Ended::Spent | Ended::Crowded => Decision::Unknown,
        }
    }
}

/// Where the search stands: between two events.
pub(super) struct Frontier<'m, M: Moves> {
    moves: &'m M,
    /// The claims under way, by slot.
    claims: [u32; SLOTS],
    /// The slots in use, those of claims that change nothing, and those of open ones.
    live: u128,
    still: u128,
    open: u128,
    /// For each slot, equal claims that must take effect before it.
    before: [u128; SLOTS],
    /// Where this is not `None`, equal open claims share one slot, and these slots may be used any
    /// number of times.
    free: Option<u128>,
    /// When the next open claim can be forgotten.
    forget: u64,
    configurations: Set<M::State>,
    next: Set<M::State>,
    seen: Set<M::State>,
    stack: Vec<Configuration<M::State>>,
    /// What took effect, and after what, where an order is wanted; the first stands for
    /// nothing, and `u32::MAX` for what it began with.
    log: Option<Vec<(u32, u32)>>,
    /// Where to go on from later, where that is wanted.
    cuts: Option<Cuts<M::State>>,
}

/// A state, the slots whose claims have taken effect, and the last of them in the log.
#[derive(Clone, Debug)]
struct Configuration<State> {
    state: State,
    used: u128,
    last: u32,
}

#[derive(Clone, Copy)]
struct Event {
    at: u64,
    claim: u32,
    returns: bool,
}

impl<'m, M: Moves> Frontier<'m, M> {
    /// `keep` says whether the order is wanted, too.
    pub(super) fn new(moves: &'m M, keep: bool) -> Self {
        Frontier {
            moves,
            claims: [0; SLOTS],
            live: 0,
            still: 0,
            open: 0,
            before: [0; SLOTS],
            free: None,
            forget: OPEN,
            configurations: Set::new(),
            next: Set::new(),
            seen: Set::new(),
            stack: Vec::new(),
            log: keep.then(|| vec![(0, u32::MAX)]),
            cuts: None,
        }
    }

    /// From now on, what is open may take effect any number of times if it was asked for more than
    /// once. That explains more than there was, so only a refutation counts; but it never crowds.
    pub(super) const fn be_lenient(&mut self) {
        self.free = Some(0);
    }

    /// Goes through the claims, which stand in the order of their calls. Each operation that is
    /// tried takes one from the budget.
    pub(super) fn run<S: Spec>(&mut self, part: &[Claim<'_, S>], budget: &mut u64) -> Ended {
        self.begin(vec![(self.moves.init(), Vec::new())], part, 0);
        self.go_on(part, 0, OPEN, budget)
    }

    /// The same, where so many claims were called already, and for what comes up to a moment.
    pub(super) fn go_on<S: Spec>(
        &mut self,
        part: &[Claim<'_, S>],
        called: usize,
        until: u64,
        budget: &mut u64,
    ) -> Ended {
        let mut returns: Vec<(u64, u32)> = Vec::with_capacity(part.len());
        let closed = (0..).zip(part).filter(|(_, claim)| claim.is_closed() && claim.ret <= until);
        returns.extend(closed.map(|(at, claim)| (claim.ret, at)));
        returns.sort_unstable();
        let stop = (until != OPEN).then_some((until, u32::MAX));
        let mut calls = (0..).zip(part).skip(called).peekable();
        for (ret, claim) in returns.into_iter().chain(stop) {
            while let Some((at, called)) = calls.next_if(|(_, called)| called.call < ret) {
                if !self.call(&Event { at: called.call, claim: at, returns: false }, part) {
                    return Ended::Crowded;
                }
            }
            if claim == u32::MAX {
                break;
            }
            match self.give(&Event { at: ret, claim, returns: true }, budget) {
                Some(true) => {}
                Some(false) => return Ended::Refuted(ret),
                None => return Ended::Spent,
            }
            if self.cuts.as_mut().is_some_and(Cuts::is_time) {
                let called = calls.peek().map_or(part.len(), |(at, _)| *at as usize);
                let cut = self.cut(ret, called);
                self.cuts.iter_mut().for_each(|cuts| cuts.keep(&cut));
            }
        }
        Ended::Linearizable
    }

    /// An operation is under way; false if there is no slot for it.
    fn call<S: Spec>(&mut self, event: &Event, part: &[Claim<'_, S>]) -> bool {
        debug_assert!(!event.returns);
        let ret = part[event.claim as usize].ret;
        let until = if ret == OPEN { self.moves.matters_until(event.claim) } else { OPEN };
        if until < event.at {
            return true;
        }
        if let Some(free) = self.free.filter(|_| ret == OPEN) {
            let like = |slot: &usize| self.moves.same(event.claim, self.claims[*slot]);
            if let Some(slot) = bits(self.live & self.open).find(like) {
                self.free = Some(free | 1 << slot);
                return true;
            }
        }
        let slot = (!self.live).trailing_zeros() as usize;
        if slot == SLOTS {
            return false;
        }
        let bit = 1 << slot;
        self.free = self.free.map(|free| free & !bit);
        self.claims[slot] = event.claim;
        self.before[slot] = 0;
        self.open &= !bit;
        self.still &= !bit;
        for other in bits(self.live) {
            self.before[other] &= !bit;
            if self.moves.same(event.claim, self.claims[other]) {
                if part[self.claims[other] as usize].ret <= ret {
                    self.before[slot] |= 1 << other;
                } else {
                    self.before[other] |= bit;
                }
            }
        }
        self.live |= bit;
        if ret == OPEN {
            self.open |= bit;
            self.forget = self.forget.min(until);
        } else if self.moves.is_still(event.claim) {
            self.still |= bit;
            for at in 0..self.configurations.len() {
                if self.moves.fits(self.configurations.state(at), event.claim) {
                    let last = note(&mut self.log, self.configurations.last(at), event.claim);
                    self.configurations.mark(at, bit, last);
                }
            }
        }
        true
    }

    /// An operation returns, so it has taken effect: what explains that is kept. `None` where the
    /// budget ran out, false if nothing is left.
    fn give(&mut self, event: &Event, budget: &mut u64) -> Option<bool> {
        debug_assert!(event.returns);
        let slot = bits(self.live).find(|slot| self.claims[*slot] == event.claim)?;
        let bit = 1_u128 << slot;
        self.next.clear();
        self.seen.clear();
        let mut current = std::mem::replace(&mut self.configurations, Set::new());
        let (moves, open, spent) = (self.moves, self.open, !self.free.unwrap_or(0));
        for configuration in current.drain() {
            if configuration.used & bit == 0 {
                self.stack.push(configuration);
            } else {
                self.next.insert(configuration.without(bit), open);
            }
        }
        while let Some(from) = self.stack.pop() {
            // What is tried last is gone on with first: closed ones, and of those what came first.
            let ready = self.live & !from.used & !self.still;
            for slot in bits(ready & open).chain(bits_down(ready & !open)) {
                if self.before[slot] & self.live & !from.used != 0 {
                    continue;
                }
                *budget = budget.checked_sub(1)?;
                let claim = self.claims[slot];
                let first = moves.after(&from.state, claim);
                for state in first.into_iter().chain(moves.others(&from.state, claim)) {
                    if open >> slot & 1 == 1 && state == from.state {
                        continue;
                    }
                    let last = note(&mut self.log, from.last, claim);
                    let to = Configuration { state, used: from.used | 1 << slot & spent, last };
                    let to = self.settled(to);
                    if to.used & bit != 0 {
                        self.next.insert(to.without(bit), open);
                    } else if self.seen.insert(to.clone(), open) {
                        self.stack.push(to);
                    }
                }
            }
        }
        self.live &= !bit;
        self.still &= !bit;
        current.clear();
        self.configurations = std::mem::replace(&mut self.next, current);
        if self.forget <= event.at {
            self.forget_unseen(event.at);
        }
        Some(!self.configurations.is_empty())
    }

    /// The same, after all has taken effect that changes nothing and fits.
    fn settled(&mut self, mut configuration: Configuration<M::State>) -> Configuration<M::State> {
        for slot in bits(self.still & self.live & !configuration.used) {
            if self.moves.fits(&configuration.state, self.claims[slot]) {
                configuration.used |= 1 << slot;
                configuration.last = note(&mut self.log, configuration.last, self.claims[slot]);
            }
        }
        configuration
    }

    /// Gives back the slots of open operations that no answer ahead can tell of.
    fn forget_unseen(&mut self, now: u64) {
        let mut gone = 0;
        self.forget = OPEN;
        for slot in bits(self.open & self.live) {
            let until = self.moves.matters_until(self.claims[slot]);
            if until <= now {
                gone |= 1 << slot;
            } else {
                self.forget = self.forget.min(until);
            }
        }
        self.live &= !gone;
        self.open &= !gone;
        self.next.clear();
        for configuration in self.configurations.drain() {
            self.next.insert(configuration.without(gone), self.open);
        }
        self.configurations.clear();
        std::mem::swap(&mut self.next, &mut self.configurations);
    }
}

impl<State> Configuration<State> {
    fn without(mut self, slots: u128) -> Self {
        self.used &= !slots;
        self
    }
}

/// Notes in the log what took effect, where there is one.
#[inline]
fn note(log: &mut Option<Vec<(u32, u32)>>, after: u32, claim: u32) -> u32 {
    log.as_mut().map_or(0, |log| {
        log.push((after, claim));
        log.len() as u32 - 1
    })
}

/// The places of the ones in a word.
#[inline]
fn bits(mut word: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = word.trailing_zeros() as usize;
        word &= word.wrapping_sub(1);
        (at < SLOTS).then_some(at)
    })
}

/// The same, the largest first.
#[inline]
fn bits_down(mut word: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = word.checked_ilog2()? as usize;
        word ^= 1 << at;
        Some(at)
    })
}
