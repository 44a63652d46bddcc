//! Shorter loads: a client that asks again and again asks fewer times. What it asks for then is
//! made up anew, so a shorter load is another one; it is offered like any other candidate.

use super::{Cursor, Known, Offer};
use crate::schedule::{Action, Schedule};
use std::time::Duration;

pub(super) fn shorter<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    const WAYS: usize = 4;
    let Some(n) = cursor.count(best.steps.len() * WAYS) else { return Offer::Done };
    let mut schedule = best.clone();
    let Action::Load(load) = &mut schedule.steps[n / WAYS].action else {
        cursor.at = (n / WAYS + 1) * WAYS;
        return Offer::Next;
    };
    let (every, lasts) = (load.every, load.lasts);
    match n % WAYS {
        0 => load.lasts = Duration::ZERO,
        1 => load.lasts = Duration::from_millis((lasts / 2).as_millis() as u64),
        2 => load.lasts = lasts.saturating_sub(every),
        _ if every * 2 <= lasts => load.every = every * 2,
        _ => return Offer::Next,
    }
    Offer::of((load.lasts < lasts || load.every > every).then_some(schedule))
}

#[cfg(test)]
mod tests {
    use crate::schedule::{Action, Schedule};
    use crate::shrink::Shrinker;
    use crate::spec::kv::Op;

    #[test]
    fn a_load_asks_no_more_often_than_the_failure_needs() {
        let text =
            "nodes 3\n@5ms load c0 -> n1 every 50ms for 20s\n@1s load c1 -> n2 every 1s for 9s";
        let start: Schedule<Op> = text.parse().expect("a schedule");
        let requests = |schedule: &Schedule<Op>| -> u128 {
            let steps = schedule.steps.iter();
            let loads = steps.filter_map(|step| match &step.action {
                Action::Load(load) => Some(1 + load.lasts.as_micros() / load.every.as_micros()),
                _ => None,
            });
            loads.sum()
        };
        let mut shrinker = Shrinker::new(start);
        while let Some(candidate) = shrinker.candidate() {
            let fails = requests(candidate) >= 7;
            shrinker.answer(fails);
        }
        let best = shrinker.best();
        assert_eq!((requests(best), best.steps.len()), (7, 1), "{best}");
    }
}
