//! Scenarios come in by the names of their targets; they are played on real sockets, with real
//! timers and files, and what became of them goes out. Nothing here judges: the check of each
//! target does.
//!
//! The one idea: a cluster waits most of the time, so several are played at one time, each on a
//! thread of its own, whose clock no other cluster disturbs.

use super::host::{Cluster, Settings, Wire, unplayable};
use super::pace::paced;
use super::{Tcp, Transport, Udp};
use crate::raft::{Config, raft_rs};
use crate::{mutants, swim, targets};
use schism::check::Check;
use schism::cli::{Cli, Live, Play, Witnessed, recorded};
use schism::execute::Op;
use schism::judge::Within;
use schism::judge::refines::Raft;
use schism::{Error, Node, NodeId, Schedule};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// The ticks of real servers: those of simulated ones are too short for real disks.
pub(super) const TICK: Duration = Duration::from_millis(30);

/// Says to a command line that scenarios can be played on real sockets.
pub fn register(cli: Cli) -> Cli {
    cli.live(play)
}

/// Plays all of these, and tells what became of each as soon as it is known.
///
/// That is in no order: a short one is over before a long one.
pub fn play(plays: &[Play], live: &Live, tell: &mut dyn FnMut(usize, Result<Witnessed, Error>)) {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = if live.jobs == 0 { cores() } else { live.jobs };
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(jobs).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = Error::new(format!("cannot start a runtime: {error}"));
            (0..plays.len()).for_each(|place| tell(place, Err(error.clone())));
            return;
        }
    };
    let (sender, receiver) = std::sync::mpsc::channel();
    for (place, play) in plays.iter().enumerate() {
        let (play, live, sender) = (play.clone(), live.clone(), sender.clone());
        runtime.spawn_blocking(move || {
            // Whoever asked to stop does not wait for what was not begun.
            if !live.stop.asked() {
                // Who does not listen any more has heard enough.
                let _ = sender.send((place, one(&play, &live)));
            }
        });
    }
    drop(sender);
    receiver.into_iter().for_each(|(place, result)| tell(place, result));
}

/// Plays one.
fn one(play: &Play, live: &Live) -> Result<Witnessed, Error> {
    let swim = swim::Config::default();
    let swim = swim::Config { period: swim.period.div_f64(live.speed), ..swim };
    let tick = TICK.div_f64(live.speed);
    let raft = Config { tick, ..Config::default() };
    let id = play.target.strip_prefix("mutant:").unwrap_or_default();
    if let Some(mutant) = mutants::raft::all().iter().find(|mutant| mutant.card.id == id) {
        return of_raft(targets::planted(mutant, raft), raft, play, live);
    }
    if let Some(mutant) = mutants::swim::all().iter().find(|mutant| mutant.card.id == id) {
        return of_swim(targets::members_of(swim, mutant.boot(swim)), swim, play, live);
    }
    if play.target == "foca" {
        return of_swim(targets::members_of(swim, swim::foca::boot(swim)), swim, play, live);
    }
    match targets::raft(&play.target, raft) {
        Some(raft) => of_raft(targets::claimed(raft), raft, play, live),
        None => Err(Error::new(format!(
            "{} cannot be run on real sockets; raft-rs and foca can, and their mutants",
            play.target
        ))),
    }
}

fn of_raft<H>(
    check: Check<raft_rs::Server<H>>,
    config: Config,
    play: &Play,
    live: &Live,
) -> Result<Witnessed, Error>
where
    H: crate::raft::hooks::Hooks,
{
    let stall = config.tick * config.election_ticks / 3;
    played(check, |_| stall, play, live)
}

fn of_swim<H: swim::hooks::Hooks>(
    check: Check<swim::foca::Member<H>>,
    config: swim::Config,
    play: &Play,
    live: &Live,
) -> Result<Witnessed, Error> {
    played(check, |nodes| config.suspicion(nodes) / 3, play, live)
}

/// Plays it with these nodes; `stall` says how late the machine may be, for so many.
fn played<N: Node<Message: Wire>>(
    check: Check<N>,
    stall: impl Fn(u32) -> Duration,
    play: &Play,
    live: &Live,
) -> Result<Witnessed, Error> {
    let script: Schedule<Op<N>> = play.text.parse()?;
    let script = paced(&script, live.speed);
    if let Some(why) = unplayable(&script) {
        return Err(Error::new(format!("{why}: play it in the simulation, without --live")));
    }
    if script.nodes > NODES_MAX {
        let text = format!("{} nodes are too many for real sockets: at most", script.nodes);
        return Err(Error::new(format!("{text} {NODES_MAX}")));
    }
    let check = if live.refines { check.refines(Raft) } else { check };
    let limits = live.limits.iter();
    let check = limits.fold(check, |check, limit| check.property(Within::new(*limit)));
    let check = check.nondeterministic();
    let settings = Settings { stall: stall(script.nodes), ..Settings::default() };
    let disks = Disks::new(&play.name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| trouble("start a runtime", &error))?;
    let ran = runtime.block_on(async {
        let ids = (1..=script.nodes).map(NodeId);
        if live.over == "tcp" {
            acted(&check, &script, Tcp::loopback(ids).await?, &disks.0, settings, live).await
        } else {
            acted(&check, &script, Udp::loopback(ids).await?, &disks.0, settings, live).await
        }
    });
    let Ran { trace, ruling, lasted, late } =
        ran.map_err(|error| trouble("run the cluster", &error))?;
    let staged = check.witnessed(&play.name, &script, &trace, ruling);
    let files = match &live.save {
        Some(folder) => {
            saved(folder, play, staged.checked.outcome.word(), recorded(&trace.history))
                .map_err(|error| trouble("save the run", &error))?
        }
        None => Vec::new(),
    };
    let messages = [trace.counts.sent, trace.counts.delivered];
    Ok(Witnessed { staged, lasted, late, stall: settings.stall, messages, files })
}

/// More nodes than this in one process show the process, and not the nodes.
const NODES_MAX: u32 = 64;

fn trouble(what: &str, error: &std::io::Error) -> Error {
    Error::new(format!("cannot {what}: {error}"))
}

/// What a run left behind.
struct Ran<N: Node> {
    trace: schism::Trace<N>,
    ruling: schism::check::Ruling,
    lasted: Duration,
    late: Duration,
}

/// Acts a schedule out on these ends, until it is over or somebody wants it to stop.
async fn acted<N: Node<Message: Wire>, T: Transport>(
    check: &Check<N>,
    script: &Schedule<Op<N>>,
    ends: Vec<T>,
    disks: &Path,
    settings: Settings,
    live: &Live,
) -> std::io::Result<Ran<N>> {
    let mut cluster = Cluster::start(check.clone(), ends, disks, settings)?;
    tokio::select! {
        acted = cluster.act(script) => acted?,
        () = stopped(live) => {}
    }
    let (lasted, late) = (Duration::from_micros(cluster.now().0), cluster.stall().longest);
    let (trace, ruling) = cluster.finish();
    Ok(Ran { trace, ruling, lasted, late })
}

async fn stopped(live: &Live) {
    while !live.stop.asked() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Writes what can be looked at again: the scenario, which the simulation plays as well, and what
/// clients saw.
fn saved(
    folder: &Path,
    play: &Play,
    verdict: &str,
    history: Option<(String, usize)>,
) -> std::io::Result<Vec<(&'static str, PathBuf)>> {
    let name = play.name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "-");
    let folder = folder.join(name);
    fs::create_dir_all(&folder)?;
    let schedule = folder.join("played.schedule");
    let text = format!(
        "# {} on real sockets: {verdict}\n#\n# target  {}\n{}",
        play.name, play.target, play.text
    );
    fs::write(&schedule, text)?;
    let mut files = vec![("schedule", schedule)];
    let path = folder.join("history.jsonl");
    match history {
        Some((text, _)) => {
            fs::write(&path, text)?;
            files.push(("history", path));
        }
        // One of an earlier run would be taken for this one's.
        None if path.exists() => fs::remove_file(path)?,
        None => {}
    }
    Ok(files)
}

/// A folder for the disks of one cluster, which goes when it ends.
struct Disks(PathBuf);

impl Disks {
    fn new(name: &str) -> Disks {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        Disks(std::env::temp_dir().join(format!("schism-{name}-{}", std::process::id())))
    }
}

impl Drop for Disks {
    fn drop(&mut self) {
        // It lies where such folders go in time.
        let _ = fs::remove_dir_all(&self.0);
    }
}
