//! Jepsen's events come in, one at a time; what they ask and answer goes onto the tape.

use super::super::edn::Form;
use super::super::object::{Op, Ret, Value};
use super::super::tape::Tape;
use crate::history::Outcome;
use std::collections::BTreeMap;

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
    match event.kind {
        ":invoke" => tape.invoke(process, process, line, asked(event)?),
        // It stays open: it may take effect at any time, or never.
        ":info" => tape.leave(process),
        ":fail" => {
            let observes = manner == Manner::Observes;
            let cas = matches!(tape.asked(process)?, Op::Cas(..));
            let saw = Outcome::Ok(Ret::Swapped(false));
            tape.complete(process, if observes && cas { saw } else { Outcome::Refused })
        }
        ":ok" => {
            let outcome = answered(tape.asked(process)?, event.value, manner)?;
            tape.complete(process, outcome)
        }
        other => Err(format!("unknown :type {}", other.escape_debug())),
    }
}

fn asked(event: &Event<'_>) -> Result<Op, String> {
    let key = event.key.unwrap_or(0);
    Ok(match (event.f, event.value) {
        (":read" | ":get", _) => Op::Read(key),
        (":write" | ":put", to) => Op::Write(key, value(to)?),
        (":append", Form::Text(text)) => Op::Append(key, text.clone()),
        (":cas", Form::List(pair)) => match &pair[..] {
            [(_, expected), (_, to)] => Op::Cas(key, value(expected)?, value(to)?),
            _ => return Err(":cas needs [expected new]".to_owned()),
        },
        (":txn", Form::List(parts)) => {
            let steps = parts.iter().map(|(_, part)| step(part));
            Op::Transaction(
                steps
                    .map(|step| step.map(|(write, key, to)| (key, write.then_some(to))))
                    .collect::<Result<_, String>>()?,
            )
        }
        (f, _) => return Err(format!("cannot read what :f {} asks for", f.escape_debug())),
    })
}

/// Whether a step of a transaction writes, its key, and its value.
fn step(form: &Form) -> Result<(bool, u64, Value), String> {
    let Form::List(words) = form else { return Err("expected [:read :x nil]".to_owned()) };
    let [(_, Form::Word(f)), (_, name), (_, to)] = &words[..] else {
        return Err("expected [:read :x nil] or [:write :x 1]".to_owned());
    };
    let write = match f.as_str() {
        ":read" | ":r" => false,
        ":write" | ":w" => true,
        _ => return Err(format!("a transaction cannot {}", f.escape_debug())),
    };
    Ok((write, name_of(name)?, value(to)?))
}

/// A short name as a number: its bytes; or the number that it is.
fn name_of(form: &Form) -> Result<u64, String> {
    match form {
        Form::Number(number) => u64::try_from(*number).map_err(|_| "a key below 0".to_owned()),
        Form::Word(name) | Form::Text(name) if name.len() <= 8 => {
            Ok(name.bytes().fold(0, |sum, byte| sum << 8 | u64::from(byte)))
        }
        _ => Err("a key of a transaction has at most 8 letters".to_owned()),
    }
}

fn answered(op: &Op, form: &Form, manner: Manner) -> Result<Outcome<Ret>, String> {
    Ok(match op {
        Op::Read(_) => match value(form)? {
            Value::Nil if manner == Manner::Fails => Outcome::Unknown,
            value => Outcome::Ok(Ret::Value(value)),
        },
        Op::Cas(..) => Outcome::Ok(Ret::Swapped(true)),
        Op::Transaction(asked) => {
            let Form::List(parts) = form else { return Err("expected its steps".to_owned()) };
            let steps = parts.iter().map(|(_, part)| step(part));
            let steps = steps.collect::<Result<Vec<_>, String>>()?;
            let same = steps.len() == asked.len()
                && steps
                    .iter()
                    .zip(asked)
                    .all(|(done, (key, write))| done.1 == *key && done.0 == write.is_some());
            if !same {
                return Err("it answers other steps than it was asked for".to_owned());
            }
            let read = steps.into_iter().filter(|(write, ..)| !write);
            Outcome::Ok(Ret::Values(read.map(|(_, _, value)| value).collect()))
        }
        _ => Outcome::Ok(Ret::Done),
    })
}

fn value(form: &Form) -> Result<Value, String> {
    match form {
        Form::Number(number) => Ok(Value::Number(*number)),
        Form::Text(text) => Ok(Value::Text(text.clone())),
        Form::Word(word) if word == "nil" || word.is_empty() => Ok(Value::Nil),
        Form::Word(word) => Ok(Value::Text(word.clone())),
        Form::List(_) | Form::Map(_) => Err("expected one value, not a collection".to_owned()),
    }
}
