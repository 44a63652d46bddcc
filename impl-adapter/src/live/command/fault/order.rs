//! A line of words comes in, and is done to a cluster; what was done goes out, or why it was not.
//!
//! The one idea: what cannot be meant is refused with what could have been, and nothing is done by
//! half.

use crate::live::Transport;
use crate::live::faulty::Trouble;
use crate::live::host::{Cluster, Wire};
use schism::seed::Ratio;
use schism::{Node, NodeId};
use std::num::NonZeroU64;
use std::time::Duration;

/// What was done, or why nothing was.
type Did = Result<String, String>;

/// Does what a line says; says what was done.
pub(in crate::live::command) fn obey<N: Node<Message: Wire>, T: Transport>(
    line: &str,
    cluster: &mut Cluster<N, T>,
) -> std::io::Result<Did> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (word, rest) = words.split_first().map_or(("", &[][..]), |(word, rest)| (*word, rest));
    Ok(match (word, rest) {
        ("partition", groups) if !groups.is_empty() => partition(groups, cluster),
        ("heal", []) => {
            cluster.heal();
            Ok("healed".to_owned())
        }
        ("cut", [from, to]) => cut(from, to, cluster),
        ("crash", [node]) => crash(node, cluster),
        ("restart", [node]) => match node_of(node, cluster) {
            Ok(node) if cluster.is_up(node) => Err(format!("{node} is up already")),
            Ok(node) => {
                cluster.up(node)?;
                Ok(format!("{node} is up"))
            }
            Err(error) => Err(error),
        },
        _ => match troubled(word, rest) {
            Some(Ok((worse, said, link))) => everywhere(&*worse, &said, link, cluster),
            Some(Err(why)) => Err(why),
            None => Err(unknown(word, line)),
        },
    })
}

/// Faults, each with how it is said.
const KNOWN: [(&str, &str); 10] = [
    ("partition", "partition 0,1 2,3,4"),
    ("heal", "heal"),
    ("cut", "cut 0 1"),
    ("loss", "loss 20, or loss 20 0 1"),
    ("delay", "delay 10 50, or delay 10 50 0 1"),
    ("duplicate", "duplicate 20, or duplicate 20 0 1"),
    ("reorder", "reorder 20, or reorder 20 0 1"),
    ("bandwidth", "bandwidth 5000, or bandwidth 5000 0 1"),
    ("crash", "crash 0"),
    ("restart", "restart 0"),
];

fn unknown(word: &str, line: &str) -> String {
    match KNOWN.iter().find(|(known, _)| *known == word) {
        Some((known, how)) => format!("{known} is said like this: {how}"),
        None => {
            let line: String = line.escape_debug().take(60).collect();
            let known = KNOWN.map(|(known, _)| known).join(", ");
            format!("`{line}` is no fault; they are {known}; see `schism fault --help`")
        }
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
        let word: String = word.escape_debug().take(60).collect();
        format!("`{word}` is no node; they are 0 to {last}, or n1 to n{}", last + 1)
    })
}

fn crash<N: Node<Message: Wire>, T: Transport>(word: &str, cluster: &mut Cluster<N, T>) -> Did {
    let node = node_of(word, cluster)?;
    if !cluster.is_up(node) {
        return Err(format!("{node} is down already"));
    }
    cluster.down(node);
    Ok(format!("{node} is down"))
}

fn partition<N: Node<Message: Wire>, T: Transport>(
    words: &[&str],
    cluster: &mut Cluster<N, T>,
) -> Did {
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
    let names =
        |group: &Vec<NodeId>| group.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let mut text = groups.iter().map(names).collect::<Vec<_>>().join(" | ");
    let rest: Vec<NodeId> = cluster.nodes().filter(|node| !all.contains(node)).collect();
    if rest.is_empty() && groups.len() == 1 {
        return Err("all nodes stand in one group: that cuts nothing".to_owned());
    }
    if !rest.is_empty() {
        text.push_str(&format!(" | {}", names(&rest)));
    }
    cluster.partition(&groups);
    Ok(format!("partition {text}"))
}

fn cut<N: Node<Message: Wire>, T: Transport>(
    from: &str,
    to: &str,
    cluster: &mut Cluster<N, T>,
) -> Did {
    let (from, to) = (node_of(from, cluster)?, node_of(to, cluster)?);
    if from == to {
        return Err("nobody is cut off from itself".to_owned());
    }
    cluster.cut(from, to);
    Ok(format!("cut {from} -> {to}"))
}

/// What makes trouble worse.
type Worse = Box<dyn Fn(Trouble) -> Trouble>;

/// What is to be wrong with messages, in words as well, and the link that is named; `None` if the
/// word is none of these.
#[expect(clippy::type_complexity, reason = "it is taken apart where it is asked for")]
fn troubled<'a>(
    word: &str,
    rest: &'a [&'a str],
) -> Option<Result<(Worse, String, &'a [&'a str]), String>> {
    Some(match (word, rest) {
        ("loss" | "duplicate" | "reorder", [percent, link @ ..]) if is_link(link) => {
            share(word, percent).map(|(worse, said)| (worse, said, link))
        }
        ("delay", [least, most, link @ ..]) if is_link(link) => {
            delay(least, most).map(|(worse, said)| (worse, said, link))
        }
        ("bandwidth", [bytes, link @ ..]) if is_link(link) => {
            bandwidth(bytes).map(|(worse, said)| (worse, said, link))
        }
        _ => return None,
    })
}

const fn is_link(words: &[&str]) -> bool {
    words.is_empty() || words.len() == 2
}

/// So long a message waits for the next one at most.
const ASIDE: Duration = Duration::from_millis(200);

fn share(word: &str, percent: &str) -> Result<(Worse, String), String> {
    let share: Option<u64> = percent.trim_end_matches('%').parse().ok().filter(|n| *n <= 100);
    let share = share.ok_or_else(|| "expected a percentage from 0 to 100".to_owned())?;
    let ratio = Ratio::new(share, 100);
    let (worse, what): (Worse, &str) = match word {
        "loss" => (Box::new(move |trouble| trouble.loss(ratio)), "are lost"),
        "duplicate" => (Box::new(move |trouble| trouble.doubled(ratio)), "come twice"),
        _ => (
            Box::new(move |trouble| trouble.overtaken(ratio, ASIDE)),
            "wait until the next one has passed",
        ),
    };
    Ok((worse, format!("{share}% of all messages {what}")))
}

fn delay(least: &str, most: &str) -> Result<(Worse, String), String> {
    const MOST: u64 = 60_000;
    let ms = |word: &str| word.trim_end_matches("ms").parse::<u64>().ok().filter(|n| *n <= MOST);
    let (Some(least), Some(most)) = (ms(least), ms(most)) else {
        return Err(format!("expected milliseconds from 0 to {MOST}"));
    };
    if least > most {
        return Err("the smaller number comes first".to_owned());
    }
    let range = Duration::from_millis(least)..=Duration::from_millis(most);
    let worse: Worse = Box::new(move |trouble| trouble.delay(range.clone()));
    Ok((worse, format!("each message is {least} to {most} ms late")))
}

fn bandwidth(bytes: &str) -> Result<(Worse, String), String> {
    let rate = bytes.parse().ok().and_then(NonZeroU64::new);
    let rate = rate.ok_or_else(|| "expected bytes a second, from 1 on".to_owned())?;
    let worse: Worse = Box::new(move |trouble| trouble.bandwidth(rate));
    Ok((worse, format!("no more than {rate} bytes a second pass each link")))
}

/// The same trouble for whatever is sent, or for what one node sends to another.
fn everywhere<N: Node<Message: Wire>, T: Transport>(
    worse: &dyn Fn(Trouble) -> Trouble,
    said: &str,
    link: &[&str],
    cluster: &mut Cluster<N, T>,
) -> Did {
    let [from, to] = link else {
        let nodes: Vec<NodeId> = cluster.nodes().collect();
        for (from, to) in nodes.iter().flat_map(|from| nodes.iter().map(move |to| (*from, *to))) {
            if from != to {
                cluster.worsen(from, to, worse);
            }
        }
        return Ok(said.to_owned());
    };
    let (from, to) = (node_of(from, cluster)?, node_of(to, cluster)?);
    if from == to {
        return Err("nobody sends anything to itself".to_owned());
    }
    cluster.worsen(from, to, worse);
    Ok(format!("{from} -> {to}: {said}"))
}
