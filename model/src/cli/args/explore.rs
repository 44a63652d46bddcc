//! The options of `explore`; see `args.rs`.

use super::values::{number, seconds};
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(in crate::cli) struct Explore {
    /// Which model (`raft`), target (`raft-rs`) or schedule
    /// (a file); `list` shows all models and targets
    #[arg(value_name = "WHAT", verbatim_doc_comment)]
    pub(in crate::cli) model: String,
    /// The target to run the schedule on, if the file names
    /// none or another is meant
    #[arg(long, value_name = "NAME", verbatim_doc_comment)]
    pub(in crate::cli) target: Option<String>,
    /// Visit every state, and show what is found; without
    /// it the model can be walked in a browser
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) headless: bool,
    /// Ask whether what is to happen again and again does,
    /// in every fair run; one thread, no symmetry
    #[arg(long, requires = "headless", conflicts_with = "jobs", verbatim_doc_comment)]
    pub(in crate::cli) liveness: bool,
    /// Listen on this port of loopback; 0: any
    #[arg(long, value_name = "P", default_value_t = 3000, conflicts_with = "headless")]
    pub(in crate::cli) port: u16,
    /// So many nodes [default: the model's own]
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 5, "nodes"))]
    pub(in crate::cli) nodes: Option<u32>,
    /// How large it may grow: `terms:3,requests:2`; `list`
    /// shows what each model bounds
    #[arg(long, value_name = "LIST", value_parser = bounds, default_value = "")]
    #[arg(verbatim_doc_comment, hide_default_value = true)]
    pub(in crate::cli) bounds: Bounds,
    /// Plant this known mistake: `vote-forgotten`; `list`
    /// shows all
    #[arg(long, value_name = "NAME", verbatim_doc_comment)]
    pub(in crate::cli) bug: Option<String>,
    /// Visit all states, also those that differ in nodes'
    /// names alone
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) no_symmetry: bool,
    /// End after this much real time, in seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(in crate::cli) seconds: Option<Duration>,
    /// End after so many states
    #[arg(long, value_name = "N", value_parser = states)]
    pub(in crate::cli) states: Option<u64>,
    /// End after so many levels: a shortest way to a state of
    /// the last one has one step less
    #[arg(long, value_name = "N", value_parser = states, verbatim_doc_comment)]
    pub(in crate::cli) levels: Option<u64>,
    /// On so many threads [default: all cores]
    #[arg(long, value_name = "J", value_parser = |text: &str| number(text, 1_024, "jobs"))]
    pub(in crate::cli) jobs: Option<u32>,
    /// Write the result as JSON too, to FILE or, without one
    /// or for `-`, to standard output (the report then goes
    /// to standard error)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    #[arg(verbatim_doc_comment, requires = "headless")]
    pub(in crate::cli) json: Option<PathBuf>,
}

/// Names of bounds, each with its number.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(in crate::cli) struct Bounds(pub(in crate::cli) Vec<(String, u8)>);

fn bounds(text: &str) -> Result<Bounds, String> {
    let one = |word: &str| {
        let (name, number) = word.trim().split_once(':')?;
        Some((name.trim().to_owned(), number.trim().parse().ok()?))
    };
    if text.trim().is_empty() {
        return Ok(Bounds::default());
    }
    let all: Option<Vec<_>> = text.split(',').map(one).collect();
    all.map(Bounds).ok_or_else(|| "expected a list such as terms:3,requests:2".to_owned())
}

fn states(text: &str) -> Result<u64, String> {
    let states = text.parse().ok().filter(|states| *states > 0);
    states.ok_or_else(|| "expected a number above 0, such as 1000000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_names_with_numbers() {
        let two = Bounds(vec![("terms".to_owned(), 3), ("requests".to_owned(), 2)]);
        assert_eq!(bounds("terms:3, requests:2"), Ok(two));
        assert_eq!(bounds(""), Ok(Bounds::default()));
        for wrong in ["terms", "terms:", "terms:x", "terms:256", "terms=3", ",,"] {
            assert!(bounds(wrong).is_err(), "{wrong}");
        }
    }
}
