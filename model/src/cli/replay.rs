//! `replay`: a saved schedule comes in and is run again, in full; what it shows now goes out, and
//! how that compares with what it showed when it was saved.

use super::Cli;
use super::args::{self, Limits};
use super::console::{Console, Exit, Trouble};
use super::given::Given;
use super::history::write::{Manner, write};
use super::json::{ReplayObject, Sink};
use super::program::Program;
use super::target::{Again, Entry, Wanted};
use crate::check::Replayed;
use crate::explain::{self, counted};
use crate::persist::Saved;
use std::path::Path;

pub(super) fn replay(
    cli: &Cli,
    asked: &args::Replay,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let given = match Given::read(&asked.which.file, console) {
        Ok(given) => given,
        // A file that is not there is not there at any commit: that ends the search.
        Err(trouble) if asked.bisect => {
            console.complain(&trouble);
            return Ok(Exit::NoBisect);
        }
        Err(trouble) => return Err(trouble),
    };
    match again(cli, asked, &given, program, console) {
        Ok((exit, _)) if !asked.bisect => Ok(exit),
        Ok((_, replayed)) => Ok(bisected(&replayed)),
        Err(trouble) if asked.bisect => {
            console.complain(&trouble);
            Ok(Exit::Skip)
        }
        Err(trouble) => Err(trouble),
    }
}

/// What `git bisect run` is to make of it: a commit that shows neither the failure nor its absence
/// is skipped.
fn bisected(replayed: &Replayed) -> Exit {
    match replayed {
        Replayed::Same(_) => Exit::Failed,
        Replayed::Passes { .. } if !replayed.is_stale() => Exit::Held,
        _ => Exit::Skip,
    }
}

fn again(
    cli: &Cli,
    asked: &args::Replay,
    given: &Given<'_>,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<(Exit, Replayed), Trouble> {
    let Given { saved, file, place } = given;
    let name = asked.which.target.as_deref();
    let entry = given.target(cli, name, program)?;
    let sink = Sink::open(asked.json.file(), console)?;
    let command = given.replay(name, &asked.limits, program);
    let limits = &asked.limits.within[..];
    let manner = asked.history.as_deref().map(Manner::of).transpose().map_err(Trouble::misuse)?;
    let (story, measures, history) = (asked.log, asked.measure, manner.is_some());
    let refines = asked.limits.refines;
    let wanted = Wanted { story, measures, history, limits, refines };
    let again = match entry.target.replay(saved, *file, &command, wanted) {
        Ok(again) => again,
        Err(error) => {
            let object = ReplayObject::unreadable(place, &entry.name, saved, Some(&error));
            sink.write(&object, console)?;
            let text = format!("{place} cannot be read by {}", entry.name);
            return Err(error.within(text).into());
        }
    };
    if let Some(story) = &again.story {
        console.say(story)?;
        console.say("")?;
    }
    console.say(&report(entry, saved, &again, &asked.limits))?;
    if let (Some(file), Some(manner)) = (&asked.history, manner) {
        console.say(&written(file, manner, &again)?)?;
    }
    sink.write(&ReplayObject::new(place, &entry.name, saved, &again), console)?;
    Ok((again.checked.outcome.into(), again.replayed))
}

/// Writes the history of the run, and says what is in the file.
fn written(file: &Path, manner: Manner, again: &Again) -> Result<String, Trouble> {
    let name = file.display();
    let Some((history, left_out)) = &again.history else { return Ok(String::new()) };
    if history.operations.is_empty() {
        let why = "none of the run's operations is one on a register";
        return Err(Trouble::misuse(format!("cannot write {name}: {why}")));
    }
    let text = write(history, manner, &|_| None);
    std::fs::write(file, text)
        .map_err(|error| Trouble::misuse(format!("cannot write {name}: {error}")))?;
    let operations = counted(history.operations.len() as u64, "operation");
    let others = match left_out {
        0 => String::new(),
        others => format!("; {others} on other objects left out, which are judged by themselves"),
    };
    Ok(format!("  history   {operations} in {name}{others}"))
}

fn report(entry: &Entry, saved: &Saved, again: &Again, limits: &Limits) -> String {
    let mut lines = match &again.replayed {
        Replayed::Same(_) | Replayed::Other(_) => again.checked.report.trim_end().to_owned(),
        Replayed::Unknown(why) => format!("{}: UNKNOWN, {why}", entry.name),
        _ => format!("{}: held", entry.name),
    };
    let mut line = |label: &str, text: &str| lines.push_str(&format!("\n  {label:<10}{text}"));
    line("verdict", &verdict(saved, again));
    let was = saved.digest.map(|digest| digest.to_string());
    let compared = match was {
        Some(was) if was == again.ran.digest => ", as when it was saved".to_owned(),
        Some(was) => format!(", when it was saved {was}"),
        None => String::new(),
    };
    line("trace", &format!("{}{compared}", again.ran.digest));
    let mut properties = entry.target.properties();
    properties.extend(limits.within.iter().map(|limit| format!("within {}", limit.figure)));
    properties.extend(limits.refines.map(|model| format!("refines({})", model.name())));
    if let Some(failure) = &saved.failure
        && !properties.contains(&failure.property)
    {
        let known = properties.join(", ");
        let property = &failure.property;
        line("note", &format!("it broke `{property}`, which is not asked of this target: {known}"));
    }
    if let Some(measures) = &again.ran.measures {
        lines.push('\n');
        lines.push_str(explain::measured(measures).trim_end());
    }
    lines
}

/// What became of the saved failure, in one line.
fn verdict(saved: &Saved, again: &Again) -> String {
    let (took, steps) = (again.ran.took_hold, again.ran.steps);
    let held = format!("{took} of its {steps} steps took hold");
    match (&again.replayed, &saved.failure) {
        (Replayed::Same(now), Some(_)) => format!("same failure, {}", now.failure),
        (Replayed::Same(now), None) => format!("fails, {}", now.failure),
        (Replayed::Other(now), _) => format!("another failure, {}", now.failure),
        (Replayed::Passes { saved: Some(before), .. }, _) if again.replayed.is_stale() => {
            format!("passes now, but is stale: {held}, {before} did when it was saved")
        }
        (Replayed::Passes { .. }, _) => format!("passes now, {held}"),
        (Replayed::Unknown(_), _) => format!("unknown, {held}"),
        (Replayed::Unreadable(error), _) => format!("unreadable, {error}"),
    }
}
