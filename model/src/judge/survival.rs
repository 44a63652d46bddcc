//! How a run ended comes in; whether the code under test came through it alive goes out.
//!
//! These two properties need no promise from anybody, so they always hold for a system that is
//! well, and every check has them.

use super::Property;
use crate::fact::Fact;
use crate::id::NodeId;
use crate::node::Node;
use crate::observe::Observed;
use crate::trace::End;
use crate::verdict::{Failure, Verdict, Violation};

/// The property that no node panics. The clause of a failure is the place in the source, so that a
/// shrinker never takes one panic for another.
#[derive(Clone, Copy, Default, Debug)]
pub struct NoPanic;

/// The property that no node goes on for ever.
#[derive(Clone, Copy, Default, Debug)]
pub struct Terminates;

const NO_PANIC: &str = "no panic";
const TERMINATES: &str = "terminates";

impl<N: Node> Property<N> for NoPanic {
    fn name(&self) -> &str {
        NO_PANIC
    }

    fn judges_any_time(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let End::Panicked(panic) = seen.end else { return Verdict::Pass };
        let (node, location, time) = (panic.node, &panic.location, panic.at.time);
        Verdict::Fail(Violation {
            failure: Failure { property: NO_PANIC.to_owned(), clause: location.clone() },
            headline: format!("panic at {location}"),
            why: format!(
                "{node} panicked at {location} at {time}: {}{}",
                panic.message,
                restart(seen, node)
            ),
            rule: "a node handles every sequence of events; where it cannot go on it stops itself"
                .to_owned(),
            at: time,
            nodes: vec![node],
            operations: Vec::new(),
        })
    }
}

/// What a node that panicked had come up with, if it had been down: libraries panic when the disk
/// has not kept what others were told. The entry that others hold next is the one missed first.
fn restart<N: Node>(seen: &Observed<'_, N>, node: NodeId) -> String {
    let boots = seen.facts.iter().filter(|told| told.node == node && told.incarnation > 0);
    let last = boots.rev().find_map(|told| match told.fact {
        Fact::Booted { log_last, .. } => Some((told, log_last)),
        _ => None,
    });
    let Some((told, log_last)) = last else { return String::new() };
    let log = match log_last {
        0 => "an empty log".to_owned(),
        last => format!("a log that ends at index {last}"),
    };
    let missed = seen.facts.iter().rev().find_map(|other| match other.fact {
        Fact::Appended { index, entry } if other.node != node && index == log_last + 1 => {
            let what = entry.request.map_or_else(
                || format!("the protocol's own entry of term {}", entry.term),
                |request| match seen.history.operations.iter().find(|o| o.request == request) {
                    Some(operation) => format!("{} ({request})", operation.op),
                    None => format!("request {request}"),
                },
            );
            Some(format!(", where {} has {what} at index {index}", other.node))
        }
        _ => None,
    });
    format!(". It had come up at {} with {log}{}", told.time, missed.unwrap_or_default())
}

impl<N: Node> Property<N> for Terminates {
    fn name(&self) -> &str {
        TERMINATES
    }

    fn judges_any_time(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let End::Runaway { node, what } = seen.end else { return Verdict::Pass };
        let clause = if node.is_some() { "a node runs away" } else { "the run has no end" };
        Verdict::Fail(Violation {
            failure: Failure { property: TERMINATES.to_owned(), clause: clause.to_owned() },
            headline: clause.to_owned(),
            why: match node {
                Some(node) => format!("{node} would not come to an end: {what}"),
                None => format!("the nodes would not come to an end: {what}"),
            },
            rule: "a node does a bounded amount of work for each event".to_owned(),
            at: seen.ended.time,
            nodes: node.iter().copied().collect(),
            operations: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;
    use crate::judge::testing::{Mute, Run, at};
    use crate::spec::kv::PutGet;
    use crate::trace::Panic;

    fn violation<P: Property<Mute<PutGet>>>(property: &P, end: End) -> Violation {
        match property.judge(&Run { end, ..Run::new() }.seen()) {
            Verdict::Fail(violation) => violation,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_panic_is_known_by_its_place() {
        let end = End::Panicked(Panic {
            node: NodeId(2),
            at: at(1_300),
            message: "to_commit 5 is out of range [last_index 4]".to_owned(),
            location: "raft_log.rs:412".to_owned(),
        });
        let found = violation(&NoPanic, end);
        assert_eq!(found.failure.to_string(), "no panic: raft_log.rs:412");
        assert_eq!(
            found.why,
            "n2 panicked at raft_log.rs:412 at 1.300 s: to_commit 5 is out of range [last_index 4]"
        );
        assert_eq!((found.at, found.nodes), (at(1_300).time, vec![NodeId(2)]));
    }

    #[test]
    fn a_node_that_never_ends_is_known_as_such() {
        let what = "one event had 1048576 effects".to_owned();
        let found = violation(&Terminates, End::Runaway { node: Some(NodeId(3)), what });
        assert_eq!(found.failure.to_string(), "terminates: a node runs away");
        assert_eq!(found.why, "n3 would not come to an end: one event had 1048576 effects");
        assert_eq!(found.nodes, [NodeId(3)]);
    }

    #[test]
    fn a_run_that_settles_survives() {
        let run = Run::<PutGet>::new();
        assert_eq!(NoPanic.judge(&run.seen()), Verdict::Pass);
        assert_eq!(Terminates.judge(&run.seen()), Verdict::Pass);
    }
}
