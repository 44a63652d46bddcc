//! `confirm`: a saved failure comes in; whether it is mended goes out, and how far that can be
//! trusted.

use super::Cli;
use super::args;
use super::console::{Console, Exit, Trouble};
use super::given::Given;
use super::json::{ConfirmObject, Sink};
use super::program::Program;
use super::progress::Bar;
use super::wishes::Wishes;
use crate::campaign::Stop;
use crate::check::{Confirmed, Outcome, Replayed};
use crate::explain::{count, labelled};

pub(super) fn confirm(
    cli: &Cli,
    asked: &args::Confirm,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let given = Given::read(&asked.which.file, console)?;
    let target = asked.which.target.as_deref();
    let entry = given.target(cli, target, program)?;
    let sink = Sink::open(asked.json.file(), console)?;
    let save = (!asked.no_save).then(|| asked.save.clone());
    let replay = given.replay(target, &asked.near.limits, program);
    let wishes = Wishes { save, ..near(&asked.near, replay, cli.stop()) };
    let bar = Bar::new(console.is_terminal(), &entry.name, wishes.cases, None);
    let told = &mut |done| bar.tell(done);
    let confirmed = entry.target.confirm(&given.saved, given.file, &wishes, told);
    bar.end();
    let confirmed = match confirmed {
        Ok(confirmed) => confirmed,
        Err(error) => {
            sink.write(
                &ConfirmObject::trouble(&given.place, &entry.name, &error.to_string()),
                console,
            )?;
            return Err(error.within(format!("{} cannot be confirmed", given.place)).into());
        }
    };
    console.say(&report(&confirmed))?;
    sink.write(&ConfirmObject::new(&given.place, &confirmed), console)?;
    Ok(Exit::of(confirmed.outcome, &wishes.stop))
}

/// What the words say of neighbours.
pub(super) fn near(asked: &args::Near, replay: String, stop: Stop) -> Wishes {
    Wishes {
        cases: Some(asked.cases),
        limits: asked.limits.within.clone(),
        refines: asked.limits.refines,
        seed: asked.seed,
        jobs: asked.jobs.unwrap_or_default() as usize,
        replay,
        stop,
        ..Wishes::default()
    }
}

fn report(confirmed: &Confirmed) -> String {
    let near = &confirmed.near;
    let mut lines = Vec::new();
    if !confirmed.report.is_empty() {
        lines.push(format!("{}\n", confirmed.report.trim_end()));
    }
    let name = &confirmed.name;
    lines.push(format!("{name}: {}", headline(confirmed)));
    let mut line = |label: &str, text: &str| lines.extend(labelled(label, text, 6));
    line("replay", &replay(&confirmed.replayed));
    let tried = format!(
        "{} tried, {:.1} s: {} fail the same way, {} in another{}{}",
        count(near.tried),
        confirmed.elapsed.as_secs_f64(),
        count(near.same),
        count(near.other),
        some(near.unknown, " without a verdict"),
        if confirmed.stopped { "; stopped by Ctrl-C" } else { "" },
    );
    line("near", &tried);
    for (failure, (n, first)) in &near.failures {
        line("", &format!("{} {failure}, the first is number {}", count(*n), first + 1));
    }
    if near.idle > 0 {
        line("", &format!("in {} passing ones most steps did nothing", count(near.idle)));
    }
    if let Some(bound) = near.bound() {
        let text = format!(
            "0 of {} fail, so with 95% confidence fewer than {} of such neighbours do (rule of \
             three, Hanley and Lippman-Hand 1983)",
            count(near.tried),
            percent(bound)
        );
        line("bound", &text);
    }
    line("seed", &confirmed.seed.to_string());
    lines.join("\n")
}

fn headline(confirmed: &Confirmed) -> &'static str {
    match (&confirmed.replayed, confirmed.outcome) {
        (Replayed::Same(_), _) => "NOT FIXED, it still fails",
        (Replayed::Other(_), _) => "NOT FIXED, it fails in another way now",
        (_, Outcome::Fail) => "NOT FIXED, it passes and neighbours of it fail",
        (_, Outcome::Pass) => "FIXED as far as this shows: it passes, and so do its neighbours",
        _ if confirmed.replayed.is_stale() => "INCONCLUSIVE, it is stale: it proves little",
        _ => "INCONCLUSIVE",
    }
}

fn replay(replayed: &Replayed) -> String {
    match replayed {
        Replayed::Same(now) => format!("same failure, {}", now.failure),
        Replayed::Other(now) => format!("another failure, {}", now.failure),
        Replayed::Passes { took, saved: Some(saved) } if took < saved => format!(
            "passes, but only {took} of its steps took hold, {saved} did when it was saved; \
             `shrink --refresh` looks for a neighbour that fails"
        ),
        Replayed::Passes { took, .. } => format!("passes, {took} of its steps took hold"),
        Replayed::Unknown(why) => format!("unknown, {why}"),
        Replayed::Unreadable(error) => format!("unreadable, {error}"),
    }
}

fn some(n: u64, what: &str) -> String {
    if n == 0 { String::new() } else { format!(", {}{what}", count(n)) }
}

/// A share in percent, with two digits that say something.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = (1.0 - percent.log10().floor()).max(0.0) as usize;
    let text = format!("{percent:.digits$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_two_digits_that_say_something() {
        let said = [3.0 / 10_000.0, 3.0 / 700.0, 3.0 / 30.0, 3.0 / 1e6].map(percent);
        assert_eq!(said, ["0.03%", "0.43%", "10%", "0.0003%"]);
    }
}
