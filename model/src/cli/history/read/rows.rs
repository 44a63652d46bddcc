//! Rows `method value start end` come in; what they ask and answer goes onto the tape, in the order
//! of time.
//!
//! The one idea: rows mostly stand in the order in which they begin, so few of them need to be
//! kept until it is certain that none is missing before them: so many as may be out of order.

use super::{Problem, Tape, number, shown};
use crate::history::Outcome;
use crate::spec::object::{Op, Ret, Value};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A row, or what of it is under way: in the order of time, and then of lines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// When it begins; of what is under way, when it ends.
    at: i64,
    line: u32,
    method: Method,
    value: i64,
    /// When it ends; of what is under way, the number of its client.
    other: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Method {
    Enqueue,
    Dequeue,
    Push,
    Pop,
    Offer,
    Poll,
    Write,
    Read,
    Insert,
    Remove,
    Contains,
    Lacks,
    Acquire,
    Release,
}

/// The rows that were read.
pub(super) struct Rows {
    kept: Vec<Row>,
    /// Whether those stand in the order in which they begin.
    in_order: bool,
    /// So many are kept at most.
    most: usize,
    /// What is under way, the first end first.
    under_way: BinaryHeap<Reverse<Row>>,
    /// Clients that have had their answers.
    idle: Vec<i64>,
    /// When the last one began that was handed on.
    began: i64,
}

/// So many rows may be out of order in any case.
const KEPT: usize = 1 << 16;

impl Default for Rows {
    fn default() -> Rows {
        let (kept, under_way, idle) = Default::default();
        Rows { kept, in_order: true, most: KEPT, under_way, idle, began: i64::MIN }
    }
}

impl Rows {
    /// Rows may be out of order as far as so many bytes of them go.
    pub(super) fn keep(&mut self, bytes: u64) {
        let most = usize::try_from(bytes).unwrap_or(usize::MAX) / size_of::<Row>();
        self.most = most.max(KEPT);
    }

    /// How many rows were not handed on yet.
    pub(super) const fn kept(&self) -> u64 {
        self.kept.len() as u64
    }

    pub(super) fn read(
        &mut self,
        tape: &mut Tape,
        text: &str,
        next: &mut usize,
    ) -> Result<(), Problem> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let line = *next;
            *next += 1;
            let (row, end) = match usual(bytes, at) {
                Some((row, end)) => (Some(row), end),
                None => {
                    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                    (unusual(&text[at..end]).map_err(|why| (line, why))?, end + 1)
                }
            };
            at = end;
            let Some((method, value, start, end)) = row else { continue };
            if end < start {
                return Err((line, format!("it ends at {end}, before it begins at {start}")));
            }
            if start < self.began {
                return Err((line, self.too_late(start)));
            }
            tape.is_of(&method.asks(value)).map_err(|why| (line, why))?;
            self.in_order &= self.kept.last().is_none_or(|last| last.at <= start);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            self.kept.push(Row { at: start, line, method, value, other: end });
            if self.kept.len() >= self.most {
                self.hand_on(tape, self.most / 2)?;
            }
        }
        Ok(())
    }

    /// After the last row.
    pub(super) fn end(&mut self, tape: &mut Tape) -> Result<(), Problem> {
        self.hand_on(tape, self.kept.len())?;
        self.answer(tape, None)
    }

    #[cold]
    fn too_late(&self, start: i64) -> String {
        format!(
            "it begins at {start}, but more than {} rows before it begin later, at {} and after: a \
             larger --memory puts more of them in order",
            self.most / 2,
            self.began
        )
    }

    /// Hands on the first of those that are kept.
    fn hand_on(&mut self, tape: &mut Tape, rows: usize) -> Result<(), Problem> {
        if !self.in_order {
            self.kept.sort_unstable_by_key(|row| (row.at, row.line));
            self.in_order = true;
        }
        let mut kept = std::mem::take(&mut self.kept);
        for row in kept.drain(..rows) {
            // At one moment, what begins comes before what ends: the two overlap.
            self.answer(tape, Some(row.at))?;
            let new = self.under_way.len() as i64;
            let client = self.idle.pop().unwrap_or(new);
            let line = row.line as usize;
            tape.line = line;
            let asked = tape.invoke(client, client, line, row.method.asks(row.value));
            asked.map_err(|why| (line, why))?;
            self.under_way.push(Reverse(Row { at: row.other, other: client, ..row }));
            self.began = row.at;
        }
        self.kept = kept;
        Ok(())
    }

    /// Answers what ends before a moment, or all.
    #[inline]
    fn answer(&mut self, tape: &mut Tape, before: Option<i64>) -> Result<(), Problem> {
        while let Some(Reverse(row)) = self.under_way.peek().copied() {
            if before.is_some_and(|before| row.at >= before) {
                break;
            }
            self.under_way.pop();
            self.idle.push(row.other);
            let line = row.line as usize;
            tape.line = line;
            let told = tape.complete(row.other, Outcome::Ok(row.method.answers(row.value)));
            told.map_err(|why| (line, why))?;
        }
        Ok(())
    }
}

type Told = (Method, i64, i64, i64);

/// A line as nearly all are, and where the next one begins; nothing if it is not.
#[inline]
fn usual(bytes: &[u8], mut at: usize) -> Option<(Told, usize)> {
    let from = at;
    while bytes.get(at)?.is_ascii_lowercase() {
        at += 1;
    }
    let method = Method::of(&bytes[from..at])?;
    let mut numbers = [0_i64; 3];
    for number in &mut numbers {
        if *bytes.get(at)? != b' ' {
            return None;
        }
        at += 1;
        let minus = bytes.get(at) == Some(&b'-');
        let from = at + usize::from(minus);
        at = from;
        while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')) {
            if digit > 9 {
                break;
            }
            *number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
            at += 1;
        }
        if !(1..=18).contains(&(at - from)) {
            return None;
        }
        *number = if minus { -*number } else { *number };
    }
    (*bytes.get(at)? == b'\n').then_some(((method, numbers[0], numbers[1], numbers[2]), at + 1))
}

/// Any other line; nothing if it says nothing.
fn unusual(content: &str) -> Result<Option<Told>, String> {
    let words: Vec<&str> = content.split_whitespace().collect();
    match *words {
        [] => Ok(None),
        [method, value, start, end] => {
            let (value, start, end) = (number(value)?, number(start)?, number(end)?);
            let known = Method::of(method.as_bytes());
            let method = known.ok_or_else(|| format!("unknown method `{}`", shown(method)))?;
            Ok(Some((method, value, start, end)))
        }
        [first, ..] if first.starts_with('#') => Ok(None),
        _ => Err("expected `method value start end`".to_owned()),
    }
}

impl Method {
    #[inline]
    const fn of(word: &[u8]) -> Option<Method> {
        Some(match word {
            b"enq" => Method::Enqueue,
            b"deq" => Method::Dequeue,
            b"push" => Method::Push,
            b"pop" => Method::Pop,
            b"offer" => Method::Offer,
            b"poll" => Method::Poll,
            b"write" => Method::Write,
            b"read" => Method::Read,
            b"insert" => Method::Insert,
            b"remove" => Method::Remove,
            b"contains" => Method::Contains,
            b"lacks" => Method::Lacks,
            b"acquire" => Method::Acquire,
            b"release" => Method::Release,
            _ => return None,
        })
    }

    #[inline]
    const fn asks(self, number: i64) -> Op {
        let value = Value::Number(number);
        match self {
            Method::Enqueue => Op::Enqueue(value),
            Method::Dequeue => Op::Dequeue,
            Method::Push => Op::Push(value),
            Method::Pop => Op::Pop,
            Method::Offer => Op::Offer(value),
            Method::Poll => Op::Poll,
            Method::Write => Op::Write(0, value),
            Method::Read => Op::Read(0),
            Method::Insert => Op::Insert(value),
            Method::Remove => Op::Remove(value),
            Method::Contains | Method::Lacks => Op::Contains(value),
            Method::Acquire => Op::Take(number),
            Method::Release => Op::Give(number),
        }
    }

    #[inline]
    const fn answers(self, number: i64) -> Ret {
        match self {
            Method::Dequeue | Method::Pop | Method::Poll | Method::Read => {
                Ret::Value(Value::Number(number))
            }
            Method::Contains | Method::Acquire => Ret::Flag(true),
            Method::Lacks => Ret::Flag(false),
            Method::Enqueue
            | Method::Push
            | Method::Offer
            | Method::Write
            | Method::Insert
            | Method::Remove
            | Method::Release => Ret::Done,
        }
    }
}
