//! Servers that do not wait for their disks.

use super::{DONE, Run, failures, has_settled, outcomes, run_with};
use crate::raft::raft_rs::boot;
use crate::raft::{Config, Status};
use crate::targets::{SYNC_WITHIN, claim};
use schism::execute::{Recording, execute};
use schism::fact::Fact;
use schism::generate::{Shape, generate};
use schism::history::Outcome;
use schism::spec::map::Map;
use schism::trace::What;
use schism::{NodeId, Seed, Time};

fn later() -> Config {
    Config { sync_within: Some(SYNC_WITHIN), snapshot_every: Some(8), ..Config::default() }
}

fn run(text: &str) -> Run {
    run_with(text, later(), Recording { rich: true, ..Recording::default() })
}

/// When a node first told this of index 2, which the first write gets.
fn when(trace: &Run, node: NodeId, wanted: fn(&Fact) -> bool) -> Option<Time> {
    let found = trace.facts.iter().find(|told| told.node == node && wanted(&told.fact));
    found.map(|told| told.time)
}

fn appended(fact: &Fact) -> bool {
    matches!(fact, Fact::Appended { index: 2, .. })
}

fn committed(fact: &Fact) -> bool {
    matches!(fact, Fact::Committed { index: 2.. })
}

fn applied(fact: &Fact) -> bool {
    matches!(fact, Fact::Applied { index: 2, .. })
}

fn leader(trace: &Run) -> NodeId {
    super::leaders(trace)[0].1
}

#[test]
fn a_write_waits_for_the_disks_of_a_majority() {
    let text = "nodes 3 quiet survives slowness\n\
                @elected +100ms  disk n1 is slow by 300ms for 1s\n\
                @+0ms  disk n2 is slow by 300ms for 1s\n\
                @+0ms  disk n3 is slow by 300ms for 1s\n\
                @+0ms  c0 -> leader  put k1 81";
    let trace = run(text);
    let done = trace.history.operations[0].completed.time;
    let asked = trace.history.operations[0].invoked.time;
    assert_eq!((outcomes(&trace), failures(&trace, 3)), (vec![DONE], vec![]));
    assert!(done.since(asked).as_millis() > 310, "{done} after {asked}");
}

#[test]
fn a_leader_knows_of_a_commit_before_its_own_disk_and_applies_it_after() {
    let text = "nodes 3 quiet survives slowness\n\
                @elected +100ms  disk leader is slow by 300ms for 1s\n\
                @+0ms  c0 -> leader  put k1 81";
    let trace = run(text);
    let at = |wanted| when(&trace, leader(&trace), wanted).expect("it is told");
    assert!(at(committed) < at(appended) && at(appended) <= at(applied));
    let others = (1..=3).map(NodeId).filter(|node| *node != leader(&trace));
    for other in others {
        assert!(when(&trace, other, applied).expect("it is told") < at(appended));
    }
    assert_eq!((outcomes(&trace), failures(&trace, 3)), (vec![DONE], vec![]));
}

#[test]
fn one_sync_covers_what_was_written_while_another_was_due() {
    let asks: String = (0..10).map(|n| format!("@+1ms c{n} -> leader put k{n} 1\n")).collect();
    let trace = run(&format!("nodes 3 quiet\n@elected +100ms c10 -> leader put k1 2\n{asks}"));
    assert_eq!(outcomes(&trace), vec![DONE; 11]);
    let calm = trace.records.iter().position(|record| matches!(record.what, What::Calm));
    let storm = || trace.records[..calm.expect("it ends calmly")].iter();
    let of_leader = || storm().filter(|record| record.node == Some(leader(&trace)));
    let synced = of_leader().filter(|record| matches!(record.what, What::Synced(_))).count();
    let wrote = of_leader().filter(|record| matches!(record.what, What::Wrote(..))).count();
    assert!(wrote > 12 && synced < wrote / 2, "{wrote} writes, {synced} syncs");
}

#[test]
fn a_sync_that_fails_stops_the_server() {
    let text = "nodes 3 quiet survives disk-errors\n\
                @elected +100ms  disk leader fails its next sync\n\
                @+0ms  c0 -> leader  put k1 81";
    let trace = run(text);
    let down = |what: &What| matches!(what, What::Down("stopped at a disk error"));
    let who = trace.records.iter().find(|record| down(&record.what)).and_then(|found| found.node);
    assert_eq!(who, Some(leader(&trace)));
    assert_eq!((outcomes(&trace), failures(&trace, 3)), (vec![Outcome::Unknown], vec![]));
    assert!(has_settled(&trace));
}

#[test]
fn healthy_clusters_that_do_not_wait_for_their_disks_hold() {
    let roles = vec!["leader", "follower"];
    let shape = Shape { claim: claim(), roles, ..Shape::default() };
    let mut early = 0;
    for seed in 0..200 {
        let schedule = generate::<Map>(&shape, Seed(seed));
        let views = Recording { views: true, ..Recording::default() };
        let trace: Run = execute(&schedule, &boot(later()), views);
        assert_eq!(failures(&trace, 3), [], "seed {seed}");
        for seen in &trace.views {
            let Status { commit, applied, last_index, .. } = seen.view;
            assert!(applied <= commit && commit <= last_index, "{:?}", seen.view);
            early += u32::from(applied < commit);
        }
    }
    assert!(early > 1_000, "{early}: commits that wait for the disk must happen");
}
