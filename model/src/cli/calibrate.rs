//! `calibrate`: mutants come in; what it takes to find each goes out, and how often the healthy
//! targets raise an alarm. It must not know how a hunt works.
//!
//! A measurement that finds nothing may be one of a weak checker, or a broken one. So one mutant is
//! a canary: where a single hunt misses it, there are no figures.

use super::Cli;
use super::args;
use super::console::{Console, Exit, Trouble};
use super::json::Sink;
use super::program::Program;
use super::progress::Bar;
use super::target::{Entry, Mutant, Trials};
use super::wishes::Wishes;
use crate::campaign::{self, Effort, Patience, Stop};
use crate::check::{Stopwatch, Trial};
use crate::error::Error;
use figures::{Calibration, HealthyFigures, Hunted, MutantFigures};
use std::time::Duration;

mod figures;
mod order;
mod page;
mod table;

/// A mutant with what the command line knows of it.
type Known<'a> = (&'a Entry, &'a Mutant);

pub(super) fn calibrate(
    cli: &Cli,
    asked: &args::Calibrate,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let mutants = chosen(cli, asked, program)?;
    let canary = canary(cli)?;
    let page = asked.markdown.as_deref().map(page::Page::open).transpose()?;
    let sink = Sink::open(asked.json.file(), console)?;
    let clock = Stopwatch::start();
    let seconds = asked.seconds.as_secs_f64();
    let mut all = Calibration::new(asked.seeds, asked.seed, seconds, &canary.1.id);
    all.guided_above = asked.guided_above;
    // First, so that nobody waits for figures that are worth nothing.
    let sung = measure(&[canary], asked, console)?;
    guard(&sung[0], asked.seeds)?;
    let others: Vec<Known<'_>> =
        mutants.iter().filter(|(entry, _)| entry.name != canary.0.name).copied().collect();
    let figures = measure(&others, asked, console)?;
    let with_canary = mutants.len() > others.len();
    all.cpu_seconds = sung.iter().chain(&figures).map(|one| one.hunted.cpu_seconds()).sum();
    all.mutants = figures;
    if with_canary {
        all.mutants.extend(sung);
    }
    // In the order in which they were registered.
    let place = |figures: &MutantFigures| mutants.iter().position(|m| m.1.id == figures.mutant);
    all.mutants.sort_by_key(place);
    guided(&mutants, &mut all.mutants, asked, console)?;
    let guided = all.mutants.iter().filter_map(|one| one.guided.as_ref());
    all.guided_cpu_seconds = guided.map(Hunted::cpu_seconds).sum();
    for entry in cli.entries.iter().filter(|entry| entry.mutant.is_none() && asked.healthy > 0) {
        all.healthy.push(healthy(entry, asked, console)?);
    }
    all.seconds = clock.elapsed().as_secs_f64();
    console.say(&table::text(&all))?;
    if let Some(page) = page {
        page.write(&table::markdown(&all))?;
    }
    sink.write(&all, console)?;
    Ok(exit(&all))
}

/// Alarms of healthy targets are failures; how well mutants are found is a figure, not a verdict.
fn exit(all: &Calibration) -> Exit {
    if all.healthy.iter().any(|target| target.alarms > 0) {
        Exit::Failed
    } else if all.healthy.iter().any(|target| target.unknown > 0) {
        Exit::Inconclusive
    } else {
        Exit::Held
    }
}

fn chosen<'a>(
    cli: &'a Cli,
    asked: &args::Calibrate,
    program: &Program,
) -> Result<Vec<Known<'a>>, Trouble> {
    let mut mutants = Vec::new();
    for name in &asked.mutants {
        let full = if name.starts_with("mutant:") { name } else { &format!("mutant:{name}") };
        let entry = cli.find(full, program)?;
        mutants.extend(entry.mutant.as_ref().map(|mutant| (entry, mutant)));
    }
    if mutants.is_empty() {
        mutants.extend(all_mutants(cli));
    }
    Ok(mutants)
}

fn all_mutants(cli: &Cli) -> impl Iterator<Item = Known<'_>> {
    cli.entries.iter().filter_map(|entry| Some((entry, entry.mutant.as_ref()?)))
}

fn canary(cli: &Cli) -> Result<Known<'_>, Trouble> {
    let named = |(entry, _): &Known<'_>| cli.canary.as_ref().is_none_or(|id| *id == entry.name);
    all_mutants(cli).find(named).ok_or_else(|| {
        let wanted = cli.canary.as_deref().unwrap_or("one");
        Trouble::misuse(format!(
            "there is no mutant to measure with, and {wanted} must be found by every hunt: add a \
             known-bad variant with `schism::cli().mutant(..)`"
        ))
    })
}

fn guard(canary: &MutantFigures, seeds: u32) -> Result<(), Trouble> {
    if canary.hunted.found == seeds as usize {
        return Ok(());
    }
    Err(Trouble::misuse(format!(
        "the measurement itself is broken: the canary {} ({}) must be found by every hunt, and {} \
         of {seeds} found it.\nNo figure of this run could be trusted, so there are none. Does its \
         defect still do something, and do its faults happen?",
        canary.target, canary.sentence, canary.hunted.found
    )))
}

/// Hunts each mutant from each seed.
fn measure(
    mutants: &[Known<'_>],
    asked: &args::Calibrate,
    console: &Console<'_, '_>,
) -> Result<Vec<MutantFigures>, Trouble> {
    let by_mutant = hunts(mutants, false, asked, console)?;
    let figures = mutants.iter().zip(by_mutant).map(|((entry, mutant), trials)| {
        let test_cases = entry.target.limit(&Wishes::default());
        MutantFigures::new(entry, mutant, test_cases, &trials)
    });
    Ok(figures.collect())
}

/// Hunts with guidance those that are not among the first cases anyway.
fn guided(
    mutants: &[Known<'_>],
    figures: &mut [MutantFigures],
    asked: &args::Calibrate,
    console: &Console<'_, '_>,
) -> Result<(), Trouble> {
    let is_hard = |one: &MutantFigures| {
        one.hunted.schedules_median.is_none_or(|median| median > asked.guided_above)
    };
    let hard: Vec<Known<'_>> = mutants
        .iter()
        .filter(|(_, mutant)| figures.iter().any(|one| one.mutant == mutant.id && is_hard(one)))
        .copied()
        .collect();
    if hard.is_empty() {
        return Ok(());
    }
    for ((_, mutant), trials) in hard.iter().zip(hunts(&hard, true, asked, console)?) {
        let same = figures.iter_mut().filter(|one| one.mutant == mutant.id);
        same.for_each(|one| one.guided = Some(Hunted::new(&trials)));
    }
    Ok(())
}

/// Hunts each mutant from each seed, by seeds. Each hunt has one thread; as many run at once as is
/// asked for.
fn hunts(
    mutants: &[Known<'_>],
    guided: bool,
    asked: &args::Calibrate,
    console: &Console<'_, '_>,
) -> Result<Vec<Vec<Trial>>, Trouble> {
    let trials: Vec<Trials> = mutants
        .iter()
        .map(|(entry, _)| entry.target.trials(asked.seconds, guided))
        .collect::<Result<_, _>>()?;
    let (count, seeds, first) = (mutants.len(), asked.seeds as usize, asked.seed);
    let effort = Effort {
        cases: (count * seeds) as u64,
        time: None,
        jobs: asked.jobs.unwrap_or_default() as usize,
    };
    // Neighbours are of different mutants, so that the slow ones do not come all at the end.
    let hunt = move |done: &mut Vec<Done>, number: u64| {
        let (mutant, seed) = (number as usize % count, first.wrapping_add(number / count as u64));
        let trial = trials[mutant](seed);
        let failed = trial.is_err();
        done.push((mutant, trial));
        failed
    };
    let name = match (guided, count) {
        (true, _) => "guided",
        (_, 1) => "the canary",
        _ => "mutants",
    };
    let bar = Bar::new(console.is_terminal(), name, effort.limit(), None).of("hunts");
    // The limit is one of CPU time: on a busy machine it takes longer, and then comes shrinking.
    let patience = Patience { limit: asked.seconds * 20 + Duration::from_secs(120), stuck };
    // Half a measurement is none: Ctrl-C ends it at once.
    let (stop, told) = (Stop::default(), &mut |done| bar.tell(done));
    let ran = campaign::run_with(&effort, &stop, &patience, Vec::new, hunt, told);
    bar.end();
    let mut by_mutant: Vec<Vec<Trial>> = vec![Vec::new(); count];
    for (mutant, trial) in ran?.0.into_iter().flatten() {
        let trial = trial.map_err(|error| error.within(&mutants[mutant].0.name))?;
        by_mutant[mutant].push(trial);
    }
    for trials in &mut by_mutant {
        trials.sort_by_key(|trial| trial.seed.wrapping_sub(first));
    }
    Ok(by_mutant)
}

/// A hunt that is done: of which mutant, and what it took.
type Done = (usize, Result<Trial, Error>);

fn stuck(_: u64, limit: Duration) -> Error {
    Error::new(format!(
        "a hunt has not ended after {} s of real time: a mutant does not return from handling an \
         event; `check` on each of them shows which",
        limit.as_secs()
    ))
}

fn healthy(
    entry: &Entry,
    asked: &args::Calibrate,
    console: &Console<'_, '_>,
) -> Result<HealthyFigures, Trouble> {
    let bar = Bar::new(console.is_terminal(), &entry.name, Some(asked.healthy), None);
    let jobs = asked.jobs.unwrap_or_default() as usize;
    let alarms = entry.target.alarms(asked.seed, asked.healthy, jobs, &mut |done| bar.tell(done));
    bar.end();
    let alarms = alarms.map_err(|error| error.within(&entry.name))?;
    Ok(HealthyFigures::new(&entry.name, asked.seed, &alarms))
}
