//! `check`: names of targets come in; each is hunted in turn, and its report goes out.

use super::Cli;
use super::args;
use super::console::{Console, Exit, Trouble};
use super::given::limited;
use super::json::{CheckObject, Sink, rate};
use super::live::{self, Live};
use super::program::Program;
use super::progress::Bar;
use super::scenes::{PREFIX, Stage};
use super::target::Entry;
use super::wishes::Wishes;
use crate::campaign::Stop;
use crate::check::{Checked, Outcome};
use crate::error::Error;
use crate::explain::{count, covered};
use crate::reference::raft::coverage::{Coverage, Row};
use crate::reference::raft::{Bounds, Raft};
use std::path::PathBuf;

pub(super) fn check(
    cli: &Cli,
    asked: &args::Check,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let jobs = jobs(cli, asked, program)?;
    let wishes = wishes(asked, program, cli.stop());
    let sink = Sink::open(asked.json.file(), console)?;
    if asked.live.live {
        let (objects, exit) = play(cli, asked, &jobs, wishes, console)?;
        written(sink, &objects, console)?;
        return Ok(exit);
    }
    let mut objects = Vec::new();
    let mut worst = Exit::Held;
    modelled(cli, asked, &jobs)?;
    let mut models = Models(Vec::new());
    for (place, job) in jobs.iter().enumerate() {
        if place > 0 {
            console.say("")?;
        }
        let (object, exit) = match job {
            Job::Scene(stage) => stage.run(asked, &wishes, console)?,
            Job::Hunt(entry) => match hunt(entry, &wishes, console) {
                Ok(checked) => {
                    let covered = checked.tally.coverage.as_ref();
                    let rows = covered.map(|walked| {
                        let known = entry.target.models().unwrap_or_default();
                        let said = asked.paths.as_ref().map(std::slice::from_ref);
                        walked.table(&models.within(said.unwrap_or(known)))
                    });
                    console.say(&report(&checked, rows.as_deref()))?;
                    let exit = Exit::of(checked.outcome, &wishes.stop);
                    (CheckObject::new(&checked, rows.as_deref()), exit)
                }
                Err(error) => {
                    console.complain(&Error::within(error.clone(), &entry.name).into());
                    (CheckObject::trouble(&entry.name, &error), Exit::Misuse)
                }
            },
        };
        objects.push(object);
        worst = worst.max(exit);
        if wishes.stop.asked() {
            // What was not begun has no result.
            break;
        }
    }
    written(sink, &objects, console)?;
    Ok(worst)
}

fn written(
    sink: Sink,
    objects: &[CheckObject],
    console: &mut Console<'_, '_>,
) -> Result<(), Trouble> {
    match objects {
        [one] => sink.write(one, console),
        several => sink.write(&several, console),
    }
}

/// Where what comes from runs on real networks is written.
const LIVE: &str = "target/schism/live";

/// Plays scenarios on real networks.
fn play(
    cli: &Cli,
    asked: &args::Check,
    jobs: &[Job<'_>],
    wishes: Wishes,
    console: &mut Console<'_, '_>,
) -> Result<(Vec<CheckObject>, Exit), Trouble> {
    let mut stages = Vec::new();
    for job in jobs {
        match job {
            Job::Scene(stage) => stages.push(stage),
            Job::Hunt(entry) => {
                let text = format!("--live is for scenarios, such as {PREFIX}all");
                return Err(Trouble::misuse(format!("{text}, and {} is none", entry.name)));
            }
        }
    }
    let Some(player) = &cli.player else {
        return Err(Trouble::misuse("this command cannot run its targets on real sockets"));
    };
    let live = Live {
        over: asked.live.over.clone(),
        speed: asked.live.speed,
        jobs: wishes.jobs,
        save: (!asked.no_save).then(|| PathBuf::from(LIVE)),
        limits: wishes.limits,
        refines: wishes.refines.is_some(),
        stop: wishes.stop,
    };
    live::play(&**player, &stages, &live, console)
}

/// What is reachable in the models that were asked for: several targets may have one.
struct Models(Vec<(Bounds, Coverage)>);

impl Models {
    /// What any of them reaches.
    fn within(&mut self, all: &[Bounds]) -> Coverage {
        let mut reachable = Coverage::default();
        for bounds in all {
            let known = self.0.iter().position(|(other, _)| other == bounds);
            let place = known.unwrap_or_else(|| {
                self.0.push((*bounds, Coverage::reachable(&Raft::within(*bounds))));
                self.0.len() - 1
            });
            reachable.add(&self.0[place].1);
        }
        reachable
    }
}

/// Refuses to measure by Raft's model what is no Raft.
fn modelled(cli: &Cli, asked: &args::Check, jobs: &[Job<'_>]) -> Result<(), Trouble> {
    let word = match (asked.paths.is_some(), asked.coverage) {
        (true, _) => "--paths",
        (_, true) => "--coverage",
        _ => return Ok(()),
    };
    let strange = jobs.iter().find_map(|job| match job {
        Job::Hunt(entry) if entry.target.models().is_none() => Some(entry),
        _ => None,
    });
    let Some(entry) = strange else { return Ok(()) };
    let healthy = cli.entries.iter().filter(|entry| entry.mutant.is_none());
    let all = healthy.filter(|entry| entry.target.models().is_some());
    let all: Vec<&str> = all.map(|entry| entry.name.as_str()).collect();
    let have = match &all[..] {
        [] => "no target here has one".to_owned(),
        all => format!("those that have one are {} and their mutants", all.join(", ")),
    };
    Err(Trouble::misuse(format!(
        "{word} needs a model of what the nodes do, and {} tells of none of its steps\n{have}",
        entry.name
    )))
}

/// What is to be done for a name.
enum Job<'a> {
    Hunt(&'a Entry),
    Scene(Stage<'a>),
}

/// What the words name, in their order.
fn jobs<'a>(cli: &'a Cli, asked: &args::Check, program: &Program) -> Result<Vec<Job<'a>>, Trouble> {
    let mut jobs = Vec::new();
    for name in &asked.targets {
        if name.starts_with(PREFIX) {
            let stages = cli.stages(name, asked.on.as_deref(), program)?;
            jobs.extend(stages.into_iter().map(Job::Scene));
        } else if asked.vary || asked.on.is_some() {
            let word = if asked.vary { "--vary" } else { "--on" };
            return Err(Trouble::misuse(format!("{word} is for scenarios, such as {PREFIX}all")));
        } else {
            jobs.push(Job::Hunt(cli.find(name, program)?));
        }
    }
    Ok(jobs)
}

/// Hunts, with a bar where there is a terminal.
pub(super) fn hunt(
    entry: &Entry,
    wishes: &Wishes,
    console: &Console<'_, '_>,
) -> Result<Checked, Error> {
    let limit = entry.target.limit(wishes);
    let bar = Bar::new(console.is_terminal(), &entry.name, limit, wishes.time);
    let checked = entry.target.check(wishes, &mut |done| bar.tell(done));
    bar.end();
    checked
}

/// The report, with what it takes to see the same again.
fn report(checked: &Checked, coverage: Option<&[Row]>) -> String {
    let speed = match checked.outcome {
        Outcome::Pass => {
            let what = if checked.tally.paths.is_some() { "paths" } else { "cases" };
            format!("\n  speed     {} {what} a second", count(rate(checked) as u64))
        }
        _ => String::new(),
    };
    let covered = coverage.map_or(String::new(), |rows| format!("\n{}", covered(rows).trim_end()));
    let report = checked.report.trim_end();
    match &checked.tally.paths {
        Some(_) => format!("{report}{covered}{speed}"),
        None => format!("{report}{covered}{speed}\n  seed      {}", checked.seed),
    }
}

fn wishes(asked: &args::Check, program: &Program, stop: Stop) -> Wishes {
    Wishes {
        cases: asked.cases,
        time: asked.seconds,
        seed: asked.seed,
        nodes: asked.nodes,
        clients: asked.clients,
        operations: asked.operations.clone(),
        faults: asked.faults.clone(),
        nemesis: asked.nemesis.clone(),
        sabotage: asked.sabotage,
        measure: asked.measure,
        coverage: asked.coverage,
        guided: asked.guided,
        paths: asked.paths,
        limits: asked.limits.within.clone(),
        refines: asked.limits.refines,
        jobs: asked.jobs.unwrap_or_default() as usize,
        save: (!asked.no_save).then(|| asked.save.clone()),
        saved_first: true,
        replay: program.command("replay") + &limited(&asked.limits),
        stop,
    }
}
