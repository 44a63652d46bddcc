//! No command: a short tour goes out. A healthy cluster is checked, then a planted bug is found,
//! shrunk and explained, so that a newcomer has seen in a few seconds what all of this is for.

use super::Cli;
use super::check::hunt;
use super::console::{Console, Exit, Trouble};
use super::json::rate;
use super::program::Program;
use super::target::Entry;
use super::wishes::Wishes;
use crate::check::Outcome;
use crate::explain::{count, counted};
use std::path::{Path, PathBuf};

/// Cases that the healthy cluster has to pass.
const HEALTHY: u64 = 2_000;
/// Cases in which the planted bug has to show itself.
const PLANTED: u64 = 100_000;
/// The same tour for everybody.
const SEED: u64 = 53;

pub(super) fn tour(
    cli: &Cli,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let stops = cli.tour.as_ref();
    let target = match stops {
        Some((target, _)) => Some(cli.find(target, program)?),
        None => cli.entries.iter().find(|entry| entry.mutant.is_none()),
    };
    let mutant = match stops {
        Some((_, mutant)) => Some(cli.find(mutant, program)?),
        None => cli.entries.iter().find(|entry| entry.mutant.is_some()),
    };
    let Some(target) = target else {
        return Err(Trouble::misuse(
            "this command has no targets: add one with `schism::cli().target(name, boot)`",
        ));
    };
    let healthy = healthy(target, program, console)?;
    let planted = match mutant {
        Some(mutant) => planted(mutant, program, console)?,
        None => Exit::Held,
    };
    console.say(&next(target, program))?;
    Ok(healthy.max(planted))
}

fn healthy(
    target: &Entry,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let nodes = counted(target.target.nodes().into(), "node");
    console.say(&format!(
        "1. {}, {nodes}: {} cases, each with faults made up anew\n",
        target.name,
        count(HEALTHY)
    ))?;
    let checked = hunt(target, &wishes(HEALTHY, program), console)?;
    console.say(checked.report.trim_end())?;
    if checked.outcome == Outcome::Pass {
        console.say(&format!("  speed     {} cases a second", count(rate(&checked) as u64)))?;
    }
    Ok(checked.outcome.into())
}

fn planted(
    mutant: &Entry,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    console.say(&format!("\n2. the same with a bug planted: {}\n", mutant.sentence))?;
    let checked = hunt(mutant, &wishes(PLANTED, program), console)?;
    console.say(checked.report.trim_end())?;
    Ok(match checked.outcome {
        Outcome::Fail => Exit::Held,
        Outcome::Pass | Outcome::Unknown => Exit::Inconclusive,
    })
}

fn next(target: &Entry, program: &Program) -> String {
    format!(
        "\n3. what to type next\n\n  {}\n  {}",
        program.command("list"),
        program.command(&format!("check {} --seconds 60", target.name)),
    )
}

fn wishes(cases: u64, program: &Program) -> Wishes {
    Wishes {
        cases: Some(cases),
        seed: Some(SEED),
        save: Some(folder()),
        saved_first: false,
        replay: program.command("replay"),
        ..Wishes::default()
    }
}

/// What a tour finds is nobody's regression: it is kept where it is soon swept away.
fn folder() -> PathBuf {
    let target = Path::new("target");
    let base = if target.is_dir() { target.to_owned() } else { std::env::temp_dir() };
    base.join("schism").join("tour")
}
