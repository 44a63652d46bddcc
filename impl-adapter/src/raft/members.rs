//! Who belongs to a cluster: an administrator's wish comes in as a word and a number, a change of
//! the library's goes out; and a configuration of the library's becomes a fact. It proposes and
//! applies nothing itself.
//!
//! The one idea: a wish is one number, so that it can stand in a schedule and be shrunk. A node is
//! its number, a set of nodes is a number with a bit for each, and numbers beyond the cluster begin
//! again at its first node.

use ::raft::eraftpb::{ConfChangeSingle, ConfChangeTransition, ConfChangeType, ConfChangeV2};
use ::raft::eraftpb::{ConfState, Entry};
use protobuf::Message;
use schism::fact::{Config, Nodes};
use schism::{Nemesis, NodeId};

/// What an administrator can ask a node for: the word, and what its number means.
pub const WISHES: [(&str, &str); 10] = [
    ("add-voter", "this node votes from now on, a learner too"),
    ("add-learner", "this node gets the log and does not vote, even if it did"),
    ("remove", "this node belongs to the cluster no more"),
    ("joint", "these nodes vote, by a joint configuration that somebody has to leave"),
    ("switch", "these nodes vote, by a joint configuration that is left by itself"),
    ("demote", "the same, and who loses its vote goes on as a learner"),
    ("leave-joint", "the joint configuration ends; the number means nothing"),
    ("transfer", "this node is to lead"),
    ("priority", "the node itself gives its vote to those of lower priority only if it must"),
    ("campaign", "the node itself asks for votes; the number means nothing"),
];

/// A claim with all of them but `priority`, in clusters of so many nodes. Of priorities the library
/// keeps no promise that could be claimed: see `docs/FINDINGS.md`.
#[must_use]
pub fn claim(nemesis: Nemesis, nodes: u64) -> Nemesis {
    let claimed = WISHES.iter().filter(|(word, _)| *word != "priority");
    claimed.fold(nemesis, |claim, (word, _)| {
        let most = match *word {
            "joint" | "switch" | "demote" => (1 << nodes) - 1,
            "leave-joint" | "campaign" => 1,
            _ => nodes,
        };
        claim.own(word, 1..=most)
    })
}

/// The node that a number means in a cluster of so many.
#[must_use]
pub const fn node(argument: u64, nodes: u64) -> u64 {
    argument.saturating_sub(1) % nodes + 1
}

/// The change that a wish asks for; `None` where it is none of who belongs to the cluster.
#[must_use]
pub fn change(wish: &str, argument: u64, now: &ConfState, nodes: u64) -> Option<ConfChangeV2> {
    let single = |kind| vec![of(node(argument, nodes), kind)];
    let whole = |others| all_to(set(argument, nodes), now, others);
    let auto = ConfChangeTransition::Auto;
    let (transition, changes) = match wish {
        "add-voter" => (auto, single(ConfChangeType::AddNode)),
        "add-learner" => (auto, single(ConfChangeType::AddLearnerNode)),
        "remove" => (auto, single(ConfChangeType::RemoveNode)),
        "joint" => (ConfChangeTransition::Explicit, whole(ConfChangeType::RemoveNode)),
        "switch" => (ConfChangeTransition::Implicit, whole(ConfChangeType::RemoveNode)),
        "demote" => (ConfChangeTransition::Implicit, whole(ConfChangeType::AddLearnerNode)),
        "leave-joint" => (auto, Vec::new()),
        _ => return None,
    };
    Some(ConfChangeV2 { transition, changes: changes.into(), ..Default::default() })
}

/// The nodes that a number means in a cluster of so many: all, where it means none of them.
const fn set(argument: u64, nodes: u64) -> Nodes {
    let all = (1 << nodes) - 1;
    Nodes(if argument & all == 0 { all } else { argument & all })
}

/// All changes from a configuration to one in which these nodes vote.
fn all_to(wanted: Nodes, now: &ConfState, others: ConfChangeType) -> Vec<ConfChangeSingle> {
    let gone = now.voters.iter().filter(|id| !wanted.contains(NodeId::from(**id)));
    let gone = gone.map(|id| of(*id, others));
    let here = wanted.iter().map(u64::from).filter(|id| !now.voters.contains(id));
    gone.chain(here.map(|id| of(id, ConfChangeType::AddNode))).collect()
}

fn of(node_id: u64, change_type: ConfChangeType) -> ConfChangeSingle {
    ConfChangeSingle { node_id, change_type, ..Default::default() }
}

/// The change that stands in an entry of the log.
///
/// # Panics
///
/// If it cannot be read: the library puts nothing else there.
#[must_use]
pub fn read(entry: &Entry) -> ConfChangeV2 {
    ConfChangeV2::parse_from_bytes(&entry.data).expect("the library wrote a change there")
}

/// A configuration, as far as a reference model needs to know it.
#[must_use]
pub fn as_fact(state: &ConfState) -> Config {
    let nodes = |ids: &[u64]| -> Nodes { ids.iter().map(|id| NodeId::from(*id)).collect() };
    let next = nodes(&state.learners_next);
    Config {
        voters: nodes(&state.voters),
        outgoing: nodes(&state.voters_outgoing),
        learners: Nodes(nodes(&state.learners).0 | next.0),
    }
}
