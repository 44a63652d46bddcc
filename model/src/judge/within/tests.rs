//! Runs written as text come in; what is said of their figures goes out.

use super::*;
use crate::course::{Course, Hold};
use crate::fault::Kind;
use crate::judge::testing::{Run, history};
use crate::spec::kv::PutGet;

/// Leaderless from 2 s to 3 s, and after a partition of step 2 that ended then.
fn course() -> Course {
    let span = |from, until| Span { from: Time::millis(from), until: Time::millis(until) };
    Course {
        led: true,
        leaderless: vec![span(0, 200), span(2_000, 3_200)],
        holds: vec![Hold { step: 1, kind: Kind::Partitions, span: span(1_500, 3_000) }],
        ..Course::default()
    }
}

/// The run lasts 20 s.
const LINES: &str = "
    300..310 c0 n1 put k1 5 -> ok
    400..410 c0 n1 get k1 -> 5
    2500..2510 c1 n2 put k1 6 -> refused
    3050..3060 c1 n2 put k1 7 -> refused
    3100..3350 c0 n1 put k1 8 -> ok
    3400..4400 c1 n2 put k1 9 -> unknown
    5000..5010 probe n1 put k1 900 -> ok
";

fn judge(limit: &str, lines: &str, course: Course) -> Verdict {
    let run = Run::<PutGet> { history: history(lines), course, ..Run::new() };
    Within::new(limit.parse().expect("it is a limit")).judge(&run.seen())
}

fn violation(limit: &str) -> Violation {
    match judge(limit, LINES, course()) {
        Verdict::Fail(violation) => violation,
        other => panic!("{limit}: {other:?}"),
    }
}

#[test]
fn each_figure_may_be_as_large_as_its_bound_and_no_larger() {
    for (holds, fails) in [
        ("latency.max=250ms", "latency.max=249ms"),
        ("latency.p67=250ms", "latency.p67=249999us"),
        ("latency.p66=10ms", "latency.p66=9ms"),
        ("recovery=350ms", "recovery=349ms"),
        ("leaderless=1200ms", "leaderless=1199ms"),
        ("leaderless.share=7%", "leaderless.share=6.9%"),
        ("refused=33.4%", "refused=33.3%"),
        ("unknown=16.7%", "unknown=16.6%"),
    ] {
        assert_eq!(judge(holds, LINES, course()), Verdict::Pass, "{holds}");
        let failure = violation(fails).failure;
        assert_eq!(failure.property, format!("within {}", fails.split('=').next().unwrap_or("")));
    }
}

#[test]
fn a_latency_is_told_with_its_operation_and_its_place_among_the_others() {
    let found = violation("latency.p99=200ms");
    assert_eq!(found.failure.to_string(), "within latency.p99: an operation takes longer");
    assert_eq!(found.headline, "put k1 8 took 250 ms");
    assert_eq!(
        found.why,
        "c0's put k1 8, asked of n1 at 3.100 s, was answered 250 ms later. Of 3 that ended ok it \
         is number 3 by its time, so the run's p99 is 250 ms; 200 ms are allowed."
    );
    assert_eq!((found.operations, found.at), (vec![4], Time::millis(3_350)));
}

#[test]
fn a_recovery_is_told_from_its_fault_to_the_write_that_ended_it() {
    let found = violation("recovery=300ms");
    assert_eq!(found.failure.to_string(), "within recovery: no write is acknowledged for longer");
    assert_eq!(found.headline, "350 ms without a write after a fault had ended (partitions)");
    assert_eq!(
        found.why,
        "The fault of step 2 (partitions) ended at 3.000 s. The first write to be acknowledged \
         after that was c0's put k1 8, asked of n1 at 3.100 s, at 3.350 s. For 350 ms of that time \
         a client waited for a write, or nobody led; 300 ms are allowed."
    );
    assert_eq!(found.operations, [3, 4]);
}

#[test]
fn time_without_a_leader_is_told_with_what_a_leader_is() {
    let found = violation("leaderless=1s");
    assert_eq!(found.failure.to_string(), "within leaderless: nobody leads for longer");
    assert_eq!(
        found.why,
        "From 2.000 s to 3.200 s, for 1200 ms, no node that was up and running said that it leads \
         and could talk to a majority of the voters; 1000 ms are allowed."
    );
    let found = violation("leaderless.share=5%");
    assert_eq!(found.headline, "nobody led for 7% of the run");
    assert!(found.why.starts_with("For 1400 ms of 20.000 s no node"), "{}", found.why);
}

#[test]
fn times_are_spelled_to_the_microsecond_and_shares_to_a_tenth_of_a_percent() {
    let times = [1_014_500, 812_000, 7, 0].map(|us| exactly(Duration::from_micros(us)));
    assert_eq!(times, ["1014.5 ms", "812 ms", "0.007 ms", "0 ms"]);
    assert_eq!([1.0, 0.05, 1.0 / 3.0].map(percent), ["100%", "5%", "33.3%"]);
}

#[test]
fn shares_are_told_with_the_first_operation_that_ended_so() {
    let found = violation("refused=5%");
    assert_eq!(
        found.why,
        "2 of the clients' 6 operations ended refused: 33.3%; 5% are allowed. The first was c1's \
         put k1 6, asked of n2 at 2.500 s, until 2.510 s."
    );
    assert_eq!(violation("unknown=0%").operations, [5]);
}

#[test]
fn nothing_is_asked_of_runs_that_tell_nothing() {
    let silent = || Course { led: false, ..course() };
    for limit in ["leaderless=1ms", "leaderless.share=0%"] {
        assert_eq!(judge(limit, LINES, silent()), Verdict::Pass, "{limit}");
    }
    for limit in ["latency.p99=1ms", "recovery=1ms", "refused=0%", "unknown=0%"] {
        assert_eq!(judge(limit, "", Course::default()), Verdict::Pass, "{limit}");
    }
}
