//! One step less and something else at once: another time, another node, another fault, another
//! seed. Where no single change helps, a leap may land in a valley that is deeper.
//!
//! Leaps are drawn, from the number of the leap alone, so the same schedule gives the same ones.

use super::{Cursor, Known, Offer, delete};
use crate::fault::{ClockTrouble, Fault, LinkTrouble, Target};
use crate::id::NodeId;
use crate::schedule::{Action, Anchor, Schedule, Step, When};
use crate::seed::{Draws, Ratio, Seed};
use crate::time::Time;
use std::time::Duration;

/// Longer schedules are shrunk by plainer means.
const STEPS_MAX: usize = 8;

/// So many leaps.
const LEAPS: usize = 120;

/// Leaves each step out by turns, and changes up to three things of the rest.
pub(super) fn leaps<Op: Clone>(
    best: &Schedule<Op>,
    known: &Known,
    cursor: &mut Cursor,
) -> Offer<Op> {
    let len = best.steps.len();
    if !known.leaps || !(2..=STEPS_MAX).contains(&len) {
        return Offer::Done;
    }
    let Some(n) = cursor.count(LEAPS) else { return Offer::Done };
    let mut draws = Seed(0x1ea9).fork(n as u64).draws();
    let from = if draws.chance(1, 2) { best.clone() } else { delete::as_it_went(best, known) };
    let keep: Vec<bool> = (0..len).map(|step| step != n % len).collect();
    let mut schedule = from.retain(&keep);
    schedule.claim = known.claim.clone();
    for _ in 0..draws.between(1, 3) {
        change(&mut schedule, &mut draws);
    }
    Offer::Try(schedule)
}

/// Changes when a step happens, whom it is about, or what it does; or lets the nodes draw anew.
fn change<Op>(schedule: &mut Schedule<Op>, draws: &mut Draws) {
    let nodes = schedule.nodes;
    let at = draws.below(schedule.steps.len() as u64) as usize;
    let asks = |step: &Step<Op>| matches!(step.action, Action::Request { .. });
    let asked = schedule.steps.iter().take(at).rposition(asks);
    let chance = Seed(draws.below(16));
    let Some(Step { when, action }) = schedule.steps.get_mut(at) else {
        schedule.seed = chance;
        return;
    };
    match (draws.weighted(&[4, 3, 4, 2]), action) {
        (0, _) => *when = another_time(asked, draws),
        (1, Action::Request { to, .. }) => *to = somebody(nodes, draws),
        (1, Action::Fault(fault)) => {
            if let Some(target) = fault.targets_mut().into_iter().next() {
                *target = somebody(nodes, draws);
            }
        }
        (2, Action::Fault(fault)) => {
            let other = another_fault(fault, nodes, draws);
            if other.kind().is_some_and(|kind| schedule.claim.names(kind)) {
                *fault = other;
            }
        }
        _ => schedule.seed = chance,
    }
}

fn another_time(asked: Option<usize>, draws: &mut Draws) -> When {
    let ms = draws.pick(&[0, 0, 0, 10, 20, 50, 100, 200]).copied().unwrap_or_default();
    let delay = Duration::from_millis(ms);
    match (draws.weighted(&[3, 2, 2, 1]), asked) {
        (0, _) => When::At(Time::millis(10 * draws.below(80))),
        (1, _) => When::On(Anchor::Elected(None), delay),
        (2, Some(step)) => When::On(Anchor::Acked(step), delay),
        _ => When::After(delay),
    }
}

fn somebody(nodes: u32, draws: &mut Draws) -> Target {
    match draws.weighted(&[3, 1, 4]) {
        0 => Target::Role("leader".to_owned()),
        1 => Target::Role("follower".to_owned()),
        _ => node(nodes, draws),
    }
}

fn node(nodes: u32, draws: &mut Draws) -> Target {
    NodeId::at(draws.below(nodes.into()) as usize).into()
}

/// A fault that is about the same node, if it is about any.
fn another_fault(fault: &Fault, nodes: u32, draws: &mut Draws) -> Fault {
    let node = fault.targets().first().map_or_else(|| self::node(nodes, draws), |t| (*t).clone());
    let span = draws.pick(&[20, 50, 100, 200, 300, 500, 800]).copied().unwrap_or_default();
    let span = Duration::from_millis(span);
    let link = |what: LinkTrouble, draws: &mut Draws| {
        let (from, to) = (self::node(nodes, draws), self::node(nodes, draws));
        Fault::Link { from, to, what, lasts: span }
    };
    match draws.below(11) {
        0 => Fault::Isolate { node },
        1 => Fault::Pause { node },
        2 => Fault::Crash { node, point: None },
        3 => Fault::PowerLoss { node, point: None, kept_percent: 0 },
        4 => Fault::CrashLoop { node, times: 1, every: span },
        5 => Fault::RestartAll,
        6 => Fault::RollingRestart { every: span },
        7 => Fault::Slow { node, by: span, lasts: Duration::from_millis(1) },
        8 => Fault::Clock { node, what: ClockTrouble::Freezes { lasts: span } },
        9 => link(LinkTrouble::Loses { ratio: Ratio::new(1, 1) }, draws),
        _ => link(LinkTrouble::Late { by: span }, draws),
    }
}
