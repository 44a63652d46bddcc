//! The judge of a step against the judge of a whole run, and the paper's own stories.

use stateright::Model;

use super::{Action, Bounds, Bug, Raft, Rules, State};
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::reference::packed::Packed;
use crate::reference::{Clause, Cluster};
use crate::seed::Seed;
use crate::time::Time;

/// Follows a story, of which each line is an action's own text; ends with the clause that the last
/// of them broke.
fn told(raft: &Raft, story: &[&str]) -> (State, Option<Clause>) {
    let mut state = raft.init_states()[0];
    for (number, line) in (1..).zip(story) {
        let mut actions = Vec::new();
        raft.actions(&state, &mut actions);
        let action = actions.iter().find(|action| action.to_string() == *line);
        let action = action.unwrap_or_else(|| panic!("{number}: no {line} in {actions:#?}"));
        state = raft.step(&state, *action).0;
    }
    (state, state.broken)
}

/// Takes steps by chance, and holds what a state remembers against what was really told.
fn walk(raft: &Raft, seed: Seed, steps: u32) -> Option<Clause> {
    let (mut draws, mut packed) = (seed.draws(), Vec::new());
    let mut state = raft.init_states()[0];
    let mut incarnations = vec![0; state.servers.len()];
    let mut cluster = Cluster::new(u32::from(raft.bounds.nodes));
    let tell = |cluster: &mut Cluster, who: usize, incarnation, at, fact| {
        let node = NodeId::at(who);
        cluster.step(&Told { time: Time::millis(at), order: at, node, incarnation, fact })
    };
    for who in 0..incarnations.len() {
        let booted = Fact::Booted { applied: 0, log_last: 0 };
        tell(&mut cluster, who, 0, 0, booted).expect("a first start contradicts nothing");
        if raft.voters_change() {
            let config = raft.voters(&state.servers[who]).fact();
            let first = Fact::Configured { index: 0, config };
            tell(&mut cluster, who, 0, 0, first).expect("all go by the same at first");
        }
    }
    for at in 1..=u64::from(steps) {
        let mut actions = Vec::new();
        raft.actions(&state, &mut actions);
        let action = *draws.pick(&actions)?;
        if let Action::Restart(who) = action {
            incarnations[who as usize] += 1;
        }
        let (next, facts, refusal) = raft.step(&state, action);
        let who = actor(action);
        let whole =
            facts.iter().try_for_each(|fact| tell(&mut cluster, who, incarnations[who], at, *fact));
        let of_this_step = refusal.map(|refusal| refusal.clause);
        // What only the end of a run shows is no fact's fault.
        let known = of_this_step.filter(|clause| *clause != Clause::NoAcknowledgedWriteIsLost);
        assert_eq!(known, whole.err().map(|refusal| refusal.clause), "{action} on {state:#?}");
        if of_this_step.is_some() {
            return of_this_step;
        }
        assert_eq!(next.past, cluster.past(), "{action} on {state:#?}");
        packed.clear();
        next.pack(&mut packed);
        assert_eq!(State::unpack(&packed), next, "{action} on {state:#?}");
        state = next;
    }
    None
}

fn actor(action: Action) -> usize {
    match action {
        Action::Timeout(who)
        | Action::Ask(who, _)
        | Action::Request(who)
        | Action::Replicate(who, _)
        | Action::Restart(who)
        | Action::Compact(who, _)
        | Action::Change(who, _)
        | Action::Leave(who) => who.into(),
        Action::Deliver(message) | Action::Lose(message) => message.to.into(),
    }
}

/// The clauses that were broken by chance, of a sound model and of each mistake.
fn walks(bounds: Bounds, rules: Rules) -> Vec<Clause> {
    let mut broken = Vec::new();
    for bug in Bug::ALL.into_iter().map(Some).chain([None]) {
        for seed in 0..400 {
            let raft = Raft::within(bounds).by(rules).with(bug);
            let clause = walk(&raft, Seed(seed), 200);
            assert!(clause.is_none() || bug.is_some(), "a healthy protocol was refused");
            broken.extend(clause);
        }
    }
    broken.sort_unstable();
    broken.dedup();
    broken
}

#[test]
fn a_state_remembers_all_that_a_judge_of_the_whole_run_knows() {
    let bounds = Bounds { terms: 4, requests: 4, messages: 3, restarts: 3, ..Bounds::PLAIN };
    let by_chance =
        [Clause::VoteNeverChanges, Clause::LeaderIsComplete, Clause::NoAcknowledgedWriteIsLost];
    assert_eq!(walks(bounds, Rules::default()), by_chance);
}

#[test]
fn a_state_remembers_who_votes_and_what_was_compacted() {
    let bounds = Bounds { terms: 4, requests: 3, messages: 3, restarts: 3, ..Bounds::PLAIN };
    let all = Bounds { snapshots: 4, changes: 2, joint: 1, ..bounds };
    for nodes in [3, 4] {
        for rules in [Rules::default(), Rules::ETCD] {
            for voters in [0, 2] {
                let broken = walks(Bounds { nodes, voters, ..all }, rules);
                assert!(broken.contains(&Clause::VoteNeverChanges), "{broken:?}");
            }
        }
    }
}

/// Figure 8 of the paper, with three nodes.
#[test]
fn an_older_terms_entry_may_not_be_committed_by_counting_replicas() {
    let bounds = Bounds { terms: 4, ..Bounds::PLAIN };
    let story = [
        "n1 times out",
        "n1 asks n2 for its vote",
        "n1 -> n2 t1 vote? log 0 t0: arrives",
        "n2 -> n1 t1 vote: arrives",
        "a client asks n1",
        "n2 times out",
        "n2 asks n1 for its vote",
        "n2 -> n1 t2 vote? log 0 t0: arrives",
        "n2 asks n3 for its vote",
        "n2 -> n3 t2 vote? log 0 t0: arrives",
        "n3 -> n2 t2 vote: arrives",
        "a client asks n2",
        "n1 times out",
        "n1 asks n3 for its vote",
        "n1 -> n3 t3 vote? log 1 t1: arrives",
        "n3 -> n1 t3 vote: arrives",
        "n1 sends n3 of its log",
        "n1 -> n3 t3 append after 1 t1 nothing committed 0: arrives",
        "n3 -> n1 t3 refused after 1: arrives",
        "n1 sends n3 of its log",
        "n1 -> n3 t3 append after 0 t0 c0#0 of t1 committed 0: arrives",
        "n3 -> n1 t3 appended 1: arrives",
        "n2 crashes and restarts",
        "n2 times out",
        "n2 times out",
        "n2 asks n3 for its vote",
        "n2 -> n3 t4 vote? log 1 t2: arrives",
        "n3 -> n2 t4 vote: arrives",
    ];
    let buggy = Raft::within(bounds).with(Bug::OldTermCommitted);
    assert_eq!(told(&buggy, &story).1, Some(Clause::LeaderIsComplete));
    // Without the bug the same story is sound: nothing was committed.
    let (state, broken) = told(&Raft::within(bounds), &story);
    assert_eq!(broken, None);
    assert!(state.servers.iter().all(|server| server.commit == 0));
}

#[test]
fn what_was_sent_may_be_lost_or_sent_again() {
    let bounds =
        Bounds { nodes: 2, terms: 1, requests: 1, messages: 2, restarts: 0, ..Bounds::PLAIN };
    let story = [
        "n1 times out",
        "n1 asks n2 for its vote",
        "n1 asks n2 for its vote",
        "n1 -> n2 t1 vote? log 0 t0: arrives",
        "n2 -> n1 t1 vote: is lost",
        "n1 -> n2 t1 vote? log 0 t0: arrives",
        "n2 -> n1 t1 vote: arrives",
        "a client asks n1",
        "n1 sends n2 of its log",
        "n1 -> n2 t1 append after 0 t0 c0#0 of t1 committed 0: arrives",
        "n2 -> n1 t1 appended 1: arrives",
    ];
    let (state, broken) = told(&Raft::within(bounds), &story);
    assert_eq!(broken, None);
    assert_eq!((state.servers[0].commit, state.servers[1].commit), (1, 0));
    assert_eq!(state.network.len(), 0);
}
