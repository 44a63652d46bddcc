//! The options of the commands that take a saved schedule: `replay`, `confirm` and `shrink`. Doc
//! comments are the text of `--help`.

use super::shared::{Json, Limits};
use super::values::{cases, number, seed};
use std::path::PathBuf;

/// Which schedule, and what it is run on.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Which {
    /// The schedule; `-` reads standard input
    #[arg(value_name = "SCHEDULE")]
    pub(in crate::cli) file: PathBuf,
    /// On this target, instead of the one that the file names
    #[arg(long, value_name = "TARGET")]
    pub(in crate::cli) target: Option<String>,
}

#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Replay {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    /// Show the whole run first, with the nodes' own `tracing`
    /// events between the others
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) log: bool,
    /// Tell what `check --measure` tells, of this run alone
    #[arg(long)]
    pub(in crate::cli) measure: bool,
    #[command(flatten)]
    pub(in crate::cli) limits: Limits,
    /// Write what its clients asked of registers and were
    /// told to FILE, for any checker of histories: as
    /// Jepsen's EDN if the name ends in .edn, as JSON lines
    /// if in .jsonl
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) history: Option<PathBuf>,
    /// End as `git bisect run` wants it: 0 if it passes, 1 if
    /// it fails as it did, 125 if neither can be told, 128 if
    /// there is no such file
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) bisect: bool,
    #[command(flatten)]
    pub(in crate::cli) json: Json,
}

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(in crate::cli) struct Confirm {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    #[command(flatten)]
    pub(in crate::cli) near: Near,
    /// Where the smallest neighbour that fails is
    /// saved
    #[arg(long, value_name = "DIR", default_value = "proptest-regressions")]
    #[arg(verbatim_doc_comment)]
    pub(in crate::cli) save: PathBuf,
    /// Save nothing
    #[arg(long, conflicts_with = "save")]
    pub(in crate::cli) no_save: bool,
    #[command(flatten)]
    pub(in crate::cli) json: Json,
}

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(in crate::cli) struct Shrink {
    #[command(flatten)]
    pub(in crate::cli) which: Which,
    /// If it passes now, look among its neighbours for one
    /// that fails as it did; shrink that, and rewrite the
    /// file
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) refresh: bool,
    #[command(flatten)]
    pub(in crate::cli) near: Near,
    /// Write to this file [default: beside the old one, with
    /// `.small` in its name; with --refresh the old one]
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) out: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) json: Json,
}

/// Which neighbours are run, and how.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Near {
    #[command(flatten)]
    pub(in crate::cli) limits: Limits,
    /// So many neighbours
    #[arg(long, value_name = "N", value_parser = cases, default_value = "10000")]
    pub(in crate::cli) cases: u64,
    /// Where they come from, 42 or 0x2a: the same seed gives
    /// the same neighbours [default: a new one]
    #[arg(long, value_name = "S", value_parser = seed, verbatim_doc_comment)]
    pub(in crate::cli) seed: Option<u64>,
    /// On so many threads [default: all cores]
    #[arg(long, value_name = "J", value_parser = |text: &str| number(text, 1_024, "jobs"))]
    pub(in crate::cli) jobs: Option<u32>,
}
