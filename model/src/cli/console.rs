//! The streams of the process come in; text and an exit code go out. It must not know what is said.
//!
//! A reader that has seen enough closes its end (`schism list | head -1`): from then on nothing is
//! written, and nothing else changes.

use crate::campaign::Stop;
use crate::check::Outcome;
use crate::error::Error;
use std::io::{ErrorKind, IsTerminal, Read, Write};

/// Where a command reads and writes.
pub struct Streams<'a> {
    /// What `-` reads as a file.
    pub input: &'a mut dyn Read,
    /// Results.
    pub out: &'a mut dyn Write,
    /// Progress and complaints.
    pub err: &'a mut dyn Write,
    /// Whether `err` is a terminal, where a bar can be drawn.
    pub terminal: bool,
}

impl Streams<'_> {
    /// Those of this process.
    pub(super) fn with_process<T>(run: impl FnOnce(&mut Streams<'_>) -> T) -> T {
        let (mut input, mut out, mut err) =
            (std::io::stdin(), std::io::stdout(), std::io::stderr());
        let terminal = err.is_terminal();
        run(&mut Streams { input: &mut input, out: &mut out, err: &mut err, terminal })
    }
}

/// How a command ended; the worst of several is the largest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Exit {
    Held,
    Inconclusive,
    /// Somebody pressed Ctrl-C before anything was found.
    Interrupted,
    Failed,
    Misuse,
    /// For `git bisect run`: this commit cannot be told good or bad.
    Skip,
    /// For `git bisect run`: no commit can.
    NoBisect,
}

impl Exit {
    pub(super) const fn code(self) -> u8 {
        match self {
            Exit::Held => 0,
            Exit::Failed => 1,
            Exit::Misuse => 2,
            Exit::Inconclusive => 3,
            Exit::Skip => 125,
            Exit::NoBisect => 128,
            // As of a process that the signal ended, so that loops and scripts end as well.
            Exit::Interrupted => 130,
        }
    }
}

impl Exit {
    /// The end of work with this outcome, which may have been stopped before it found anything.
    pub(super) fn of(outcome: Outcome, stop: &Stop) -> Exit {
        match outcome {
            Outcome::Unknown if stop.asked() => Exit::Interrupted,
            outcome => outcome.into(),
        }
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Exit {
        match outcome {
            Outcome::Pass => Exit::Held,
            Outcome::Fail => Exit::Failed,
            Outcome::Unknown => Exit::Inconclusive,
        }
    }
}

/// What the user can mend, in words.
#[derive(Debug)]
pub(super) struct Trouble(String);

impl Trouble {
    pub(super) fn misuse(text: impl Into<String>) -> Trouble {
        Trouble(text.into())
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble(error.to_string())
    }
}

/// Writes what people read. Once the results go elsewhere (`--json -`), people read the other
/// stream.
pub(super) struct Console<'a, 's> {
    streams: &'a mut Streams<'s>,
    /// Whether standard output is for a machine.
    machine: bool,
    closed: bool,
}

impl<'a, 's> Console<'a, 's> {
    pub(super) fn new(streams: &'a mut Streams<'s>) -> Console<'a, 's> {
        Console { streams, machine: false, closed: false }
    }

    /// From now on, standard output is for a machine alone.
    pub(super) fn leave_output_to_machine(&mut self) {
        self.machine = true;
    }

    /// Whether a bar can be drawn.
    pub(super) fn is_terminal(&self) -> bool {
        self.streams.terminal
    }

    /// Says something to people, and ends the line.
    pub(super) fn say(&mut self, text: &str) -> Result<(), Trouble> {
        let stream = if self.machine { &mut *self.streams.err } else { &mut *self.streams.out };
        put(stream, text, &mut self.closed)
    }

    /// Writes a result for a machine to standard output.
    pub(super) fn put(&mut self, text: &str) -> Result<(), Trouble> {
        put(self.streams.out, text, &mut false)
    }

    /// Says what is wrong.
    pub(super) fn complain(&mut self, trouble: &Trouble) -> Exit {
        // Where even that cannot be written, the exit code is all that can be said.
        let _ = put(self.streams.err, &format!("error: {}", trouble.0), &mut false);
        Exit::Misuse
    }

    /// Says something that is no result.
    pub(super) fn note(&mut self, text: &str) {
        // As above.
        let _ = put(self.streams.err, text, &mut false);
    }

    /// Standard input.
    pub(super) fn input(&mut self) -> &mut dyn Read {
        self.streams.input
    }

    /// Reads all of standard input.
    pub(super) fn read(&mut self) -> Result<String, Trouble> {
        let mut text = String::new();
        match self.streams.input.read_to_string(&mut text) {
            Ok(_) => Ok(text),
            Err(error) => Err(Trouble::misuse(format!("cannot read standard input: {error}"))),
        }
    }
}

fn put(stream: &mut dyn Write, text: &str, closed: &mut bool) -> Result<(), Trouble> {
    if *closed {
        return Ok(());
    }
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let written = write!(stream, "{text}{end}").and_then(|()| stream.flush());
    match written {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            *closed = true;
            Ok(())
        }
        Err(error) => Err(Trouble::misuse(format!("cannot write the results: {error}"))),
    }
}
