//! The protocol whose every state is visited, held against the one that follows real runs: steps
//! are taken by chance, and told as an implementation would tell them. They ask the same guards;
//! this shows that they also mean the same.

use std::collections::BTreeSet;

use stateright::Model;

use crate::fact::{Fact, Says, Told};
use crate::id::NodeId;
use crate::reference::raft::conform::{Conformance, Stop};
use crate::reference::raft::rules::Guard;
use crate::reference::raft::{Action, Body, Bounds, Bug, Message, Raft, Role, Rules, State};
use crate::seed::Seed;
use crate::time::Time;

/// What a message says, as an adapter would put it.
fn says(body: Body) -> Says {
    let n = u64::from;
    match body {
        Body::Vote { last_term, last } => {
            Says::Vote { last: n(last), last_term: n(last_term), commit: 0, commit_term: 0 }
        }
        Body::Voted { granted } => Says::Voted { granted, commit: 0, commit_term: 0 },
        Body::Append { prev, prev_term, entry, commit } => Says::Append {
            prev: n(prev),
            prev_term: n(prev_term),
            count: entry.iter().len() as u64,
            commit: n(commit),
        },
        Body::Appended { upto } => Says::Appended { upto: n(upto) },
        Body::Refused { prev } => Says::Refused { prev: n(prev) },
        Body::Install(base) => Says::Snapshot { index: n(base.index), term: n(base.term) },
    }
}

/// Who acts, and all that it tells of a step, each message included.
fn tells(before: &State, action: Action, after: &State, facts: &[Fact]) -> (u8, Vec<Fact>) {
    let mut all = Vec::new();
    let who = match action {
        Action::Deliver(Message { from, to, term, body }) => {
            let from = NodeId::at(from.into());
            all.push(Fact::Handled { from, term: term.into(), says: says(body) });
            to
        }
        Action::Lose(message) => return (message.to, all),
        Action::Timeout(who) => {
            all.push(Fact::Stands { term: after.servers[who as usize].term.into() });
            who
        }
        Action::Ask(who, _)
        | Action::Request(who)
        | Action::Replicate(who, _)
        | Action::Restart(who)
        | Action::Compact(who, _)
        | Action::Change(who, _)
        | Action::Leave(who) => who,
    };
    let elected = facts.iter().any(|fact| matches!(fact, Fact::Elected { .. }));
    let leads = elected || before.servers[who as usize].role == Role::Leader;
    for fact in facts {
        if let (Fact::Appended { index, entry }, true) = (*fact, leads)
            && !matches!(
                action,
                Action::Restart(_)
                    | Action::Deliver(Message { body: Body::Install(_) | Body::Append { .. }, .. })
            )
        {
            all.push(Fact::Took { index, entry });
        }
        all.push(*fact);
    }
    let mut old = before.network.to_vec();
    for message in after.network.iter() {
        if let Some(place) = old.iter().position(|other| other == message) {
            old.remove(place);
        } else {
            let (to, term) = (NodeId::at(message.to.into()), message.term.into());
            all.push(Fact::Sent { to, term, says: says(message.body) });
        }
    }
    (who, all)
}

/// Takes steps by chance; what stops them, if anything.
fn walk(raft: &Raft, seed: Seed, steps: u64) -> Option<Guard> {
    let mut draws = seed.draws();
    let mut state = raft.init_states()[0];
    let nodes = u32::from(raft.bounds.nodes);
    let mut run = Conformance::new(nodes);
    let mut incarnations = vec![0; state.servers.len()];
    let mut tell = |who: u8, incarnation, order, fact| {
        let node = NodeId::at(who.into());
        run.step(&Told { time: Time::ZERO, order, node, incarnation, fact })
    };
    for who in 0..raft.bounds.nodes {
        let booted = Fact::Booted { applied: 0, log_last: 0 };
        tell(who, 0, 0, booted).expect("a first start is a step of Raft");
    }
    for order in 1..=steps {
        let mut actions = Vec::new();
        raft.actions(&state, &mut actions);
        let action = *draws.pick(&actions)?;
        let (next, facts, refusal) = raft.step(&state, action);
        let (who, facts) = tells(&state, action, &next, &facts);
        if let Action::Restart(_) = action {
            incarnations[who as usize] += 1;
        }
        for fact in facts {
            match tell(who, incarnations[who as usize], order, fact) {
                Ok(()) => {}
                Err(Stop::Refused(refused)) => {
                    assert!(raft.bug.is_some(), "{action}: {refused:#?}");
                    return Some(refused.guard);
                }
                Err(Stop::TooMany(node)) => panic!("too many states of {node}"),
            }
        }
        if refusal.is_some() {
            return None;
        }
        state = next;
    }
    None
}

fn bounds() -> Bounds {
    Bounds {
        terms: 5,
        requests: 3,
        messages: 3,
        restarts: 3,
        snapshots: 2,
        changes: 1,
        joint: 1,
        ..Bounds::PLAIN
    }
}

#[test]
fn every_step_of_the_searched_protocol_is_followed() {
    for rules in [Rules::default(), Rules::ETCD] {
        let raft = Raft { rules, ..Raft::within(bounds()) };
        for seed in 0..600 {
            assert_eq!(walk(&raft, Seed(seed), 300), None);
        }
    }
}

#[test]
fn a_known_mistake_is_stopped_by_the_guard_that_it_ignores() {
    let stopped = |bug: Bug| -> BTreeSet<&str> {
        let plain = Bounds { terms: 6, requests: 4, messages: 4, restarts: 4, ..Bounds::PLAIN };
        let raft = Raft { bug: Some(bug), ..Raft::within(plain) };
        (0..600).filter_map(|seed| walk(&raft, Seed(seed), 400)).map(Guard::sentence).collect()
    };
    assert_eq!(stopped(Bug::VoteForgotten), [Guard::Kept.sentence()].into());
    assert_eq!(stopped(Bug::LogNotCompared), [Guard::Newer.sentence()].into());
    assert_eq!(stopped(Bug::OldTermCommitted), [Guard::OwnTerm.sentence()].into());
    // That a client is told too early is no message between nodes; clients see it.
    assert_eq!(stopped(Bug::AckedAlone), BTreeSet::new());
}
