//! Lines `I process id f key a b` and `R process id value` come in; what they ask and answer goes
//! onto the tape. Files of this format are large, so each line is gone through once.

use super::{Problem, Tape, number, value};
use crate::history::Outcome;
use crate::spec::object::{Op, Ret, Value};

pub(super) fn read(tape: &mut Tape, text: &str) -> Result<(), Problem> {
    for (line, content) in (1..).zip(text.lines()) {
        tape.line = line;
        let mut words = content.split_ascii_whitespace();
        let taken = match words.next() {
            None => Ok(()),
            Some("I") => invoke(tape, line, words),
            Some("R") => complete(tape, words),
            Some(word) if word.starts_with('#') => header(tape, content),
            Some(_) => Err(EXPECTED.to_owned()),
        };
        taken.map_err(|why| (line, why))?;
    }
    Ok(())
}

const EXPECTED: &str = "expected `I process id f key a b` or `R process id value`";

fn header(tape: &mut Tape, content: &str) -> Result<(), String> {
    let init = content.split_ascii_whitespace().find_map(|word| word.strip_prefix("init="));
    if let Some(init) = init {
        tape.init = Some(value(init)?);
    }
    Ok(())
}

fn invoke<'a>(
    tape: &mut Tape,
    line: usize,
    mut words: impl Iterator<Item = &'a str>,
) -> Result<(), String> {
    let mut next = || words.next().ok_or(EXPECTED);
    let (process, id, f, k, a, b) = (next()?, next()?, next()?, next()?, next()?, next()?);
    if words.next().is_some() {
        return Err(EXPECTED.to_owned());
    }
    let key = k.parse().map_err(|_| format!("expected a key, not `{}`", k.escape_debug()))?;
    let (process, a, b) = (number(process)?, number(a)?, number(b)?);
    let op = match f {
        "w" => Op::Write(key, Value::Number(a)),
        "r" => Op::Read(key),
        "c" => Op::Cas(key, Value::Number(a), Value::Number(b)),
        "a" => Op::Acquire(process.cast_unsigned(), None),
        "l" => Op::Release(process.cast_unsigned()),
        _ => return Err(format!("unknown operation `{}`", f.escape_debug())),
    };
    tape.invoke(process, number(id)?, line, op)
}

fn complete<'a>(tape: &mut Tape, mut words: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut next = || words.next().ok_or(EXPECTED);
    let (_, id, answer) = (next()?, next()?, next()?);
    if words.next().is_some() {
        return Err(EXPECTED.to_owned());
    }
    let (id, answer) = (number(id)?, number(answer)?);
    let ret = match tape.asked(id)? {
        Op::Read(_) => Ret::Value(Value::Number(answer)),
        Op::Cas(..) => Ret::Flag(answer == 1),
        Op::Acquire(..) | Op::Release(_) => Ret::Flag(true),
        _ => Ret::Done,
    };
    tape.complete(id, Outcome::Ok(ret))
}
