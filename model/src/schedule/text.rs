//! The text form of a schedule, both ways: a [`Schedule`] goes in and lines come out, or lines go
//! in and a schedule or an [`Error`](crate::Error) with its place comes out. Nothing here knows
//! what a step does; it knows how a step is spelt.
//!
//! The two ways are exactly inverse, so a saved file, a report and an environment variable all hold
//! the same value. The grammar is made of words between white space: a line is *when*, then *what*,
//! and since every *what* begins with a known word or a client's name, the two need no mark between
//! them. The whole format is described in `docs/reference/schedule-format.md`.

use super::Schedule;
use std::fmt::{Display, Write};

mod claim;
mod expect;
mod hand;
mod line;
mod machine;
mod network;
mod read;
mod step;
#[cfg(test)]
mod tests;
mod words;
mod write;

pub(crate) use words::span;
#[cfg(feature = "cli")]
pub(crate) use words::{nearest, seed};

impl<Op: Display> Schedule<Op> {
    /// The schedule on one line, for an environment variable or a message. It reads back as the
    /// same schedule, because `;` ends a line wherever a line break does.
    ///
    /// ```
    /// use schism::{Schedule, spec::kv};
    /// let text = "nodes 3  quiet; @elected  crash leader; @+5ms  c0 -> n2  get k1";
    /// let schedule: Schedule<kv::Op> = text.parse()?;
    /// assert_eq!(schedule.one_line(), text);
    /// # Ok::<(), schism::Error>(())
    /// ```
    #[must_use]
    pub fn one_line(&self) -> String {
        let mut text = self.header();
        for step in &self.steps {
            // Writing to a string fails only where an operation's own text does, and a text that
            // lacks its end is found when it is read.
            let _ = write!(text, "; {step}");
        }
        text
    }
}
