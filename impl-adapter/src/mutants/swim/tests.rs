//! Each mutant has a schedule of its known length by which it shows, and which the healthy member
//! gets through.

use super::{Broken, all};
use crate::swim::Config;
use crate::swim::foca::{Member, boot};
use crate::swim::hooks::Hooks;
use crate::swim::tests::failure;
use schism::Schedule;
use schism::execute::Boot;
use schism::persist::Saved;
use schism::spec::group::Op;
use schism::verdict::Failure;

fn shows<H: Hooks>(text: &str, boot: Boot<'_, Member<H>>) -> Option<Failure> {
    let schedule: Schedule<Op> = text.parse().expect("the schedule is well-formed");
    failure(&schedule, boot)
}

#[test]
fn every_mutant_shows_in_a_schedule_of_its_known_length() {
    for mutant in all() {
        let schedule: Schedule<Op> =
            mutant.card.known.parse().expect("the schedule is well-formed");
        assert_eq!(schedule.steps.len(), mutant.card.known_steps, "{}", mutant.card.id);
        let shown =
            shows::<_>(mutant.card.known, &mutant.boot(Config::default()) as Boot<'_, Broken>);
        let known = Saved::parse(mutant.card.known).failure.expect("the file says how it fails");
        assert!(mutant.card.is_shown_by(&known), "{}", mutant.card.id);
        assert_eq!(shown, Some(known), "{}", mutant.card.id);
    }
}

#[test]
fn the_healthy_member_gets_through_what_shows_the_mutants() {
    for mutant in all() {
        assert_eq!(shows(mutant.card.known, &boot(Config::default())), None, "{}", mutant.card.id);
    }
}

#[test]
fn mutants_are_listed_in_order() {
    assert!(all().windows(2).all(|pair| pair[0].card.id < pair[1].card.id));
}
