//! Whether a smaller schedule still means the same where something is expected: the one that is
//! known and the smaller one come in, yes or no goes out.
//!
//! The one idea: an expectation speaks of the trouble up to its end. Without that trouble it would
//! be broken by a healthy system, too ("a new leader" is only to be expected where the old one is
//! gone), so that trouble stays as long as the expectation does. Requests, noise, other
//! expectations, and what comes later may go.

use crate::schedule::{Action, Schedule, Step, When};
use crate::time::Time;

/// Whether what is still expected is expected under the same trouble.
pub(crate) fn keeps_meaning<Op: Clone + PartialEq>(
    known: &Schedule<Op>,
    smaller: &Schedule<Op>,
) -> bool {
    let Some(horizon) = smaller.steps.iter().filter_map(certain).max() else { return true };
    if known.nodes != smaller.nodes || known.timing != smaller.timing {
        return false;
    }
    if known.steps.iter().any(|step| at(step).is_none()) {
        // Who goes takes the time of the next one along.
        return known.steps == smaller.steps;
    }
    let expected = |step: &Step<Op>| known.steps.contains(step);
    let troubles = |schedule: &Schedule<Op>| {
        let of = |step: &&Step<Op>| matches!(step.action, Action::Fault(_));
        let early = |step: &&Step<Op>| at(step).is_some_and(|at| at <= horizon);
        schedule.steps.iter().filter(of).filter(early).cloned().collect::<Vec<_>>()
    };
    smaller.steps.iter().filter(|step| certain(step).is_some()).all(expected)
        && troubles(known) == troubles(smaller)
}

/// When it is certain whether an expectation came true; nothing for other steps. Where its time is
/// not written, that is never.
fn certain<Op>(step: &Step<Op>) -> Option<Time> {
    match &step.action {
        Action::Expect(expect) => {
            Some(at(step).map_or(Time(u64::MAX), |at| at + expect.lasting.length()))
        }
        _ => None,
    }
}

fn at<Op>(step: &Step<Op>) -> Option<Time> {
    match step.when {
        When::At(time) => Some(time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shrink::Shrinker;
    use crate::spec::kv::Op;

    const START: &str = "nodes 5  quiet  survives crashes partitions
        @0ms  load c0 -> n1 every 50ms for 9s
        @1s   expect a new leader within 3s
        @1s   partition n1 n2 | n3 n4 n5
        @2s   c1 -> n2  put k1 7
        @5s   heal
        @5s   expect all follow one leader within 2s
        @8s   crash n1
        @9s   restart n1";

    /// What is left where any schedule fails that still has these words.
    fn smallest(words: &str) -> String {
        let start: Schedule<Op> = START.parse().expect("the test's own schedule can be read");
        let mut shrinker = Shrinker::new(start);
        while let Some(candidate) = shrinker.candidate() {
            let fails = candidate.to_string().contains(words);
            shrinker.answer(fails);
        }
        let steps = shrinker.best().steps.iter().map(|step| step.action.to_string());
        format!("{}: {}", shrinker.best().nodes, steps.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn the_trouble_up_to_the_end_of_an_expectation_stays_and_all_else_goes() {
        assert_eq!(
            smallest("a new leader"),
            "5: expect a new leader within 3s; partition n1 n2 | n3 n4 n5"
        );
        assert_eq!(
            smallest("follow one leader"),
            "5: partition n1 n2 | n3 n4 n5; heal; expect all follow one leader within 2s"
        );
    }

    #[test]
    fn who_expects_nothing_shrinks_as_ever() {
        assert_eq!(smallest("crash n1"), "1: crash n1");
    }
}
