//! A command that a program brings along comes in, with what runs it; it is found by its name among
//! the words of a command line. What it does, and how it reads its words, is not known here.

use super::Streams;
use std::ffi::OsString;

type Run = dyn Fn(&[OsString], &mut Streams<'_>) -> u8 + Send + Sync;

/// A command of the program's own.
pub(super) struct Extra {
    pub(super) name: &'static str,
    pub(super) sentence: &'static str,
    run: Box<Run>,
}

impl Extra {
    pub(super) fn new(
        name: &'static str,
        sentence: &'static str,
        run: impl Fn(&[OsString], &mut Streams<'_>) -> u8 + Send + Sync + 'static,
    ) -> Extra {
        Extra { name, sentence, run: Box::new(run) }
    }

    pub(super) fn run(&self, words: &[OsString], streams: &mut Streams<'_>) -> u8 {
        (self.run)(words, streams)
    }
}

/// The one that is asked for, with its words, of which the first is how it was called.
pub(super) fn asked<'a>(
    extras: &'a [Extra],
    program: &str,
    arguments: &[OsString],
) -> Option<(&'a Extra, Vec<OsString>)> {
    let name = arguments.get(1)?;
    let extra = extras.iter().find(|extra| *name == *extra.name)?;
    let called = OsString::from(format!("{program} {}", extra.name));
    Some((extra, std::iter::once(called).chain(arguments[2..].iter().cloned()).collect()))
}
