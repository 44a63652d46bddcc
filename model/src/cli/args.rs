//! Words come in; a command with its options goes out, or how to use it. clap is named here alone.
//! Doc comments below are the text of `--help`.

mod calibrate;
mod explore;
mod history;
mod paths;

pub(super) use calibrate::Calibrate;
pub(super) use explore::Explore;
pub(super) use history::History;

use super::console::{Console, Exit, Trouble};
use super::extra::Extra;
use super::target::Refined;
use crate::fault::{Kind, Nemesis};
use crate::figure::Limit;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

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

// Where a command that prints a report writes its result for machines. (Not a doc comment: clap
// would take it for the text of the command.)
#[derive(clap::Args, Debug)]
pub(super) struct Json {
    /// Write the result as JSON too, to FILE or, without one
    /// or for `-`, to standard output (the report then goes
    /// to standard error)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    #[arg(verbatim_doc_comment)]
    json: Option<PathBuf>,
}

impl Json {
    pub(super) fn file(&self) -> Option<&Path> {
        self.json.as_deref()
    }
}

#[derive(clap::Args, Debug)]
pub(super) struct List {
    /// Write it as one JSON object too, to FILE or,
    /// without one or for `-`, to standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    #[arg(verbatim_doc_comment)]
    pub(super) json: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(super) struct Check {
    /// What to check, one after the other: `raft-rs`, `mutant:PM09`,
    /// `scenario:leader-crash`; `list` shows all
    #[arg(required = true, value_name = "TARGET", verbatim_doc_comment)]
    pub(super) targets: Vec<String>,
    /// So many cases [default: the target's own number,
    /// or with --seconds as many as the time allows]
    #[arg(long, value_name = "N", value_parser = cases, verbatim_doc_comment)]
    pub(super) cases: Option<u64>,
    /// No longer than this, in seconds of real time
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(super) seconds: Option<Duration>,
    /// Where the cases come from, 42 or 0x2a: the same seed
    /// and options give the same cases [default: a new one]
    #[arg(long, value_name = "S", value_parser = seed, verbatim_doc_comment)]
    pub(super) seed: Option<u64>,
    /// So many nodes
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 2_000, "nodes"))]
    pub(super) nodes: Option<u32>,
    /// So many clients
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 1_000, "clients"))]
    pub(super) clients: Option<u32>,
    /// From A to B operations in a case, or just A
    #[arg(long, value_name = "A..B", value_parser = |text: &str| range(text, "operations"))]
    pub(super) operations: Option<RangeInclusive<u32>>,
    /// From A to B faults in a case, or just A
    #[arg(long, value_name = "A..B", value_parser = |text: &str| range(text, "faults"))]
    pub(super) faults: Option<RangeInclusive<u32>>,
    /// The faults that may happen: loss,crashes,down:1 (the
    /// words are those of `list`), or everything, or nothing
    /// [default: what the target claims to survive]
    #[arg(long, value_name = "LIST", value_parser = nemesis, verbatim_doc_comment)]
    pub(super) nemesis: Option<Nemesis>,
    /// Ask of each way to break the world's promises whether
    /// the check notices, in as many cases as the hunt has
    /// [default: a tenth of them, where a full hunt held]
    #[arg(long, verbatim_doc_comment)]
    pub(super) sabotage: bool,
    /// Tell how long clients waited, how often they were
    /// refused, how long nobody led, and how long it took to
    /// recover from each kind of fault, in virtual time
    #[arg(long, verbatim_doc_comment)]
    pub(super) measure: bool,
    /// Tell how much of Raft's model the runs walked: states
    /// and edges of a node among the others, by what makes
    /// the step
    #[arg(long, verbatim_doc_comment)]
    pub(super) coverage: bool,
    /// Of scenarios, run variations: other nodes, times and
    /// draws, some with noise or further faults
    #[arg(long, verbatim_doc_comment)]
    pub(super) vary: bool,
    /// Run scenarios on this target, instead of the one that
    /// each was written for
    #[arg(long, value_name = "TARGET", verbatim_doc_comment)]
    pub(super) on: Option<String>,
    /// Play scenarios on real sockets, with real timers and
    /// files, instead of in the simulation
    #[arg(long, conflicts_with_all = ["vary", "cases", "seed", "seconds"])]
    #[arg(verbatim_doc_comment)]
    pub(super) live: bool,
    /// With --live: over udp or tcp
    #[arg(long, value_name = "KIND", requires = "live", default_value = "udp")]
    #[arg(value_parser = ["udp", "tcp"], hide_possible_values = true)]
    pub(super) over: String,
    /// With --live: so much faster than the scenario says,
    /// with nodes that are as much faster
    #[arg(long, value_name = "X", requires = "live", default_value = "1")]
    #[arg(value_parser = speed, verbatim_doc_comment)]
    pub(super) speed: f64,
    /// Make half of the cases from earlier ones that walked
    /// something new of Raft's model
    #[arg(long, verbatim_doc_comment)]
    pub(super) guided: bool,
    /// Instead of generated cases: paths that cover the
    /// edges of Raft's model, followed by the real nodes and
    /// held against it. Tells what of it they took. It is
    /// the model of --coverage, or has these bounds, such as
    /// terms:2,requests:1
    #[arg(long, value_name = "BOUNDS", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "", value_parser = paths::bounds, verbatim_doc_comment)]
    #[arg(conflicts_with_all = ["cases", "seed", "nodes", "clients", "operations", "faults",
        "guided"])]
    pub(super) paths: Option<crate::reference::raft::Bounds>,
    #[command(flatten)]
    pub(super) limits: Limits,
    /// On so many threads [default: all cores]
    #[arg(long, value_name = "J", value_parser = |text: &str| number(text, 1_024, "jobs"))]
    pub(super) jobs: Option<u32>,
    /// Where failures are saved, and those saved before are
    /// run first
    #[arg(long, value_name = "DIR", default_value = "proptest-regressions")]
    #[arg(verbatim_doc_comment)]
    pub(super) save: PathBuf,
    /// Save nothing, and run nothing that was saved
    #[arg(long, conflicts_with = "save")]
    pub(super) no_save: bool,
    #[command(flatten)]
    pub(super) json: Json,
}

#[derive(clap::Args, Debug)]
pub(super) struct Replay {
    /// The schedule; `-` reads standard input
    #[arg(value_name = "SCHEDULE")]
    pub(super) file: PathBuf,
    /// On this target, instead of the one that the file names
    #[arg(long, value_name = "TARGET")]
    pub(super) target: Option<String>,
    /// Show the whole run first, with the nodes' own `tracing`
    /// events between the others
    #[arg(long, verbatim_doc_comment)]
    pub(super) log: bool,
    /// Tell what `check --measure` tells, of this run alone
    #[arg(long)]
    pub(super) measure: bool,
    #[command(flatten)]
    pub(super) limits: Limits,
    /// Write what its clients asked of registers and were
    /// told to FILE, for any checker of histories: as
    /// Jepsen's EDN if the name ends in .edn, as JSON lines
    /// if in .jsonl
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(super) history: Option<PathBuf>,
    /// End as `git bisect run` wants it: 0 if it passes, 1 if
    /// it fails as it did, 125 if neither can be told, 128 if
    /// there is no such file
    #[arg(long, verbatim_doc_comment)]
    pub(super) bisect: bool,
    #[command(flatten)]
    pub(super) json: Json,
}

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(super) struct Confirm {
    /// The schedule; `-` reads standard input
    #[arg(value_name = "SCHEDULE")]
    pub(super) file: PathBuf,
    /// On this target, instead of the one that the file names
    #[arg(long, value_name = "TARGET")]
    pub(super) target: Option<String>,
    #[command(flatten)]
    pub(super) near: Near,
    /// Where the smallest neighbour that fails is
    /// saved
    #[arg(long, value_name = "DIR", default_value = "proptest-regressions")]
    #[arg(verbatim_doc_comment)]
    pub(super) save: PathBuf,
    /// Save nothing
    #[arg(long, conflicts_with = "save")]
    pub(super) no_save: bool,
    #[command(flatten)]
    pub(super) json: Json,
}

#[derive(clap::Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(super) struct Shrink {
    /// The schedule; `-` reads standard input
    #[arg(value_name = "SCHEDULE")]
    pub(super) file: PathBuf,
    /// On this target, instead of the one that the file names
    #[arg(long, value_name = "TARGET")]
    pub(super) target: Option<String>,
    /// If it passes now, look among its neighbours for one
    /// that fails as it did; shrink that, and rewrite the
    /// file
    #[arg(long, verbatim_doc_comment)]
    pub(super) refresh: bool,
    #[command(flatten)]
    pub(super) near: Near,
    /// Write to this file [default: beside the old one, with
    /// `.small` in its name; with --refresh the old one]
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) json: Json,
}

/// What must hold besides what the target says.
#[derive(clap::Args, Debug)]
pub(super) struct Limits {
    /// Hold each run to a bound: latency.p99=200ms (or any
    /// percentile, or latency.max), recovery=1s,
    /// leaderless=2s, leaderless.share=20%, refused=5%,
    /// unknown=5%; may be said several times
    #[arg(long, value_name = "LIMIT", value_parser = limit, verbatim_doc_comment)]
    pub(super) within: Vec<Limit>,
    /// Hold each run against a model of its protocol, step
    /// by step: raft
    #[arg(long, value_name = "MODEL", value_parser = refined, verbatim_doc_comment)]
    pub(super) refines: Option<Refined>,
}

/// Which neighbours are run, and how.
#[derive(clap::Args, Debug)]
pub(super) struct Near {
    #[command(flatten)]
    pub(super) limits: Limits,
    /// So many neighbours
    #[arg(long, value_name = "N", value_parser = cases, default_value = "10000")]
    pub(super) cases: u64,
    /// Where they come from, 42 or 0x2a: the same seed gives
    /// the same neighbours [default: a new one]
    #[arg(long, value_name = "S", value_parser = seed, verbatim_doc_comment)]
    pub(super) seed: Option<u64>,
    /// On so many threads [default: all cores]
    #[arg(long, value_name = "J", value_parser = |text: &str| number(text, 1_024, "jobs"))]
    pub(super) jobs: Option<u32>,
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

fn cases(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("0 cases check nothing: ask for at least 1".to_owned()),
        Ok(cases) if cases < crate::campaign::Effort::NO_LIMIT => Ok(cases),
        _ => Err("expected a number of cases such as 20000".to_owned()),
    }
}

fn limit(text: &str) -> Result<Limit, String> {
    text.parse().map_err(|error: crate::Error| error.to_string())
}

fn refined(text: &str) -> Result<Refined, String> {
    match text {
        "raft" => Ok(Refined::Raft),
        _ => Err("expected a model that runs are held against: raft".to_owned()),
    }
}

fn schedules(text: &str) -> Result<u64, String> {
    let schedules = text.parse().ok().filter(|n| *n < crate::campaign::Effort::NO_LIMIT);
    schedules.ok_or_else(|| "expected a number of schedules such as 100000".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    // What is longer than a century is a slip of the finger, and too long for some clocks.
    span.filter(|span| span.as_secs() < 1 << 32)
        .ok_or_else(|| "expected a number of seconds above 0, such as 60 or 0.5".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.1..=20.0).contains(speed));
    speed.ok_or_else(|| "expected how much faster, from 0.1 to 20, such as 2".to_owned())
}

fn seed(text: &str) -> Result<u64, String> {
    crate::schedule::seed(text).ok_or_else(|| {
        "expected a number below 2^64, in decimal such as 42 or in hex such as 0x2a".to_owned()
    })
}

fn number(text: &str, most: u32, what: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|n| (1..=most).contains(n))
        .ok_or_else(|| format!("expected a number of {what} from 1 to {most}"))
}

/// Reads `4..50`, or `20` for exactly so many.
fn range(text: &str, what: &str) -> Result<RangeInclusive<u32>, String> {
    const MOST: u32 = 10_000;
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let high = high.strip_prefix('=').unwrap_or(high);
    let expected = || format!("expected a range of {what} from 0 to {MOST}, such as 4..50");
    let (low, high): (u32, u32) = match (low.parse(), high.parse()) {
        (Ok(low), Ok(high)) if high <= MOST => (low, high),
        _ => return Err(expected()),
    };
    if low > high {
        return Err(format!("{low} is more than {high}: the smaller number comes first"));
    }
    Ok(low..=high)
}

fn nemesis(text: &str) -> Result<Nemesis, String> {
    text.parse().map_err(|error: crate::Error| {
        let words = Kind::ALL.map(Kind::word);
        let (some, others) = words.split_at(words.len() / 2);
        let error = error.to_string();
        // The reader's own list is for where nothing similar is known.
        let error = error.split(": expected one of").next().unwrap_or_default();
        format!(
            "{error}\nthe words are: {},\n{}, down:N, everything, nothing",
            some.join(", "),
            others.join(", ")
        )
    })
}
