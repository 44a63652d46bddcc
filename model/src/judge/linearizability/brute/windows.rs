//! What is said of the end of a long history, held against what the whole of it says.

use super::super::decide::{Wanted, decide};
use super::super::parts::{Parts, known_at};
use super::super::search::{Decision, Search};
use super::{check, made_up};
use crate::history::History;
use crate::judge::linearizability::Finding;
use crate::seed::{Draws, Seed};
use crate::spec::object::{Object, Op, Ret, Value};
use crate::spec::{Spec, kv, map};
use std::cell::Cell;

const BUDGET: u64 = 1 << 18;

fn decision<S: Spec>(history: &History<S>, wrong: usize, before: u64) -> Decision {
    let operation = &history.operations[wrong];
    let moment = operation.completed.order - before;
    let parts = Parts::of(history, |_| true);
    let part = parts.iter().find(|part| part.iter().any(|claim| claim.place == wrong));
    let known = known_at(part.expect("the wrong operation has a part"), moment);
    decide(&mut Search::new(), &known, Wanted::Decision, &mut { BUDGET }).decision
}

/// Checks long histories, and counts those that were explained by the operations of their ends.
fn hold<S: Spec>(
    seed: u64,
    any: impl Fn(&mut Draws) -> S::Op,
    lie: impl Fn(&mut Draws, &S::Op) -> S::Ret,
) -> u64 {
    let mut told = 0;
    for case in 0..500 {
        let mut draws = Seed(seed).fork(case).draws();
        let history = made_up::<S>(&mut draws, 220, &any, &lie);
        let Finding::Refuted(found) = check(&history, BUDGET) else { continue };
        let operations = &found.violation.operations;
        let wrong = *operations.last().expect("there is a wrong operation");
        let why = &found.violation.why;
        assert_eq!(decision(&history, wrong, 0), Decision::Refuted, "{case}: {why}");
        // Where a question was too hard, an earlier answer may have been the wrong one.
        if !found.minimal {
            continue;
        }
        assert_eq!(decision(&history, wrong, 1), Decision::Linearizable, "{case}: {why}");
        if history.operations[operations[0]].completed.order > 300 {
            assert!(operations.len() < 24, "{case}: {operations:?} {why}");
            told += 1;
        }
    }
    told
}

#[test]
fn two_clusters_of_a_long_history_explain_its_first_contradiction() {
    let next = Cell::new(0);
    let any = |draws: &mut Draws| {
        next.set(next.get() + 1);
        if draws.chance(1, 2) { kv::Put(draws.below(2), next.get()) } else { kv::Get(0) }
    };
    let lie = |draws: &mut Draws, op: &kv::Op| {
        let value = next.get() - draws.below(200);
        kv::Answer(kv::PutGet::is_read(op).then_some(value))
    };
    let told = hold::<kv::PutGet>(55, any, lie);
    assert!(told > 20, "{told}");
}

#[test]
fn the_end_of_a_register_that_is_written_often_explains_its_contradiction() {
    let any = |draws: &mut Draws| match draws.below(3) {
        0 => kv::Put(0, draws.below(4)),
        _ => kv::Get(0),
    };
    let lie = |draws: &mut Draws, op: &kv::Op| {
        kv::Answer(kv::PutGet::is_read(op).then(|| draws.below(4)))
    };
    let told = hold::<kv::PutGet>(51, any, lie);
    assert!(told > 20, "{told}");
    let any = |draws: &mut Draws| match draws.below(3) {
        0 => map::Put(0, draws.below(4)),
        1 => map::Cas(0, Some(draws.below(4)), draws.below(4)),
        _ => map::Get(0),
    };
    let lie = |draws: &mut Draws, op: &map::Op| match op {
        map::Get(_) => map::Ret::Value(Some(draws.below(4))),
        map::Cas(..) => map::Ret::Swapped(draws.chance(1, 2)),
        _ => map::Ret::Done,
    };
    let told = hold::<map::Map>(52, any, lie);
    assert!(told > 20, "{told}");
}

#[test]
fn the_end_of_any_long_history_explains_its_contradiction() {
    let any = |draws: &mut Draws| match draws.below(4) {
        0 => Op::Add(0, draws.below(3) as i64),
        _ => Op::Count(0),
    };
    let lie = |draws: &mut Draws, op: &Op| match op {
        Op::Add(..) => Ret::Done,
        _ => Ret::Value(Value::Number(draws.below(60) as i64)),
    };
    let told = hold::<Object>(53, any, lie);
    assert!(told > 20, "{told}");
    let any = |draws: &mut Draws| match draws.below(2) {
        0 => Op::Give(1 + draws.below(2) as i64),
        _ => Op::Take(1 + draws.below(2) as i64),
    };
    let lie = |draws: &mut Draws, op: &Op| match op {
        Op::Give(_) => Ret::Done,
        _ => Ret::Flag(draws.chance(1, 2)),
    };
    let told = hold::<Object>(54, any, lie);
    assert!(told > 20, "{told}");
}
