//! Would the check of a real cluster notice if the world broke its promises? It must, for each
//! promise that its claim relies on.

use schism::check::Thoroughness;
use schism::sabotage::Noticed;
use schism::{Nemesis, Sabotage, check};
use schism_adapters::raft::{Config, raft_rs};

fn noticed(claim: Nemesis) -> Vec<Noticed> {
    let mut check = check(raft_rs::boot(Config::default()))
        .survives(claim)
        .linearizable()
        .cases(1_000)
        .seed(1)
        .named("raft-rs");
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
