//! Would the check of a real cluster notice if the world broke its promises? It must, for each
//! promise that its claim relies on.

use schism::check::{Check, Thoroughness};
use schism::sabotage::Noticed;
use schism::{Nemesis, Node, Sabotage, check};
use schism_adapters::raft::{Config, raft_rs};
use schism_adapters::{swim, targets};

fn noticed(claim: Nemesis) -> Vec<Noticed> {
    let check = check(raft_rs::boot(Config::default())).survives(claim);
    tried(check.linearizable().cases(1_000).named("raft-rs"))
}

fn tried<N: Node>(check: Check<N>) -> Vec<Noticed> {
    let mut check = check.seed(1);
    check.settings().save = None;
    check.settings().sabotage = Thoroughness::Full;
    check.try_run(&mut |_| {}).expect("it can be checked").tally.sabotage
}

#[test]
fn every_broken_promise_is_noticed_and_doubled_messages_are_survived() {
    let all = noticed(Nemesis::everything());
    assert_eq!(all.len(), Sabotage::ALL.len());
    for one in all {
        assert_eq!(one.case.is_some(), one.breaks, "{one}");
        assert_eq!(one.breaks, one.sabotage != Sabotage::EveryMessageTwice, "{one}");
    }
}

#[test]
fn a_claim_without_power_loss_has_no_use_for_syncs() {
    for one in noticed(Nemesis::everything().without(schism::fault::Kind::PowerLoss)) {
        let syncs = matches!(one.sabotage, Sabotage::NoSync | Sabotage::EarlyAnswers);
        assert!(!(syncs && one.breaks), "{one}");
        assert_eq!(one.case.is_some(), one.breaks, "{one}");
    }
}

#[test]
fn a_system_without_files_is_not_blamed_for_missing_what_happens_to_them() {
    let group = check(swim::foca::boot(swim::Config::default())).survives(targets::gossip_claim());
    let all = tried(group.cases(200).named("foca"));
    let said: Vec<String> = all.iter().take(4).map(ToString::to_string).collect();
    let expected = [
        "sync does nothing: nothing to break, no node syncs",
        "answers before the sync: nothing to break, no node syncs",
        "old files after a restart: nothing to break, no node that went down had files",
        "one node forgets all: nothing to break, no node that went down had files",
    ];
    assert_eq!(said, expected);
    assert!(all.iter().skip(4).all(|one| !one.moot), "{all:?}");
}
