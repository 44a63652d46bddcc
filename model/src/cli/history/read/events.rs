//! Jepsen's events come in, one at a time; what they ask and answer goes onto the tape.

use super::super::edn::Form;
use super::super::tape::Tape;
use crate::history::Outcome;
use crate::spec::object::{Kind, Op, Part, Ret, Value};
use std::collections::BTreeMap;

mod answers;

/// One event, as Jepsen writes it.
pub(super) struct Event<'a> {
    pub(super) process: i64,
    /// `:invoke`, `:ok`, `:fail` or `:info`.
    pub(super) kind: &'a str,
    pub(super) f: &'a str,
    pub(super) key: Option<u64>,
    pub(super) value: &'a Form,
}

/// What a failure and an answer of nil mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A failed operation did not happen, and a read of nil says nothing. (Knossos.)
    Fails,
    /// A compare-and-set that failed saw another value, and nil is a value. (The etcd logs.)
    Observes,
}

const NIL: &Form = &Form::Word(String::new());

impl<'a> Event<'a> {
    /// The event in a map; `None` for those of the nemesis. Keys are numbered as they come.
    pub(super) fn of(
        form: &'a Form,
        keys: &mut BTreeMap<String, u64>,
    ) -> Result<Option<Event<'a>>, String> {
        let Form::Map(pairs) = form else {
            return Err("expected a map with :process, :type, :f and :value".to_owned());
        };
        let find = |name: &str| {
            let named = |key: &Form| matches!(key, Form::Word(word) if word == name);
            pairs.iter().find(|(key, _)| named(key)).map(|(_, value)| value)
        };
        let word = |name: &str| match find(name) {
            Some(Form::Word(word)) => Ok(word.as_str()),
            _ => Err(format!("the event has no {name}")),
        };
        let process = match find(":process") {
            Some(Form::Number(process)) => *process,
            Some(_) => return Ok(None),
            None => return Err("the event has no :process".to_owned()),
        };
        let key = match find(":key") {
            Some(Form::Text(name) | Form::Word(name)) => Some(numbered(keys, name)),
            Some(Form::Number(number)) => Some(numbered(keys, &number.to_string())),
            _ => None,
        };
        let value = find(":value").unwrap_or(NIL);
        Ok(Some(Event { process, kind: word(":type")?, f: word(":f")?, key, value }))
    }
}

fn numbered(keys: &mut BTreeMap<String, u64>, name: &str) -> u64 {
    let next = keys.len() as u64;
    *keys.entry(name.to_owned()).or_insert(next)
}

/// Takes in one event.
pub(super) fn take(
    tape: &mut Tape,
    line: usize,
    event: &Event<'_>,
    manner: Manner,
) -> Result<(), String> {
    let process = event.process;
    tape.line = line;
    match event.kind {
        ":invoke" => tape.invoke(process, process, line, asked(event, tape.kind)?),
        // It stays open: it may take effect at any time, or never.
        ":info" => tape.leave(process),
        ":fail" => {
            let observes = manner == Manner::Observes;
            let cas = matches!(tape.asked(process)?, Op::Cas(..));
            let saw = Outcome::Ok(Ret::Flag(false));
            tape.complete(process, if observes && cas { saw } else { Outcome::Refused })
        }
        ":ok" => {
            let outcome = answers::answered(tape.asked(process)?, event.value, manner)?;
            tape.complete(process, outcome)
        }
        other => Err(format!("unknown :type {}", other.escape_debug())),
    }
}

/// What an event asks for. Some words mean different things to different objects.
fn asked(event: &Event<'_>, kind: Option<Kind>) -> Result<Op, String> {
    let (key, given) = keyed(event, kind)?;
    let one = || value(given);
    let who = event.process.cast_unsigned();
    Ok(match event.f {
        ":read" | ":get" | ":r" => match kind {
            Some(Kind::Counter) => Op::Count(key),
            Some(Kind::Set) => Op::Members,
            Some(Kind::ListAppend) => Op::List(key),
            Some(Kind::Log) => Op::Fetch(key, number(given)?),
            _ => Op::Read(key),
        },
        ":write" | ":put" | ":w" => Op::Write(key, one()?),
        ":delete" | ":del" if kind != Some(Kind::Set) => Op::Write(key, Value::Nil),
        ":cas" => match given {
            Form::List(pair) => match &pair[..] {
                [(_, expected), (_, to)] => Op::Cas(key, value(expected)?, value(to)?),
                _ => return Err(":cas needs [expected new]".to_owned()),
            },
            _ => return Err(":cas needs [expected new]".to_owned()),
        },
        ":append" => match (given, kind) {
            (Form::Text(text), None | Some(Kind::Register)) => {
                Op::Append(key, text.as_str().into())
            }
            _ => Op::Extend(key, one()?),
        },
        ":txn" => Op::Transaction(steps(given)?.into_iter().map(Step::asked).collect()),
        ":add" | ":insert" => match kind {
            Some(Kind::Counter) => Op::Add(key, number(given)?),
            Some(Kind::Set) => Op::Insert(one()?),
            Some(Kind::PriorityQueue) => Op::Offer(one()?),
            _ => {
                let why = "may be asked of several objects: name one with --spec";
                return Err(format!("{} {why}", event.f));
            }
        },
        ":inc" | ":increment" => Op::Add(key, number(given).unwrap_or(1)),
        ":remove" | ":delete" | ":del" => Op::Remove(one()?),
        ":contains" => Op::Contains(one()?),
        ":enqueue" | ":enq" => Op::Enqueue(one()?),
        ":dequeue" | ":deq" => Op::Dequeue,
        ":push" => Op::Push(one()?),
        ":pop" => Op::Pop,
        ":offer" => Op::Offer(one()?),
        ":poll" => Op::Poll,
        ":publish" | ":send" | ":produce" => Op::Publish(key, one()?),
        ":fetch" => Op::Fetch(key, number(given)?),
        ":acquire" | ":lock" if kind != Some(Kind::Semaphore) => Op::Acquire(who, None),
        ":release" | ":unlock" if kind != Some(Kind::Semaphore) => Op::Release(who),
        ":acquire" | ":take" => Op::Take(number(given).unwrap_or(1)),
        ":release" | ":give" => Op::Give(number(given).unwrap_or(1)),
        f => return Err(format!("cannot read what :f {} asks for", f.escape_debug())),
    })
}

/// The key and the value of an event: with several keys, Jepsen writes both as `[key value]`.
fn keyed<'a>(event: &Event<'a>, kind: Option<Kind>) -> Result<(u64, &'a Form), String> {
    if let Some(key) = event.key {
        return Ok((key, event.value));
    }
    let single = matches!(kind, None | Some(Kind::Register | Kind::Counter | Kind::Log));
    let Form::List(pair) = event.value else { return Ok((0, event.value)) };
    match (event.f, &pair[..]) {
        (":cas", [(_, key), (_, given @ Form::List(_))]) if single => Ok((name_of(key)?, given)),
        (
            ":read" | ":write" | ":get" | ":put" | ":r" | ":w" | ":add" | ":publish" | ":send"
            | ":fetch",
            [(_, key), (_, given)],
        ) if single => Ok((name_of(key)?, given)),
        _ => Ok((0, event.value)),
    }
}

/// A step of a transaction: what it does to which key, and the value that it wrote or read.
struct Step {
    f: F,
    key: u64,
    value: Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum F {
    Read,
    Write,
    Append,
}

impl Step {
    fn asked(self) -> (u64, Part) {
        let part = match self.f {
            F::Read => Part::Read,
            F::Write => Part::Write(self.value),
            F::Append => Part::Extend(self.value),
        };
        (self.key, part)
    }
}

fn steps(form: &Form) -> Result<Vec<Step>, String> {
    let Form::List(parts) = form else { return Err("expected the steps of it".to_owned()) };
    parts.iter().map(|(_, part)| step(part)).collect()
}

fn step(form: &Form) -> Result<Step, String> {
    let Form::List(words) = form else { return Err("expected [:read :x nil]".to_owned()) };
    let [(_, Form::Word(f)), (_, name), (_, to)] = &words[..] else {
        return Err("expected [:read :x nil] or [:write :x 1]".to_owned());
    };
    let f = match f.as_str() {
        ":read" | ":r" => F::Read,
        ":write" | ":w" => F::Write,
        ":append" => F::Append,
        _ => return Err(format!("a transaction cannot {}", f.escape_debug())),
    };
    Ok(Step { f, key: name_of(name)?, value: value(to)? })
}

/// A short name as a number: its bytes; or the number that it is.
fn name_of(form: &Form) -> Result<u64, String> {
    match form {
        Form::Number(number) => u64::try_from(*number).map_err(|_| "a key below 0".to_owned()),
        Form::Word(name) | Form::Text(name) if name.len() <= 8 => {
            Ok(name.bytes().fold(0, |sum, byte| sum << 8 | u64::from(byte)))
        }
        _ => Err("such a key has at most 8 letters".to_owned()),
    }
}

fn number(form: &Form) -> Result<i64, String> {
    match form {
        Form::Number(number) => Ok(*number),
        _ => Err("expected a number".to_owned()),
    }
}

fn value(form: &Form) -> Result<Value, String> {
    Ok(match form {
        Form::Number(number) => Value::Number(*number),
        Form::Text(text) => Value::Text(text.as_str().into()),
        Form::Word(word) if word == "nil" || word.is_empty() => Value::Nil,
        Form::Word(word) => Value::Text(word.as_str().into()),
        Form::List(values) => {
            let values: Result<Vec<Value>, String> =
                values.iter().map(|(_, form)| value(form)).collect();
            Value::List(values?.into())
        }
        Form::Map(_) => return Err("expected a value, not a map".to_owned()),
    })
}
