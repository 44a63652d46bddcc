//! A store of keys and values with two operations, the smallest promise that most systems make.

use super::{Access, Spec};
use crate::seed::Draws;
use std::fmt;
use std::str::FromStr;

/// What a client asks of a store: `put k1 81`, `get k1`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// Write a value under a key. It answers with nothing.
    Put(u64, u64),
    /// Read the value under a key.
    Get(u64),
}

pub use Op::{Get, Put};

/// A store with put and get. What is answered is an `Option<u64>` in [`Answer`].
#[derive(Clone, Copy, Debug)]
pub struct PutGet;

/// The value of a get, or nothing. A put answers nothing, too.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Answer(pub Option<u64>);

impl From<Option<u64>> for Answer {
    fn from(value: Option<u64>) -> Answer {
        Answer(value)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "{value}"),
            None => f.write_str("nothing"),
        }
    }
}

impl Spec for PutGet {
    type Op = Op;
    type Ret = Answer;
    type State = Option<u64>;

    fn init() -> Option<u64> {
        None
    }

    fn apply(state: &mut Option<u64>, op: &Op) -> Answer {
        match *op {
            Put(_, value) => {
                *state = Some(value);
                Answer(None)
            }
            Get(_) => Answer(*state),
        }
    }

    fn part(op: &Op) -> Option<u64> {
        let (Put(key, _) | Get(key)) = *op;
        Some(key)
    }

    fn is_read(op: &Op) -> bool {
        matches!(op, Get(_))
    }

    fn access(op: &Op, ret: Option<&Answer>) -> Option<Access> {
        match (*op, ret) {
            (Put(_, value), None | Some(Answer(None))) => Some(Access::Write(Some(value))),
            (Get(_), Some(Answer(found))) => Some(Access::Read(*found)),
            (Put(..), Some(_)) | (Get(_), None) => None,
        }
    }

    fn any(draws: &mut Draws, unique: u64) -> Op {
        let key = 1 + draws.below(KEYS);
        if draws.chance(1, 2) { Put(key, unique) } else { Get(key) }
    }

    fn probe(unique: u64) -> Op {
        Put(0, unique)
    }

    fn look(op: &Op) -> Option<Op> {
        let (Put(key, _) | Get(key)) = *op;
        Some(Get(key))
    }
}

/// Few keys, so that operations meet. Key 0 is the probe's.
const KEYS: u64 = 3;

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Put(key, value) => write!(f, "put k{key} {value}"),
            Get(key) => write!(f, "get k{key}"),
        }
    }
}

impl FromStr for Op {
    type Err = String;
    fn from_str(text: &str) -> Result<Op, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["put", key, value] => Ok(Put(self::key(key)?, number(value)?)),
            ["get", key] => Ok(Get(self::key(key)?)),
            _ => Err("expected `put k1 81` or `get k1`".to_owned()),
        }
    }
}

/// Reads a key as it is written in schedules: `k1`.
pub(super) fn key(word: &str) -> Result<u64, String> {
    word.strip_prefix('k')
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| format!("expected a key such as k1, found `{word}`"))
}

pub(super) fn number(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("expected a number, found `{word}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back_as_they_are_written() {
        for op in [Put(1, 81), Get(2)] {
            assert_eq!(op.to_string().parse(), Ok(op));
        }
        assert_eq!(
            "put 1 81".parse::<Op>(),
            Err("expected a key such as k1, found `1`".to_owned())
        );
    }
}
