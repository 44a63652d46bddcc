//! Plainer steps: weaker faults, smaller numbers, a seed that is easy to remember, and a claim that
//! names no more than is needed.

use super::{Cursor, Known, Offer, links, machine};
use crate::fault::{Fault, Kind, Nemesis};
use crate::schedule::{Action, Schedule};
use crate::seed::Seed;
use std::time::Duration;

/// Replaces a fault by one that does less: a crash at a certain point by a plain one, a loss of
/// power by a crash.
pub(super) fn weaker<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    const WAYS: usize = 3;
    let Some(n) = cursor.count(best.steps.len() * WAYS) else { return Offer::Done };
    let Action::Fault(fault) = &best.steps[n / WAYS].action else { return Offer::Next };
    let weaker = match (n % WAYS, fault.clone()) {
        (0, Fault::PowerLoss { node, point, .. }) if best.claim.names(Kind::Crashes) => {
            Some(Fault::Crash { node, point })
        }
        (1, Fault::PowerLoss { node, point: Some(_), kept_percent }) => {
            Some(Fault::PowerLoss { node, point: None, kept_percent })
        }
        (1, Fault::Crash { node, point: Some(_) }) => Some(Fault::Crash { node, point: None }),
        (2, Fault::PowerLoss { node, point, kept_percent: 1.. }) => {
            Some(Fault::PowerLoss { node, point, kept_percent: 0 })
        }
        (way, fault) => links::weaker(&fault, way).or_else(|| machine::weaker(fault, way)),
    };
    let weaker = weaker.filter(|weaker| weaker.kind().is_none_or(|kind| best.claim.names(kind)));
    Offer::of(weaker.map(|fault| replaced(best, n / WAYS, fault)))
}

/// Makes the numbers in faults smaller, or rounder.
pub(super) fn smaller<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    const WAYS: usize = 3;
    let Some(n) = cursor.count(best.steps.len() * WAYS) else { return Offer::Done };
    let Action::Fault(fault) = &best.steps[n / WAYS].action else { return Offer::Next };
    let way = n % WAYS;
    let smaller = match fault.clone() {
        Fault::Drop { nth: nth @ 2.., from, to } if way == 0 => {
            Some(Fault::Drop { nth: nth - 1, from, to })
        }
        Fault::Delay { nth: nth @ 2.., from, to, by } if way == 0 => {
            Some(Fault::Delay { nth: nth - 1, from, to, by })
        }
        Fault::Delay { nth, from, to, by } => {
            reduced(by, way).map(|by| Fault::Delay { nth, from, to, by })
        }
        Fault::Hurry { node, by } => reduced(by, way).map(|by| Fault::Hurry { node, by }),
        Fault::Disturb { node, name, argument: argument @ 1.. } if way == 0 => {
            Some(Fault::Disturb { node, name, argument: argument / 2 })
        }
        fault => links::smaller(&fault, way).or_else(|| machine::smaller(fault, way)),
    };
    Offer::of(smaller.map(|fault| replaced(best, n / WAYS, fault)))
}

pub(super) fn reduced(by: Duration, way: usize) -> Option<Duration> {
    let ms = by.as_millis() as u64;
    let less = match way {
        1 => ms / 2,
        _ => ms / 50 * 50,
    };
    (0 < less && less < ms).then(|| Duration::from_millis(less))
}

fn replaced<Op: Clone>(best: &Schedule<Op>, step: usize, fault: Fault) -> Schedule<Op> {
    let mut schedule = best.clone();
    schedule.steps[step].action = Action::Fault(fault);
    schedule
}

/// Tries the first few seeds: a failure that needs no particular one should not name one.
pub(super) fn seed<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    match cursor.count(4) {
        Some(n) if (n as u64) < best.seed.0 => {
            Offer::Try(Schedule { seed: Seed(n as u64), ..best.clone() })
        }
        Some(_) => Offer::Next,
        None => Offer::Done,
    }
}

/// Narrows the claim to what the steps and the noise need: the weakest promise that is broken.
pub(super) fn claim<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    if cursor.count(1).is_none() {
        return Offer::Done;
    }
    let needs = |kind: Kind| {
        let written = best
            .steps
            .iter()
            .any(|step| matches!(&step.action, Action::Fault(fault) if fault.kind() == Some(kind)));
        written || (best.noise.is_some() && Kind::NOISE.contains(&kind))
    };
    let unneeded: Vec<Kind> = best.claim.kinds().filter(|kind| !needs(*kind)).collect();
    let claim = unneeded.into_iter().fold(best.claim.clone(), Nemesis::without);
    Offer::of((claim != best.claim).then(|| Schedule { claim, ..best.clone() }))
}
