//! What of Raft's model was walked, as JSON.

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
