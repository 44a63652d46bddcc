//! The Raft model to its last state: exact counts, the same for any number of threads and by
//! Stateright's own search, and the shortest ways to break what is broken.

use super::{broken, figures};
use crate::explore::{End, Explore, explore};
use crate::reference::Clause;
use crate::reference::raft::{Bounds, Bug, Raft};
use crate::reference::symmetry::Renamed;

const SMALL: Bounds = Bounds { nodes: 3, terms: 2, requests: 2, messages: 1, restarts: 0 };

fn small(bug: Option<Bug>, bounds: Bounds) -> Explore<Raft> {
    explore(Raft { bounds, bug }).symmetry(Renamed::least)
}

#[test]
fn raft_has_the_same_states_by_staterights_search() {
    for (bounds, generated, distinct) in [
        (Bounds { nodes: 2, terms: 2, requests: 2, messages: 2, restarts: 1 }, 148_175, 35_620),
        (Bounds { nodes: 3, terms: 1, requests: 2, messages: 2, restarts: 0 }, 373_744, 90_620),
        (SMALL, 301_978, 113_235),
    ] {
        assert_eq!(figures(&Raft { bounds, bug: None }), (generated, distinct));
    }
}

#[test]
fn rafts_representatives_stand_for_all_states_and_for_no_other() {
    let bounds = Bounds { terms: 2, requests: 1, restarts: 1, ..SMALL };
    let all = explore(Raft { bounds, bug: None }).run(&mut |_| {}).progress.distinct;
    let mut representatives = 0;
    let sum = super::orbits(&Raft { bounds, bug: None }, Renamed::least, |state| {
        representatives += 1;
        state.orbit()
    });
    assert_eq!(sum, all);
    assert!(representatives * 5 < all, "{representatives} of {all}");
}

#[test]
fn raft_is_the_same_for_any_number_of_threads() {
    let one = small(None, SMALL).jobs(1).run(&mut |_| {});
    let four = small(None, SMALL).jobs(4).run(&mut |_| {});
    assert_eq!((one.progress.generated, one.progress.distinct), (50_456, 18_900));
    assert_eq!(one.progress.depth, four.progress.depth);
    assert_eq!(one.progress.generated, four.progress.generated);
    assert_eq!(one.progress.distinct, four.progress.distinct);
    assert_eq!(one.findings, four.findings);
}

#[test]
fn raft_is_sound_within_its_usual_bounds() {
    let found = small(None, Bounds::default()).run(&mut |_| {});
    assert_eq!(found.end, End::Complete);
    let progress = found.progress;
    assert_eq!((progress.generated, progress.distinct), (3_762_758, 1_116_519));
}

#[test]
fn a_forgotten_vote_is_found_out_in_two_steps() {
    let bounds = Bounds { restarts: 1, ..SMALL };
    let (clause, path) = broken(&small(Some(Bug::VoteForgotten), bounds));
    assert_eq!((clause, path.len()), (Clause::VoteNeverChanges.name(), 2));
}

#[test]
fn an_answer_before_anybody_else_holds_the_entry_is_found_out_in_13_steps() {
    let (clause, path) = broken(&small(Some(Bug::AckedAlone), SMALL));
    assert_eq!((clause, path.len()), (Clause::NoAcknowledgedWriteIsLost.name(), 13));
}

/// Figure 8 of the paper. It lies behind twelve million states.
#[test]
fn an_older_terms_entry_that_is_committed_is_found_out_in_28_steps() {
    let bounds = Bounds { nodes: 3, terms: 4, requests: 2, messages: 1, restarts: 1 };
    let (clause, path) = broken(&small(Some(Bug::OldTermCommitted), bounds));
    assert_eq!((clause, path.len()), (Clause::LeaderIsComplete.name(), 28));
}

#[test]
fn a_vote_for_a_shorter_log_is_found_out_in_12_steps() {
    let (clause, path) = broken(&small(Some(Bug::LogNotCompared), SMALL));
    assert_eq!((clause, path.len()), (Clause::LeaderIsComplete.name(), 12));
}
