//! A cursor over the words of one line: words come out, and errors that know their place. It does
//! not know what any word means.
//!
//! White space separates words, however much of it. The marks `->`, `--` and `|` are words even
//! without it: `cut n1->n2` reads as `cut n1 -> n2`.

use super::words::{digits, excerpt, name, unknown};
use crate::error::Error;

/// What is left of a line.
pub(super) struct Line<'a> {
    /// The physical line: columns count from its start, though only a part of it may be ours.
    whole: &'a str,
    /// Its number, from 1.
    number: usize,
    /// Where the next word begins, in bytes.
    at: usize,
    /// Where our part ends, in bytes.
    end: usize,
}

impl<'a> Line<'a> {
    /// The part of a line from byte `at` to byte `end`, without the white space around it.
    pub(super) fn new(whole: &'a str, number: usize, at: usize, end: usize) -> Line<'a> {
        let end = at + whole[at..end].trim_end().len();
        let mut line = Line { whole, number, at, end };
        line.take("");
        line
    }

    /// All that is left.
    pub(super) fn rest(&self) -> &'a str {
        &self.whole[self.at..self.end]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at == self.end
    }

    /// The next word, or an empty one at the end. It looks no further than that word: a line may be
    /// one long row of marks.
    pub(super) fn peek(&self) -> &'a str {
        let rest = self.rest();
        if let Some(mark) = ["->", "--", "|"].iter().find(|mark| rest.starts_with(**mark)) {
            return &rest[..mark.len()];
        }
        let mut dashes = false;
        for (at, c) in rest.char_indices() {
            let ends = match c {
                '|' => true,
                '-' if rest[at..].starts_with("->") => true,
                // A role's word may hold a `--` of its own, a node's name can not.
                '-' if !dashes && rest[at..].starts_with("--") => {
                    dashes = true;
                    name('n', &rest[..at]).is_some()
                }
                _ => c.is_whitespace(),
            };
            if ends {
                return &rest[..at];
            }
        }
        rest
    }

    /// The next word, where marks are letters like others.
    pub(super) fn peek_plain(&self) -> &'a str {
        self.rest().split(char::is_whitespace).next().unwrap_or("")
    }

    /// Goes behind a text that is known to come next, and behind the white space after it.
    pub(super) fn take(&mut self, text: &str) {
        self.at += text.len();
        self.at = self.end - self.rest().trim_start().len();
    }

    /// Goes behind a word if it comes next, and says whether it did.
    pub(super) fn take_if(&mut self, word: &str) -> bool {
        let comes = self.peek() == word;
        if comes {
            self.take(word);
        }
        comes
    }

    /// Goes behind these words, which must come next.
    pub(super) fn expect(&mut self, words: &[&str]) -> Result<(), Error> {
        for word in words {
            if !self.take_if(word) {
                return Err(self.expected(&format!("`{word}`")));
            }
        }
        Ok(())
    }

    /// Nothing may be left.
    pub(super) fn expect_end(&self) -> Result<(), Error> {
        if self.is_empty() { Ok(()) } else { Err(self.expected("the end of the line")) }
    }

    /// Reads a number up to `max`; `what` describes it.
    pub(super) fn number(&mut self, what: &str, max: u64) -> Result<u64, Error> {
        let word = self.peek();
        let number = digits(word).ok_or_else(|| self.expected(what))?;
        let number = self.at_most(number, max)?;
        self.take(word);
        Ok(number)
    }

    /// A number of the next word, unless it is too large.
    pub(super) fn at_most(&self, number: u128, max: u64) -> Result<u64, Error> {
        u64::try_from(number).ok().filter(|number| *number <= max).ok_or_else(|| {
            let word = excerpt(self.peek());
            self.error(format!("`{word}` is too large: at most {max}"))
        })
    }

    /// Something else was expected than the next word.
    pub(super) fn expected(&self, what: &str) -> Error {
        if self.is_empty() {
            return self.error(format!("expected {what}, found the end of the line"));
        }
        self.error(format!("expected {what}, found `{}`", excerpt(self.peek())))
    }

    /// The next word is none of those known.
    pub(super) fn unknown(&self, what: &str, known: &[&str]) -> Error {
        if self.is_empty() {
            return self.expected(&format!("one of {}", known.join(", ")));
        }
        self.error(unknown(what, self.peek(), known))
    }

    /// An error about the next word. Its column counts characters, from 1.
    pub(super) fn error(&self, what: impl AsRef<str>) -> Error {
        let column = self.whole[..self.at].chars().count() + 1;
        Error::new(format!("line {}, column {column}: {}", self.number, what.as_ref()))
    }
}
