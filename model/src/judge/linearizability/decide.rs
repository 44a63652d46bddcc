//! The claims of one part come in; whether some order explains them goes out, by whichever way
//! suits them best. It explains nothing.

use super::collections;
use super::frontier::{Cut, Ended, Frontier, Moves, Registers, Whole};
use super::lists;
use super::order;
use super::parts::{Claim, OPEN};
use super::search::{Decision, Search};
use crate::spec::Spec;

/// What is known of a part, and how.
#[derive(Debug)]
pub(super) struct Decided<State> {
    pub(super) decision: Decision,
    /// No prefix of it that ends before this return is refuted, where that is known. A later one
    /// may be needed: what is answered later was used to come to the decision.
    pub(super) moment: Option<u64>,
    /// An order that explains it, as places in the part, where one was asked for.
    pub(super) order: Vec<usize>,
    /// The state that the order begins with, where it is known.
    pub(super) begins: Option<State>,
    /// Where questions about its end may begin, of a large part that was refuted.
    pub(super) cuts: Vec<Cut<Held<State>>>,
}

/// Whether an order is wanted, or only whether there is one, or what explains a refutation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Decision,
    Order,
    Cuts,
}

/// What an object is known to be at some moment.
#[derive(Clone, Debug)]
pub(super) enum Held<State> {
    /// A register that holds this.
    Value(Option<u64>),
    /// Any object.
    State(State),
}

/// What is known when the first claims of a window are under way.
#[derive(Clone, Debug)]
pub(super) enum Context<State> {
    /// Nothing, but that it is a register.
    Register,
    /// It is in one of these states, and claims with these places in the history have taken effect.
    Starts(Vec<(Held<State>, Vec<usize>)>),
}

/// So many words the search may note: a quarter of a gigabyte.
const WORDS_MAX: u64 = 1 << 25;

/// Decides about claims, which stand in the order of their calls. Each operation that is tried
/// takes one from the budget.
pub(super) fn decide<S: Spec>(
    search: &mut Search<S>,
    part: &[Claim<'_, S>],
    wanted: Wanted,
    budget: &mut u64,
) -> Decided<S::State> {
    // An open operation overlaps all that come after it, since it never returns.
    let overlap = |pair: &[Claim<'_, S>]| pair[0].ret >= pair[1].call;
    if !S::CHOICES && part.iter().all(Claim::is_closed) && !part.windows(2).any(overlap) {
        return in_turn(part);
    }
    if let Some(decided) = order::decide(part, wanted, budget) {
        return decided;
    }
    if let Some(decided) = lists::decide(part, wanted) {
        return decided;
    }
    // Monitors of collections find no order.
    let judged = if wanted == Wanted::Order { None } else { collections::decide(part) };
    if let Some(decision) = judged {
        return Decided::so(decision);
    }
    let decided = by_frontier(part, wanted, budget);
    if decided.decision != Decision::Unknown || S::CHOICES {
        return decided;
    }
    // A search that goes into the depth may be lucky where there is too much to keep. It notes
    // what it has tried, with a bit for each open operation, and memory has an end as well.
    let words = 2 + part.iter().filter(|claim| !claim.is_closed()).count() as u64 / 64;
    let limit = (*budget).min(WORDS_MAX / words);
    let mut left = limit;
    let decision = search.run(part, &mut left);
    *budget -= limit - left;
    Decided { order: search.order().collect(), ..Decided::so(decision) }
}

/// The same by the frontier alone, with cuts.
pub(super) fn go_through_all<S: Spec>(
    part: &[Claim<'_, S>],
    budget: &mut u64,
) -> Decided<S::State> {
    by_frontier(part, Wanted::Cuts, budget)
}

fn by_frontier<S: Spec>(
    part: &[Claim<'_, S>],
    wanted: Wanted,
    budget: &mut u64,
) -> Decided<S::State> {
    match Registers::of(part) {
        Some(registers) => {
            let held = |number: &u32| Held::Value(registers.value(*number));
            go_through(&registers, part, wanted, budget, held)
        }
        None => go_through(&Whole(part), part, wanted, budget, |state: &S::State| {
            Held::State(state.clone())
        }),
    }
}

impl<State> Decided<State> {
    pub(super) const fn so(decision: Decision) -> Decided<State> {
        Decided { decision, moment: None, order: Vec::new(), begins: None, cuts: Vec::new() }
    }
}

/// The same for the claims of a window, of which the first `called` were under way before.
pub(super) fn decide_within<S: Spec>(
    context: &Context<S::State>,
    part: &[Claim<'_, S>],
    called: usize,
    wanted: Wanted,
    budget: &mut u64,
) -> Decided<S::State> {
    let places = |used: &[usize]| numbered(&part[..called], used);
    let window = Window { part, called, wanted };
    let (mut numbers, mut states) = (Vec::new(), Vec::new());
    match context {
        Context::Register => {}
        Context::Starts(starts) => {
            for (held, used) in starts {
                match held {
                    Held::Value(value) => numbers.push((*value, places(used))),
                    Held::State(state) => states.push((state.clone(), places(used))),
                }
            }
        }
    }
    if !states.is_empty() {
        let (mut decided, at) = window.go_through(&Whole(part), &states, budget);
        decided.begins = states.get(at).map(|(state, _)| state.clone());
        return decided;
    }
    let Some(mut registers) = Registers::of(part) else { return Decided::so(Decision::Unknown) };
    let starts: Vec<(u32, Vec<u32>)> = match context {
        Context::Register => registers.all().map(|number| (number, Vec::new())).collect(),
        Context::Starts(_) => {
            numbers.into_iter().map(|(value, used)| (registers.number(value), used)).collect()
        }
    };
    window.go_through(&registers, &starts, budget).0
}

struct Window<'w, 'a, S: Spec> {
    part: &'w [Claim<'a, S>],
    called: usize,
    wanted: Wanted,
}

impl<S: Spec> Window<'_, '_, S> {
    fn go_through<M: Moves>(
        &self,
        moves: &M,
        starts: &[(M::State, Vec<u32>)],
        budget: &mut u64,
    ) -> (Decided<S::State>, usize) {
        let mut frontier = Frontier::new(moves, self.wanted == Wanted::Order);
        let mut ended = Ended::Crowded;
        if frontier.begin(starts.to_vec(), self.part, self.called) {
            ended = frontier.go_on(self.part, self.called, OPEN, budget);
        }
        if ended == Ended::Crowded {
            let mut lenient = Frontier::new(moves, false);
            lenient.be_lenient();
            if lenient.begin(starts.to_vec(), self.part, self.called) {
                let found = lenient.go_on(self.part, self.called, OPEN, budget);
                ended = if let Ended::Refuted(_) = found { found } else { ended };
            }
        }
        let moment = if let Ended::Refuted(moment) = ended { Some(moment) } else { None };
        let (order, begins) = frontier.order();
        (Decided { moment, order, ..Decided::so(ended.decision()) }, begins)
    }
}

/// What is known later: in which states the object may be before a moment, and what is under way
/// then, as places in the history.
pub(super) fn later<S: Spec>(
    context: &Context<S::State>,
    part: &[Claim<'_, S>],
    called: usize,
    moment: u64,
    budget: &mut u64,
) -> Option<(Context<S::State>, Vec<usize>)> {
    let Context::Starts(starts) = context else { return None };
    let starts = starts.iter().map(|(held, used)| match held {
        Held::State(state) => Some((state.clone(), numbered(&part[..called], used))),
        Held::Value(_) => None,
    });
    let moves = Whole(part);
    let mut frontier = Frontier::new(&moves, false);
    let begun = frontier.begin(starts.collect::<Option<Vec<_>>>()?, part, called);
    if !begun || frontier.go_on(part, called, moment, budget) != Ended::Linearizable {
        return None;
    }
    let then = frontier.cut(moment, 0);
    let places = |claims: Vec<u32>| claims.into_iter().map(|at| part[at as usize].place).collect();
    let starts = then.starts.into_iter().map(|(state, used)| (Held::State(state), places(used)));
    Some((Context::Starts(starts.collect()), places(then.live)))
}

/// Which of these claims have these places in the history.
fn numbered<S: Spec>(claims: &[Claim<'_, S>], places: &[usize]) -> Vec<u32> {
    let named = |(_, claim): &(u32, &Claim<'_, S>)| places.contains(&claim.place);
    (0..).zip(claims).filter(named).map(|(at, _)| at).collect()
}

fn go_through<S: Spec, M: Moves>(
    moves: &M,
    part: &[Claim<'_, S>],
    wanted: Wanted,
    budget: &mut u64,
    held: impl Fn(&M::State) -> Held<S::State>,
) -> Decided<S::State> {
    // Half of the budget: the other one is the search's.
    let mut half = *budget / 2;
    *budget -= half;
    let mut frontier = Frontier::new(moves, wanted == Wanted::Order);
    if wanted == Wanted::Cuts {
        frontier.take_cuts();
    }
    let ended = frontier.run(part, &mut half);
    if ended == Ended::Crowded {
        let mut lenient = Frontier::new(moves, false);
        lenient.be_lenient();
        if let Ended::Refuted(_) = lenient.run(part, &mut half) {
            *budget += half;
            return Decided::so(Decision::Refuted);
        }
    }
    *budget += half;
    let moment = if let Ended::Refuted(moment) = ended { Some(moment) } else { None };
    let cuts = frontier.cuts().into_iter().map(|cut| Cut {
        starts: cut.starts.iter().map(|(state, used)| (held(state), used.clone())).collect(),
        ..Cut { starts: Vec::new(), at: cut.at, called: cut.called, live: cut.live }
    });
    let cuts = if moment.is_some() { cuts.collect() } else { Vec::new() };
    let order = frontier.order().0;
    Decided { moment, order, begins: Some(S::init()), cuts, ..Decided::so(ended.decision()) }
}

fn in_turn<S: Spec>(part: &[Claim<'_, S>]) -> Decided<S::State> {
    let mut state = S::init();
    let wrong = part.iter().find(|claim| !claim.expect.allows(&S::apply(&mut state, claim.op)));
    match wrong {
        None => {
            let (order, begins) = ((0..part.len()).collect(), Some(S::init()));
            Decided { order, begins, ..Decided::so(Decision::Linearizable) }
        }
        Some(wrong) => Decided { moment: Some(wrong.ret), ..Decided::so(Decision::Refuted) },
    }
}
