//! Is raft-rs linearizable, by a state machine test?
use proptest::test_runner::Config;
use proptest_state_machine::prop_state_machine;
use schism::check::Check;
use schism::check::bridge::{Bridge, Tested};
use schism::{Nemesis, check};
use schism_adapters::raft::{self, raft_rs};

struct Raft;

impl Tested for Raft {
    type Node = raft_rs::Server;
    fn check() -> Check<Self::Node> {
        let claim = Nemesis::new().crashes().power_loss().partitions();
        check(raft_rs::boot(raft::Config::default())).survives(claim).linearizable()
    }
}

prop_state_machine! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(32) })]
    #[test]
    fn raft_rs_survives_each_sequence_of_steps(sequential 1..20 => Bridge<Raft>);
}

// What follows is not shown by the page: that such a test can fail, and that the page is true.

use proptest::test_runner::{RngSeed, TestError, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use schism::Schedule;
use schism::check::Ruling;
use schism::spec::map::Op;
use schism_adapters::mutants;

struct Forgetful;

impl Tested for Forgetful {
    type Node = mutants::raft::Broken;
    fn check() -> Check<Self::Node> {
        let mutant = mutants::raft::find(FORGETFUL).expect("it is one of ours");
        let claim = Nemesis::new().crashes().power_loss().partitions();
        check(mutant.boot(raft::Config::default())).survives(claim).linearizable()
    }
}

const FORGETFUL: &str = "PM10";

#[test]
fn a_mutant_fails_by_a_state_machine_test_and_its_steps_can_be_pasted() {
    let seed = RngSeed::Fixed(1);
    let config =
        Config { failure_persistence: None, rng_seed: seed, cases: 400, ..Config::default() };
    let strategy = Bridge::<Forgetful>::sequential_strategy(1..20);
    let ran = TestRunner::new(config.clone()).run(&strategy, |(plan, steps, seen)| {
        Bridge::<Forgetful>::test_sequential(config.clone(), plan, steps, seen);
        Ok(())
    });
    let Err(TestError::Fail(reason, (_, steps, _))) = ran else { panic!("{ran:?}") };
    let reason = reason.message();
    let mutant = mutants::raft::find(FORGETFUL).expect("it is one of ours");
    assert!(mutant.card.caught_by.iter().any(|name| reason.starts_with(name)), "{reason}");
    let line = reason.split("SCHISM_REPLAY='").nth(1).and_then(|rest| rest.split('\'').next());
    let pasted: Schedule<Op> = line.unwrap_or_default().parse().expect("it can be read");
    // Steps behind the one at which it failed were never applied.
    assert!(steps.starts_with(&pasted.steps) && !pasted.steps.is_empty(), "{pasted}");
    let cases = Forgetful::check().one_by_one().expect("it can be checked");
    let Ruling::Broken(violation) = cases.judge(&pasted) else { panic!("it passes: {pasted}") };
    assert!(reason.starts_with(&violation.failure.to_string()), "{reason}");
}

#[test]
fn the_page_shows_the_test_that_runs() {
    const PAGE: &str = include_str!("../../docs/howto/proptest-state-machine.md");
    let shown = PAGE.split("```rust\n").nth(1).and_then(|rest| rest.split("\n```").next());
    let own = include_str!("bridge.rs").split("\n\n// What follows").next();
    assert_eq!(shown, own);
}
