//! Less trouble that is not written down: none at all; half of it; and what cannot be turned off
//! becomes written steps, which the other passes can then delete one by one.

use super::{Cursor, Known, Offer};
use crate::fault::{Fault, Target};
use crate::schedule::{Action, Anchor, Noise, Schedule, Step, When};
use crate::seed::Ratio;
use crate::trace::{Hit, NoiseHit};

/// Turns noise off.
pub(super) fn quiet<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    if cursor.count(1).is_none() {
        return Offer::Done;
    }
    Offer::of(best.noise.map(|_| Schedule { noise: None, ..best.clone() }))
}

/// Rarer noise than this hits hardly any run.
const RAREST: u64 = 10_000;

/// Halves the noise, again and again: what is left is a subset of what was.
pub(super) fn less<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    let halved = best.noise.filter(|noise| noise.rate.of < RAREST).map(|noise| {
        let rate = Ratio::new(noise.rate.part, noise.rate.of * 2);
        Noise { rate, ..noise }
    });
    match (halved, cursor.count(16)) {
        (Some(noise), Some(_)) => Offer::Try(Schedule { noise: Some(noise), ..best.clone() }),
        _ => Offer::Done,
    }
}

/// Writes down what the noise did: `@120ms drop the 2nd n1 -> n3 from here`. The steps stand in
/// front of the others, in order of time.
pub(super) fn written<Op: Clone>(
    best: &Schedule<Op>,
    known: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    if cursor.count(1).is_none() || best.noise.is_none() || known.hits.is_empty() {
        return Offer::Done;
    }
    let mut steps: Vec<Step<Op>> = known.hits.iter().map(step).collect();
    let before = steps.len();
    steps.extend(best.steps.iter().cloned().map(|mut step| {
        if let When::On(Anchor::Acked(of) | Anchor::Answered(of), _) = &mut step.when {
            *of += before;
        }
        step
    }));
    Offer::Try(Schedule { noise: None, steps, ..best.without_steps() })
}

fn step<Op>(hit: &NoiseHit) -> Step<Op> {
    let (from, to) = (Target::Node(hit.from), Target::Node(hit.to));
    let nth = hit.nth;
    let fault = match hit.hit {
        Hit::Lost => Fault::Drop { nth, from, to },
        Hit::Late(by) => Fault::Delay { nth, from, to, by },
        Hit::Doubled(by) => Fault::Double { nth, from, to, by },
        Hit::Overtaken => Fault::Swap { nth, from, to },
        Hit::Corrupted(bit) => Fault::Corrupt { nth, from, to, bit },
    };
    Step { when: When::At(hit.sent), action: Action::Fault(fault) }
}
