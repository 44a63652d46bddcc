//! Clusters in which who votes changes, and what was found in them.

use super::{DONE, Run, failures, has_settled, outcomes, run_with};
use crate::raft::{Config, members};
use schism::execute::Recording;
use schism::fact::{Fact, Nodes};
use schism::generate::{Shape, generate};
use schism::persist::Saved;
use schism::spec::map::Map;
use schism::{Nemesis, NodeId, Seed};

const CHANGES: &str = "survives crashes disturb:add-voter:1..5 disturb:add-learner:1..5 \
                       disturb:remove:1..5 disturb:joint:1..31 disturb:switch:1..31 \
                       disturb:demote:1..31 disturb:leave-joint:1..1 disturb:transfer:1..5";

fn run_text(text: &str) -> Run {
    let config = Config { voters_at_start: Some(3), ..Config::default() };
    run_with(text, config, Recording::default())
}

fn run(steps: &str) -> Run {
    run_text(&format!("nodes 5  quiet  {CHANGES}\n{steps}"))
}

/// The configurations that a node told, as numbers with a bit for each node: voters, outgoing
/// voters, learners.
fn told(trace: &Run, node: u32) -> Vec<(u64, [u64; 3])> {
    let mine = trace.facts.iter().filter(|told| told.node == NodeId(node));
    mine.filter_map(|told| match told.fact {
        Fact::Configured { index, config } => {
            let sets = [config.voters, config.outgoing, config.learners];
            Some((index, sets.map(|Nodes(bits)| bits)))
        }
        _ => None,
    })
    .collect()
}

#[test]
fn a_learner_listens_and_is_promoted() {
    let trace = run("@elected disturb leader add-learner 4\n\
                     @+100ms disturb leader add-voter 4\n\
                     @+50ms c0 -> n4 put k1 81");
    let want = [(0, [0b111, 0, 0]), (2, [0b111, 0, 0b1000]), (3, [0b1111, 0, 0])];
    for node in 1..=4 {
        assert_eq!(told(&trace, node), want, "n{node}");
    }
    assert_eq!(told(&trace, 5), want[..1], "nobody has told n5");
    assert_eq!((outcomes(&trace), failures(&trace, 5)), (vec![DONE], vec![]));
}

#[test]
fn a_joint_configuration_is_left_by_itself_or_by_a_step() {
    let trace = run("@elected disturb leader switch 28");
    let by_itself = [(2, [0b11100, 0b111, 0]), (3, [0b11100, 0, 0])];
    assert_eq!(told(&trace, 4)[1..], by_itself);
    let trace = run("@elected disturb leader joint 28");
    assert_eq!(told(&trace, 4)[1..], by_itself[..1]);
    let trace = run("@elected disturb leader joint 28\n@+100ms disturb leader leave-joint 1");
    assert_eq!(told(&trace, 4)[1..], by_itself);
    let trace = run("@elected disturb leader demote 28");
    assert_eq!(told(&trace, 4)[2..], [(3, [0b11100, 0, 0b11])]);
}

#[test]
fn a_node_that_was_removed_owes_nothing_and_comes_back() {
    let gone = run("@elected disturb leader remove 3\n@+100ms c0 -> leader put k1 81");
    assert!(has_settled(&gone));
    let probe = |told: &&schism::fact::Told| match told.fact {
        Fact::Applied { entry, .. } => entry.request.is_some_and(|r| r.client.0 == u32::MAX),
        _ => false,
    };
    let took: Vec<u32> = gone.facts.iter().filter(probe).map(|told| told.node.0).collect();
    assert!(took.contains(&1) && took.contains(&2) && !took.contains(&3), "{took:?}");
    let back = run("@elected disturb leader remove 3\n@+100ms disturb leader add-voter 3");
    assert_eq!(told(&back, 3).last(), Some(&(3, [0b111, 0, 0])));
    assert_eq!(failures(&back, 5), []);
}

#[test]
fn a_leader_that_is_removed_makes_way_for_another() {
    let trace = run("@elected disturb leader remove 2\n@+400ms c0 -> leader put k1 81");
    let leads = trace.facts.iter().filter_map(|told| match told.fact {
        Fact::Elected { .. } => Some(told.node),
        _ => None,
    });
    let leads: Vec<NodeId> = leads.collect();
    assert_eq!((leads[0], leads.len()), (NodeId(2), 2), "{leads:?}");
    assert_eq!((outcomes(&trace), failures(&trace, 5)), (vec![DONE], vec![]));
}

#[test]
fn a_restart_finds_who_votes_in_the_log() {
    let trace = run("@elected disturb leader add-voter 5\n@+100ms crash n5\n@+50ms restart n5");
    let want = [(0, [0b111, 0, 0]), (2, [0b10111, 0, 0])];
    assert_eq!(told(&trace, 5), [want, want].concat());
    assert_eq!(failures(&trace, 5), []);
}

#[test]
fn leadership_goes_where_it_is_sent() {
    let trace = run("@elected disturb leader transfer 3");
    let last = trace.facts.iter().rev().find_map(|told| match told.fact {
        Fact::Elected { .. } => Some(told.node),
        _ => None,
    });
    assert_eq!((last, failures(&trace, 5)), (Some(NodeId(3)), vec![]));
}

#[test]
fn healthy_clusters_hold_whatever_happens_to_their_members() {
    let claim = members::claim(Nemesis::everything(), 5);
    let roles = vec!["leader", "follower"];
    let shape = Shape { nodes: 5, claim, roles, ..Shape::default() };
    let (mut changes, mut joint) = (0, 0);
    for seed in 0..200 {
        let schedule = generate::<Map>(&shape, Seed(seed));
        let trace = run_text(&schedule.to_string());
        assert_eq!(failures(&trace, 5), [], "seed {seed}");
        for (index, [_, outgoing, _]) in (1..=5).flat_map(|node| told(&trace, node)) {
            changes += u32::from(index > 0);
            joint += u32::from(outgoing != 0);
        }
    }
    assert!(changes > 500 && joint > 200, "{changes} changes, {joint} of them joint");
}

#[test]
fn what_was_found_is_still_there() {
    for found in [
        include_str!("../found/priority-panic.schedule"),
        include_str!("../found/priority-deadlock.schedule"),
        include_str!("../found/refusal-unread.schedule"),
    ] {
        let saved = Saved::parse(found);
        let trace = match saved.target.as_deref() {
            Some("raft-rs") => run_with(found, Config::default(), Recording::default()),
            _ => run_text(found),
        };
        let failure = saved.failure.expect("the file says how it fails");
        let shown = failures(&trace, 3);
        assert_eq!(shown, [failure]);
    }
}
