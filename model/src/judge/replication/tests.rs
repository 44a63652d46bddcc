//! Golden sentences, one for each way in which a fact can be refused.

mod page;

use super::Reference;
use crate::course::Course;
use crate::expect::Outlook;
use crate::fact::{Config, Entry, Fact, Told};
use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, NodeId, RequestId};
use crate::judge::Property;
use crate::judge::testing::Mute;
use crate::observe::Observed;
use crate::spec::kv::{Answer, Put, PutGet};
use crate::time::Time;
use crate::trace::End;
use crate::verdict::{Verdict, Violation};
use Fact::{Acked, Appended, Applied, Booted, Committed, Elected, Term};

/// Client c0 asks n1 for `put k1 0`, `put k1 10`, `put k1 20`, ...
fn request(number: u32) -> RequestId {
    RequestId { client: ClientId(0), number }
}

fn history() -> History<PutGet> {
    let operations = (0..10).map(|number| Operation {
        request: request(number),
        node: Some(NodeId(1)),
        op: Put(1, u64::from(number) * 10),
        invoked: Moment::default(),
        outcome: Outcome::Ok(Answer(None)),
        completed: Moment::default(),
        again: false,
        step: None,
    });
    History { operations: operations.collect() }
}

fn entry(term: u64, number: u32) -> Entry {
    Entry { term, digest: u64::from(number), request: Some(request(number)) }
}

fn own(term: u64) -> Entry {
    Entry { term, digest: 0, request: None }
}

fn appended(index: u64, entry: Entry) -> Fact {
    Appended { index, entry }
}

fn applied(index: u64, entry: Entry) -> Fact {
    Applied { index, entry, effective: true }
}

fn voted(term: u64, vote: u32) -> Fact {
    Term { term, vote: Some(NodeId(vote)) }
}

/// The voters since an index.
fn configured(index: u64, voters: &[u32]) -> Fact {
    let voters = voters.iter().map(|node| NodeId(*node)).collect();
    Fact::Configured { index, config: Config { voters, ..Config::default() } }
}

const UP: Fact = Booted { applied: 0, log_last: 0 };

/// Facts told a tenth of a second apart; a node that boots again has restarted.
fn judge(facts: &[(u32, Fact)], end: &End) -> Verdict {
    let mut boots = [0_u32; 4];
    let told = (1_u64..).zip(facts).map(|(order, (node, fact))| {
        let boots = &mut boots[*node as usize];
        *boots += u32::from(matches!(fact, Booted { .. }));
        let (incarnation, time) = (boots.saturating_sub(1), Time::millis(100 * order));
        Told { time, order, node: NodeId(*node), incarnation, fact: *fact }
    });
    let facts: Vec<Told> = told.collect();
    let ended = Moment { order: 1_000, time: Time::millis(20_000) };
    let history = history();
    let seen = Observed::<Mute<PutGet>> {
        nodes: 3,
        history: &history,
        facts: &facts,
        views: &[],
        reigns: &[],
        course: &Course::default(),
        outlook: &Outlook::default(),
        end,
        ended,
    };
    Reference.judge(&seen)
}

const SETTLED: End = End::Settled { node: NodeId(1), behind: Vec::new(), unread: None };

fn violation(facts: &[(u32, Fact)]) -> Violation {
    match judge(facts, &SETTLED) {
        Verdict::Fail(violation) => violation,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn says(facts: &[(u32, Fact)], identity: &str, headline: &str, why: &str) {
    let found = violation(facts);
    assert_eq!(found.failure.to_string(), identity);
    assert_eq!(found.headline, headline);
    assert_eq!(found.why, why);
}

/// n1 leads term 1, and n1 and n2 have and commit `put k1 0`; the last fact comes at 0.900 s.
const COMMITTED: [(u32, Fact); 9] = [
    (1, UP),
    (2, UP),
    (3, UP),
    (1, Term { term: 1, vote: Some(NodeId(1)) }),
    (2, Term { term: 1, vote: Some(NodeId(1)) }),
    (1, Elected { term: 1 }),
    (1, Appended { index: 1, entry: FIRST }),
    (2, Appended { index: 1, entry: FIRST }),
    (1, Committed { index: 1 }),
];

const FIRST: Entry =
    Entry { term: 1, digest: 0, request: Some(RequestId { client: ClientId(0), number: 0 }) };

fn then(before: &[(u32, Fact)], more: &[(u32, Fact)]) -> Vec<(u32, Fact)> {
    [before, more].concat()
}

#[test]
fn a_violation_carries_the_clause_the_rule_and_whom_it_is_about() {
    let found = violation(&[(1, applied(4, entry(1, 3))), (2, applied(4, entry(2, 5)))]);
    assert_eq!(found.failure.to_string(), "reference: one entry at one index");
    assert_eq!(found.headline, "two entries at index 4");
    assert_eq!(
        found.why,
        "n2 applied put k1 50 (c0#5) at index 4 at 0.200 s, where n1 had applied put k1 30 (c0#3) \
         at 0.100 s."
    );
    assert_eq!(
        found.rule,
        "No two nodes ever commit or apply different entries at the same index (Raft, figure 3 \
         (State Machine Safety) and section 5.4.3)"
    );
    assert_eq!((found.at, found.nodes), (Time::millis(200), vec![NodeId(1), NodeId(2)]));
    assert_eq!(found.operations, [3, 5]);
}

#[test]
fn nodes_that_tell_nothing_pass() {
    assert_eq!(judge(&[], &SETTLED), Verdict::Pass);
    assert_eq!(judge(&COMMITTED, &SETTLED), Verdict::Pass);
}

#[test]
fn two_leaders_are_named_with_their_times() {
    says(
        &[(1, Elected { term: 2 }), (3, Elected { term: 2 })],
        "reference: one leader in a term",
        "two leaders in term 2",
        "n1 and n3 were both elected leader of term 2: n1 at 0.100 s, n3 at 0.200 s.",
    );
}

#[test]
fn terms_and_votes_say_whether_the_node_restarted() {
    says(
        &[(2, UP), (2, voted(5, 1)), (2, UP), (2, voted(4, 1))],
        "reference: a term never goes back",
        "n2 went back to an older term",
        "n2 was in term 5 at 0.200 s, restarted, and was in term 4 at 0.400 s.",
    );
    says(
        &[(2, voted(5, 2)), (2, Elected { term: 4 })],
        "reference: a term never goes back",
        "n2 went back to an older term",
        "n2 was in term 5 at 0.100 s and was elected leader of term 4 at 0.200 s.",
    );
    let vote = "reference: a vote never changes";
    says(
        &[(3, UP), (3, voted(2, 1)), (3, UP), (3, voted(2, 2))],
        vote,
        "n3 voted twice in term 2",
        "n3 voted for n1 in term 2 at 0.200 s, restarted, and voted for n2 in the same term at \
         0.400 s.",
    );
    says(
        &[(3, voted(2, 1)), (3, Term { term: 2, vote: None })],
        vote,
        "n3 forgot its vote in term 2",
        "n3 voted for n1 in term 2 at 0.100 s and had no vote in the same term at 0.200 s.",
    );
    says(
        &[(3, voted(2, 1)), (3, Elected { term: 2 })],
        vote,
        "n3 voted twice in term 2",
        "n3 voted for n1 in term 2 at 0.100 s and was elected by its own vote in the same term at \
         0.200 s.",
    );
}

#[test]
fn a_leader_that_rewrites_is_quoted() {
    let clause = "reference: a leader only appends";
    says(
        &then(&COMMITTED, &[(1, appended(1, entry(1, 4)))]),
        clause,
        "leader n1 rewrote its log",
        "n1 wrote put k1 40 (c0#4) at index 1 at 1.000 s, over put k1 0 (c0#0), while it led term \
         1; its log had ended at 1.",
    );
    says(
        &then(&COMMITTED, &[(1, appended(2, own(1))), (1, appended(1, FIRST))]),
        clause,
        "leader n1 rewrote its log",
        "n1 wrote put k1 0 (c0#0) at index 1 at 1.100 s and nothing stands above, while it led \
         term 1; its log had ended at 2.",
    );
}

#[test]
fn logs_that_differ_are_quoted_at_the_place_where_they_do() {
    let clause = "reference: logs match";
    says(
        &[(1, appended(1, own(2))), (2, appended(1, Entry { digest: 31, ..own(2) }))],
        clause,
        "logs differ at or below index 1",
        "n2 has the protocol's own entry of term 2 with digest 1f at index 1 of its log since \
         0.200 s, where n1 had the protocol's own entry of term 2 with digest 0 of the same term 2 \
         at 0.100 s.",
    );
    let n1 = [(1, appended(1, entry(1, 0))), (1, appended(2, entry(3, 1)))];
    let n2 = [(2, appended(1, entry(2, 0))), (2, appended(2, entry(3, 1)))];
    says(
        &then(&n1, &n2),
        clause,
        "logs differ at or below index 2",
        "n2 and n1 both have put k1 10 (c0#1) of term 3 at index 2, but below it, at index 1, n2 \
         has put k1 0 (c0#0) of term 2 and n1 had put k1 0 (c0#0) of term 1.",
    );
}

#[test]
fn what_a_leader_lacks_is_named() {
    says(
        &then(&COMMITTED, &[(3, Elected { term: 2 })]),
        "reference: a leader holds what is committed",
        "leader n3 of term 2 lacks a committed entry",
        "n3 was elected leader of term 2 at 1.000 s without put k1 0 (c0#0) at index 1, which n1 \
         had told committed at 0.900 s; n3's log ends at 0.",
    );
}

#[test]
fn a_commit_without_a_quorum_says_who_has_the_entry() {
    says(
        &then(&COMMITTED[..7], &[(1, Committed { index: 1 })]),
        "reference: a commit needs a quorum",
        "index 1 committed without a quorum",
        "n1 told index 1, put k1 0 (c0#0), committed at 0.800 s, but only n1 can have it on disk: \
         1 of 3 nodes, and it takes 2.",
    );
}

#[test]
fn an_entry_that_is_gone_is_named() {
    let clause = "reference: durable entries stay";
    says(
        &then(&COMMITTED, &[(2, UP)]),
        clause,
        "n2 lost a committed entry",
        "n2 came up at 1.000 s without put k1 0 (c0#0) at index 1, which n1 had told committed at \
         0.900 s, after n2 had it on disk; n2's log ends at 0.",
    );
    says(
        &then(&COMMITTED, &[(2, voted(2, 3)), (2, appended(1, entry(2, 7)))]),
        clause,
        "n2 lost a committed entry",
        "n2 wrote put k1 70 (c0#7) at index 1 at 1.100 s over put k1 0 (c0#0), which n1 had told \
         committed at 0.900 s.",
    );
    let more = [
        (1, appended(2, entry(1, 1))),
        (2, appended(2, entry(1, 1))),
        (1, Committed { index: 2 }),
        (2, appended(1, FIRST)),
    ];
    says(
        &then(&COMMITTED, &more),
        clause,
        "n2 lost a committed entry",
        "n2 wrote put k1 0 (c0#0) at index 1 at 1.300 s and nothing stands above: gone is put k1 \
         10 (c0#1) at index 2, which n1 had told committed at 1.200 s.",
    );
}

#[test]
fn indexes_that_go_wrong_are_given_with_the_one_before() {
    says(
        &[(1, Committed { index: 5 }), (1, Committed { index: 4 })],
        "reference: the commit index never goes back",
        "n1's commit index went back",
        "n1 told the log committed up to 4 at 0.200 s, after 5.",
    );
    says(
        &[(1, Committed { index: 1 }), (1, applied(2, entry(1, 0)))],
        "reference: only what is committed is applied",
        "n1 applied too early: put k1 0 (c0#0)",
        "n1 applied put k1 0 (c0#0) at index 2 at 0.200 s, when it knew the log committed up to 1 \
         only.",
    );
    says(
        &[(1, UP), (1, applied(2, entry(1, 0)))],
        "reference: applied in order",
        "n1 applied out of order: put k1 0 (c0#0)",
        "n1 applied put k1 0 (c0#0) at index 2 at 0.200 s, when it stood at 0: 1 was its turn.",
    );
}

#[test]
fn two_entries_at_one_index_are_both_named() {
    let clause = "reference: one entry at one index";
    let other = (3, appended(1, entry(0, 6)));
    says(
        &then(&COMMITTED, &[other, (3, Committed { index: 1 })]),
        clause,
        "two entries at index 1",
        "n3 told put k1 60 (c0#6) committed at index 1 at 1.100 s, where n1 had told put k1 0 \
         (c0#0) committed at 0.900 s.",
    );
    says(
        &then(&COMMITTED, &[(3, applied(1, entry(0, 6)))]),
        clause,
        "two entries at index 1",
        "n3 applied put k1 60 (c0#6) at index 1 at 1.000 s, where n1 had told put k1 0 (c0#0) \
         committed at 0.900 s.",
    );
}

#[test]
fn a_request_that_took_effect_twice_is_named_with_both_places() {
    says(
        &[(1, applied(1, entry(1, 3))), (1, applied(2, own(2))), (2, applied(3, entry(2, 3)))],
        "reference: executed once",
        "executed twice: put k1 30 (c0#3)",
        "put k1 30 (c0#3) took effect twice: n1 applied it at index 1 at 0.100 s, and n2 applied \
         it at index 3 at 0.300 s.",
    );
}

#[test]
fn a_lost_write_says_who_acknowledged_it_and_what_stands_there_instead() {
    let acked = Acked { request: request(8), read: false };
    let facts = [(1, applied(1, entry(1, 7))), (2, acked)];
    let clause = "reference: no acknowledged write is lost";
    let headline = "lost acknowledged write: put k1 80 (c0#8)";
    says(
        &facts,
        clause,
        headline,
        "c0's put k1 80 was acknowledged by n2 at 0.200 s, but no node has applied it after \
         everything healed; the last write applied there is put k1 70 (c0#7) at index 1.",
    );
    assert_eq!(violation(&facts).at, Time::millis(20_000));
    assert_eq!(violation(&facts).operations, [8]);
    // In a run that did not come to rest it may be on its way.
    let end = End::Unsettled { waited: std::time::Duration::from_secs(10) };
    assert_eq!(judge(&facts, &end), Verdict::Pass);
}
