//! Runs of three nodes in a few lines, and what became of what was expected of them.

use super::*;
use crate::expect::{Expect, Outlook, Sight, Standing, Stood};
use crate::fact::{Fact, Nodes, Told};
use crate::history::{Moment, Operation};
use crate::id::{ClientId, NodeId, RequestId};
use crate::judge::testing::{Run, at};
use crate::schedule::{Action, Schedule};
use crate::spec::kv::{Answer as Ret, Op, Put, PutGet};

/// A run that is noted as it goes.
struct Noted {
    run: Run<PutGet>,
    standing: [Standing; 3],
}

impl Noted {
    /// Three nodes that are up and see each other; nobody leads.
    fn new() -> Noted {
        let mut noted = Noted { run: Run::new(), standing: [Standing::default(); 3] };
        let all: Nodes = [1, 2, 3].map(NodeId).into_iter().collect();
        for node in 1..=3 {
            noted.stands(0, node, |s| {
                *s = Standing {
                    up: true,
                    sight: Sight { leader: None, members: Some(all) },
                    leads: None,
                };
            });
        }
        noted
    }

    fn stands(&mut self, ms: u64, node: u32, change: impl Fn(&mut Standing)) {
        let standing = &mut self.standing[node as usize - 1];
        change(standing);
        let stood = Stood { at: at(ms), node: NodeId(node), standing: *standing };
        self.run.outlook.stood.push(stood);
    }

    /// This node leads a term, and these follow it.
    fn leads(&mut self, ms: u64, node: u32, term: u64, who: &[u32]) {
        self.stands(ms, node, |s| s.leads = Some(term));
        for other in who {
            self.stands(ms, *other, |s| s.sight.leader = Some(NodeId(node)));
        }
    }

    fn down(&mut self, ms: u64, node: u32) {
        self.stands(ms, node, |s| *s = Standing::default());
    }

    fn told(&mut self, ms: u64, node: u32, fact: Fact) {
        let Moment { order, time } = at(ms);
        self.run.facts.push(Told { time, order, node: NodeId(node), incarnation: 0, fact });
    }

    fn put(&mut self, from: u64, until: u64, node: u32, ok: bool) {
        let request = RequestId { client: ClientId(0), number: 0 };
        self.run.history.operations.push(Operation {
            request,
            node: Some(NodeId(node)),
            op: Put(1, from),
            invoked: at(from),
            outcome: if ok { Outcome::Ok(Ret(None)) } else { Outcome::Unknown },
            completed: at(until),
            again: false,
            step: None,
        });
    }

    /// What becomes of this expectation, and what is seen.
    fn expect(&mut self, ms: u64, words: &str) -> (Option<bool>, String) {
        let expect = expect(words);
        self.run.outlook = Outlook {
            begun: vec![Begun { step: 0, at: at(ms), expect }],
            stood: std::mem::take(&mut self.run.outlook.stood),
        };
        let answer = answers(&self.run.seen()).remove(0);
        (answer.held, answer.saw)
    }
}

fn expect(words: &str) -> Expect {
    let text = format!("nodes 3; @0ms expect {words}");
    let schedule: Schedule<Op> = text.parse().expect("the test's own words can be read");
    match schedule.steps.into_iter().next().map(|step| step.action) {
        Some(Action::Expect(expect)) => expect,
        other => panic!("{other:?}"),
    }
}

fn yes(saw: &str) -> (Option<bool>, String) {
    (Some(true), saw.to_owned())
}

fn no(saw: &str) -> (Option<bool>, String) {
    (Some(false), saw.to_owned())
}

#[test]
fn what_is_expected_within_a_time_may_come_at_any_moment_of_it_and_not_later() {
    let mut run = Noted::new();
    run.leads(100, 2, 1, &[1, 2]);
    run.leads(150, 2, 1, &[3]);
    let words = "all follow one leader within 50ms";
    assert_eq!(run.expect(100, words), yes("n1 n2 n3 follow n2, after 50 ms"));
    assert_eq!(run.expect(99, words), no("n1 n2 follow n2, n3 follows nobody, at the end"));
    assert_eq!(run.expect(200, "all follow one leader"), yes("n1 n2 n3 follow n2"));
}

#[test]
fn a_leader_that_does_not_lead_is_no_leader_to_follow() {
    let mut run = Noted::new();
    run.leads(100, 2, 1, &[1, 2, 3]);
    run.stands(200, 2, |s| s.leads = None);
    assert_eq!(run.expect(150, "all follow one leader for 49ms").0, Some(true));
    assert_eq!(
        run.expect(150, "all follow one leader for 50ms"),
        no("n1 n2 n3 follow n2, after 50 ms")
    );
}

#[test]
fn a_new_leader_leads_a_later_term_than_any_before() {
    let mut run = Noted::new();
    run.leads(100, 1, 4, &[1, 2, 3]);
    run.down(200, 1);
    run.leads(300, 2, 4, &[2]);
    run.leads(400, 3, 5, &[2, 3]);
    assert_eq!(run.expect(200, "a new leader within 100ms"), no("n2 leads term 4, at the end"));
    assert_eq!(run.expect(200, "a new leader within 1s"), yes("n3 leads term 5, after 200 ms"));
    assert_eq!(
        run.expect(150, "the leader steps down within 1s"),
        yes("n1 leads no more, after 50 ms")
    );
    assert_eq!(run.expect(110, "the leader steps down within 10ms"), no("n1 leads, at the end"));
}

#[test]
fn members_are_exactly_those_and_who_is_down_is_not_asked() {
    let mut run = Noted::new();
    let two: Nodes = [1, 2].map(NodeId).into_iter().collect();
    run.down(100, 3);
    run.stands(150, 1, |s| s.sight.members = Some(two));
    run.stands(200, 2, |s| s.sight.members = Some(two));
    assert_eq!(run.expect(50, "all see each other"), yes("each of 3 sees 3"));
    assert_eq!(run.expect(160, "all see each other"), no("1 of 2 do, n2 sees n1 n2 n3"));
    assert_eq!(
        run.expect(100, "all see each other within 1s"),
        yes("each of 2 sees 2, after 100 ms")
    );
    assert_eq!(run.expect(250, "n1 sees n1 n2 n3"), no("0 of 1 do, n1 sees n1 n2"));
}

#[test]
fn of_writes_those_count_that_are_asked_and_answered_in_time() {
    let mut run = Noted::new();
    run.put(50, 120, 1, true);
    run.put(130, 300, 1, true);
    run.put(140, 900, 2, false);
    assert_eq!(
        run.expect(100, "n1 takes no writes for 100ms"),
        yes("none of 1 writes was acknowledged")
    );
    let first = "1 of 1 acknowledged, the first through n1 after 200 ms";
    assert_eq!(run.expect(100, "n1 takes no writes for 1s"), no(first));
    assert_eq!(run.expect(100, "n1 takes writes within 1s"), yes(first));
    assert_eq!(run.expect(100, "n2 takes writes within 1s").0, Some(false));
    let nobody = "no client asked one of them for a write".to_owned();
    assert_eq!(run.expect(100, "n3 takes writes within 1s"), (None, nobody.clone()));
    assert_eq!(run.expect(100, "n3 takes no writes for 1s"), (Some(true), nobody));
}

#[test]
fn who_catches_up_has_applied_what_was_committed_when_it_was_expected() {
    let mut run = Noted::new();
    let entry = crate::fact::Entry { term: 1, digest: 0, request: None };
    run.told(10, 1, Fact::Committed { index: 3 });
    run.told(40, 1, Fact::Committed { index: 9 });
    run.told(60, 3, Fact::Applied { index: 3, entry, effective: true });
    let words = "n3 catches up within 50ms";
    assert_eq!(run.expect(20, words), yes("3 entries were committed, 3 are applied, after 40 ms"));
    assert_eq!(run.expect(45, words), no("9 entries were committed, 3 are applied, at the end"));
    run.run.facts.clear();
    assert_eq!(run.expect(20, words).0, None);
}

#[test]
fn what_is_broken_fails_and_what_nobody_can_tell_is_unknown() {
    let mut run = Noted::new();
    run.expect(100, "a leader");
    let Verdict::Fail(violation) = Scenario.judge(&run.run.seen()) else { panic!("nobody led") };
    assert_eq!(violation.failure.to_string(), "scenario: somebody leads");
    assert_eq!(violation.headline, "expected in vain: a leader");
    assert_eq!(violation.why, "step 1 expected at 0.100 s: a leader. Instead: nobody leads.");
    run.expect(100, "n1 takes writes");
    assert!(matches!(Scenario.judge(&run.run.seen()), Verdict::Unknown(_)));
    run.run.ended = at(150);
    assert_eq!(run.expect(100, "no leader for 1s"), (None, "the run ended before".to_owned()));
    run.run.outlook.begun.clear();
    assert_eq!(Scenario.judge(&run.run.seen()), Verdict::Pass);
}
