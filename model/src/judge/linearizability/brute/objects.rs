//! Every kind of object that histories are recorded of, held against the definition.

use super::compare;
use crate::seed::{Draws, Seed};
use crate::spec::object::etcd::{Ask, Compare, Field};
use crate::spec::object::{Object, Op, Part, Ret, Value};
use crate::spec::{Spec, kv};
use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

const CASES: u64 = 6_000;

type Put = fn(Value) -> Op;

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
        Op::Etcd(_) => {
            // What a store answers to which something else was written before.
            let mut state = Object::init();
            for _ in 0..draws.below(4) {
                Object::apply(&mut state, &etcd(draws));
            }
            Object::apply(&mut state, op)
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

pub(super) fn etcd(draws: &mut Draws) -> Op {
    let key = |draws: &mut Draws| -> Arc<str> { ["a", "b", "c"][draws.below(2) as usize].into() };
    let to = |draws: &mut Draws| draws.chance(1, 2).then(|| "c".into());
    let one = |draws: &mut Draws| match draws.weighted(&[5, 4, 1]) {
        0 => Ask::Put(key(draws), number(draws)),
        1 => Ask::Range(key(draws), to(draws), draws.below(2)),
        _ => Ask::Delete(key(draws), to(draws)),
    };
    Op::Etcd(Arc::new(if draws.chance(3, 4) {
        one(draws)
    } else {
        let field = [Field::Value, Field::Modified, Field::Created, Field::Version];
        let field = field[draws.below(4) as usize];
        let is = [Ordering::Less, Ordering::Equal, Ordering::Greater][draws.below(3) as usize];
        let compare =
            Compare { key: key(draws), field, is, not: draws.chance(1, 3), than: number(draws) };
        Ask::Txn(vec![compare], vec![one(draws)], vec![one(draws), one(draws)])
    }))
}

#[test]
fn etcd_agrees_with_the_definition() {
    agree(23, etcd);
    agree(24, etcd);
}

/// Each value is put in once, most of the time; what is answered may be any of the last ones.
fn unique(seed: u64, put: Put, take: &Op) -> [u64; 2] {
    let next = Cell::new(0);
    let any = |draws: &mut Draws| {
        // The numbers go up and down, so that priorities differ from the order of time.
        next.set((next.get() + 5) % 16);
        if draws.chance(3, 5) { put(Value::Number(next.get())) } else { take.clone() }
    };
    let told = |draws: &mut Draws, op: &Op| match lie(draws, op) {
        Ret::Value(Value::Number(_)) => {
            let back = 5 * draws.below(4) as i64;
            Ret::Value(Value::Number((next.get() + 32 - back) % 16))
        }
        other => other,
    };
    compare::<Object>(Seed(seed), 20_000, any, told)
}

#[test]
fn collections_of_unique_values_agree_with_the_definition() {
    let kinds: [(u64, Put, Op); 3] =
        [(31, Op::Enqueue, Op::Dequeue), (32, Op::Push, Op::Pop), (33, Op::Offer, Op::Poll)];
    for (seed, put, take) in kinds {
        let counts = unique(seed, put, &take);
        assert!(counts.iter().all(|count| *count > 1_000), "{seed}: {counts:?}");
    }
}

#[test]
fn logs_and_lists_of_unique_values_agree_with_the_definition() {
    let next = Cell::new(0);
    let value = || {
        next.set(next.get() % 9 + 1);
        Value::Number(next.get())
    };
    let any = |draws: &mut Draws| match draws.below(2) {
        0 => Op::Publish(0, value()),
        _ => Op::Fetch(0, draws.below(3) as i64 - i64::from(draws.chance(1, 9))),
    };
    let near = |draws: &mut Draws, op: &Op| match op {
        Op::Publish(..) => Ret::Value(Value::Number(draws.below(3) as i64)),
        _ if draws.chance(1, 3) => Ret::Value(Value::Nil),
        _ => Ret::Value(Value::Number((next.get() + 8 - draws.below(3) as i64) % 9 + 1)),
    };
    let counts = compare::<Object>(Seed(34), 20_000, any, near);
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
    let any = |draws: &mut Draws| match draws.below(2) {
        0 => Op::Extend(0, value()),
        _ => Op::List(0),
    };
    let near = |draws: &mut Draws, op: &Op| match op {
        Op::Extend(..) => Ret::Done,
        _ => {
            let last = next.get() + 9 - draws.below(3) as i64;
            let length = draws.below(3) as i64;
            let values = (0..length).map(|at| Value::Number((last - length + at) % 9 + 1));
            Ret::Value(Value::List(values.collect()))
        }
    };
    let counts = compare::<Object>(Seed(35), 20_000, any, near);
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}

/// A register that may forget what it holds whenever it is read.
struct Cache;

impl Spec for Cache {
    type Op = kv::Op;
    type Ret = kv::Answer;
    type State = Option<u64>;
    const CHOICES: bool = true;

    fn init() -> Option<u64> {
        None
    }

    fn apply(state: &mut Option<u64>, op: &kv::Op) -> kv::Answer {
        kv::PutGet::apply(state, op)
    }

    fn others(_state: &Option<u64>, op: &kv::Op) -> Vec<(Option<u64>, kv::Answer)> {
        if kv::PutGet::is_read(op) { vec![(None, kv::Answer(None))] } else { Vec::new() }
    }

    fn is_read(_op: &kv::Op) -> bool {
        false
    }

    fn any(draws: &mut Draws, unique: u64) -> kv::Op {
        kv::PutGet::any(draws, unique)
    }

    fn probe(unique: u64) -> kv::Op {
        kv::PutGet::probe(unique)
    }

    fn look(op: &kv::Op) -> Option<kv::Op> {
        kv::PutGet::look(op)
    }
}

#[test]
fn objects_that_may_choose_agree_with_the_definition() {
    let any = |draws: &mut Draws| match draws.below(2) {
        0 => kv::Put(0, draws.below(3)),
        _ => kv::Get(0),
    };
    let lie = |draws: &mut Draws, op: &kv::Op| {
        kv::Answer(kv::PutGet::is_read(op).then(|| draws.below(3)).filter(|_| draws.chance(3, 4)))
    };
    let counts = compare::<Cache>(Seed(36), CASES, any, lie);
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}
