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

use super::decide::{Decided, Wanted, decide};
use super::frontier::Registers;
use super::parts::{Claim, Expect, OPEN, known_at};
use super::search::{Decision, Search};
use crate::history::{History, Outcome};
use crate::spec::Spec;
use std::collections::BTreeSet;

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
    /// Whether each of the needed operations is known to be.
    pub(super) minimal: bool,
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

/// However much a verdict is worth, its explanation is not worth more.
const EXPLAIN_MAX: u64 = 1 << 19;

/// Of a part with more claims only the wrong one is told: each question takes too long.
const LARGE: usize = 50_000;

/// More right answers than this would not help a reader.
const RIGHT_MAX: usize = 3;

/// Finds out what is wrong with a part that was refuted, by no earlier return than `from`.
pub(super) fn blame<S: Spec>(
    history: &History<S>,
    part: &[Claim<'_, S>],
    from: u64,
    whole: bool,
    budget: u64,
) -> Blame<S::Ret> {
    // Some tens of questions, each as large as the part or smaller.
    let (is_register, length) = (Registers::of(part).is_some(), part.len() as u64);
    let budget = budget.min(EXPLAIN_MAX);
    let mut lab = Lab {
        search: Search::new(),
        budget: (16 * budget).max(12 * length),
        question: if is_register { budget.max(8 * length) } else { budget / 64 },
        certain: true,
    };
    let moment = lab.first_refuted(part, from);
    if part.len() > LARGE {
        lab.budget = 0;
    }
    let mut known = known_at(part, moment);
    // The wrong operation stands last, so that what is said of the others is said of a slice.
    let at = known.iter().position(|claim| claim.ret == moment);
    let at = at.expect("each moment of a refutation is the return of an operation");
    let wrong = known.remove(at);
    let needed = lab.needed(&known, wrong);
    let minimal = lab.certain && lab.budget > 0;
    let support = lab.support(&known, &needed, wrong);
    let (right, author) = lab.right_answers(&known, &needed, wrong);
    let others = author.is_none_or(|author| {
        known.iter().any(|claim| {
            let apart = claim.ret < author.call || claim.call > wrong.ret;
            !claim.read && claim.place != author.place && !apart
        })
    });
    let kind =
        lab.kind(&Case { history, part, whole, known: &known, wrong, needed: &needed, author });
    let prefix = known_at(part, moment - 1);
    let order = lab.solve(&prefix, Wanted::Order).order;
    Blame {
        kind,
        wrong: wrong.place,
        needed: needed.iter().map(|claim| claim.place).collect(),
        support,
        author: author.map(|claim| claim.place),
        others,
        right,
        minimal,
        prefix: order.into_iter().map(|at| prefix[at].place).collect(),
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
    /// For all questions, and for one: what a register is asked is answered soon, but a weakened
    /// history of another object can be much harder than the history itself.
    budget: u64,
    question: u64,
    /// Whether each question had an answer.
    certain: bool,
}

impl<S: Spec> Lab<S> {
    /// What can be said of these claims, which may stand in any order.
    fn ask(&mut self, claims: &[Claim<'_, S>]) -> Decision {
        let mut claims = claims.to_vec();
        claims.sort_by_key(|claim| claim.call);
        self.solve(&claims, Wanted::Decision).decision
    }

    /// The same for claims in the order of their calls.
    fn solve(&mut self, claims: &[Claim<'_, S>], wanted: Wanted) -> Decided {
        // Reading the claims is work, too, and of a large part there can be many questions.
        self.budget = self.budget.saturating_sub(claims.len() as u64);
        let limit = self.question.min(self.budget);
        let mut left = limit;
        let decided = decide(&mut self.search, claims, wanted, &mut left);
        self.budget -= limit - left;
        self.certain &= decided.decision != Decision::Unknown;
        decided
    }

    fn refutes(&mut self, claims: &[Claim<'_, S>]) -> bool {
        self.ask(claims) == Decision::Refuted
    }

    fn explains(&mut self, claims: &[Claim<'_, S>]) -> bool {
        self.ask(claims) == Decision::Linearizable
    }

    /// The first return by which the part is refuted, which is none before `from`. All prefixes of
    /// a linearizable history are linearizable, so there is one such return: larger and larger
    /// steps pass it, and halving finds it.
    fn first_refuted(&mut self, part: &[Claim<'_, S>], from: u64) -> u64 {
        let closed = part.iter().filter(|claim| claim.is_closed() && claim.ret >= from);
        let mut returns: Vec<u64> = closed.map(|claim| claim.ret).collect();
        returns.sort_unstable();
        let (mut low, mut high) = (0, 0);
        while high + 1 < returns.len() && !self.refutes(&known_at(part, returns[high])) {
            low = high + 1;
            high = (2 * high + 1).min(returns.len() - 1);
        }
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
        let strong = |read: bool| {
            let of_kind = known.iter().filter(|claim| claim.is_closed() && claim.read == read);
            of_kind.map(|claim| claim.place).collect::<BTreeSet<usize>>()
        };
        let (reads, writes) = (strong(true), strong(false));
        rest = self.peel(rest, &reads, |claim| *claim = None, Lab::refutes);
        let weaken = |claim: &mut Option<Claim<'a, S>>| claim.iter_mut().for_each(Claim::weaken);
        rest = self.peel(rest, &writes, weaken, Lab::refutes);
        rest.retain(Claim::is_closed);
        rest
    }

    /// Changes as many of these claims as can be while the rest still `holds`, earlier ones first.
    ///
    /// Whatever holds when much was changed holds when less was, so the stretch that can be changed
    /// from any place on is found by halving, and what comes right after it cannot be.
    fn peel<'a>(
        &mut self,
        mut rest: Vec<Claim<'a, S>>,
        places: &BTreeSet<usize>,
        change: impl Fn(&mut Option<Claim<'a, S>>),
        holds: impl Fn(&mut Self, &[Claim<'a, S>]) -> bool,
    ) -> Vec<Claim<'a, S>> {
        let places: Vec<usize> = places.iter().copied().collect();
        let mut from = 0;
        while from < places.len() && self.budget > 0 {
            let (mut can, mut cannot) = (0, places.len() - from + 1);
            let mut stretch = cannot - 1;
            while can < stretch && self.budget > 0 {
                let chosen = &places[from..from + stretch];
                let changed = rest.iter().map(|claim| {
                    let mut claim = Some(*claim);
                    let at = claim.as_ref().map_or(0, |claim| claim.place);
                    if chosen.binary_search(&at).is_ok() {
                        change(&mut claim);
                    }
                    claim
                });
                let changed: Vec<Claim<'a, S>> = changed.flatten().collect();
                if holds(self, &changed) {
                    (can, rest) = (stretch, changed);
                } else {
                    cannot = stretch;
                }
                stretch = usize::midpoint(can, cannot);
            }
            from += can + 1;
        }
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
        let places: BTreeSet<usize> = writes.iter().map(|claim| claim.place).collect();
        let others = needed.iter().filter(|other| other.place != wrong.place);
        let fixed: Vec<_> = others.copied().chain([righted]).collect();
        let holds =
            |lab: &mut Self, writes: &[Claim<'_, S>]| lab.explains(&[writes, &fixed].concat());
        writes = self.peel(writes, &places, |claim| *claim = None, holds);
        writes.iter().map(|claim| claim.place).collect()
    }

    /// What the wrong operation might have answered, if that is not too much to tell, and the last
    /// write before it in the order that led to one of these answers: a needed one, if it can be.
    fn right_answers<'a>(
        &mut self,
        known: &[Claim<'a, S>],
        needed: &[Claim<'a, S>],
        wrong: Claim<'a, S>,
    ) -> (Vec<S::Ret>, Option<Claim<'a, S>>) {
        let mut right: Vec<S::Ret> = Vec::new();
        let mut author: Option<Claim<'a, S>> = None;
        let is_needed = |claim: &Claim<'a, S>| needed.iter().any(|n| n.place == claim.place);
        let mut all = known.to_vec();
        all.push(wrong);
        all.sort_by_key(|claim| claim.call);
        loop {
            let mut claims: Vec<Claim<'_, S>> = all.clone();
            let asked = claims.iter_mut().filter(|claim| claim.place == wrong.place);
            asked.for_each(|claim| claim.expect = Expect::NoneOf(&right));
            let solved = self.solve(&claims, Wanted::Order);
            match solved.decision {
                Decision::Refuted => return (right, author),
                Decision::Unknown => return (Vec::new(), author),
                Decision::Linearizable if right.len() == RIGHT_MAX => return (Vec::new(), author),
                Decision::Linearizable => {}
            }
            let order: Vec<Claim<'a, S>> = solved.order.iter().map(|at| all[*at]).collect();
            let mut state = S::init();
            for claim in &order {
                let answer = S::apply(&mut state, claim.op);
                if claim.place == wrong.place {
                    right.push(answer);
                }
            }
            let before = order.iter().take_while(|claim| claim.place != wrong.place);
            let last = before.filter(|claim| !claim.read).last();
            let better = author.as_ref().is_none_or(|author| !is_needed(author));
            author = last
                .copied()
                .filter(|last| better && is_needed(last))
                .or(author)
                .or_else(|| last.copied().filter(|_| right.len() == 1));
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
