//! `shrink`: a saved failure comes in; a smaller one is written beside it, or in place of one that
//! no longer takes hold.

use super::Cli;
use super::args;
use super::confirm::near;
use super::console::{Console, Exit, Trouble};
use super::given::Given;
use super::json::{ShrinkObject, Sink};
use super::program::Program;
use super::progress::Bar;
use crate::check::{Size, Smaller};
use crate::explain::{count, counted, labelled};
use std::path::{Path, PathBuf};

pub(super) fn shrink(
    cli: &Cli,
    asked: &args::Shrink,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let given = Given::read(&asked.which.file, console)?;
    let target = asked.which.target.as_deref();
    let entry = given.target(cli, target, program)?;
    let sink = Sink::open(asked.json.file(), console)?;
    let wishes = near(&asked.near, given.replay(target, &asked.near.limits, program), cli.stop());
    let limit = asked.refresh.then_some(asked.near.cases);
    let bar = Bar::new(console.is_terminal() && asked.refresh, &entry.name, limit, None);
    let told = &mut |done| bar.tell(done);
    let smaller = entry.target.shrink(&given.saved, asked.refresh, &wishes, told);
    bar.end();
    let smaller = match smaller {
        Ok(Some(smaller)) => smaller,
        Ok(None) => {
            let why = format!("none of {} neighbours fails as it did", count(asked.near.cases));
            console.say(&format!("{}: {why}; {} stays as it is", entry.name, given.place))?;
            sink.write(&ShrinkObject::trouble(&given.place, &entry.name, &why), console)?;
            let stopped = wishes.stop.asked();
            return Ok(if stopped { Exit::Interrupted } else { Exit::Inconclusive });
        }
        Err(error) => {
            let object = ShrinkObject::trouble(&given.place, &entry.name, &error.to_string());
            sink.write(&object, console)?;
            return Err(error.within(format!("{} cannot be shrunk", given.place)).into());
        }
    };
    // The report comes first: what cannot be written is not lost then.
    console.say(&report(&entry.name, &smaller))?;
    let out = out(asked, &given, &smaller);
    match &out {
        Some(out) => {
            smaller.saved.write(out, None)?;
            console.say(&format!("  written   {}", out.display()))?;
        }
        None if smaller.changed => console.say(&format!("\n{}", smaller.saved.to_text()))?,
        None => {}
    }
    let object = ShrinkObject::new(&given.place, &entry.name, &smaller, out.as_deref());
    sink.write(&object, console)?;
    let cut = wishes.stop.asked() && !smaller.minimal;
    Ok(if cut { Exit::Interrupted } else { Exit::Held })
}

/// Where the new schedule goes. What did not change is only written where that is asked for.
fn out(asked: &args::Shrink, given: &Given<'_>, smaller: &Smaller) -> Option<PathBuf> {
    if let Some(out) = &asked.out {
        return Some(out.clone());
    }
    let file = given.file.filter(|_| smaller.changed)?;
    Some(if asked.refresh { file.to_owned() } else { beside(file) })
}

/// `034f064f.small.schedule` for `034f064f.schedule`.
fn beside(file: &Path) -> PathBuf {
    let ending = file.extension().map_or("schedule".into(), |e| e.to_string_lossy().into_owned());
    file.with_extension(format!("small.{ending}"))
}

fn report(name: &str, smaller: &Smaller) -> String {
    let Smaller { before, after, .. } = smaller;
    let mut lines = vec![smaller.report.trim_end().to_owned(), String::new()];
    let said = match (smaller.neighbour, smaller.changed) {
        (Some(number), _) => {
            let place = count(number);
            format!("REFRESHED, it passes now; neighbour {place} of it fails as it did")
        }
        (None, true) => "SMALLER".to_owned(),
        (None, false) => "no smaller one was found: it stays as it is".to_owned(),
    };
    lines.push(format!("{name}: {said}"));
    let mut line = |label: &str, text: &str| lines.extend(labelled(label, text, 6));
    line("was", &size(*before));
    line("is", &size(*after));
    line("fails", &smaller.failure.to_string());
    for (place, gone) in smaller.gone.iter().enumerate() {
        line(if place == 0 { "gone" } else { "" }, gone.trim());
    }
    let shown = match smaller.minimal {
        true => "minimal: each step was removed alone, and the failure vanished",
        false => "not shown minimal",
    };
    line("sure", shown);
    lines.join("\n")
}

fn size(size: Size) -> String {
    format!(
        "{}, {}, {}",
        counted(size.steps as u64, "step"),
        counted(size.nodes.into(), "node"),
        counted(size.faults as u64, "fault")
    )
}
