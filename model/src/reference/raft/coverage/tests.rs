//! Small searches, and runs told by hand.

use stateright::Model;

use super::{Cause, Coverage, Plan, Row};
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

#[test]
fn paths_cover_each_edge_that_who_begins_a_term_with_an_entry_can_take() {
    let raft = Raft::within(Bounds { terms: 1, requests: 1, restarts: 0, ..Bounds::PLAIN });
    let (plan, all) = (Plan::cover(&raft), Coverage::reachable(&raft));
    let edges = plan.edges.edges().count();
    assert_eq!((edges, plan.edges.shares(&all), all.edges().count()), (32, 32, 49));
    assert_eq!(plan.paths.len(), 18);
    let mut walked = Coverage::default();
    for path in &plan.paths {
        // The last step of each is what it is for.
        let last = path.last().and_then(|step| step.edge).expect("a path ends with an edge");
        assert!(!walked.has(&last));
        walked.edges.extend(path.iter().filter_map(|step| step.edge));
    }
    assert_eq!(walked, plan.edges);
}

#[test]
fn a_path_can_be_walked_from_its_first_step_to_its_last() {
    let raft = Raft::within(Bounds { terms: 2, requests: 1, ..Bounds::PLAIN });
    for path in Plan::cover(&raft).paths {
        let mut state = raft.init_states().remove(0);
        for step in path {
            let mut possible = Vec::new();
            raft.actions(&state, &mut possible);
            assert!(possible.contains(&step.action), "{:?}", step.action);
            state = raft.next_state(&state, step.action).expect("it is possible");
        }
    }
}
