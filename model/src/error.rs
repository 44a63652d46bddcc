//! Misuse and trouble of our own, never a finding: a finding is data, a
//! [`Verdict`](crate::Verdict).

use std::fmt;

/// What the caller can mend: an unreadable schedule, an unknown target, a folder that cannot be
/// written. The text says what is wrong, where, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    text: String,
}

impl Error {
    /// An error with this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Error {
        Error { text: text.into() }
    }

    /// The same error, found in a place: a file, a variable.
    #[must_use]
    pub fn within(self, place: impl fmt::Display) -> Error {
        Error { text: format!("{place}: {}", self.text) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
