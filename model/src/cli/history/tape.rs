//! Invocations and completions come in, in the order of a file; a history goes out. It knows
//! nothing of the words of any format.

use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, RequestId};
use crate::spec::object::{Kind, Object, Op, Part, Ret, Value};
use crate::time::Time;
use std::collections::{BTreeMap, BTreeSet};

/// A history that is being read.
#[derive(Default)]
pub(super) struct Tape {
    history: History<Object>,
    /// The line on which each operation was asked for.
    lines: Vec<u32>,
    /// The line of each answer, or 0.
    answers: Vec<u32>,
    /// The line that is being read.
    pub(super) line: usize,
    /// Which operation each process waits for, by the number that the format gives.
    open: Numbers,
    clients: Numbers,
    clients_known: u32,
    clock: u64,
    /// The first value that the file itself names.
    pub(super) init: Option<Value>,
    /// What the history is of, once that is known.
    pub(super) kind: Option<Kind>,
}

/// A history that was read.
pub(super) struct Recorded {
    /// First values stand last, though they were written first: judges go by moments.
    pub(super) history: History<Object>,
    /// The line of each operation; 0 for the first values, which stand in no line.
    pub(super) lines: Vec<u32>,
    /// The line of each answer, or 0 where there is none.
    pub(super) answers: Vec<u32>,
    /// How many operations clients asked for.
    pub(super) operations: usize,
}

/// Where the moments of the file begin; the first values are written before.
const START: u64 = 1 << 40;

impl Tape {
    /// A process asks. `tag` is what will complete it: the process, or the operation's own number.
    pub(super) fn invoke(
        &mut self,
        process: i64,
        tag: i64,
        line: usize,
        op: Op,
    ) -> Result<(), String> {
        if let Some(open) = self.open.get(tag) {
            let asked = self.lines[open as usize];
            return Err(format!("{tag} asks again, and has had no answer since line {asked}"));
        }
        match self.kind {
            None => self.kind = Some(op.kind()),
            Some(kind) if kind == op.kind() => {}
            Some(kind) => {
                return Err(format!("`{op}` is asked of a {}, and this is a {kind}", op.kind()));
            }
        }
        let client = self.clients.get(process).unwrap_or_else(|| {
            self.clients_known = (self.clients_known + 1).min(u32::MAX - 2);
            self.clients.set(process, self.clients_known - 1);
            self.clients_known - 1
        });
        let number = u32::try_from(self.lines.len()).ok().filter(|number| *number < u32::MAX / 2);
        let number = number.ok_or("too many operations")?;
        let invoked = self.moment();
        self.open.set(tag, number);
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        self.answers.push(0);
        self.history.operations.push(Operation {
            request: RequestId { client: ClientId(client), number },
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
    pub(super) fn asked(&mut self, tag: i64) -> Result<&mut Op, String> {
        let place = self.open.get(tag).ok_or_else(|| format!("{tag} has asked for nothing"))?;
        Ok(&mut self.history.operations[place as usize].op)
    }

    /// The answer to what `tag` asked for.
    pub(super) fn complete(&mut self, tag: i64, outcome: Outcome<Ret>) -> Result<(), String> {
        let place = self.open.take(tag).ok_or_else(|| format!("{tag} has asked for nothing"))?;
        let completed = self.moment();
        self.answers[place as usize] = u32::try_from(self.line).unwrap_or(u32::MAX);
        let operation = &mut self.history.operations[place as usize];
        operation.outcome = outcome;
        operation.completed = completed;
        Ok(())
    }

    /// Nobody will ever know what became of what `tag` asked for.
    pub(super) fn leave(&mut self, tag: i64) -> Result<(), String> {
        self.open.take(tag).map(drop).ok_or_else(|| format!("{tag} has asked for nothing"))
    }

    const fn moment(&mut self) -> Moment {
        self.clock += 1;
        Moment { order: START + self.clock, time: Time(self.clock) }
    }

    /// The history, with the first values written before all else.
    pub(super) fn finish(mut self, init: Option<Value>) -> Recorded {
        let operations = self.lines.len();
        let init = init.or(self.init).unwrap_or(Value::Nil);
        for (number, op) in (0_u32..).zip(firsts(&self.history, self.kind, &init)) {
            let at = |half| Moment { order: 2 * u64::from(number) + half, time: Time::ZERO };
            let whole = matches!(op, Op::Transaction(_));
            let ret = if whole { Ret::Value(Value::List([].into())) } else { Ret::Done };
            self.history.operations.push(Operation {
                request: RequestId { client: ClientId(u32::MAX - 1), number },
                node: None,
                op,
                invoked: at(0),
                outcome: Outcome::Ok(ret),
                completed: at(1),
                again: false,
                step: None,
            });
            self.lines.push(0);
            self.answers.push(0);
        }
        let (history, lines, answers) = (self.history, self.lines, self.answers);
        Recorded { history, lines, answers, operations }
    }
}

/// What writes the first value into each part that the history names. Nothing is there anyway.
fn firsts(history: &History<Object>, kind: Option<Kind>, value: &Value) -> Vec<Op> {
    if *value == Value::Nil {
        return Vec::new();
    }
    let mut single = BTreeSet::new();
    let mut together = BTreeSet::new();
    let mut last = None;
    for operation in &history.operations {
        match &operation.op {
            Op::Write(key, _)
            | Op::Read(key)
            | Op::Cas(key, ..)
            | Op::Append(key, _)
            | Op::Add(key, _)
            | Op::Count(key)
                if last != Some(*key) =>
            {
                last = Some(*key);
                single.insert(*key);
            }
            Op::Transaction(parts) => together.extend(parts.iter().map(|(key, _)| *key)),
            _ => {}
        }
    }
    let first = |key| match (kind, value) {
        (Some(Kind::Counter), Value::Number(number)) => Op::Add(key, *number),
        _ => Op::Write(key, value.clone()),
    };
    let mut firsts: Vec<Op> = single.into_iter().map(first).collect();
    if !together.is_empty() {
        let all = together.into_iter().map(|key| (key, Part::Write(value.clone())));
        firsts.push(Op::Transaction(all.collect()));
    }
    if let (Some(Kind::Semaphore), Value::Number(permits)) = (kind, value) {
        firsts.push(Op::Give(*permits));
    }
    firsts
}

/// A number for each of some numbers, which are small and come in order in most files.
#[derive(Default)]
struct Numbers {
    /// One more than the number, or 0.
    dense: Vec<u32>,
    others: BTreeMap<i64, u32>,
}

/// The dense ones grow by so many places at most, so that one large number costs little.
const STRIDE: usize = 1 << 16;

impl Numbers {
    fn get(&self, of: i64) -> Option<u32> {
        let dense = usize::try_from(of).ok().and_then(|of| self.dense.get(of)?.checked_sub(1));
        dense.or_else(|| self.others.get(&of).copied())
    }

    fn set(&mut self, of: i64, number: u32) {
        match usize::try_from(of) {
            Ok(of) if of < self.dense.len() + STRIDE => {
                if self.dense.len() <= of {
                    self.dense.resize(of + 1, 0);
                }
                self.dense[of] = number + 1;
            }
            _ => {
                self.others.insert(of, number);
            }
        }
    }

    fn take(&mut self, of: i64) -> Option<u32> {
        let dense = usize::try_from(of).ok().and_then(|of| self.dense.get_mut(of));
        let dense = dense.and_then(|number| std::mem::take(number).checked_sub(1));
        dense.or_else(|| self.others.remove(&of))
    }
}
