//! A node's files: what it has written, and what of that would survive.
//!
//! There are two kinds. A **log** is a file of bytes that only grows; a **cell** is a small value that
//! is replaced as a whole. Each has three lengths: what the node sees (its own writes, at once), what
//! has been written (survives the process), and what has been synced (survives the power).

use crate::id::Token;
use crate::node::{Effect, Io, Node};

/// The files of one node, by name. Few, so a list is quicker than a map.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drive {
    files: Vec<File>,
}

#[derive(Clone, Debug)]
struct File {
    name: String,
    content: Content,
    written: usize,
    synced: usize,
}

#[derive(Clone, Debug)]
enum Content {
    /// The bytes of a log.
    Log(Vec<u8>),
    /// The successive values of a cell; all but the last that is synced are dropped in time.
    Cell(Vec<Vec<u8>>),
}

impl Content {
    fn len(&self) -> usize {
        match self {
            Content::Log(bytes) => bytes.len(),
            Content::Cell(values) => values.len(),
        }
    }

    fn truncate(&mut self, len: usize) {
        match self {
            Content::Log(bytes) => bytes.truncate(len),
            Content::Cell(values) => values.truncate(len),
        }
    }
}

impl Drive {
    fn find(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|file| file.name == name)
    }

    fn file(&mut self, name: &str, empty: fn() -> Content) -> usize {
        self.find(name).unwrap_or_else(|| {
            let file = File { name: name.to_owned(), content: empty(), written: 0, synced: 0 };
            self.files.push(file);
            self.files.len() - 1
        })
    }

    pub(crate) fn name(&self, file: usize) -> &str {
        &self.files[file].name
    }

    /// Carries out the effect of a write: it now survives the process.
    pub(crate) fn wrote(&mut self, file: usize, upto: usize) {
        self.files[file].written = upto;
    }

    /// Carries out the effect of a sync: it now survives the power.
    pub(crate) fn synced(&mut self, file: usize, upto: usize) {
        let file = &mut self.files[file];
        file.synced = file.synced.max(upto);
    }

    /// The bytes that a write effect added, for the digest and the rich record.
    pub(crate) fn bytes(&self, file: usize, upto: usize) -> &[u8] {
        match &self.files[file].content {
            Content::Log(bytes) => &bytes[self.files[file].written..upto],
            Content::Cell(values) => &values[upto - 1],
        }
    }

    /// The process is gone: what it had not yet written never was.
    pub(crate) fn crash(&mut self) {
        for file in &mut self.files {
            file.content.truncate(file.written);
        }
    }

    /// The power is gone: of what was not synced, a prefix is left. Says how much was lost, in
    /// bytes of logs and versions of cells.
    pub(crate) fn lose_power(&mut self, kept_percent: u8) -> usize {
        let mut lost = 0;
        for file in &mut self.files {
            let unsynced = file.written.saturating_sub(file.synced);
            let kept = file.synced + unsynced * usize::from(kept_percent.min(100)) / 100;
            lost += file.written - kept;
            file.content.truncate(kept);
            (file.written, file.synced) = (kept, kept);
        }
        lost
    }

    /// Forgets the values of cells that can never be read again.
    pub(crate) fn tidy(&mut self) {
        for file in &mut self.files {
            if let Content::Cell(values) = &mut file.content
                && file.synced > 1
            {
                let gone = file.synced - 1;
                values.drain(..gone);
                (file.written, file.synced) = (file.written - gone, 1);
            }
        }
    }
}

/// A handle to a node's files. Take it anew for each call: `io.disk().append("wal", &bytes)`.
pub struct Disk<'a, N: Node> {
    pub(crate) io: &'a mut Io<N>,
}

impl<'a, N: Node> Disk<'a, N> {
    /// Adds bytes to the end of a log. They survive a crash of the process, and a loss of power only
    /// after a sync.
    pub fn append(self, log: &str, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let file = self.io.drive.file(log, || Content::Log(Vec::new()));
        if let Content::Log(content) = &mut self.io.drive.files[file].content {
            content.extend_from_slice(bytes);
        } else {
            panic!("`{log}` was put as a cell and cannot be appended to");
        }
        self.wrote(file);
    }

    /// Replaces the value of a cell as a whole; a reader finds the old one or the new one.
    pub fn put(self, cell: &str, value: &[u8]) {
        let file = self.io.drive.file(cell, || Content::Cell(Vec::new()));
        if let Content::Cell(values) = &mut self.io.drive.files[file].content {
            values.push(value.to_owned());
        } else {
            panic!("`{cell}` was appended to as a log and cannot be put as a cell");
        }
        self.wrote(file);
    }

    /// Makes all that was written to a file survive a loss of power. The node's effects behind it
    /// wait until it is done.
    pub fn sync(self, file: &str) {
        self.start_sync(file, None);
    }

    /// The same without waiting: [`Event::Synced`](crate::Event::Synced) brings the token back.
    pub fn sync_later(self, file: &str, token: Token) {
        self.start_sync(file, Some(token));
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

    fn wrote(self, file: usize) {
        let upto = self.io.drive.files[file].content.len();
        self.io.push(Effect::Write { file, upto });
    }

    fn start_sync(self, name: &str, token: Option<Token>) {
        // Syncing what does not exist is what a program does before its first write.
        let file = self.io.drive.file(name, || Content::Log(Vec::new()));
        let upto = self.io.drive.files[file].content.len();
        self.io.push(Effect::Sync { file, upto, token });
    }
}
