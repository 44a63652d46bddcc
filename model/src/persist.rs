//! A failure comes in; a text file goes out, and the other way round. One failure, one file:
//! `proptest-regressions/<test>/<digest>.schedule`.
//!
//! The file is a schedule as people read and write it; what it shows stands in comments above, so
//! that the whole file can be replayed, edited and sent around. A file appears whole or not at all:
//! it is written beside its place and then renamed.

use crate::error::Error;
use crate::trace::Digest;
use crate::verdict::Failure;
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// A saved failure. The schedule stays text here: only its target knows its operations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// The test or target that failed.
    pub target: Option<String>,
    /// What it breaks.
    pub failure: Option<Failure>,
    /// The digest of its trace.
    pub digest: Option<Digest>,
    /// How many of its steps took hold when it was saved.
    pub took: Option<usize>,
    /// The sentences of why, for people.
    pub why: String,
    /// Where it came from, for people: `case 1204 of seed 0x2a`.
    pub origin: String,
    /// The whole file, which is a schedule with comments; or the schedule alone before it is saved.
    pub text: String,
}

const ENDING: &str = "schedule";

impl Saved {
    /// Reads the comments of a file; the schedule itself is left for its target to read.
    #[must_use]
    pub fn parse(text: &str) -> Saved {
        let field = |name: &str| {
            text.lines().find_map(|line| {
                let words = line.trim_end().strip_prefix("# ")?.strip_prefix(name)?;
                words.starts_with(' ').then(|| words.trim().to_owned())
            })
        };
        Saved {
            target: field("target"),
            failure: field("fails").and_then(|text| {
                let (property, clause) = text.split_once(": ")?;
                Some(Failure { property: property.to_owned(), clause: clause.to_owned() })
            }),
            digest: field("trace").and_then(|hex| u64::from_str_radix(&hex, 16).ok()).map(Digest),
            took: field("took").and_then(|text| text.split(' ').next()?.parse().ok()),
            why: String::new(),
            origin: field("from").unwrap_or_default(),
            text: text.to_owned(),
        }
    }

    /// The file's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for line in self.why.lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        text.push_str("#\n");
        let mut field = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "# {name:<7}{value}");
            }
        };
        field("target", self.target.clone());
        field("fails", self.failure.as_ref().map(ToString::to_string));
        field("trace", self.digest.map(|digest| digest.to_string()));
        field("took", self.took.map(|took| format!("{took} steps took hold")));
        field("from", (!self.origin.is_empty()).then(|| self.origin.clone()));
        text.push_str(&self.text);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// Writes the file, and removes the one that it replaces, if that is another.
    ///
    /// # Errors
    /// The folder cannot be made or written; nothing is lost, and no half of a file is left.
    pub fn write(&self, path: &Path, replaces: Option<&Path>) -> Result<(), Error> {
        let failed = |what: &str, place: &Path, error: &std::io::Error| {
            Error::new(format!("cannot {what} {}: {error}", place.display()))
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|e| failed("make the folder", folder, &e))?;
        let beside = path.with_extension("part");
        let written = fs::File::create(&beside).and_then(|mut file| {
            file.write_all(self.to_text().as_bytes())?;
            file.sync_all()
        });
        if let Err(error) = written {
            // What could not be written whole must not stay; if it cannot be removed, it was not
            // made.
            let _ = fs::remove_file(&beside);
            return Err(failed("write", path, &error));
        }
        fs::rename(&beside, path).map_err(|e| failed("write", path, &e))?;
        if let Some(old) = replaces.filter(|old| *old != path) {
            fs::remove_file(old).map_err(|e| failed("remove", old, &e))?;
        }
        Ok(())
    }
}

/// Reads a file of a schedule.
///
/// # Errors
/// It is not there, cannot be read, or is no text.
pub fn read(path: &Path) -> Result<Saved, Error> {
    let text = fs::read_to_string(path)
        .map_err(|error| Error::new(format!("cannot read {}: {error}", path.display())))?;
    Ok(Saved::parse(&text))
}

/// The place of a failure of this target with this schedule.
#[must_use]
pub fn place(folder: &Path, target: &str, schedule: &str) -> PathBuf {
    let mut hasher = crate::seed::StableHasher::new(1);
    std::hash::Hasher::write(&mut hasher, schedule.as_bytes());
    let digest = std::hash::Hasher::finish(&hasher) as u32;
    folder.join(folder_name(target)).join(format!("{digest:08x}.{ENDING}"))
}

/// The name of a test or target as that of a folder on any system.
#[must_use]
pub fn folder_name(target: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    target.replace("::", ".").chars().map(|c| if c == '.' { c } else { plain(c) }).collect()
}

/// The saved failures of a target, in order of their names; none if there is no folder.
///
/// # Errors
/// The folder cannot be read.
pub fn saved(folder: &Path, target: &str) -> Result<Vec<PathBuf>, Error> {
    let folder = folder.join(folder_name(target));
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        // Where there is no folder, nothing was saved.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => {
            return Err(Error::new(format!("cannot read {}: {error}", folder.display())));
        }
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Saved {
        Saved {
            target: Some("mutant:PM09".to_owned()),
            failure: Some(Failure {
                property: "linearizable".to_owned(),
                clause: "stale read".to_owned(),
            }),
            digest: Some(Digest(0x7f3a_91c4)),
            took: Some(3),
            why: "c1 read nothing at n1.\nIt must be 81.".to_owned(),
            origin: "case 12 of seed 0x2a".to_owned(),
            text: "nodes 3  quiet\n@0ms  heal\n".to_owned(),
        }
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let saved = example();
        let text = saved.to_text();
        let read = Saved::parse(&text);
        assert_eq!(read, Saved { why: String::new(), text: text.clone(), ..saved });
        assert_eq!(text.lines().next(), Some("# c1 read nothing at n1."));
        assert!(text.parse::<crate::Schedule<crate::spec::kv::Op>>().is_ok(), "{text}");
    }

    #[test]
    fn a_smaller_failure_takes_the_place_of_the_one_before() {
        let folder = std::env::temp_dir().join(format!("schism-persist-{}", std::process::id()));
        let (one, two) = (place(&folder, "a::b", "one"), place(&folder, "a::b", "two"));
        example().write(&one, None).expect("a temporary folder can be written");
        example().write(&two, Some(&one)).expect("a temporary folder can be written");
        assert_eq!(saved(&folder, "a::b"), Ok(vec![two]));
        assert_eq!(saved(&folder, "another"), Ok(Vec::new()));
        fs::remove_dir_all(&folder).expect("it was made above");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_clear_error() {
        let error =
            example().write(Path::new("/dev/null/x/y.schedule"), None).expect_err("no folder");
        assert!(error.to_string().starts_with("cannot make the folder /dev/null/x: "), "{error}");
    }
}
