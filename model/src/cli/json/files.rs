//! The results of the commands that take a saved schedule further come in; their objects go out.

use super::{CounterexampleObject, VERSION, word};
use crate::check::{Confirmed, Outcome, Size, Smaller};
use serde::Serialize;
use std::path::Path;

/// The result of `confirm`.
#[derive(Serialize, Default)]
pub(in crate::cli) struct ConfirmObject {
    version: u32,
    file: String,
    target: String,
    verdict: &'static str,
    replay: &'static str,
    neighbours: u64,
    same_failure: u64,
    another_failure: u64,
    unknown: u64,
    idle: u64,
    bound: Option<f64>,
    failures: Vec<FailureObject>,
    stopped: bool,
    seconds: f64,
    seed: u64,
    counterexample: Option<CounterexampleObject>,
    error: Option<String>,
}

#[derive(Serialize)]
struct FailureObject {
    property: String,
    clause: String,
    neighbours: u64,
    first: u64,
}

impl ConfirmObject {
    pub(in crate::cli) fn new(file: &str, confirmed: &Confirmed) -> ConfirmObject {
        let near = &confirmed.near;
        let failures = near.failures.iter().map(|(failure, (neighbours, first))| FailureObject {
            property: failure.property.clone(),
            clause: failure.clause.clone(),
            neighbours: *neighbours,
            first: first + 1,
        });
        ConfirmObject {
            version: VERSION,
            file: file.to_owned(),
            target: confirmed.name.clone(),
            verdict: confirmed.outcome.word(),
            replay: word(&confirmed.replayed),
            neighbours: near.tried,
            same_failure: near.same,
            another_failure: near.other,
            unknown: near.unknown,
            idle: near.idle,
            bound: near.bound(),
            failures: failures.collect(),
            stopped: confirmed.stopped,
            seconds: confirmed.elapsed.as_secs_f64(),
            seed: confirmed.seed,
            counterexample: confirmed.counterexample.as_ref().map(CounterexampleObject::from),
            error: None,
        }
    }

    /// A schedule that could not be run.
    pub(in crate::cli) fn trouble(file: &str, target: &str, why: &str) -> ConfirmObject {
        ConfirmObject {
            version: VERSION,
            file: file.to_owned(),
            target: target.to_owned(),
            verdict: Outcome::Unknown.word(),
            replay: "unreadable",
            error: Some(why.to_owned()),
            ..ConfirmObject::default()
        }
    }
}

/// The result of `shrink`.
#[derive(Serialize, Default)]
pub(in crate::cli) struct ShrinkObject {
    version: u32,
    file: String,
    target: String,
    out: Option<String>,
    changed: bool,
    minimal: bool,
    neighbour: Option<u64>,
    property: Option<String>,
    clause: Option<String>,
    before: Option<SizeObject>,
    after: Option<SizeObject>,
    gone: Vec<String>,
    shrink_runs: u64,
    shrink_seconds: f64,
    digest: Option<String>,
    schedule: Option<String>,
    error: Option<String>,
}

#[derive(Serialize)]
struct SizeObject {
    steps: usize,
    nodes: u32,
    faults: usize,
}

impl From<Size> for SizeObject {
    fn from(Size { steps, nodes, faults }: Size) -> SizeObject {
        SizeObject { steps, nodes, faults }
    }
}

impl ShrinkObject {
    pub(in crate::cli) fn new(
        file: &str,
        target: &str,
        smaller: &Smaller,
        out: Option<&Path>,
    ) -> ShrinkObject {
        ShrinkObject {
            version: VERSION,
            file: file.to_owned(),
            target: target.to_owned(),
            out: out.map(|out| out.display().to_string()),
            changed: smaller.changed,
            minimal: smaller.minimal,
            neighbour: smaller.neighbour,
            property: Some(smaller.failure.property.clone()),
            clause: Some(smaller.failure.clause.clone()),
            before: Some(smaller.before.into()),
            after: Some(smaller.after.into()),
            gone: smaller.gone.clone(),
            shrink_runs: smaller.brief.shrink_runs,
            shrink_seconds: smaller.brief.shrink.as_secs_f64(),
            digest: Some(smaller.brief.digest.clone()),
            schedule: Some(smaller.brief.schedule.clone()),
            error: None,
        }
    }

    /// Nothing came of it.
    pub(in crate::cli) fn trouble(file: &str, target: &str, why: &str) -> ShrinkObject {
        ShrinkObject {
            version: VERSION,
            file: file.to_owned(),
            target: target.to_owned(),
            error: Some(why.to_owned()),
            ..ShrinkObject::default()
        }
    }
}
