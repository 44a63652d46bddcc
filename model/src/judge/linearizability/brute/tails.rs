//! What is said of a history that was not held, from its end alone, held against the whole of it.

use super::super::{Finding, Refutation, Tail, check, explain_tail};
use super::made_up;
use crate::history::{History, Operation, Outcome};
use crate::judge::stream::{Halt, Stream};
use crate::seed::{Draws, Seed};
use crate::spec::object::{Object, Op, Ret, Value};
use crate::spec::{Access, Spec, map};
use std::collections::BTreeMap;

const BUDGET: u64 = 1 << 18;

/// The refutation of a history that was judged as it came, by its end, if that is enough; with the
/// moment of the wrong answer.
fn by_its_end<S: Spec>(history: &History<S>) -> Option<(Refutation, Vec<Operation<S>>, u64)> {
    let mut stream = Stream::new(BUDGET);
    let pushed = (0..).zip(&history.operations).try_for_each(|(n, one)| stream.push(one, n));
    let Err(Halt::Refuted { mark, at, op, ret, right }) = pushed.and_then(|()| stream.finish())
    else {
        return None;
    };
    let before = stream.before()?;
    assert!(!right.contains(&ret), "{right:?} {ret}");
    let wrong = &history.operations[mark as usize];
    assert_eq!((&wrong.op, wrong.completed.order), (&op, at));
    let kept: Vec<Operation<S>> = history
        .operations
        .iter()
        .filter(|one| {
            let (call, known) = (one.invoked.order, one.outcome != Outcome::Refused);
            call < at && (call > before.at || known && before.calls.contains(&call))
        })
        .cloned()
        .collect();
    let saw = S::access(&op, Some(&ret));
    let wrote = |one: &Operation<S>| match (S::access(&one.op, None), saw) {
        (Some(Access::Write(to) | Access::Swap(_, to)), Some(Access::Read(seen))) => to == seen,
        _ => false,
    };
    let early = history.operations.iter().filter(|one| one.invoked.order <= before.at);
    let was_right = early.filter(|one| one.outcome != Outcome::Refused).any(wrote);
    let places: BTreeMap<u64, usize> =
        kept.iter().zip(0..).map(|(one, at)| (one.invoked.order, at)).collect();
    let starts = before
        .starts
        .iter()
        .map(|(state, calls)| (state.clone(), calls.iter().map(|call| places[call]).collect()));
    let tail = Tail {
        history: History { operations: kept.clone() },
        begins: before.at,
        starts: starts.collect(),
        moment: at,
        returned: before.returned as usize,
        was_right,
    };
    Some((explain_tail(&tail, BUDGET).expect("the answer is wrong"), kept, at))
}

/// Judges long histories as they come, and counts those that were explained by their ends: whatever
/// order the others may have taken, these operations contradict each other in the whole history.
fn hold<S: Spec>(
    seed: u64,
    any: impl Fn(&mut Draws) -> S::Op,
    lie: impl Fn(&mut Draws, &S::Op) -> S::Ret,
) -> [u64; 2] {
    let mut counts = [0, 0];
    for case in 0..120 {
        let mut draws = Seed(seed).fork(case).draws();
        let history = made_up::<S>(&mut draws, 9_000, &any, &lie);
        let Some((found, kept, moment)) = by_its_end(&history) else { continue };
        let told = || format!("{case}: {}", found.violation.why);
        let named: Vec<u64> =
            found.violation.operations.iter().map(|place| kept[*place].invoked.order).collect();
        let wrong = &kept[*found.violation.operations.last().expect("one is wrong")];
        assert_eq!(wrong.completed.order, moment, "{}", told());
        assert!(named.len() < 24, "{}", told());
        let says = |one: &&Operation<S>| match one.outcome {
            Outcome::Ok(_) => true,
            Outcome::Unknown => !S::is_read(&one.op),
            Outcome::Refused => false,
        };
        // What was over before is known to have been; nothing that was under way is.
        let first = named.iter().min().copied().unwrap_or(moment);
        // There, of those that contradict each other, only the wrong one is named.
        if found.violation.failure.clause == "read of a refused write" {
            continue;
        }
        let mut weak = History { operations: Vec::new() };
        let all = history.operations.iter().filter(says);
        for one in all.filter(|one| one.invoked.order < moment) {
            let mut one = one.clone();
            let over = one.outcome != Outcome::Unknown && one.completed.order < first;
            let named = named.contains(&one.invoked.order) && one.completed.order <= moment;
            let sure = named || over;
            if !sure && S::is_read(&one.op) {
                continue;
            }
            if !sure {
                one.outcome = Outcome::Unknown;
            }
            weak.operations.push(one);
        }
        assert_ne!(check(&weak, BUDGET), Finding::Linearizable, "{}", told());
        counts[usize::from(found.earlier > 0)] += 1;
    }
    counts
}

#[test]
fn the_end_of_a_register_that_is_not_held_explains_its_contradiction() {
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
    let counts = hold::<map::Map>(61, any, lie);
    assert!(counts[0] > 4, "{counts:?}");
}

#[test]
fn the_end_of_any_object_that_is_not_held_explains_its_contradiction() {
    let any = |draws: &mut Draws| match draws.below(4) {
        0 => Op::Add(0, draws.below(3) as i64),
        _ => Op::Count(0),
    };
    let lie = |draws: &mut Draws, op: &Op| match op {
        Op::Add(..) => Ret::Done,
        _ => Ret::Value(Value::Number(draws.below(60) as i64)),
    };
    let counts = hold::<Object>(62, any, lie);
    assert!(counts[1] > 4, "{counts:?}");
}
