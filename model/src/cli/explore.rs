//! `explore`: the name of a protocol model and bounds come in; every state is visited, and what was
//! found goes out. It must not know what is modelled.

use super::args;
use super::console::{Console, Exit, Trouble};
use super::json::{ExploreObject, Sink};
use super::program::Program;
use super::progress::Bar;
use super::{Cli, interrupt};
use crate::campaign::Stop;
use crate::explain::count;
use crate::explore::{Page, Progress};

mod liveness;
pub(super) mod models;
mod report;
mod walk;

use models::Wishes;
pub(super) use models::{Explored, Found, Modelled, models};

pub(super) fn explore(
    cli: &Cli,
    asked: &args::Explore,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let all = models();
    let is_model = all.iter().any(|model| model.name() == asked.model);
    if !is_model && let Some(walked) = walk::real(cli, asked, program, console) {
        return walked;
    }
    if asked.target.is_some() {
        return Err(Trouble::misuse("--target is for a schedule in a file"));
    }
    let model = find(&all, &asked.model, program)?;
    let wishes = wishes(asked, model)?;
    if !asked.headless {
        return serve(model, &wishes, asked.port, console);
    }
    if cli.listens {
        interrupt::listen(&wishes.stop);
    }
    let sink = Sink::open(asked.json.as_deref(), console)?;
    let bar = Bar::new(console.is_terminal(), &asked.model, None, wishes.time);
    let explored = model.explore(&wishes, &mut |progress| bar.say(line(progress)));
    bar.end();
    console.say(&report::report(&explored))?;
    sink.write(&ExploreObject::new(&explored), console)?;
    Ok(match explored.verdict() {
        "pass" => Exit::Held,
        "fail" => Exit::Failed,
        _ if wishes.stop.asked() => Exit::Interrupted,
        _ => Exit::Inconclusive,
    })
}

/// Shows the model in a browser until Ctrl-C, which ends the process at once.
fn serve(
    model: &dyn Modelled,
    wishes: &Wishes,
    port: u16,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let failed = |error| Trouble::misuse(format!("cannot listen on port {port}: {error}"));
    let explorer = model.open(wishes, port).map_err(failed)?;
    let address = format!("http://127.0.0.1:{}/", explorer.port().map_err(failed)?);
    console.say(&format!("{}: {address} shows it; Ctrl-C ends", model.name()))?;
    let mut page = Page { title: model.name().to_owned(), ..Page::default() };
    if wishes.bug.is_some() {
        let explored = model.explore(wishes, &mut |_| {});
        if let Some((judged, steps, _)) = explored.broken() {
            page.broken = Some((judged.name.to_owned(), judged.name.to_owned()));
            page.opening.clone_from(&steps.places);
            let (name, places) = (judged.name, page.path());
            console.say(&format!("  broken    {name}: {address}#/steps/{places}"))?;
        }
    }
    explorer.showing(page).serve().map_err(failed)?;
    Ok(Exit::Held)
}

fn find<'a>(
    all: &'a [Box<dyn Modelled>],
    name: &str,
    program: &Program,
) -> Result<&'a dyn Modelled, Trouble> {
    let names: Vec<&str> = all.iter().map(|model| model.name()).collect();
    let found = all.iter().map(|model| &**model).find(|model| model.name() == name);
    found.ok_or_else(|| {
        let list = program.command("list");
        unknown("model", name, &names, &format!("`{list}` shows all models and targets"))
    })
}

fn unknown(what: &str, name: &str, known: &[&str], then: &str) -> Trouble {
    let near = crate::schedule::nearest(name, known);
    let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
    Trouble::misuse(format!("unknown {what} `{}`{near}\n{then}", name.escape_debug()))
}

fn wishes(asked: &args::Explore, model: &dyn Modelled) -> Result<Wishes, Trouble> {
    let names: Vec<&str> = model.bugs().iter().map(|(name, _)| *name).collect();
    let all = |what: &str, names: &[&str]| {
        format!("the {what} of {} are: {}", model.name(), names.join(", "))
    };
    let bug = asked.bug.as_deref().map(|bug| {
        let place = names.iter().position(|name| *name == bug);
        place.ok_or_else(|| unknown("bug", bug, &names, &all("bugs", &names)))
    });
    let bug = bug.transpose()?;
    let usual = if asked.liveness { model.usual_live(bug) } else { Some(model.usual(bug)) };
    let none = || Trouble::misuse(format!("{} states no liveness", model.name()));
    let mut bounds = usual.ok_or_else(none)?;
    let names: Vec<&str> = model.bounds().iter().map(|bound| bound.name).collect();
    let nodes = asked.nodes.map(|nodes| ("nodes".to_owned(), nodes as u8));
    let said: Vec<_> = nodes.iter().chain(&asked.bounds.0).collect();
    for (before, (name, number)) in said.iter().enumerate() {
        if said[..before].iter().any(|(other, _)| other == name) {
            return Err(Trouble::misuse(format!("{name}: said twice")));
        }
        let place = names.iter().position(|known| known == name);
        let place = place.ok_or_else(|| unknown("bound", name, &names, &all("bounds", &names)))?;
        let bound = model.bounds()[place];
        if !(bound.least..=bound.most).contains(number) {
            let (least, most) = (bound.least, bound.most);
            return Err(Trouble::misuse(format!("{name}: expected from {least} to {most}")));
        }
        bounds[place] = *number;
    }
    Ok(Wishes {
        bounds,
        bug,
        symmetry: !asked.no_symmetry,
        liveness: asked.liveness,
        time: asked.seconds,
        states: asked.states,
        levels: asked.levels,
        jobs: asked.jobs.unwrap_or_default() as usize,
        stop: Stop::default(),
    })
}

/// How far it is, on one line.
fn line(progress: &Progress) -> String {
    let rate = report::rate(progress);
    let (states, waiting) = (count(progress.distinct), count(progress.frontier));
    let memory = count(progress.memory >> 20);
    let depth = progress.depth;
    format!("level {depth}, {states} states, {rate} a second, {waiting} wait, {memory} MiB")
}
