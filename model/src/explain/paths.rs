//! What became of paths through a model comes in; a few lines go out, as a part of a report.

use super::layout::{joined, labelled};
use super::words::{count, counted};
use crate::counterexample::Paths;

/// How far real nodes followed the paths, and why not further.
#[must_use]
pub fn paths(paths: &Paths) -> String {
    let of = |some: usize, all: usize| format!("{} of {}", count(some as u64), count(all as u64));
    let followed = format!(
        "{} followed to the end, {} edge for edge; {} steps taken; {} edges taken",
        of(paths.followed, paths.planned),
        count(paths.exactly as u64),
        of(paths.steps_taken, paths.steps),
        of(paths.edges_taken, paths.edges),
    );
    let mut lines = labelled("paths", &followed, 3);
    for stopped in &paths.stopped {
        let (path, step) = stopped.first;
        let text = format!(
            "{}: {}; the first is path {path} at step {step}, {}",
            counted(stopped.paths as u64, "path"),
            stopped.why,
            stopped.step
        );
        lines.extend(labelled("stopped", &text, 3));
    }
    joined(&lines)
}
