//! Short runs told by hand: what Raft does, and each guard that stops what it does not.

mod walks;

use super::{Conformance, Stop};
use crate::fact::{Entry, Fact, Says, Told};
use crate::id::NodeId;
use crate::reference::raft::rules::Guard;
use crate::time::Time;

const N1: NodeId = NodeId(1);
const N2: NodeId = NodeId(2);
const N3: NodeId = NodeId(3);

fn entry(term: u64) -> Entry {
    Entry { term, digest: term, request: None }
}

fn sent(to: NodeId, term: u64, says: Says) -> Fact {
    Fact::Sent { to, term, says }
}

fn handled(from: NodeId, term: u64, says: Says) -> Fact {
    Fact::Handled { from, term, says }
}

const fn vote(last: u64, last_term: u64) -> Says {
    Says::Vote { last, last_term, commit: 0, commit_term: 0 }
}

const GIVEN: Says = Says::Voted { granted: true, commit: 0, commit_term: 0 };
const REFUSED: Says = Says::Voted { granted: false, commit: 0, commit_term: 0 };

const fn append(prev: u64, prev_term: u64, count: u64, commit: u64) -> Says {
    Says::Append { prev, prev_term, count, commit }
}

const fn appended(upto: u64) -> Says {
    Says::Appended { upto }
}

const fn term(term: u64, vote: NodeId) -> Fact {
    Fact::Term { term, vote: Some(vote) }
}

/// What stops a run of three nodes, and at which of its facts.
fn stops(story: &[(NodeId, Fact)]) -> Option<(usize, Guard)> {
    let mut run = Conformance::new(3);
    let boot = Fact::Booted { applied: 0, log_last: 0 };
    for node in [N1, N2, N3] {
        run.step(&told(node, boot)).expect("a first start is a step of Raft");
    }
    let at = story.iter().position(|(node, fact)| match run.step(&told(*node, *fact)) {
        Ok(()) => false,
        Err(Stop::Refused(_)) => true,
        Err(Stop::TooMany(node)) => panic!("too many states of {node}"),
    })?;
    let (node, fact) = story[at];
    match run.step(&told(node, fact)) {
        Err(Stop::Refused(refused)) => Some((at, refused.guard)),
        other => panic!("refused once, and then {other:?}"),
    }
}

fn told(node: NodeId, fact: Fact) -> Told {
    Told { time: Time::ZERO, order: 0, node, incarnation: 0, fact }
}

/// n1 is elected by n2, and has one entry of its own.
fn election() -> Vec<(NodeId, Fact)> {
    vec![
        (N1, Fact::Stands { term: 1 }),
        (N1, term(1, N1)),
        (N1, sent(N2, 1, vote(0, 0))),
        (N2, handled(N1, 1, vote(0, 0))),
        (N2, term(1, N1)),
        (N2, sent(N1, 1, GIVEN)),
        (N1, handled(N2, 1, GIVEN)),
        (N1, Fact::Elected { term: 1 }),
        (N1, Fact::Took { index: 1, entry: entry(1) }),
    ]
}

/// After that, n2 gets the entry and says so, and n1 commits it.
fn replication() -> Vec<(NodeId, Fact)> {
    let mut story = election();
    story.extend([
        (N1, sent(N2, 1, append(0, 0, 1, 0))),
        (N1, Fact::Appended { index: 1, entry: entry(1) }),
        (N2, handled(N1, 1, append(0, 0, 1, 0))),
        (N2, Fact::Appended { index: 1, entry: entry(1) }),
        (N2, sent(N1, 1, appended(1))),
        (N1, handled(N2, 1, appended(1))),
        (N1, Fact::Committed { index: 1 }),
        (N1, Fact::Applied { index: 1, entry: entry(1), effective: true }),
    ]);
    story
}

fn after(mut story: Vec<(NodeId, Fact)>, more: &[(NodeId, Fact)]) -> Option<Guard> {
    let before = story.len();
    story.extend_from_slice(more);
    stops(&story).map(|(at, guard)| {
        assert!(at >= before, "stopped early, at {at}: {guard}");
        guard
    })
}

#[test]
fn an_election_and_a_commit_are_steps_of_raft() {
    assert_eq!(stops(&replication()), None);
}

#[test]
fn a_message_may_be_lost_and_may_come_twice() {
    let again = [
        (N1, sent(N3, 1, append(0, 0, 1, 0))),
        (N2, handled(N1, 1, append(0, 0, 1, 0))),
        (N2, sent(N1, 1, appended(1))),
        (N1, handled(N2, 1, appended(1))),
        (N1, handled(N2, 1, appended(1))),
    ];
    assert_eq!(after(replication(), &again), None);
}

#[test]
fn what_nobody_sent_does_not_arrive() {
    assert_eq!(after(election(), &[(N3, handled(N1, 1, appended(1)))]), Some(Guard::Sent));
}

#[test]
fn without_a_majority_nobody_leads_and_nothing_is_committed() {
    let alone =
        [(N3, Fact::Stands { term: 1 }), (N3, term(1, N3)), (N3, Fact::Elected { term: 1 })];
    assert_eq!(after(vec![], &alone), Some(Guard::Quorum));
    let alone =
        [(N1, Fact::Appended { index: 1, entry: entry(1) }), (N1, Fact::Committed { index: 1 })];
    assert_eq!(after(election(), &alone), Some(Guard::Quorum));
}

#[test]
fn a_vote_is_given_once_and_to_a_log_that_is_as_new() {
    let other = [
        (N3, Fact::Stands { term: 1 }),
        (N3, term(1, N3)),
        (N3, sent(N2, 1, vote(0, 0))),
        (N2, handled(N3, 1, vote(0, 0))),
        (N2, sent(N3, 1, GIVEN)),
    ];
    assert_eq!(after(election(), &other), Some(Guard::Vote));
    let older = [
        (N3, Fact::Stands { term: 1 }),
        (N3, term(1, N3)),
        (N3, Fact::Stands { term: 2 }),
        (N3, term(2, N3)),
        (N3, sent(N2, 2, vote(0, 0))),
        (N2, handled(N3, 2, vote(0, 0))),
        (N2, Fact::Term { term: 2, vote: None }),
        (N2, sent(N3, 2, REFUSED)),
        (N2, sent(N3, 2, GIVEN)),
    ];
    assert_eq!(after(replication(), &older), Some(Guard::Newer));
}

#[test]
fn an_answer_carries_the_term_in_which_it_is_given() {
    let newer = |of| {
        vec![
            (N3, Fact::Stands { term: 1 }),
            (N3, term(1, N3)),
            (N3, Fact::Stands { term: 2 }),
            (N3, term(2, N3)),
            (N3, sent(N2, 2, vote(0, 0))),
            (N2, handled(N3, 2, vote(0, 0))),
            (N2, Fact::Term { term: 2, vote: None }),
            (N2, sent(N3, of, REFUSED)),
        ]
    };
    assert_eq!(after(replication(), &newer(2)), None);
    assert_eq!(after(replication(), &newer(1)), Some(Guard::Term));
}

#[test]
fn a_follower_says_no_more_of_its_log_than_it_holds_and_has_on_its_disk() {
    let start = [(N1, sent(N2, 1, append(0, 0, 1, 0))), (N2, handled(N1, 1, append(0, 0, 1, 0)))];
    let durable = (N2, Fact::Appended { index: 1, entry: entry(1) });
    let says = |upto| (N2, sent(N1, 1, appended(upto)));
    assert_eq!(after(election(), &[start[0], start[1], durable, says(1)]), None);
    assert_eq!(after(election(), &[start[0], start[1], durable, says(2)]), Some(Guard::Known));
    assert_eq!(after(election(), &[start[0], start[1], says(1)]), Some(Guard::Durable));
    let other = (N2, Fact::Appended { index: 1, entry: entry(2) });
    assert_eq!(after(election(), &[start[0], start[1], other]), Some(Guard::Log));
}

#[test]
fn an_older_terms_entry_is_not_committed_by_counting() {
    let second = |durable: bool| {
        let mut story = vec![
            (N1, Fact::Appended { index: 1, entry: entry(1) }),
            (N1, Fact::Stands { term: 2 }),
            (N1, term(2, N1)),
            (N1, sent(N2, 2, vote(1, 1))),
            (N2, handled(N1, 2, vote(1, 1))),
            (N2, term(2, N1)),
            (N2, sent(N1, 2, GIVEN)),
            (N1, handled(N2, 2, GIVEN)),
            (N1, Fact::Elected { term: 2 }),
            (N1, Fact::Took { index: 2, entry: entry(2) }),
            (N1, sent(N2, 2, append(0, 0, 1, 0))),
            (N2, handled(N1, 2, append(0, 0, 1, 0))),
            (N2, Fact::Appended { index: 1, entry: entry(1) }),
            (N2, sent(N1, 2, appended(1))),
            (N1, handled(N2, 2, appended(1))),
        ];
        if durable {
            story.push((N1, Fact::Committed { index: 1 }));
        }
        story
    };
    assert_eq!(after(election(), &second(false)), None);
    assert_eq!(after(election(), &second(true)), Some(Guard::OwnTerm));
}

#[test]
fn a_restart_finds_what_was_durable_and_perhaps_what_was_written_after_it() {
    let back = |log_last, entries: &[Entry], of| {
        let mut run = Conformance::new(3);
        for node in [N1, N2, N3] {
            let boot = Fact::Booted { applied: 0, log_last: 0 };
            run.step(&told(node, boot)).expect("a first start is a step of Raft");
        }
        for (node, fact) in election() {
            run.step(&told(node, fact)).expect("an election is one");
        }
        let boot = Fact::Booted { applied: 0, log_last };
        let log = (1..).zip(entries).map(|(index, entry)| Fact::Appended { index, entry: *entry });
        let mut facts = std::iter::once(boot).chain(log).chain([of]);
        facts.find_map(|fact| run.step(&Told { incarnation: 1, ..told(N1, fact) }).err())
    };
    assert!(back(0, &[], term(1, N1)).is_none(), "its entry was not durable");
    assert!(back(1, &[entry(1)], term(1, N1)).is_none(), "it may have been all the same");
    for forgotten in [Fact::Term { term: 1, vote: None }, term(1, N2)] {
        let stop = back(0, &[], forgotten);
        assert!(matches!(stop, Some(Stop::Refused(why)) if why.guard == Guard::Kept));
    }
    let stop = back(1, &[entry(2)], term(1, N1));
    assert!(matches!(stop, Some(Stop::Refused(why)) if why.guard == Guard::Kept));
}

#[test]
fn a_refusal_shows_what_the_model_might_have_done_and_the_nearest_of_it() {
    let mut run = Conformance::new(3);
    let mut story = election();
    story.push((N1, Fact::Appended { index: 1, entry: entry(1) }));
    for (node, fact) in story {
        run.step(&told(node, fact)).expect("an election is a step of Raft");
    }
    let Err(Stop::Refused(refused)) = run.step(&told(N1, Fact::Committed { index: 1 })) else {
        panic!("one node alone commits nothing");
    };
    assert_eq!((refused.accepted, refused.guard), (run.accepted(), Guard::Quorum));
    assert_eq!((refused.model.term, refused.model.commit, refused.shown.commit), (1, 0, 0));
    let nearest: Vec<&str> =
        refused.actions.iter().filter(|a| a.nearest).map(|a| a.action.as_str()).collect();
    assert_eq!(nearest, ["know 0 committed"]);
    let stand = refused.actions.iter().find(|a| a.action == "stand for t2");
    assert_eq!(stand.and_then(|a| a.guard), Some(Guard::Leads));
}
