//! The in-sync-replica model to its last state, and the shortest ways to break what is broken.

use super::{broken, figures};
use crate::explore::{End, explore};
use crate::reference::Clause;
use crate::reference::isr::{Bounds, Bug, Isr};
use crate::reference::symmetry::Renamed;

const SMALL: Bounds =
    Bounds { nodes: 3, epochs: 2, requests: 1, messages: 1, restarts: 1, losses: 1 };

#[test]
fn in_sync_replication_has_the_same_states_by_staterights_search() {
    let bounds = Bounds { restarts: 0, ..SMALL };
    assert_eq!(figures(&Isr { bounds, bug: None }), (474_886, 129_745));
}

#[test]
fn in_sync_replications_representatives_stand_for_all_states() {
    let model = Isr { bounds: Bounds { restarts: 0, ..SMALL }, bug: None };
    let sum = super::orbits(&model, Renamed::least, Renamed::orbit);
    assert_eq!(sum, explore(model).run(&mut |_| {}).progress.distinct);
}

#[test]
fn in_sync_replication_keeps_what_it_acknowledged_while_one_replica_loses_its_writes() {
    let model = Isr { bounds: Bounds { requests: 2, ..SMALL }, bug: None };
    let found = explore(model).symmetry(Renamed::least).run(&mut |_| {});
    assert_eq!(found.end, End::Complete);
    let progress = found.progress;
    assert_eq!((progress.generated, progress.distinct), (2_358_954, 472_318));
}

#[test]
fn each_bug_of_in_sync_replication_is_found_in_its_fewest_steps() {
    for (bug, clause, steps) in [
        (Bug::UncleanElection, Clause::OneEntryAtAnIndex, 20),
        (Bug::TruncatedToWatermark, Clause::OneEntryAtAnIndex, 21),
        (Bug::AckedAlone, Clause::NoAcknowledgedWriteIsLost, 13),
        (Bug::LastReplica, Clause::OneEntryAtAnIndex, 21),
    ] {
        let model = Isr { bounds: Bounds { requests: 2, ..SMALL }, bug: Some(bug) };
        let (found, path) = broken(&explore(model).symmetry(Renamed::least));
        assert_eq!((found, path.len()), (clause.name(), steps), "{bug:?}: {path:#?}");
    }
}

#[test]
fn a_replica_that_is_not_taken_back_breaks_no_clause() {
    let model = Isr { bounds: SMALL, bug: Some(Bug::OutForGood) };
    let found = explore(model).symmetry(Renamed::least).run(&mut |_| {});
    assert_eq!(found.end, End::Complete);
}
