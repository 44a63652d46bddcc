//! What a check came to, in a form that no longer depends on the nodes: for the command line, for
//! JSON, and for the test that has to fail.

use super::regressions::Replayed;
use crate::counterexample::{Counterexample, Tally};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One of three verdicts. Unknown is never a pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All properties held.
    Pass,
    /// A property was broken.
    Fail,
    /// Nobody knows: a budget ran out, or the same schedule gave two traces.
    Unknown,
}

impl Outcome {
    /// The word for it in JSON: `pass`, `fail`, `unknown`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Unknown => "unknown",
        }
    }
}

/// What a check came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Checked {
    /// The test or target.
    pub name: String,
    /// The verdict.
    pub outcome: Outcome,
    /// What was broken.
    pub property: Option<String>,
    /// And which clause of it.
    pub clause: Option<String>,
    /// The seed from which the cases came.
    pub seed: u64,
    /// How many nodes there were.
    pub nodes: u32,
    /// What was tried.
    pub tally: Tally,
    /// What should have been reached and was not.
    pub vacuous: Vec<String>,
    /// The counterexample, in short.
    pub counterexample: Option<Brief>,
    /// Saved failures that were replayed first, and what became of them.
    pub replayed: Vec<(PathBuf, Replayed)>,
    /// The report, for people.
    pub report: String,
}

/// A counterexample, in short.
#[derive(Clone, PartialEq, Debug)]
pub struct Brief {
    /// Where it is saved.
    pub file: Option<PathBuf>,
    /// Steps left.
    pub steps: usize,
    /// Nodes left.
    pub nodes: u32,
    /// Faults left.
    pub faults: usize,
    /// Steps before shrinking.
    pub original_steps: usize,
    /// Runs that shrinking took.
    pub shrink_runs: u64,
    /// Real time that shrinking took.
    pub shrink: Duration,
    /// The digest of its trace.
    pub digest: String,
    /// The schedule's text.
    pub schedule: String,
}

impl Checked {
    pub(super) fn new(name: &str) -> Checked {
        Checked {
            name: name.to_owned(),
            outcome: Outcome::Unknown,
            property: None,
            clause: None,
            seed: 0,
            nodes: 0,
            tally: Tally::default(),
            vacuous: Vec::new(),
            counterexample: None,
            replayed: Vec::new(),
            report: String::new(),
        }
    }

    /// Adds a part to the report.
    pub(super) fn tell(&mut self, part: &str) {
        self.report.truncate(self.report.trim_end().len());
        self.report.push('\n');
        self.report.push_str(part);
    }

    /// Adds a line to the report, if there is something to say.
    pub(super) fn remark(&mut self, line: Option<String>) {
        if let Some(line) = line {
            self.report.truncate(self.report.trim_end().len());
            self.report.push_str("\n  ");
            self.report.push_str(&line);
        }
    }
}

impl Brief {
    pub(super) fn of<Op: Display>(found: &Counterexample<Op>, file: Option<&Path>) -> Brief {
        Brief {
            file: file.map(Path::to_owned),
            steps: found.schedule.steps.len(),
            nodes: found.schedule.nodes,
            faults: found.schedule.faults(),
            original_steps: found.cost.original_steps,
            shrink_runs: found.cost.shrink_runs,
            shrink: found.cost.shrink,
            digest: found.digest.to_string(),
            schedule: found.schedule.to_string(),
        }
    }
}
