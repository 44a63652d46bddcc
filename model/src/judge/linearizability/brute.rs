//! The definition itself, tried out literally: every order of every choice of operations. It shares
//! no code and no idea with the search, so that the two can be held against each other.

use super::{Finding, check, witness};
use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, RequestId};
use crate::seed::{Draws, Seed};
use crate::spec::{Spec, kv, map};
use crate::time::Time;
use std::cell::Cell;
use std::collections::BTreeMap;

mod lists;
mod monitors;
mod objects;
mod sets;
mod tails;
mod windows;

/// Whether some order of the operations explains a history, with the object taken as a whole.
fn explained<S: Spec>(history: &History<S>) -> bool {
    let all: Vec<&Operation<S>> = history.operations.iter().collect();
    some_order(&all, &BTreeMap::new(), divides(history))
}

/// Whether each operation that says something is about one part of the object.
fn divides<S: Spec>(history: &History<S>) -> bool {
    let told = |operation: &&Operation<S>| match operation.outcome {
        Outcome::Ok(_) => true,
        Outcome::Unknown => !S::is_read(&operation.op),
        Outcome::Refused => false,
    };
    history.operations.iter().filter(told).all(|operation| S::part(&operation.op).is_some())
}

type Object<S> = BTreeMap<Option<u64>, <S as Spec>::State>;

fn some_order<S: Spec>(rest: &[&Operation<S>], object: &Object<S>, divides: bool) -> bool {
    if rest.iter().all(|operation| !matches!(operation.outcome, Outcome::Ok(_))) {
        return true;
    }
    (0..rest.len()).any(|at| {
        let mut others = rest.to_vec();
        let next = others.remove(at);
        let too_early = others
            .iter()
            .any(|other| matches!(other.outcome, Outcome::Ok(_)) && other.precedes(next));
        let mut object = object.clone();
        let part = S::part(&next.op).filter(|_| divides);
        let state = object.entry(part).or_insert_with(S::init);
        let mut ways = S::others(state, &next.op);
        let answer = S::apply(state, &next.op);
        ways.push((state.clone(), answer));
        let agrees = |answer: &S::Ret| match &next.outcome {
            Outcome::Ok(ret) => ret == answer,
            Outcome::Refused => false,
            Outcome::Unknown => true,
        };
        ways.into_iter().any(|(state, answer)| {
            object.insert(part, state);
            !too_early && agrees(&answer) && some_order(&others, &object, divides)
        })
    })
}

/// Makes up small histories: three clients on a real object, with operations that end in trouble,
/// and in half of the histories an answer that is made up.
fn made_up<S: Spec>(
    draws: &mut Draws,
    length: usize,
    any: impl Fn(&mut Draws) -> S::Op,
    lie: impl Fn(&mut Draws, &S::Op) -> S::Ret,
) -> History<S> {
    let mut object: Object<S> = BTreeMap::new();
    let mut history: History<S> = History::default();
    let mut busy: [Option<usize>; 3] = [None; 3];
    let mut answers: Vec<Option<S::Ret>> = Vec::new();
    let mut order = 0;
    while history.operations.len() < length || busy.iter().any(Option::is_some) {
        order += 1;
        let now = Moment { order, time: Time(order) };
        let client = draws.below(3) as usize;
        let Some(place) = busy[client] else {
            if history.operations.len() < length {
                busy[client] = Some(history.operations.len());
                answers.push(None);
                let request = RequestId { client: ClientId(client as u32), number: 0 };
                history.operations.push(Operation::asked(request, any(draws), now));
            }
            continue;
        };
        // Any operation that has not been refused may take effect now, also long after it was given
        // up; the one that is answered must.
        let late = draws.below(history.operations.len() as u64) as usize;
        let ends = draws.chance(1, 2);
        // Long histories with much that never ends are too hard for anybody.
        let well = length.max(7) as u64;
        let fate = if ends { draws.weighted(&[well, 1, 2]) } else { 2 };
        for place in [late, place] {
            let operation = &history.operations[place];
            let may = !matches!(operation.outcome, Outcome::Refused) && answers[place].is_none();
            let must = Some(place) == busy[client] && fate == 0;
            if may && (must || place == late && fate == 2 && draws.chance(1, 2)) {
                let state = object.entry(S::part(&operation.op)).or_insert_with(S::init);
                answers[place] = Some(S::apply(state, &operation.op));
            }
        }
        if ends {
            busy[client] = None;
            let operation = &mut history.operations[place];
            operation.completed = now;
            operation.outcome = match (fate, &answers[place]) {
                (0, Some(ret)) => Outcome::Ok(ret.clone()),
                (1, _) => Outcome::Refused,
                _ => Outcome::Unknown,
            };
        }
    }
    if draws.chance(1, 2) {
        let operation = draws.below(length as u64) as usize;
        let operation = &mut history.operations[operation];
        if matches!(operation.outcome, Outcome::Ok(_)) {
            operation.outcome = Outcome::Ok(lie(draws, &operation.op));
        }
    }
    history
}

/// Holds the search against the definition, and its explanation against what it must be. Answers
/// how many histories were linearizable, and how many not.
fn compare<S: Spec>(
    seed: Seed,
    cases: u64,
    any: impl Fn(&mut Draws) -> S::Op,
    lie: impl Fn(&mut Draws, &S::Op) -> S::Ret,
) -> [u64; 2] {
    let mut counts = [0, 0];
    for case in 0..cases {
        let mut draws = seed.fork(case).draws();
        let length = 2 + draws.below(5) as usize;
        let history = made_up::<S>(&mut draws, length, &any, &lie);
        let finding = check(&history, 100_000);
        assert_eq!(finding == Finding::Linearizable, explained(&history), "{case}: {history:?}");
        match finding {
            Finding::Linearizable => {
                counts[0] += 1;
                let order = witness(&history, 100_000).expect("there is an order");
                let right = S::CHOICES || is_witness(&history, &order);
                assert!(right, "{case}: {order:?} {history:?}");
            }
            Finding::Refuted(refutation) => {
                counts[1] += 1;
                let violation = &refutation.violation;
                let wrong = *violation.operations.last().expect("a wrong operation");
                let end = history.operations[wrong].completed.order;
                assert!(!explained(&up_to(&history, end)), "{case}: {history:?}");
                let divides = divides(&history);
                let part = |op: &S::Op| S::part(op).filter(|_| divides);
                let of = part(&history.operations[wrong].op);
                let mut before = up_to(&history, end - 1);
                before.operations.retain(|operation| part(&operation.op) == of);
                assert!(explained(&before), "{case}: {history:?}");
                let known = |operation: &&Operation<S>| {
                    let told = matches!(operation.outcome, Outcome::Ok(_));
                    told && operation.completed.order < end && part(&operation.op) == of
                };
                for operation in history.operations.iter().filter(known) {
                    let same =
                        |place: &usize| history.operations[*place].invoked == operation.invoked;
                    assert!(refutation.prefix.iter().any(same), "{case}: {history:?}");
                }
            }
            Finding::Unknown => panic!("{case}: the budget is large enough"),
        }
    }
    counts
}

/// Whether this order is one that explains a history.
fn is_witness<S: Spec>(history: &History<S>, order: &[usize]) -> bool {
    let divides = divides(history);
    let mut object: Object<S> = BTreeMap::new();
    let all = order.iter().map(|place| &history.operations[*place]);
    let agree = all.clone().all(|operation| {
        let part = S::part(&operation.op).filter(|_| divides);
        let answer = S::apply(object.entry(part).or_insert_with(S::init), &operation.op);
        match &operation.outcome {
            Outcome::Ok(ret) => *ret == answer,
            Outcome::Refused => false,
            Outcome::Unknown => true,
        }
    });
    let told = |operation: &&Operation<S>| matches!(operation.outcome, Outcome::Ok(_));
    let whole = all.clone().filter(told).count() == history.operations.iter().filter(told).count();
    let in_time = (0..order.len()).all(|at| {
        let (this, mut later) = (&history.operations[order[at]], order[at + 1..].iter());
        !later.any(|place| history.operations[*place].precedes(this))
    });
    agree && whole && in_time
}

/// What was known after this place in the order.
fn up_to<S: Spec>(history: &History<S>, end: u64) -> History<S> {
    let mut history = history.clone();
    history.operations.retain(|operation| operation.invoked.order <= end);
    for operation in &mut history.operations {
        // A refusal that came later is known to us, as it is to the judge.
        if operation.completed.order > end && matches!(operation.outcome, Outcome::Ok(_)) {
            operation.outcome = Outcome::Unknown;
        }
    }
    history
}

#[test]
fn the_search_agrees_with_the_definition_on_a_store() {
    let any = |draws: &mut Draws| {
        let (key, value) = (draws.below(2), draws.below(3));
        if draws.chance(1, 2) { kv::Put(key, value) } else { kv::Get(key) }
    };
    let lie = |draws: &mut Draws, op: &kv::Op| {
        let value = (draws.chance(2, 3) && kv::PutGet::is_read(op)).then(|| draws.below(3));
        kv::Answer(value)
    };
    let counts = compare::<kv::PutGet>(Seed(1), 12_000, any, lie);
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}

#[test]
fn the_search_agrees_with_the_definition_on_a_map() {
    let any = |draws: &mut Draws| {
        let (key, value) = (draws.below(2), draws.below(3));
        match draws.weighted(&[3, 4, 4, 1, 3, 3]) {
            0 => map::Put(key, value),
            1 => map::Get(key),
            2 => map::Cas(key, draws.chance(2, 3).then(|| draws.below(3)), value),
            3 => map::Delete(key),
            4 => map::Append(key, value),
            _ => map::Scan(0, key),
        }
    };
    let lie = |draws: &mut Draws, op: &map::Op| match op {
        map::Get(_) => map::Ret::Value(draws.chance(2, 3).then(|| draws.below(3))),
        map::Cas(..) => map::Ret::Swapped(draws.chance(1, 2)),
        map::Put(..) | map::Delete(_) => map::Ret::Done,
        map::Append(..) => map::Ret::Length(1 + draws.below(3)),
        map::Scan(_, last) => {
            let mut rows = Vec::from_iter((0..draws.below(3)).map(|_| (draws.below(last + 1), 1)));
            rows.sort_unstable();
            map::Ret::Lists(rows)
        }
    };
    let counts = compare::<map::Map>(Seed(2), 12_000, any, lie);
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}

#[test]
fn clusters_of_unique_values_agree_with_the_definition() {
    let next = Cell::new(0_u64);
    let any = |draws: &mut Draws| {
        next.set(next.get() % 8 + 1);
        if draws.chance(1, 2) { kv::Put(0, next.get()) } else { kv::Get(0) }
    };
    let lie = |draws: &mut Draws, op: &kv::Op| {
        let value = draws.chance(5, 6).then(|| 1 + draws.below(8));
        kv::Answer(value.filter(|_| kv::PutGet::is_read(op)))
    };
    let counts = compare::<kv::PutGet>(Seed(3), 20_000, any, lie);
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}

#[test]
fn chains_of_swaps_agree_with_the_definition() {
    let next = Cell::new(0_u64);
    let any = |draws: &mut Draws| {
        next.set(next.get() % 8 + 1);
        let recent = next.get().saturating_sub(draws.between(1, 3));
        match draws.weighted(&[2, 2, 3]) {
            0 => map::Put(0, next.get()),
            1 => map::Get(0),
            _ => map::Cas(0, (recent > 0).then_some(recent), next.get()),
        }
    };
    // What failed to swap would take the part out of the hands of the clusters.
    let lie = |draws: &mut Draws, op: &map::Op| match op {
        map::Get(_) => map::Ret::Value(draws.chance(5, 6).then(|| 1 + draws.below(8))),
        map::Cas(..) => map::Ret::Swapped(true),
        _ => map::Ret::Done,
    };
    let counts = compare::<map::Map>(Seed(4), 20_000, any, lie);
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}
