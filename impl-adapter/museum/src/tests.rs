//! Each exhibit fails on the broken release as its original report says, and holds on the other.

use crate::raft::{self, Panics, v0_4::Raft04, v0_7::Raft07};
use schism::Node;
use schism::check::{Check, Checked, Outcome};

/// Runs a check on the same cases each time, and saves nothing: a failure here is what is wanted.
fn ran<N: Node>(mut check: Check<N>, name: &str, seed: u64, cases: u64) -> Checked {
    check.settings().save = None;
    check.settings().replay = None;
    let checked = check.named(name).cases(cases).seed(seed).try_run(&mut |_| {});
    let checked = checked.expect("the check can be done");
    println!("{}", checked.report);
    checked
}

fn steps(checked: &Checked) -> usize {
    checked.counterexample.as_ref().map_or(usize::MAX, |small| small.steps)
}

#[test]
fn raft_0_4_3_loses_an_acknowledged_write_when_its_must_sync_is_believed() {
    let check = raft::exhibit::<Raft04>(Panics::Avoided);
    let checked = ran(check, "raft-0.4.3-write", 5, 5_000);
    assert_eq!(checked.outcome, Outcome::Fail);
    assert_eq!(checked.property.as_deref(), Some("linearizable"));
    assert_eq!(checked.clause.as_deref(), Some("lost acknowledged write"));
    assert!(steps(&checked) <= 3, "{}", checked.report);
}

#[test]
fn raft_0_4_3_finds_entries_gone_that_it_had_promised_to_hold() {
    let checked = ran(raft::exhibit::<Raft04>(Panics::Let), "raft-0.4.3-panic", 1, 5_000);
    assert_eq!(checked.outcome, Outcome::Fail);
    assert_eq!(checked.property.as_deref(), Some("no panic"));
    assert!(checked.report.contains("to_commit 1 is out of range"), "{}", checked.report);
    assert!(steps(&checked) <= 1, "{}", checked.report);
}

#[test]
fn raft_0_7_0_keeps_acknowledged_writes_though_its_must_sync_is_believed() {
    for panics in [Panics::Avoided, Panics::Let] {
        let checked = ran(raft::exhibit::<Raft07>(panics), "raft-0.7.0", 1, 2_000);
        assert_eq!(checked.outcome, Outcome::Pass, "{}", checked.report);
    }
}
