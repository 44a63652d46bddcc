//! A file comes in; how many operations it has goes out, if it is one of registers whose values
//! were written once each and some order explains it. Nothing of it is kept but what is under way,
//! so that a large file takes little memory, and only one that needs a closer look is held.

use super::load::{HELD_BACK, Manner};
use super::read::Reading;
use super::source::{Source, Taker};
use super::tape::{WEIGHT, first};
use crate::judge::linearizability::Skim;
use crate::spec::object::{Object, Value};

struct Skimming<'a> {
    manner: &'a Manner,
    reading: Reading,
    skim: Skim,
    pushed: u64,
    lost: bool,
}

/// What can be said of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Skimmed {
    /// Some order explains all of its operations, of which there are so many.
    Explained(u64),
    /// No order does.
    Refuted,
    /// It is not of such registers, or is not known to be.
    Lost,
}

/// Reads all of a source, if it is of such registers. Nothing where it cannot be read: what is
/// wrong with it is told by whoever reads it again.
pub(super) fn skim(source: Source<'_>, manner: &Manner) -> Option<Skimmed> {
    let reading = Reading::new(manner.format, manner.kind);
    let mut skimming = Skimming { manner, reading, skim: Skim::new(), pushed: 0, lost: false };
    source.pour("", &mut skimming).ok()?;
    let Skimming { reading, skim, lost, .. } = skimming;
    Some(if lost {
        Skimmed::Lost
    } else if skim.explains_all() {
        Skimmed::Explained(reading.tape.operations())
    } else {
        Skimmed::Refuted
    })
}

impl Taker for Skimming<'_> {
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String> {
        let taken = self.reading.take(text, last).map_err(|(_, why)| why)?;
        let (tape, skim) = (&mut self.reading.tape, &mut self.skim);
        let init = self.manner.init.clone().or(tape.init.clone()).unwrap_or(Value::Nil);
        let kind = tape.kind;
        let begin = |key| (init != Value::Nil).then(|| first(key, kind, &init));
        for (operation, ..) in tape.settled(if last { 0 } else { HELD_BACK }) {
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
