//! `schism fault`: words come in, and reach the cluster that runs in another terminal; there they
//! are read, and done.

use super::{FAILED, HELD, cannot, say};
use crate::live::Transport;
use crate::live::control;
use crate::live::faulty::{Trouble, Way};
use crate::live::host::{Cluster, Wire};
use clap::Parser;
use schism::cli::Streams;
use schism::seed::Ratio;
use schism::{Node, NodeId};
use std::path::PathBuf;
use std::time::Duration;

/// Break the network of a cluster that `schism serve` runs, or mend it
///
/// A node is a number that counts from 0, or a name that counts from n1: `0` is `n1`.
///
///   partition 0,1 2,3,4   cut the network into these groups; those that are not
///                         named form one more
///   heal                  end all cuts and all other trouble
///   cut 0 1               what 0 sends to 1 is lost, not the reverse
///   loss 20               so many percent of all messages are lost
///   delay 10 50           each message is so many milliseconds late, from and to
///   crash 0               end a node's process; its files stay
///   restart 0             bring it up again
///   status                what each node shows
///
/// Exit codes: 0 done; 1 the cluster refused it; 2 misuse, or no cluster runs.
#[derive(Parser, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct Fault {
    /// What is to be done
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
    /// The file in which the cluster says where it listens
    #[arg(long, value_name = "FILE", default_value = super::CONTROL)]
    control: PathBuf,
}

pub(super) fn run(asked: &Fault, streams: &mut Streams<'_>) -> Result<u8, String> {
    let line = asked.words.join(" ");
    let reply = control::ask(&asked.control, &line).map_err(|error| {
        let file = asked.control.display();
        cannot("reach a cluster", format!("{error} ({file}); start one with `schism serve`"))
    })?;
    let (refused, text) = match reply.strip_prefix(REFUSED) {
        Some(text) => (true, text),
        None => (false, reply.as_str()),
    };
    say(streams, text)?;
    Ok(if refused { FAILED } else { HELD })
}

/// What a reply begins with where nothing was done.
const REFUSED: &str = "refused: ";

/// Does what a line says; says what was done.
pub(super) fn obey<N: Node<Message: Wire>, T: Transport>(
    line: &str,
    cluster: &mut Cluster<N, T>,
) -> std::io::Result<Result<String, String>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    Ok(match words[..] {
        ["partition", ref groups @ ..] if !groups.is_empty() => partition(groups, cluster),
        ["heal"] => {
            cluster.heal();
            Ok("healed".to_owned())
        }
        ["cut", from, to] => cut(from, to, cluster),
        ["loss", percent] => loss(percent, cluster),
        ["delay", least, most] => delay(least, most, cluster),
        ["crash", node] => node_of(node, cluster).map(|node| {
            cluster.down(node);
            format!("{node} is down")
        }),
        ["restart", node] => match node_of(node, cluster) {
            Ok(node) => {
                cluster.up(node)?;
                Ok(format!("{node} is up"))
            }
            Err(error) => Err(error),
        },
        _ => Err(format!(
            "`{}` is no fault; see `schism fault --help`",
            line.escape_debug().to_string().chars().take(60).collect::<String>()
        )),
    })
}

/// A reply as it travels.
pub(super) fn reply(done: &Result<String, String>) -> String {
    match done {
        Ok(done) => format!("{done}\n"),
        Err(why) => format!("{REFUSED}{why}\n"),
    }
}

fn node_of<N: Node<Message: Wire>, T: Transport>(
    word: &str,
    cluster: &Cluster<N, T>,
) -> Result<NodeId, String> {
    let id = match word.strip_prefix('n') {
        Some(name) => name.parse().ok(),
        None => word.parse::<u32>().ok().and_then(|place| place.checked_add(1)),
    };
    let known = id.map(NodeId).filter(|id| cluster.nodes().any(|node| node == *id));
    known.ok_or_else(|| {
        let last = cluster.nodes().count() - 1;
        format!(
            "`{}` is no node; they are 0 to {last}, or n1 to n{}",
            word.escape_debug(),
            last + 1
        )
    })
}

fn partition<N: Node<Message: Wire>, T: Transport>(
    words: &[&str],
    cluster: &mut Cluster<N, T>,
) -> Result<String, String> {
    let mut groups: Vec<Vec<NodeId>> = Vec::new();
    for word in words {
        let nodes: Result<Vec<NodeId>, String> =
            word.split(',').map(|node| node_of(node, cluster)).collect();
        groups.push(nodes?);
    }
    let mut all: Vec<NodeId> = groups.concat();
    all.sort_unstable();
    if all.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("a node stands in one group only".to_owned());
    }
    cluster.partition(&groups);
    let names =
        |group: &Vec<NodeId>| group.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let mut text = groups.iter().map(names).collect::<Vec<_>>().join(" | ");
    let rest: Vec<NodeId> = cluster.nodes().filter(|node| !all.contains(node)).collect();
    if !rest.is_empty() {
        text.push_str(&format!(" | {}", names(&rest)));
    }
    Ok(format!("partition {text}"))
}

fn cut<N: Node<Message: Wire>, T: Transport>(
    from: &str,
    to: &str,
    cluster: &Cluster<N, T>,
) -> Result<String, String> {
    let (from, to) = (node_of(from, cluster)?, node_of(to, cluster)?);
    if let Some(net) = cluster.net(from).filter(|_| from != to) {
        net.cut(Way::To(to));
    }
    Ok(format!("cut {from} -> {to}"))
}

fn loss<N: Node<Message: Wire>, T: Transport>(
    percent: &str,
    cluster: &Cluster<N, T>,
) -> Result<String, String> {
    let share: Option<u64> = percent.trim_end_matches('%').parse().ok().filter(|n| *n <= 100);
    let share = share.ok_or_else(|| "expected a percentage from 0 to 100".to_owned())?;
    everywhere(cluster, &Trouble::NONE.loss(Ratio::new(share, 100)));
    Ok(format!("{share}% of all messages are lost"))
}

fn delay<N: Node<Message: Wire>, T: Transport>(
    least: &str,
    most: &str,
    cluster: &Cluster<N, T>,
) -> Result<String, String> {
    const MOST: u64 = 60_000;
    let ms = |word: &str| word.trim_end_matches("ms").parse::<u64>().ok().filter(|n| *n <= MOST);
    let (Some(least), Some(most)) = (ms(least), ms(most)) else {
        return Err(format!("expected milliseconds from 0 to {MOST}"));
    };
    if least > most {
        return Err("the smaller number comes first".to_owned());
    }
    let range = Duration::from_millis(least)..=Duration::from_millis(most);
    everywhere(cluster, &Trouble::NONE.delay(range));
    Ok(format!("each message is {least} to {most} ms late"))
}

/// The same trouble for whatever is sent.
fn everywhere<N: Node<Message: Wire>, T: Transport>(cluster: &Cluster<N, T>, trouble: &Trouble) {
    for from in cluster.nodes() {
        for to in cluster.nodes().filter(|to| *to != from) {
            if let Some(net) = cluster.net(from) {
                net.trouble(Way::To(to), trouble.clone());
            }
        }
    }
}
