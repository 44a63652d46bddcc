//! How operations on a map and their answers are written, and read back.

use super::{Append, Cas, Delete, Get, Op, Put, Ret, Scan};
use crate::spec::kv::{key, number};
use std::fmt;
use std::str::FromStr;

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Put(key, value) => write!(f, "put k{key} {value}"),
            Get(key) => write!(f, "get k{key}"),
            Cas(key, Some(expected), value) => write!(f, "cas k{key} {expected} {value}"),
            Cas(key, None, value) => write!(f, "cas k{key} nothing {value}"),
            Delete(key) => write!(f, "delete k{key}"),
            Append(list, value) => write!(f, "append l{list} {value}"),
            Scan(first, last) => write!(f, "scan l{first} l{last}"),
        }
    }
}

const FORMS: &str = "expected `put k1 81`, `get k1`, `cas k1 81 82`, `cas k1 nothing 5`, \
                     `delete k1`, `append l1 81` or `scan l1 l3`";

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
            ["append", l, value] => Ok(Append(list(l)?, number(value)?)),
            ["scan", first, last] => Ok(Scan(list(first)?, list(last)?)),
            _ => Err(FORMS.to_owned()),
        }
    }
}

/// Reads a list as it is written in schedules: `l1`.
fn list(word: &str) -> Result<u64, String> {
    word.strip_prefix('l')
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| format!("expected a list such as l1, found `{word}`"))
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Done => f.write_str("ok"),
            Ret::Value(Some(value)) => write!(f, "{value}"),
            Ret::Value(None) => f.write_str("nothing"),
            Ret::Swapped(true) => f.write_str("swapped"),
            Ret::Swapped(false) => f.write_str("not swapped"),
            Ret::Length(length) => write!(f, "length {length}"),
            Ret::Lists(rows) if rows.is_empty() => f.write_str("nothing"),
            Ret::Lists(rows) => write_lists(rows, f),
        }
    }
}

/// Such as `l1: 81 82, l3: 9`.
fn write_lists(rows: &[(u64, u64)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, values) in rows.chunk_by(|one, next| one.0 == next.0).enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        write!(f, "{comma}l{}:", values[0].0)?;
        for (_, value) in values {
            write!(f, " {value}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back_as_they_are_written() {
        let keyed = [Put(1, 81), Get(2), Cas(1, Some(2), 3), Cas(1, None, 3), Delete(4)];
        for op in keyed.into_iter().chain([Append(1, 81), Scan(1, 3)]) {
            assert_eq!(op.to_string().parse(), Ok(op));
        }
        let found = "append k1 81".parse::<Op>();
        assert_eq!(found, Err("expected a list such as l1, found `k1`".to_owned()));
    }

    #[test]
    fn what_a_scan_found_is_written_list_by_list() {
        let rows = vec![(1, 81), (1, 82), (3, 9)];
        assert_eq!(Ret::Lists(rows).to_string(), "l1: 81 82, l3: 9");
        assert_eq!(Ret::Lists(vec![]).to_string(), "nothing");
    }
}
