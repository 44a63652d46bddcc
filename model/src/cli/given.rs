//! The words of a command come in; the schedule that they name goes out, and the target that it is
//! run on. It must not know what is done with them.

use super::Cli;
use super::args::Limits;
use super::console::{Console, Trouble};
use super::program::Program;
use super::scenes;
use super::target::Entry;
use crate::persist::{self, Saved};
use std::path::Path;

/// A schedule that was read.
pub(super) struct Given<'a> {
    pub(super) saved: Saved,
    /// Where it is; nowhere if it came from standard input.
    pub(super) file: Option<&'a Path>,
    /// The same, for people.
    pub(super) place: String,
}

impl<'a> Given<'a> {
    /// Reads a file, or standard input for `-`.
    pub(super) fn read(
        file: &'a Path,
        console: &mut Console<'_, '_>,
    ) -> Result<Given<'a>, Trouble> {
        let file = Some(file).filter(|file| *file != Path::new("-"));
        let saved = match file {
            Some(file) => persist::read(file)?,
            None => Saved::parse(&console.read()?),
        };
        let place = file.map_or_else(|| "standard input".into(), |f| f.display().to_string());
        Ok(Given { saved, file, place })
    }

    /// The target that the words or the file name.
    pub(super) fn target<'c>(
        &self,
        cli: &'c Cli,
        asked: Option<&str>,
        program: &Program,
    ) -> Result<&'c Entry, Trouble> {
        if let Some(name) = asked {
            return cli.find(name, program);
        }
        let place = &self.place;
        let list = program.command("list");
        let Some(name) = &self.saved.target else {
            return Err(Trouble::misuse(format!(
                "{place} names no target: say which with --target\n`{list}` shows all targets"
            )));
        };
        let name = scenes::played_on(name);
        cli.entries.iter().find(|entry| entry.name == name).ok_or_else(|| {
            let name = name.escape_debug();
            Trouble::misuse(format!(
                "{place} is of `{name}`, which is no target of this command\nif it is a test, \
                 `cargo test {name}` replays its saved failures first; else say --target\n\
                 `{list}` shows all targets"
            ))
        })
    }

    /// The command that replays this schedule, but for its file.
    pub(super) fn replay(&self, asked: Option<&str>, limits: &Limits, program: &Program) -> String {
        let mut command = program.command("replay");
        // What is read from standard input names its target anyway.
        if let Some(name) = asked.filter(|_| self.file.is_some()) {
            command.push_str(&format!(" --target {name}"));
        }
        command + &limited(limits)
    }
}

/// What must hold besides, as words of a command line: what they show, only they show again.
pub(super) fn limited(limits: &Limits) -> String {
    let within = limits.within.iter().map(|limit| format!(" --within {limit}"));
    let refines = limits.refines.map(|model| format!(" --refines {}", model.name()));
    within.chain(refines).collect()
}
