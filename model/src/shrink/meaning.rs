//! Whether a smaller schedule still means the same where something is expected: the one that is
//! known and the smaller one come in, yes or no goes out.
//!
//! The one idea: an expectation speaks of the trouble that stands above it. Without that trouble it
//! would be broken by a healthy system, too ("a new leader" is only to be expected where the old one
//! is gone), so what stands above an expectation stays as long as the expectation does. Requests,
//! noise, other expectations, and what comes later may go.

use crate::schedule::{Action, Schedule, Step, When};

/// Whether what is still expected is expected under the same trouble.
pub(crate) fn keeps_meaning<Op: PartialEq>(known: &Schedule<Op>, smaller: &Schedule<Op>) -> bool {
    let Some(last) = smaller.steps.iter().rposition(expects) else { return true };
    let Some(place) = known.steps.iter().rposition(|step| *step == smaller.steps[last]) else {
        return false;
    };
    if known.nodes != smaller.nodes || known.timing != smaller.timing {
        return false;
    }
    let (before, now) = (&known.steps[..=place], &smaller.steps[..=last]);
    if before.iter().any(|step| !matches!(step.when, When::At(_))) {
        // Who goes takes the time of the next one along.
        return before == now;
    }
    before.iter().filter(troubles).eq(now.iter().filter(troubles))
}

fn expects<Op>(step: &Step<Op>) -> bool {
    matches!(step.action, Action::Expect(_))
}

fn troubles<Op>(step: &&Step<Op>) -> bool {
    matches!(step.action, Action::Fault(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shrink::Shrinker;
    use crate::spec::kv::Op;

    const START: &str = "nodes 5  quiet  survives crashes partitions
        @0ms  load c0 -> n1 every 50ms for 9s
        @1s   partition n1 n2 | n3 n4 n5
        @1s   expect a new leader within 3s
        @2s   c1 -> n2  put k1 7
        @5s   heal
        @5s   expect all follow one leader within 2s
        @6s   crash n1
        @7s   restart n1";

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
    fn the_trouble_above_an_expectation_stays_and_all_else_goes() {
        assert_eq!(
            smallest("a new leader"),
            "5: partition n1 n2 | n3 n4 n5; expect a new leader within 3s"
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
