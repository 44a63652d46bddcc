//! The options of `calibrate`; see `args.rs`.

use super::Json;
use super::values::{number, schedules, seconds, seed};
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(in crate::cli) struct Calibrate {
    /// The mutants to hunt, by id: `PM09` [default: all]
    #[arg(value_name = "MUTANT")]
    pub(in crate::cli) mutants: Vec<String>,
    /// So many hunts for each mutant, each from its own
    /// seed
    #[arg(long, value_name = "N", default_value_t = 21, verbatim_doc_comment)]
    #[arg(value_parser = |text: &str| number(text, 10_001, "seeds"))]
    pub(in crate::cli) seeds: u32,
    /// The first of these seeds, 42 or 0x2a: the same ones
    /// give the same numbers of schedules
    #[arg(long, value_name = "S", default_value = "1", value_parser = seed)]
    #[arg(verbatim_doc_comment)]
    pub(in crate::cli) seed: u64,
    /// A hunt that found nothing in so many seconds of CPU
    /// time is cut off
    #[arg(long, value_name = "S", default_value = "20", value_parser = seconds)]
    #[arg(verbatim_doc_comment)]
    pub(in crate::cli) seconds: Duration,
    /// So many schedules on each healthy target; 0 for
    /// none
    #[arg(long, value_name = "N", default_value = "100000", value_parser = schedules)]
    #[arg(verbatim_doc_comment)]
    pub(in crate::cli) healthy: u64,
    /// Mutants whose median is above so many schedules are
    /// hunted with guidance, too
    #[arg(long, value_name = "N", default_value = "100", value_parser = schedules)]
    #[arg(verbatim_doc_comment)]
    pub(in crate::cli) guided_above: u64,
    /// So many hunts at once [default: as many as cores]
    #[arg(long, value_name = "J", value_parser = |text: &str| number(text, 1_024, "jobs"))]
    pub(in crate::cli) jobs: Option<u32>,
    /// Write the tables as Markdown into FILE, between the
    /// two lines that mark their place
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) markdown: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) json: Json,
}
