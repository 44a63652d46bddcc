//! What single hunts took comes in; the figures of a mutant, and of the whole measurement, go out,
//! as the JSON has them. The fields are described in `docs/reference/command-line.md`; more may be
//! added, none is renamed.

use super::order::summary;
use crate::check::{Alarms, Catch, Trial};
use crate::cli::json::VERSION;
use crate::cli::target::{Entry, Mutant};
use crate::verdict::Failure;
use serde::Serialize;
use std::collections::BTreeMap;

/// All that was measured.
#[derive(Serialize)]
pub(super) struct Calibration {
    pub(super) version: u32,
    pub(super) seeds: u32,
    pub(super) seed: u64,
    pub(super) cpu_seconds_max: f64,
    pub(super) canary: String,
    pub(super) mutants: Vec<MutantFigures>,
    pub(super) healthy: Vec<HealthyFigures>,
    pub(super) cpu_seconds: f64,
    pub(super) guided_above: u64,
    pub(super) guided_cpu_seconds: f64,
    pub(super) seconds: f64,
}

/// The figures of one mutant.
#[derive(Clone, Serialize)]
pub(super) struct MutantFigures {
    pub(super) mutant: String,
    pub(super) target: String,
    pub(super) sentence: String,
    #[serde(flatten)]
    pub(super) hunted: Hunted,
    pub(super) test_cases: Option<u64>,
    pub(super) found_by_a_test: usize,
    pub(super) property: Option<String>,
    pub(super) clause: Option<String>,
    pub(super) found_so: usize,
    pub(super) found_as_named: usize,
    pub(super) steps: Option<u64>,
    pub(super) steps_best: Option<u64>,
    pub(super) known_steps: usize,
    pub(super) shrink_runs: Option<u64>,
    pub(super) shrink_cpu_seconds: Option<f64>,
    /// The same hunts with guidance, where they take long enough to tell the difference.
    pub(super) guided: Option<Hunted>,
}

/// Hunts of a mutant, and what it took them to find it.
#[derive(Clone, Serialize)]
pub(super) struct Hunted {
    pub(super) seeds: usize,
    pub(super) found: usize,
    pub(super) schedules_median: Option<u64>,
    pub(super) schedules_interval: Option<(u64, Option<u64>)>,
    pub(super) schedules_p95: Option<u64>,
    pub(super) cpu_seconds_median: Option<f64>,
    pub(super) cpu_seconds_interval: Option<(f64, Option<f64>)>,
    pub(super) cpu_seconds_p95: Option<f64>,
    pub(super) hunts: Vec<Hunt>,
}

impl Hunted {
    pub(super) fn new(trials: &[Trial]) -> Hunted {
        let found = |figure: fn(&Trial) -> f64| {
            summary(trials.iter().map(|trial| trial.caught.as_ref().map(|_| figure(trial))))
        };
        let schedules = found(|trial| trial.schedules as f64);
        let cpu = found(|trial| trial.cpu.as_secs_f64());
        let interval = schedules.interval;
        Hunted {
            seeds: trials.len(),
            found: trials.iter().filter(|trial| trial.caught.is_some()).count(),
            schedules_median: schedules.median.map(whole),
            schedules_interval: interval.map(|(low, high)| (whole(low), high.map(whole))),
            schedules_p95: schedules.p95.map(whole),
            cpu_seconds_median: cpu.median,
            cpu_seconds_interval: cpu.interval,
            cpu_seconds_p95: cpu.p95,
            hunts: trials.iter().map(Hunt::new).collect(),
        }
    }

    /// What they took in all, shrinking included.
    pub(super) fn cpu_seconds(&self) -> f64 {
        let took = |hunt: &Hunt| hunt.cpu_seconds + hunt.shrink_cpu_seconds.unwrap_or_default();
        self.hunts.iter().map(took).sum()
    }
}

/// One hunt of a mutant.
#[derive(Clone, Serialize)]
pub(super) struct Hunt {
    seed: u64,
    schedules: u64,
    cpu_seconds: f64,
    found: bool,
    property: Option<String>,
    clause: Option<String>,
    steps: Option<usize>,
    original_steps: Option<usize>,
    shrink_runs: Option<u64>,
    shrink_cpu_seconds: Option<f64>,
}

/// The figures of a healthy target.
#[derive(Serialize)]
pub(super) struct HealthyFigures {
    pub(super) target: String,
    pub(super) schedules: u64,
    pub(super) alarms: usize,
    pub(super) unknown: u64,
    pub(super) seed: u64,
    pub(super) first_alarm: Option<u64>,
    pub(super) property: Option<String>,
    pub(super) clause: Option<String>,
    pub(super) seconds: f64,
}

impl MutantFigures {
    /// Sums up a mutant's hunts; `test_cases` is how many cases its check has unless said.
    pub(super) fn new(
        entry: &Entry,
        mutant: &Mutant,
        test_cases: Option<u64>,
        trials: &[Trial],
    ) -> MutantFigures {
        let catches: Vec<&Catch> = trials.iter().filter_map(|t| t.caught.as_ref()).collect();
        let told = most_frequent(catches.iter().map(|catch| &catch.failure));
        let left = |figure: fn(&Catch) -> f64| {
            summary(catches.iter().map(|catch| Some(figure(catch)))).median
        };
        let in_a_test = |trial: &&Trial| {
            trial.caught.is_some() && test_cases.is_none_or(|most| trial.schedules <= most)
        };
        MutantFigures {
            mutant: mutant.id.clone(),
            target: entry.name.clone(),
            sentence: entry.sentence.clone(),
            hunted: Hunted::new(trials),
            test_cases,
            found_by_a_test: trials.iter().filter(in_a_test).count(),
            property: told.map(|(failure, _)| failure.property.clone()),
            clause: told.map(|(failure, _)| failure.clause.clone()),
            found_so: told.map_or(0, |(_, times)| times),
            found_as_named: catches.iter().filter(|catch| mutant.names(&catch.failure)).count(),
            steps: left(|catch| catch.steps as f64).map(whole),
            steps_best: catches.iter().map(|catch| catch.steps as u64).min(),
            known_steps: mutant.known_steps,
            shrink_runs: left(|catch| catch.shrink_runs as f64).map(whole),
            shrink_cpu_seconds: left(|catch| catch.shrink_cpu.as_secs_f64()),
            guided: None,
        }
    }
}

impl Hunt {
    fn new(trial: &Trial) -> Hunt {
        let caught = trial.caught.as_ref();
        Hunt {
            seed: trial.seed,
            schedules: trial.schedules,
            cpu_seconds: trial.cpu.as_secs_f64(),
            found: caught.is_some(),
            property: caught.map(|catch| catch.failure.property.clone()),
            clause: caught.map(|catch| catch.failure.clause.clone()),
            steps: caught.map(|catch| catch.steps),
            original_steps: caught.map(|catch| catch.original_steps),
            shrink_runs: caught.map(|catch| catch.shrink_runs),
            shrink_cpu_seconds: caught.map(|catch| catch.shrink_cpu.as_secs_f64()),
        }
    }
}

impl HealthyFigures {
    pub(super) fn new(target: &str, seed: u64, alarms: &Alarms) -> HealthyFigures {
        let first = alarms.alarms.first();
        HealthyFigures {
            target: target.to_owned(),
            schedules: alarms.cases,
            alarms: alarms.alarms.len(),
            unknown: alarms.unknown,
            seed,
            first_alarm: first.map(|(case, _)| *case),
            property: first.map(|(_, failure)| failure.property.clone()),
            clause: first.map(|(_, failure)| failure.clause.clone()),
            seconds: alarms.elapsed.as_secs_f64(),
        }
    }
}

impl Calibration {
    /// Nothing measured yet.
    pub(super) fn new(seeds: u32, seed: u64, cpu_seconds_max: f64, canary: &str) -> Calibration {
        Calibration {
            version: VERSION,
            seeds,
            seed,
            cpu_seconds_max,
            canary: canary.to_owned(),
            mutants: Vec::new(),
            healthy: Vec::new(),
            cpu_seconds: 0.0,
            guided_above: 0,
            guided_cpu_seconds: 0.0,
            seconds: 0.0,
        }
    }
}

/// The failure that stands most often; of equals the first by name.
fn most_frequent<'a>(failures: impl Iterator<Item = &'a Failure>) -> Option<(&'a Failure, usize)> {
    let mut times: BTreeMap<&Failure, usize> = BTreeMap::new();
    for failure in failures {
        *times.entry(failure).or_default() += 1;
    }
    times.into_iter().max_by(|(one, n), (other, m)| n.cmp(m).then(other.cmp(one)))
}

/// Counts are whole, whatever they were summed up as.
fn whole(value: f64) -> u64 {
    value as u64
}
