//! Small searches, and runs told by hand.

use super::{Cause, Coverage, Row};
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::reference::raft::{Bounds, Raft};
use crate::time::Time;

fn small() -> Coverage {
    let bounds = Bounds { nodes: 2, terms: 1, requests: 0, restarts: 0, ..Bounds::PLAIN };
    Coverage::reachable(&Raft::within(bounds))
}

#[test]
fn all_is_covered_of_itself_and_nothing_of_nothing() {
    let all = small();
    for row in all.table(&all) {
        assert_eq!((row.states.0, row.edges.0, row.beyond), (row.states.1, row.edges.1, 0));
    }
    for row in Coverage::default().table(&all) {
        assert_eq!((row.states.0, row.edges.0, row.beyond), (0, 0, 0));
    }
}

#[test]
fn who_stands_in_a_run_takes_an_edge_of_the_search() {
    let told = |node, fact| Told { time: Time::ZERO, order: 0, node, incarnation: 0, fact };
    let boot = Fact::Booted { applied: 0, log_last: 0 };
    let facts =
        [told(NodeId(1), boot), told(NodeId(2), boot), told(NodeId(1), Fact::Stands { term: 1 })];
    let mut run = Coverage::default();
    run.add_run(2, &facts);
    assert_eq!(run.edges().count(), 1);
    let stands = run.table(&small())[0];
    // The other one may stand before, or after.
    let want = Row { cause: Some(Cause::Stands), states: (1, 2), edges: (1, 2), beyond: 0 };
    assert_eq!(stands, want);
}
