//! How small the answers are, on planted failures whose smallest schedule is known.

use super::Shrinker;
use crate::fault::{Fault, Nemesis};
use crate::generate::{Shape, generate};
use crate::schedule::{Action, Schedule, When};
use crate::seed::Seed;
use crate::spec::kv::{Op, PutGet};
use crate::time::Time;

fn shape() -> Shape {
    Shape { nodes: 5, claim: Nemesis::everything(), operations: 30..=50, ..Shape::DEFAULT }
}

/// Shrinks the first generated schedule that fails; says what is left and how many runs it took.
fn smallest(seed: u64, fails: impl Fn(&Schedule<Op>) -> bool) -> (Schedule<Op>, u64) {
    let mut seeds = (0..).map(|n| generate::<PutGet>(&shape(), Seed(seed).fork(n)));
    let mut shrinker = Shrinker::new(seeds.find(|schedule| fails(schedule)).expect("endless"));
    while let Some(candidate) = shrinker.candidate() {
        let answer = fails(candidate);
        shrinker.answer(answer);
    }
    assert!(shrinker.is_finished() && fails(shrinker.best()));
    (shrinker.best().clone(), shrinker.offered())
}

fn count(schedule: &Schedule<Op>, fits: impl Fn(&Action<Op>) -> bool) -> usize {
    schedule.steps.iter().filter(|step| fits(&step.action)).count()
}

fn is_crash(action: &Action<Op>) -> bool {
    matches!(action, Action::Fault(Fault::Crash { .. }))
}

fn is_put(action: &Action<Op>) -> bool {
    matches!(action, Action::Request { op: Op::Put(..), .. })
}

#[test]
fn what_needs_two_crashes_and_a_put_shrinks_to_three_steps() {
    for seed in 0..20 {
        let (left, runs) = smallest(seed, |s| count(s, is_crash) >= 2 && count(s, is_put) >= 1);
        assert_eq!(left.steps.len(), 3, "{left:?}");
        assert_eq!((left.nodes, left.noise, left.seed), (1, None, Seed(0)));
        assert!(runs < 300, "{runs} runs");
    }
}

#[test]
fn steps_that_only_make_sense_together_go_together() {
    let even = |s: &Schedule<Op>| count(s, is_put) >= 2 && count(s, is_put).is_multiple_of(2);
    for seed in 0..20 {
        assert_eq!(smallest(seed, even).0.steps.len(), 2);
    }
}

#[test]
fn times_shrink_to_what_is_needed() {
    let late = |s: &Schedule<Op>| {
        s.steps.iter().any(|step| {
            is_put(&step.action) && matches!(step.when, When::At(time) if time > Time::millis(37))
        })
    };
    let (left, _) = smallest(1, late);
    assert_eq!(left.steps.len(), 1);
    let When::At(time) = left.steps[0].when else { panic!("{left:?}") };
    assert!(time <= Time::millis(75), "{time}");
}

#[test]
fn a_failure_of_noise_alone_keeps_the_noise_and_halves_it() {
    let noisy = |s: &Schedule<Op>| s.noise.is_some_and(|noise| noise.rate.of <= 80);
    let (left, _) = smallest(3, noisy);
    assert!(left.steps.is_empty());
    assert!(left.noise.is_some_and(|noise| noise.rate.of > 40), "{:?}", left.noise);
}

#[test]
fn trouble_with_machines_becomes_the_plainest_of_its_kind() {
    for (written, left) in [
        ("crash n2 4 times every 80ms", "crash n1"),
        ("rolling-restart every 300ms", "rolling-restart every 1ms"),
        ("slow n2 by 80ms for 700ms", "slow n1 by 1ms for 1ms"),
        ("disk n2 is slow by 80ms for 700ms", "disk n1 is slow by 1ms for 1ms"),
        ("disk n2 is full for 400ms keeping 30%", "disk n1 fails its next write"),
        ("disk n2 fails its next sync", "disk n1 fails its next sync"),
        ("disk n2 lies for 400ms", "disk n1 lies for 1ms"),
        ("disk n2 misdirects its next write", "disk n1 tears its next write"),
        ("disk n2 flips bit 12345", "disk n1 flips bit 0"),
        ("disk n2 loses file 3", "disk n1 loses file 1"),
        ("wipe n2", "revert n1"),
        ("drift n2 -50%", "drift n1 -1%"),
        ("wobble n2 40% every 300ms", "drift n1 +1%"),
        ("jitter n2 20%", "drift n1 +1%"),
        ("freeze n2 for 300ms", "freeze n1 for 1ms"),
    ] {
        assert_eq!(plainest(written, 1), left, "{written}");
    }
}

/// What is left of one fault if any of its kind will do, among at least so many nodes.
fn plainest(written: &str, nodes: u32) -> String {
    let claim = "everything disk-lies damage corruption retries";
    let text = format!("nodes 3 survives {claim}; @0ms {written}");
    let start: Schedule<Op> = text.parse().expect("a schedule");
    let Action::Fault(first) = start.steps[0].action.clone() else { panic!("{written}") };
    let mut shrinker = Shrinker::new(start);
    while let Some(candidate) = shrinker.candidate() {
        let fails = candidate.steps.iter().any(|step| match &step.action {
            Action::Fault(fault) => fault.kind() == first.kind(),
            _ => false,
        });
        shrinker.answer(fails && shrinker.current().nodes >= nodes);
    }
    assert_eq!(shrinker.best().steps.len(), 1);
    shrinker.best().steps[0].action.to_string()
}

#[test]
fn trouble_with_links_becomes_the_plainest_of_its_kind() {
    for (written, left) in [
        ("lose 1 in 3 n2 -> n3 for 700ms", "drop the 1st n2 -> n3 from here"),
        ("latency n2 -> n3 by 80ms for 700ms", "delay the 1st n2 -> n3 from here by 1ms"),
        (
            "congest n2 -> n3 to 20/s queue 8 drop-oldest for 700ms",
            "congest n2 -> n3 to 20/s queue 0 drop-newest for 1ms",
        ),
        (
            "congest n2 -> n3 to 20/s queue 0 block for 700ms",
            "congest n2 -> n3 to 20/s queue 0 block for 1ms",
        ),
        ("flap n1 n2 | n3 every 50ms for 700ms", "partition n1 n2 | n3"),
        ("flap n2 | n3 every 50ms for 700ms", "cut n2 -- n3"),
        ("ring n3 n1 n2", "ring"),
        ("corrupt the 3rd n2 -> n3 from here bit 77", "corrupt the 1st n2 -> n3 from here bit 0"),
        ("double the 3rd n2 -> n3 from here by 80ms", "double the 1st n2 -> n3 from here"),
        (
            "double the 2nd request of c2 from here by 80ms",
            "double the 1st request of c2 from here",
        ),
        ("swap the 3rd n2 -> n3 from here", "swap the 1st n2 -> n3 from here"),
        ("drop the 3rd n2 -> n3 from here", "drop the 1st n2 -> n3 from here"),
        ("delay the 3rd n2 -> n3 from here by 80ms", "delay the 1st n2 -> n3 from here by 1ms"),
    ] {
        assert_eq!(plainest(written, 3), left, "{written}");
    }
}
