//! Fewer steps: ranges of half the schedule first, then smaller ones, then each step alone; at last
//! pairs, for steps that only make sense together.

use super::{Cursor, Offer};
use crate::schedule::Schedule;
use crate::trace::NoiseHit;

/// Deletes ranges, from the back: what comes later depends on what came before.
pub(super) fn ranges<Op: Clone>(
    best: &Schedule<Op>,
    _: &[NoiseHit],
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
    let range = from..cursor.at;
    cursor.at = from;
    let keep: Vec<bool> = (0..len).map(|step| !range.contains(&step)).collect();
    if len == 0 { Offer::Done } else { Offer::Try(best.retain(&keep)) }
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
