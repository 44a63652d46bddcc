//! `history`: files that anybody recorded come in; for each of them goes out whether some order of
//! its operations explains every answer. How a format is written is for `read` alone.

use super::args;
use super::console::{Console, Exit, Trouble};
use super::json::{HistoryObject, Sink};
use crate::check::Stopwatch;
use crate::explain::count;
use crate::judge::linearizability::{self, Finding};
use crate::spec::object::{Kind, Value};
pub(super) use edn::Form;
use flate2::read::MultiGzDecoder;
use read::Format;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use tape::Recorded;

mod edn;
mod read;
mod tape;
#[cfg(test)]
mod tests;
mod told;

/// What most histories need. Explaining a refutation asks the search many times, each time within
/// the budget, so that a large one is only spent where nothing is known without it.
const BUDGET_FIRST: u64 = 500_000;

/// How a compressed file begins.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// No compressed file may hold more bytes than this.
const UNPACKED_MAX: u64 = 4 << 30;

/// A file to judge, and what is said of it.
struct Asked {
    file: PathBuf,
    format: Option<Format>,
    kind: Option<Kind>,
    init: Option<Value>,
    /// Whether a table says that it is linearizable.
    expect: Option<bool>,
    /// Whether an order that explains it is wanted.
    witness: bool,
}

pub(super) fn history(
    asked: &args::History,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let files = files(asked)?;
    let sink = Sink::open(asked.json.as_deref(), console)?;
    let mut objects = Vec::with_capacity(files.len());
    let mut tally = Tally::default();
    for one in &files {
        let object = judge(one, asked.budget);
        tally.add(one, &object);
        let differs = one.expect.is_some() && one.expect != object.linearizable();
        // In a comparison only the differences are worth a line.
        if one.expect.is_none() || differs {
            console.say(&told::file(one.expect, &object))?;
        }
        objects.push(object);
    }
    if asked.expect.is_some() {
        console.say(&tally.compared())?;
    }
    sink.write(&objects, console)?;
    Ok(tally.exit(asked.expect.is_some()))
}

/// The files that are named, and those of the table.
fn files(asked: &args::History) -> Result<Vec<Asked>, Trouble> {
    let named = |format: &Option<String>| match format.as_deref().map(Format::named) {
        Some(None) => Err(Trouble::misuse(
            "unknown format: the formats are hist, edn, json-lines, jepsen-log and interval-rows",
        )),
        Some(format) => Ok(format),
        None => Ok(None),
    };
    let format = named(&asked.format)?;
    let init = asked.init.as_deref().map(read::value).transpose().map_err(Trouble::misuse)?;
    let kind = asked.spec.as_deref().map(str::parse).transpose().map_err(Trouble::misuse)?;
    let file = |file: &PathBuf| Asked {
        file: file.clone(),
        format,
        kind,
        init: init.clone(),
        expect: None,
        witness: asked.witness,
    };
    let mut files: Vec<Asked> = asked.files.iter().map(file).collect();
    if let Some(table) = &asked.expect {
        files.extend(rows(table)?);
    }
    Ok(files)
}

/// The rows of a table: its columns are found by the names in its first line, its files beside it.
fn rows(table: &Path) -> Result<Vec<Asked>, Trouble> {
    let name = table.display();
    let text = fs::read_to_string(table)
        .map_err(|error| Trouble::misuse(format!("cannot read {name}: {error}")))?;
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |head: &str| {
        let place = heads.iter().position(|known| *known == head);
        place.ok_or_else(|| Trouble::misuse(format!("{name}:1: there is no column `{head}`")))
    };
    let (path, format) = (column("path")?, column("format")?);
    let (init, verdict) = (column("init")?, column("verdict")?);
    let folder = table.parent().unwrap_or(Path::new(""));
    let mut rows = Vec::new();
    for (line, content) in (2..).zip(lines).filter(|(_, content)| !content.trim().is_empty()) {
        let wrong = |why: String| Trouble::misuse(format!("{name}:{line}: {why}"));
        let cells: Vec<&str> = content.split('\t').collect();
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        let format = Format::named(cell(format))
            .ok_or_else(|| wrong(format!("unknown format `{}`", cell(format).escape_debug())))?;
        let expect = match cell(verdict) {
            "Ok" => true,
            "Illegal" => false,
            other => return Err(wrong(format!("`{}` is no verdict", other.escape_debug()))),
        };
        rows.push(Asked {
            file: folder.join(cell(path)),
            format: Some(format),
            kind: None,
            init: Some(read::value(cell(init)).map_err(wrong)?),
            expect: Some(expect),
            witness: false,
        });
    }
    Ok(rows)
}

fn judge(asked: &Asked, budget: u64) -> HistoryObject {
    let file = asked.file.display().to_string();
    let began = Stopwatch::start();
    let recorded = match load(asked) {
        Ok(recorded) => recorded,
        Err(error) => return HistoryObject::unread(&file, error),
    };
    let mut finding = linearizability::check(&recorded.history, budget.min(BUDGET_FIRST));
    if finding == Finding::Unknown && budget > BUDGET_FIRST {
        finding = linearizability::check(&recorded.history, budget);
    }
    let mut object = HistoryObject {
        file,
        operations: recorded.operations,
        seconds: began.elapsed().as_secs_f64(),
        ..HistoryObject::default()
    };
    match &finding {
        Finding::Linearizable => {
            object.verdict = "linearizable";
            if asked.witness {
                let order = linearizability::witness(&recorded.history, budget);
                object.witness = order.map(|order| told::witness(&recorded, &order));
            }
        }
        Finding::Refuted(why) => told::refuted(&recorded, why, &mut object),
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

fn load(asked: &Asked) -> Result<Recorded, String> {
    let name = asked.file.display();
    let bytes = fs::read(&asked.file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let bytes = if bytes.starts_with(GZIP) {
        unpacked(&bytes).map_err(|why| format!("{name}: it begins as gzip does, but {why}"))?
    } else {
        bytes
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("{name}:{line}: it is no UTF-8 text")
    })?;
    let read = read::read(text, asked.format, asked.kind, asked.init.clone());
    read.map_err(|(line, why)| format!("{name}:{line}: {why}"))
}

/// What a compressed file holds. A small one can hold more than any memory, so there is a limit.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(UNPACKED_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > UNPACKED_MAX {
        return Err(format!("it holds more than {} GiB", UNPACKED_MAX >> 30));
    }
    Ok(bytes)
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
        match (object.linearizable(), asked.expect) {
            (None, _) if object.error.is_some() => self.unread += 1,
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
