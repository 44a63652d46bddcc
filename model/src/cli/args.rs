//! Words come in; a command with its options goes out, or how to use it. clap is named here
//! and in the files below alone. Doc comments are the text of `--help`.

mod calibrate;
mod check;
mod explore;
mod history;
mod paths;
mod saved;
mod shared;
mod values;

pub(super) use calibrate::Calibrate;
pub(super) use check::Check;
pub(super) use explore::Explore;
pub(super) use history::History;
pub(super) use saved::{Confirm, Near, Replay, Shrink};
pub(super) use shared::{Json, Limits};

use super::console::{Console, Exit, Trouble};
use super::extra::Extra;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};
use std::ffi::OsString;
use std::path::PathBuf;

/// A property-based model checker for replicated systems
///
/// Without a command it takes a short tour: a healthy cluster is checked, then a
/// planted bug is found, shrunk and explained.
///
/// Exit codes: 0 all properties held; 1 a property failed, and a counterexample
/// was printed; 2 misuse, or trouble of our own; 3 inconclusive; 130 Ctrl-C.
#[derive(Parser, Debug)]
#[command(name = "schism", version, disable_help_subcommand = true, verbatim_doc_comment)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Show targets, mutants, scenarios, faults and properties
    List(List),
    /// Hunt for a schedule that breaks a property, shrink it and explain it
    Check(Check),
    /// Run a saved schedule again, recorded in full
    Replay(Replay),
    /// Does a fix hold? Run a saved schedule and its neighbours
    Confirm(Confirm),
    /// Make a saved schedule smaller, or find a stale one anew
    Shrink(Shrink),
    /// Visit every state of a protocol model
    Explore(Explore),
    /// Measure what the checker finds, and how fast: each mutant is hunted
    /// from many seeds, and the healthy targets must raise no alarm
    #[command(verbatim_doc_comment)]
    Calibrate(Calibrate),
    /// Judge recorded histories, from this or another system
    History(History),
}

#[derive(clap::Args, Debug)]
pub(super) struct List {
    /// Write it as one JSON object too, to FILE or,
    /// without one or for `-`, to standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    #[arg(verbatim_doc_comment)]
    pub(super) json: Option<PathBuf>,
}

/// Words that are no command: an error, or a wish for help.
pub(super) struct Usage(clap::Error);

impl Usage {
    /// Shows help on standard output, and errors on the other one.
    pub(super) fn show(&self, console: &mut Console<'_, '_>) -> Result<Exit, Trouble> {
        // Without its styles, so that it is the same everywhere.
        let text = self.0.render().to_string();
        match self.0.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                console.say(&text)?;
                Ok(Exit::Held)
            }
            _ => {
                console.note(&text);
                Ok(Exit::Misuse)
            }
        }
    }
}

/// Reads the words of a command line, of which the first is the program.
pub(super) fn parse(name: &str, words: &[OsString], extras: &[Extra]) -> Result<Arguments, Usage> {
    let own = Arguments::command().bin_name(name.to_owned());
    // Those of the program's own are run before these words are read: here they are only shown.
    let command = extras.iter().fold(own, |command, extra| {
        let shown = clap::Command::new(extra.name).about(extra.sentence);
        command.subcommand(shown)
    });
    let matches = command.try_get_matches_from(words).map_err(Usage)?;
    Arguments::from_arg_matches(&matches).map_err(Usage)
}

/// Whether every program has a command of this name.
pub(super) fn is_command(name: &str) -> bool {
    Arguments::command().find_subcommand(name).is_some()
}
