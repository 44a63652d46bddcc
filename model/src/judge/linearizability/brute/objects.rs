//! Every kind of object that histories are recorded of, held against the definition.

use super::compare;
use crate::seed::{Draws, Seed};
use crate::spec::object::{Object, Op, Part, Ret, Value};

const CASES: u64 = 6_000;

fn number(draws: &mut Draws) -> Value {
    Value::Number(draws.below(3) as i64)
}

fn list(draws: &mut Draws) -> Value {
    let length = draws.below(3);
    Value::List((0..length).map(|_| number(draws)).collect())
}

/// An answer of the right kind.
fn lie(draws: &mut Draws, op: &Op) -> Ret {
    match op {
        Op::Write(..)
        | Op::Append(..)
        | Op::Add(..)
        | Op::Insert(_)
        | Op::Remove(_)
        | Op::Enqueue(_)
        | Op::Push(_)
        | Op::Offer(_)
        | Op::Extend(..)
        | Op::Give(_) => Ret::Done,
        Op::Cas(..) | Op::Contains(_) | Op::Acquire(..) | Op::Release(_) | Op::Take(_) => {
            Ret::Flag(draws.chance(1, 2))
        }
        Op::Members | Op::List(_) => Ret::Value(list(draws)),
        Op::Transaction(parts) => {
            let reads = parts.iter().filter(|(_, part)| *part == Part::Read);
            Ret::Value(Value::List(reads.map(|_| number(draws)).collect()))
        }
        Op::Read(_)
        | Op::Count(_)
        | Op::Dequeue
        | Op::Pop
        | Op::Poll
        | Op::Publish(..)
        | Op::Fetch(..) => Ret::Value(if draws.chance(3, 4) { number(draws) } else { Value::Nil }),
    }
}

#[track_caller]
fn agree(seed: u64, any: impl Fn(&mut Draws) -> Op) {
    let counts = compare::<Object>(Seed(seed), CASES, any, lie);
    assert!(counts.iter().all(|count| *count > 200), "{counts:?}");
}

#[test]
fn registers_agree_with_the_definition() {
    agree(10, |draws| {
        let key = draws.below(2);
        match draws.weighted(&[3, 4, 2, 1]) {
            0 => Op::Write(key, number(draws)),
            1 => Op::Read(key),
            2 => Op::Cas(key, number(draws), number(draws)),
            _ => Op::Write(key, Value::Nil),
        }
    });
}

#[test]
fn appended_texts_agree_with_the_definition() {
    agree(11, |draws| match draws.below(3) {
        0 => Op::Append(0, "a".into()),
        1 => Op::Write(0, number(draws)),
        _ => Op::Read(0),
    });
}

#[test]
fn transactions_agree_with_the_definition() {
    agree(12, |draws| {
        let part = |draws: &mut Draws| match draws.below(3) {
            0 => (draws.below(2), Part::Write(number(draws))),
            _ => (draws.below(2), Part::Read),
        };
        let length = 1 + draws.below(2);
        Op::Transaction((0..length).map(|_| part(draws)).collect())
    });
}

#[test]
fn counters_agree_with_the_definition() {
    agree(13, |draws| match draws.below(2) {
        0 => Op::Add(draws.below(2), draws.below(3) as i64 - 1),
        _ => Op::Count(draws.below(2)),
    });
}

#[test]
fn sets_agree_with_the_definition() {
    agree(14, |draws| match draws.weighted(&[3, 1, 2, 1]) {
        0 => Op::Insert(number(draws)),
        1 => Op::Remove(number(draws)),
        2 => Op::Contains(number(draws)),
        _ => Op::Members,
    });
    // Without a look at the whole set, each value is judged by itself.
    agree(15, |draws| match draws.below(3) {
        0 => Op::Insert(number(draws)),
        1 => Op::Remove(number(draws)),
        _ => Op::Contains(number(draws)),
    });
}

#[test]
fn queues_and_stacks_agree_with_the_definition() {
    let one = |put: fn(Value) -> Op, take: Op| {
        move |draws: &mut Draws| match draws.below(2) {
            0 => put(number(draws)),
            _ => take.clone(),
        }
    };
    agree(16, one(Op::Enqueue, Op::Dequeue));
    agree(17, one(Op::Push, Op::Pop));
    agree(18, one(Op::Offer, Op::Poll));
}

#[test]
fn logs_and_lists_agree_with_the_definition() {
    agree(19, |draws| match draws.below(2) {
        0 => Op::Publish(draws.below(2), number(draws)),
        _ => Op::Fetch(draws.below(2), draws.below(2) as i64),
    });
    agree(20, |draws| match draws.below(2) {
        0 => Op::Extend(0, number(draws)),
        _ => Op::List(0),
    });
}

#[test]
fn locks_and_semaphores_agree_with_the_definition() {
    agree(21, |draws| match draws.below(2) {
        0 => {
            let token = draws.chance(2, 3).then(|| draws.below(4) as i64);
            Op::Acquire(draws.below(2), token)
        }
        _ => Op::Release(draws.below(2)),
    });
    agree(22, |draws| match draws.below(2) {
        0 => Op::Take(1 + draws.below(2) as i64),
        _ => Op::Give(1 + draws.below(2) as i64),
    });
}
