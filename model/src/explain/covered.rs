//! What of a model was walked comes in; a table goes out, as a part of a report.

use super::layout::joined;
use super::words::count;
use crate::reference::raft::coverage::Row;

/// How much of what is reachable within the bounds of a search was walked, by what makes the step.
#[must_use]
pub fn covered(rows: &[Row]) -> String {
    let mut lines = vec![row("coverage", ["step", "states", "edges", "beyond"])];
    for covered in rows {
        let step = covered.cause.map_or("all", |cause| cause.word());
        let (states, edges) = (of(covered.states), of(covered.edges));
        lines.push(row("", [step, &states, &edges, &count(covered.beyond as u64)]));
    }
    joined(&lines)
}

fn row(label: &str, [step, states, edges, beyond]: [&str; 4]) -> String {
    format!("  {label:<10}{step:<22}{states:>12}{edges:>16}{beyond:>10}")
}

fn of((some, all): (usize, usize)) -> String {
    format!("{} of {}", count(some as u64), count(all as u64))
}
