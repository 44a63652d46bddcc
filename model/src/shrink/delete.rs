//! Fewer steps: ranges of half the schedule first, then smaller ones, then each step alone; at last
//! pairs, for steps that only make sense together, and all at once, for what chance alone can do.

use super::{Cursor, Offer};
use crate::fault::Nemesis;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::trace::NoiseHit;
use std::ops::Range;

/// Deletes ranges, from the back: what comes later depends on what came before.
pub(super) fn ranges<Op: Clone>(
    best: &Schedule<Op>,
    _: &[NoiseHit],
    cursor: &mut Cursor,
) -> Offer<Op> {
    let len = best.steps.len();
    if !cursor.started {
        *cursor = Cursor { size: len, at: len, started: true, ..*cursor };
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
    let range = elsewhere(from..cursor.at, len, cursor);
    cursor.at = from;
    let keep: Vec<bool> = (0..len).map(|step| !range.contains(&step)).collect();
    if len == 0 { Offer::Done } else { Offer::Try(best.retain(&keep)) }
}

/// In another order the ranges begin somewhere in the middle and go round; in every second one they
/// come from the front.
fn elsewhere(range: Range<usize>, len: usize, cursor: &Cursor) -> Range<usize> {
    if cursor.order == 0 || len == 0 {
        return range;
    }
    let shift = Seed(cursor.order).fork(cursor.size as u64).draws().below(len as u64) as usize;
    let place = (range.start + shift) % len;
    let start = if cursor.order % 2 == 1 { len - 1 - place } else { place };
    start..(start + range.len()).min(len)
}

/// More pairs than of this many steps are not worth their runs.
const PAIRS_OF_STEPS_MAX: usize = 12;

/// Deletes each pair of steps.
pub(super) fn pairs<Op: Clone>(
    best: &Schedule<Op>,
    _: &[NoiseHit],
    cursor: &mut Cursor,
) -> Offer<Op> {
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
pub(super) fn all<Op: Clone>(
    best: &Schedule<Op>,
    _: &[NoiseHit],
    cursor: &mut Cursor,
) -> Offer<Op> {
    const SEEDS: usize = 16;
    match cursor.count(SEEDS) {
        Some(n) if (1..=BARE_OF_STEPS_MAX).contains(&best.steps.len()) => {
            let (seed, claim) = (Seed(n as u64), Nemesis::new());
            Offer::Try(Schedule { seed, noise: None, claim, ..best.without_steps() })
        }
        _ => Offer::Done,
    }
}
