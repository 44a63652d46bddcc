//! `schism serve`: which nodes are to run comes in; what they become goes out as they become it,
//! and a verdict in the end.

use super::{FAILED, HELD, cannot, fault, say, wait_for};
use crate::live::control::{Asked, Control};
use crate::live::host::{Cluster, Settings, Wire};
use crate::live::stage::TICK;
use crate::live::{Tcp, Transport, Udp};
use crate::raft::{Config, raft_rs};
use crate::{swim, targets};
use clap::Parser;
use schism::check::{Check, Ruling};
use schism::cli::Streams;
use schism::history::Outcome;
use schism::trace::Trace;
use schism::{ClientId, Node, NodeId, Seed, Spec};
use shown::Shown;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

mod shown;

/// Run a cluster on real sockets, timers and files, until Ctrl-C
///
/// What the nodes become is shown as they become it; clients write and read
/// meanwhile. From another terminal `schism fault` breaks the network. In the end
/// the run is judged by what judges simulated ones. It is seen once, and cannot be
/// replayed: find it again with `schism check`.
///
/// Exit codes: 0 all properties held; 1 one failed; 2 misuse, or trouble of our own;
/// 3 something came too late, and the machine stood still, so nobody knows.
#[derive(Parser, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct Serve {
    /// What is to run
    #[arg(value_name = "TARGET")]
    target: Known,
    /// So many nodes
    #[arg(long, value_name = "N", default_value = "3")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=64))]
    nodes: u32,
    /// On which sockets
    #[arg(long, value_name = "KIND", default_value = "udp")]
    over: Over,
    /// End after so many seconds, once all trouble has ended
    /// and all nodes are well again [default: at Ctrl-C, at
    /// once]
    #[arg(long, value_name = "S", value_parser = seconds, verbatim_doc_comment)]
    seconds: Option<Duration>,
    /// So many requests of clients in a second
    #[arg(long, value_name = "N", default_value = "5")]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=1000))]
    rate: u32,
    /// Where the nodes have their files, a directory for each;
    /// what an earlier cluster left there they find [default:
    /// a temporary one]
    #[arg(long, value_name = "DIR", verbatim_doc_comment)]
    disks: Option<PathBuf>,
    /// The file in which it says where it listens
    #[arg(long, value_name = "FILE", default_value = super::CONTROL)]
    control: PathBuf,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Foca,
    RaftRs,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Over {
    Udp,
    Tcp,
}

/// A cluster that is to be seen by people is slower than one that is simulated.
const PERIOD: Duration = Duration::from_millis(200);

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds < 1e6);
    let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    span.ok_or_else(|| "expected a number of seconds above 0, such as 60 or 0.5".to_owned())
}

pub(super) fn run(asked: &Serve, streams: &mut Streams<'_>) -> Result<u8, String> {
    let temporary = asked.disks.is_none();
    let own = || std::env::temp_dir().join(format!("schism-serve-{}", std::process::id()));
    let disks = asked.disks.clone().unwrap_or_else(own);
    let code = match asked.target {
        Known::Foca => {
            let config = swim::Config { period: PERIOD, ..swim::Config::default() };
            let stall = config.suspicion(asked.nodes) / 3;
            let settings = Settings { stall, ..Settings::default() };
            let check = targets::members_of(config, swim::foca::boot(config))
                .named("foca")
                .nondeterministic();
            over::<swim::foca::Member>(&check, asked, &disks, settings, streams)
        }
        Known::RaftRs => {
            let config = Config { tick: TICK, ..Config::default() };
            let stall = config.tick * config.election_ticks / 3;
            let settings = Settings { stall, ..Settings::default() };
            let check = targets::claimed(config).named("raft-rs").nondeterministic();
            over::<raft_rs::Server>(&check, asked, &disks, settings, streams)
        }
    };
    if temporary {
        // It lies where such folders go in time.
        let _ = fs::remove_dir_all(disks);
    }
    code
}

fn over<N: Shown<Message: Wire>>(
    check: &Check<N>,
    asked: &Serve,
    disks: &std::path::Path,
    settings: Settings,
    streams: &mut Streams<'_>,
) -> Result<u8, String> {
    let failed = |error| cannot("run the cluster", error);
    wait_for(async {
        let ids = (1..=asked.nodes).map(NodeId);
        match asked.over {
            Over::Udp => {
                let ends = Udp::loopback(ids).await.map_err(failed)?;
                let cluster = Cluster::start(check.clone(), ends, disks, settings);
                Session::new(cluster.map_err(failed)?, asked, streams).run().await
            }
            Over::Tcp => {
                let ends = Tcp::loopback(ids).await.map_err(failed)?;
                let cluster = Cluster::start(check.clone(), ends, disks, settings);
                Session::new(cluster.map_err(failed)?, asked, streams).run().await
            }
        }
    })?
}

/// Somebody at the terminal, or whoever runs this process, wants it to end.
async fn asked_to_end() {
    #[cfg(unix)]
    if let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // Where nobody can listen for it, it ends the process at once, as ever.
    let _ = tokio::signal::ctrl_c().await;
}

/// A cluster that people watch.
struct Session<'a, 's, N: Shown<Message: Wire>, T: Transport> {
    cluster: Cluster<N, T>,
    asked: &'a Serve,
    streams: &'a mut Streams<'s>,
    /// What was last said of each node, and of all.
    said: Vec<String>,
    together: Option<String>,
    /// How many operations were asked for.
    count: u64,
}

/// How a session came to its end.
#[derive(PartialEq, Eq)]
enum Way {
    Time,
    CtrlC,
    Node,
}

impl<'a, 's, N: Shown<Message: Wire>, T: Transport> Session<'a, 's, N, T> {
    fn new(cluster: Cluster<N, T>, asked: &'a Serve, streams: &'a mut Streams<'s>) -> Self {
        let said = vec![String::new(); asked.nodes as usize];
        Session { cluster, asked, streams, said, together: None, count: 0 }
    }

    async fn run(mut self) -> Result<u8, String> {
        let failed = |error| cannot("run the cluster", error);
        let mut control = Control::open(&self.asked.control).await.map_err(failed)?;
        let asked_to_end = asked_to_end();
        tokio::pin!(asked_to_end);
        self.welcome()?;
        let ends = self.asked.seconds.map(|span| Instant::now() + span);
        let mut way = loop {
            self.show()?;
            if self.cluster.is_over() {
                break Way::Node;
            }
            let next = self.next_request();
            tokio::select! {
                biased;
                () = &mut asked_to_end => break Way::CtrlC,
                () = crate::live::faulty::until(ends) => break Way::Time,
                Some(asked) = control.next() => self.obey(asked)?,
                () = crate::live::faulty::until(next) => self.request().map_err(failed)?,
                turned = self.cluster.turn() => turned.map_err(failed)?,
            }
        };
        if way == Way::Time {
            tokio::select! {
                () = &mut asked_to_end => way = Way::CtrlC,
                settled = self.cluster.settle() => settled.map_err(failed)?,
            }
        }
        drop(control);
        self.verdict(&way)
    }

    /// Says what runs, and what can be done to it.
    fn welcome(&mut self) -> Result<(), String> {
        let Serve { nodes, over, target, rate, control, .. } = self.asked;
        let over = if *over == Over::Udp { "UDP" } else { "TCP" };
        let what = match target {
            Known::Foca => "ask members to leave, to join and to tell",
            Known::RaftRs => "write and read",
        };
        let clients = match rate {
            0 => String::new(),
            _ => format!("; clients {what}, {rate} times a second"),
        };
        let control = match control.to_str() {
            Some(super::CONTROL) => String::new(),
            _ => format!(" --control {}", control.display()),
        };
        say(
            self.streams,
            &format!(
                "{nodes} nodes on {over}, on this machine alone{clients}\nin another terminal: \
                 schism fault partition 0 1{control}   (Ctrl-C ends it)\n"
            ),
        )
    }

    /// When the next client comes.
    fn next_request(&self) -> Option<Instant> {
        let rate = u64::from(self.asked.rate);
        let since = (self.count + 1).saturating_mul(1_000_000).checked_div(rate)?;
        Some(self.cluster.began() + Duration::from_micros(since))
    }

    fn request(&mut self) -> std::io::Result<()> {
        self.count += 1;
        let mut draws = Seed(self.count).of("serve").draws();
        let client = ClientId(draws.below(3) as u32);
        let node = NodeId::at(draws.below(u64::from(self.asked.nodes)) as usize);
        let op = N::Spec::any(&mut draws, self.count);
        self.cluster.ask(client, node, op).map(|_| ())
    }

    fn obey(&mut self, Asked { line, reply }: Asked) -> Result<(), String> {
        let done = if line == "status" {
            Ok(self.status())
        } else {
            let done = fault::obey(&line, &mut self.cluster);
            let done = done.map_err(|error| cannot("run the cluster", error))?;
            if let Ok(done) = &done {
                self.tell(&format!("** {done}"))?;
            }
            done
        };
        // Who asked may have gone meanwhile.
        let _ = reply.send(fault::reply(&done));
        Ok(())
    }

    fn status(&self) -> String {
        let line = |node: NodeId| match self.cluster.shown(node) {
            Some((role, view)) => format!("{node}  {}", N::alone(role, &view)),
            None => format!("{node}  down"),
        };
        self.cluster.nodes().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Says what has changed.
    fn show(&mut self) -> Result<(), String> {
        let mut views = Vec::new();
        for node in self.cluster.nodes() {
            let shown = self.cluster.shown(node);
            let text = match &shown {
                Some((role, view)) => N::alone(*role, view),
                None => "down".to_owned(),
            };
            if self.said[node.index()] != text {
                self.tell(&format!("{node}  {text}"))?;
                self.said[node.index()] = text;
            }
            views.extend(shown.map(|(role, view)| (node, role, view)));
        }
        let together = N::together(&views, self.asked.nodes as usize);
        if self.together != together {
            if let Some(together) = &together {
                self.tell(&format!("== {together}"))?;
            }
            self.together = together;
        }
        Ok(())
    }

    fn tell(&mut self, text: &str) -> Result<(), String> {
        let line = format!("{:>12}  {text}\n", self.cluster.now().to_string());
        say(self.streams, &line)
    }

    fn verdict(self, way: &Way) -> Result<u8, String> {
        let (late, lasted) = (self.cluster.stall().longest, self.cluster.now());
        let (trace, ruling) = self.cluster.finish();
        let (code, head) = match &ruling {
            Ruling::Held if *way == Way::CtrlC => (HELD, "held as far as it went".to_owned()),
            Ruling::Held => (HELD, "held".to_owned()),
            Ruling::Broken(violation) => (FAILED, format!("FAILED, {}", violation.headline)),
            Ruling::Unknown(why) => (super::UNKNOWN, format!("unknown: {why}")),
        };
        let name = clap::ValueEnum::to_possible_value(&self.asked.target);
        let name = name.map_or_else(String::new, |name| name.get_name().to_owned());
        let mut text = format!("\n{name}: {head}\n");
        if let Ruling::Broken(violation) = &ruling {
            text.push_str(&format!("\n  {}\n\n  rule      {}\n", violation.why, violation.rule));
            text.push_str("  sure      seen in 1 of 1 runs; a live run cannot be replayed\n");
        }
        text.push_str(&summary(&trace, lasted, late));
        say(self.streams, &text)?;
        Ok(code)
    }
}

/// What a run was made of.
fn summary<N: Node>(trace: &Trace<N>, lasted: schism::Time, late: Duration) -> String {
    let all = &trace.history.operations;
    let ok = all.iter().filter(|operation| matches!(operation.outcome, Outcome::Ok(_))).count();
    format!(
        "  ran       {lasted} live, {} requests, {ok} ok; {} messages sent, {} arrived\n  told      \
         {} facts; the machine kept nodes waiting for {} ms at most\n",
        all.len(),
        trace.counts.sent,
        trace.counts.delivered,
        trace.facts.len(),
        late.as_millis()
    )
}
