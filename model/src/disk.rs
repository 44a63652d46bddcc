//! The handle to a node's files. What a node writes and syncs goes in, in order with its other
//! effects; what it reads comes out, its own unsynced writes included.
//!
//! There are two kinds of file. A **log** is a file of bytes that only grows; a **cell** is a small
//! value that is replaced as a whole. What survives what is the [`drive`]'s matter.

use crate::id::Token;
use crate::node::{Effect, Io, Node};
use drive::{Content, File, NO_FILE};
use std::fmt;
use trouble::Blow;

mod drive;
mod trouble;

pub(crate) use drive::Drive;
pub(crate) use trouble::{Spoil, Trouble};

/// A handle to a node's files. Take it anew for each call: `io.disk().append("wal", &bytes)`.
pub struct Disk<'a, N: Node> {
    pub(crate) io: &'a mut Io<N>,
}

/// Why a write or a sync failed, for a node that asked with a `try_` form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum DiskFault {
    /// The disk failed. How much of an append has been written is unknown until it is read; what a
    /// sync was to make durable may not be.
    Failed,
    /// No space is left. A first part of an append may have been written.
    Full,
}

impl fmt::Display for DiskFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DiskFault::Failed => "the disk failed",
            DiskFault::Full => "no space is left on the disk",
        })
    }
}

impl std::error::Error for DiskFault {}

impl<'a, N: Node> Disk<'a, N> {
    /// Adds bytes to the end of a log. They survive a crash of the process, and a loss of power
    /// only after a sync. If the disk fails, the node stops here.
    pub fn append(self, log: &str, bytes: &[u8]) {
        // A node that stops needs no answer.
        let _ = self.add(log, bytes, true);
    }

    /// The same for a node that does not stop if the disk fails.
    ///
    /// # Errors
    /// The disk failed or is full; a first part of the bytes may have been written.
    pub fn try_append(self, log: &str, bytes: &[u8]) -> Result<(), DiskFault> {
        self.add(log, bytes, false)
    }

    /// Replaces the value of a cell as a whole; a reader finds the old one or the new one. If the
    /// disk fails, the node stops here.
    pub fn put(self, cell: &str, value: &[u8]) {
        // A node that stops needs no answer.
        let _ = self.replace(cell, value, true);
    }

    /// The same for a node that does not stop if the disk fails.
    ///
    /// # Errors
    /// The disk failed or is full; the cell may hold the old value or the new one.
    pub fn try_put(self, cell: &str, value: &[u8]) -> Result<(), DiskFault> {
        self.replace(cell, value, false)
    }

    /// Makes all that was written to a file survive a loss of power. The node's effects behind it
    /// wait until it is done. If the disk fails, the node stops here.
    pub fn sync(self, file: &str) {
        // A node that stops needs no answer.
        let _ = self.start_sync(file, None, true);
    }

    /// The same for a node that does not stop if the disk fails.
    ///
    /// # Errors
    /// The disk failed: what was written since the last sync that succeeded may not be durable.
    pub fn try_sync(self, file: &str) -> Result<(), DiskFault> {
        self.start_sync(file, None, false)
    }

    /// A sync without waiting: [`Event::Synced`](crate::Event::Synced) brings the token back. If
    /// the disk fails, the node stops here.
    pub fn sync_later(self, file: &str, token: Token) {
        // A node that stops needs no answer.
        let _ = self.start_sync(file, Some(token), true);
    }

    /// The whole content of a log, the node's own unsynced writes included; empty if there is none.
    #[must_use]
    pub fn read(self, log: &str) -> &'a [u8] {
        match self.io.drive.find(log).map(|file| &self.io.drive.files[file].content) {
            Some(Content::Log(bytes)) => bytes,
            _ => &[],
        }
    }

    /// The value of a cell, as last put; `None` if it never was.
    #[must_use]
    pub fn get(self, cell: &str) -> Option<&'a [u8]> {
        match self.io.drive.find(cell).map(|file| &self.io.drive.files[file].content) {
            Some(Content::Cell(values)) => values.last().map(Vec::as_slice),
            _ => None,
        }
    }

    fn add(self, log: &str, bytes: &[u8], stops: bool) -> Result<(), DiskFault> {
        if bytes.is_empty() {
            return Ok(());
        }
        let file = self.io.drive.file(log, || Content::Log(Vec::new()));
        let began = self.io.drive.files[file].len();
        if let Content::Log(content) = &mut self.io.drive.files[file].content {
            content.extend_from_slice(bytes);
        } else {
            panic!("`{log}` was put as a cell and cannot be appended to");
        }
        self.wrote(file, began, stops)
    }

    fn replace(self, cell: &str, value: &[u8], stops: bool) -> Result<(), DiskFault> {
        let file = self.io.drive.file(cell, || Content::Cell(Vec::new()));
        let began = self.io.drive.files[file].len();
        if let Content::Cell(values) = &mut self.io.drive.files[file].content {
            values.push(value.to_owned());
        } else {
            panic!("`{cell}` was appended to as a log and cannot be put as a cell");
        }
        self.wrote(file, began, stops)
    }

    /// Something has been added to a file that was so long before.
    fn wrote(self, file: usize, began: usize, stops: bool) -> Result<(), DiskFault> {
        let troubled = self.io.drive.trouble.is_some();
        let blow = if troubled { self.io.drive.strike(file, began) } else { None };
        let upto = self.io.drive.files[file].len();
        match blow {
            Some(Blow::Fails { step, fault }) => {
                self.io.push(Effect::Write { file, upto });
                self.io.push(Effect::Trouble { step, stops });
                return Err(fault);
            }
            Some(Blow::Spoils { step }) => self.io.push(Effect::Trouble { step, stops: false }),
            None => {}
        }
        self.io.push(Effect::Write { file, upto });
        Ok(())
    }

    fn start_sync(self, name: &str, token: Option<Token>, stops: bool) -> Result<(), DiskFault> {
        // Syncing what does not exist is what a program does before its first write. It makes no
        // file: whether it will be a log or a cell, that write decides.
        let file = self.io.drive.find(name).unwrap_or(NO_FILE);
        let upto = self.io.drive.files.get(file).map_or(0, File::len);
        let trouble = self.io.drive.trouble.as_mut();
        if let Some(step) = trouble.and_then(|trouble| trouble.next_sync.take()) {
            self.io.push(Effect::Trouble { step, stops });
            return Err(DiskFault::Failed);
        }
        self.io.push(Effect::Sync { file, upto, token });
        Ok(())
    }
}
