//! Each mutant has a schedule of its known length by which it shows, and which the healthy adapter
//! gets through.

use super::{Broken, all, find};
use crate::raft::Config;
use crate::raft::raft_rs::{Server, boot};
use crate::raft::tests::failures;
use schism::Schedule;
use schism::execute::{Boot, Recording, execute};
use schism::persist::Saved;
use schism::spec::map::{Map, Op};
use schism::verdict::Failure;

fn parse(text: &str) -> Schedule<Op> {
    text.parse().expect("the schedule is well-formed")
}

fn shows<N: schism::Node<Spec = Map>>(schedule: &Schedule<Op>, boot: Boot<'_, N>) -> Vec<Failure> {
    failures(
        &execute(schedule, boot, Recording { reigns: true, ..Recording::default() }),
        schedule.nodes,
    )
}

#[test]
fn every_mutant_shows_in_a_schedule_of_its_known_length() {
    for mutant in all() {
        let id = mutant.id;
        let schedule = parse(mutant.known);
        assert_eq!(schedule.steps.len(), mutant.known_steps, "{id}");
        let shown = shows::<Broken>(&schedule, &mutant.boot(Config::default()));
        let failure = Saved::parse(mutant.known).failure.expect("the file says how it fails");
        assert!(shown.contains(&failure), "{id}: {shown:?}");
        assert!(shown.iter().all(|shown| mutant.is_shown_by(shown)), "{id}: {shown:?}");
    }
}

#[test]
fn the_healthy_adapter_gets_through_what_shows_the_mutants() {
    for mutant in all() {
        let shown = shows::<Server>(&parse(mutant.known), &boot(mutant.healthy()));
        assert_eq!(shown, [], "{}", mutant.id);
    }
}

#[test]
fn mutants_are_listed_once_and_in_order() {
    assert!(all().windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(find("PM09").map(|mutant| mutant.sentence), Some("a leader reads locally"));
}
