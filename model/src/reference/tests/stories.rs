//! For each clause the shortest story that breaks it, and a neighbour of it that does not.

use super::super::{Against, Clause, Cluster, Refusal};
use crate::fact::{Entry, Fact, Told};
use crate::id::{ClientId, NodeId, RequestId};
use crate::time::Time;
use Fact::{Acked, Appended, Applied, Booted, Committed, Elected, Term};

pub(super) const N1: NodeId = NodeId(1);
pub(super) const N2: NodeId = NodeId(2);
pub(super) const N3: NodeId = NodeId(3);

pub(super) fn request(number: u32) -> RequestId {
    RequestId { client: ClientId(0), number }
}

pub(super) fn entry(term: u64, number: u32) -> Entry {
    Entry { term, digest: u64::from(number), request: Some(request(number)) }
}

pub(super) fn appended(index: u64, term: u64, number: u32) -> Fact {
    Appended { index, entry: entry(term, number) }
}

pub(super) fn applied(index: u64, term: u64, number: u32) -> Fact {
    Applied { index, entry: entry(term, number), effective: true }
}

pub(super) fn acked(number: u32) -> Fact {
    Acked { request: request(number), read: false }
}

pub(super) fn term(term: u64, vote: NodeId) -> Fact {
    Term { term, vote: Some(vote) }
}

/// Facts of three nodes, a tenth of a second apart. A node that boots again has restarted.
fn told(facts: &[(NodeId, Fact)]) -> Vec<Told> {
    let mut boots = [0_u32; 10];
    let mut told = Vec::new();
    for (order, (node, fact)) in (1..).zip(facts) {
        let boots = &mut boots[node.0 as usize % 10];
        *boots += u32::from(matches!(fact, Booted { .. }));
        let incarnation = boots.saturating_sub(1);
        let time = Time::millis(100 * order);
        told.push(Told { time, order, node: *node, incarnation, fact: *fact });
    }
    told
}

fn judge(facts: &[(NodeId, Fact)]) -> Result<(), Box<Refusal>> {
    let mut cluster = Cluster::new(3);
    told(facts).iter().try_for_each(|told| cluster.step(told))?;
    cluster.finish(&[])
}

/// The last fact of the story is refused, for this reason.
#[track_caller]
pub(super) fn refused(facts: &[(NodeId, Fact)], clause: Clause, against: Against) {
    let last = *told(facts).last().expect("a story has facts");
    assert_eq!(judge(facts), Err(Box::new(Refusal { clause, told: last, against })));
}

#[track_caller]
pub(super) fn accepted(facts: &[(NodeId, Fact)]) {
    assert_eq!(judge(facts), Ok(()));
}

pub(super) fn ms(ms: u64) -> Time {
    Time::millis(ms)
}

/// Every node comes up with nothing on its disk, in 300 ms.
pub(super) const UP: [(NodeId, Fact); 3] = [
    (N1, Booted { applied: 0, log_last: 0 }),
    (N2, Booted { applied: 0, log_last: 0 }),
    (N3, Booted { applied: 0, log_last: 0 }),
];

/// Then n1 leads term 1, and n1 and n2 commit one entry, in 1000 ms.
fn one_committed() -> Vec<(NodeId, Fact)> {
    let mut facts = UP.to_vec();
    facts.extend([
        (N1, term(1, N1)),
        (N2, term(1, N1)),
        (N1, appended(1, 1, 0)),
        (N1, Elected { term: 1 }),
        (N2, appended(1, 1, 0)),
        (N1, Committed { index: 1 }),
        (N2, Committed { index: 1 }),
    ]);
    facts
}

pub(super) fn then(mut facts: Vec<(NodeId, Fact)>, more: &[(NodeId, Fact)]) -> Vec<(NodeId, Fact)> {
    facts.extend_from_slice(more);
    facts
}

#[test]
fn a_term_has_one_leader() {
    let against = Against::Leader { node: N1, time: ms(100) };
    refused(&[(N1, Elected { term: 2 }), (N3, Elected { term: 2 })], Clause::OneLeader, against);
    accepted(&[(N1, Elected { term: 2 }), (N3, Elected { term: 3 }), (N1, Elected { term: 2 })]);
}

#[test]
fn a_term_never_goes_back() {
    let up = Booted { applied: 0, log_last: 0 };
    let against = Against::Term { term: 5, time: ms(200), restarted: true };
    let facts = [(N2, up), (N2, term(5, N1)), (N2, up), (N2, term(4, N1))];
    refused(&facts, Clause::TermNeverGoesBack, against);
    accepted(&[(N2, up), (N2, term(5, N1)), (N2, up), (N2, term(5, N1)), (N2, term(6, N2))]);
}

#[test]
fn a_vote_never_changes_and_is_never_forgotten() {
    let against = |restarted| Against::Vote { vote: N1, time: ms(100), restarted };
    let voted = (N3, term(2, N1));
    refused(&[voted, (N3, term(2, N2))], Clause::VoteNeverChanges, against(false));
    let none = Term { term: 2, vote: None };
    refused(&[voted, (N3, none)], Clause::VoteNeverChanges, against(false));
    refused(&[voted, (N3, Elected { term: 2 })], Clause::VoteNeverChanges, against(false));
    accepted(&[(N3, none), voted, voted, (N3, term(3, N2))]);
    // A node that tells no votes is not held to the one that its election implies.
    accepted(&[(N3, Elected { term: 2 }), (N3, none)]);
}

#[test]
fn a_leader_only_appends() {
    let old = Against::Log { leads: 1, last: 1, entry: Some(entry(1, 0)) };
    let rewrites = (N1, appended(1, 1, 9));
    let leads = &UP[..1];
    let leads = [leads, &[(N1, term(1, N1)), (N1, Elected { term: 1 })]].concat();
    let facts = then(leads.clone(), &[(N1, appended(1, 1, 0)), rewrites]);
    refused(&facts, Clause::LeaderOnlyAppends, old);
    // It may say the same again, and is free when its term has moved on.
    let next = [(N1, appended(1, 1, 0)), (N1, appended(1, 1, 0)), (N1, appended(2, 1, 1))];
    let follows = [(N1, term(2, N2)), (N1, appended(2, 2, 7))];
    accepted(&then(leads.clone(), &[next.to_vec(), follows.to_vec()].concat()));
    // Who tells no terms cannot show that it does not lead any more.
    let silent = then(UP[..1].to_vec(), &[(N1, Elected { term: 1 }), (N1, appended(1, 1, 0))]);
    accepted(&then(silent, &[(N1, appended(1, 2, 9))]));
}

#[test]
fn logs_match() {
    let against = Against::Durable { entry: entry(1, 0), node: N1, time: ms(100) };
    let facts = [(N1, appended(1, 1, 0)), (N2, appended(1, 1, 9))];
    refused(&facts, Clause::LogsMatch, against);
    accepted(&[(N1, appended(1, 1, 0)), (N2, appended(1, 2, 9)), (N2, appended(1, 1, 0))]);
}

#[test]
fn logs_match_all_the_way_down() {
    let n1 = [(N1, appended(1, 1, 0)), (N1, appended(2, 3, 2))];
    let (mine, other) = (entry(2, 1), entry(1, 0));
    let against = Against::Below { index: 1, mine, other, node: N1, time: ms(200) };
    let facts = [n1.as_slice(), &[(N2, appended(1, 2, 1)), (N2, appended(2, 3, 2))]].concat();
    refused(&facts, Clause::LogsMatch, against);
    accepted(&[n1.as_slice(), &[(N2, appended(1, 1, 0)), (N2, appended(2, 3, 2))]].concat());
    // A log whose older part was compacted away may stand on anything.
    let compacted = (N2, Booted { applied: 1, log_last: 1 });
    accepted(&[n1.as_slice(), &[compacted, (N2, appended(2, 3, 2))]].concat());
}

#[test]
fn a_leader_holds_what_was_committed_before_its_term() {
    let elected = (N3, Elected { term: 2 });
    let against = |mine| Against::Committed {
        index: 1,
        entry: Some(entry(1, 0)),
        node: N1,
        time: ms(900),
        mine,
        last: u64::from(mine.is_some()),
    };
    refused(&then(one_committed(), &[elected]), Clause::LeaderIsComplete, against(None));
    let other = then(one_committed(), &[(N3, appended(1, 0, 8)), elected]);
    refused(&other, Clause::LeaderIsComplete, against(Some(entry(0, 8))));
    accepted(&then(one_committed(), &[(N3, appended(1, 1, 0)), elected]));
    // An election of an older term that is told late owes nothing to the commits of newer ones.
    let late = [(N1, term(5, N2)), (N2, term(5, N2)), (N2, Elected { term: 5 })];
    let late = then(one_committed()[..8].to_vec(), &late);
    accepted(&then(late, &[(N2, Committed { index: 1 }), (N3, Elected { term: 3 })]));
}

#[test]
fn a_commit_needs_a_quorum() {
    let alone = then(one_committed()[..7].to_vec(), &[(N1, Committed { index: 1 })]);
    let against = Against::Quorum { entry: Some(entry(1, 0)), holders: 0b1, needed: 2 };
    refused(&alone, Clause::CommitNeedsQuorum, against);
    accepted(&one_committed());
    // A node that has told nothing may hold anything.
    accepted(&alone[1..].iter().filter(|(node, _)| *node == N1).copied().collect::<Vec<_>>());
    // A leader may know of a commit before its own disk has the entry, but not before all disks.
    let ahead = |holder| {
        [(holder, appended(1, 1, 0)), (N3, appended(1, 1, 0)), (N1, Committed { index: 1 })]
    };
    accepted(&then(UP.to_vec(), &ahead(N2)));
    let against = Against::Quorum { entry: None, holders: 0b100, needed: 2 };
    refused(&then(UP.to_vec(), &ahead(N3)), Clause::CommitNeedsQuorum, against);
}

#[test]
fn durable_entries_stay_over_a_restart() {
    let lost = then(one_committed(), &[(N2, Booted { applied: 0, log_last: 0 })]);
    let against = Against::Committed {
        index: 1,
        entry: Some(entry(1, 0)),
        node: N1,
        time: ms(900),
        mine: None,
        last: 0,
    };
    refused(&lost, Clause::DurableEntriesStay, against);
    let back = [(N2, Booted { applied: 0, log_last: 1 })];
    let changed = then(one_committed(), &[back[0], (N2, appended(1, 0, 9))]);
    let Against::Committed { index, entry, node, time, mine, .. } = against else { return };
    let against = Against::Committed { index, entry, node, time, mine, last: 1 };
    refused(&changed, Clause::DurableEntriesStay, against);
    accepted(&then(one_committed(), &[back[0], (N2, appended(1, 1, 0))]));
    // What the restored state machine has taken in may be gone from the log.
    accepted(&then(one_committed(), &[(N2, Booted { applied: 1, log_last: 0 })]));
}

#[test]
fn durable_entries_stay_while_a_node_runs() {
    let two = [(N1, appended(2, 1, 1)), (N2, appended(2, 1, 1)), (N1, Committed { index: 2 })];
    let two = then(one_committed(), &two);
    let against = Against::Committed {
        index: 2,
        entry: Some(entry(1, 1)),
        node: N1,
        time: ms(1300),
        mine: Some(entry(1, 1)),
        last: 2,
    };
    let cut = then(two.clone(), &[(N2, appended(1, 1, 0))]);
    refused(&cut, Clause::DurableEntriesStay, against);
    accepted(&then(two, &[(N2, appended(3, 1, 2)), (N2, appended(3, 2, 7))]));
}

#[test]
fn an_entry_may_be_overwritten_unseen_before_it_is_committed() {
    // n2 tells three entries of term 1; a leader of term 2 overwrites them, and a crash cuts that
    // fact off. Only then is the first of them committed, by a leader of term 3 without n2.
    let mut facts = UP.to_vec();
    for index in 1..=3 {
        facts.push((N2, appended(index, 1, index as u32)));
    }
    for index in 1..=3 {
        facts.push((N1, appended(index, 1, index as u32)));
        facts.push((N3, appended(index, 1, index as u32)));
    }
    facts.extend([
        (N1, term(3, N1)),
        (N3, term(3, N1)),
        (N1, Elected { term: 3 }),
        (N1, appended(4, 3, 4)),
        (N3, appended(4, 3, 4)),
        (N1, Committed { index: 4 }),
        (N2, Booted { applied: 0, log_last: 1 }),
        (N2, appended(1, 2, 9)),
    ]);
    accepted(&facts);
}

#[test]
fn the_commit_index_never_goes_back_while_a_node_runs() {
    let back = [(N1, Committed { index: 5 }), (N1, Committed { index: 4 })];
    refused(&back, Clause::CommitNeverGoesBack, Against::Index(5));
    let up = (N1, Booted { applied: 0, log_last: 5 });
    accepted(&[(N1, Committed { index: 5 }), (N1, Committed { index: 5 }), up, back[1]]);
}

#[test]
fn only_what_is_committed_is_applied() {
    let facts = |commit| {
        [(N1, Committed { index: commit }), (N1, applied(1, 1, 0)), (N1, applied(2, 1, 1))]
    };
    refused(&facts(1), Clause::OnlyCommittedIsApplied, Against::Index(1));
    accepted(&facts(2));
    accepted(&facts(1)[1..]);
}

#[test]
fn entries_are_applied_in_order_and_each_of_them_once() {
    let up = (N1, Booted { applied: 3, log_last: 5 });
    refused(&[up, (N1, applied(5, 1, 0))], Clause::AppliedInOrder, Against::Index(3));
    let twice = [up, (N1, applied(4, 1, 0)), (N1, applied(4, 1, 0))];
    refused(&twice, Clause::AppliedInOrder, Against::Index(4));
    accepted(&[up, (N1, applied(4, 1, 0)), (N1, applied(5, 1, 1)), up, (N1, applied(4, 1, 0))]);
    // A snapshot of another node's takes it further at once.
    let snapshot = (N1, Booted { applied: 9, log_last: 9 });
    accepted(&[up, (N1, applied(4, 1, 0)), snapshot, (N1, applied(10, 1, 1))]);
}

#[test]
fn one_entry_is_applied_at_one_index() {
    let against = Against::Applied { index: 1, entry: entry(1, 0), node: N1, time: ms(100) };
    let facts = [(N1, applied(1, 1, 0)), (N2, applied(1, 1, 9))];
    refused(&facts, Clause::OneEntryAtAnIndex, against);
    accepted(&[(N1, applied(1, 1, 0)), (N2, applied(1, 1, 0))]);
}

#[test]
fn one_entry_is_committed_at_one_index() {
    let (entry, mine) = (Some(entry(1, 0)), Some(entry(0, 9)));
    let against =
        |mine, last| Against::Committed { index: 1, entry, node: N1, time: ms(900), mine, last };
    let facts = then(one_committed(), &[(N3, appended(1, 0, 9)), (N3, Committed { index: 1 })]);
    refused(&facts, Clause::OneEntryAtAnIndex, against(mine, 1));
    let facts = then(one_committed(), &[(N3, applied(1, 0, 9))]);
    refused(&facts, Clause::OneEntryAtAnIndex, against(None, 1));
    accepted(&then(one_committed(), &[(N3, appended(1, 1, 0)), (N3, Committed { index: 1 })]));
}

#[test]
fn a_request_is_executed_once() {
    let again = |effective| Applied { index: 2, entry: entry(3, 0), effective };
    let against = Against::Applied { index: 1, entry: entry(1, 0), node: N1, time: ms(100) };
    let facts = |effective| [(N1, applied(1, 1, 0)), (N1, again(effective))];
    refused(&facts(true), Clause::ExecutedOnce, against);
    accepted(&facts(false));
}

#[test]
fn an_acknowledged_write_is_applied_when_the_run_has_settled() {
    let facts = [(N1, applied(1, 1, 0)), (N2, acked(1))];
    refused(&facts, Clause::NoAcknowledgedWriteIsLost, Against::Sequence(1));
    // It may be answered before it is applied, but not before it is lost.
    accepted(&[facts[0], facts[1], (N1, applied(2, 1, 1))]);
    // A read leaves nothing behind, and who tells nothing applied is not held to it.
    accepted(&[facts[0], (N2, Acked { request: request(1), read: true })]);
    accepted(&facts[1..]);
    // A crash may cut the fact off: the state machine came up with more than was told.
    accepted(&[facts[0], facts[1], (N1, Booted { applied: 2, log_last: 2 })]);
    // A run in which nobody caught up shows nothing.
    let mut cluster = Cluster::new(3);
    assert!(told(&facts).iter().all(|told| cluster.step(told).is_ok()));
    assert_eq!(cluster.finish(&[N1]), Ok(()));
}

#[test]
fn facts_beyond_all_bounds_are_not_judged() {
    let far = u64::MAX;
    accepted(&[
        (N1, appended(far, 1, 0)),
        (N1, Committed { index: far }),
        (N1, applied(far, 1, 0)),
        (N1, Booted { applied: far, log_last: far }),
        (NodeId(0), Elected { term: 1 }),
        (NodeId(9), Elected { term: 1 }),
        (N1, Acked { request: RequestId { client: ClientId(1 << 30), number: 0 }, read: false }),
    ]);
}
