//! Lists of what else can go wrong, which open when somebody asks for them: a list's name, a claim
//! and where the nodes stand come in; faults go out, and what each means in words. What can be
//! taken by hand is not here.
//!
//! All that a claim allows would fill pages, and each entry costs a run. So the page offers what is
//! chosen most, and the lists behind it the rest: of sizes and times one or two of a kind.

use crate::execute::{Stands, Walked};
use crate::fault::{
    ClockTrouble, CrashPoint, DiskCall, DiskTrouble, EffectKind, Fault, LinkTrouble, Nemesis,
    Overflow, Target,
};
use crate::id::NodeId;
use crate::node::Node;
use crate::seed::Ratio;
use std::time::Duration;

/// A list that can be opened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Menu {
    /// The network and all nodes at once.
    Cluster,
    /// What a node sends.
    Links(NodeId),
    /// A node's process, disk and clock.
    Machine(NodeId),
    /// What a node can do to itself.
    Own(NodeId),
}

/// So many ways to split a cluster are offered, the most even ones first.
const SPLITS_MAX: usize = 12;
/// So many sizes of a disturbance are.
const SIZES_MAX: u64 = 6;
/// In larger clusters a link has fewer entries.
const FEW: u32 = 5;
/// A short time.
const SHORT: Duration = Duration::from_millis(20);
/// A long time.
const LONG: Duration = Duration::from_secs(1);

impl Menu {
    /// The lists of a cluster.
    pub(super) fn all(nodes: &[Stands]) -> Vec<Menu> {
        let mut all = vec![Menu::Cluster];
        for stands in nodes {
            let lists = [Menu::Links, Menu::Machine, Menu::Own].map(|list| list(stands.node));
            all.extend(lists);
        }
        all
    }

    /// The list in words, with the steps that stand on it.
    pub(super) fn words(self, faults: &[Fault]) -> String {
        let mut steps: Vec<String> = Vec::new();
        for fault in faults {
            let text = fault.to_string();
            let words: Vec<&str> = text.split(' ').collect();
            // Of a node's own trouble it is the third word that tells.
            let word = if let Fault::Disturb { name, .. } = fault { name } else { words[0] };
            if steps.iter().all(|other| other != word) {
                steps.push(word.to_owned());
            }
        }
        let whose = match self {
            Menu::Cluster => "the whole cluster".to_owned(),
            Menu::Links(node) => format!("what {node} sends"),
            Menu::Machine(node) => format!("{node}'s machine"),
            Menu::Own(node) => format!("{node} itself"),
        };
        format!("+ more for {whose}: {}", steps.join(", "))
    }

    /// What stands on the list where a claim names it.
    pub(super) fn faults<N: Node>(self, claim: &Nemesis, walked: &Walked<N>) -> Vec<Fault> {
        let nodes = &walked.nodes[..];
        let of = |id: NodeId| nodes.iter().find(|stands| stands.node == id);
        let runs = |id| of(id).is_some_and(|stands| !stands.is_down);
        let all = match self {
            Menu::Cluster => cluster(nodes),
            Menu::Links(node) => links(node, nodes),
            Menu::Machine(node) if runs(node) => machine(node),
            Menu::Machine(node) => lost(node),
            Menu::Own(node) if runs(node) => own(node, claim),
            Menu::Own(_) => Vec::new(),
        };
        let named = |one: &Fault| one.kind().is_none_or(|kind| claim.names(kind));
        all.into_iter().filter(|one| named(one) && !is_cut_already(one, walked)).collect()
    }
}

/// Whether a fault only cuts what is cut.
pub(super) fn is_cut_already<N: Node>(fault: &Fault, walked: &Walked<N>) -> bool {
    let id = |target: &Target| match target {
        Target::Node(id) => Some(*id),
        Target::Role(_) => None,
    };
    let cut = |from, to| walked.cuts.contains(&(from, to));
    match fault {
        Fault::Cut { from, to, both } => {
            id(from).zip(id(to)).is_some_and(|(from, to)| cut(from, to) && (!both || cut(to, from)))
        }
        Fault::Isolate { node } => id(node).is_some_and(|node| {
            let mut others = walked.nodes.iter().map(|stands| stands.node).filter(|id| *id != node);
            others.all(|other| cut(node, other) && cut(other, node))
        }),
        _ => false,
    }
}

/// Splits into groups of more than one, rings and bridges, and a restart of all.
fn cluster(nodes: &[Stands]) -> Vec<Fault> {
    let ids: Vec<NodeId> = nodes.iter().map(|stands| stands.node).collect();
    let mut all = Vec::new();
    for few in (2..=ids.len() / 2).rev() {
        for chosen in subsets(ids.len(), few) {
            // Of two equal halves one names both.
            if 2 * few == ids.len() && !chosen.contains(&0) {
                continue;
            }
            let side = |of: bool| {
                let on = ids.iter().enumerate().filter(|(at, _)| chosen.contains(at) == of);
                on.map(|(_, id)| Target::Node(*id)).collect()
            };
            all.push(Fault::Partition { groups: vec![side(true), side(false)] });
            if all.len() == SPLITS_MAX {
                break;
            }
        }
        if all.len() == SPLITS_MAX {
            break;
        }
    }
    if ids.len() > 2 {
        all.push(Fault::Ring { order: Vec::new() });
    }
    // Of three it is a link that is cut.
    if ids.len() > 3 {
        all.extend(ids.iter().map(|id| Fault::Bridge { node: (*id).into() }));
    }
    all.push(Fault::RestartAll);
    all
}

/// The sets of so many of the numbers below a limit, in the order of their least numbers; enough of
/// them.
fn subsets(limit: usize, size: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        let longer = |set: &Vec<usize>| {
            let from = set.last().map_or(0, |last| last + 1);
            let set = set.clone();
            (from..limit).map(move |next| [&set[..], &[next]].concat())
        };
        all = all.iter().flat_map(longer).collect();
        all.truncate(limit * SPLITS_MAX);
    }
    all
}

/// What can happen to the messages from a node to each other one.
fn links(from: NodeId, nodes: &[Stands]) -> Vec<Fault> {
    let mut all = Vec::new();
    for to in nodes.iter().map(|stands| stands.node).filter(|node| *node != from) {
        let ends = || (Target::from(from), Target::from(to));
        let (a, b) = ends();
        all.push(Fault::Cut { from: a.clone(), to: b.clone(), both: true });
        all.push(Fault::Cut { from: a.clone(), to: b.clone(), both: false });
        all.push(Fault::Hold { from: a.clone(), to: b.clone() });
        all.push(Fault::Drop { nth: 1, from: a, to: b });
        if nodes.len() as u32 > FEW {
            continue;
        }
        let (from, to) = ends();
        all.push(Fault::Double { nth: 1, from, to, by: Duration::ZERO });
        let (from, to) = ends();
        all.push(Fault::Swap { nth: 1, from, to });
        let (from, to) = ends();
        all.push(Fault::Delay { nth: 1, from, to, by: SHORT });
        let (from, to) = ends();
        all.push(Fault::Corrupt { nth: 1, from, to, bit: 0 });
        let narrow =
            LinkTrouble::Narrow { per_second: 10, queue: 1, overflow: Overflow::DropNewest };
        let lossy = LinkTrouble::Loses { ratio: Ratio::new(1, 2) };
        for what in [lossy, LinkTrouble::Late { by: SHORT }, narrow] {
            let (from, to) = ends();
            all.push(Fault::Link { from, to, what, lasts: LONG });
        }
    }
    all
}

/// What can happen to a machine that runs.
fn machine(id: NodeId) -> Vec<Fault> {
    let node = || Target::from(id);
    let power = |point, kept_percent| Fault::PowerLoss { node: node(), point, kept_percent };
    let mut all = vec![Fault::Stop { node: node() }];
    for kind in [EffectKind::Sync, EffectKind::Send, EffectKind::Answer] {
        all.push(Fault::Crash { node: node(), point: Some(CrashPoint::Before(kind)) });
    }
    all.push(power(Some(CrashPoint::Before(EffectKind::Sync)), 0));
    all.push(power(None, 50));
    all.push(Fault::Slow { node: node(), by: SHORT, lasts: LONG });
    let fails = |call, kept_percent| DiskTrouble::Fails { call, kept_percent };
    let troubles = [
        fails(DiskCall::Write, 0),
        fails(DiskCall::Write, 50),
        fails(DiskCall::Sync, 0),
        DiskTrouble::Full { lasts: LONG, kept_percent: 0 },
        DiskTrouble::Slow { by: SHORT, lasts: LONG },
        DiskTrouble::Lies { lasts: LONG },
        DiskTrouble::Tears,
        DiskTrouble::Misdirects,
        DiskTrouble::Flips { bit: 0 },
    ];
    all.extend(troubles.map(|what| Fault::Disk { node: node(), what }));
    all.extend(lost(id));
    all.push(Fault::Hurry { node: node(), by: LONG });
    let clocks = [
        ClockTrouble::Drifts { percent: 50 },
        ClockTrouble::Drifts { percent: -50 },
        ClockTrouble::Wobbles { percent: 50, every: SHORT },
        ClockTrouble::Jitters { percent: 50 },
        ClockTrouble::Freezes { lasts: LONG },
    ];
    all.extend(clocks.map(|what| Fault::Clock { node: node(), what }));
    all
}

/// What can happen to a disk while nobody uses it.
fn lost(node: NodeId) -> Vec<Fault> {
    let ways = [DiskTrouble::Loses { file: 1 }, DiskTrouble::Wiped, DiskTrouble::Reverted];
    ways.map(|what| Fault::Disk { node: node.into(), what }).to_vec()
}

/// The node's own kinds of trouble, each in some sizes, the least and the largest among them.
fn own(id: NodeId, claim: &Nemesis) -> Vec<Fault> {
    let mut all = Vec::new();
    for own in claim.disturbances() {
        let (low, high) = (*own.arguments.start(), *own.arguments.end());
        let width = high.saturating_sub(low);
        let sizes = width.min(SIZES_MAX - 1);
        for size in 0..=sizes {
            let along = u128::from(width) * u128::from(size) / u128::from(sizes.max(1));
            let argument = low + along as u64;
            all.push(Fault::Disturb { node: id.into(), name: own.name.clone(), argument });
        }
    }
    all
}
