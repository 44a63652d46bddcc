//! Sets into which each value is put once: what decides about them without a search, held against
//! the definition on short histories and against the frontier on longer ones.

use super::super::decide::{Wanted, decide};
use super::super::parts::Parts;
use super::super::search::{Decision, Search};
use super::super::zones::{Ruling, Zones};
use super::{compare, made_up};
use crate::seed::{Draws, Seed};
use crate::spec::Spec;
use crate::spec::object::{Object, Op, Ret, Value};
use std::cell::Cell;

/// Something about one of the last `near` values.
fn any(next: &Cell<i64>, near: u64, draws: &mut Draws) -> Op {
    let recent = |draws: &mut Draws| Value::Number(next.get() - draws.below(near) as i64);
    match draws.below(4) {
        0 => {
            next.set(next.get() + 1);
            Op::Insert(Value::Number(next.get()))
        }
        1 => Op::Remove(recent(draws)),
        _ => Op::Contains(recent(draws)),
    }
}

fn lie(draws: &mut Draws, op: &Op) -> Ret {
    if Object::is_read(op) { Ret::Flag(draws.chance(1, 2)) } else { Ret::Done }
}

#[test]
fn sets_of_unique_values_agree_with_the_definition() {
    for (seed, near) in [(37, 1), (38, 2)] {
        let next = Cell::new(0);
        let any = |draws: &mut Draws| any(&next, near, draws);
        let counts = compare::<Object>(Seed(seed), 20_000, any, lie);
        assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
    }
}

#[test]
fn sets_are_judged_as_the_frontier_judges_them() {
    let next = Cell::new(0);
    let mut counts = [0, 0];
    for case in 0..12_000 {
        let mut draws = Seed(39).fork(case).draws();
        // Values come but once in all histories, and one in four is asked about for long.
        let any = |draws: &mut Draws| match any(&next, 2, draws) {
            Op::Insert(_) if draws.chance(3, 4) => Op::Contains(Value::Number(next.get())),
            op => op,
        };
        let history = made_up::<Object>(&mut draws, 16, any, lie);
        let zones = Zones::of(&history);
        for part in Parts::of(&history, |_| true).iter().filter(|part| !part.is_empty()) {
            let ruling = zones.ruling(Object::part(part[0].op));
            let cleared = part.iter().any(|claim| matches!(claim.op, Op::Remove(_)));
            if !cleared || ruling == Ruling::Unfit {
                continue;
            }
            let decided = decide(&mut Search::new(), part, Wanted::Decision, &mut { 1 << 20 });
            let refuted = ruling == Ruling::Refuted;
            assert_eq!(refuted, decided.decision == Decision::Refuted, "{case}: {history:?}");
            assert_ne!(decided.decision, Decision::Unknown, "{case}: {history:?}");
            counts[usize::from(refuted)] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 800), "{counts:?}");
}
