//! Invocations and completions come in, in the order of a file; a history goes out. It knows
//! nothing of the words of any format.

use super::read::Names;
use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, RequestId};
use crate::spec::object::{Kind, Object, Op, Part, Ret, Value};
use crate::time::Time;
use numbers::Numbers;
use std::collections::BTreeSet;

mod numbers;

/// A history that is being read.
#[derive(Default)]
pub(super) struct Tape {
    history: History<Object>,
    /// How many operations have been handed on; see [`Tape::settled`].
    handed_on: u32,
    /// About how many bytes of memory all of it takes.
    pub(super) weight: u64,
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
    /// The names of its keys.
    pub(super) names: Names,
    /// What is known of a history of which only the end is here.
    pub(super) end: Option<End>,
}

/// What else is known of a history that is not held.
#[derive(Clone)]
pub(super) struct End {
    /// Answers that would have been right, a few at most.
    pub(super) right: Vec<Ret>,
    /// How many answers about the part were given before the wrong one.
    pub(super) explained: u64,
}

/// In place of the line of an answer: it is known that there is none.
const NEVER: u32 = u32::MAX;

/// About how many bytes an operation takes, with what it takes to judge it.
pub(super) const WEIGHT: u64 = 400;

/// An operation with its line and that of its answer, or 0.
pub(super) type Told = (Operation<Object>, u32, u32);

/// The bytes of the text that an operation holds.
fn text_of(op: &Op) -> u64 {
    match op {
        Op::Append(_, text) | Op::Write(_, Value::Text(text)) => text.len() as u64,
        _ => 0,
    }
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
            let asked = open.checked_sub(self.handed_on).map(|at| self.lines[at as usize]);
            let asked = asked.map_or("long ago".to_owned(), |line| format!("line {line}"));
            return Err(format!("{tag} asks again, and has had no answer since {asked}"));
        }
        self.is_of(&op)?;
        let client = self.clients.get(process).unwrap_or_else(|| {
            self.clients_known = (self.clients_known + 1).min(u32::MAX - 2);
            self.clients.set(process, self.clients_known - 1);
            self.clients_known - 1
        });
        let number = self.handed_on as usize + self.lines.len();
        let number = u32::try_from(number).ok().filter(|number| *number < u32::MAX - 1);
        let number = number.ok_or("too many operations")?;
        self.weight += WEIGHT + text_of(&op);
        let invoked = self.moment();
        self.open.set(tag, number);
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        self.answers.push(0);
        let request = RequestId { client: ClientId(client), number };
        let completed = Moment { order: u64::MAX, time: Time(u64::MAX) };
        let asked = Operation::asked(request, op, invoked);
        self.history.operations.push(Operation { completed, ..asked });
        Ok(())
    }

    /// All operations must be of one object.
    #[inline]
    pub(super) fn is_of(&mut self, op: &Op) -> Result<(), String> {
        match self.kind {
            Some(kind) if kind == op.kind() => Ok(()),
            Some(kind) => Err(format!("`{op}` is asked of a {}, and this is a {kind}", op.kind())),
            None => {
                self.kind = Some(op.kind());
                Ok(())
            }
        }
    }

    /// The operation that `tag` waits for.
    pub(super) fn asked(&mut self, tag: i64) -> Result<&mut Op, String> {
        let number = self.open.get(tag).ok_or_else(|| format!("{tag} has asked for nothing"))?;
        let place = self.place(number)?;
        Ok(&mut self.history.operations[place].op)
    }

    /// The answer to what `tag` asked for.
    pub(super) fn complete(&mut self, tag: i64, outcome: Outcome<Ret>) -> Result<(), String> {
        let number = self.open.take(tag).ok_or_else(|| format!("{tag} has asked for nothing"))?;
        let place = self.place(number)?;
        let completed = self.moment();
        self.answers[place] = u32::try_from(self.line).unwrap_or(NEVER - 1);
        let operation = &mut self.history.operations[place];
        operation.outcome = outcome;
        operation.completed = completed;
        Ok(())
    }

    fn place(&self, number: u32) -> Result<usize, String> {
        let late = "this answers an operation that so many others came after that it was taken \
                    for one without an answer: a larger --memory holds more of them";
        Ok(number.checked_sub(self.handed_on).ok_or(late)? as usize)
    }

    /// Nobody will ever know what became of what `tag` asked for.
    pub(super) fn leave(&mut self, tag: i64) -> Result<(), String> {
        let number = self.open.take(tag).ok_or_else(|| format!("{tag} has asked for nothing"))?;
        if let Ok(place) = self.place(number) {
            self.answers[place] = NEVER;
        }
        Ok(())
    }

    /// Makes room for so many operations in all, if that is more than there is.
    pub(super) fn make_room(&mut self, operations: u64) {
        let operations = usize::try_from(operations).unwrap_or(usize::MAX);
        let more = operations.saturating_sub(self.lines.len());
        self.history.operations.reserve_exact(more);
        self.lines.reserve_exact(more);
        self.answers.reserve_exact(more);
    }

    /// How many operations the file has had so far.
    pub(super) fn operations(&self) -> u64 {
        u64::from(self.handed_on) + self.lines.len() as u64
    }

    /// Hands on the first operations, each with its line and that of its answer, as far as it is
    /// known how they ended; and those beyond `most` bytes in any case: they are taken for
    /// operations without an answer.
    pub(super) fn settled(&mut self, most: u64) -> impl Iterator<Item = Told> {
        let most = usize::try_from(most / WEIGHT).unwrap_or(usize::MAX);
        let open = |answer: &u32| *answer == 0;
        let known = self.answers.iter().position(open).unwrap_or(self.answers.len());
        let known = known.max(self.answers.len().saturating_sub(most));
        self.handed_on += known as u32;
        let operations = self.history.operations.drain(..known);
        let lines = self.lines.drain(..known).zip(self.answers.drain(..known));
        operations.zip(lines).map(|(operation, (line, answer))| {
            (operation, line, if answer == NEVER { 0 } else { answer })
        })
    }

    /// The moment of the last event.
    pub(super) const fn now(&self) -> u64 {
        START + self.clock
    }

    const fn moment(&mut self) -> Moment {
        self.clock += 1;
        Moment { order: START + self.clock, time: Time(self.clock) }
    }

    /// A tape of operations that were handed on by another.
    pub(super) fn of(handed_on: Vec<Told>, kind: Option<Kind>, init: Option<Value>) -> Tape {
        let mut tape = Tape { kind, init, ..Tape::default() };
        for (operation, line, answer) in handed_on {
            tape.history.operations.push(operation);
            tape.lines.push(line);
            tape.answers.push(answer);
        }
        tape
    }

    /// The history without first values.
    pub(super) fn alone(self) -> Recorded {
        self.finish(Some(Value::Nil))
    }

    /// The history, with the first values written before all else.
    pub(super) fn finish(mut self, init: Option<Value>) -> Recorded {
        let operations = self.lines.len();
        let init = init.or(self.init).unwrap_or(Value::Nil);
        for (number, op) in (0_u32..).zip(firsts(&self.history, self.kind, &init)) {
            let at = |half| Moment { order: 2 * u64::from(number) + half, time: Time::ZERO };
            let whole = matches!(op, Op::Transaction(_));
            let ret = if whole { Ret::Value(Value::List([].into())) } else { Ret::Done };
            let request = RequestId { client: ClientId(u32::MAX - 1), number };
            let (outcome, completed) = (Outcome::Ok(ret), at(1));
            let asked = Operation::asked(request, op, at(0));
            self.history.operations.push(Operation { outcome, completed, ..asked });
            self.lines.push(0);
            self.answers.push(0);
        }
        let (history, lines, mut answers) = (self.history, self.lines, self.answers);
        answers.iter_mut().filter(|answer| **answer == NEVER).for_each(|answer| *answer = 0);
        let names = Names::default();
        Recorded { history, lines, answers, operations, names, end: None }
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
            Op::Transaction(parts) => together.extend(parts.iter().map(|(key, _)| *key)),
            op => {
                if let Some(key) = key(op).filter(|key| last != Some(*key)) {
                    last = Some(key);
                    single.insert(key);
                }
            }
        }
    }
    let mut firsts: Vec<Op> = single.into_iter().map(|key| first(key, kind, value)).collect();
    if !together.is_empty() {
        let all = together.into_iter().map(|key| (key, Part::Write(value.clone())));
        firsts.push(Op::Transaction(all.collect()));
    }
    if let (Some(Kind::Semaphore), Value::Number(permits)) = (kind, value) {
        firsts.push(Op::Give(*permits));
    }
    firsts
}

/// The register or counter that an operation is about, which has a first value.
pub(super) const fn key(op: &Op) -> Option<u64> {
    match op {
        Op::Write(key, _)
        | Op::Read(key)
        | Op::Cas(key, ..)
        | Op::Append(key, _)
        | Op::Add(key, _)
        | Op::Count(key) => Some(*key),
        _ => None,
    }
}

/// What gives a register or a counter its first value.
pub(super) fn first(key: u64, kind: Option<Kind>, value: &Value) -> Op {
    match (kind, value) {
        (Some(Kind::Counter), Value::Number(number)) => Op::Add(key, *number),
        _ => Op::Write(key, value.clone()),
    }
}
