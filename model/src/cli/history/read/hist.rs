//! Lines `I process id f key a b` and `R process id value` come in; what they ask and answer goes
//! onto the tape. Files of this format are large, so each line is gone through once; only one that
//! is out of the ordinary is looked at twice, for what to say of it.

use super::{Problem, Tape, number, shown, value};
use crate::history::Outcome;
use crate::spec::object::{Op, Ret, Value};

pub(super) fn read(tape: &mut Tape, text: &str, next: &mut usize) -> Result<(), Problem> {
    let mut at = 0;
    while at < text.len() {
        let line = *next;
        *next += 1;
        tape.line = line;
        let mut words = Words { bytes: text.as_bytes(), at };
        if let Some(told) = usual(tape, line, &mut words) {
            told.map_err(|why| (line, why))?;
            at = words.at + 1;
            continue;
        }
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        unusual(tape, line, &text[at..end]).map_err(|why| (line, why))?;
        at = end + 1;
    }
    Ok(())
}

/// Goes through the words of a line.
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Words<'_> {
    /// The only byte of the next word, if a blank stands behind it.
    #[inline]
    fn letter(&mut self) -> Option<u8> {
        let letter = *self.bytes.get(self.at)?;
        let blank = *self.bytes.get(self.at + 1)? == b' ';
        self.at += 2;
        blank.then_some(letter)
    }

    /// The next word as a number of at most 18 digits, and one blank behind it unless it is the
    /// line's last word.
    #[inline]
    fn number(&mut self, last: bool) -> Option<i64> {
        let minus = self.bytes.get(self.at) == Some(&b'-');
        let from = self.at + usize::from(minus);
        let mut number = 0_i64;
        let mut at = from;
        while let Some(digit) = self.bytes.get(at).map(|byte| byte.wrapping_sub(b'0')) {
            if digit > 9 {
                break;
            }
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
            at += 1;
        }
        let ends = match self.bytes.get(at) {
            Some(b'\n') | None => last,
            Some(b' ') => !last,
            Some(_) => false,
        };
        if !ends || !(1..=18).contains(&(at - from)) {
            return None;
        }
        self.at = at + usize::from(!last);
        Some(if minus { -number } else { number })
    }
}

/// A line as nearly all are; nothing if it is not.
#[inline]
fn usual(tape: &mut Tape, line: usize, words: &mut Words<'_>) -> Option<Result<(), String>> {
    match words.letter()? {
        b'I' => {
            let (process, id) = (words.number(false)?, words.number(false)?);
            let f = words.letter()?;
            let key = words.number(false)?;
            let (a, b) = (words.number(false)?, words.number(true)?);
            let key = u64::try_from(key).ok()?;
            let op = match f {
                b'w' => Op::Write(key, Value::Number(a)),
                b'r' => Op::Read(key),
                b'c' => Op::Cas(key, Value::Number(a), Value::Number(b)),
                _ => return None,
            };
            Some(tape.invoke(process, id, line, op))
        }
        b'R' => {
            let _ = words.number(false)?;
            let (id, answer) = (words.number(false)?, words.number(true)?);
            Some(answered(tape, id, answer))
        }
        _ => None,
    }
}

const EXPECTED: &str = "expected `I process id f key a b` or `R process id value`";

fn unusual(tape: &mut Tape, line: usize, content: &str) -> Result<(), String> {
    let mut words = content.split_ascii_whitespace();
    match words.next() {
        None => Ok(()),
        Some("I") => invoke(tape, line, words),
        Some("R") => complete(tape, words),
        Some(word) if word.starts_with('#') => header(tape, content),
        Some(_) => Err(EXPECTED.to_owned()),
    }
}

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
    let key = k.parse().map_err(|_| format!("expected a key, not `{}`", shown(k)))?;
    let (process, a, b) = (number(process)?, number(a)?, number(b)?);
    let op = match f {
        "w" => Op::Write(key, Value::Number(a)),
        "r" => Op::Read(key),
        "c" => Op::Cas(key, Value::Number(a), Value::Number(b)),
        "a" => Op::Acquire(process.cast_unsigned(), None),
        "l" => Op::Release(process.cast_unsigned()),
        _ => return Err(format!("unknown operation `{}`", shown(f))),
    };
    tape.invoke(process, number(id)?, line, op)
}

fn complete<'a>(tape: &mut Tape, mut words: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut next = || words.next().ok_or(EXPECTED);
    let (_, id, answer) = (next()?, next()?, next()?);
    if words.next().is_some() {
        return Err(EXPECTED.to_owned());
    }
    answered(tape, number(id)?, number(answer)?)
}

#[inline]
fn answered(tape: &mut Tape, id: i64, answer: i64) -> Result<(), String> {
    let ret = match tape.asked(id)? {
        Op::Read(_) => Ret::Value(Value::Number(answer)),
        Op::Cas(..) => Ret::Flag(answer == 1),
        Op::Acquire(..) | Op::Release(_) => Ret::Flag(true),
        _ => Ret::Done,
    };
    tape.complete(id, Outcome::Ok(ret))
}
