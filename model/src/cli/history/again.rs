//! A file comes in that was judged as it was read, and is not linearizable; it is read once more,
//! and the few operations that matter for the wrong answer go out.
//!
//! The one idea: it is known where the part in question stood some time before that answer, so what
//! came before is only counted.

use super::load::Manner;
use super::read::Reading;
use super::source::{Source, Taker};
use super::stream::Followed;
use super::tape::{End, Recorded, Tape, Told, WEIGHT};
use crate::history::{Operation, Outcome};
use crate::judge::linearizability::{Refutation, Tail, explain_tail};
use crate::judge::stream::{Before, Halt};
use crate::spec::object::{Object, Op, Ret};
use crate::spec::{Access, Spec};
use std::collections::BTreeMap;
use std::path::Path;

/// What is looked for.
struct Again<'a> {
    manner: &'a Manner,
    reading: Reading,
    most: u64,
    op: &'a Op,
    ret: &'a Ret,
    /// The moment of the wrong answer.
    until: u64,
    before: Option<&'a Before<Object>>,
    /// When the operations were called that were under way then, in order.
    calls: Vec<u64>,
    kept: Vec<Told>,
    explained: u64,
    /// Whether the wrong answer would have been right at some time before.
    was_right: bool,
}

/// What was read again.
pub(super) struct Found {
    pub(super) recorded: Recorded,
    /// Why the answer is wrong, if that is known already.
    pub(super) why: Option<Refutation>,
}

/// Reads a file again for what refutes it; nothing if that is not possible, or takes too much room.
pub(super) fn again(path: &Path, followed: &Followed, manner: &Manner) -> Option<Found> {
    let Halt::Refuted { at, op, ret, right, .. } = followed.halt.as_ref()? else { return None };
    if !std::fs::metadata(path).is_ok_and(|known| known.is_file()) {
        return None;
    }
    let before = followed.before.as_ref();
    let mut calls = before.map(|before| before.calls.clone()).unwrap_or_default();
    calls.sort_unstable();
    let mut again = Again {
        manner,
        reading: manner.reading(),
        most: followed.most,
        op,
        ret,
        until: *at,
        before,
        calls,
        kept: Vec::new(),
        explained: 0,
        was_right: false,
    };
    Source::file(path).ok()?.pour("", &mut again).ok()?;
    let Again { reading, kept, explained, was_right, .. } = again;
    let Reading { tape, names, .. } = reading;
    let tape = Tape::of(kept, tape.kind, tape.init);
    let Some(before) = before else {
        let recorded = Recorded { names, ..tape.finish(manner.init.clone()) };
        return Some(Found { recorded, why: None });
    };
    let end = Some(End { right: right.clone(), explained });
    let recorded = Recorded { names, end, ..tape.alone() };
    let numbered = recorded.history.operations.iter().zip(0..);
    let places: BTreeMap<u64, usize> = numbered.map(|(one, at)| (one.invoked.order, at)).collect();
    let place = |call: &u64| places.get(call).copied();
    let starts = before.starts.iter();
    let starts = starts
        .map(|(state, calls)| (state.clone(), calls.iter().filter_map(place).collect()))
        .collect();
    let tail = Tail {
        history: recorded.history.clone(),
        begins: before.at,
        starts,
        moment: *at,
        returned: usize::try_from(before.returned).unwrap_or(usize::MAX),
        was_right,
    };
    let why = explain_tail(&tail, manner.budget);
    Some(Found { recorded, why })
}

impl Again<'_> {
    /// Looks at an operation; whether it may matter.
    fn matters(&mut self, one: &Operation<Object>) -> bool {
        if Object::part(&one.op) != Object::part(self.op) || one.invoked.order >= self.until {
            return false;
        }
        let answered = matches!(one.outcome, Outcome::Ok(_));
        self.explained += u64::from(answered && one.completed.order < self.until);
        let Some(before) = self.before else { return true };
        if one.invoked.order > before.at || self.calls.binary_search(&one.invoked.order).is_ok() {
            return true;
        }
        let wrote = self.wrote(&one.op);
        self.was_right |= wrote && one.outcome != Outcome::Refused;
        wrote && one.outcome == Outcome::Refused
    }

    /// Whether this could have led to the wrong answer.
    fn wrote(&self, op: &Op) -> bool {
        let told = Object::access(self.op, Some(self.ret));
        let Some(Access::Read(seen) | Access::Swap(seen, _)) = told else { return false };
        match Object::access(op, None) {
            Some(Access::Write(written) | Access::Swap(_, written)) => written == seen,
            _ => false,
        }
    }
}

impl Taker for Again<'_> {
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String> {
        let taken =
            self.reading.take(text, last).map_err(|(line, why)| format!("{line}: {why}"))?;
        let most = if last || self.is_done() { 0 } else { self.most };
        let told: Vec<Told> = self.reading.tape.settled(most).collect();
        for told in told {
            if self.matters(&told.0) {
                self.kept.push(told);
            }
        }
        if self.kept.len() as u64 * WEIGHT > self.manner.memory {
            return Err("larger than memory".to_owned());
        }
        Ok(taken)
    }

    fn line(&self) -> usize {
        self.reading.line
    }

    fn is_done(&self) -> bool {
        self.reading.tape.now() > self.until
    }
}
