//! A [`Schedule`] that somebody wrote and a [`Seed`] come in; another one of its family goes out:
//! the same trouble to other nodes, a little later, with other draws, and in some of the family
//! with noise and further faults.
//!
//! The one idea: an expectation is a promise under certain trouble, so a variation either leaves
//! that trouble what it was, and all that is expected stays, or it adds more, and only what holds
//! whatever happens stays ([`Wish::is_safety`]).
//!
//! [`Wish::is_safety`]: crate::expect::Wish::is_safety

use super::{Shape, noise, storm::Storm};
use crate::expect::Load;
use crate::fault::{Fault, Kind, Nemesis, Target};
use crate::id::NodeId;
use crate::schedule::{Action, Anchor, Schedule, Step, When};
use crate::seed::{Draws, Seed};
use crate::time::{Time, micros};
use std::time::Duration;

/// Steps come at most so much later for each millisecond between them, in thousandths.
const STRETCH_MAX: u64 = 300;

/// So many faults are added where any are.
const MORE: std::ops::RangeInclusive<u32> = 1..=3;

/// Another schedule of this one's family. The shape says what else the target survives.
#[must_use]
pub fn vary<Op: Clone>(origin: &Schedule<Op>, shape: &Shape, seed: Seed) -> Schedule<Op> {
    let mut draws = seed.draws();
    let mut schedule = origin.clone();
    schedule.seed = Seed(draws.below(1 << 16));
    if draws.chance(1, 2) {
        others(&mut schedule, &mut draws);
    }
    if draws.chance(2, 3) {
        later(&mut schedule, &mut draws);
    }
    match draws.weighted(&[2, 1, 1]) {
        0 => return schedule,
        1 => {
            schedule.noise = noise(&mut draws);
            let kinds = Kind::NOISE.into_iter().filter(|kind| shape.claim.names(*kind));
            schedule.claim = kinds.fold(schedule.claim.clone(), Nemesis::with);
        }
        _ => more(&mut schedule, shape, &mut draws),
    }
    let safe: Vec<bool> = schedule.steps.iter().map(|step| stays(&step.action)).collect();
    schedule.retain(&safe)
}

/// Whether a step stays where there is more trouble than was written.
fn stays<Op>(action: &Action<Op>) -> bool {
    match action {
        Action::Expect(expect) => expect.wish.is_safety(),
        _ => true,
    }
}

/// The nodes change places.
fn others<Op>(schedule: &mut Schedule<Op>, draws: &mut Draws) {
    let mut places: Vec<NodeId> = (0..schedule.nodes as usize).map(NodeId::at).collect();
    for last in (1..places.len()).rev() {
        places.swap(last, draws.below(last as u64 + 1) as usize);
    }
    let other = |node: &mut NodeId| {
        if let Some(place) = node.0.checked_sub(1).and_then(|at| places.get(at as usize)) {
            *node = *place;
        }
    };
    for Step { when, action } in &mut schedule.steps {
        if let When::On(Anchor::Elected(Some(node)) | Anchor::Down(node), _) = when {
            other(node);
        }
        for target in action.targets_mut() {
            if let Target::Node(node) = target {
                other(node);
            }
        }
    }
}

/// Times move apart: each stretch between two steps becomes longer, none shorter, so that what is
/// expected a while after something still is, and what lasts goes on as long as it seemed to.
fn later<Op>(schedule: &mut Schedule<Op>, draws: &mut Draws) {
    let mut times: Vec<Time> = schedule.steps.iter().filter_map(written).collect();
    times.sort_unstable();
    times.dedup();
    let mut moved: Vec<(Time, Time)> = Vec::with_capacity(times.len());
    for time in times {
        let (before, now) = moved.last().copied().unwrap_or_default();
        let gap = time.0 - before.0;
        let more = gap / 1_000 * draws.below(STRETCH_MAX);
        moved.push((time, Time(now.0 + gap + more)));
    }
    let map = |time: Time| {
        let place = moved.partition_point(|(from, _)| *from <= time);
        let (from, to) = place.checked_sub(1).map_or_else(Default::default, |at| moved[at]);
        to + time.since(from)
    };
    for step in &mut schedule.steps {
        let from = written(step);
        if let (Some(from), Some(lasts)) = (from, lasts(&mut step.action)) {
            *lasts = map(from + *lasts).since(map(from));
        }
        match (&mut step.when, from) {
            (When::At(time), _) => *time = map(*time),
            (When::After(delay) | When::On(_, delay), _) => {
                let more = micros(*delay) / 1_000 * draws.below(STRETCH_MAX);
                *delay += Duration::from_micros(more);
            }
        }
    }
}

/// The time of a step, where it is written.
fn written<Op>(step: &Step<Op>) -> Option<Time> {
    match step.when {
        When::At(time) => Some(time),
        _ => None,
    }
}

/// How long a step goes on, where it does and others are timed by it.
fn lasts<Op>(action: &mut Action<Op>) -> Option<&mut Duration> {
    match action {
        Action::Load(Load { lasts, .. })
        | Action::Fault(Fault::Flap { lasts, .. } | Fault::Link { lasts, .. }) => Some(lasts),
        _ => None,
    }
}

/// Further faults, among those that the target survives. None of them cuts links: what ends such a
/// cut would end those that were written, too.
fn more<Op>(schedule: &mut Schedule<Op>, shape: &Shape, draws: &mut Draws) {
    let ours = schedule.claim.kinds();
    let claim = ours.fold(shape.claim.clone(), Nemesis::with);
    let theirs = shape.claim.clone().without(Kind::Partitions);
    let shape = Shape { nodes: schedule.nodes, faults: MORE, claim: theirs, ..shape.clone() };
    let until = schedule.steps.iter().filter_map(written).max().unwrap_or(Time::ZERO);
    let mut planned: Vec<(Time, Action<Op>)> = Vec::new();
    Storm::new(&shape, draws).plan(1, until, &mut planned);
    planned.retain(|(_, action)| {
        // These end what others began.
        !matches!(action, Action::Fault(Fault::Heal | Fault::Hand(_)))
    });
    let steps = planned.into_iter().map(|(at, action)| Step { when: When::At(at), action });
    schedule.claim = claim;
    schedule.steps.extend(steps);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::kv::Op;

    const FIVE: &str = "nodes 5  quiet  linger 2s  survives partitions
        @0ms  load c0 -> n1 every 100ms for 20s
        @5s   partition n1 n2 n3 | n4 n5
        @5s   expect n4 n5 follow nobody within 2s
        @6s   expect n4 n5 take no writes for 4s
        @10s  heal";

    fn family(many: u64) -> Vec<Schedule<Op>> {
        let origin: Schedule<Op> = FIVE.parse().expect("the test's own schedule can be read");
        let shape = Shape { nodes: 5, claim: Nemesis::everything(), ..Shape::DEFAULT };
        (0..many).map(|seed| vary(&origin, &shape, Seed(seed))).collect()
    }

    fn has(schedule: &Schedule<Op>, words: &str) -> bool {
        schedule.to_string().contains(words)
    }

    #[test]
    fn each_of_the_family_can_be_read_again_and_is_a_function_of_its_seed() {
        for (one, same) in family(300).iter().zip(family(300)) {
            assert_eq!(*one, same);
            assert_eq!(one.to_string().parse(), Ok(same), "{one}");
        }
    }

    #[test]
    fn progress_is_expected_only_where_there_is_no_more_trouble_than_was_written() {
        let all = family(600);
        let as_written = |one: &&Schedule<Op>| one.noise.is_none() && one.steps.len() == 5;
        let whole = all.iter().filter(as_written).filter(|one| has(one, "follow nobody")).count();
        assert!((240..360).contains(&whole), "{whole}");
        for one in &all {
            assert!(has(one, "take no writes"), "{one}");
            if has(one, "follow nobody") {
                assert!(as_written(&one), "{one}");
            }
        }
    }

    #[test]
    fn what_is_timed_by_another_stays_inside_of_it() {
        for one in family(600) {
            let at = |words: &str| {
                let step = one.steps.iter().find(|step| step.action.to_string().contains(words));
                step.and_then(written).expect("it is there")
            };
            let heals = at("heal");
            assert!(at("partition") < at("take no writes"));
            assert!(heals.since(at("take no writes")) >= Duration::from_secs(4), "{one}");
            let Action::Load(Load { lasts, .. }) = &one.steps[0].action else { panic!("{one}") };
            assert!(Time::ZERO + *lasts >= heals + Duration::from_secs(10), "{one}");
        }
    }

    #[test]
    fn nodes_change_places_together() {
        for one in family(200) {
            let named = |words: &str| {
                let step = one.steps.iter().find(|step| step.action.to_string().contains(words));
                step.map(|step| step.action.targets().into_iter().cloned().collect::<Vec<_>>())
            };
            let groups = named("partition").expect("it is there");
            assert_eq!(named("take no writes"), Some(groups[3..].to_vec()), "{one}");
        }
    }
}
