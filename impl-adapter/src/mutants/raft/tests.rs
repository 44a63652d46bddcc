//! Each mutant has a schedule of its known length by which it shows, and which the healthy adapter
//! gets through.

use super::{Broken, Mutant, all, find};
use crate::raft::Config;
use crate::raft::raft_rs::{Server, boot};
use crate::raft::tests::failures;
use schism::Schedule;
use schism::execute::{Boot, Recording, execute};
use schism::judge::Property;
use schism::judge::refines::{Raft, Refines};
use schism::observe::observe;
use schism::persist::Saved;
use schism::spec::map::{Map, Op};
use schism::verdict::{Failure, Verdict};

fn parse(text: &str) -> Schedule<Op> {
    text.parse().expect("the schedule is well-formed")
}

/// What clients, clauses, the end of the run and a panic show of a run, and then Raft, if asked.
fn shows<N: schism::Node<Spec = Map>>(
    schedule: &Schedule<Op>,
    boot: Boot<'_, N>,
    refines: bool,
) -> Vec<Failure> {
    let recording = Recording { reigns: true, detail: refines, ..Recording::default() };
    let trace = execute(schedule, boot, recording);
    let mut shown = failures(&trace, schedule.nodes);
    let seen = observe(&trace, schedule.nodes);
    if refines && let Verdict::Fail(violation) = Refines::new(Raft).judge(&seen) {
        shown.push(violation.failure);
    }
    shown
}

#[test]
fn every_mutant_shows_in_a_schedule_of_its_known_length() {
    for mutant in all() {
        let id = mutant.card.id;
        let schedule = parse(mutant.card.known);
        assert_eq!(schedule.steps.len(), mutant.card.known_steps, "{id}");
        let refined = mutant.is_refined();
        let shown = shows::<Broken>(&schedule, &mutant.boot(Config::default()), refined);
        let failure = Saved::parse(mutant.card.known).failure.expect("the file says how it fails");
        assert!(shown.contains(&failure), "{id}: {shown:?}");
        assert!(shown.iter().all(|shown| mutant.card.is_shown_by(shown)), "{id}: {shown:?}");
    }
}

#[test]
fn three_mutants_are_noticed_by_nobody_who_does_not_hold_them_against_raft() {
    let refined: Vec<&Mutant> = all().iter().filter(|mutant| mutant.is_refined()).collect();
    assert_eq!(
        refined.iter().map(|mutant| mutant.card.id).collect::<Vec<_>>(),
        ["SM17", "SM18", "SM19"]
    );
    for mutant in refined {
        let schedule = parse(mutant.card.known);
        let shown = shows::<Broken>(&schedule, &mutant.boot(Config::default()), true);
        let failure = Saved::parse(mutant.card.known).failure.expect("the file says how it fails");
        assert_eq!(shown, [failure], "{}", mutant.card.id);
    }
}

#[test]
fn the_healthy_adapter_gets_through_what_shows_the_mutants() {
    for mutant in all() {
        let shown = shows::<Server>(&parse(mutant.card.known), &boot(mutant.healthy()), true);
        assert_eq!(shown, [], "{}", mutant.card.id);
    }
}

#[test]
fn mutants_are_listed_once_and_in_order() {
    assert!(all().windows(2).all(|pair| pair[0].card.id < pair[1].card.id));
    assert_eq!(find("PM09").map(|mutant| mutant.card.sentence), Some("a leader reads locally"));
}
