//! The Raft model to its last state: exact counts, the same for any number of threads and by
//! Stateright's own search, and the shortest ways to break what is broken.

use super::{broken, figures};
use crate::explore::{End, Explore, Packing, explore};
use crate::reference::Clause;
use crate::reference::packed::Packed;
use crate::reference::raft::{Bounds, Bug, Raft, Rules, State};
use crate::reference::symmetry::Renamed;

const SMALL: Bounds = Bounds { terms: 2, restarts: 0, ..Bounds::PLAIN };

fn small(bug: Option<Bug>, bounds: Bounds) -> Explore<Raft> {
    explore(Raft::within(bounds).with(bug)).symmetry(Renamed::least).packed(PACKING)
}

const PACKING: Packing<State> = Packing { pack: Packed::pack, unpack: Packed::unpack };

#[test]
fn raft_has_the_same_states_by_staterights_search() {
    for (bounds, generated, distinct) in [
        (Bounds { nodes: 2, terms: 2, messages: 2, ..Bounds::PLAIN }, 148_175, 35_620),
        (Bounds { terms: 1, messages: 2, restarts: 0, ..Bounds::PLAIN }, 373_744, 90_620),
        (SMALL, 301_978, 113_235),
    ] {
        assert_eq!(figures(&Raft::within(bounds)), (generated, distinct));
    }
}

/// With one request and one term, unless said.
const TINY: Bounds = Bounds { terms: 1, requests: 1, ..SMALL };

/// Small bounds with snapshots, with changes of one voter, and with a joint one.
const WITH_MEMBERS: [Bounds; 4] = [
    Bounds { terms: 2, snapshots: 2, ..TINY },
    Bounds { terms: 2, changes: 1, ..TINY },
    Bounds { joint: 1, requests: 2, ..TINY },
    Bounds { voters: 2, changes: 2, snapshots: 1, ..TINY },
];

#[test]
fn raft_with_snapshots_and_changes_has_the_same_states_by_staterights_search() {
    let counts = [(287_116, 85_182), (249_982, 86_553), (262_762, 107_051), (95_511, 33_942)];
    let found = WITH_MEMBERS.map(|bounds| figures(&Raft::within(bounds)));
    assert_eq!(found, counts);
    // A rule changes what there is, and not that it is sound.
    let counts = [(1_180_219, 452_480), (531_159, 182_946)];
    let models = [WITH_MEMBERS[2], WITH_MEMBERS[3]].map(Raft::within);
    let found = models.map(|model| figures(&model.by(Rules::ETCD)));
    assert_eq!(found, counts);
}

#[test]
fn rafts_representatives_stand_for_all_states_and_for_no_other() {
    let bounds = Bounds { terms: 2, requests: 1, restarts: 1, ..SMALL };
    for bounds in WITH_MEMBERS.into_iter().chain([bounds]) {
        let all = explore(Raft::within(bounds)).run(&mut |_| {}).progress.distinct;
        let mut representatives = 0;
        let sum = super::orbits(&Raft::within(bounds), Renamed::least, |state| {
            representatives += 1;
            state.orbit()
        });
        assert_eq!(sum, all, "{bounds:?}");
        assert!(representatives * 5 < all, "{representatives} of {all}");
    }
}

/// The usual bounds have twenty times as many states: `.ci/counts` searches those.
#[test]
fn raft_is_sound_and_the_same_for_any_number_of_threads() {
    let one = small(None, Bounds::PLAIN).jobs(1).run(&mut |_| {});
    assert_eq!(one.end, End::Complete);
    assert_eq!((one.progress.generated, one.progress.distinct), (3_762_758, 1_116_519));
    let four = small(None, Bounds::PLAIN).jobs(4).run(&mut |_| {});
    assert_eq!((one.end, one.progress.depth), (four.end, four.progress.depth));
    assert_eq!(one.progress.generated, four.progress.generated);
    assert_eq!(one.progress.distinct, four.progress.distinct);
    assert_eq!(one.findings, four.findings);
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
    let bounds = Bounds { terms: 4, ..Bounds::PLAIN };
    let (clause, path) = broken(&small(Some(Bug::OldTermCommitted), bounds));
    assert_eq!((clause, path.len()), (Clause::LeaderIsComplete.name(), 28));
}

#[test]
fn a_vote_for_a_shorter_log_is_found_out_in_12_steps() {
    let (clause, path) = broken(&small(Some(Bug::LogNotCompared), SMALL));
    assert_eq!((clause, path.len()), (Clause::LeaderIsComplete.name(), 12));
}

/// Ongaro's report of 2015: each change is of one voter, and their quorums need have no node in
/// common.
#[test]
fn two_changes_at_once_are_found_out_in_25_steps() {
    let (clause, path) = broken(&small(Some(Bug::TwoChanges), Bug::TwoChanges.bounds()));
    assert_eq!((clause, path.len()), (Clause::LeaderIsComplete.name(), 25));
}

#[test]
fn a_log_that_goes_on_above_a_snapshot_that_contradicts_it_is_found_out_in_17_steps() {
    let (clause, path) = broken(&small(Some(Bug::SuffixKept), Bug::SuffixKept.bounds()));
    assert_eq!((clause, path.len()), (Clause::LogsMatch.name(), 17));
}
