//! Options that several commands have. Doc comments are the text of `--help`.

use super::values::{limit, refined};
use crate::cli::wishes::Refined;
use crate::figure::Limit;
use std::path::{Path, PathBuf};

// Where a command that prints a report writes its result for machines. (Not a doc comment: clap
// would take it for the text of the command.)
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Json {
    /// Write the result as JSON too, to FILE or, without one
    /// or for `-`, to standard output (the report then goes
    /// to standard error)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    #[arg(verbatim_doc_comment)]
    json: Option<PathBuf>,
}

impl Json {
    pub(in crate::cli) fn file(&self) -> Option<&Path> {
        self.json.as_deref()
    }
}

/// What must hold besides what the target says.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Limits {
    /// Hold each run to a bound: latency.p99=200ms (or any
    /// percentile, or latency.max), recovery=1s,
    /// leaderless=2s, leaderless.share=20%, refused=5%,
    /// unknown=5%; may be said several times
    #[arg(long, value_name = "LIMIT", value_parser = limit, verbatim_doc_comment)]
    pub(in crate::cli) within: Vec<Limit>,
    /// Hold each run against a model of its protocol, step
    /// by step: raft
    #[arg(long, value_name = "MODEL", value_parser = refined, verbatim_doc_comment)]
    pub(in crate::cli) refines: Option<Refined>,
}
