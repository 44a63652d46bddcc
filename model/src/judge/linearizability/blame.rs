//! A part that no order explains comes in; which operations contradict each other, and how, goes
//! out.
//!
//! The wrong operation is the one whose answer made it certain: up to it the history is
//! linearizable, with it, it is not. Which others matter is found by weakening them one at a time.
//! A read is left out; a write stays, but with any answer and any later moment, or none. Weakening
//! never makes a contradiction: whatever order explained the history before explains it afterwards,
//! too. So what still contradicts is a contradiction of the history itself, of the same kind.
//! (Deleting writes would not do: it turns every stale read into a read of something that nobody
//! wrote.) The set that is left is minimal: weaken any one of its operations, and some order
//! explains the rest.

use super::decide::{Held, Wanted};
use super::frontier::Cut;
use super::parts::{Claim, Expect, OPEN, known_at};
use crate::history::History;
use crate::spec::{Access, Spec};
use lab::Lab;
pub(super) use tail::{of_few, of_tail};
use window::Window;

mod lab;
mod tail;
mod window;

/// Which operations contradict each other. Operations are places in the history.
pub(super) struct Blame<Ret> {
    /// What kind of contradiction it is.
    pub(super) kind: Kind,
    /// The operation whose answer no order explains.
    pub(super) wrong: usize,
    /// The operations without which some order would explain it, in the order of their calls.
    pub(super) needed: Vec<usize>,
    /// Other writes, without which those would make no sense: a reader asks where a value came
    /// from.
    pub(super) support: Vec<usize>,
    /// The write whose effect the wrong operation should have seen, if there is one.
    pub(super) author: Option<usize>,
    /// Whether other writes than the author's might have taken effect in between.
    pub(super) others: bool,
    /// The answers that would have been right, if they are few and all of them known.
    pub(super) right: Vec<Ret>,
    /// Some of those that would have been.
    pub(super) possible: Vec<Ret>,
    /// An order that explains what was answered before.
    pub(super) prefix: Vec<usize>,
    /// Whether each of the needed operations is known to be.
    pub(super) minimal: bool,
    /// How many operations came before these, where what they left is taken as known.
    pub(super) earlier: usize,
}

impl<Ret> Blame<Ret> {
    /// Of two operations that cannot both stand where their answers place them, whatever there is
    /// beside them. Other answers may be needed to see where that is.
    pub(super) fn of_pair<S: Spec<Ret = Ret>>(
        pair: [&Claim<'_, S>; 2],
        minimal: bool,
    ) -> Blame<Ret> {
        let [early, late] = pair;
        let last = if early.ret > late.ret || !late.is_closed() { early } else { late };
        Blame {
            kind: Kind::NoOrder,
            wrong: last.place,
            needed: pair.map(|claim| claim.place).to_vec(),
            support: Vec::new(),
            author: None,
            others: true,
            right: Vec::new(),
            possible: Vec::new(),
            prefix: Vec::new(),
            minimal,
            earlier: 0,
        }
    }
}

/// The kinds of contradiction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A read answers what was true once, though something newer was known before it began.
    StaleRead,
    /// The same, and the newer write is gone for good. `last` is the read that shows it.
    LostWrite { last: usize },
    /// A read answers what no write could have made true.
    NeverWritten,
    /// A read answers what only a refused write could have made true.
    RefusedWrite { write: usize },
    /// The rest.
    NoOrder,
}

/// Where more was written after the wrong answer, it is not asked whether all of it was lost.
const LATER_MAX: usize = 4_096;

/// The history of a part, and what is known of it.
pub(super) struct About<'a, S: Spec> {
    pub(super) history: &'a History<S>,
    /// The operations that were refused, as places in the history.
    pub(super) refused: &'a [usize],
    /// Whether the object does not divide.
    pub(super) whole: bool,
    pub(super) budget: u64,
    /// Whether the answer in question is known to have been right before all that is at hand.
    pub(super) was_right: bool,
}

impl<S: Spec> Clone for About<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Spec> Copy for About<'_, S> {}

/// Finds out what is wrong with a part that was refuted, by no earlier return than `from`.
pub(super) fn blame<S: Spec>(
    about: About<'_, S>,
    part: &[Claim<'_, S>],
    from: u64,
    cuts: &[Cut<Held<S::State>>],
) -> Blame<S::Ret> {
    let mut lab = Lab::new(part, about.budget);
    let window = window::find(&mut lab, part, from, cuts).unwrap_or_else(|| {
        lab.ask_for_the_moment(part);
        let moment = lab.first_refuted(part, from);
        lab.stop_if_large(part);
        Window::whole(part, moment)
    });
    of_window(about, part, lab, window)
}

/// The same, where it is known which claims to ask about.
fn of_window<S: Spec>(
    about: About<'_, S>,
    part: &[Claim<'_, S>],
    mut lab: Lab<S>,
    window: Window<'_, S>,
) -> Blame<S::Ret> {
    let Window { moment, near, exact, earlier, complete } = window;
    let mut known = near.claims;
    lab.base.clone_from(&near.base);
    // The wrong operation stands last, so that what is said of the others is said of a slice.
    let at = known.iter().position(|claim| claim.ret == moment);
    let at = at.expect("each moment of a refutation is the return of an operation");
    let wrong = known.remove(at);
    let needed = lab.needed(&known, wrong);
    let minimal = lab.certain && lab.budget > 0;
    let support = lab.support(&known, &needed, wrong);
    lab.base.clone_from(&exact.base);
    let before: Vec<_> = exact.claims.iter().filter(|claim| claim.ret != moment).copied().collect();
    let (possible, all, author) = lab.right_answers(&before, &needed, wrong);
    let right = if all && complete { possible.clone() } else { Vec::new() };
    let others = author.is_none_or(|author| {
        before.iter().any(|claim| {
            let apart = claim.ret < author.call || claim.call > wrong.ret;
            !claim.read && claim.place != author.place && !apart
        })
    });
    lab.base = near.base;
    let case = Case { about, part, known: &known, wrong, needed: &needed, author };
    let kind = match lab.kind(&case) {
        Kind::NeverWritten if earlier > 0 && was_written(&case) => Kind::StaleRead,
        kind => kind,
    };
    lab.base.clone_from(&exact.base);
    let prefix = known_at(&exact.claims, moment - 1);
    let order = lab.solve(&prefix, Wanted::Order).order;
    Blame {
        kind,
        wrong: wrong.place,
        needed: needed.iter().map(|claim| claim.place).collect(),
        support,
        author: author.map(|claim| claim.place),
        others,
        right,
        possible,
        minimal,
        prefix: order.into_iter().map(|at| prefix[at].place).collect(),
        earlier,
    }
}

/// Whether the answer of a read could have been right at some time before.
fn was_written<S: Spec>(case: &Case<'_, '_, S>) -> bool {
    let Expect::Exactly(ret) = case.wrong.expect else { return false };
    let Some(Access::Read(value)) = S::access(case.wrong.op, Some(ret)) else { return true };
    let wrote = |claim: &Claim<'_, S>| {
        let written = match S::access(claim.op, None) {
            Some(Access::Write(written) | Access::Swap(_, written)) => Some(written),
            _ => None,
        };
        claim.call < case.wrong.ret && written == Some(value)
    };
    value.is_none() || case.about.was_right || case.part.iter().any(wrote)
}

/// A refuted part, as far as it was understood.
struct Case<'c, 'a, S: Spec> {
    about: About<'a, S>,
    part: &'c [Claim<'a, S>],
    /// What was known at the wrong answer, but for the wrong operation.
    known: &'c [Claim<'a, S>],
    wrong: Claim<'a, S>,
    needed: &'c [Claim<'a, S>],
    author: Option<Claim<'a, S>>,
}

impl<S: Spec> Lab<S> {
    fn kind(&mut self, case: &Case<'_, '_, S>) -> Kind {
        if !case.wrong.read {
            return Kind::NoOrder;
        }
        if let Some(write) = self.refused_write(case) {
            return Kind::RefusedWrite { write };
        }
        if case.needed.len() == 1 {
            return Kind::NeverWritten;
        }
        // An answer that would have been right if only the read had come early enough.
        let early = Claim { call: 0, ..case.wrong };
        let mut claims = case.known.to_vec();
        claims.push(early);
        if !self.explains(&claims) {
            return Kind::NoOrder;
        }
        match self.last_to_miss(case) {
            Some(last) => Kind::LostWrite { last },
            None => Kind::StaleRead,
        }
    }

    /// A refused write that would explain the wrong read, had it taken effect.
    fn refused_write(&mut self, case: &Case<'_, '_, S>) -> Option<usize> {
        let mut claims = case.known.to_vec();
        claims.push(case.wrong);
        for place in case.about.refused.iter().copied() {
            let write = &case.about.history.operations[place];
            let same_part = case.about.whole || S::part(&write.op) == S::part(case.wrong.op);
            let call = write.invoked.order;
            if !S::is_read(&write.op) && same_part && call < case.wrong.ret {
                let (expect, read) = (Expect::Anything, false);
                claims.push(Claim { place, op: &write.op, expect, call, ret: OPEN, read });
                let explained = self.explains(&claims);
                claims.pop();
                if explained {
                    return Some(place);
                }
            }
        }
        None
    }

    /// The read that shows that an acknowledged write is gone for good: the checker's own in the
    /// calm end, if none of them finds the write, or the last read of all, if it misses the write
    /// like the wrong one. A write that was written over cannot be told to be gone; then the wrong
    /// read was merely stale.
    fn last_to_miss(&mut self, case: &Case<'_, '_, S>) -> Option<usize> {
        let author = case.author.filter(|author| author.ret < case.wrong.call)?;
        if !case.needed.iter().any(|claim| claim.place == author.place) {
            return None;
        }
        let operations = &case.about.history.operations;
        let wrong = &operations[case.wrong.place];
        if wrong.is_probe() {
            // Where another of the checker's reads finds it, one node alone is behind.
            let found = case.part.iter().map(|claim| &operations[claim.place]).any(|other| {
                other.is_probe() && S::is_read(&other.op) && other.outcome != wrong.outcome
            });
            return (!found).then_some(case.wrong.place);
        }
        let last = case.part.iter().rfind(|claim| claim.read && claim.call > case.wrong.ret)?;
        let mut claims = case.known.to_vec();
        let wrote = |claim: &&Claim<'_, S>| !claim.read && claim.call < last.ret;
        let since = case.part.iter().filter(|claim| claim.call > case.wrong.ret);
        if since.filter(wrote).take(LATER_MAX + 1).count() > LATER_MAX {
            return None;
        }
        for claim in case.part.iter().filter(wrote) {
            if claim.call > case.wrong.ret {
                let mut weak = *claim;
                weak.weaken();
                claims.push(weak);
            }
        }
        claims.push(*last);
        self.refutes(&claims).then_some(last.place)
    }
}
