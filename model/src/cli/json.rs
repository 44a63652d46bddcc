//! Results come in; one versioned JSON object goes out. serde is named here alone. The fields are
//! described in `docs/reference/command-line.md`; more may be added, none is renamed.

mod coverage;
mod explore;
mod files;
mod history;
mod measures;
mod scene;

pub(super) use explore::ExploreObject;
pub(super) use files::{ConfirmObject, ShrinkObject};
pub(super) use history::{EventLine, HistoryObject, event, written};
pub(super) use scene::SceneObject;

use super::console::{Console, Trouble};
use super::target::Again;
use crate::check::{Brief, Checked, Outcome, Replayed};
use crate::error::Error;
use crate::fault::Kind;
use crate::persist::Saved;
use crate::reference::raft::coverage::Row;
use crate::sabotage::Noticed;
use crate::trace::{LinkCount, LossCause};
use coverage::{CoverageObject, PathsObject};
use measures::MeasuresObject;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The version of all objects; it grows when a field changes its meaning.
pub(super) const VERSION: u32 = 1;

/// Where the JSON goes. A file is opened before anything is run, so that a long hunt is not lost.
pub(super) enum Sink {
    Nowhere,
    Output,
    File(File, String),
}

impl Sink {
    pub(super) fn open(
        path: Option<&Path>,
        console: &mut Console<'_, '_>,
    ) -> Result<Sink, Trouble> {
        match path {
            None => Ok(Sink::Nowhere),
            Some(path) if path == Path::new("-") => {
                console.leave_output_to_machine();
                Ok(Sink::Output)
            }
            Some(path) => {
                let name = path.display().to_string();
                let file = File::create(path)
                    .map_err(|error| Trouble::misuse(format!("cannot write {name}: {error}")))?;
                Ok(Sink::File(file, name))
            }
        }
    }

    pub(super) fn write(
        self,
        value: &impl Serialize,
        console: &mut Console<'_, '_>,
    ) -> Result<(), Trouble> {
        let text = match &self {
            Sink::Nowhere => return Ok(()),
            _ => serde_json::to_string_pretty(value)
                .map_err(|error| Trouble::misuse(format!("cannot write JSON: {error}")))?,
        };
        match self {
            Sink::File(mut file, name) => writeln!(file, "{text}")
                .map_err(|error| Trouble::misuse(format!("cannot write {name}: {error}"))),
            _ => console.put(&text),
        }
    }
}

/// The result of `check`, for one target.
#[derive(Serialize)]
pub(super) struct CheckObject {
    version: u32,
    target: String,
    verdict: &'static str,
    property: Option<String>,
    clause: Option<String>,
    cases: u64,
    cases_per_second: f64,
    seconds: f64,
    seed: u64,
    nodes: u32,
    vacuous: bool,
    vacuous_because: Vec<String>,
    faults_took_hold: u64,
    faults: BTreeMap<&'static str, u64>,
    operations: Operations,
    cases_unknown: u64,
    /// For each sabotage that was tried, what came of it.
    sabotage: Vec<SabotageObject>,
    measures: Option<MeasuresObject>,
    /// What of Raft's model the runs walked, by what makes a step.
    coverage: Option<Vec<CoverageObject>>,
    /// What became of paths through it.
    paths: Option<PathsObject>,
    saved: Vec<SavedObject>,
    counterexample: Option<CounterexampleObject>,
    /// Where a scenario was run, what it expected and saw.
    scenario: Option<SceneObject>,
    error: Option<String>,
}

#[derive(Serialize, Default)]
struct Operations {
    ok: u64,
    refused: u64,
    unknown: u64,
}

#[derive(Serialize)]
struct SabotageObject {
    sabotage: &'static str,
    breaks_a_promise: bool,
    noticed: bool,
    nothing_to_break: bool,
    case: Option<u64>,
    cases: u64,
}

impl From<&Noticed> for SabotageObject {
    fn from(one: &Noticed) -> SabotageObject {
        SabotageObject {
            sabotage: one.sabotage.words(),
            breaks_a_promise: one.breaks,
            noticed: one.case.is_some(),
            nothing_to_break: one.moot && one.case.is_none(),
            case: one.case,
            cases: one.tried,
        }
    }
}

#[derive(Serialize)]
struct SavedObject {
    file: String,
    replay: &'static str,
}

#[derive(Serialize)]
struct CounterexampleObject {
    file: Option<String>,
    steps: usize,
    nodes: u32,
    faults: usize,
    original_steps: usize,
    shrink_runs: u64,
    shrink_seconds: f64,
    digest: String,
    schedule: String,
}

impl From<&Brief> for CounterexampleObject {
    fn from(found: &Brief) -> CounterexampleObject {
        CounterexampleObject {
            file: found.file.as_ref().map(|file| file.display().to_string()),
            steps: found.steps,
            nodes: found.nodes,
            faults: found.faults,
            original_steps: found.original_steps,
            shrink_runs: found.shrink_runs,
            shrink_seconds: found.shrink.as_secs_f64(),
            digest: found.digest.clone(),
            schedule: found.schedule.clone(),
        }
    }
}

/// Cases in a second; 0 where no time passed.
pub(super) fn rate(checked: &Checked) -> f64 {
    let seconds = checked.tally.elapsed.as_secs_f64();
    if seconds > 0.0 { checked.tally.cases as f64 / seconds } else { 0.0 }
}

impl CheckObject {
    pub(super) fn new(checked: &Checked, coverage: Option<&[Row]>) -> CheckObject {
        let [ok, refused, unknown] = checked.tally.operations;
        let faults = Kind::ALL.iter().map(|kind| kind.word()).zip(checked.tally.faults);
        CheckObject {
            version: VERSION,
            target: checked.name.clone(),
            verdict: checked.outcome.word(),
            property: checked.property.clone(),
            clause: checked.clause.clone(),
            cases: checked.tally.cases,
            cases_per_second: rate(checked),
            seconds: checked.tally.elapsed.as_secs_f64(),
            seed: checked.seed,
            nodes: checked.nodes,
            vacuous: !checked.vacuous.is_empty(),
            vacuous_because: checked.vacuous.clone(),
            faults_took_hold: checked.tally.faults_took_hold(),
            faults: faults.filter(|(_, n)| *n > 0).collect(),
            operations: Operations { ok, refused, unknown },
            cases_unknown: checked.tally.unknown,
            sabotage: checked.tally.sabotage.iter().map(SabotageObject::from).collect(),
            measures: checked.tally.measures.as_deref().map(MeasuresObject::from),
            coverage: coverage.map(|rows| rows.iter().map(CoverageObject::from).collect()),
            paths: checked.tally.paths.as_deref().map(PathsObject::from),
            saved: checked
                .replayed
                .iter()
                .map(|(file, result)| SavedObject {
                    file: file.display().to_string(),
                    replay: word(result),
                })
                .collect(),
            counterexample: checked.counterexample.as_ref().map(CounterexampleObject::from),
            scenario: None,
            error: None,
        }
    }

    /// The same of a scenario.
    pub(super) fn of_scene(self, scene: SceneObject) -> CheckObject {
        CheckObject { scenario: Some(scene), ..self }
    }

    /// A target that could not be checked.
    pub(super) fn trouble(target: &str, error: &Error) -> CheckObject {
        CheckObject {
            version: VERSION,
            target: target.to_owned(),
            verdict: Outcome::Unknown.word(),
            property: None,
            clause: None,
            cases: 0,
            cases_per_second: 0.0,
            seconds: 0.0,
            seed: 0,
            nodes: 0,
            vacuous: false,
            vacuous_because: Vec::new(),
            faults_took_hold: 0,
            faults: BTreeMap::new(),
            operations: Operations::default(),
            cases_unknown: 0,
            sabotage: Vec::new(),
            measures: None,
            coverage: None,
            paths: None,
            saved: Vec::new(),
            counterexample: None,
            scenario: None,
            error: Some(error.to_string()),
        }
    }
}

/// What became of a saved failure, in a word or two.
fn word(replayed: &Replayed) -> &'static str {
    match replayed {
        Replayed::Same(_) => "same failure",
        Replayed::Other(_) => "another failure",
        Replayed::Passes { .. } if replayed.is_stale() => "stale",
        Replayed::Passes { .. } => "passes",
        Replayed::Unknown(_) => "unknown",
        Replayed::Unreadable(_) => "unreadable",
    }
}

/// The result of `replay`.
#[derive(Serialize)]
pub(super) struct ReplayObject {
    version: u32,
    file: String,
    target: String,
    verdict: &'static str,
    replay: &'static str,
    property: Option<String>,
    clause: Option<String>,
    headline: Option<String>,
    nodes: Option<u32>,
    steps: Option<usize>,
    faults: Option<usize>,
    took_hold: Option<usize>,
    took_hold_when_saved: Option<usize>,
    digest: Option<String>,
    digest_when_saved: Option<String>,
    measures: Option<MeasuresObject>,
    links: Vec<LinkObject>,
    error: Option<String>,
}

/// What a link carried.
#[derive(Serialize)]
struct LinkObject {
    from: u32,
    to: u32,
    sent: u64,
    /// How many messages never arrived, by the cause.
    lost: BTreeMap<&'static str, u64>,
}

impl From<&LinkCount> for LinkObject {
    fn from(link: &LinkCount) -> LinkObject {
        let causes = LossCause::ALL.iter().zip(link.lost).filter(|(_, lost)| *lost > 0);
        let lost = causes.map(|(cause, lost)| (cause.word(), lost)).collect();
        LinkObject { from: link.from.0, to: link.to.0, sent: link.sent, lost }
    }
}

impl ReplayObject {
    /// A schedule that was run.
    pub(super) fn new(file: &str, target: &str, saved: &Saved, again: &Again) -> ReplayObject {
        let violation = match &again.replayed {
            Replayed::Same(violation) | Replayed::Other(violation) => Some(violation),
            _ => None,
        };
        ReplayObject {
            verdict: again.checked.outcome.word(),
            replay: word(&again.replayed),
            property: violation.map(|violation| violation.failure.property.clone()),
            clause: violation.map(|violation| violation.failure.clause.clone()),
            headline: violation.map(|violation| violation.headline.clone()),
            nodes: Some(again.ran.nodes),
            steps: Some(again.ran.steps),
            faults: Some(again.ran.faults),
            took_hold: Some(again.ran.took_hold),
            digest: Some(again.ran.digest.clone()),
            measures: again.ran.measures.as_ref().map(MeasuresObject::from),
            links: again.ran.links.iter().map(LinkObject::from).collect(),
            ..ReplayObject::unreadable(file, target, saved, None)
        }
    }

    /// A schedule that could not be run.
    pub(super) fn unreadable(
        file: &str,
        target: &str,
        saved: &Saved,
        error: Option<&Error>,
    ) -> ReplayObject {
        ReplayObject {
            version: VERSION,
            file: file.to_owned(),
            target: target.to_owned(),
            verdict: Outcome::Unknown.word(),
            replay: "unreadable",
            property: None,
            clause: None,
            headline: None,
            nodes: None,
            steps: None,
            faults: None,
            took_hold: None,
            took_hold_when_saved: saved.took,
            digest: None,
            digest_when_saved: saved.digest.map(|digest| digest.to_string()),
            measures: None,
            links: Vec::new(),
            error: error.map(ToString::to_string),
        }
    }
}
