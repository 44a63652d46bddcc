//! The healthy adapter held against Raft, in each of its ways to be set up.

use super::*;
use crate::targets::{SYNC_WITHIN, stalls};
use schism::judge::refines::{Followed, Model, Raft};

/// How many of so many runs Raft follows to the end, and in how many it has too many states.
fn followed(config: Config, claim: &Nemesis, nodes: u32, cases: u64) -> (u64, u64) {
    let mut counts = (0, 0);
    for seed in 0..cases {
        let schedule =
            generate::<Map>(&Shape { nodes, claim: claim.clone(), ..shape() }, Seed(seed));
        let detail = Recording { detail: true, ..Recording::default() };
        let trace: Run = execute(&schedule, &boot(config), detail);
        match Raft.follows(nodes, &trace.facts) {
            Followed::ToTheEnd => counts.0 += 1,
            Followed::Unknown(_) => counts.1 += 1,
            Followed::UpTo(departure) => panic!("seed {seed}: {departure:#?}\n{schedule}"),
        }
    }
    counts
}

fn compacts() -> Config {
    Config { snapshot_every: Some(8), ..Config::default() }
}

#[test]
fn raft_does_all_that_raft_rs_does() {
    let plain = Config { pre_vote: false, check_quorum: false, ..Config::default() };
    for config in [Config::default(), compacts(), plain] {
        assert_eq!(followed(config, &crate::targets::claim(), 3, 100), (100, 0), "{config:?}");
    }
}

#[test]
fn raft_does_what_raft_rs_does_with_low_limits_and_a_disk_that_is_not_waited_for() {
    let claim = stalls(crate::targets::claim());
    let later = Config { sync_within: Some(SYNC_WITHIN), ..compacts() };
    for config in [later, Config { tight: true, ..Config::default() }] {
        assert_eq!(followed(config, &claim, 3, 100), (100, 0), "{config:?}");
    }
}

#[test]
fn raft_does_what_raft_rs_does_while_its_members_change() {
    let claim = crate::raft::members::claim(Nemesis::everything(), 5);
    for voters in [1, 3] {
        let config = Config { voters_at_start: Some(voters), ..compacts() };
        assert_eq!(followed(config, &claim, 5, 100), (100, 0), "{config:?}");
    }
}

#[test]
fn a_node_that_tells_no_message_is_not_judged() {
    let trace = run("nodes 3");
    let Followed::Unknown(why) = Raft.follows(3, &trace.facts) else { panic!("it was judged") };
    assert_eq!(why, "no node tells which messages it sends, so nothing is held against raft");
}
