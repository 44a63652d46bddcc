//! A directory for a node's disk: what a node writes and syncs comes in; what it finds when it
//! comes up again goes out.

use schism::execute::hosted::Kept;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Error, Result, Write};
use std::path::{Path, PathBuf};

/// The files of one node. A log only grows; a cell is replaced as a whole.
pub struct Files {
    folder: PathBuf,
    logs: BTreeMap<String, File>,
}

const LOG: &str = "log";
const CELL: &str = "cell";

impl Files {
    /// The files in this folder, which is made if there is none.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: &Path) -> Result<Files> {
        fs::create_dir_all(folder).map_err(|error| at("make", folder, &error))?;
        Ok(Files { folder: folder.to_owned(), logs: BTreeMap::new() })
    }

    /// All of them, with what they hold.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn read(&self) -> Result<Vec<Kept>> {
        self.found().map_err(|error| at("read", &self.folder, &error))
    }

    fn found(&self) -> Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let kind = path.extension().and_then(|ending| ending.to_str());
            let name = path.file_stem().and_then(|stem| stem.to_str()).and_then(named);
            // What is neither, such as the half of a cell that was never put in place, is no file.
            if let (Some(kind @ (LOG | CELL)), Some(file)) = (kind, name) {
                kept.push(Kept { file, bytes: fs::read(&path)?, whole: kind == CELL });
            }
        }
        kept.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(kept)
    }

    /// Adds to a log, or replaces a cell.
    ///
    /// # Errors
    /// The disk is full, or gone.
    pub fn write(&mut self, file: &str, bytes: &[u8], whole: bool) -> Result<()> {
        let written = self.put(file, bytes, whole);
        written.map_err(|error| at("write", &self.folder, &error))
    }

    fn put(&mut self, file: &str, bytes: &[u8], whole: bool) -> Result<()> {
        if whole {
            let (place, new) = (self.path(file, CELL), self.path(file, "new"));
            fs::write(&new, bytes)?;
            return fs::rename(new, place);
        }
        if !self.logs.contains_key(file) {
            let log = OpenOptions::new().create(true).append(true).open(self.path(file, LOG))?;
            self.logs.insert(file.to_owned(), log);
        }
        self.logs.get_mut(file).map_or(Ok(()), |log| log.write_all(bytes))
    }

    /// Makes what was written to a file durable.
    ///
    /// # Errors
    /// The disk failed.
    pub fn sync(&mut self, file: &str) -> Result<()> {
        self.make_durable(file).map_err(|error| at("sync", &self.folder, &error))
    }

    fn make_durable(&self, file: &str) -> Result<()> {
        if let Some(log) = self.logs.get(file) {
            return log.sync_data();
        }
        for kind in [CELL, LOG] {
            let path = self.path(file, kind);
            if path.exists() {
                File::open(path)?.sync_all()?;
            }
        }
        // A name that is new or stands for something new is in the folder, which is a file too.
        File::open(&self.folder)?.sync_all()
    }

    fn path(&self, file: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("f{}.{kind}", escaped(file)))
    }
}

/// What could not be done, and where.
fn at(what: &str, folder: &Path, error: &Error) -> Error {
    Error::new(
        error.kind(),
        format!("cannot {what} a node's files in {}: {error}", folder.display()),
    )
}

/// A name that any disk takes, behind an `f`, so that none is empty: other signs than letters,
/// digits and `-` as `_` and their code.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => text.push(char::from(byte)),
            _ => text.push_str(&format!("_{byte:02x}")),
        }
    }
    text
}

/// The name that was escaped so; `None` if none was.
fn named(escaped: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = escaped.strip_prefix('f')?.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'_' {
            let code = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&code).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_found_again_under_any_name() {
        let folder = std::env::temp_dir().join(format!("schism-files-{}", std::process::id()));
        let mut files = Files::open(&folder).expect("a temporary folder can be made");
        for name in ["wal", "../up", "a b/ü_5f", ""] {
            files.write(name, b"one", false).expect("it can be written");
            files.write(name, b"two", false).expect("it can be written");
            files.sync(name).expect("it can be synced");
        }
        files.write("cell", b"old", true).expect("it can be written");
        files.write("cell", b"new", true).expect("it can be written");
        files.sync("cell").expect("it can be synced");
        fs::write(folder.join("stray.txt"), "no").expect("it can be written");
        let found = Files::open(&folder).and_then(|files| files.read()).expect("it can be read");
        let kept = |file: &str, bytes: &[u8], whole| Kept {
            file: file.to_owned(),
            bytes: bytes.to_vec(),
            whole,
        };
        let names = ["", "../up", "a b/ü_5f"].map(|name| kept(name, b"onetwo", false));
        let rest = [kept("cell", b"new", true), kept("wal", b"onetwo", false)];
        assert_eq!(found, [names.to_vec(), rest.to_vec()].concat());
        fs::remove_dir_all(folder).expect("it was made above");
    }
}
