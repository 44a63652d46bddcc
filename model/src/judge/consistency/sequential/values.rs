//! The operations that a search puts in order come in; which values each of them finds and leaves
//! goes out, where that can be told. It searches nothing.

use super::Open;
use crate::history::{History, Outcome};
use crate::spec::{Access, Spec};
use std::collections::{BTreeMap, BTreeSet};

/// What an operation does to the values that are told apart.
#[derive(Clone, Copy, Default)]
pub(super) struct Values {
    /// The value that it must find, if that is one.
    pub(super) reads: Option<usize>,
    /// Whether it puts another one in its place.
    pub(super) writes: Option<usize>,
}

/// Takes away the writes without an answer whose values nobody was told of: whatever they did can
/// be thought never to have happened.
pub(super) fn keep_useful<S: Spec>(
    history: &History<S>,
    sessions: &[Vec<usize>],
    open: &mut Vec<Open>,
) {
    let mut seen: BTreeSet<(u64, Option<u64>)> = BTreeSet::new();
    for place in sessions.iter().flatten() {
        let one = &history.operations[*place];
        let Outcome::Ok(ret) = &one.outcome else { continue };
        match (S::part(&one.op), S::access(&one.op, Some(ret))) {
            (Some(key), Some(Access::Read(value) | Access::Swap(value, _))) => {
                seen.insert((key, value));
            }
            (Some(_), Some(Access::Write(_))) => {}
            // Of anything else it does not show what it needs.
            _ => return,
        }
    }
    // What a swap needs is needed if the swap is; so long as some swap is open, all may be.
    let writes = |place: usize| {
        let op = &history.operations[place].op;
        match (S::part(op), S::access(op, None)) {
            (Some(key), Some(Access::Write(value))) => Some((key, value)),
            _ => None,
        }
    };
    if open.iter().all(|(place, _)| writes(*place).is_some()) {
        open.retain(|(place, _)| writes(*place).is_some_and(|value| seen.contains(&value)));
    }
}

/// Numbers for the values that one operation alone writes, what each operation does to them, and
/// how many answers need each.
pub(super) fn values<S: Spec>(
    history: &History<S>,
    sessions: &[Vec<usize>],
    open: &[Open],
) -> (BTreeMap<usize, Values>, Vec<u32>) {
    let closed = sessions.iter().flatten().map(|place| (*place, true));
    let all: Vec<(usize, bool)> =
        closed.chain(open.iter().map(|(place, _)| (*place, false))).collect();
    let access = |(place, closed): &(usize, bool)| {
        let one = &history.operations[*place];
        let ret = match &one.outcome {
            Outcome::Ok(ret) if *closed => Some(ret),
            _ => None,
        };
        Some((S::part(&one.op)?, S::access(&one.op, ret)?))
    };
    // Parts where something else happens than reading and writing registers are left alone.
    let mut writers: BTreeMap<(u64, Option<u64>), u32> = BTreeMap::new();
    for one in &all {
        match access(one) {
            Some((key, Access::Write(value) | Access::Swap(_, value))) => {
                *writers.entry((key, value)).or_insert(0) += 1;
            }
            Some((_, Access::Read(_))) => {}
            _ => return (BTreeMap::new(), Vec::new()),
        }
    }
    let once: Vec<(u64, Option<u64>)> =
        writers.into_iter().filter(|(_, count)| *count == 1).map(|(value, _)| value).collect();
    let number = |key: u64, value: Option<u64>| once.binary_search(&(key, value)).ok();
    let mut wanted = vec![0; once.len() + 1];
    let mut values = BTreeMap::new();
    for one in &all {
        let does = match access(one) {
            Some((key, Access::Read(value))) => Values { reads: number(key, value), writes: None },
            Some((key, Access::Write(value))) => {
                // What is not told apart has the last number, of which nothing is wanted.
                Values { reads: None, writes: number(key, value).or(Some(once.len())) }
            }
            Some((key, Access::Swap(from, value))) => {
                Values { reads: number(key, from), writes: number(key, value).or(Some(once.len())) }
            }
            _ => Values::default(),
        };
        if let (Some(value), true) = (does.reads, one.1) {
            wanted[value] += 1;
        }
        values.insert(one.0, does);
    }
    (values, wanted)
}
