//! Whether a fix holds: a saved failure comes in and is replayed, then thousands of its neighbours
//! are run; how many fail, how, and what follows for the others goes out.
//!
//! Where none of *n* neighbours fails, fewer than 3/n of all of them do, with 95% confidence: the
//! rule of three (Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA
//! 249, 1983). It speaks of the neighbours as they are drawn here, and of nothing else.

use super::Check;
use super::clock::Stopwatch;
use super::hunt::broken_in;
use super::neighbours::Vicinity;
use super::outcome::{Brief, Checked, Outcome};
use super::regressions::{Keeper, Replayed, took};
use super::subject::Ruling;
use crate::campaign;
use crate::counterexample::Cost;
use crate::error::Error;
use crate::execute::Op;
use crate::node::Node;
use crate::persist::Saved;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::verdict::Failure;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a saved failure and its neighbours came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Confirmed {
    /// The target or test.
    pub name: String,
    /// The verdict: a pass only if the schedule and all of its neighbours pass, and as much of it
    /// takes hold as did when it was saved.
    pub outcome: Outcome,
    /// What became of the schedule itself.
    pub replayed: Replayed,
    /// From where the neighbours came.
    pub seed: u64,
    /// How the neighbours fared.
    pub near: Near,
    /// How long they took.
    pub elapsed: Duration,
    /// Whether somebody stopped it before its end.
    pub stopped: bool,
    /// The smallest neighbour that fails, where the schedule itself does not.
    pub counterexample: Option<Brief>,
    /// The report of what fails; empty where nothing does.
    pub report: String,
}

/// How the neighbours fared.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Near {
    /// How many were run.
    pub tried: u64,
    /// How many fail as the file says; in any way, where it does not say.
    pub same: u64,
    /// How many fail in another way.
    pub other: u64,
    /// How many have no verdict.
    pub unknown: u64,
    /// Of those that pass, in how many less than half of their steps took hold.
    pub idle: u64,
    /// For each failure: how many fail so, and the number of the first.
    pub failures: BTreeMap<Failure, (u64, u64)>,
}

impl Near {
    /// Where none fails, the share of neighbours that may fail all the same, with 95% confidence.
    #[must_use]
    pub fn bound(&self) -> Option<f64> {
        let none = self.same + self.other + self.unknown == 0;
        // The rule is an approximation that is good from thirty on.
        (none && self.tried >= 30).then(|| 3.0 / self.tried as f64)
    }

    fn add(&mut self, other: &Near) {
        self.tried += other.tried;
        self.same += other.same;
        self.other += other.other;
        self.unknown += other.unknown;
        self.idle += other.idle;
        for (failure, (n, first)) in &other.failures {
            let known = self.failures.entry(failure.clone()).or_insert((0, *first));
            *known = (known.0 + n, known.1.min(*first));
        }
    }
}

impl<N: Node> Check<N> {
    /// Replays a saved failure, and runs as many neighbours of it as the settings ask for cases.
    /// A neighbour that fails although the schedule itself passes is shrunk and saved.
    ///
    /// # Errors
    /// The schedule cannot be read; a run does not end.
    pub fn confirm(
        mut self,
        saved: &Saved,
        path: Option<&Path>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Confirmed, Error> {
        self.settings.seed = Some(self.settings.base_seed());
        self.subject.prepare()?;
        let seed = self.settings.base_seed();
        let replay = self.replay(saved, path, "the schedule")?;
        let Some((_, replayed)) = replay.replayed.first().cloned() else {
            return Err(Error::new("a schedule that was run has no verdict: please report it"));
        };
        let centre: Schedule<Op<N>> = saved.text.parse()?;
        let wanted = match &replayed {
            Replayed::Same(violation) => Some(violation.failure.clone()),
            _ => saved.failure.clone(),
        };
        let clock = Stopwatch::start();
        let vicinity = self.vicinity(centre);
        let near = self.near(&vicinity, wanted.as_ref(), seed, progress)?;
        let mut confirmed = Confirmed {
            name: self.subject.name.clone(),
            outcome: outcome(&replayed, &near),
            replayed,
            seed: seed.0,
            elapsed: clock.elapsed(),
            stopped: near.tried < self.settings.effort.cases,
            near,
            counterexample: None,
            report: String::new(),
        };
        if replay.outcome == Outcome::Fail {
            confirmed.report = replay.report;
        } else if let Some((_, number)) = confirmed.first(wanted.as_ref()) {
            let small = self.smallest(vicinity.neighbour(number, seed), number, seed)?;
            confirmed.report = small.report;
            confirmed.counterexample = small.counterexample;
        }
        if confirmed.stopped && confirmed.outcome == Outcome::Pass {
            confirmed.outcome = Outcome::Unknown;
        }
        Ok(confirmed)
    }

    pub(super) fn vicinity(&self, centre: Schedule<Op<N>>) -> Vicinity<Op<N>> {
        let roles = self.subject.shape.roles.iter().map(|&role| role.to_owned());
        Vicinity { centre, roles: roles.collect() }
    }

    fn near(
        &self,
        vicinity: &Vicinity<Op<N>>,
        wanted: Option<&Failure>,
        seed: Seed,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Near, Error> {
        let world = Arc::new((self.subject.clone(), vicinity.clone(), wanted.cloned()));
        let case = move |near: &mut Near, number: u64| {
            let (subject, vicinity, wanted) = &*world;
            let schedule = vicinity.neighbour(number, seed);
            let (trace, ruling) = subject.try_out(&schedule);
            near.tried += 1;
            match ruling {
                Ruling::Held => {
                    near.idle += u64::from(took(&trace) * 2 < schedule.steps.len());
                }
                Ruling::Unknown(_) => near.unknown += 1,
                Ruling::Broken(violation) => {
                    let same = wanted.as_ref().is_none_or(|wanted| *wanted == violation.failure);
                    *(if same { &mut near.same } else { &mut near.other }) += 1;
                    let known = near.failures.entry(violation.failure).or_insert((0, number));
                    known.0 += 1;
                }
            }
            false
        };
        let (effort, stop) = (&self.settings.effort, &self.settings.stop);
        let (workers, _) = campaign::run(effort, stop, Near::default, case, progress)?;
        let mut near = Near::default();
        for one in &workers {
            near.add(one);
        }
        Ok(near)
    }

    /// Shrinks a neighbour that fails, saves it, and tells of it.
    fn smallest(&self, from: Schedule<Op<N>>, number: u64, seed: Seed) -> Result<Checked, Error> {
        let (subject, settings) = (&self.subject, &self.settings);
        let mut keeper = Keeper::new(settings.save.as_deref());
        let origin = format!("neighbour {} of seed {}", number + 1, seed.0);
        let mut seen = |schedule: &Schedule<Op<N>>, violation: &_| {
            keeper.keep(&self.as_saved(schedule, violation, "a hunt that was cut off"));
        };
        let found = subject.counterexample(from, &Cost::default(), settings, &mut seen);
        let found = found.ok_or_else(|| broken_in("neighbour", number))?;
        keeper.keep(&self.as_saved(&found.schedule, &found.violation, &origin));
        let mut checked = Checked::new(&subject.name);
        self.tell(&mut checked, &found, keeper.kept.as_deref());
        checked.remark(keeper.trouble.map(|error| format!("not saved  {error}")));
        Ok(checked)
    }
}

impl Confirmed {
    /// The first neighbour that fails as wanted, or else the first that fails at all.
    fn first(&self, wanted: Option<&Failure>) -> Option<(Failure, u64)> {
        let all = || self.near.failures.iter().map(|(failure, (_, n))| (failure.clone(), *n));
        let same = all().filter(|(failure, _)| Some(failure) == wanted);
        same.chain(all()).min_by_key(|(failure, n)| (Some(failure) != wanted, *n))
    }
}

fn outcome(replayed: &Replayed, near: &Near) -> Outcome {
    match replayed {
        Replayed::Same(_) | Replayed::Other(_) => Outcome::Fail,
        _ if near.same + near.other > 0 => Outcome::Fail,
        Replayed::Passes { .. } if near.unknown == 0 && !replayed.is_stale() => Outcome::Pass,
        _ => Outcome::Unknown,
    }
}
