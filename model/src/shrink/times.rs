//! Shorter and plainer times: gaps close, times become round, and where an event is what a step
//! really waits for, the step says so. A step that waits for an event survives changes of timing in
//! the code under test, and reads like a story.

use super::{Cursor, Known, Offer};
use crate::id::NodeId;
use crate::schedule::{Action, Anchor, Schedule, When};
use crate::time::Time;
use std::time::Duration;

/// Makes the gap in front of a step smaller; all later steps with times move along.
pub(super) fn shorter<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    const WAYS: usize = 5;
    let Some(n) = cursor.count(best.steps.len() * WAYS) else { return Offer::Done };
    let (step, way) = (n / WAYS, n % WAYS);
    match best.steps[step].when {
        When::At(time) => {
            let before = best.steps[..step].iter().rev().find_map(|step| match step.when {
                When::At(time) => Some(time),
                _ => None,
            });
            let before = before.unwrap_or(Time::ZERO).min(time);
            let gap = time.0 - before.0;
            let target = before.0 + less(gap, way);
            // Rounding the time itself reads better than rounding the gap.
            let target = if way == 4 { (time.0 / 100_000 * 100_000).max(before.0) } else { target };
            if target >= time.0 {
                return Offer::Next;
            }
            let mut schedule = best.clone();
            for later in &mut schedule.steps[step..] {
                if let When::At(at) = &mut later.when {
                    *at = Time(at.0.saturating_sub(time.0 - target));
                }
            }
            Offer::Try(schedule)
        }
        When::After(delay) => {
            Offer::of(reduced(delay, way).map(|delay| with(best, step, When::After(delay))))
        }
        When::On(anchor, delay) => {
            Offer::of(reduced(delay, way).map(|delay| with(best, step, When::On(anchor, delay))))
        }
    }
}

fn reduced(delay: Duration, way: usize) -> Option<Duration> {
    let us = crate::time::micros(delay);
    let less = less(us, way);
    (less < us).then(|| Duration::from_micros(less))
}

fn less(us: u64, way: usize) -> u64 {
    match way {
        0 => 0,
        1 => us / 2,
        2 => us / 100_000 * 100_000,
        3 => us / 10_000 * 10_000,
        _ => us,
    }
}

/// Lets a step follow at once on the one above it, or on an event, instead of a time or a delay.
pub(super) fn anchored<Op: Clone>(
    best: &Schedule<Op>,
    _: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    let choices = 3 + best.nodes as usize + best.steps.len();
    let Some(n) = cursor.count(best.steps.len() * choices) else { return Offer::Done };
    let (step, choice) = (n / choices, n % choices);
    let Some(when) = choose(best, step, choice) else { return Offer::Next };
    if rank(&when) >= rank(&best.steps[step].when) {
        return Offer::Next;
    }
    Offer::Try(with(best, step, when))
}

fn choose<Op>(best: &Schedule<Op>, step: usize, choice: usize) -> Option<When> {
    let nodes = best.nodes as usize;
    match choice {
        0 => (step > 0).then_some(When::After(Duration::ZERO)),
        1 => Some(When::On(Anchor::Elected(None), Duration::ZERO)),
        _ if choice < 2 + nodes => {
            let node = NodeId::at(choice - 2);
            Some(When::On(Anchor::Elected(Some(node)), Duration::ZERO))
        }
        _ => {
            // The nearest request above first.
            let of = step.checked_sub(choice - 1 - nodes)?;
            let asks = matches!(best.steps.get(of)?.action, Action::Request { .. });
            asks.then_some(When::On(Anchor::Acked(of), Duration::ZERO))
        }
    }
}

/// How plain a *when* is; smaller is plainer.
fn rank(when: &When) -> u32 {
    match when {
        When::At(Time::ZERO) => 0,
        When::After(delay) if delay.is_zero() => 1,
        When::On(_, delay) if delay.is_zero() => 2,
        When::After(_) | When::On(..) => 3,
        When::At(_) => 4,
    }
}

fn with<Op: Clone>(best: &Schedule<Op>, step: usize, when: When) -> Schedule<Op> {
    let mut schedule = best.clone();
    schedule.steps[step].when = when;
    schedule
}
