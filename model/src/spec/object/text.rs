//! Operations and answers come in; their text, as reports show it, goes out.

use super::{Kind, Op, Part, Ret, Value};
use std::fmt;
use std::str::FromStr;

/// The names of kinds; some have several.
const KINDS: [(&str, Kind); 18] = [
    ("register", Kind::Register),
    ("cas-register", Kind::Register),
    ("map", Kind::Register),
    ("kv", Kind::Register),
    ("multi-register", Kind::MultiRegister),
    ("txn", Kind::MultiRegister),
    ("counter", Kind::Counter),
    ("set", Kind::Set),
    ("queue", Kind::Queue),
    ("stack", Kind::Stack),
    ("priority-queue", Kind::PriorityQueue),
    ("log", Kind::Log),
    ("topic", Kind::Log),
    ("list-append", Kind::ListAppend),
    ("lock", Kind::Lock),
    ("mutex", Kind::Lock),
    ("semaphore", Kind::Semaphore),
    ("etcd", Kind::Etcd),
];

impl FromStr for Kind {
    type Err = String;
    fn from_str(name: &str) -> Result<Kind, String> {
        let found = KINDS.iter().find(|(known, _)| *known == name);
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            let name = name.escape_debug();
            format!("there is no object `{name}`: the objects are {}", names.join(", "))
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = KINDS.iter().find(|(_, kind)| kind == self);
        f.write_str(found.map_or("object", |(name, _)| name))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::List(values) => {
                f.write_str("[")?;
                for (at, value) in values.iter().enumerate() {
                    f.write_str(if at > 0 { " " } else { "" })?;
                    value.fmt(f)?;
                }
                f.write_str("]")
            }
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
                parts.iter().try_for_each(|(key, part)| match part {
                    Part::Write(value) => write!(f, " write k{key} {value}"),
                    Part::Extend(value) => write!(f, " append k{key} {value}"),
                    Part::Read => write!(f, " read k{key}"),
                })
            }
            Op::Add(key, more) => write!(f, "add k{key} {more}"),
            Op::Count(key) => write!(f, "count k{key}"),
            Op::Insert(value) => write!(f, "insert {value}"),
            Op::Remove(value) => write!(f, "remove {value}"),
            Op::Contains(value) => write!(f, "contains {value}"),
            Op::Members => f.write_str("members"),
            Op::Enqueue(value) => write!(f, "enqueue {value}"),
            Op::Dequeue => f.write_str("dequeue"),
            Op::Push(value) => write!(f, "push {value}"),
            Op::Pop => f.write_str("pop"),
            Op::Offer(value) => write!(f, "offer {value}"),
            Op::Poll => f.write_str("poll"),
            Op::Publish(key, value) => write!(f, "publish k{key} {value}"),
            Op::Fetch(key, offset) => write!(f, "fetch k{key} {offset}"),
            Op::Extend(key, value) => write!(f, "extend k{key} {value}"),
            Op::List(key) => write!(f, "list k{key}"),
            Op::Acquire(_, Some(token)) => write!(f, "acquire (token {token})"),
            Op::Acquire(_, None) => f.write_str("acquire"),
            Op::Release(_) => f.write_str("release"),
            Op::Take(permits) => write!(f, "take {permits}"),
            Op::Give(permits) => write!(f, "give {permits}"),
            Op::Etcd(ask) => ask.fmt(f),
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
            Ret::Flag(true) => f.write_str("yes"),
            Ret::Flag(false) => f.write_str("no"),
        }
    }
}
