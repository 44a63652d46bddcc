//! One file comes in; what is said of it goes out. How a verdict is come to is for the judges.
//!
//! The one idea: a large file is judged as it is read, in the ways that need not hold it, and held
//! only where they have nothing to say.

use super::again::{self, Found};
use super::load::{self, Loaded};
use super::put::put;
use super::skim::{self, Skimmed};
use super::source::Source;
use super::tape::Recorded;
use super::{Asked, stream, told, write};
use crate::check::Stopwatch;
use crate::cli::json::HistoryObject;
use crate::cli::progress::Bar;
use crate::explain::count;
use crate::judge::consistency::{self, Model};
use crate::judge::linearizability::{self, Finding, Refutation};
use std::fs;

/// What most histories need. Explaining a refutation asks the search many times, each time within
/// the budget, so that a large one is only spent where nothing is known without it.
pub(super) const BUDGET_FIRST: u64 = 500_000;

/// Smaller files are held at once.
const FILE_MIN: u64 = 1 << 20;

pub(super) fn judge(
    asked: &Asked,
    source: Result<Source<'_>, String>,
    bar: Option<&Bar>,
) -> HistoryObject {
    let name = asked.name();
    let began = Stopwatch::start();
    if asked.only_of_whole().is_none()
        && !asked.is_input()
        && let Some(object) = as_it_is_read(asked, bar)
    {
        let seconds = began.elapsed().as_secs_f64();
        return HistoryObject { file: name, seconds, ..object };
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

/// What is said of a large file that is judged as it is read; nothing where it had better be held.
fn as_it_is_read(asked: &Asked, bar: Option<&Bar>) -> Option<HistoryObject> {
    let known = fs::metadata(&asked.file).ok()?;
    if !known.is_file() || known.len() < FILE_MIN {
        return None;
    }
    let source = || Some(Source::file(&asked.file).ok()?.shown_on(bar));
    match skim::skim(source()?, &asked.manner)? {
        Skimmed::Explained(operations) => {
            Some(HistoryObject { verdict: "linearizable", operations, ..Default::default() })
        }
        Skimmed::Refuted => None,
        Skimmed::Lost => Some(followed_to_its_end(asked, &load::follow(source()?, &asked.manner)?)),
    }
}

/// Writes a history to the file that is asked for.
fn written(asked: &Asked, recorded: &Recorded) -> Result<(), String> {
    let Some((path, manner)) = &asked.write else { return Ok(()) };
    let text = write::write(&recorded.history, *manner, &|key| recorded.names.name(key));
    put(path, &text).map_err(|error| format!("cannot write {}: {error}", path.display()))
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
            object =
                HistoryObject { operations: object.operations, ..refuted(asked, recorded, why) }
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

/// What is said of a history that is not linearizable.
fn refuted(asked: &Asked, recorded: &Recorded, why: &Refutation) -> HistoryObject {
    let mut object = HistoryObject::default();
    let picture = told::refuted(recorded, why, &mut object);
    if let (Some(file), Some(mut picture)) = (&asked.svg, picture) {
        picture.title = format!("{}: not linearizable", asked.name());
        let error = put(file, &picture.svg()).err();
        object.error = error.map(|error| format!("cannot write {}: {error}", file.display()));
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
        if asked.is_input() { None } else { again::again(&asked.file, followed, &asked.manner) };
    let mut object = match again {
        Some(Found { recorded, why: Some(why) }) => refuted(asked, &recorded, &why),
        Some(Found { recorded, why: None }) => whole(asked, &recorded),
        None => HistoryObject::default(),
    };
    if object.verdict != "not linearizable" {
        object = undrawn(asked, told::followed(followed));
    }
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
