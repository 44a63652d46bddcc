//! A file comes in; its history goes out, or, where it is larger than the memory that it may take,
//! what can be said of it as it is read.

use super::read::{Format, Reading};
use super::source::{Source, Taker};
use super::stream::{Followed, Following};
use super::tape::{Recorded, Tape, WEIGHT};
use crate::judge::stream::Halt;
use crate::spec::object::{Kind, Value};

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
    /// So many bytes of operations are held back at most until it is known how they ended.
    most: u64,
}

impl Taker for Loading<'_> {
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String> {
        let taken =
            self.reading.take(text, last).map_err(|(line, why)| format!("{line}: {why}"))?;
        let operations = self.reading.operations();
        let tape = &mut self.reading.tape;
        // Room that grows by doubling is held twice, so what comes is guessed from what came.
        if let (1.., Some(length)) = (taken, self.length.take()) {
            let guessed = length as f64 / taken as f64 * operations as f64 * 1.02;
            tape.make_room((guessed as u64).min(self.manner.memory / WEIGHT));
        }
        if self.following.is_none() && tape.weight > self.manner.memory {
            self.following = Some(self.manner.following(tape));
        }
        if let Some(following) = &mut self.following {
            following.take(tape, if last { 0 } else { self.most });
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
    let most = manner.memory / 2;
    let reading = manner.reading();
    let length = source.length();
    let mut loading = Loading { manner, reading, following: None, length, most };
    source.pour(name, &mut loading)?;
    let Loading { reading, following, .. } = loading;
    let operations = reading.tape.operations();
    let names = reading.names;
    Ok(match following {
        None => Loaded::Whole(Recorded { names, ..reading.tape.finish(manner.init.clone()) }),
        Some(following) => Loaded::Followed(Box::new(following.end(operations, names, most))),
    })
}

/// A file that is judged as it is read, from its beginning.
struct Through<'a> {
    manner: &'a Manner,
    reading: Reading,
    following: Option<Following>,
    most: u64,
    lost: bool,
}

impl Taker for Through<'_> {
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String> {
        let taken =
            self.reading.take(text, last).map_err(|(line, why)| format!("{line}: {why}"))?;
        let tape = &mut self.reading.tape;
        let Some(kind) = tape.kind else { return Ok(taken) };
        let manner = self.manner;
        let following = self.following.get_or_insert_with(|| manner.following(tape));
        self.lost = !is_small(kind) || *following.init() != manner.first(tape);
        if !self.lost {
            following.take(tape, if last { 0 } else { self.most });
            self.lost = following.work() > WORK + WORK_EACH * tape.operations();
        }
        Ok(taken)
    }

    fn line(&self) -> usize {
        self.reading.line
    }

    fn is_done(&self) -> bool {
        self.lost || self.following.as_ref().is_some_and(Following::is_halted)
    }
}

/// What is judged as it is read, though there would be room for it, may take so much work in all,
/// and so much for each operation: else it is held, and judged in other ways as well.
const WORK: u64 = 1 << 20;
const WORK_EACH: u64 = 32;

/// Of such a file no more than so many bytes are held back.
pub(super) const HELD_BACK: u64 = 32 << 20;

/// Whether all that can be known of an object is small, however much was done to it. Of others,
/// more is found out about the whole of a history.
const fn is_small(kind: Kind) -> bool {
    matches!(kind, Kind::Register | Kind::Counter | Kind::Semaphore | Kind::Lock)
}

/// Reads a source and judges it, and holds nothing of it; nothing where it had better be held, or
/// cannot be read.
pub(super) fn follow(source: Source<'_>, manner: &Manner) -> Option<Followed> {
    let most = HELD_BACK.min(manner.memory / 2);
    let reading = manner.reading();
    let mut all = Through { manner, reading, following: None, most, lost: false };
    source.pour("", &mut all).ok()?;
    let Through { reading, following, lost, .. } = all;
    let operations = reading.tape.operations();
    let followed = following.filter(|_| !lost)?.end(operations, reading.names, most);
    matches!(followed.halt, None | Some(Halt::Refuted { .. })).then_some(followed)
}

impl Manner {
    /// A file before it is read.
    pub(super) fn reading(&self) -> Reading {
        Reading::new(self.format, self.kind).keeping(self.memory / 2)
    }

    /// The first value of what has one.
    fn first(&self, tape: &Tape) -> Value {
        self.init.clone().or_else(|| tape.init.clone()).unwrap_or(Value::Nil)
    }

    fn following(&self, tape: &Tape) -> Following {
        Following::new(self.first(tape), tape.kind, self.budget)
    }
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
