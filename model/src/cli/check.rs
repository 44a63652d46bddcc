//! `check`: names of targets come in; each is hunted in turn, and its report goes out.

use super::Cli;
use super::args;
use super::console::{Console, Exit, Trouble};
use super::given::limited;
use super::json::{CheckObject, Sink, rate};
use super::program::Program;
use super::progress::Bar;
use super::target::{Entry, Wishes};
use crate::campaign::Stop;
use crate::check::{Checked, Outcome};
use crate::error::Error;
use crate::explain::{count, covered};
use crate::reference::raft::Raft;
use crate::reference::raft::coverage::{Coverage, Row};

pub(super) fn check(
    cli: &Cli,
    asked: &args::Check,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let entries: Vec<&Entry> =
        asked.targets.iter().map(|name| cli.find(name, program)).collect::<Result<_, _>>()?;
    let wishes = wishes(asked, program, cli.stop());
    let sink = Sink::open(asked.json.as_deref(), console)?;
    let mut objects = Vec::new();
    let mut worst = Exit::Held;
    let bounds = asked.paths.or(asked.coverage.then_some(Coverage::BOUNDS));
    let reachable = bounds.map(|bounds| Coverage::reachable(&Raft::within(bounds)));
    let reachable = reachable.unwrap_or_default();
    for (place, entry) in entries.iter().enumerate() {
        if place > 0 {
            console.say("")?;
        }
        let (object, exit) = match hunt(entry, &wishes, console) {
            Ok(checked) => {
                let covered = checked.tally.coverage.as_ref();
                let rows = covered.map(|walked| walked.table(&reachable));
                console.say(&report(&checked, rows.as_deref()))?;
                (
                    CheckObject::new(&checked, rows.as_deref()),
                    Exit::of(checked.outcome, &wishes.stop),
                )
            }
            Err(error) => {
                console.complain(&Error::within(error.clone(), &entry.name).into());
                (CheckObject::trouble(&entry.name, &error), Exit::Misuse)
            }
        };
        objects.push(object);
        worst = worst.max(exit);
        if wishes.stop.asked() {
            // What was not begun has no result.
            break;
        }
    }
    match &objects[..] {
        [one] => sink.write(one, console)?,
        several => sink.write(&several, console)?,
    }
    Ok(worst)
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
