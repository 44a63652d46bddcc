//! Fewer steps: ranges of half the schedule first, then smaller ones, then each step alone; at last
//! pairs, for steps that only make sense together, and all at once, for what chance alone can do.

use super::{Cursor, Known, Offer};
use crate::fault::{Nemesis, Target};
use crate::schedule::{Action, Schedule, When};
use crate::seed::Seed;
use std::ops::Range;

/// Deletes ranges, from the back: what comes later depends on what came before.
pub(super) fn ranges<Op: Clone>(
    best: &Schedule<Op>,
    known: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    let len = best.steps.len();
    if !cursor.started {
        *cursor = Cursor { size: len, at: len, started: true };
    }
    cursor.at = cursor.at.min(len);
    if cursor.at == 0 {
        cursor.size = (cursor.size / 2).min(len);
        cursor.at = len;
        if cursor.size == 0 {
            return Offer::Done;
        }
    }
    let from = cursor.at.saturating_sub(cursor.size.max(1));
    let range = elsewhere(from..cursor.at, len, (known.order, cursor.size));
    cursor.at = from;
    let keep: Vec<bool> = (0..len).map(|step| !range.contains(&step)).collect();
    if len == 0 { Offer::Done } else { Offer::Try(best.retain(&keep)) }
}

/// In another order the ranges begin somewhere in the middle and go round; in every second one they
/// come from the front.
fn elsewhere(range: Range<usize>, len: usize, (order, size): (u64, usize)) -> Range<usize> {
    if order == 0 || len == 0 {
        return range;
    }
    let shift = Seed(order).fork(size as u64).draws().below(len as u64) as usize;
    let place = (range.start + shift) % len;
    let start = if order % 2 == 1 { len - 1 - place } else { place };
    start..(start + range.len()).min(len)
}

/// More pairs than of this many steps are not worth their runs.
const PAIRS_OF_STEPS_MAX: usize = 6;

/// Deletes each pair of steps.
pub(super) fn pairs<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    let len = best.steps.len();
    let Some(n) = cursor.count(len * len) else { return Offer::Done };
    let (first, second) = (n / len, n % len);
    if len > PAIRS_OF_STEPS_MAX {
        return Offer::Done;
    }
    if first >= second {
        return Offer::Next;
    }
    let keep: Vec<bool> = (0..len).map(|step| step != first && step != second).collect();
    Offer::Try(best.retain(&keep))
}

/// Of longer schedules some step will be needed.
const BARE_OF_STEPS_MAX: usize = 3;

/// Leaves all steps out, and lets the nodes draw otherwise: what needs only luck needs no step.
pub(super) fn all<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    const SEEDS: usize = 16;
    match cursor.count(SEEDS) {
        Some(n) if (1..=BARE_OF_STEPS_MAX).contains(&best.steps.len()) => {
            let (seed, claim) = (Seed(n as u64), Nemesis::new());
            Offer::Try(Schedule { seed, noise: None, claim, ..best.without_steps() })
        }
        _ => Offer::Done,
    }
}

/// The same schedule with each step at the time at which it happened, as far as that is known: what
/// is left out then takes nothing else along.
pub(super) fn as_it_went<Op: Clone>(best: &Schedule<Op>, known: &Known) -> Schedule<Op> {
    let mut schedule = best.clone();
    for (step, (time, node)) in schedule.steps.iter_mut().zip(&known.went) {
        if let Some(time) = time {
            step.when = When::At(*time);
        }
        let Some(node) = node else { continue };
        match &mut step.action {
            Action::Expect(_) => {}
            action => {
                if let [target] = &mut action.targets_mut()[..] {
                    **target = Target::Node(*node);
                }
            }
        }
    }
    schedule
}

/// Of longer schedules a plain deletion succeeds often enough.
const PINNED_OF_STEPS_MAX: usize = 12;

/// Deletes each step, and keeps the others at their times.
pub(super) fn pinned<Op: Clone>(
    best: &Schedule<Op>,
    known: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    let len = best.steps.len();
    let Some(n) = cursor.count(len) else { return Offer::Done };
    if len > PINNED_OF_STEPS_MAX {
        return Offer::Done;
    }
    let keep: Vec<bool> = (0..len).map(|step| step != n).collect();
    Offer::Try(as_it_went(best, known).retain(&keep))
}
