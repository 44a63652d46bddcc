//! What a run has walked: its facts come in, and are followed through the model; each step of a
//! node is noted as an edge. A run that is refused counts up to there.

use std::hash::{Hash, Hasher};

use super::{Cause, Coverage, Edge, Look, Stand};
use crate::fact::{Fact, Says, Told};
use crate::id::NodeId;
use crate::reference::raft::Role;
use crate::reference::raft::conform::{Conformance, NODES_MAX};
use crate::seed::StableHasher;

impl Coverage {
    /// Adds what a run of so many nodes has walked; nothing where they are more than can be
    /// followed.
    pub fn add_run(&mut self, nodes: u32, facts: &[Told]) {
        walk(nodes, facts, |edge, _| {
            self.edges.insert(edge);
        });
    }
}

/// Digests of what a run has walked, each once: the edges, and how all nodes stood together behind
/// each, whatever they are called.
#[must_use]
pub fn walked(nodes: u32, facts: &[Told]) -> Vec<u64> {
    let mut digests = Vec::new();
    let mut all: Vec<Stand> = Vec::new();
    walk(nodes, facts, |edge, run| {
        all.clear();
        all.extend(run.nodes().map(|node| stand(run, node)));
        all.sort_unstable();
        digests.extend([digest(&edge), digest(&(edge.0, &all))]);
    });
    digests.sort_unstable();
    digests.dedup();
    digests
}

fn digest(what: &impl Hash) -> u64 {
    let mut hasher = StableHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Follows a run, and shows each edge with where the run stands behind it.
fn walk(nodes: u32, facts: &[Told], mut see: impl FnMut(Edge, &Conformance)) {
    if nodes > NODES_MAX {
        return;
    }
    let mut run = Conformance::new(nodes);
    // A step ends where another begins: until then facts tell what of it is so.
    let mut begun: Option<(NodeId, Stand, Cause)> = None;
    for told in facts {
        let cause = cause(told).filter(|_| (1..=nodes).contains(&told.node.0));
        if let Some((node, from, why)) = begun
            && (cause.is_some() || node != told.node)
        {
            see((why, from, stand(&run, node)), &run);
            begun = None;
        }
        let from = cause.map(|why| (told.node, stand(&run, told.node), why));
        if run.step(told).is_err() {
            return;
        }
        begun = from.or(begun);
    }
    if let Some((node, from, why)) = begun {
        see((why, from, stand(&run, node)), &run);
    }
}

fn stand(run: &Conformance, who: NodeId) -> Stand {
    let look = |node: NodeId| {
        let mind = run.minds(node).first();
        mind.map_or(Look { term: 0, role: Role::Follower, vote: 0, end: (0, 0), commit: 0 }, |me| {
            let role = if run.may_lead(node) { Role::Leader } else { me.role };
            Look {
                term: me.term,
                role,
                vote: match me.vote {
                    None => 0,
                    Some(vote) if vote == node => 1,
                    Some(_) => 2,
                },
                end: me.end(),
                commit: run.may_know(node),
            }
        })
    };
    Stand::among(&look(who), run.nodes().map(look))
}

fn cause(told: &Told) -> Option<Cause> {
    Some(match told.fact {
        Fact::Stands { .. } => Cause::Stands,
        Fact::Took { .. } => Cause::Takes,
        Fact::Booted { .. } if told.incarnation > 0 => Cause::Restart,
        Fact::Handled { says, .. } => match says {
            Says::Vote { .. } => Cause::Asked,
            Says::Voted { .. } => Cause::Voted,
            Says::Append { .. } | Says::Heartbeat { .. } => Cause::Append,
            Says::Appended { .. } | Says::Refused { .. } => Cause::Answer,
            Says::Snapshot { .. } => Cause::Snapshot,
            Says::Committed { .. } | Says::Nothing => return None,
        },
        _ => return None,
    })
}
