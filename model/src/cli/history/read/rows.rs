//! Rows `method value start end` come in; what they ask and answer goes onto the tape, in the order
//! of time. So all rows are kept until the last one is read.

use super::{Problem, Tape, number, shown};
use crate::history::Outcome;
use crate::spec::object::{Op, Ret, Value};

/// The rows that were read.
#[derive(Default)]
pub(super) struct Rows {
    moments: Vec<(i64, bool, usize, Option<Op>, Ret)>,
}

impl Rows {
    pub(super) fn take(&mut self, line: usize, words: &[&str]) -> Result<(), String> {
        let [method, value, start, end] = *words else {
            let comment = words[0].starts_with('#');
            let why = "expected `method value start end`".to_owned();
            return if comment { Ok(()) } else { Err(why) };
        };
        let (value, start, end) = (number(value)?, number(start)?, number(end)?);
        if end < start {
            return Err(format!("it ends at {end}, before it begins at {start}"));
        }
        let (op, ret) = row(method, value)?;
        // At one moment, what begins comes before what ends: the two overlap.
        self.moments.push((start, false, line, Some(op), Ret::Done));
        self.moments.push((end, true, line, None, ret));
        Ok(())
    }

    pub(super) fn end(mut self, tape: &mut Tape) -> Result<(), Problem> {
        self.moments.sort_by_key(|(at, ends, line, ..)| (*at, *ends, *line));
        for (_, _, line, op, ret) in self.moments {
            let tag = line as i64;
            tape.line = line;
            let told = match op {
                Some(op) => tape.invoke(tag, tag, line, op),
                None => tape.complete(tag, Outcome::Ok(ret)),
            };
            told.map_err(|why| (line, why))?;
        }
        Ok(())
    }
}

fn row(method: &str, number: i64) -> Result<(Op, Ret), String> {
    let value = Value::Number(number);
    Ok(match method {
        "enq" => (Op::Enqueue(value), Ret::Done),
        "deq" => (Op::Dequeue, Ret::Value(value)),
        "push" => (Op::Push(value), Ret::Done),
        "pop" => (Op::Pop, Ret::Value(value)),
        "offer" => (Op::Offer(value), Ret::Done),
        "poll" => (Op::Poll, Ret::Value(value)),
        "write" => (Op::Write(0, value), Ret::Done),
        "read" => (Op::Read(0), Ret::Value(value)),
        "insert" => (Op::Insert(value), Ret::Done),
        "remove" => (Op::Remove(value), Ret::Done),
        "contains" => (Op::Contains(value), Ret::Flag(true)),
        "lacks" => (Op::Contains(value), Ret::Flag(false)),
        "acquire" => (Op::Take(number), Ret::Flag(true)),
        "release" => (Op::Give(number), Ret::Done),
        _ => return Err(format!("unknown method `{}`", shown(method))),
    })
}
