//! What a history is to be like comes in; a history of a real object goes out. It knows no judge.
//!
//! The one idea: clients' operations take effect at a moment between call and return, so that a
//! history is linearizable by the way it is made. A refuted one is the same, with one late read
//! that answers something older.

use schism::history::{History, Moment, Operation, Outcome};
use schism::seed::{Draws, Seed};
use schism::spec::object::etcd::{Ask, Compare, Field};
use schism::spec::object::{Object, Op, Ret, Value};
use schism::spec::{Spec, kv, map};
use schism::{ClientId, RequestId, Time};
use std::cmp::Ordering;
use std::mem::discriminant;
use std::sync::Arc;

/// What a row is about.
pub(super) struct Made {
    pub(super) clients: u64,
    pub(super) length: u64,
    pub(super) keys: u64,
    /// One operation in so many is never answered; 0 for none.
    pub(super) crash: u64,
    pub(super) bad: bool,
    /// Whether more than reads tell what they found.
    pub(super) takes: bool,
}

/// Operations on an object, made up: draws, the key, and a number that comes but once.
pub(super) type Any<Op> = fn(&mut Draws, u64, u64) -> Op;

pub(super) const OBJECTS: [(&str, Any<Op>); 5] = [
    ("queue, unique values, 5 clients", |draws, _, unique| match draws.below(2) {
        0 => Op::Enqueue(Value::Number(unique as i64)),
        _ => Op::Dequeue,
    }),
    ("stack, unique values, 5 clients", |draws, _, unique| match draws.below(2) {
        0 => Op::Push(Value::Number(unique as i64)),
        _ => Op::Pop,
    }),
    ("priority queue, unique values, 5 clients", |draws, _, unique| match draws.below(2) {
        0 => Op::Offer(Value::Number((unique as i64).wrapping_mul(0x9e37_79b9) & 0xffff_ffff)),
        _ => Op::Poll,
    }),
    ("log, 5 clients", |draws, key, unique| match draws.below(2) {
        0 => Op::Publish(key, Value::Number(unique as i64)),
        _ => Op::Fetch(key, draws.below(unique) as i64),
    }),
    ("counter, 5 clients", |draws, key, _| match draws.below(2) {
        0 => Op::Add(key, 1 + draws.below(2) as i64),
        _ => Op::Count(key),
    }),
];

/// What is put into a set is looked for, and taken out, soon after.
pub(super) fn of_set(draws: &mut Draws, _key: u64, unique: u64) -> Op {
    let recent = Value::Number(unique.saturating_sub(draws.below(16)) as i64);
    match draws.below(4) {
        0 | 1 => Op::Insert(Value::Number(unique as i64)),
        2 => Op::Contains(recent),
        _ => Op::Remove(recent),
    }
}

pub(super) fn flag(found: Option<u64>) -> Ret {
    Ret::Flag(found.is_some())
}

pub(super) fn number(found: Option<u64>) -> Ret {
    Ret::Value(found.map_or(Value::Nil, |number| Value::Number(number as i64)))
}

/// Gives a late reader of an etcd store the answer that an earlier one had to the same question.
pub(super) fn stale_store(history: &mut History<Object>) {
    let operations = &mut history.operations;
    for late in operations.len() / 10 * 9..operations.len() {
        let (before, after) = operations.split_at_mut(late);
        let read = &mut after[0];
        let older = |one: &&Operation<Object>| {
            one.op == read.op
                && one.completed.order + 100 < read.invoked.order
                && matches!(one.outcome, Outcome::Ok(_))
                && one.outcome != read.outcome
        };
        let told = Object::is_read(&read.op) && matches!(read.outcome, Outcome::Ok(_));
        if let Some(older) = before.iter().rev().filter(|_| told).find(older) {
            read.outcome = older.outcome.clone();
            return;
        }
    }
    panic!("no question was asked twice");
}

/// So many clients ask etcd's store at a time.
pub(super) const ETCD_CLIENTS: u64 = 12;

/// Ranges, writes, deletions and transactions over ten keys.
pub(super) fn store(draws: &mut Draws, _key: u64, unique: u64) -> Op {
    let key = |draws: &mut Draws| -> Arc<str> { format!("k{}", draws.below(10)).into() };
    let value = Value::Number(unique as i64 % 50);
    Op::Etcd(Arc::new(match draws.weighted(&[8, 4, 1, 4]) {
        0 => Ask::Put(key(draws), value),
        1 => Ask::Range("k0".into(), Some("k9".into()), draws.below(3)),
        2 => Ask::Delete(key(draws), None),
        _ => {
            let (key, field) = (key(draws), Field::Modified);
            let than = Value::Number(unique as i64 / 2);
            let when = Compare { key: key.clone(), field, is: Ordering::Less, not: false, than };
            let other = Ask::Put(format!("k{}", draws.below(10)).into(), value.clone());
            Ask::Txn(
                vec![when],
                vec![Ask::Put(key.clone(), value), other],
                vec![Ask::Range(key, None, 0)],
            )
        }
    }))
}

/// What is read too late is the first value, so it must be written.
pub(super) fn put_get(draws: &mut Draws, key: u64, unique: u64) -> kv::Op {
    if unique == 1 || draws.chance(1, 2) { kv::Put(key, unique) } else { kv::Get(key) }
}

/// Few values, each written often.
pub(super) fn swaps(draws: &mut Draws, key: u64, _unique: u64) -> map::Op {
    match draws.below(3) {
        0 => map::Put(key, draws.below(5)),
        1 => map::Get(key),
        _ => map::Cas(key, Some(draws.below(5)), draws.below(5)),
    }
}

/// An operation by its place, its key, and its answer once it took effect.
type UnderWay<Ret> = (usize, usize, Option<Ret>);

/// Records a history of a real object.
pub(super) fn record<S: Spec>(
    made: &Made,
    any: Any<S::Op>,
    found: fn(Option<u64>) -> S::Ret,
) -> History<S> {
    record_from(Seed(11), made, any, found)
}

pub(super) fn record_from<S: Spec>(
    seed: Seed,
    made: &Made,
    any: Any<S::Op>,
    found: fn(Option<u64>) -> S::Ret,
) -> History<S> {
    let mut draws = seed.draws();
    let mut objects: Vec<S::State> = (0..made.keys).map(|_| S::init()).collect();
    let mut history: History<S> = History::default();
    let mut busy: Vec<Option<UnderWay<S::Ret>>> = (0..made.clients).map(|_| None).collect();
    let (mut order, mut late) = (0, made.bad);
    while (history.operations.len() as u64) < made.length || busy.iter().any(Option::is_some) {
        order += 1;
        let now = Moment { order, time: Time(order) };
        let client = draws.below(made.clients) as usize;
        let Some((place, key, answer)) = busy[client].take() else {
            let place = history.operations.len();
            if (place as u64) < made.length {
                let key = draws.below(made.keys);
                let op = any(&mut draws, key, place as u64 + 1);
                busy[client] = Some((place, key as usize, None));
                history.operations.push(asked(client as u32, place as u32, op, now));
            }
            continue;
        };
        // A client may be gone before anything took effect, or after.
        let gone = made.crash > 0 && draws.chance(1, made.crash);
        if gone && draws.chance(1, 2) {
            continue;
        }
        let op = &history.operations[place].op;
        let answer = answer.unwrap_or_else(|| S::apply(&mut objects[key], op));
        if draws.chance(1, 2) {
            busy[client] = Some((place, key, Some(answer)));
            continue;
        }
        if gone {
            continue;
        }
        let shows =
            S::is_read(op) || made.takes && discriminant(&answer) == discriminant(&found(None));
        let stale =
            late && shows && answer != found(Some(1)) && place as u64 > made.length / 10 * 9;
        late &= !stale;
        let ret = if stale { found(Some(1)) } else { answer };
        history.operations[place].outcome = Outcome::Ok(ret);
        history.operations[place].completed = now;
    }
    history
}

pub(super) fn asked<S: Spec>(client: u32, number: u32, op: S::Op, now: Moment) -> Operation<S> {
    Operation::asked(RequestId { client: ClientId(client), number }, op, now)
}

/// Writes that nobody ever heard of, then two that were acknowledged, and a read of the first.
pub(super) fn unread(open: u64) -> History<map::Map> {
    let mut history: History<map::Map> = History::default();
    let mut order = 0;
    let mut moment = || {
        order += 1;
        Moment { order, time: Time(order) }
    };
    for client in 0..open {
        let op = map::Put(0, 10 + client % 50);
        history.operations.push(asked(client as u32, client as u32, op, moment()));
    }
    let last = [
        (map::Put(0, 1), map::Ret::Done),
        (map::Put(0, 2), map::Ret::Done),
        (map::Put(0, 1), map::Ret::Done),
        (map::Put(0, 3), map::Ret::Done),
        (map::Get(0), map::Ret::Value(Some(1))),
    ];
    for (op, ret) in last {
        let mut operation = asked(1_000, 0, op, moment());
        operation.outcome = Outcome::Ok(ret);
        operation.completed = moment();
        history.operations.push(operation);
    }
    history
}
