//! `schism resilience`: which services are to be tried comes in; a table, a file and an exit code
//! go out.

use super::{FAILED, HELD, cannot, say, wait_for};
use crate::live::resilience::services::{Echo, HttpTools, StdioTools, tools};
use crate::live::resilience::{
    Flaw, Kind, Policy, Report, Service, TrialResult, examine, rest, stamp, table,
};
use clap::Parser;
use schism::Seed;
use schism::cli::Streams;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::time::Instant;

/// Break the network between services and their clients, on real sockets
///
/// Six trials of each service: its connection is lost and comes back, loses three
/// in ten requests, loses every second one, is partitioned, is lost beside another
/// one, comes and goes. Each trial has flags and criteria that must be met.
///
/// Exit codes: 0 all trials passed; 1 one did not; 2 misuse, or trouble of our own.
#[derive(Parser, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct Resilience {
    /// Which services: echo (TCP), tools-stdio (JSON-RPC with
    /// a child process), tools-http (the same by HTTP)
    /// [default: all]
    #[arg(value_name = "SERVICE", verbatim_doc_comment)]
    services: Vec<Known>,
    /// What requests are lost is drawn from this number
    #[arg(long, value_name = "S", default_value = "42", value_parser = seed)]
    seed: u64,
    /// Break the services on purpose, to see the trials fail:
    /// never-reconnects, loses-queued, couples, leaks
    #[arg(long, value_name = "KIND", value_parser = |word: &str| word.parse::<Flaw>())]
    #[arg(verbatim_doc_comment)]
    broken: Option<Flaw>,
    /// Where the result is written, as
    /// resilience-YYYYMMDD_HHMMSS.json
    #[arg(long, value_name = "DIR", default_value = "target/schism", verbatim_doc_comment)]
    save: PathBuf,
    /// Write no result
    #[arg(long, conflicts_with = "save")]
    no_save: bool,
    /// Try nothing, but show a result that was written before
    #[arg(long, value_name = "FILE", conflicts_with_all = ["services", "broken", "save"])]
    read: Option<PathBuf>,
    /// Be the server of tools, with notes in this file.
    #[arg(long, value_name = "NOTES", hide = true)]
    serve_tools: Option<PathBuf>,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Echo,
    ToolsStdio,
    ToolsHttp,
}

fn seed(text: &str) -> Result<u64, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|_| {
        "expected a number below 2^64, in decimal such as 42 or in hex such as 0x2a".to_owned()
    })
}

pub(super) fn run(asked: &Resilience, streams: &mut Streams<'_>) -> Result<u8, String> {
    if let Some(notes) = &asked.serve_tools {
        return serve(notes);
    }
    let report = match &asked.read {
        Some(file) => {
            Report::read(file).map_err(|error| cannot(format!("read {}", file.display()), error))?
        }
        None => tried(asked, streams)?,
    };
    say(streams, &table(&report))?;
    if asked.read.is_none() && !asked.no_save {
        let failed = |error| cannot(format!("write into {}", asked.save.display()), error);
        let file = report.save(&asked.save).map_err(failed)?;
        say(streams, &format!("  written  {}\n", file.display()))?;
    }
    Ok(if report.passed() { HELD } else { FAILED })
}

fn tried(asked: &Resilience, streams: &mut Streams<'_>) -> Result<Report, String> {
    let all = [Known::Echo, Known::ToolsStdio, Known::ToolsHttp];
    let chosen = |known: &&Known| asked.services.is_empty() || asked.services.contains(known);
    let notes = Folder::new()?;
    wait_for(async {
        let (began, mut results) = (Instant::now(), Vec::new());
        for known in all.iter().filter(chosen) {
            let started = |error| cannot("start a service", error);
            results.extend(match known {
                Known::Echo => trials(Echo::start().await.map_err(started)?, asked, streams).await,
                Known::ToolsHttp => {
                    trials(HttpTools::start().await.map_err(started)?, asked, streams).await
                }
                Known::ToolsStdio => {
                    let program = std::env::current_exe().map_err(started)?;
                    let words = ["resilience", "--serve-tools"].map(Into::into).to_vec();
                    let service = StdioTools::new(program, words, notes.0.clone());
                    trials(service, asked, streams).await
                }
            });
        }
        Ok(Report::new(stamp(), asked.seed, began.elapsed(), results))
    })?
}

async fn trials<S: Service>(
    service: S,
    asked: &Resilience,
    streams: &mut Streams<'_>,
) -> Vec<TrialResult> {
    let service = Arc::new(service);
    let mut results = Vec::new();
    for kind in Kind::ALL {
        if streams.terminal {
            // Progress that cannot be shown is not missed.
            let _ = writeln!(streams.err, "{}: {} ...", service.name(), kind.title());
        }
        let (seed, policy) = (Seed(asked.seed), Policy::default());
        results.push(examine(&service, kind, seed, policy, asked.broken).await);
        rest().await;
    }
    results
}

fn serve(notes: &Path) -> Result<u8, String> {
    let mut tools = tools::Tools::open(notes)
        .map_err(|error| cannot(format!("open {}", notes.display()), error))?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    tools::serve(&mut tools, &mut input, &mut output).map_err(|error| cannot("serve", error))?;
    Ok(HELD)
}

/// A folder for the notes of processes, which goes when the command ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder, String> {
        let folder = std::env::temp_dir().join(format!("schism-tools-{}", std::process::id()));
        let made = fs::create_dir_all(&folder);
        made.map_err(|error| cannot(format!("make {}", folder.display()), error))?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It lies where such folders go in time.
        let _ = fs::remove_dir_all(&self.0);
    }
}
