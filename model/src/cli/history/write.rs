//! A history comes in; its events go out as Jepsen's EDN or as JSON lines, so that other checkers
//! can read it, and we as well.
//!
//! The one idea: what Jepsen's words cannot say is said by operations. First values are written by
//! a process of their own before all else, and so is the value `absent` where something was read
//! that nobody wrote: a read of `nil` would say nothing there.

use crate::cli::json;
use crate::history::{History, Operation, Outcome};
use crate::spec::object::{Object, Op, Part, Ret, Value};
use event::edn;
pub(in crate::cli) use event::{Event, Word};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

mod event;
pub(in crate::cli) mod registers;

/// How a history is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Manner {
    Edn,
    JsonLines,
}

impl Manner {
    /// By the end of a file's name.
    pub(in crate::cli) fn of(file: &Path) -> Result<Manner, String> {
        match file.extension().and_then(|end| end.to_str()) {
            Some("edn") => Ok(Manner::Edn),
            Some("jsonl" | "json") => Ok(Manner::JsonLines),
            _ => Err(format!(
                "cannot tell how to write {}: a name that ends in .edn or .jsonl says it",
                file.display()
            )),
        }
    }
}

/// The names of keys; numbers where there are none.
pub(in crate::cli) type NameOf<'a> = &'a dyn Fn(u64) -> Option<String>;

/// The text of a file.
pub(in crate::cli) fn write(history: &History<Object>, manner: Manner, name: NameOf<'_>) -> String {
    let events = Writer::of(history, manner, name).events();
    let mut text = String::new();
    for (index, event) in events.iter().enumerate() {
        match manner {
            Manner::Edn => edn(event, index, &mut text),
            Manner::JsonLines => text += &json::written(event, index),
        }
        text.push('\n');
    }
    text
}

struct Writer<'a> {
    history: &'a History<Object>,
    manner: Manner,
    name: NameOf<'a>,
    /// Whether keys stand before values, as Jepsen writes several registers.
    tuples: bool,
    /// Whether there is one key alone, which then is not named.
    single: bool,
    /// The process of each operation: one that has crashed never asks again.
    processes: Vec<u64>,
    /// Who writes what is there at first.
    first: u64,
    /// Whether it comes from a file, where no times are known.
    recorded: bool,
}

impl<'a> Writer<'a> {
    fn of(history: &'a History<Object>, manner: Manner, name: NameOf<'a>) -> Writer<'a> {
        let all = || history.operations.iter();
        let keys: BTreeSet<u64> = all().filter_map(|one| key(&one.op)).collect();
        let plain = |op: &Op| matches!(op, Op::Read(_) | Op::Write(..) | Op::Cas(..));
        let tuples = manner == Manner::Edn && keys.len() > 1 && all().all(|one| plain(&one.op));
        let (processes, first) = processes(history);
        let (single, recorded) = (keys.len() <= 1, all().all(|one| one.node.is_none()));
        Writer { history, manner, name, tuples, single, processes, first, recorded }
    }

    /// All events, in their order.
    fn events(&self) -> Vec<Event> {
        let mut events: BTreeMap<(u64, usize), Event> = BTreeMap::new();
        let before = self.absent();
        for (place, one) in self.history.operations.iter().enumerate() {
            let process = self.processes[place];
            let time = |at: crate::time::Time| (!self.recorded).then_some(at.0);
            let asked = self.asked(&one.op);
            let invoke = Event { process, kind: "invoke", time: time(one.invoked.time), ..asked };
            let answer = self.answer(one);
            let end = Event { process, time: time(one.completed.time), ..answer };
            events.insert((one.invoked.order, 2 * place), invoke);
            events.insert((one.completed.order, 2 * place + 1), end);
        }
        before.into_iter().chain(events.into_values()).collect()
    }

    /// Writes `absent` into each register of which somebody saw that it held nothing.
    fn absent(&self) -> Vec<Event> {
        let saw = |one: &&Operation<Object>| match (&one.op, &one.outcome) {
            (Op::Read(_), Outcome::Ok(ret)) => *ret == Ret::Value(Value::Nil),
            (Op::Cas(_, expected, _), _) => *expected == Value::Nil,
            _ => false,
        };
        let keys: BTreeSet<u64> =
            self.history.operations.iter().filter(saw).filter_map(|one| key(&one.op)).collect();
        let mut events = Vec::new();
        for key in keys {
            for kind in ["invoke", "ok"] {
                let write = self.asked(&Op::Write(key, Value::Nil));
                events.push(Event { process: self.first, kind, ..write });
            }
        }
        events
    }

    /// What an operation asks for.
    fn asked(&self, op: &Op) -> Event {
        let word = |value: &Value| self.word(value);
        let (f, value) = match op {
            Op::Read(_) | Op::Count(_) | Op::Members | Op::List(_) => ("read", Word::Nil),
            Op::Write(_, value) => ("write", word(value)),
            Op::Cas(_, from, to) => ("cas", Word::List(vec![word(from), word(to)])),
            Op::Append(_, text) => ("append", Word::Text(text.to_string())),
            Op::Extend(_, value) => ("append", word(value)),
            Op::Transaction(parts) => ("txn", self.steps(parts, None)),
            Op::Add(_, more) => ("inc", Word::Number(*more)),
            Op::Insert(value) => ("add", word(value)),
            Op::Remove(value) => ("remove", word(value)),
            Op::Contains(value) => ("contains", word(value)),
            Op::Enqueue(value) => ("enqueue", word(value)),
            Op::Dequeue => ("dequeue", Word::Nil),
            Op::Push(value) => ("push", word(value)),
            Op::Pop => ("pop", Word::Nil),
            Op::Offer(value) => ("offer", word(value)),
            Op::Poll => ("poll", Word::Nil),
            Op::Publish(_, value) => ("publish", word(value)),
            Op::Fetch(_, offset) => ("fetch", Word::Number(*offset)),
            Op::Acquire(..) => ("acquire", Word::Nil),
            Op::Release(_) => ("release", Word::Nil),
            Op::Take(permits) => ("take", Word::Number(*permits)),
            Op::Give(permits) => ("give", Word::Number(*permits)),
            Op::Etcd(ask) => {
                let (f, given) = ask.told();
                (f, plain(&given))
            }
        };
        self.event(f, key(op), value)
    }

    /// How an operation ended.
    fn answer(&self, one: &Operation<Object>) -> Event {
        let asked = self.asked(&one.op);
        let ret = match &one.outcome {
            Outcome::Refused => return Event { kind: "fail", ..asked },
            Outcome::Unknown => return Event { kind: "info", ..asked },
            Outcome::Ok(ret) => ret,
        };
        match (&one.op, ret) {
            (Op::Contains(_), Ret::Flag(flag)) => {
                Event { kind: "ok", ..self.event(asked.f, None, Word::Flag(*flag)) }
            }
            // Jepsen has no word for a condition that was seen not to hold.
            (_, Ret::Flag(false)) if self.manner == Manner::Edn => Event { kind: "fail", ..asked },
            (op, Ret::Flag(false)) => {
                Event { kind: "ok", ..self.event(asked.f, key(op), Word::Flag(false)) }
            }
            (Op::Acquire(_, Some(token)), _) => {
                Event { kind: "ok", ..self.event(asked.f, None, Word::Number(*token)) }
            }
            (Op::Transaction(parts), Ret::Value(Value::List(found))) => {
                Event { kind: "ok", ..self.event("txn", None, self.steps(parts, Some(found))) }
            }
            (Op::Etcd(_), Ret::Value(value)) => Event { kind: "ok", value: plain(value), ..asked },
            (op, Ret::Value(value)) => {
                // Of these, nothing is an answer that everybody has a word for.
                let nil = matches!(op, Op::Dequeue | Op::Pop | Op::Poll | Op::Fetch(..));
                let found = if nil && *value == Value::Nil { Word::Nil } else { self.word(value) };
                Event { kind: "ok", ..self.event(asked.f, key(op), found) }
            }
            _ => Event { kind: "ok", ..asked },
        }
    }

    fn event(&self, f: &'static str, key: Option<u64>, value: Word) -> Event {
        let key = key.filter(|_| !self.single).map(|key| self.key(key));
        let (key, value) = match key {
            Some(key) if self.tuples => (None, Word::List(vec![key, value])),
            key => (key, value),
        };
        Event { process: 0, kind: "", f, key, value, time: None }
    }

    fn key(&self, key: u64) -> Word {
        match (self.name)(key) {
            Some(name) => Word::Text(name),
            None => Word::Number(key.cast_signed()),
        }
    }

    fn steps(&self, parts: &[(u64, Part)], found: Option<&[Value]>) -> Word {
        let mut found = found.unwrap_or_default().iter();
        let steps = parts.iter().map(|(key, part)| {
            let (f, value) = match part {
                // A list or a register that holds nothing.
                Part::Read => (
                    "r",
                    found.next().map_or(Word::Nil, |value| match value {
                        Value::Nil => Word::Nil,
                        value => self.word(value),
                    }),
                ),
                Part::Write(value) => ("w", self.word(value)),
                Part::Extend(value) => ("append", self.word(value)),
            };
            Word::List(vec![Word::Name(f), self.key(*key), value])
        });
        Word::List(steps.collect())
    }

    fn word(&self, value: &Value) -> Word {
        match value {
            Value::Nil => Word::Name("absent"),
            Value::Number(number) => Word::Number(*number),
            Value::Text(text) => Word::Text(text.to_string()),
            Value::List(values) => {
                Word::List(values.iter().map(|value| self.word(value)).collect())
            }
        }
    }
}

/// A value in which nothing is no register's.
fn plain(value: &Value) -> Word {
    match value {
        Value::Nil => Word::Nil,
        Value::Number(number) => Word::Number(*number),
        Value::Text(text) => Word::Text(text.to_string()),
        Value::List(values) => Word::List(values.iter().map(plain).collect()),
    }
}

/// The process of each operation, and one that has no operation. As Jepsen has it, a process does
/// one thing at a time, and none after an operation that crashed: its client goes on as another
/// one. Who holds a lock is told by the process, so there it stays the same.
fn processes(history: &History<Object>) -> (Vec<u64>, u64) {
    // For each client its processes, and when each of them has time again.
    let mut clients: BTreeMap<u32, Vec<(u64, u64)>> = BTreeMap::new();
    for one in &history.operations {
        let next = clients.len() as u64;
        clients.entry(one.request.client.0).or_insert_with(|| vec![(next, 0)]);
    }
    let mut next = clients.len() as u64;
    let processes = history.operations.iter().map(|one| {
        if let Op::Acquire(who, _) | Op::Release(who) = one.op {
            return who;
        }
        let crashed = one.outcome == Outcome::Unknown;
        let ends = if crashed { u64::MAX } else { one.completed.order };
        let known = clients.entry(one.request.client.0).or_default();
        match known.iter_mut().find(|(_, free)| *free < one.invoked.order || *free == 0) {
            Some((process, free)) => {
                *free = ends;
                *process
            }
            None => {
                known.push((next, ends));
                next += 1;
                next - 1
            }
        }
    });
    let processes: Vec<u64> = processes.collect();
    let first = processes.iter().max().map_or(0, |last| last + 1);
    (processes, first)
}

fn key(op: &Op) -> Option<u64> {
    match op {
        Op::Publish(key, _) | Op::Fetch(key, _) | Op::Extend(key, _) | Op::List(key) => Some(*key),
        op => super::tape::key(op),
    }
}
