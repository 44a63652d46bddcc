//! Lists of unique values: what decides about them without a search, held against the definition on
//! short histories and against the frontier on longer ones.

use super::super::decide::Wanted;
use super::super::frontier::{Frontier, Whole};
use super::super::lists;
use super::super::parts::Parts;
use super::super::search::Decision;
use super::{compare, made_up};
use crate::seed::{Draws, Seed};
use crate::spec::map::{Append, Map, Op, Ret, Scan};
use std::cell::Cell;

/// Two lists, and values in turn.
fn any(next: &Cell<u64>, draws: &mut Draws) -> Op {
    let list = 1 + draws.below(2);
    if draws.chance(3, 5) {
        next.set(next.get() % 30 + 1);
        Append(list, next.get())
    } else {
        Scan(1 + draws.below(list), list)
    }
}

/// An answer near a right one: the values are recent, and may be in the wrong list or order.
fn lie(next: &Cell<u64>, draws: &mut Draws, op: &Op) -> Ret {
    match op {
        Append(..) => Ret::Length(draws.below(5)),
        _ => {
            let recent = |draws: &mut Draws| next.get().saturating_sub(draws.below(4));
            let rows = (0..draws.below(4)).map(|_| (1 + draws.below(2), recent(draws)));
            let mut rows: Vec<(u64, u64)> = rows.collect();
            rows.sort_by_key(|(list, _)| *list);
            Ret::Lists(rows)
        }
    }
}

#[test]
fn lists_of_unique_values_agree_with_the_definition() {
    let next = Cell::new(0);
    let any = |draws: &mut Draws| any(&next, draws);
    let lie = |draws: &mut Draws, op: &Op| lie(&next, draws, op);
    let counts = compare::<Map>(Seed(5), 20_000, any, lie);
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}

#[test]
fn lists_are_judged_as_the_frontier_judges_them() {
    let next = Cell::new(0);
    let any = |draws: &mut Draws| any(&next, draws);
    let lie = |draws: &mut Draws, op: &Op| lie(&next, draws, op);
    let (mut counts, mut told) = ([0, 0], 0);
    for case in 0..8_000 {
        let mut draws = Seed(6).fork(case).draws();
        let history = made_up::<Map>(&mut draws, 14, any, lie);
        let parts = Parts::of(&history, |_| true);
        for part in parts.iter().filter(|part| !part.is_empty()) {
            let Some(decided) = lists::decide(part, Wanted::Decision) else { continue };
            let ended = Frontier::new(&Whole(part), false).run(part, &mut { 1 << 22 }).decision();
            if ended == Decision::Unknown {
                continue;
            }
            told += 1;
            assert_eq!(decided.decision, ended, "{case}: {history:?}");
            counts[usize::from(ended == Decision::Refuted)] += 1;
        }
    }
    assert!(told > 7_000, "{told}");
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}
