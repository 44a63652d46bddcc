//! How long verdicts on histories take: `cargo bench -p schism --bench linearizability`. One
//! thread, time of the processor, medians; what is read and made up is not counted. A name after
//! `--` keeps the rows that have it in theirs; `--write DIR` writes the registers' histories as
//! `hist` files, so that other checkers can be given the same ones.
//!
//! The one idea: a history is recorded of a real object, by clients whose operations take effect at
//! a moment between call and return, so that it is linearizable by the way it is made. A refuted
//! one is the same, with one late read that answers something older.

use cpu_time::ThreadTime;
use schism::history::{History, Moment, Operation, Outcome};
use schism::judge::linearizability::{Finding, check};
use schism::seed::{Draws, Seed};
use schism::spec::object::etcd::{Ask, Compare, Field};
use schism::spec::object::{Object, Op, Ret, Value};
use schism::spec::{Spec, kv, map};
use schism::{ClientId, RequestId, Time};
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::mem::discriminant;
use std::sync::Arc;

/// What a row is about.
struct Made {
    clients: u64,
    length: u64,
    keys: u64,
    /// One operation in so many is never answered; 0 for none.
    crash: u64,
    bad: bool,
    /// Whether more than reads tell what they found.
    takes: bool,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let folder = words.iter().position(|word| word == "--write").map(|at| words[at + 1].clone());
    let wanted =
        words.iter().find(|word| !word.starts_with("--") && Some(*word) != folder.as_ref());
    println!("{:44} {:>9} {:>15} {:>12} {:>9}", "history", "ops", "verdict", "median", "ns/op");
    let wants = |name: &str| wanted.is_none_or(|part| name.contains(part.as_str()));
    for (clients, length) in [(3, 1_000), (3, 5_000), (5, 10_000), (5, 100_000), (5, 1_000_000)] {
        for bad in [false, true] {
            let name = format!("register, unique values, {clients} clients{}", told(bad));
            if wants(&name) {
                let made = Made { clients, length, keys: 1, crash: 0, bad, takes: false };
                let history = record::<kv::PutGet>(&made, put_get, kv::Answer);
                row(&name, &history);
                write(folder.as_deref(), &format!("reg{clients}_{length}{}", told(bad)), &history);
            }
        }
    }
    for bad in [false, true] {
        let name = format!("1,000 registers, unique values, 8 clients{}", told(bad));
        if wants(&name) {
            let made =
                Made { clients: 8, length: 1_000_000, keys: 1_000, crash: 0, bad, takes: false };
            row(&name, &record::<kv::PutGet>(&made, put_get, kv::Answer));
        }
    }
    for bad in [false, true] {
        let name = format!("register, 5 values, swaps, 5 clients{}", told(bad));
        if wants(&name) {
            let made = Made { clients: 5, length: 1_000_000, keys: 1, crash: 0, bad, takes: false };
            row(&name, &record::<map::Map>(&made, swaps, map::Ret::Value));
        }
    }
    let hunt = Made { clients: 3, length: 200, keys: 4, crash: 20, bad: false, takes: false };
    if wants("a hunt's map, all operations") {
        row("a hunt's map, all operations", &record::<map::Map>(&hunt, swaps, map::Ret::Value));
    }
    if wants("a hunt's store, put and get") {
        row("a hunt's store, put and get", &record::<kv::PutGet>(&hunt, put_get, kv::Answer));
    }
    for (name, any) in OBJECTS {
        for bad in [false, true] {
            let name = format!("{name}{}", told(bad));
            if wants(&name) {
                let made =
                    Made { clients: 5, length: 1_000_000, keys: 1, crash: 0, bad, takes: true };
                row(&name, &record::<Object>(&made, any, number));
            }
        }
    }
    if wants(ETCD) {
        hundred_stores();
    }
    for open in [20, 60] {
        let name = format!("{open} writes without an end, then a stale read");
        if wants(&name) {
            row(&name, &unread(open));
        }
    }
}

/// Operations on an object, made up: draws, the key, and a number that comes but once.
type Any<Op> = fn(&mut Draws, u64, u64) -> Op;

const OBJECTS: [(&str, Any<Op>); 5] = [
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

fn number(found: Option<u64>) -> Ret {
    Ret::Value(found.map_or(Value::Nil, |number| Value::Number(number as i64)))
}

const ETCD: &str = "etcd, 12 clients, 10 failures left pending";

/// Ranges, writes, deletions and transactions over ten keys.
fn store(draws: &mut Draws, _key: u64, unique: u64) -> Op {
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

/// The slowest of a hundred histories, and how many had no verdict.
fn hundred_stores() {
    let made = Made { clients: 12, length: 2_000, keys: 1, crash: 300, bad: false, takes: false };
    let (mut slowest, mut all, mut unknown, mut open) = (0.0_f64, 0.0, 0, 0);
    for seed in 0..100 {
        let history = record_from::<Object>(Seed(seed), &made, store, number);
        open += history.operations.iter().filter(|one| one.outcome == Outcome::Unknown).count();
        let began = ThreadTime::now();
        unknown += u32::from(check(&history, 1 << 24) != Finding::Linearizable);
        let seconds = began.elapsed().as_secs_f64();
        (slowest, all) = (slowest.max(seconds), all + seconds);
    }
    println!(
        "{ETCD}: 100 histories of 2,000, {open} failures left, {unknown} not linearizable or \
         unknown, {:.1} ms each, the slowest {:.1} ms",
        all * 10.0,
        slowest * 1e3
    );
}

const fn told(bad: bool) -> &'static str {
    if bad { ", one stale read" } else { "" }
}

fn put_get(draws: &mut Draws, key: u64, unique: u64) -> kv::Op {
    if draws.chance(1, 2) { kv::Put(key, unique) } else { kv::Get(key) }
}

/// Few values, each written often.
fn swaps(draws: &mut Draws, key: u64, _unique: u64) -> map::Op {
    match draws.below(3) {
        0 => map::Put(key, draws.below(5)),
        1 => map::Get(key),
        _ => map::Cas(key, Some(draws.below(5)), draws.below(5)),
    }
}

/// An operation by its place, its key, and its answer once it took effect.
type UnderWay<Ret> = (usize, usize, Option<Ret>);

/// Records a history of a real object.
fn record<S: Spec>(made: &Made, any: Any<S::Op>, found: fn(Option<u64>) -> S::Ret) -> History<S> {
    record_from(Seed(11), made, any, found)
}

fn record_from<S: Spec>(
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
        let stale = late && shows && place as u64 > made.length / 10 * 9;
        late &= !stale;
        let ret = if stale { found(Some(1)) } else { answer };
        history.operations[place].outcome = Outcome::Ok(ret);
        history.operations[place].completed = now;
    }
    history
}

fn asked<S: Spec>(client: u32, number: u32, op: S::Op, now: Moment) -> Operation<S> {
    Operation {
        request: RequestId { client: ClientId(client), number },
        node: None,
        op,
        invoked: now,
        outcome: Outcome::Unknown,
        completed: now,
        again: false,
        step: None,
    }
}

/// Writes that nobody ever heard of, then two that were acknowledged, and a read of the first.
fn unread(open: u64) -> History<map::Map> {
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

/// A verdict's time, for as many runs as take a second. Asking for the time takes time itself, so
/// quick ones are measured together.
fn row<S: Spec>(name: &str, history: &History<S>) {
    let mut times = Vec::new();
    let (mut spent, mut together) = (0.0, 1);
    let mut verdict = "";
    while times.len() < 3 || spent < 1.0 {
        let began = ThreadTime::now();
        for _ in 0..together {
            verdict = match check(history, 1 << 24) {
                Finding::Linearizable => "linearizable",
                Finding::Refuted(_) => "not linearizable",
                Finding::Unknown => "unknown",
            };
        }
        let seconds = began.elapsed().as_secs_f64();
        spent += seconds;
        if seconds < 2e-3 {
            together *= 2;
        } else {
            times.push(seconds / f64::from(together));
        }
    }
    times.sort_by(f64::total_cmp);
    let (median, operations) = (times[times.len() / 2], history.operations.len());
    let each = median * 1e9 / operations as f64;
    let shown = if median < 1e-3 {
        format!("{:.1} µs", median * 1e6)
    } else {
        format!("{:.1} ms", median * 1e3)
    };
    println!("{name:44} {operations:>9} {verdict:>16} {shown:>12} {each:>9.0}");
}

/// Writes a history in the `hist` format.
fn write(folder: Option<&str>, name: &str, history: &History<kv::PutGet>) {
    let Some(folder) = folder else { return };
    let mut lines: Vec<(u64, String)> = Vec::new();
    for (id, operation) in history.operations.iter().enumerate() {
        let client = operation.request.client.0;
        let words = match operation.op {
            kv::Put(_, value) => format!("w 0 {value} 0"),
            kv::Get(_) => "r 0 0 0".to_owned(),
        };
        lines.push((operation.invoked.order, format!("I {client} {id} {words}")));
        if let Outcome::Ok(kv::Answer(found)) = operation.outcome {
            let value = found.map_or(-1, |value| value as i64);
            lines.push((operation.completed.order, format!("R {client} {id} {value}")));
        }
    }
    lines.sort_by_key(|(order, _)| *order);
    let mut text = "# init=-1\n".to_owned();
    for (_, line) in lines {
        let _ = writeln!(text, "{line}");
    }
    let path = format!("{folder}/{}.hist", name.replace([' ', ','], "_"));
    std::fs::write(&path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
}
