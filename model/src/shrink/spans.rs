//! A fault and what ends it become one fault that ends by itself: one step less, and one thing less
//! to explain. How long it then lasts is tried out.

use super::{Cursor, Known, Offer, delete};
use crate::fault::{ClockTrouble, Fault, Kind, LinkTrouble, Target};
use crate::id::NodeId;
use crate::schedule::{Action, Schedule};
use crate::seed::Ratio;
use std::time::Duration;

/// How long, in milliseconds, besides as long as it was.
const SPANS: [u64; 5] = [50, 100, 200, 400, 800];

/// Of longer schedules there are too many pairs.
const STEPS_MAX: usize = 12;

/// For each fault, and each later step that ends it, each fault that does both.
pub(super) fn joined<Op: Clone>(
    best: &Schedule<Op>,
    known: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    const WAYS: usize = 3;
    let (len, tries) = (best.steps.len(), WAYS * (SPANS.len() + 1));
    if len > STEPS_MAX {
        return Offer::Done;
    }
    let Some(n) = cursor.count(len * len * tries) else { return Offer::Done };
    let (first, second) = (n / tries / len, n / tries % len);
    let mut schedule = delete::as_it_went(best, known);
    let (begins, fault) = match (&schedule.steps[first].action, &schedule.steps[second].action) {
        (Action::Fault(fault), Action::Fault(end)) => (ends(fault, end), fault),
        _ => (false, &Fault::Heal),
    };
    if first >= second || !begins {
        cursor.at = (n / tries + 1) * tries;
        return Offer::Next;
    }
    let span = match (n % tries / WAYS).checked_sub(1) {
        Some(n) => Some(Duration::from_millis(SPANS[n])),
        None => lasted(known, first, second),
    };
    let joined = span.and_then(|span| passing(fault, n % WAYS, span, best.nodes));
    let joined = joined.filter(|fault| fault.kind().is_some_and(|kind| known.claim.names(kind)));
    Offer::of(joined.map(|fault| {
        schedule.claim = known.claim.clone();
        schedule.steps[first].action = Action::Fault(fault);
        let keep: Vec<bool> = (0..len).map(|step| step != second).collect();
        schedule.retain(&keep)
    }))
}

/// The time between two steps, if both happened.
fn lasted(known: &Known, first: usize, second: usize) -> Option<Duration> {
    let time = |step: usize| known.went.get(step).and_then(|(time, _)| *time);
    let us = time(second)?.0.saturating_sub(time(first)?.0);
    Some(Duration::from_millis(us.div_ceil(1_000).max(1)))
}

fn ends(fault: &Fault, end: &Fault) -> bool {
    match end {
        Fault::Heal => fault.kind() == Some(Kind::Partitions),
        Fault::Resume { .. } => matches!(fault, Fault::Pause { .. }),
        Fault::Release { .. } => matches!(fault, Fault::Hold { .. }),
        Fault::Restart { .. } => {
            matches!(fault, Fault::Crash { .. } | Fault::PowerLoss { .. } | Fault::Stop { .. })
        }
        _ => false,
    }
}

/// A fault that is over after so long, in one of three ways.
fn passing(fault: &Fault, way: usize, span: Duration, nodes: u32) -> Option<Fault> {
    let moment = Duration::from_millis(1);
    let ids = || (0..nodes as usize).map(NodeId::at);
    Some(match (way, fault.clone()) {
        (0, Fault::Isolate { node: Target::Node(id) }) => {
            let others = ids().filter(|other| *other != id).map(Target::Node);
            let groups = vec![vec![id.into()], others.collect()];
            Fault::Flap { groups, every: span, lasts: span }
        }
        (0, Fault::Partition { mut groups }) => {
            // A flap leaves those alone that it does not name.
            let named = |id: &NodeId| groups.iter().flatten().any(|t| *t == Target::Node(*id));
            let rest: Vec<Target> = ids().filter(|id| !named(id)).map(Target::Node).collect();
            groups.extend((!rest.is_empty()).then_some(rest));
            Fault::Flap { groups, every: span, lasts: span }
        }
        (0, Fault::Cut { from, to, both: true }) => {
            Fault::Flap { groups: vec![vec![from], vec![to]], every: span, lasts: span }
        }
        (0, Fault::Cut { from, to, both: false }) => {
            let what = LinkTrouble::Loses { ratio: Ratio::new(1, 1) };
            Fault::Link { from, to, what, lasts: span }
        }
        (0, Fault::Hold { from, to }) => {
            Fault::Link { from, to, what: LinkTrouble::Late { by: span }, lasts: span }
        }
        (0, Fault::Pause { node }) | (1, Fault::Isolate { node }) => {
            Fault::Slow { node, by: span, lasts: moment }
        }
        (1, Fault::Pause { node }) | (2, Fault::Isolate { node }) => {
            Fault::Clock { node, what: ClockTrouble::Freezes { lasts: span } }
        }
        (0, Fault::Crash { node, .. } | Fault::PowerLoss { node, .. } | Fault::Stop { node }) => {
            Fault::CrashLoop { node, times: 1, every: span }
        }
        (1, Fault::Crash { .. }) => Fault::RestartAll,
        (1, Fault::Stop { .. }) => Fault::RollingRestart { every: span * 2 },
        _ => return None,
    })
}
