//! `explore` of real nodes: the name of a target or a saved schedule comes in, and an address goes
//! out at which a browser can walk it.

use super::super::args;
use super::super::console::{Console, Exit, Trouble};
use super::super::given::Given;
use super::super::program::Program;
use super::super::target::Entry;
use super::Cli;
use crate::persist::Saved;
use std::path::Path;

/// Walks a target, where the name is one, or a file; nothing where it is neither.
pub(super) fn real(
    cli: &Cli,
    asked: &args::Explore,
    program: &Program,
    console: &mut Console<'_, '_>,
) -> Option<Result<Exit, Trouble>> {
    if let Some(entry) = cli.entries.iter().find(|entry| entry.name == asked.model) {
        return Some(serve(asked, entry, None, console));
    }
    let file = Path::new(&asked.model);
    let named = asked.model == "-" || asked.model.ends_with(".schedule");
    (named || file.is_file()).then(|| {
        let given = Given::read(file, console)?;
        let entry = given.target(cli, asked.target.as_deref(), program)?;
        serve(asked, entry, Some(&given.saved), console)
    })
}

/// Shows real nodes in a browser until Ctrl-C, which ends the process at once.
fn serve(
    asked: &args::Explore,
    entry: &Entry,
    saved: Option<&Saved>,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    if let Some(word) = meant_for_models(asked, saved.is_some()) {
        let what = if saved.is_some() { "a schedule" } else { "real nodes" };
        return Err(Trouble::misuse(format!(
            "{word} is for the models: {what} can be walked, and not searched to the end"
        )));
    }
    let (explorer, opened) = entry.target.walked(saved, asked.nodes, asked.port)?;
    let port = explorer.port().map_err(|error| Trouble::misuse(error.to_string()))?;
    let address = format!("http://127.0.0.1:{port}/");
    console.say(&format!("{}: {address} shows it; Ctrl-C ends", entry.name))?;
    if let Some(broken) = &opened.broken {
        console.say(&format!("  broken    {broken}"))?;
        console.say(&format!("  opens at  {address}#/steps/{}", opened.path))?;
    } else if saved.is_some() {
        console.say("  held      nothing is broken by this schedule now")?;
    }
    explorer.serve().map_err(|error| Trouble::misuse(format!("cannot listen: {error}")))?;
    Ok(Exit::Held)
}

/// An option that means nothing here.
fn meant_for_models(asked: &args::Explore, file: bool) -> Option<&'static str> {
    let given = [
        (asked.headless, "--headless"),
        (asked.bug.is_some(), "--bug"),
        (!asked.bounds.0.is_empty(), "--bounds"),
        (asked.no_symmetry, "--no-symmetry"),
        (asked.seconds.is_some(), "--seconds"),
        (asked.states.is_some(), "--states"),
        (asked.levels.is_some(), "--levels"),
        (asked.jobs.is_some(), "--jobs"),
        (file && asked.nodes.is_some(), "--nodes"),
    ];
    given.into_iter().find(|(given, _)| *given).map(|(_, word)| word)
}
