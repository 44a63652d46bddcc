//! A [`Shape`] and a [`Seed`] come in; a [`Schedule`] goes out: what clients ask for, and the storm
//! that goes on meanwhile. The calm end is not part of it; every run has one.
//!
//! Generation is *swarm* testing (Groce and others, ISSTA 2012): each schedule leaves most kinds of
//! fault out and weights the rest unevenly, because a run that does a little of everything rarely
//! does enough of anything.

use crate::fault::{Kind, Nemesis};
use crate::id::ClientId;
use crate::schedule::{Action, Noise, Schedule, Step, Timing, When};
use crate::seed::{Draws, Ratio, Seed};
use crate::spec::Spec;
use crate::time::Time;
use std::ops::RangeInclusive;

mod storm;
mod vary;

use storm::Storm;
pub use vary::vary;

/// What generated schedules look like.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// How many nodes there are.
    pub nodes: u32,
    /// How many clients ask.
    pub clients: u32,
    /// How many operations they ask for.
    pub operations: RangeInclusive<u32>,
    /// How many faults happen, not counting what ends them.
    pub faults: RangeInclusive<u32>,
    /// Whether one schedule in eight has three times as many operations and faults. Short cases
    /// are cheap, and nearly all bugs show in them; but what needs much to be undecided at once
    /// hides from them.
    pub long: bool,
    /// Which faults these may be.
    pub claim: Nemesis,
    /// How long things take.
    pub timing: Timing,
    /// The roles that nodes are known to play, for steps to point at.
    pub roles: Vec<&'static str>,
}

impl Shape {
    /// Three nodes, three clients, up to fifty operations and ten faults, and a few long schedules.
    pub const DEFAULT: Shape = Shape {
        nodes: 3,
        clients: 3,
        operations: 4..=50,
        faults: 1..=10,
        long: true,
        claim: Nemesis::NONE,
        timing: Timing::DEFAULT,
        roles: Vec::new(),
    };
}

impl Default for Shape {
    fn default() -> Shape {
        Shape::DEFAULT
    }
}

/// How many times as much happens in a long schedule.
const LONGER: u64 = 3;

/// Draws of its own decide, so that the others are the same with and without long schedules.
fn is_long(seed: Seed) -> bool {
    seed.of("long").draws().chance(1, 8)
}

/// Makes up a schedule.
#[must_use]
pub fn generate<S: Spec>(shape: &Shape, seed: Seed) -> Schedule<S::Op> {
    let mut draws = seed.draws();
    // Small seeds, because they stand in the header of what may become a saved failure.
    let own = Seed(draws.below(1 << 16));
    let noise = noise(&mut draws);
    let times = if shape.long && is_long(seed) { LONGER } else { 1 };
    let mut planned: Vec<(Time, Action<S::Op>)> = Vec::with_capacity(96);
    let until = workload::<S>(shape, times, &mut draws, &mut planned);
    Storm::new(shape, &mut draws).plan(times, until, &mut planned);
    planned.sort_by_key(|(at, _)| *at);
    let steps = planned.into_iter().map(|(at, action)| Step { when: When::At(at), action });
    Schedule {
        nodes: shape.nodes,
        seed: own,
        noise: noise.filter(|_| Kind::NOISE.into_iter().any(|kind| shape.claim.names(kind))),
        claim: shape.claim.clone(),
        timing: shape.timing,
        steps: steps.collect(),
    }
}

/// Half of the schedules are quiet; the others differ in how noisy they are.
fn noise(draws: &mut Draws) -> Option<Noise> {
    let of = *draws.pick(&[20, 40, 100])?;
    let seed = Seed(draws.below(1 << 16));
    draws.chance(1, 2).then_some(Noise { seed, rate: Ratio::new(1, of) })
}

/// Plans what clients ask for; says until when.
fn workload<S: Spec>(
    shape: &Shape,
    times: u64,
    draws: &mut Draws,
    planned: &mut Vec<(Time, Action<S::Op>)>,
) -> Time {
    let (least, most) = (*shape.operations.start(), *shape.operations.end());
    let operations = times * draws.between(least.into(), most.into());
    let mut now = draws.between(0, 300);
    // In some runs all clients come at one moment, again and again.
    let bursts = if draws.chance(1, 4) { draws.between(1, 4) } else { 0 };
    let mut burst = 0;
    for unique in 1..=operations {
        // Some at once, most a few messages apart, some after a pause.
        now += match draws.weighted(&[3, 10, 2, bursts]) {
            _ if burst > 0 => 0,
            0 => draws.below(4),
            1 => draws.between(4, 40),
            2 => draws.between(40, 300),
            _ => {
                burst = draws.between(4, 16);
                0
            }
        };
        burst = burst.saturating_sub(1);
        let client = ClientId(draws.below(u64::from(shape.clients.max(1))) as u32);
        let to = storm::somebody(shape, draws, 2);
        let op = S::any(draws, unique);
        planned.push((Time::millis(now), Action::Request { client, to, op }));
    }
    Time::millis(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::map::Map;

    #[test]
    fn a_schedule_is_a_function_of_shape_and_seed() {
        let shape = Shape { claim: Nemesis::everything(), ..Shape::DEFAULT };
        for seed in 0..200 {
            let schedule = generate::<Map>(&shape, Seed(seed));
            assert_eq!(schedule, generate::<Map>(&shape, Seed(seed)));
            assert!(schedule.steps.is_sorted_by_key(|step| match step.when {
                When::At(time) => time,
                _ => Time::ZERO,
            }));
        }
    }

    #[test]
    fn one_schedule_in_eight_is_long_and_the_others_do_not_know_of_it() {
        let shape = Shape { operations: 40..=40, ..Shape::DEFAULT };
        let short = Shape { long: false, ..shape.clone() };
        let mut long = 0;
        for seed in (0..800).map(Seed) {
            let schedule = generate::<Map>(&shape, seed);
            match schedule.steps.len() - schedule.faults() {
                40 => assert_eq!(schedule, generate::<Map>(&short, seed)),
                120 => long += 1,
                other => panic!("{other} operations"),
            }
        }
        assert!((70..130).contains(&long), "{long} of 800");
    }

    #[test]
    fn every_claimed_kind_is_generated_and_no_other() {
        let mut claim = Nemesis::new();
        for kind in Kind::ALL {
            claim = match kind {
                Kind::Disturbances => claim.own("spike storm", 1..=9),
                _ => claim.with(kind),
            };
            let shape = Shape { claim: claim.clone(), ..Shape::DEFAULT };
            let mut seen = Nemesis::new();
            for seed in 0..400 {
                for step in generate::<Map>(&shape, Seed(seed)).steps {
                    if let Action::Fault(fault) = step.action
                        && let Some(kind) = fault.kind()
                    {
                        seen = seen.with(kind);
                    }
                }
            }
            let (seen, claimed): (Vec<_>, Vec<_>) =
                (seen.kinds().collect(), claim.kinds().collect());
            assert_eq!(seen, claimed);
        }
    }
}
