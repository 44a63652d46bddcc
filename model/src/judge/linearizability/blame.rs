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

use super::parts::{Claim, Expect, OPEN, known_at};
use super::search::{Decision, Search};
use crate::history::{History, Outcome};
use crate::spec::Spec;

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
    /// The answers that would have been right, if they are few.
    pub(super) right: Vec<Ret>,
    /// An order that explains what was answered before.
    pub(super) prefix: Vec<usize>,
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

/// More right answers than this would not help a reader.
const RIGHT_MAX: usize = 3;

/// Finds out what is wrong with a part that was refuted.
pub(super) fn blame<S: Spec>(
    history: &History<S>,
    part: &[Claim<'_, S>],
    whole: bool,
    budget: u64,
) -> Blame<S::Ret> {
    // Some tens of questions, each as large as the part or smaller.
    let mut lab = Lab { search: Search::new(), budget: budget.saturating_mul(16) };
    let moment = lab.first_refuted(part);
    let mut known = known_at(part, moment);
    // The wrong operation stands last, so that what is said of the others is said of a slice.
    let at = known.iter().position(|claim| claim.ret == moment);
    let at = at.expect("each moment of a refutation is the return of an operation");
    let wrong = known.remove(at);
    let needed = lab.needed(&known, wrong);
    let support = lab.support(&known, &needed, wrong);
    let (right, order) = lab.right_answers(&known, wrong);
    let before_wrong = order.iter().take_while(|claim| claim.place != wrong.place);
    let author = before_wrong.filter(|claim| !claim.read).last().copied();
    let others = author.is_none_or(|author| {
        known.iter().any(|claim| {
            let apart = claim.ret < author.call || claim.call > wrong.ret;
            !claim.read && claim.place != author.place && !apart
        })
    });
    let kind =
        lab.kind(&Case { history, part, whole, known: &known, wrong, needed: &needed, author });
    let prefix = known_at(part, moment - 1);
    lab.search.run(&prefix, &mut lab.budget);
    Blame {
        kind,
        wrong: wrong.place,
        needed: needed.iter().map(|claim| claim.place).collect(),
        support,
        author: author.map(|claim| claim.place),
        others,
        right,
        prefix: lab.search.order().map(|at| prefix[at].place).collect(),
    }
}

/// A refuted part, as far as it was understood.
struct Case<'c, 'a, S: Spec> {
    history: &'a History<S>,
    part: &'c [Claim<'a, S>],
    whole: bool,
    /// What was known at the wrong answer, but for the wrong operation.
    known: &'c [Claim<'a, S>],
    wrong: Claim<'a, S>,
    needed: &'c [Claim<'a, S>],
    author: Option<Claim<'a, S>>,
}

/// Asks the search about variants of a part. Where the budget ends, nothing counts as certain any
/// more, so that the explanation gets coarser and not wrong.
struct Lab<S: Spec> {
    search: Search<S>,
    budget: u64,
}

impl<S: Spec> Lab<S> {
    /// What can be said of these claims, which may stand in any order.
    fn ask(&mut self, claims: &[Claim<'_, S>]) -> Decision {
        let mut claims = claims.to_vec();
        claims.sort_by_key(|claim| claim.call);
        self.search.run(&claims, &mut self.budget)
    }

    fn refutes(&mut self, claims: &[Claim<'_, S>]) -> bool {
        self.ask(claims) == Decision::Refuted
    }

    fn explains(&mut self, claims: &[Claim<'_, S>]) -> bool {
        self.ask(claims) == Decision::Linearizable
    }

    /// The first return by which the part is refuted. All prefixes of a linearizable history are
    /// linearizable, so there is one such return, and halving finds it.
    fn first_refuted(&mut self, part: &[Claim<'_, S>]) -> u64 {
        let closed = part.iter().filter(|claim| claim.is_closed());
        let mut returns: Vec<u64> = closed.map(|claim| claim.ret).collect();
        returns.sort_unstable();
        let (mut low, mut high) = (0, returns.len().saturating_sub(1));
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.refutes(&known_at(part, returns[middle])) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        returns.get(high).copied().unwrap_or(OPEN)
    }

    /// The operations that cannot be weakened, in the order of their calls. Reads go first, and
    /// early writes before late ones: what is left is then as recent and as plain as it can be.
    fn needed<'a>(&mut self, known: &[Claim<'a, S>], wrong: Claim<'a, S>) -> Vec<Claim<'a, S>> {
        let mut rest = known.to_vec();
        rest.push(wrong);
        for claim in known.iter().filter(|claim| claim.read) {
            let without: Vec<_> =
                rest.iter().filter(|other| other.place != claim.place).copied().collect();
            if self.refutes(&without) {
                rest = without;
            }
        }
        for at in 0..rest.len() {
            let strong = rest[at];
            if strong.is_closed() && !strong.read && strong.place != wrong.place {
                rest[at].weaken();
                if !self.refutes(&rest) {
                    rest[at] = strong;
                }
            }
        }
        rest.retain(Claim::is_closed);
        rest
    }

    /// The writes that explain the needed operations once the wrong one answers something else.
    fn support(
        &mut self,
        known: &[Claim<'_, S>],
        needed: &[Claim<'_, S>],
        wrong: Claim<'_, S>,
    ) -> Vec<usize> {
        let is_other = |claim: &&Claim<'_, S>| needed.iter().all(|n| n.place != claim.place);
        let mut writes: Vec<_> = known.iter().filter(is_other).copied().collect();
        writes.retain(|claim| !claim.read);
        writes.iter_mut().for_each(Claim::weaken);
        let answer = match wrong.expect {
            Expect::Exactly(ret) => std::slice::from_ref(ret),
            Expect::Anything | Expect::NoneOf(_) => &[],
        };
        let righted = Claim { expect: Expect::NoneOf(answer), ..wrong };
        for claim in known {
            let mut fewer: Vec<_> =
                writes.iter().filter(|other| other.place != claim.place).copied().collect();
            let length = fewer.len();
            fewer.extend(needed.iter().filter(|other| other.place != wrong.place));
            fewer.push(righted);
            if length < writes.len() && self.explains(&fewer) {
                writes.retain(|other| other.place != claim.place);
            }
        }
        writes.iter().map(|claim| claim.place).collect()
    }

    /// What the wrong operation might have answered, if that is not too much to tell, and an order
    /// with the first of these answers.
    fn right_answers<'a>(
        &mut self,
        known: &[Claim<'a, S>],
        wrong: Claim<'a, S>,
    ) -> (Vec<S::Ret>, Vec<Claim<'a, S>>) {
        let mut right: Vec<S::Ret> = Vec::new();
        let mut first = Vec::new();
        loop {
            let mut claims: Vec<Claim<'_, S>> = known.to_vec();
            claims.push(Claim { expect: Expect::NoneOf(&right), ..wrong });
            claims.sort_by_key(|claim| claim.call);
            match self.search.run(&claims, &mut self.budget) {
                Decision::Refuted => return (right, first),
                Decision::Unknown => return (Vec::new(), first),
                Decision::Linearizable if right.len() == RIGHT_MAX => return (Vec::new(), first),
                Decision::Linearizable => {}
            }
            let order: Vec<usize> = self.search.order().map(|at| claims[at].place).collect();
            let all = || known.iter().chain([&wrong]);
            let order = order.iter().filter_map(|place| all().find(|claim| claim.place == *place));
            let order: Vec<Claim<'a, S>> = order.copied().collect();
            let mut state = S::init();
            for claim in &order {
                let answer = S::apply(&mut state, claim.op);
                if claim.place == wrong.place {
                    right.push(answer);
                }
            }
            if first.is_empty() {
                first = order;
            }
        }
    }

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
        for (place, write) in case.history.operations.iter().enumerate() {
            let same_part = case.whole || S::part(&write.op) == S::part(case.wrong.op);
            let call = write.invoked.order;
            let refused = matches!(write.outcome, Outcome::Refused) && !S::is_read(&write.op);
            if refused && same_part && call < case.wrong.ret {
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
        let operations = &case.history.operations;
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
        for claim in case.part.iter().filter(|claim| !claim.read && claim.call < last.ret) {
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
