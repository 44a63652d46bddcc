//! `history`: files that anybody recorded come in; for each of them goes out whether some order of
//! its operations explains every answer. How a format is written is for `read` alone.
//!
//! The one idea: files are judged beside each other, and told of in the order in which they were
//! named, so that the number of threads shows in nothing but the time.

use super::args;
use super::console::{Console, Exit, Trouble};
use super::json::{HistoryObject, Sink};
use super::progress::Bar;
use crate::campaign::{self, Effort, Patience, Stop};
use crate::error::Error;
use crate::judge::consistency::Model;
pub(super) use edn::Form;
use judge::judge;
use load::Manner;
use read::Format;
use source::Source;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tally::Tally;
pub(super) use write::{Event, Word};

mod again;
mod edn;
mod judge;
mod load;
mod picture;
mod put;
mod read;
mod skim;
mod source;
mod stream;
mod table;
mod tally;
mod tape;
#[cfg(test)]
mod tests;
mod told;
mod why;
pub(super) mod write;

/// A file to judge, and what is said of it.
struct Asked {
    file: PathBuf,
    manner: Manner,
    /// Whether a table says that it is linearizable.
    expect: Option<bool>,
    /// Whether an order that explains it is wanted.
    witness: bool,
    budget: u64,
    /// What was promised, if it was not linearizability.
    consistency: Option<Model>,
    /// The file that it is written to as well, and how.
    write: Option<(PathBuf, write::Manner)>,
    /// The file into which a contradiction is drawn.
    svg: Option<PathBuf>,
}

impl Asked {
    /// Whether it is standard input.
    fn is_input(&self) -> bool {
        self.file == Path::new("-") && self.expect.is_none()
    }

    /// What was asked for that only a history in memory can give, as the end of a sentence.
    fn only_of_whole(&self) -> Option<&'static str> {
        if self.write.is_some() {
            Some("only what is held can be written")
        } else if self.consistency.is_some() {
            Some("only linearizability is judged as it is read")
        } else {
            self.witness.then_some("an order is shown only of what is held")
        }
    }

    fn name(&self) -> String {
        if self.is_input() { "standard input".to_owned() } else { self.file.display().to_string() }
    }
}

pub(super) fn history(
    asked: &args::History,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let files = files(asked)?;
    let sink = Sink::open(asked.json.file(), console)?;
    let files = Arc::new(files);
    let objects = judged(&files, asked.jobs, console)?;
    let mut tally = Tally::default();
    for (one, object) in files.iter().zip(&objects) {
        tally.add(one, object);
        let differs = one.expect.is_some() && one.expect != object.kept();
        // In a comparison only the differences are worth a line.
        if one.expect.is_none() || differs {
            console.say(&told::file(one.expect, object))?;
        }
    }
    if asked.expect.is_some() {
        console.say(&tally.compared())?;
    }
    sink.write(&objects, console)?;
    Ok(tally.exit(asked.expect.is_some()))
}

/// Judges all files, several at a time; standard input before all others, in this thread.
fn judged(
    files: &Arc<Vec<Asked>>,
    jobs: Option<u32>,
    console: &mut Console<'_, '_>,
) -> Result<Vec<HistoryObject>, Trouble> {
    let mut objects: Vec<Option<HistoryObject>> = Vec::new();
    for one in files.iter() {
        let input = one.is_input();
        objects.push(input.then(|| {
            judge(
                one,
                Source::of(console.input())
                    .map_err(|error| format!("cannot read standard input: {error}")),
                None,
            )
        }));
    }
    let rest: Vec<usize> = (0..files.len()).filter(|at| objects[*at].is_none()).collect();
    if let [one] = rest[..] {
        let source = Source::file(&files[one].file);
        let length = source.as_ref().ok().and_then(Source::length);
        let length = length.map(|bytes| (bytes >> 20).max(1));
        let bar = Bar::new(console.is_terminal(), "history", length, None).of("MiB");
        let source = source.map(|source| source.shown_on(Some(&bar)));
        objects[one] = Some(judge(&files[one], source, Some(&bar)));
        bar.end();
    } else if !rest.is_empty() {
        let effort = Effort {
            cases: rest.len() as u64,
            time: None,
            jobs: jobs.unwrap_or_default() as usize,
        };
        let bar = Bar::new(console.is_terminal(), "histories", effort.limit(), None).of("files");
        let (files, places) = (files.clone(), rest);
        let work = move |done: &mut Vec<(usize, HistoryObject)>, number: u64| {
            let place = places[number as usize];
            done.push((place, judge(&files[place], Source::file(&files[place].file), None)));
            false
        };
        let told = &mut |done| bar.tell(done);
        let ran = campaign::run_with(&effort, &Stop::default(), &PATIENCE, Vec::new, work, told);
        bar.end();
        for (place, object) in ran?.0.into_iter().flatten() {
            objects[place] = Some(object);
        }
    }
    Ok(objects.into_iter().flatten().collect())
}

/// However long it takes: the budget is what ends it.
const PATIENCE: Patience = Patience { limit: Duration::from_secs(u32::MAX as u64), stuck };

fn stuck(_: u64, _: Duration) -> Error {
    Error::new("a history is still being judged")
}

/// The files that are named, and those of the table.
fn files(asked: &args::History) -> Result<Vec<Asked>, Trouble> {
    let named = |format: &Option<String>| match format.as_deref().map(Format::named) {
        Some(None) => {
            Err(Trouble::misuse(format!("unknown format: the formats are {}", read::FORMATS)))
        }
        Some(format) => Ok(format),
        None => Ok(None),
    };
    let manner = Manner {
        format: named(&asked.format)?,
        kind: asked.spec.as_deref().map(str::parse).transpose().map_err(Trouble::misuse)?,
        init: asked.init.as_deref().map(read::value).transpose().map_err(Trouble::misuse)?,
        memory: asked.memory << 20,
        budget: asked.budget.min(judge::BUDGET_FIRST),
    };
    let budget = asked.budget;
    let consistency = asked.consistency.as_deref().map(str::parse).transpose();
    let consistency = consistency.map_err(Trouble::misuse)?;
    let file = |file: &PathBuf| Asked {
        file: file.clone(),
        manner: manner.clone(),
        expect: None,
        witness: asked.witness,
        budget,
        consistency,
        write: None,
        svg: None,
    };
    let mut files: Vec<Asked> = asked.files.iter().map(file).collect();
    if files.iter().filter(|file| file.is_input()).count() > 1 {
        return Err(Trouble::misuse("standard input can be read once"));
    }
    if asked.write.is_some() || asked.svg.is_some() {
        let [only] = &mut files[..] else {
            return Err(Trouble::misuse("--write and --svg take one history: name one file"));
        };
        if let Some(path) = &asked.write {
            let manner = write::Manner::of(path).map_err(Trouble::misuse)?;
            only.write = Some((path.clone(), manner));
        }
        only.svg.clone_from(&asked.svg);
    }
    if let Some(table) = &asked.expect {
        files.extend(table::rows(table, &manner, budget)?);
    }
    Ok(files)
}
