//! The options of `history`; see `args.rs`.

use super::Json;
use super::values::{cases, number};
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(in crate::cli) struct History {
    /// The files, compressed (gzip) or not; `-` is standard
    /// input
    #[arg(required_unless_present = "expect", value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// How they are written: hist, edn, porcupine-kv,
    /// json-lines, jepsen-log or interval-rows
    /// [default: as their content says]
    #[arg(long, value_name = "F", verbatim_doc_comment)]
    pub(in crate::cli) format: Option<String>,
    /// The object that they are of, where their words may
    /// mean several: register, counter, set, queue, ...
    #[arg(long, value_name = "S", verbatim_doc_comment)]
    pub(in crate::cli) spec: Option<String>,
    /// The first value of each register
    #[arg(long, value_name = "V")]
    pub(in crate::cli) init: Option<String>,
    /// What was promised instead of linearizability:
    /// sequential, session (all of the next four),
    /// read-your-writes, monotonic-reads, monotonic-writes
    /// or writes-follow-reads
    #[arg(long, value_name = "P", verbatim_doc_comment)]
    pub(in crate::cli) consistency: Option<String>,
    /// Show an order that explains a file that is
    /// linearizable
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) witness: bool,
    /// Compare with the verdicts of a table, whose columns
    /// path, format, init and verdict are found by name
    #[arg(long, value_name = "TSV", verbatim_doc_comment)]
    pub(in crate::cli) expect: Option<PathBuf>,
    /// Draw the operations that contradict each other into
    /// FILE, as SVG, if the history is not linearizable
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) svg: Option<PathBuf>,
    /// Write the history to FILE too: as Jepsen's EDN if the
    /// name ends in .edn, as JSON lines if in .jsonl
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) write: Option<PathBuf>,
    /// So many steps of the search for each part of an
    /// object
    #[arg(long, value_name = "N", default_value = "10000000", verbatim_doc_comment)]
    #[arg(value_parser = cases)]
    pub(in crate::cli) budget: u64,
    /// A history that takes more than so many MiB of memory
    /// is judged as it is read, and not held
    #[arg(long, value_name = "MIB", default_value = "1024", verbatim_doc_comment)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    pub(in crate::cli) memory: u64,
    /// So many files at a time [default: all cores]
    #[arg(long, value_name = "J", value_parser = |text: &str| number(text, 1_024, "jobs"))]
    pub(in crate::cli) jobs: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) json: Json,
}
