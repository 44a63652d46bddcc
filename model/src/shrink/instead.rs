//! One fault instead of two steps. What two faults do together is often no more than to keep one
//! node from hearing the others, or to take it down for a moment; then one plain fault does it.

use super::{Cursor, Known, Offer, delete};
use crate::fault::{Fault, Kind, Target};
use crate::id::NodeId;
use crate::schedule::{Action, Anchor, Schedule, When};
use std::time::Duration;

/// Of longer schedules there are too many pairs.
const STEPS_MAX: usize = 8;

/// A node that is cut off, instead of two faults. What had to be waited for may take a moment
/// longer then, and clients may have to wait for the next leader; so it is tried with both.
pub(super) fn cut_off<Op: Clone>(
    best: &Schedule<Op>,
    known: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    const WAYS: usize = 8;
    if best.steps.len() > STEPS_MAX || !known.claim.names(Kind::Partitions) {
        return Offer::Done;
    }
    let targets = best.nodes as usize + 1;
    let Some((pair, n)) = pair(best, cursor, targets * WAYS) else { return Offer::Done };
    let Some(Pair { stays, goes }) = pair.filter(|pair| is_fault(best, pair.goes)) else {
        return Offer::Next;
    };
    let (target, way) = (n / WAYS, n % WAYS);
    let mut schedule = if way & 1 == 0 { best.clone() } else { delete::as_it_went(best, known) };
    if way & 2 != 0 {
        let later = Duration::from_millis(20);
        match &mut schedule.steps[stays].when {
            When::At(time) => *time = *time + later,
            When::After(delay) | When::On(_, delay) => *delay += later,
        }
    }
    if way & 4 != 0 {
        let asks = |action: &Action<Op>| matches!(action, Action::Request { .. });
        let behind = schedule.steps[stays..].iter_mut();
        let Some(next) = behind.into_iter().find(|step| asks(&step.action)) else {
            return Offer::Next;
        };
        next.when = When::On(Anchor::Elected(None), Duration::ZERO);
        if let Action::Request { to, .. } = &mut next.action {
            *to = Target::Role("leader".to_owned());
        }
    }
    let node = somebody(target);
    Offer::Try(replaced(schedule, known, Pair { stays, goes }, Fault::Isolate { node }))
}

/// With so few steps each plain fault can be tried.
const FEW: usize = 3;

/// A plain fault of either node instead of two steps, or one of all nodes, if leaps are made.
pub(super) fn plain<Op: Clone>(
    best: &Schedule<Op>,
    known: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    const FAULTS: usize = 7;
    const WAYS: usize = 5;
    if best.steps.len() > FEW || !known.leaps {
        return Offer::Done;
    }
    let Some((pair, n)) = pair(best, cursor, 2 * FAULTS * WAYS) else { return Offer::Done };
    let Some(pair) = pair else { return Offer::Next };
    let pinned = delete::as_it_went(best, known);
    let (n, way) = (n / WAYS, n % WAYS);
    let nodes = [pair.stays, pair.goes].map(|step| about(&pinned.steps[step].action));
    let Some(node) = nodes[n / FAULTS].clone().filter(|_| n < FAULTS || nodes[0] != nodes[1])
    else {
        return Offer::Next;
    };
    let fault = plain_fault(n, FAULTS, node);
    let Some(fault) = fault.filter(|f| f.kind().is_some_and(|kind| known.claim.names(kind))) else {
        return Offer::Next;
    };
    let mut schedule = if matches!(way, 0 | 2) { best.clone() } else { pinned };
    let other = schedule.steps[pair.goes].when;
    let when = &mut schedule.steps[pair.stays].when;
    match (way, *when) {
        (2, _) => *when = When::On(Anchor::Elected(None), Duration::ZERO),
        // What it waited for until the other step is there by then, or a while later.
        (3, _) => *when = other,
        (4, When::At(time)) => *when = When::At(time + Duration::from_millis(150)),
        _ => {}
    }
    Offer::Try(replaced(schedule, known, pair, fault))
}

fn plain_fault(n: usize, of: usize, node: Target) -> Option<Fault> {
    let ms = Duration::from_millis;
    Some(match n % of {
        0 => Fault::Isolate { node },
        1 => Fault::Pause { node },
        2 => Fault::Crash { node, point: None },
        3 => Fault::CrashLoop { node, times: 1, every: ms(1) },
        // These are about nobody, so once is enough.
        _ if n >= of => return None,
        4 => Fault::RestartAll,
        5 => Fault::RollingRestart { every: ms(1) },
        _ => Fault::RollingRestart { every: ms(20) },
    })
}

/// Whom a step is about, the first if several.
fn about<Op>(action: &Action<Op>) -> Option<Target> {
    action.targets().first().map(|target| (*target).clone())
}

/// The step that becomes another fault, and the one that is left out.
#[derive(Clone, Copy)]
struct Pair {
    stays: usize,
    goes: usize,
}

/// The next pair of steps of which the first is a fault, and a number below `ways`; no pair where
/// the numbers name none; nothing once all are through.
fn pair<Op>(
    best: &Schedule<Op>,
    cursor: &mut Cursor,
    ways: usize,
) -> Option<(Option<Pair>, usize)> {
    let len = best.steps.len();
    let n = cursor.count(len * len * ways)?;
    let (stays, goes) = (n / ways / len, n / ways % len);
    let fits = stays != goes && is_fault(best, stays);
    if !fits {
        cursor.at = (n / ways + 1) * ways;
    }
    Some((fits.then_some(Pair { stays, goes }), n % ways))
}

fn is_fault<Op>(best: &Schedule<Op>, step: usize) -> bool {
    matches!(best.steps[step].action, Action::Fault(_))
}

fn somebody(target: usize) -> Target {
    match target {
        0 => Target::Role("leader".to_owned()),
        n => NodeId::at(n - 1).into(),
    }
}

fn replaced<Op: Clone>(
    mut schedule: Schedule<Op>,
    known: &Known,
    pair: Pair,
    fault: Fault,
) -> Schedule<Op> {
    schedule.claim = known.claim.clone();
    schedule.steps[pair.stays].action = Action::Fault(fault);
    let keep: Vec<bool> = (0..schedule.steps.len()).map(|step| step != pair.goes).collect();
    schedule.retain(&keep)
}
