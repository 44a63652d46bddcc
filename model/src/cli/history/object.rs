//! What somebody else's history asked of her object; the object itself, one operation at a time.
//! It knows nothing of files and of their formats.
//!
//! The one idea: one specification for all of these objects. Which of them a history is about shows
//! in its operations, and its first value is an operation that is over before all others.

use crate::seed::Draws;
use crate::spec::{Access, Spec};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;

/// What a register holds, or a place in a collection.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Value {
    Nil,
    Number(i64),
    Text(String),
}

/// One operation in a history. Registers have a key; a history of one register uses key 0.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Op {
    Write(u64, Value),
    Read(u64),
    Cas(u64, Value, Value),
    /// Puts a text behind the one that is there.
    Append(u64, String),
    /// Reads (`None`) and writes of several registers at once.
    Transaction(Vec<(u64, Option<Value>)>),
    Enqueue(Value),
    Dequeue,
    Push(Value),
    Pop,
}

/// What a client was told.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Ret {
    Done,
    Value(Value),
    Swapped(bool),
    /// What the reads of a transaction found.
    Values(Vec<Value>),
}

/// The object, or one register of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum State {
    One(Value),
    Several(BTreeMap<u64, Value>),
    Line(VecDeque<Value>),
}

/// The specification.
pub(super) struct Object;

impl Value {
    /// The value as a number or nothing, if it is one.
    #[allow(clippy::option_option, reason = "a value that is nothing is a value")]
    const fn number(&self) -> Option<Option<u64>> {
        match self {
            Value::Nil => Some(None),
            Value::Number(number) => Some(Some(number.cast_unsigned())),
            Value::Text(_) => None,
        }
    }
}

impl State {
    fn one(&mut self) -> &mut Value {
        if !matches!(self, State::One(_)) {
            *self = State::One(Value::Nil);
        }
        match self {
            State::One(value) => value,
            _ => unreachable!("it was made one value above"),
        }
    }

    fn several(&mut self) -> &mut BTreeMap<u64, Value> {
        if !matches!(self, State::Several(_)) {
            *self = State::Several(BTreeMap::new());
        }
        match self {
            State::Several(values) => values,
            _ => unreachable!("it was made several values above"),
        }
    }

    fn line(&mut self) -> &mut VecDeque<Value> {
        if !matches!(self, State::Line(_)) {
            *self = State::Line(VecDeque::new());
        }
        match self {
            State::Line(values) => values,
            _ => unreachable!("it was made a line above"),
        }
    }
}

impl Spec for Object {
    type Op = Op;
    type Ret = Ret;
    type State = State;

    fn init() -> State {
        State::One(Value::Nil)
    }

    fn apply(state: &mut State, op: &Op) -> Ret {
        match op {
            Op::Write(_, value) => {
                state.one().clone_from(value);
                Ret::Done
            }
            Op::Read(_) => Ret::Value(state.one().clone()),
            Op::Cas(_, expected, value) => {
                let held = state.one();
                let swap = held == expected;
                if swap {
                    held.clone_from(value);
                }
                Ret::Swapped(swap)
            }
            Op::Append(_, more) => {
                match state.one() {
                    Value::Text(text) => text.push_str(more),
                    other => *other = Value::Text(more.clone()),
                }
                Ret::Done
            }
            Op::Transaction(parts) => transact(state, parts),
            Op::Enqueue(value) | Op::Push(value) => {
                state.line().push_back(value.clone());
                Ret::Done
            }
            Op::Dequeue => Ret::Value(state.line().pop_front().unwrap_or(Value::Nil)),
            Op::Pop => Ret::Value(state.line().pop_back().unwrap_or(Value::Nil)),
        }
    }

    fn part(op: &Op) -> Option<u64> {
        match *op {
            Op::Write(key, _) | Op::Read(key) | Op::Cas(key, ..) | Op::Append(key, _) => Some(key),
            _ => None,
        }
    }

    fn is_read(op: &Op) -> bool {
        match op {
            Op::Read(_) => true,
            Op::Transaction(parts) => parts.iter().all(|(_, write)| write.is_none()),
            _ => false,
        }
    }

    fn access(op: &Op, ret: Option<&Ret>) -> Option<Access> {
        Some(match (op, ret) {
            (Op::Write(_, value), None | Some(Ret::Done)) => Access::Write(value.number()?),
            (Op::Read(_), Some(Ret::Value(value))) => Access::Read(value.number()?),
            (Op::Cas(_, expected, value), None | Some(Ret::Swapped(true))) => {
                Access::Swap(expected.number()?, value.number()?)
            }
            (Op::Cas(_, expected, _), Some(Ret::Swapped(false))) => {
                Access::Miss(expected.number()?)
            }
            _ => return None,
        })
    }

    // Nothing is generated here: these histories were recorded somewhere else.
    fn any(_draws: &mut Draws, _unique: u64) -> Op {
        Op::Read(0)
    }

    fn probe(_unique: u64) -> Op {
        Op::Write(0, Value::Nil)
    }

    fn look(_op: &Op) -> Option<Op> {
        None
    }
}

/// A read must leave the state as it is, so only a write makes it one of several values.
fn transact(state: &mut State, parts: &[(u64, Option<Value>)]) -> Ret {
    let mut found = Vec::new();
    for (key, write) in parts {
        match (write, &*state) {
            (Some(value), _) => {
                state.several().insert(*key, value.clone());
            }
            (None, State::Several(values)) => {
                found.push(values.get(key).cloned().unwrap_or(Value::Nil));
            }
            (None, _) => found.push(Value::Nil),
        }
    }
    Ret::Values(found)
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Write(key, value) => write!(f, "write k{key} {value}"),
            Op::Read(key) => write!(f, "read k{key}"),
            Op::Cas(key, expected, value) => write!(f, "cas k{key} {expected} {value}"),
            Op::Append(key, text) => write!(f, "append k{key} {text:?}"),
            Op::Transaction(parts) => {
                f.write_str("txn")?;
                parts.iter().try_for_each(|(key, write)| match write {
                    Some(value) => write!(f, " write k{key} {value}"),
                    None => write!(f, " read k{key}"),
                })
            }
            Op::Enqueue(value) => write!(f, "enqueue {value}"),
            Op::Dequeue => f.write_str("dequeue"),
            Op::Push(value) => write!(f, "push {value}"),
            Op::Pop => f.write_str("pop"),
        }
    }
}

impl FromStr for Op {
    type Err = &'static str;
    fn from_str(_text: &str) -> Result<Op, &'static str> {
        Err("operations of recorded histories stand in no schedule")
    }
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Done => f.write_str("ok"),
            Ret::Value(value) => value.fmt(f),
            Ret::Swapped(true) => f.write_str("swapped"),
            Ret::Swapped(false) => f.write_str("not swapped"),
            Ret::Values(values) => f.debug_list().entries(values).finish(),
        }
    }
}
