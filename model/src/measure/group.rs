//! What members of a group said of each other comes in; how long news took to go round goes out,
//! and how often members were wrong about one that was up.

use crate::fact::{Fact, Member, Standing};
use crate::id::NodeId;
use crate::measures::Gossip;
use crate::node::Node;
use crate::time::Time;
use crate::trace::Trace;
use std::collections::{BTreeMap, BTreeSet};

/// How news went round in one run; nothing where no node tells of a group.
pub(super) fn gossip<N: Node>(trace: &Trace<N>) -> Option<Gossip> {
    let mut gossip: Option<Gossip> = None;
    let mut given: BTreeMap<u64, Time> = BTreeMap::new();
    let mut held: BTreeMap<(NodeId, NodeId), Standing> = BTreeMap::new();
    let mut left: BTreeSet<NodeId> = BTreeSet::new();
    for told in &trace.facts {
        let Fact::Member(said) = told.fact else { continue };
        let gossip = gossip.get_or_insert_default();
        match said {
            Member::Heard { value } => match given.get(&value) {
                Some(from) => gossip.broadcasts.record(told.time.since(*from)),
                None => {
                    given.insert(value, told.time);
                }
            },
            Member::Believes { of, standing, .. } => {
                let turned = held.insert((told.node, of), standing) != Some(standing);
                if turned && !left.contains(&of) {
                    believes(gossip, standing, down_since(trace, of, told.time), told.time);
                }
            }
            Member::Left => {
                left.insert(told.node);
            }
            Member::Joined { .. } => {
                left.remove(&told.node);
                // What it believed went with its process, or its name.
                held.retain(|(who, _), _| *who != told.node);
            }
            Member::Refutes { .. } | Member::Sent { .. } => {}
        }
    }
    gossip
}

/// Somebody has changed its mind about a member that is up, or has been down for a while.
fn believes(gossip: &mut Gossip, standing: Standing, down: Option<Time>, at: Time) {
    match (standing, down) {
        (Standing::Down, Some(since)) => gossip.deaths.record(at.since(since)),
        (Standing::Down, None) => gossip.buried += 1,
        (Standing::Suspect, None) => gossip.suspected += 1,
        (Standing::Suspect, Some(_)) | (Standing::Alive, _) => {}
    }
}

/// Since when a node is down at this time, if it is.
fn down_since<N: Node>(trace: &Trace<N>, node: NodeId, at: Time) -> Option<Time> {
    let mut downs = trace.course.downs.iter().filter(|(down, _)| *down == node);
    downs.find(|(_, span)| span.from <= at && at <= span.until).map(|(_, span)| span.from)
}
