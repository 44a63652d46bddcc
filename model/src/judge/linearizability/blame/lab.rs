//! Questions about a part come in: what if these operations were not so sure? Answers go out, as
//! far as a budget goes. It knows nothing of words.
//!
//! Where the budget ends, nothing counts as certain any more, so that an explanation gets coarser
//! and not wrong.

use super::super::decide::{Context, Decided, Wanted, decide, decide_within};
use super::super::frontier::Registers;
use super::super::parts::{Claim, Expect, OPEN, known_at};
use super::super::search::{Decision, Search};
use crate::spec::{Access, Spec};
use std::collections::BTreeSet;

/// However much a verdict is worth, its explanation is not worth more.
const EXPLAIN_MAX: u64 = 1 << 19;

/// Of a part with more claims only the wrong one is told: each question takes too long.
const LARGE: usize = 50_000;

/// More right answers than this would not help a reader.
const RIGHT_MAX: usize = 3;

/// What is known after a moment, so that only the claims that were under way or came later are
/// asked about.
#[derive(Clone, Debug)]
pub(super) struct Base<State> {
    pub(super) at: u64,
    pub(super) context: Context<State>,
}

/// Asks the search about variants of a part.
pub(super) struct Lab<S: Spec> {
    search: Search<S>,
    /// What the questions begin with; nothing if it is the object's first state.
    pub(super) base: Option<Base<S::State>>,
    /// For all questions, and for one: what a register is asked is answered soon, but a weakened
    /// history of another object can be much harder than the history itself.
    pub(super) budget: u64,
    question: u64,
    /// Whether each question had an answer.
    pub(super) certain: bool,
}

impl<S: Spec> Lab<S> {
    /// Some tens of questions, each as large as the part or smaller.
    pub(super) fn new(part: &[Claim<'_, S>], budget: u64) -> Lab<S> {
        let (is_register, length) = (Registers::of(part).is_some(), part.len() as u64);
        let budget = budget.min(EXPLAIN_MAX);
        Lab {
            search: Search::new(),
            base: None,
            budget: (16 * budget).max(12 * length),
            question: if is_register { budget.max(8 * length) } else { budget / 64 },
            certain: true,
        }
    }

    /// Some tens of questions about the whole part find the moment, however large it is.
    pub(super) fn ask_for_the_moment(&mut self, part: &[Claim<'_, S>]) {
        self.budget = self.budget.max(64 * part.len() as u64);
        self.question = self.question.max(8 * part.len() as u64);
    }

    pub(super) const fn stop_if_large(&mut self, part: &[Claim<'_, S>]) {
        if part.len() > LARGE {
            self.budget = 0;
        }
    }

    /// What can be said of these claims, which may stand in any order.
    pub(super) fn ask(&mut self, claims: &[Claim<'_, S>]) -> Decision {
        let mut claims = claims.to_vec();
        claims.sort_by_key(|claim| claim.call);
        self.solve(&claims, Wanted::Decision).decision
    }

    /// The same for claims in the order of their calls.
    pub(super) fn solve(&mut self, claims: &[Claim<'_, S>], wanted: Wanted) -> Decided<S::State> {
        // Reading the claims is work, too, and of a large part there can be many questions.
        self.budget = self.budget.saturating_sub(claims.len() as u64);
        let limit = self.question.min(self.budget);
        let mut left = limit;
        let decided = match &self.base {
            None => decide(&mut self.search, claims, wanted, &mut left),
            Some(base) => {
                let called = claims.partition_point(|claim| claim.call <= base.at);
                decide_within(&base.context, claims, called, wanted, &mut left)
            }
        };
        self.budget -= limit - left;
        self.certain &= decided.decision != Decision::Unknown;
        decided
    }

    pub(super) fn refutes(&mut self, claims: &[Claim<'_, S>]) -> bool {
        self.ask(claims) == Decision::Refuted
    }

    pub(super) fn explains(&mut self, claims: &[Claim<'_, S>]) -> bool {
        self.ask(claims) == Decision::Linearizable
    }

    /// The first return by which the part is refuted, which is none before `from`. All prefixes of
    /// a linearizable history are linearizable, so there is one such return: larger and larger
    /// steps pass it, and halving finds it.
    pub(super) fn first_refuted(&mut self, part: &[Claim<'_, S>], from: u64) -> u64 {
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
    pub(super) fn needed<'a>(
        &mut self,
        known: &[Claim<'a, S>],
        wrong: Claim<'a, S>,
    ) -> Vec<Claim<'a, S>> {
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
    pub(super) fn support(
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

    /// What the wrong operation might have answered, whether that is all, and the last write before
    /// it in the order that led to one of these answers: a needed one, if it can be.
    pub(super) fn right_answers<'a>(
        &mut self,
        known: &[Claim<'a, S>],
        needed: &[Claim<'a, S>],
        wrong: Claim<'a, S>,
    ) -> (Vec<S::Ret>, bool, Option<Claim<'a, S>>) {
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
                Decision::Refuted => {
                    let few = right.len() <= RIGHT_MAX;
                    return (right, few, author);
                }
                Decision::Unknown => return (right, false, author),
                Decision::Linearizable if right.len() > RIGHT_MAX => return (right, false, author),
                Decision::Linearizable => {}
            }
            let order: Vec<Claim<'a, S>> = solved.order.iter().map(|at| all[*at]).collect();
            match answer_in(&order, wrong, solved.begins) {
                Some(answer) if !right.contains(&answer) => right.push(answer),
                _ => return (right, false, author),
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
}

/// What an operation answers in an order; nothing where that takes more than is known.
fn answer_in<S: Spec>(
    order: &[Claim<'_, S>],
    wrong: Claim<'_, S>,
    mut state: Option<S::State>,
) -> Option<S::Ret> {
    if S::CHOICES {
        return None;
    }
    for claim in order {
        if state.is_none() && matches!(S::access(claim.op, None), Some(Access::Write(_))) {
            // Whatever the register held, it does not matter any more.
            state = Some(S::init());
        }
        let answer = state.as_mut().map(|state| S::apply(state, claim.op));
        if claim.place == wrong.place {
            return answer;
        }
    }
    None
}
