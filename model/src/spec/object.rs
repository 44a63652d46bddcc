//! The objects that histories are recorded of, wherever that was: registers and maps of them,
//! several registers in one transaction, counters, sets, queues, stacks, priority queues, logs,
//! lists, locks, semaphores and etcd's store.
//!
//! The one idea: one specification for all of them, so that a history need not say beforehand which
//! one it is about; its operations show it. A history is of one [`Kind`] alone.

use super::flow::{Flow, Gives};
use super::places::{Places, Told};
use super::{Access, Spec};
use crate::seed::{Draws, StableHasher};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

mod act;
pub mod etcd;
mod order;
mod text;

/// What is held, written and answered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Value {
    /// Nothing.
    Nil,
    /// A number.
    Number(i64),
    /// A text.
    Text(Arc<str>),
    /// Several values.
    List(Arc<[Value]>),
}

/// One operation. Where an object has several parts, the first number is the part's key.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// Reads a register.
    Read(u64),
    /// Writes a register.
    Write(u64, Value),
    /// Replaces the first value by the second, if the register holds it.
    Cas(u64, Value, Value),
    /// Puts a text behind the one in a register.
    Append(u64, Arc<str>),
    /// Reads and writes several registers or lists at one moment.
    Transaction(Vec<(u64, Part)>),
    /// Adds to a counter.
    Add(u64, i64),
    /// Reads a counter.
    Count(u64),
    /// Puts a value into a set.
    Insert(Value),
    /// Takes a value out of a set.
    Remove(Value),
    /// Whether a set has a value.
    Contains(Value),
    /// All values of a set, the smallest first.
    Members,
    /// Puts a value at the end of a queue.
    Enqueue(Value),
    /// Takes the first value of a queue, or nothing.
    Dequeue,
    /// Puts a value on a stack.
    Push(Value),
    /// Takes the last value of a stack, or nothing.
    Pop,
    /// Puts a value into a priority queue.
    Offer(Value),
    /// Takes the smallest value of a priority queue, or nothing.
    Poll,
    /// Puts a value at the end of a log, and answers its offset.
    Publish(u64, Value),
    /// Reads a log at an offset.
    Fetch(u64, i64),
    /// Puts a value at the end of a list.
    Extend(u64, Value),
    /// Reads a whole list.
    List(u64),
    /// A client takes a lock, with the fencing token that it was told, if it was told one.
    Acquire(u64, Option<i64>),
    /// A client gives a lock back.
    Release(u64),
    /// Takes permits from a semaphore.
    Take(i64),
    /// Gives permits to a semaphore.
    Give(i64),
    /// Asks something of an etcd store.
    Etcd(Arc<etcd::Ask>),
}

/// What a transaction does to one register or list.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// Reads it.
    Read,
    /// Writes it.
    Write(Value),
    /// Puts a value at the end of the list.
    Extend(Value),
}

/// What a client was told.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ret {
    /// It took effect.
    Done,
    /// A value: what was read or taken, an offset, or what all reads of a transaction found.
    Value(Value),
    /// Whether it did what was asked.
    Flag(bool),
}

/// The object, or one part of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// A register, a list, a counter or a semaphore.
    One(Value),
    /// Several registers or lists.
    Several(BTreeMap<u64, Value>),
    /// A queue, a stack or a log.
    Line(VecDeque<Value>),
    /// A set.
    Set(BTreeSet<Value>),
    /// A priority queue: how often each value is in it.
    Heap(BTreeMap<Value, u32>),
    /// A lock: who holds it, and the last token.
    Lock(Option<u64>, i64),
    /// An etcd store.
    Store(etcd::Store),
}

/// The specification of all of these objects.
#[derive(Clone, Copy, Debug)]
pub struct Object;

/// The kinds of objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Registers with reads, writes, compare-and-sets and appended texts; one, or a map of them.
    Register,
    /// Registers and lists that are read and written in transactions.
    MultiRegister,
    /// Counters.
    Counter,
    /// A set.
    Set,
    /// A queue.
    Queue,
    /// A stack.
    Stack,
    /// A priority queue, the smallest first.
    PriorityQueue,
    /// Logs that answer with offsets.
    Log,
    /// Lists that are read as a whole.
    ListAppend,
    /// A lock.
    Lock,
    /// A semaphore.
    Semaphore,
    /// An etcd store: keys in order, transactions and revisions.
    Etcd,
}

impl Op {
    /// The kind of object that it is an operation of.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Op::Read(_) | Op::Write(..) | Op::Cas(..) | Op::Append(..) => Kind::Register,
            Op::Transaction(_) => Kind::MultiRegister,
            Op::Add(..) | Op::Count(_) => Kind::Counter,
            Op::Insert(_) | Op::Remove(_) | Op::Contains(_) | Op::Members => Kind::Set,
            Op::Enqueue(_) | Op::Dequeue => Kind::Queue,
            Op::Push(_) | Op::Pop => Kind::Stack,
            Op::Offer(_) | Op::Poll => Kind::PriorityQueue,
            Op::Publish(..) | Op::Fetch(..) => Kind::Log,
            Op::Extend(..) | Op::List(_) => Kind::ListAppend,
            Op::Acquire(..) | Op::Release(_) => Kind::Lock,
            Op::Take(_) | Op::Give(_) => Kind::Semaphore,
            Op::Etcd(_) => Kind::Etcd,
        }
    }
}

impl Value {
    /// The value as a number that keeps the order, if it is one.
    const fn ordered(&self) -> Option<u64> {
        match self {
            Value::Number(number) => Some(number.cast_unsigned() ^ 1 << 63),
            Value::Nil | Value::Text(_) | Value::List(_) => None,
        }
    }

    /// The value as a number or nothing, if it is one.
    #[allow(clippy::option_option, reason = "a value that is nothing is a value")]
    const fn number(&self) -> Option<Option<u64>> {
        match self {
            Value::Nil => Some(None),
            Value::Number(number) => Some(Some(number.cast_unsigned())),
            Value::Text(_) | Value::List(_) => None,
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
        state.act(op)
    }

    fn part(op: &Op) -> Option<u64> {
        match op {
            Op::Write(key, _)
            | Op::Read(key)
            | Op::Cas(key, ..)
            | Op::Append(key, _)
            | Op::Add(key, _)
            | Op::Count(key)
            | Op::Publish(key, _)
            | Op::Fetch(key, _)
            | Op::Extend(key, _)
            | Op::List(key) => Some(*key),
            // Each value of a set is in it or not by itself, as long as nobody asks for all.
            // No two numbers share a part; a text that shares one with a number is judged with it.
            Op::Insert(value) | Op::Remove(value) | Op::Contains(value) => match value {
                Value::Number(number) => Some(number.cast_unsigned()),
                value => {
                    let mut hasher = StableHasher::new(0);
                    value.hash(&mut hasher);
                    Some(hasher.finish())
                }
            },
            _ => None,
        }
    }

    fn is_read(op: &Op) -> bool {
        match op {
            Op::Read(_)
            | Op::Count(_)
            | Op::Contains(_)
            | Op::Members
            | Op::Fetch(..)
            | Op::List(_) => true,
            Op::Transaction(parts) => parts.iter().all(|(_, part)| *part == Part::Read),
            Op::Etcd(ask) => ask.is_read(),
            _ => false,
        }
    }

    fn access(op: &Op, ret: Option<&Ret>) -> Option<Access> {
        Some(match (op, ret) {
            (Op::Write(_, value), None | Some(Ret::Done)) => Access::Write(value.number()?),
            (Op::Read(_), Some(Ret::Value(value))) => Access::Read(value.number()?),
            (Op::Cas(_, expected, value), None | Some(Ret::Flag(true))) => {
                Access::Swap(expected.number()?, value.number()?)
            }
            (Op::Cas(_, expected, _), Some(Ret::Flag(false))) => Access::Miss(expected.number()?),
            // A number is in a set, or not, as a register holds it, or nothing.
            (Op::Insert(Value::Number(number)), None | Some(Ret::Done)) => {
                Access::Write(Some(number.cast_unsigned()))
            }
            (Op::Remove(Value::Number(_)), None | Some(Ret::Done)) => Access::Write(None),
            (Op::Contains(Value::Number(number)), Some(Ret::Flag(found))) => {
                Access::Read(found.then_some(number.cast_unsigned()))
            }
            _ => return None,
        })
    }

    fn flow(op: &Op, ret: Option<&Ret>) -> Option<(Gives, Flow)> {
        let (gives, put) = match op {
            Op::Enqueue(value) => (Gives::First, Some(value)),
            Op::Dequeue => (Gives::First, None),
            Op::Push(value) => (Gives::Last, Some(value)),
            Op::Pop => (Gives::Last, None),
            Op::Offer(value) => (Gives::Smallest, Some(value)),
            Op::Poll => (Gives::Smallest, None),
            _ => return None,
        };
        let flow = match (put, ret) {
            (Some(value), None | Some(Ret::Done)) => Flow::Put(value.ordered()?),
            (None, None) => Flow::Taking,
            (None, Some(Ret::Value(Value::Nil))) => Flow::Nothing,
            (None, Some(Ret::Value(value))) => Flow::Took(value.ordered()?),
            _ => return None,
        };
        Some((gives, flow))
    }

    fn places(part: &[Told<'_, Op, Ret>]) -> Option<Places> {
        order::places(part)
    }

    // Nothing is made up here: these histories are recorded.
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
