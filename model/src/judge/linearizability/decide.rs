//! The claims of one part come in; whether some order explains them goes out, by whichever way
//! suits them best. It explains nothing.

use super::frontier::{Ended, Frontier, Moves, Registers, Whole};
use super::parts::Claim;
use super::search::{Decision, Search};
use crate::spec::Spec;

/// What is known of a part, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Decided {
    pub(super) decision: Decision,
    /// No prefix of it that ends before this return is refuted, where that is known. A later one
    /// may be needed: what is answered later was used to come to the decision.
    pub(super) moment: Option<u64>,
    /// An order that explains it, as places in the part, where one was asked for.
    pub(super) order: Vec<usize>,
}

/// Whether an order is wanted, or only whether there is one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Decision,
    Order,
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
) -> Decided {
    // An open operation overlaps all that come after it, since it never returns.
    let overlap = |pair: &[Claim<'_, S>]| pair[0].ret >= pair[1].call;
    if part.iter().all(Claim::is_closed) && !part.windows(2).any(overlap) {
        return in_turn(part);
    }
    let decided = match Registers::of(part) {
        Some(registers) => go_through(&registers, part, wanted, budget),
        None => go_through(&Whole(part), part, wanted, budget),
    };
    if decided.decision != Decision::Unknown {
        return decided;
    }
    // A search that goes into the depth may be lucky where there is too much to keep. It notes
    // what it has tried, with a bit for each open operation, and memory has an end as well.
    let words = 2 + part.iter().filter(|claim| !claim.is_closed()).count() as u64 / 64;
    let limit = (*budget).min(WORDS_MAX / words);
    let mut left = limit;
    let decision = search.run(part, &mut left);
    *budget -= limit - left;
    Decided { decision, moment: None, order: search.order().collect() }
}

fn go_through<S: Spec, M: Moves>(
    moves: &M,
    part: &[Claim<'_, S>],
    wanted: Wanted,
    budget: &mut u64,
) -> Decided {
    // Half of the budget: the other one is the search's.
    let mut half = *budget / 2;
    *budget -= half;
    let mut frontier = Frontier::new(moves, wanted == Wanted::Order);
    let ended = frontier.run(part, &mut half);
    if ended == Ended::Crowded {
        let mut lenient = Frontier::new(moves, false);
        lenient.be_lenient();
        if let Ended::Refuted(_) = lenient.run(part, &mut half) {
            *budget += half;
            return Decided { decision: Decision::Refuted, moment: None, order: Vec::new() };
        }
    }
    *budget += half;
    let moment = if let Ended::Refuted(moment) = ended { Some(moment) } else { None };
    Decided { decision: ended.decision(), moment, order: frontier.order() }
}

fn in_turn<S: Spec>(part: &[Claim<'_, S>]) -> Decided {
    let mut state = S::init();
    let wrong = part.iter().find(|claim| !claim.expect.allows(&S::apply(&mut state, claim.op)));
    match wrong {
        None => Decided {
            decision: Decision::Linearizable,
            moment: None,
            order: (0..part.len()).collect(),
        },
        Some(wrong) => {
            Decided { decision: Decision::Refuted, moment: Some(wrong.ret), order: Vec::new() }
        }
    }
}
