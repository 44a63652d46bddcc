//! A history comes in; claims go out, grouped into the parts that can be judged one by one.
//!
//! A [`Claim`] is what one operation says about the object: between its call and its return it took
//! effect and gave an answer that was expected. Claims can be weakened (any answer, no return),
//! which is how unknown outcomes are judged and how an explanation finds out what matters.

use crate::history::{History, Outcome};
use crate::spec::Spec;

/// What one operation says about the object.
pub(super) struct Claim<'a, S: Spec> {
    /// Its place in the history.
    pub(super) place: usize,
    /// What was asked for.
    pub(super) op: &'a S::Op,
    /// What was answered.
    pub(super) expect: Expect<'a, S::Ret>,
    /// The place of its invocation in the run's one order.
    pub(super) call: u64,
    /// The place of its completion; [`OPEN`] if it may take effect at any later time, or never.
    pub(super) ret: u64,
    /// Whether it leaves every state as it is.
    pub(super) read: bool,
}

/// The return of an operation that has none.
pub(super) const OPEN: u64 = u64::MAX;

/// Which answers agree with a claim.
pub(super) enum Expect<'a, Ret> {
    /// This one.
    Exactly(&'a Ret),
    /// Any.
    Anything,
    /// Any but these.
    NoneOf(&'a [Ret]),
}

impl<Ret: PartialEq> Expect<'_, Ret> {
    #[inline]
    pub(super) fn allows(&self, answer: &Ret) -> bool {
        match self {
            Expect::Exactly(ret) => *ret == answer,
            Expect::Anything => true,
            Expect::NoneOf(wrong) => !wrong.contains(answer),
        }
    }
}

impl<S: Spec> Claim<'_, S> {
    /// Whether it must have taken effect by a certain time.
    #[inline]
    pub(super) const fn is_closed(&self) -> bool {
        self.ret != OPEN
    }

    /// The same operation, of which nothing is known but that it was asked for.
    pub(super) fn weaken(&mut self) {
        self.expect = Expect::Anything;
        self.ret = OPEN;
    }
}

impl<Ret> Clone for Expect<'_, Ret> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Ret> Copy for Expect<'_, Ret> {}

impl<S: Spec> Clone for Claim<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Spec> Copy for Claim<'_, S> {}

/// The claims of a history, part by part.
pub(super) struct Parts<'a, S: Spec> {
    claims: Vec<Claim<'a, S>>,
    /// Where each part ends in `claims`.
    ends: Vec<usize>,
    /// Whether the object does not divide, so that all operations are about the same part.
    pub(super) whole: bool,
}

impl<'a, S: Spec> Parts<'a, S> {
    /// The claims of all operations that may have taken effect and say something about the object:
    /// a refused operation never took effect, and a read that nobody heard of says nothing.
    /// Parts that are not `wanted` are left out.
    pub(super) fn of(
        history: &'a History<S>,
        wanted: impl Fn(Option<u64>) -> bool,
    ) -> Parts<'a, S> {
        let mut keys: Vec<(u64, u64, usize)> = Vec::new();
        let mut whole = false;
        for (place, operation) in history.operations.iter().enumerate() {
            let silent = match operation.outcome {
                Outcome::Ok(_) => false,
                Outcome::Refused => true,
                Outcome::Unknown => S::is_read(&operation.op),
            };
            if !silent {
                let part = S::part(&operation.op);
                whole |= part.is_none();
                if !wanted(part) {
                    continue;
                }
                keys.push((part.unwrap_or(0), operation.invoked.order, place));
            }
        }
        if whole {
            keys.iter_mut().for_each(|key| key.0 = 0);
        }
        keys.sort_unstable();
        let claims = keys.iter().map(|(_, _, place)| claim(history, *place)).collect();
        let inner = keys.windows(2).enumerate().filter(|(_, pair)| pair[0].0 != pair[1].0);
        let mut ends: Vec<usize> = inner.map(|(at, _)| at + 1).collect();
        ends.push(keys.len());
        Parts { claims, ends, whole }
    }

    /// The parts; within each, claims stand in the order of their calls.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Claim<'a, S>]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.claims[start..*end])
    }
}

/// What an operation says.
pub(super) fn claim<S: Spec>(history: &History<S>, place: usize) -> Claim<'_, S> {
    let operation = &history.operations[place];
    let (expect, ret) = match &operation.outcome {
        Outcome::Ok(ret) => (Expect::Exactly(ret), operation.completed.order),
        Outcome::Refused | Outcome::Unknown => (Expect::Anything, OPEN),
    };
    let op = &operation.op;
    Claim { place, op, expect, call: operation.invoked.order, ret, read: S::is_read(op) }
}

/// What was known right after the event at `moment`: what was called later is not there yet, and of
/// what returned later nothing is known but that it was called.
pub(super) fn known_at<'a, S: Spec>(part: &[Claim<'a, S>], moment: u64) -> Vec<Claim<'a, S>> {
    let mut known: Vec<Claim<'a, S>> = Vec::with_capacity(part.len());
    for claim in part.iter().filter(|claim| claim.call <= moment) {
        if claim.ret <= moment {
            known.push(*claim);
        } else if !claim.read {
            let mut weak = *claim;
            weak.weaken();
            known.push(weak);
        }
    }
    known
}
