//! What the nodes told comes in; whether the reference accepts it goes out, with the first refusal
//! put into words. Which facts contradict each other is the reference's to know, not this file's.

use super::Property;
use crate::fact::{Entry, Fact};
use crate::id::{NodeId, RequestId};
use crate::node::Node;
use crate::observe::Observed;
use crate::reference::{Against, Clause, Cluster, Refusal};
use crate::trace::End;
use crate::verdict::{Failure, Verdict, Violation};

#[cfg(test)]
mod tests;
mod words;

const PROPERTY: &str = "reference";

/// The property that everything the nodes tell of themselves fits the abstract model of a
/// replicated log: the clauses are those of [`Clause::ALL`]. Nodes that tell nothing pass.
#[derive(Clone, Copy, Default, Debug)]
pub struct Reference;

impl<N: Node> Property<N> for Reference {
    fn name(&self) -> &str {
        PROPERTY
    }

    fn judges_any_time(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        match refusal(seen) {
            None => Verdict::Pass,
            Some(refusal) => Verdict::Fail(violation(seen, &refusal)),
        }
    }
}

/// The first fact of a run that the reference refuses, or what it misses at the end.
fn refusal<N: Node>(seen: &Observed<'_, N>) -> Option<Box<Refusal>> {
    let mut cluster = Cluster::new(seen.nodes);
    for told in seen.facts {
        if let Err(refusal) = cluster.step(told) {
            return Some(refusal);
        }
    }
    // What is missing can be told from what is late only when all has come to rest.
    let End::Settled { behind, .. } = seen.end else { return None };
    cluster.finish(behind).err()
}

fn violation<N: Node>(seen: &Observed<'_, N>, refusal: &Refusal) -> Violation {
    let words = words::Words { history: seen.history, facts: seen.facts, nodes: seen.nodes };
    let clause = refusal.clause;
    let operations = requests(refusal).into_iter().flatten().filter_map(|id| words.place(id));
    let mut places: Vec<usize> = operations.collect();
    places.dedup();
    Violation {
        failure: Failure { property: PROPERTY.to_owned(), clause: clause.name().to_owned() },
        headline: words.headline(refusal),
        why: words.why(refusal),
        rule: format!("{} ({})", clause.statement().trim_end_matches('.'), clause.source()),
        at: if clause == Clause::NoAcknowledgedWriteIsLost {
            seen.ended.time
        } else {
            refusal.told.time
        },
        nodes: nodes(refusal),
        operations: places,
    }
}

/// The entry that the refused fact speaks of.
fn entry(refusal: &Refusal) -> Option<Entry> {
    match refusal.told.fact {
        Fact::Appended { entry, .. } | Fact::Applied { entry, .. } => Some(entry),
        _ => None,
    }
}

/// The requests that a refusal is about, the earlier one first.
fn requests(refusal: &Refusal) -> [Option<RequestId>; 3] {
    let (before, mine) = match refusal.against {
        Against::Log { entry, .. }
        | Against::Quorum { entry, .. }
        | Against::Voters { entry, .. } => (entry, None),
        Against::Committed { entry, mine, .. } => (entry, mine),
        Against::Durable { entry, .. } | Against::Applied { entry, .. } => (Some(entry), None),
        Against::Below { mine, other, .. } => (Some(other), Some(mine)),
        _ => (None, None),
    };
    let request = |entry: Option<Entry>| entry.and_then(|entry| entry.request);
    let last = match refusal.told.fact {
        Fact::Acked { request, .. } => Some(request),
        _ => request(entry(refusal)),
    };
    [request(before), request(mine), last]
}

/// The nodes that a refusal is about, the earlier one first.
fn nodes(refusal: &Refusal) -> Vec<NodeId> {
    let first = match refusal.against {
        Against::Leader { node, .. }
        | Against::Durable { node, .. }
        | Against::Below { node, .. }
        | Against::Committed { node, .. }
        | Against::Applied { node, .. }
        | Against::Snapshot { node, .. }
        | Against::Configuration { first: Some((node, _)), .. } => node,
        _ => refusal.told.node,
    };
    let mut nodes = vec![first, refusal.told.node];
    nodes.dedup();
    nodes
}
