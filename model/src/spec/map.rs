//! A store of keys and values with conditional writes: put, get, compare-and-set, delete.

use super::Spec;
use super::kv::{key, number};
use crate::seed::Draws;
use std::fmt;
use std::str::FromStr;

/// What a client asks: `put k1 81`, `get k1`, `cas k1 81 82`, `cas k1 nothing 5`, `delete k1`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// Write a value under a key.
    Put(u64, u64),
    /// Read the value under a key.
    Get(u64),
    /// Replace the value under a key if it is the one expected (`None`: if there is none).
    Cas(u64, Option<u64>, u64),
    /// Remove a key and its value.
    Delete(u64),
}

pub use Op::{Cas, Delete, Get, Put};

/// What a client is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ret {
    /// A put or a delete took effect.
    Done,
    /// What a get found.
    Value(Option<u64>),
    /// Whether a compare-and-set replaced the value.
    Swapped(bool),
}

/// A map from numbers to numbers, judged key by key.
#[derive(Clone, Copy, Debug)]
pub struct Map;

impl Op {
    /// The key that the operation is about.
    #[must_use]
    pub const fn key(&self) -> u64 {
        let (Put(key, _) | Get(key) | Cas(key, _, _) | Delete(key)) = *self;
        key
    }
}

impl Spec for Map {
    type Op = Op;
    type Ret = Ret;
    type State = Option<u64>;

    fn init() -> Option<u64> {
        None
    }

    fn apply(state: &mut Option<u64>, op: &Op) -> Ret {
        match *op {
            Put(_, value) => {
                *state = Some(value);
                Ret::Done
            }
            Get(_) => Ret::Value(*state),
            Cas(_, expected, value) => {
                let swap = *state == expected;
                if swap {
                    *state = Some(value);
                }
                Ret::Swapped(swap)
            }
            Delete(_) => {
                *state = None;
                Ret::Done
            }
        }
    }

    fn part(op: &Op) -> Option<u64> {
        Some(op.key())
    }

    fn is_read(op: &Op) -> bool {
        matches!(op, Get(_))
    }

    fn any(draws: &mut Draws, unique: u64) -> Op {
        let key = 1 + draws.below(KEYS);
        // Half of the keys see only put and get with unique values, which the fastest judges want.
        if key <= KEYS / 2 {
            return if draws.chance(1, 2) { Put(key, unique) } else { Get(key) };
        }
        match draws.weighted(&[8, 8, 3, 1]) {
            0 => Put(key, unique),
            1 => Get(key),
            2 => {
                // A recent value is the one with a chance to be there still.
                let recent = unique.saturating_sub(draws.between(1, 6));
                Cas(key, (recent > 0 && draws.chance(7, 8)).then_some(recent), unique)
            }
            _ => Delete(key),
        }
    }

    fn probe(unique: u64) -> Op {
        Put(0, unique)
    }

    fn look(op: &Op) -> Option<Op> {
        Some(Get(op.key()))
    }
}

/// Few keys, so that operations meet. Key 0 is the probe's.
const KEYS: u64 = 4;

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Put(key, value) => write!(f, "put k{key} {value}"),
            Get(key) => write!(f, "get k{key}"),
            Cas(key, Some(expected), value) => write!(f, "cas k{key} {expected} {value}"),
            Cas(key, None, value) => write!(f, "cas k{key} nothing {value}"),
            Delete(key) => write!(f, "delete k{key}"),
        }
    }
}

impl FromStr for Op {
    type Err = String;
    fn from_str(text: &str) -> Result<Op, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["put", k, value] => Ok(Put(key(k)?, number(value)?)),
            ["get", k] => Ok(Get(key(k)?)),
            ["cas", k, "nothing", value] => Ok(Cas(key(k)?, None, number(value)?)),
            ["cas", k, expected, value] => {
                Ok(Cas(key(k)?, Some(number(expected)?), number(value)?))
            }
            ["delete", k] => Ok(Delete(key(k)?)),
            _ => Err("expected `put k1 81`, `get k1`, `cas k1 81 82` or `delete k1`".to_owned()),
        }
    }
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Ret::Done => f.write_str("ok"),
            Ret::Value(Some(value)) => write!(f, "{value}"),
            Ret::Value(None) => f.write_str("nothing"),
            Ret::Swapped(true) => f.write_str("swapped"),
            Ret::Swapped(false) => f.write_str("not swapped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back_as_they_are_written() {
        for op in [Put(1, 81), Get(2), Cas(1, Some(2), 3), Cas(1, None, 3), Delete(4)] {
            assert_eq!(op.to_string().parse(), Ok(op));
        }
    }

    #[test]
    fn a_compare_and_set_replaces_only_what_it_expects() {
        let mut state = Map::init();
        assert_eq!(Map::apply(&mut state, &Cas(1, Some(7), 8)), Ret::Swapped(false));
        assert_eq!(Map::apply(&mut state, &Cas(1, None, 8)), Ret::Swapped(true));
        assert_eq!(Map::apply(&mut state, &Get(1)), Ret::Value(Some(8)));
    }
}
