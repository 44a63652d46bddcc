//! The options of `check`. Doc comments are the text of `--help`.

use super::paths;
use super::shared::{Json, Limits};
use super::values::{cases, nemesis, number, range, seconds, seed};
use crate::fault::Nemesis;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(in crate::cli) struct Check {
    /// What to check, one after the other: `raft-rs`, `mutant:PM09`,
    /// `scenario:leader-crash`; `list` shows all
    #[arg(required = true, value_name = "TARGET", verbatim_doc_comment)]
    pub(in crate::cli) targets: Vec<String>,
    /// So many cases [default: the target's own number,
    /// or with --seconds as many as the time allows]
    #[arg(long, value_name = "N", value_parser = cases, verbatim_doc_comment)]
    pub(in crate::cli) cases: Option<u64>,
    /// No longer than this, in seconds of real time
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(in crate::cli) seconds: Option<Duration>,
    /// Where the cases come from, 42 or 0x2a: the same seed
    /// and options give the same cases [default: a new one]
    #[arg(long, value_name = "S", value_parser = seed, verbatim_doc_comment)]
    pub(in crate::cli) seed: Option<u64>,
    /// So many nodes
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 2_000, "nodes"))]
    pub(in crate::cli) nodes: Option<u32>,
    /// So many clients
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 1_000, "clients"))]
    pub(in crate::cli) clients: Option<u32>,
    /// From A to B operations in a case, or just A
    #[arg(long, value_name = "A..B", value_parser = |text: &str| range(text, "operations"))]
    pub(in crate::cli) operations: Option<RangeInclusive<u32>>,
    /// From A to B faults in a case, or just A
    #[arg(long, value_name = "A..B", value_parser = |text: &str| range(text, "faults"))]
    pub(in crate::cli) faults: Option<RangeInclusive<u32>>,
    /// The faults that may happen: loss,crashes,down:1 (the
    /// words are those of `list`), or everything, or nothing
    /// [default: what the target claims to survive]
    #[arg(long, value_name = "LIST", value_parser = nemesis, verbatim_doc_comment)]
    pub(in crate::cli) nemesis: Option<Nemesis>,
    /// Ask of each way to break the world's promises whether
    /// the check notices, in as many cases as the hunt has
    /// [default: a tenth of them, where a full hunt held]
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) sabotage: bool,
    /// Tell how long clients waited, how often they were
    /// refused, how long nobody led, and how long it took to
    /// recover from each kind of fault, in virtual time
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) measure: bool,
    /// Tell how much of Raft's model the runs walked: states
    /// and edges of a node among the others, by what makes
    /// the step
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) coverage: bool,
    /// Of scenarios, run variations: other nodes, times and
    /// draws, some with noise or further faults
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) vary: bool,
    /// Run scenarios on this target, instead of the one that
    /// each was written for
    #[arg(long, value_name = "TARGET", verbatim_doc_comment)]
    pub(in crate::cli) on: Option<String>,
    /// Make half of the cases from earlier ones that walked
    /// something new of Raft's model
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) guided: bool,
    /// Instead of generated cases: paths that cover the
    /// edges of Raft's model, followed by the real nodes and
    /// held against it. Tells what of it they took. It is
    /// the model of --coverage, or has these bounds, such as
    /// terms:2,requests:1
    #[arg(long, value_name = "BOUNDS", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "", value_parser = paths::bounds, verbatim_doc_comment)]
    #[arg(conflicts_with_all = ["cases", "seed", "nodes", "clients", "operations", "faults",
        "guided"])]
    pub(in crate::cli) paths: Option<crate::reference::raft::Bounds>,
    #[command(flatten)]
    pub(in crate::cli) limits: Limits,
    /// On so many threads [default: all cores]
    #[arg(long, value_name = "J", value_parser = |text: &str| number(text, 1_024, "jobs"))]
    pub(in crate::cli) jobs: Option<u32>,
    /// Where failures are saved, and those saved before are
    /// run first
    #[arg(long, value_name = "DIR", default_value = "proptest-regressions")]
    #[arg(verbatim_doc_comment)]
    pub(in crate::cli) save: PathBuf,
    /// Save nothing, and run nothing that was saved
    #[arg(long, conflicts_with = "save")]
    pub(in crate::cli) no_save: bool,
    #[command(flatten)]
    pub(in crate::cli) json: Json,
}
