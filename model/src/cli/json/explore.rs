//! The result of `explore --headless`.

use super::VERSION;
use crate::cli::explore::{Explored, Found};
use crate::explore::End;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(in crate::cli) struct ExploreObject<'a> {
    version: u32,
    model: &'static str,
    bug: Option<&'static str>,
    bounds: BTreeMap<&'static str, u8>,
    symmetry: bool,
    liveness: bool,
    verdict: &'static str,
    generated: u64,
    distinct: u64,
    depth: u64,
    complete: bool,
    seconds: f64,
    states_per_second: f64,
    memory_bytes: u64,
    properties: Vec<PropertyObject>,
    counterexample: Option<PathObject<'a>>,
}

#[derive(Serialize)]
struct PropertyObject {
    property: &'static str,
    finding: &'static str,
    steps: Option<usize>,
}

#[derive(Serialize)]
struct PathObject<'a> {
    property: &'static str,
    steps: &'a [String],
    forever: Option<&'a [String]>,
    state: &'a str,
}

impl<'a> ExploreObject<'a> {
    pub(in crate::cli) fn new(explored: &'a Explored) -> ExploreObject<'a> {
        let progress = &explored.progress;
        let seconds = progress.time.as_secs_f64();
        let rate = if seconds > 0.0 { progress.distinct as f64 / seconds } else { 0.0 };
        let properties = explored.properties.iter().map(|judged| {
            let (finding, steps) = match &judged.found {
                Found::Holds => ("holds", None),
                Found::Broken(way, _) => ("broken", Some(way.steps.len())),
                Found::Shown(steps) => ("shown", Some(*steps)),
                Found::Never => ("never", None),
                Found::Unknown => ("unknown", None),
                Found::NotJudged => ("not judged", None),
            };
            PropertyObject { property: judged.name, finding, steps }
        });
        let counterexample = explored.broken().map(|(judged, way, state)| PathObject {
            property: judged.name,
            steps: &way.steps,
            forever: way.forever.as_deref(),
            state,
        });
        ExploreObject {
            version: VERSION,
            model: explored.model,
            bug: explored.bug,
            bounds: explored.bounds.iter().copied().collect(),
            symmetry: explored.symmetry,
            liveness: explored.promise.is_some(),
            verdict: explored.verdict(),
            generated: progress.generated,
            distinct: progress.distinct,
            depth: progress.depth,
            complete: explored.end == End::Complete,
            seconds,
            states_per_second: rate,
            memory_bytes: progress.memory,
            properties: properties.collect(),
            counterexample,
        }
    }
}
