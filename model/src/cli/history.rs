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
use crate::check::Stopwatch;
use crate::error::Error;
use crate::explain::count;
use crate::judge::consistency::{self, Model};
use crate::judge::linearizability::{self, Finding};
pub(super) use edn::Form;
use load::{Loaded, Manner};
use read::Format;
use source::Source;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tape::Recorded;
pub(super) use write::{Event, Word};

mod edn;
mod load;
mod picture;
mod read;
mod skim;
mod source;
mod stream;
mod table;
mod tape;
#[cfg(test)]
mod tests;
mod told;
mod why;
pub(super) mod write;

/// What most histories need. Explaining a refutation asks the search many times, each time within
/// the budget, so that a large one is only spent where nothing is known without it.
const BUDGET_FIRST: u64 = 500_000;

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
        budget: asked.budget.min(BUDGET_FIRST),
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

fn judge(asked: &Asked, source: Result<Source<'_>, String>, bar: Option<&Bar>) -> HistoryObject {
    let name = asked.name();
    let began = Stopwatch::start();
    if asked.only_of_whole().is_none()
        && !asked.is_input()
        && let Some(operations) = skim::explained(&asked.file, &asked.manner, bar)
    {
        let (verdict, seconds) = ("linearizable", began.elapsed().as_secs_f64());
        return HistoryObject { file: name, verdict, operations, seconds, ..Default::default() };
    }
    let loaded = source.and_then(|source| load::load(source, &name, &asked.manner));
    let read = began.elapsed().as_secs_f64();
    let mut object = match loaded {
        Ok(Loaded::Whole(recorded)) => {
            if let Err(error) = written(asked, &recorded) {
                return HistoryObject::unread(&name, error);
            }
            HistoryObject { seconds_read: Some(read), ..whole(asked, &recorded) }
        }
        Ok(Loaded::Followed(_)) if asked.only_of_whole().is_some() => {
            let what = asked.only_of_whole().unwrap_or_default();
            let why = format!("{name}: it is larger than --memory, and {what}");
            return HistoryObject::unread(&name, why);
        }
        Ok(Loaded::Followed(followed)) => followed_to_its_end(asked, &followed),
        Err(error) => return HistoryObject::unread(&name, error),
    };
    object.file = name;
    object.seconds = began.elapsed().as_secs_f64();
    object
}

/// Writes a history to the file that is asked for.
fn written(asked: &Asked, recorded: &Recorded) -> Result<(), String> {
    let Some((path, manner)) = &asked.write else { return Ok(()) };
    let text = write::write(&recorded.history, *manner, &|key| recorded.names.name(key));
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// What is said of a history that is in memory.
fn whole(asked: &Asked, recorded: &Recorded) -> HistoryObject {
    if let Some(model) = asked.consistency {
        return weaker(model, recorded, asked.budget);
    }
    let budget = asked.budget;
    let mut finding = linearizability::check(&recorded.history, budget.min(BUDGET_FIRST));
    if finding == Finding::Unknown && budget > BUDGET_FIRST {
        finding = linearizability::check(&recorded.history, budget);
    }
    let mut object =
        HistoryObject { operations: recorded.operations as u64, ..HistoryObject::default() };
    match &finding {
        Finding::Linearizable => {
            object.verdict = "linearizable";
            if recorded.operations == 0 {
                object.why = Some("nothing was asked: there is no operation in it".to_owned());
            }
            if asked.witness {
                let order = linearizability::witness(&recorded.history, budget);
                object.witness = order.map(|order| told::witness(recorded, &order));
            }
        }
        Finding::Refuted(why) => {
            let picture = told::refuted(recorded, why, &mut object);
            if let (Some(file), Some(mut picture)) = (&asked.svg, picture) {
                picture.title = format!("{}: not linearizable", asked.name());
                object.error = fs::write(file, picture.svg())
                    .err()
                    .map(|error| format!("cannot write {}: {error}", file.display()));
            }
        }
        Finding::Unknown => {
            object.verdict = "unknown";
            object.why = Some(format!(
                "no verdict within {} steps of the search for a part: see --budget",
                count(budget)
            ));
        }
    }
    object
}

/// What is said of a history of which less was promised.
fn weaker(model: Model, recorded: &Recorded, budget: u64) -> HistoryObject {
    let first: Vec<usize> =
        (0..recorded.lines.len()).filter(|place| recorded.lines[*place] == 0).collect();
    let operations = recorded.operations as u64;
    let consistency = Some(model.to_string());
    let mut object = HistoryObject { operations, consistency, ..HistoryObject::default() };
    match consistency::check_from(&recorded.history, &first, model, budget) {
        consistency::Finding::Kept => object.verdict = "kept",
        consistency::Finding::Broken(breach) => told::broken(recorded, &breach, &mut object),
        consistency::Finding::Unknown(why) => {
            object.verdict = "unknown";
            object.why = Some(format!("{why}."));
        }
    }
    object
}

/// What is said of a history that was judged as it was read.
fn followed_to_its_end(asked: &Asked, followed: &stream::Followed) -> HistoryObject {
    let again =
        if asked.is_input() { None } else { load::again(&asked.file, followed, &asked.manner) };
    let mut object = match again.map(|recorded| whole(asked, &recorded)) {
        Some(object) if object.verdict == "not linearizable" => object,
        _ => undrawn(asked, told::followed(followed)),
    };
    object.operations = followed.operations;
    object
}

/// Says so where a picture was asked for and cannot be drawn.
fn undrawn(asked: &Asked, mut object: HistoryObject) -> HistoryObject {
    if let Some(file) = &asked.svg
        && object.verdict == "not linearizable"
    {
        let why = "what contradicts the wrong answer is larger than --memory";
        object.error = Some(format!("cannot draw {}: {why}", file.display()));
    }
    object
}

/// What became of all files.
#[derive(Default)]
struct Tally {
    agree: u64,
    differ: u64,
    refuted: u64,
    unknown: u64,
    unread: u64,
}

impl Tally {
    fn add(&mut self, asked: &Asked, object: &HistoryObject) {
        match (object.kept(), asked.expect) {
            _ if object.error.is_some() => self.unread += 1,
            (None, _) => self.unknown += 1,
            (Some(found), Some(expect)) if found == expect => self.agree += 1,
            (Some(_), Some(_)) => self.differ += 1,
            (Some(found), None) => self.refuted += u64::from(!found),
        }
    }

    fn compared(&self) -> String {
        format!(
            "{} as expected, {} different, {} unknown, {} not read",
            count(self.agree),
            count(self.differ),
            count(self.unknown),
            count(self.unread)
        )
    }

    /// A difference is a difference, however many files could not be read beside it.
    const fn exit(&self, compared: bool) -> Exit {
        match self {
            Tally { differ: 1.., .. } => Exit::Failed,
            Tally { unread: 1.., .. } => Exit::Misuse,
            Tally { refuted: 1.., .. } => Exit::Failed,
            Tally { unknown: 1.., .. } if compared => Exit::Failed,
            Tally { unknown: 1.., .. } => Exit::Inconclusive,
            _ => Exit::Held,
        }
    }
}
