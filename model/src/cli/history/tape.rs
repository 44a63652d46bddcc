//! Invocations and completions come in, in the order of a file; a history goes out. It knows
//! nothing of the words of any format.

use super::object::{Object, Op, Ret, Value};
use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, RequestId};
use crate::time::Time;
use std::collections::{BTreeMap, BTreeSet};

/// A history that is being read.
#[derive(Default)]
pub(super) struct Tape {
    history: History<Object>,
    /// The line on which each operation was asked for.
    lines: Vec<usize>,
    /// Which operation each process waits for, by the number that the format gives.
    open: BTreeMap<i64, usize>,
    clients: BTreeMap<i64, u32>,
    clock: u64,
    /// The first value that the file itself names.
    pub(super) init: Option<Value>,
}

/// A history that was read.
pub(super) struct Recorded {
    pub(super) history: History<Object>,
    /// The line of each operation; 0 for the first values, which stand in no line.
    pub(super) lines: Vec<usize>,
    /// How many operations clients asked for.
    pub(super) operations: usize,
}

impl Tape {
    /// A process asks. `tag` is what will complete it: the process, or the operation's own number.
    pub(super) fn invoke(
        &mut self,
        process: i64,
        tag: i64,
        line: usize,
        op: Op,
    ) -> Result<(), String> {
        if let Some(&open) = self.open.get(&tag) {
            let asked = self.lines[open];
            return Err(format!("{tag} asks again, and has had no answer since line {asked}"));
        }
        let next = u32::try_from(self.clients.len()).unwrap_or(u32::MAX - 1);
        let client = ClientId(*self.clients.entry(process).or_insert(next));
        let number = u32::try_from(self.lines.len()).map_err(|_| "too many operations")?;
        let invoked = self.moment();
        self.open.insert(tag, self.lines.len());
        self.lines.push(line);
        self.history.operations.push(Operation {
            request: RequestId { client, number },
            node: None,
            op,
            invoked,
            outcome: Outcome::Unknown,
            completed: Moment { order: u64::MAX, time: Time(u64::MAX) },
            again: false,
            step: None,
        });
        Ok(())
    }

    /// The operation that `tag` waits for.
    pub(super) fn asked(&self, tag: i64) -> Result<&Op, String> {
        let place = self.open.get(&tag).ok_or_else(|| format!("{tag} has asked for nothing"))?;
        Ok(&self.history.operations[*place].op)
    }

    /// The answer to what `tag` asked for.
    pub(super) fn complete(&mut self, tag: i64, outcome: Outcome<Ret>) -> Result<(), String> {
        let place = self.open.remove(&tag).ok_or_else(|| format!("{tag} has asked for nothing"))?;
        let completed = self.moment();
        let operation = &mut self.history.operations[place];
        operation.outcome = outcome;
        operation.completed = completed;
        Ok(())
    }

    /// Nobody will ever know what became of what `tag` asked for.
    pub(super) fn leave(&mut self, tag: i64) -> Result<(), String> {
        self.open.remove(&tag).map(drop).ok_or_else(|| format!("{tag} has asked for nothing"))
    }

    fn moment(&mut self) -> Moment {
        self.clock += 1;
        Moment { order: self.clock, time: Time(self.clock) }
    }

    /// The history, with the first values written before all else.
    pub(super) fn finish(self, init: Option<Value>) -> Recorded {
        let operations = self.lines.len();
        let firsts = init.or(self.init).map_or_else(Vec::new, |v| firsts(&self.history, &v));
        // Each first value takes two moments, and all else comes after them.
        let shift = 2 * firsts.len() as u64;
        let mut history = History { operations: Vec::with_capacity(firsts.len() + operations) };
        let mut lines = vec![0; firsts.len()];
        for (number, op) in (0_u32..).zip(firsts) {
            let at = |half| Moment { order: 2 * u64::from(number) + half, time: Time::ZERO };
            let whole = matches!(op, Op::Transaction(_));
            let ret = if whole { Ret::Values(Vec::new()) } else { Ret::Done };
            history.operations.push(Operation {
                request: RequestId { client: ClientId(u32::MAX - 1), number },
                node: None,
                op,
                invoked: at(0),
                outcome: Outcome::Ok(ret),
                completed: at(1),
                again: false,
                step: None,
            });
        }
        for mut operation in self.history.operations {
            operation.invoked.order += shift;
            operation.completed.order = operation.completed.order.saturating_add(shift);
            history.operations.push(operation);
        }
        lines.extend(self.lines);
        Recorded { history, lines, operations }
    }
}

/// What writes the first value into each register that the history names. Nothing is there anyway.
fn firsts(history: &History<Object>, value: &Value) -> Vec<Op> {
    if *value == Value::Nil {
        return Vec::new();
    }
    let mut single = BTreeSet::new();
    let mut together = BTreeSet::new();
    for operation in &history.operations {
        match &operation.op {
            Op::Write(key, _) | Op::Read(key) | Op::Cas(key, ..) | Op::Append(key, _) => {
                single.insert(*key);
            }
            Op::Transaction(parts) => together.extend(parts.iter().map(|(key, _)| *key)),
            _ => {}
        }
    }
    let mut firsts: Vec<Op> = single.into_iter().map(|key| Op::Write(key, value.clone())).collect();
    if !together.is_empty() {
        let all = together.into_iter().map(|key| (key, Some(value.clone())));
        firsts.push(Op::Transaction(all.collect()));
    }
    firsts
}
