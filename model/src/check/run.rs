//! A check from its beginning to its end: saved failures first, then the hunt beside them, never
//! instead of it, then the report.

use super::hunt::{Finding, Hunted};
use super::outcome::{Checked, Outcome};
use super::regressions::{Keeper, Replayed};
use super::settings::variable;
use super::{Check, minimise};
use crate::counterexample::{Cost, Counterexample, Tally};
use crate::error::Error;
use crate::execute::Op;
use crate::explain::{self};
use crate::node::Node;
use crate::persist::{self, Saved};
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::verdict::{Failure, Violation};
use std::panic::Location;
use std::path::{Path, PathBuf};

impl<N: Node> Check<N> {
    /// Runs the check as a test does: it prints what it found, and panics unless all held.
    ///
    /// # Panics
    /// A property failed, what should be reached never was, the verdict is unknown, or the check
    /// itself cannot be done.
    ///
    /// With `SCHISM=explore` in the environment it opens what fails in a browser instead, and ends
    /// when the process is ended.
    #[track_caller]
    pub fn run(mut self) {
        if self.subject.name.is_empty() {
            self.subject.name = test_name(Location::caller());
        }
        let name = self.subject.name.clone();
        let ran = match variable("SCHISM").as_deref() {
            Some("explore") => match self.explore() {
                Ok(()) => return,
                Err(error) => Err(error),
            },
            Some(other) => {
                let other = other.escape_debug();
                Err(Error::new(format!("SCHISM={other} means nothing: say SCHISM=explore")))
            }
            None => self.try_run(&mut |_| {}),
        };
        let failed = match ran {
            Ok(mut checked) => {
                checked.remark(same_cases(&checked));
                keep_report(&name, &checked.report);
                if checked.outcome == Outcome::Pass {
                    println!("{}", checked.report);
                    return;
                }
                checked.report
            }
            Err(error) => format!("{name}: cannot be checked: {error}"),
        };
        eprintln!("\n{failed}");
        // The report is the message: the usual one, with its place in our source, would only
        // stand in front of it.
        std::panic::resume_unwind(Box::new(format!("{name}: see the report above")));
    }

    /// Runs the check and hands back what it came to. `progress` is told how many cases are done.
    ///
    /// # Errors
    /// The check cannot be done: no nodes, an unreadable replay, a saved failure that cannot be
    /// read any more, a case that does not end.
    pub fn try_run(mut self, progress: &mut dyn FnMut(u64)) -> Result<Checked, Error> {
        // Chosen once, so that what is told of the seed is the seed that was used.
        self.settings.seed = Some(self.settings.base_seed());
        self.subject.prepare()?;
        if let Some(text) = &self.settings.replay {
            return self.replay(&Saved::parse(text), None, "SCHISM_REPLAY");
        }
        let mut before = Before::default();
        if let Some(folder) = self.settings.save.as_ref().filter(|_| self.settings.saved_first) {
            for path in persist::saved(folder, &self.subject.name)? {
                let saved = persist::read(&path)?;
                let (result, _) = self.subject.replay(&saved);
                before.add(path, saved, result);
            }
        }
        if self.settings.effort.cases == 0 && before.replayed.is_empty() {
            return Err(Error::new("0 cases and no saved failures: there is nothing to check"));
        }
        let checked = self.hunt_and_report(&before, progress)?;
        before.unreadable.map_or(Ok(checked), Err)
    }

    fn hunt_and_report(
        &self,
        before: &Before,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Checked, Error> {
        let (subject, settings) = (&self.subject, &self.settings);
        let mut keeper = Keeper::new(settings.save.as_deref());
        let mut seen = |schedule: &Schedule<Op<N>>, violation: &Violation| {
            // One file for one failure: what is saved already is not saved again.
            if !before.knows(&violation.failure) {
                keeper.keep(&self.as_saved(schedule, violation, "a hunt that was cut off"));
            }
        };
        let Hunted { seed, mut tally, finding } = match subject.paths {
            Some(bounds) => subject.hunt_paths(bounds, settings, progress, &mut seen)?,
            None => subject.hunt(settings, progress, &mut seen)?,
        };
        tally.regressions = before.replayed.len() as u64;
        let mut checked = Checked::new(&subject.name);
        checked.nodes = subject.shape.nodes;
        match finding {
            Finding::Failure(found) if !before.knows(&found.violation.failure) => {
                let origin = format!("case {} of seed {}", found.cost.case, seed.0);
                keeper.keep(&self.as_saved(&found.schedule, &found.violation, &origin));
                self.tell(&mut checked, &found, keeper.kept.as_deref());
                let often = || subject.how_often(&found.schedule, &found.violation.failure);
                checked.remark((!subject.deterministic).then(often));
                checked.remark(keeper.trouble.map(|error| format!("not saved  {error}")));
            }
            Finding::Nondeterminism { schedule, difference } => {
                checked.outcome = Outcome::Unknown;
                checked.report = nondeterminism(&subject.name, &schedule.to_string(), &difference);
            }
            again => match &before.failed {
                Some((path, saved)) => {
                    let again = match again {
                        Finding::Failure(found) => format!("case {} too", found.cost.case),
                        _ => format!("none of {} new cases", tally.cases),
                    };
                    checked = self.replay(saved, Some(path), &path.display().to_string())?;
                    checked.remark(Some(format!("saved     it ran first; {again} fails so")));
                }
                None => self.pass(&mut checked, seed, &mut tally),
            },
        }
        checked.seed = seed.0;
        checked.tally = tally;
        checked.replayed.clone_from(&before.replayed);
        for (path, result) in &before.replayed {
            let stale = result.is_stale();
            checked
                .remark(stale.then(|| {
                    format!("stale     {}: fewer of its steps took hold", path.display())
                }));
        }
        Ok(checked)
    }

    /// All held, as far as that goes.
    fn pass(&self, checked: &mut Checked, seed: Seed, tally: &mut Tally) {
        let claim = &self.subject.shape.claim;
        checked.vacuous = match &tally.paths {
            // What happens on them is the model's choice, not the claim's.
            Some(paths) => paths.vacuous(),
            None => tally.vacuous(claim, self.settings.is_full(tally.cases)),
        };
        let stopped = tally.stopped;
        if stopped {
            // Too little was reached in the time that there was: that shows nothing.
            checked.vacuous.clear();
        }
        checked.outcome = match (checked.vacuous.is_empty(), tally.unknown) {
            _ if stopped => Outcome::Unknown,
            (false, _) => Outcome::Fail,
            (true, 0) => Outcome::Pass,
            (true, _) => Outcome::Unknown,
        };
        // Whether a test would notice is worth asking of one that held.
        let asks = tally.paths.is_none() && self.settings.asks_sabotage(tally.cases);
        if checked.outcome == Outcome::Pass && asks {
            tally.sabotage = self.subject.sabotaged(&self.settings, seed, tally.cases);
        }
        checked.report = explain::pass(&self.subject.name, tally, claim, &checked.vacuous);
        if let Some(measures) = &tally.measures {
            checked.tell(&explain::measured(measures));
        }
        if let Some(paths) = &tally.paths {
            checked.tell(&explain::paths(paths));
        }
        let text = "stopped   before its end; in what was tried by then all held";
        checked.remark(stopped.then(|| text.to_owned()));
    }

    /// Replays one schedule instead of hunting; `place` says where it came from.
    ///
    /// # Errors
    /// It cannot be read; the error has its line and column.
    pub(crate) fn replay(
        &self,
        saved: &Saved,
        path: Option<&Path>,
        place: &str,
    ) -> Result<Checked, Error> {
        let subject = &self.subject;
        let mut checked = Checked::new(&subject.name);
        checked.tally.cases = 1;
        let (result, ran) = subject.replay(saved);
        match (&result, ran) {
            (Replayed::Unreadable(error), _) => return Err(error.clone().within(place)),
            (Replayed::Same(violation) | Replayed::Other(violation), Some((schedule, digest))) => {
                let found = Counterexample {
                    name: subject.name.clone(),
                    violation: violation.clone(),
                    sure: minimise::sure_of(subject, &schedule, &violation.failure),
                    cost: Cost {
                        original_steps: schedule.steps.len(),
                        original_faults: schedule.faults(),
                        ..Cost::default()
                    },
                    schedule,
                    digest,
                };
                self.tell(&mut checked, &found, path);
                let other = matches!(result, Replayed::Other(_));
                let was = saved.failure.as_ref().filter(|_| other);
                checked.remark(was.map(|was| format!("another   when it was saved: {was}")));
            }
            (Replayed::Passes { took, saved }, Some((schedule, _))) => {
                checked.outcome = Outcome::Pass;
                checked.nodes = schedule.nodes;
                let stale = saved.filter(|saved| took < saved).map(|saved| {
                    format!("; when it was saved {saved} did, so it is stale and proves little")
                });
                checked.report = format!(
                    "{}: {place} passes now; {took} of its {} steps took hold{}",
                    checked.name,
                    schedule.steps.len(),
                    stale.unwrap_or_default()
                );
            }
            (Replayed::Unknown(why), _) => {
                checked.report = format!("{}: unknown, {why}", checked.name);
            }
            // What was read was run.
            (_, None) => unreachable!("a schedule that was read was not run"),
        }
        checked.replayed.push((path.map_or_else(PathBuf::new, Path::to_owned), result));
        Ok(checked)
    }
}

/// How to hunt in the same cases again, where the report is one of a hunt.
fn same_cases(checked: &Checked) -> Option<String> {
    let hunted = checked.seed != 0 && checked.tally.cases > 0;
    hunted.then(|| format!("seed      PROPTEST_RNG_SEED={} hunts in the same cases", checked.seed))
}

/// What the saved failures came to, before the hunt.
#[derive(Default)]
struct Before {
    replayed: Vec<(PathBuf, Replayed)>,
    /// The first that still fails.
    failed: Option<(PathBuf, Saved)>,
    known: Vec<Failure>,
    unreadable: Option<Error>,
}

impl Before {
    fn add(&mut self, path: PathBuf, saved: Saved, result: Replayed) {
        match &result {
            Replayed::Same(violation) | Replayed::Other(violation) => {
                self.known.push(violation.failure.clone());
                self.failed.get_or_insert((path.clone(), saved));
            }
            Replayed::Unreadable(error) => {
                let place = path.display();
                let text =
                    format!("{place} is a saved failure that cannot be read: mend or delete it");
                self.unreadable.get_or_insert_with(|| error.clone().within(text));
            }
            Replayed::Passes { .. } | Replayed::Unknown(_) => {}
        }
        self.replayed.push((path, result));
    }

    fn knows(&self, failure: &Failure) -> bool {
        self.known.contains(failure)
    }
}

fn nondeterminism(name: &str, schedule: &str, difference: &str) -> String {
    format!(
        "{name}: UNKNOWN, the same schedule gave two different traces\n\n  \
         Nothing else that was seen can be trusted until that is mended. Look for a\n  \
         clock, a thread, an address, a hash map's order, or randomness that did not\n  \
         come from Io.\n\n  first difference\n    {}\n\n{schedule}",
        difference.replace('\n', "\n    ")
    )
}

/// The name of the test that is running: its thread has it, where libtest made the thread.
fn test_name(caller: &Location<'_>) -> String {
    match std::thread::current().name() {
        Some(name) if name != "main" => name.to_owned(),
        _ => format!("{}-{}", caller.file().replace(['/', '\\'], "-"), caller.line()),
    }
}

/// Keeps the last report where it can be found: cargo hides what a passing test prints.
fn keep_report(name: &str, report: &str) {
    let package = variable("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let Some(package) = package else { return };
    let root = package.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    let target = variable("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.or_else(|| root.map(|root| root.join("target")));
    if let Some(target) = target {
        let folder = target.join("schism").join(persist::folder_name(name));
        // A convenience: a test must not fail because the report could not be kept.
        let _ = std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join("last.txt"), report));
    }
}
