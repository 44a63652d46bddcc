//! Hunts whose cases are made from those that walked something new of Raft's model.

use super::*;
use crate::mutants;
use schism::check;
use schism::check::{Check, Checked, Outcome as Came};

fn hunted<N: Node>(check: Check<N>, cases: u64, jobs: usize) -> Checked {
    let mut check = check.survives(crate::targets::claim()).linearizable().seed(1).cases(cases);
    let settings = check.settings();
    (settings.save, settings.effort.jobs) = (None, jobs);
    check.named("guided").try_run(&mut |_| {}).expect("it can be checked")
}

/// What was tried, without what depends on the machine.
fn tried(checked: &Checked) -> (Came, u64, u64, u64, [u64; 3]) {
    let tally = &checked.tally;
    (checked.outcome, tally.cases, tally.events, tally.sent, tally.operations)
}

#[test]
fn guided_cases_are_the_same_for_any_number_of_threads_and_others_than_unguided_ones() {
    let healthy = || check(boot(Config::default()));
    let one = hunted(healthy().guided(), 400, 1);
    assert_eq!(one.outcome, Came::Pass, "{}", one.report);
    assert_eq!(tried(&one), tried(&hunted(healthy().guided(), 400, 3)));
    let plain = hunted(healthy(), 400, 3);
    assert_eq!((plain.outcome, plain.tally.cases), (Came::Pass, 400));
    assert_ne!(one.tally.events, plain.tally.events);
}

#[test]
fn a_guided_hunt_tells_the_same_counterexample_on_any_number_of_threads() {
    let mutant = mutants::raft::find("PM04").expect("it is listed");
    let found = |jobs: usize| {
        let checked = hunted(check(mutant.boot(Config::default())).guided(), 2_000, jobs);
        let found = checked.counterexample.expect("it is found");
        (checked.tally.cases, found.schedule, found.digest, found.shrink_runs)
    };
    let one = found(1);
    assert_eq!(one, found(4));
    assert!(one.0 > 64, "it comes after the first batch, from changed cases or beside them");
}
