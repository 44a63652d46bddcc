//! A store of values under keys, with put, get, compare-and-set and delete, and of lists, with
//! append and scan.
//!
//! The one idea: each key is an object of its own, so that it can be judged alone; a scan sees many
//! lists at one time, so the lists are one object together.

use super::lists::Listed;
use super::{Access, Spec};
use crate::seed::Draws;

mod text;

/// What a client asks: `put k1 81`, `get k1`, `cas k1 81 82`, `cas k1 nothing 5`, `delete k1`,
/// `append l1 81`, `scan l1 l3`.
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
    /// Add a value at the end of a list.
    Append(u64, u64),
    /// Read the lists from the one through the other, all at one time.
    Scan(u64, u64),
}

pub use Op::{Append, Cas, Delete, Get, Put, Scan};

/// What a client is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ret {
    /// A put or a delete took effect.
    Done,
    /// What a get found.
    Value(Option<u64>),
    /// Whether a compare-and-set replaced the value.
    Swapped(bool),
    /// How long the list is with what was appended.
    Length(u64),
    /// What a scan found: lists and their values, list by list, each value in its place.
    Lists(Vec<(u64, u64)>),
}

/// A map from numbers to numbers, judged key by key, and lists of numbers.
#[derive(Clone, Copy, Debug)]
pub struct Map;

/// One key's value, or all lists.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct State {
    value: Option<u64>,
    /// As in [`Ret::Lists`].
    lists: Vec<(u64, u64)>,
}

/// The part that the lists are.
const LISTS: u64 = u64::MAX;

impl Spec for Map {
    type Op = Op;
    type Ret = Ret;
    type State = State;

    fn init() -> State {
        State::default()
    }

    fn apply(state: &mut State, op: &Op) -> Ret {
        match *op {
            Put(_, value) => {
                state.value = Some(value);
                Ret::Done
            }
            Get(_) => Ret::Value(state.value),
            Cas(_, expected, value) => {
                let swap = state.value == expected;
                if swap {
                    state.value = Some(value);
                }
                Ret::Swapped(swap)
            }
            Delete(_) => {
                state.value = None;
                Ret::Done
            }
            Append(list, value) => {
                let end = state.lists.partition_point(|(of, _)| *of <= list);
                let start = state.lists.partition_point(|(of, _)| *of < list);
                state.lists.insert(end, (list, value));
                Ret::Length((end - start) as u64 + 1)
            }
            Scan(first, last) => {
                let within = |(list, _): &(u64, u64)| (first..=last).contains(list);
                Ret::Lists(state.lists.iter().copied().filter(within).collect())
            }
        }
    }

    fn part(op: &Op) -> Option<u64> {
        match *op {
            Put(key, _) | Get(key) | Cas(key, _, _) | Delete(key) => Some(key),
            Append(..) | Scan(..) => Some(LISTS),
        }
    }

    fn is_read(op: &Op) -> bool {
        matches!(op, Get(_) | Scan(..))
    }

    fn access(op: &Op, ret: Option<&Ret>) -> Option<Access> {
        Some(match (*op, ret) {
            (Put(_, value), None | Some(Ret::Done)) => Access::Write(Some(value)),
            (Delete(_), None | Some(Ret::Done)) => Access::Write(None),
            (Get(_), Some(Ret::Value(found))) => Access::Read(*found),
            // Where it is not known, it has swapped or has done nothing, which need not be said.
            (Cas(_, expected, value), None | Some(Ret::Swapped(true))) => {
                Access::Swap(expected, Some(value))
            }
            (Cas(_, expected, _), Some(Ret::Swapped(false))) => Access::Miss(expected),
            _ => return None,
        })
    }

    fn listed<'r>(op: &Op, ret: Option<&'r Ret>) -> Option<Listed<'r>> {
        match (*op, ret) {
            (Append(list, value), None) => Some(Listed::Append { list, value, length: None }),
            (Append(list, value), Some(Ret::Length(length))) => {
                Some(Listed::Append { list, value, length: Some(*length) })
            }
            (Scan(first, last), Some(Ret::Lists(found))) => {
                Some(Listed::Scan { first, last, found })
            }
            _ => None,
        }
    }

    fn any(draws: &mut Draws, unique: u64) -> Op {
        let key = 1 + draws.below(KEYS + 1);
        if key > KEYS {
            let list = 1 + draws.below(LAST_LIST);
            return if draws.chance(1, 2) { Append(list, unique) } else { Scan(1, list) };
        }
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
        match *op {
            Put(key, _) | Get(key) | Cas(key, _, _) | Delete(key) => Some(Get(key)),
            Append(list, _) => Some(Scan(list, list)),
            Scan(first, last) => Some(Scan(first, last)),
        }
    }
}

/// Few keys, so that operations meet. Key 0 is the probe's.
const KEYS: u64 = 4;

/// Few lists, for the same reason.
const LAST_LIST: u64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compare_and_set_replaces_only_what_it_expects() {
        let mut state = Map::init();
        assert_eq!(Map::apply(&mut state, &Cas(1, Some(7), 8)), Ret::Swapped(false));
        assert_eq!(Map::apply(&mut state, &Cas(1, None, 8)), Ret::Swapped(true));
        assert_eq!(Map::apply(&mut state, &Get(1)), Ret::Value(Some(8)));
    }

    #[test]
    fn a_scan_sees_each_list_within_its_bounds_in_the_order_of_appends() {
        let mut state = Map::init();
        let lengths = [(2, 7, 1), (1, 8, 1), (2, 5, 2), (3, 6, 1)];
        for (list, value, length) in lengths {
            assert_eq!(Map::apply(&mut state, &Append(list, value)), Ret::Length(length));
        }
        let mut scan = |first, last| Map::apply(&mut state, &Scan(first, last));
        assert_eq!(scan(1, 2), Ret::Lists(vec![(1, 8), (2, 7), (2, 5)]));
        assert_eq!(scan(3, 9), Ret::Lists(vec![(3, 6)]));
        assert_eq!(scan(4, 9), Ret::Lists(vec![]));
    }
}
