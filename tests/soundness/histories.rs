//! A generator of draws comes in; small histories go out, of clients on a real object. Some
//! operations crash and take effect late or never, and in half of the histories one answer is made
//! up.

use schism::history::{History, Moment, Operation, Outcome};
use schism::seed::Draws;
use schism::spec::object::etcd::{Ask, Compare, Field};
use schism::spec::object::{Object, Op, Part, Ret, Value};
use schism::spec::{Spec, kv, map};
use schism::{ClientId, RequestId, Time};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How to make up histories.
pub(super) struct Made<S: Spec> {
    pub any: fn(&mut Draws) -> S::Op,
    pub lie: fn(&mut Draws, &S::Op) -> S::Ret,
    pub clients: u64,
    /// At most so many operations.
    pub length: u64,
}

/// What becomes of an operation under way.
struct UnderWay<S: Spec> {
    place: usize,
    answer: Option<S::Ret>,
}

pub(super) fn made_up<S: Spec>(draws: &mut Draws, made: &Made<S>) -> History<S> {
    let mut object: BTreeMap<Option<u64>, S::State> = BTreeMap::new();
    let mut history: History<S> = History::default();
    let mut clients: Vec<Option<UnderWay<S>>> = (0..made.clients).map(|_| None).collect();
    // What crashed and has not taken effect.
    let mut crashed: Vec<usize> = Vec::new();
    let length = draws.between(2, made.length) as usize;
    let mut order = 0;
    while history.operations.len() < length || clients.iter().any(Option::is_some) {
        order += 1;
        let now = Moment { order, time: Time(order) };
        let mut act = |op: &S::Op| S::apply(object.entry(S::part(op)).or_insert_with(S::init), op);
        if !crashed.is_empty() && draws.chance(1, 8) {
            let late = crashed.remove(draws.below(crashed.len() as u64) as usize);
            act(&history.operations[late].op);
        }
        let client = draws.below(made.clients) as usize;
        let Some(mut under_way) = clients[client].take() else {
            if history.operations.len() < length {
                let place = history.operations.len();
                clients[client] = Some(UnderWay { place, answer: None });
                let client = ClientId(client as u32);
                let request = RequestId { client, number: place as u32 };
                history.operations.push(Operation::asked(request, (made.any)(draws), now));
            }
            continue;
        };
        let operation = &mut history.operations[under_way.place];
        if under_way.answer.is_none() && draws.chance(1, 2) {
            under_way.answer = Some(act(&operation.op));
        }
        match draws.weighted(&[6, 1, 2, 6]) {
            0 => {
                let answer = under_way.answer.unwrap_or_else(|| act(&operation.op));
                operation.outcome = Outcome::Ok(answer);
            }
            1 if under_way.answer.is_none() => operation.outcome = Outcome::Refused,
            2 if under_way.answer.is_none() => crashed.push(under_way.place),
            2 => {}
            _ => {
                clients[client] = Some(under_way);
                continue;
            }
        }
        operation.completed = now;
    }
    if draws.chance(1, 2) {
        let place = draws.below(length as u64) as usize;
        let operation = &mut history.operations[place];
        if matches!(operation.outcome, Outcome::Ok(_)) {
            operation.outcome = Outcome::Ok((made.lie)(draws, &operation.op.clone()));
        }
    }
    history
}

fn number(draws: &mut Draws) -> Value {
    Value::Number(draws.below(3) as i64)
}

fn list(draws: &mut Draws) -> Value {
    let length = draws.below(3);
    Value::List((0..length).map(|_| number(draws)).collect())
}

type Any = fn(&mut Draws) -> Op;

/// Writes, ranges, deletions and transactions over three keys.
fn etcd(draws: &mut Draws) -> Op {
    let key = |draws: &mut Draws| -> Arc<str> { ["a", "b", "c"][draws.below(3) as usize].into() };
    let end = |draws: &mut Draws| draws.chance(1, 2).then(|| "d".into());
    let one = |draws: &mut Draws| match draws.weighted(&[5, 4, 2]) {
        0 => Ask::Put(key(draws), number(draws)),
        1 => Ask::Range(key(draws), end(draws), draws.below(3)),
        _ => Ask::Delete(key(draws), end(draws)),
    };
    if draws.chance(2, 3) {
        return Op::Etcd(Arc::new(one(draws)));
    }
    let field = [Field::Value, Field::Modified, Field::Created, Field::Version];
    let field = field[draws.below(4) as usize];
    let is = [Ordering::Less, Ordering::Equal, Ordering::Greater][draws.below(3) as usize];
    let (not, than) = (draws.chance(1, 3), number(draws));
    let when = Compare { key: key(draws), field, is, not, than };
    Op::Etcd(Arc::new(Ask::Txn(vec![when], vec![one(draws)], vec![one(draws), one(draws)])))
}

/// Operations on every kind of object.
pub(super) const OBJECTS: [(&str, Any); 17] = [
    ("an etcd store", etcd),
    ("registers", |draws| match draws.weighted(&[3, 4, 2]) {
        0 => Op::Write(draws.below(2), number(draws)),
        1 => Op::Read(draws.below(2)),
        _ => Op::Cas(draws.below(2), number(draws), number(draws)),
    }),
    ("registers that are deleted", |draws| match draws.below(3) {
        0 => Op::Write(0, number(draws)),
        1 => Op::Write(0, Value::Nil),
        _ => Op::Read(0),
    }),
    ("registers of many values", |draws| match draws.weighted(&[2, 3, 1]) {
        0 => Op::Write(0, Value::Number(draws.below(1_000) as i64)),
        1 => Op::Read(0),
        _ => Op::Cas(0, Value::Nil, Value::Number(draws.below(1_000) as i64)),
    }),
    ("appended texts", |draws| match draws.below(3) {
        0 => Op::Append(0, if draws.chance(1, 2) { "a" } else { "b" }.into()),
        1 => Op::Write(0, Value::Text("".into())),
        _ => Op::Read(0),
    }),
    ("transactions", |draws| {
        let part = |draws: &mut Draws| match draws.below(4) {
            0 => (draws.below(2), Part::Write(number(draws))),
            1 => (2, Part::Extend(number(draws))),
            _ => (draws.below(3), Part::Read),
        };
        let length = draws.between(1, 2);
        Op::Transaction((0..length).map(|_| part(draws)).collect())
    }),
    ("counters", |draws| match draws.below(2) {
        0 => Op::Add(draws.below(2), draws.below(3) as i64 - 1),
        _ => Op::Count(draws.below(2)),
    }),
    ("a set, read as a whole", |draws| match draws.weighted(&[3, 1, 2, 2]) {
        0 => Op::Insert(number(draws)),
        1 => Op::Remove(number(draws)),
        2 => Op::Contains(number(draws)),
        _ => Op::Members,
    }),
    ("a set", |draws| match draws.below(3) {
        0 => Op::Insert(number(draws)),
        1 => Op::Remove(number(draws)),
        _ => Op::Contains(number(draws)),
    }),
    ("a queue", |draws| if draws.chance(1, 2) { Op::Enqueue(number(draws)) } else { Op::Dequeue }),
    ("a stack", |draws| if draws.chance(1, 2) { Op::Push(number(draws)) } else { Op::Pop }),
    (
        "a priority queue",
        |draws| {
            if draws.chance(1, 2) { Op::Offer(number(draws)) } else { Op::Poll }
        },
    ),
    ("a log", |draws| match draws.below(2) {
        0 => Op::Publish(draws.below(2), number(draws)),
        _ => Op::Fetch(draws.below(2), draws.below(2) as i64),
    }),
    ("lists", |draws| match draws.below(2) {
        0 => Op::Extend(0, number(draws)),
        _ => Op::List(0),
    }),
    ("a lock", |draws| match draws.below(2) {
        0 => Op::Acquire(draws.below(2), None),
        _ => Op::Release(draws.below(2)),
    }),
    ("a lock with tokens", |draws| match draws.below(2) {
        0 => {
            let token = draws.chance(2, 3).then(|| draws.below(4) as i64);
            Op::Acquire(draws.below(2), token)
        }
        _ => Op::Release(draws.below(2)),
    }),
    ("a semaphore", |draws| match draws.below(2) {
        0 => Op::Take(draws.between(1, 2) as i64),
        _ => Op::Give(draws.between(1, 2) as i64),
    }),
];

/// An answer of the right kind.
pub(super) fn lie(draws: &mut Draws, op: &Op) -> Ret {
    match op {
        Op::Read(_)
        | Op::Count(_)
        | Op::Dequeue
        | Op::Pop
        | Op::Poll
        | Op::Publish(..)
        | Op::Fetch(..) => Ret::Value(if draws.chance(3, 4) { number(draws) } else { Value::Nil }),
        Op::Cas(..) | Op::Contains(_) | Op::Acquire(..) | Op::Release(_) | Op::Take(_) => {
            Ret::Flag(draws.chance(1, 2))
        }
        Op::Members | Op::List(_) => Ret::Value(list(draws)),
        Op::Etcd(_) => {
            // What a store answers to which something else was written before.
            let mut state = Object::init();
            for _ in 0..draws.below(4) {
                Object::apply(&mut state, &etcd(draws));
            }
            Object::apply(&mut state, op)
        }
        Op::Transaction(parts) => {
            let reads = parts.iter().filter(|(_, part)| *part == Part::Read);
            Ret::Value(Value::List(reads.map(|_| number(draws)).collect()))
        }
        _ => Ret::Done,
    }
}

pub(super) fn put_get(draws: &mut Draws) -> kv::Op {
    let (key, value) = (draws.below(2), draws.below(3));
    if draws.chance(1, 2) { kv::Put(key, value) } else { kv::Get(key) }
}

pub(super) fn lie_put_get(draws: &mut Draws, op: &kv::Op) -> kv::Answer {
    let value = (draws.chance(2, 3) && kv::PutGet::is_read(op)).then(|| draws.below(3));
    kv::Answer(value)
}

pub(super) fn of_map(draws: &mut Draws) -> map::Op {
    let (key, value) = (draws.below(2), draws.below(3));
    match draws.weighted(&[3, 4, 4, 1, 3, 3]) {
        0 => map::Put(key, value),
        1 => map::Get(key),
        2 => map::Cas(key, draws.chance(2, 3).then(|| draws.below(3)), value),
        3 => map::Delete(key),
        4 => map::Append(key, value),
        _ => map::Scan(0, key),
    }
}

pub(super) fn lie_map(draws: &mut Draws, op: &map::Op) -> map::Ret {
    match op {
        map::Get(_) => map::Ret::Value(draws.chance(2, 3).then(|| draws.below(3))),
        map::Cas(..) => map::Ret::Swapped(draws.chance(1, 2)),
        map::Put(..) | map::Delete(_) => map::Ret::Done,
        map::Append(..) => map::Ret::Length(1 + draws.below(3)),
        map::Scan(_, last) => {
            let mut rows = Vec::from_iter((0..draws.below(3)).map(|_| (draws.below(last + 1), 1)));
            rows.sort_unstable();
            map::Ret::Lists(rows)
        }
    }
}
