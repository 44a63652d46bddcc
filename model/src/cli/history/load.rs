//! A file comes in; its history goes out, or, where it is larger than the memory that it may take,
//! what can be said of it as it is read.

use super::read::{Format, Reading};
use super::source::{Source, Taker};
use super::stream::{Followed, Following};
use super::tape::{Recorded, Tape, WEIGHT};
use crate::judge::stream::Halt;
use crate::spec::Spec;
use crate::spec::object::{Kind, Object, Op, Value};
use std::path::Path;

/// How a file is to be read.
#[derive(Clone)]
pub(super) struct Manner {
    pub(super) format: Option<Format>,
    pub(super) kind: Option<Kind>,
    pub(super) init: Option<Value>,
    /// About how many bytes its history may take.
    pub(super) memory: u64,
    /// The work that one answer may take, where the history is judged as it is read.
    pub(super) budget: u64,
}

/// What was read.
pub(super) enum Loaded {
    Whole(Recorded),
    Followed(Box<Followed>),
}

struct Loading<'a> {
    manner: &'a Manner,
    reading: Reading,
    following: Option<Following>,
    /// How many bytes are still to come, where that is known.
    length: Option<u64>,
}

impl Taker for Loading<'_> {
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String> {
        let taken =
            self.reading.take(text, last).map_err(|(line, why)| format!("{line}: {why}"))?;
        let tape = &mut self.reading.tape;
        // Room that grows by doubling is held twice, so what comes is guessed from what came.
        if let (1.., Some(length)) = (taken, self.length.take()) {
            let guessed = length as f64 / taken as f64 * tape.operations() as f64 * 1.02;
            tape.make_room((guessed as u64).min(self.manner.memory / WEIGHT));
        }
        if self.following.is_none() && tape.weight > self.manner.memory {
            let init = self.manner.init.clone().or(tape.init.clone()).unwrap_or(Value::Nil);
            self.following = Some(Following::new(init, tape.kind, self.manner.budget));
        }
        if let Some(following) = &mut self.following {
            let most = if last { 0 } else { self.manner.memory / 2 };
            following.take(tape, most);
        }
        Ok(taken)
    }

    fn line(&self) -> usize {
        self.reading.line
    }

    fn is_done(&self) -> bool {
        self.following.as_ref().is_some_and(Following::is_halted)
    }
}

/// Reads all of a source.
pub(super) fn load(source: Source<'_>, name: &str, manner: &Manner) -> Result<Loaded, String> {
    let reading = Reading::new(manner.format, manner.kind);
    let length = source.length();
    let mut loading = Loading { manner, reading, following: None, length };
    source.pour(name, &mut loading)?;
    let Loading { reading, following, .. } = loading;
    let operations = reading.tape.operations();
    let names = reading.names;
    Ok(match following {
        None => Loaded::Whole(Recorded { names, ..reading.tape.finish(manner.init.clone()) }),
        Some(following) => Loaded::Followed(Box::new(following.end(operations, names))),
    })
}

/// What is known after a second reading: the operations of the part whose answer was refuted, up to
/// that answer.
struct Again<'a> {
    manner: &'a Manner,
    reading: Reading,
    part: Option<u64>,
    until: usize,
    kept: Vec<super::tape::Told>,
}

impl Taker for Again<'_> {
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String> {
        let taken =
            self.reading.take(text, last).map_err(|(line, why)| format!("{line}: {why}"))?;
        let most = if last || self.is_done() { 0 } else { self.manner.memory / 2 };
        let part = self.part;
        let told = self.reading.tape.settled(most);
        self.kept.extend(told.filter(|(operation, ..)| Object::part(&operation.op) == part));
        if self.kept.len() as u64 * WEIGHT > self.manner.memory {
            return Err("larger than memory".to_owned());
        }
        Ok(taken)
    }

    fn line(&self) -> usize {
        self.reading.line
    }

    fn is_done(&self) -> bool {
        self.reading.line > self.until
    }
}

/// The history of the part that a file was refuted for, if it can be read again and has room.
pub(super) fn again(path: &Path, followed: &Followed, manner: &Manner) -> Option<Recorded> {
    let Halt::Refuted { mark, op, .. } = followed.halt.as_ref()? else { return None };
    if !std::fs::metadata(path).is_ok_and(|known| known.is_file()) {
        return None;
    }
    let (part, until) = (Object::part(op as &Op), answer_of(*mark) as usize);
    let reading = Reading::new(manner.format, manner.kind);
    let mut again = Again { manner, reading, part, until, kept: Vec::new() };
    Source::file(path).ok()?.pour("", &mut again).ok()?;
    // What came after the wrong answer says nothing of it.
    again.kept.retain(|(_, line, _)| *line as usize <= until);
    let Reading { tape, names, .. } = again.reading;
    let tape = Tape::of(again.kept, tape.kind, tape.init);
    Some(Recorded { names, ..tape.finish(manner.init.clone()) })
}

/// The lines of a question and of its answer, as one mark.
pub(super) fn mark(line: u32, answer: u32) -> u64 {
    u64::from(line) << 32 | u64::from(answer)
}

pub(super) const fn answer_of(mark: u64) -> u32 {
    mark as u32
}

pub(super) const fn line_of(mark: u64) -> u32 {
    (mark >> 32) as u32
}

/// Only for what is small: the names of a file that is at hand as text.
#[cfg(test)]
pub(super) fn read(
    text: &str,
    format: Option<Format>,
    kind: Option<Kind>,
    init: Option<Value>,
) -> Result<Recorded, (usize, String)> {
    let mut reading = Reading::new(format, kind);
    reading.take(text, true)?;
    let names = reading.names;
    Ok(Recorded { names, ..reading.tape.finish(init) })
}
