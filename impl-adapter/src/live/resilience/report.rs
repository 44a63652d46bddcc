//! What trials came to, as plain data, which is written as JSON and reads back.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

/// The version of the JSON; it grows when a field changes its meaning.
pub(super) const VERSION: u32 = 1;

/// The share of trials that a service is to bear with grace.
pub const TARGET: f64 = 0.85;

/// What a trial shows of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Flags {
    /// A connection was lost, and calls failed because of it.
    pub connection_lost: bool,
    /// Once all was well again, calls succeeded.
    pub recovered: bool,
    /// Something that was acknowledged, or kept for later, is not there, or was done twice.
    pub data_lost: bool,
    /// Calls on a connection failed with which nothing was wrong.
    pub cascading_failure: bool,
    /// While something was wrong, each call came to its end in time, what could not be delivered
    /// was kept, and what was known was answered from memory.
    pub graceful_degradation: bool,
}

impl Flags {
    /// Each with its word.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, bool); 5] {
        [
            ("connection lost", self.connection_lost),
            ("recovered", self.recovered),
            ("data lost", self.data_lost),
            ("cascading failure", self.cascading_failure),
            ("graceful degradation", self.graceful_degradation),
        ]
    }
}

/// Calls in one stretch of a trial.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Calls {
    /// How many there were.
    pub requests: u64,
    /// How many were answered, if need be after more than one try.
    pub ok: u64,
    /// How many were not.
    pub failed: u64,
}

/// Calls before, during and after the trouble.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// While all was well.
    pub before: Calls,
    /// While something was wrong.
    pub during: Calls,
    /// Once all was well again.
    pub after: Calls,
}

/// Something that a trial demands, and whether it held.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Criterion {
    /// What, with what was seen of it.
    pub what: String,
    /// Whether it held.
    pub held: bool,
}

/// What one trial of one service came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Result {
    /// Which trial.
    pub name: String,
    /// What it does to the network, in a word.
    #[serde(rename = "type")]
    pub kind: String,
    /// The service.
    pub service: String,
    /// Whether each flag was as expected and each criterion held.
    pub passed: bool,
    /// In milliseconds.
    pub duration_ms: f64,
    /// What was seen.
    pub flags: Flags,
    /// What was to be seen.
    pub expected: Flags,
    /// What was demanded besides.
    pub criteria: Vec<Criterion>,
    /// Tries after the first one, of all calls.
    pub retries: u64,
    /// Operations that were kept because they could not be delivered.
    pub queued: u64,
    /// Those of them that were delivered later.
    pub delivered: u64,
    /// Answers from memory while the service could not be reached.
    pub cached: u64,
    /// What was wrong first, if anything was.
    pub error: Option<String>,
    /// The nine figures.
    pub metrics: Figures,
}

/// What all trials came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Of this form.
    pub version: u32,
    /// When it was written, in UTC: `20260131_235959`.
    pub stamp: String,
    /// What was drawn from.
    pub seed: u64,
    /// In milliseconds.
    pub duration_ms: f64,
    /// The share of trials that passed, and were borne with grace.
    pub graceful: f64,
    /// The share that was aimed at.
    pub target: f64,
    /// Whether it was reached.
    pub target_met: bool,
    /// Each trial of each service.
    pub tests: Vec<Result>,
}

impl Report {
    /// A report of these trials.
    #[must_use]
    pub fn new(stamp: String, seed: u64, took: Duration, tests: Vec<Result>) -> Report {
        let graceful = tests.iter().filter(|test| test.is_graceful()).count();
        let graceful = graceful as f64 / tests.len().max(1) as f64;
        Report {
            version: VERSION,
            stamp,
            seed,
            duration_ms: milliseconds(took),
            graceful,
            target: TARGET,
            target_met: graceful >= TARGET,
            tests,
        }
    }

    /// Writes it to a file of its stamp in this folder, which is made if there is none; says which.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<PathBuf> {
        let file = folder.join(format!("resilience-{}.json", self.stamp));
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::create_dir_all(folder)?;
        fs::write(&file, text).map(|()| file)
    }

    /// Reads one back.
    ///
    /// # Errors
    /// It is not there, or is no report.
    pub fn read(file: &Path) -> io::Result<Report> {
        let text = fs::read_to_string(file)?;
        serde_json::from_str(&text).map_err(|error| {
            let text = format!("it is no report of resilience: {error}");
            io::Error::new(io::ErrorKind::InvalidData, text)
        })
    }

    /// Whether each trial met its criteria, and the target was met.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.target_met && self.tests.iter().all(|test| test.passed)
    }
}

impl Result {
    /// Whether the trouble was borne with grace.
    #[must_use]
    pub const fn is_graceful(&self) -> bool {
        self.passed && self.flags.graceful_degradation
    }
}

/// A span as a number of milliseconds, to a tenth.
pub(super) fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 10_000.0).round() / 10.0
}
