//! A file comes in; how many operations it has goes out, if it is one of registers whose values
//! were written once each and some order explains it. Nothing of it is kept but what is under way,
//! so that a large file takes little memory, and only one that needs a closer look is held.

use super::load::Manner;
use super::read::Reading;
use super::source::{Source, Taker};
use super::tape::{WEIGHT, first};
use crate::cli::progress::Bar;
use crate::judge::linearizability::Skim;
use crate::spec::object::{Object, Value};
use std::path::Path;

/// Smaller files are held at once.
const FILE_MIN: u64 = 1 << 20;

struct Skimming<'a> {
    manner: &'a Manner,
    reading: Reading,
    skim: Skim,
    pushed: u64,
    lost: bool,
}

/// What is wrong with a file is told by whoever reads it again.
pub(super) fn explained(path: &Path, manner: &Manner, bar: Option<&Bar>) -> Option<u64> {
    let known = std::fs::metadata(path).ok()?;
    if !known.is_file() || known.len() < FILE_MIN {
        return None;
    }
    explains(Source::file(path).ok()?.shown_on(bar), manner)
}

/// The same of any source.
pub(super) fn explains(source: Source<'_>, manner: &Manner) -> Option<u64> {
    let reading = Reading::new(manner.format, manner.kind);
    let mut skimming = Skimming { manner, reading, skim: Skim::new(), pushed: 0, lost: false };
    source.pour("", &mut skimming).ok()?;
    let Skimming { reading, skim, lost, .. } = skimming;
    (!lost && skim.explains_all()).then(|| reading.tape.operations())
}

impl Taker for Skimming<'_> {
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String> {
        let taken = self.reading.take(text, last).map_err(|(_, why)| why)?;
        let (tape, skim) = (&mut self.reading.tape, &mut self.skim);
        let init = self.manner.init.clone().or(tape.init.clone()).unwrap_or(Value::Nil);
        let kind = tape.kind;
        let begin = |key| (init != Value::Nil).then(|| first(key, kind, &init));
        for (operation, ..) in tape.settled(if last { 0 } else { u64::MAX }) {
            skim.push::<Object>(&operation, begin);
            self.pushed += 1;
        }
        let held = (tape.operations() - self.pushed) * WEIGHT;
        self.lost = skim.is_lost() || skim.weight() + held > self.manner.memory;
        Ok(taken)
    }

    fn line(&self) -> usize {
        self.reading.line
    }

    fn is_done(&self) -> bool {
        self.lost
    }
}
