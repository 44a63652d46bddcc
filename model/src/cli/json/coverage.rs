//! What of Raft's model was walked, and what became of paths through it, as JSON.

use crate::counterexample::{Paths, Stopped};
use crate::reference::raft::coverage::Row;
use serde::Serialize;

/// A row of the table.
#[derive(Serialize)]
pub(in crate::cli) struct CoverageObject {
    /// What makes the step; `all` for the last row.
    step: &'static str,
    states: usize,
    states_reachable: usize,
    edges: usize,
    edges_reachable: usize,
    edges_beyond: usize,
}

impl From<&Row> for CoverageObject {
    fn from(row: &Row) -> CoverageObject {
        CoverageObject {
            step: row.cause.map_or("all", |cause| cause.word()),
            states: row.states.0,
            states_reachable: row.states.1,
            edges: row.edges.0,
            edges_reachable: row.edges.1,
            edges_beyond: row.beyond,
        }
    }
}

/// What became of paths.
#[derive(Serialize)]
pub(in crate::cli) struct PathsObject {
    planned: usize,
    followed: usize,
    exactly: usize,
    steps: usize,
    steps_taken: usize,
    edges: usize,
    edges_taken: usize,
    stopped: Vec<StoppedObject>,
}

/// Paths that went no further, for one reason.
#[derive(Serialize)]
struct StoppedObject {
    why: &'static str,
    paths: usize,
    /// The first of them and the step at which it stopped, each from 1.
    first_path: usize,
    first_step: usize,
    /// What the model does there.
    step: String,
}

impl From<&Paths> for PathsObject {
    fn from(paths: &Paths) -> PathsObject {
        let stopped = |one: &Stopped| StoppedObject {
            why: one.why,
            paths: one.paths,
            first_path: one.first.0,
            first_step: one.first.1,
            step: one.step.clone(),
        };
        PathsObject {
            planned: paths.planned,
            followed: paths.followed,
            exactly: paths.exactly,
            steps: paths.steps,
            steps_taken: paths.steps_taken,
            edges: paths.edges,
            edges_taken: paths.edges_taken,
            stopped: paths.stopped.iter().map(stopped).collect(),
        }
    }
}
