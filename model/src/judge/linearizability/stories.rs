//! Known histories, and word for word what is said of them.

use super::{Finding, check};
use crate::history::History;
use crate::judge::testing::{ReadRet, history};
use crate::spec::{Spec, kv::PutGet, map::Map};
use crate::verdict::Violation;

const BUDGET: u64 = 10_000;

fn violation<S: ReadRet>(text: &str) -> Violation {
    match check::<S>(&history(text), BUDGET) {
        Finding::Refuted(refutation) => refutation.violation,
        other => panic!("{other:?}"),
    }
}

/// Checks the class, the headline and the sentences of a history that is not linearizable, and the
/// operations that they are about, as lines of the text.
#[track_caller]
fn tells<S: ReadRet>(text: &str, clause: &str, headline: &str, why: &str, operations: &[usize]) {
    let found = violation::<S>(text);
    assert_eq!(found.failure.to_string(), format!("linearizable: {clause}"));
    assert_eq!(found.headline, headline);
    assert_eq!(found.why, why);
    assert_eq!(found.operations, operations);
}

#[test]
fn a_read_that_misses_an_acknowledged_write_is_stale() {
    let text = "3210..3230 c0 n2 put k1 81 -> ok
                3300..3310 c0 n2 put k2 5 -> ok
                4860..4870 c1 n1 get k1 -> nothing";
    tells::<PutGet>(
        text,
        "stale read",
        "stale read: get k1",
        "c1 read nothing at n1 (get k1), 1.630 s after c0's put k1 81 was acknowledged at n2; nothing \
         else was written there in between, so it must be 81.",
        &[0, 2],
    );
    let found = violation::<PutGet>(text);
    assert_eq!(found.at.to_string(), "4.870 s");
    assert_eq!(found.nodes.iter().map(|node| node.0).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn an_older_value_is_stale_and_concurrent_writes_leave_several_right_answers() {
    let text = "0..10 c0 n1 put k1 1 -> ok
                20..40 c0 n1 put k1 2 -> ok
                20..50 c1 n2 put k1 3 -> ok
                60..70 c2 n3 get k1 -> 1";
    tells::<PutGet>(
        text,
        "stale read",
        "stale read: get k1",
        "c2 read 1 at n3 (get k1), 0.010 s after c1's put k1 3 was acknowledged at n2; whatever order \
         the other writes took, it must be 2 or 3.",
        &[0, 2, 3],
    );
}

#[test]
fn reads_must_not_go_back_even_where_nobody_knows_how_the_write_ended() {
    let text = "0..10 c0 n1 put k1 1 -> ok
                20..1020 c0 n1 put k1 2 -> unknown
                30..40 c1 n2 get k1 -> 2
                40..60 c2 n3 get k1 -> 1
                70..80 c2 n3 get k1 -> 1
                90..99 c2 n3 get k1 -> 2";
    tells::<PutGet>(
        text,
        "stale read",
        "stale read: get k1",
        "c2 read 1 at n3 (get k1), 0.030 s after c1 had read 2 at n2 (get k1); nothing else was \
         written there in between, so it must be 2.",
        &[0, 1, 2, 4],
    );
}

#[test]
fn what_the_calm_end_does_not_find_is_lost() {
    let text = "3210..3230 c0 n2 put k1 81 -> ok
                9000..9010 probe n3 put k0 1 -> ok
                9100..9110 probe n3 get k1 -> nothing";
    tells::<PutGet>(
        text,
        "lost acknowledged write",
        "lost acknowledged write: put k1 81",
        "c0's put k1 81 was acknowledged at n2 at 3.230 s and is gone: when all was calm again, the \
         checker read nothing at n3 (get k1); nothing else was written there in between, so it must \
         be 81.",
        &[0, 2],
    );
}

#[test]
fn what_one_node_alone_does_not_find_is_not_lost() {
    let text = "3210..3230 c0 n2 put k1 81 -> ok
                9100..9110 probe n3 get k1 -> nothing
                9100..9120 probe n1 get k1 -> 81";
    let found = violation::<PutGet>(text);
    assert_eq!(found.failure.clause, "stale read");
}

#[test]
fn what_no_later_read_finds_is_lost_since_the_first_of_them() {
    let text = "3210..3230 c0 n2 put k1 81 -> ok
                4000..4010 c1 n1 get k1 -> nothing
                4900..4910 c1 n1 get k1 -> nothing
                9100..9110 probe n3 get k1 -> nothing";
    tells::<PutGet>(
        text,
        "lost acknowledged write",
        "lost acknowledged write: put k1 81",
        "c0's put k1 81 was acknowledged at n2 at 3.230 s and is gone: c1 read nothing at n1 (get k1) \
         at 4.010 s, and the last read of all, at 9.110 s, when all was calm again, did not see it \
         either; nothing else was written there in between, so it must be 81.",
        &[0, 1],
    );
}

#[test]
fn a_write_that_was_written_over_cannot_be_told_to_be_lost() {
    let text = "3210..3230 c0 n2 put k1 81 -> ok
                4000..4010 c1 n1 get k1 -> nothing
                5000..5010 c1 n1 put k1 82 -> ok
                9100..9110 probe n3 get k1 -> 82";
    assert_eq!(violation::<PutGet>(text).failure.clause, "stale read");
}

#[test]
fn a_loss_is_told_before_a_stale_read_that_came_earlier() {
    let text = "0..10 c0 n2 put k1 81 -> ok
                20..30 c1 n1 get k1 -> nothing
                40..50 c0 n2 put k2 82 -> ok
                9000..9010 probe n3 get k1 -> 81
                9100..9110 probe n3 get k2 -> nothing";
    assert_eq!(violation::<PutGet>(text).headline, "lost acknowledged write: put k2 82");
}

#[test]
fn a_value_out_of_nowhere_was_never_written() {
    let text = "0..10 c0 n1 put k1 1 -> ok
                1300..1310 c1 n2 get k1 -> 7
                1400..1410 c0 n1 put k1 7 -> ok";
    tells::<PutGet>(
        text,
        "read of a value never written",
        "read of a value never written: get k1",
        "c1 read 7 at n2 (get k1) at 1.310 s, but nothing that anybody had asked for could have led \
         to that answer; it must be 1.",
        &[1],
    );
}

#[test]
fn a_refused_write_must_stay_without_effect() {
    let text = "0..10 c0 n1 put k1 1 -> ok
                20..30 c0 n1 put k1 7 -> refused
                1300..1310 c1 n2 get k1 -> 7";
    tells::<PutGet>(
        text,
        "read of a refused write",
        "read of a refused write: get k1",
        "c1 read 7 at n2 (get k1) at 1.310 s. Only c0's put k1 7 could have led to that answer, but it \
         was refused at n1 at 0.030 s: what was refused must never take effect.",
        &[1, 2],
    );
}

#[test]
fn two_winners_of_one_compare_and_set_fit_no_order() {
    let text = "0..10 c0 n1 put k1 1 -> ok
                20..40 c1 n1 cas k1 1 2 -> swapped
                20..50 c2 n2 cas k1 1 3 -> swapped
                60..70 c0 n1 get k1 -> 3";
    tells::<Map>(
        text,
        "no order explains",
        "no order explains cas k1 1 3",
        "c2's cas k1 1 3 -> swapped at n2 at 0.050 s fits no order of c0's put k1 1 -> ok, c1's cas k1 \
         1 2 -> swapped; it must be not swapped.",
        &[0, 1, 2],
    );
}

fn holds<S: ReadRet>(text: &str) -> bool {
    check::<S>(&history(text), BUDGET) == Finding::Linearizable
}

#[test]
fn a_write_of_unknown_outcome_may_take_effect_late_or_never() {
    let lost = "0..1000 c0 n1 put k1 1 -> unknown
                1100..1200 c1 n1 get k1 -> nothing";
    assert!(holds::<PutGet>(lost));
    let late = "0..1000 c0 n1 put k1 1 -> unknown
                1100..1200 c1 n1 get k1 -> nothing
                5000..5100 c1 n1 get k1 -> 1";
    assert!(holds::<PutGet>(late));
    let twice = "0..1000 c0 n1 put k1 1 -> unknown
                 1100..1200 c1 n1 get k1 -> 1
                 1300..1400 c1 n1 put k1 2 -> ok
                 5000..5100 c1 n1 get k1 -> 1";
    assert!(!holds::<PutGet>(twice), "it takes effect once");
    let before = "0..10 c1 n1 get k1 -> 1
                  20..1000 c0 n1 put k1 1 -> unknown";
    assert!(!holds::<PutGet>(before), "not before it was asked for");
}

#[test]
fn overlapping_operations_may_come_in_either_order() {
    let text = "0..100 c0 n1 put k1 1 -> ok
                10..90 c1 n2 put k1 2 -> ok
                20..30 c2 n3 get k1 -> 2
                40..50 c2 n3 get k1 -> 1
                110..120 c2 n3 get k1 -> 1";
    assert!(holds::<PutGet>(text));
    let both = "120..130 c2 n3 get k1 -> 2";
    assert!(!holds::<PutGet>(&format!("{text}\n{both}")));
}

#[test]
fn the_prefix_is_an_order_of_what_was_answered_before() {
    let text = "0..100 c0 n1 put k1 1 -> ok
                10..90 c1 n2 put k1 2 -> ok
                20..30 c2 n3 get k1 -> 2
                40..50 c2 n3 get k1 -> 1
                110..120 c2 n3 get k1 -> 2";
    match check::<PutGet>(&history(text), BUDGET) {
        Finding::Refuted(refutation) => assert_eq!(refutation.prefix, [1, 2, 0, 3]),
        other => panic!("{other:?}"),
    }
}

/// Many writes at once, of which nobody knows the order, then two answers that contradict each
/// other whatever it was: the search has to try all there is.
fn crowd(writers: u64) -> History<PutGet> {
    let mut text = String::new();
    for n in 1..=writers {
        // Two of them write the same, or the clusters of their values would tell at once.
        text += &format!("0..100 c{n} n1 put k1 {} -> ok\n", n.min(writers - 1));
    }
    text += "200..210 c0 n1 get k1 -> 1\n220..230 c0 n1 get k1 -> 2\n";
    history(&text)
}

#[test]
fn a_spent_budget_is_unknown_and_never_a_verdict() {
    // Each set of writes ends with any one of them: some 2^10 * 10 / 2 configurations.
    let crowd = crowd(10);
    assert_eq!(check(&crowd, 1_000), Finding::Unknown);
    assert!(matches!(check(&crowd, 20_000), Finding::Refuted(_)));
}

#[test]
fn open_writes_that_nobody_read_do_not_make_the_search_longer() {
    // Without the rule that fewer used open operations are better, this takes 2^40 steps.
    let mut text = String::new();
    for n in 10..50 {
        text += &format!("0..1000 c{n} n1 put k1 {n} -> unknown\n");
    }
    text += "1100..1110 c0 n1 put k1 1 -> ok\n1120..1130 c0 n1 put k1 2 -> ok\n";
    text += "1140..1150 c0 n1 get k1 -> 1";
    assert_eq!(violation::<PutGet>(&text).failure.clause, "stale read");
}

#[test]
fn long_histories_are_judged_within_steps_that_grow_with_their_length() {
    let mut text = String::new();
    for n in 0..2_000_u64 {
        let at = n * 10;
        text += &format!("{at}..{} c{} n1 put k1 {n} -> ok\n", at + 14, n % 2);
        text += &format!("{}..{} c2 n1 get k1 -> {n}\n", at + 4, at + 9);
    }
    let long = history::<PutGet>(&text);
    assert_eq!(check(&long, 5_000), Finding::Linearizable);
}

/// An object that does not divide: a log that answers with its length.
struct Log;

impl Spec for Log {
    type Op = crate::spec::kv::Op;
    type Ret = crate::spec::kv::Answer;
    type State = Vec<u64>;

    fn init() -> Vec<u64> {
        Vec::new()
    }

    fn apply(state: &mut Vec<u64>, op: &Self::Op) -> Self::Ret {
        if let crate::spec::kv::Put(_, value) = op {
            state.push(*value);
        }
        Some(state.len() as u64).into()
    }

    fn is_read(op: &Self::Op) -> bool {
        PutGet::is_read(op)
    }

    fn any(draws: &mut crate::seed::Draws, unique: u64) -> Self::Op {
        PutGet::any(draws, unique)
    }

    fn probe(unique: u64) -> Self::Op {
        PutGet::probe(unique)
    }

    fn look(op: &Self::Op) -> Option<Self::Op> {
        PutGet::look(op)
    }
}

impl ReadRet for Log {
    fn ret(_op: &Self::Op, text: &str) -> Self::Ret {
        text.parse().ok().into()
    }
}

#[test]
fn an_object_without_parts_is_judged_as_a_whole() {
    let text = "0..10 c0 n1 put k1 5 -> 1
                20..30 c0 n1 put k2 5 -> 2
                40..50 c1 n2 get k3 -> 1";
    tells::<Log>(
        text,
        "stale read",
        "stale read: get k3",
        "c1 read 1 at n2 (get k3), 0.010 s after c0's put k2 5 was acknowledged at n1; nothing else \
         was written there in between, so it must be 2.",
        &[0, 1, 2],
    );
}

#[test]
fn more_open_writes_than_can_be_told_apart_leave_a_stale_read_refuted() {
    // Each of these values is seen at the end, so none of the writes can be forgotten before.
    let mut text = String::new();
    for n in 0..300_u64 {
        text += &format!("0..9000 c{n} n1 put k1 {} -> unknown\n", 10 + n % 5);
    }
    text += "100..110 c0 n1 put k1 1 -> ok\n120..130 c0 n1 put k1 2 -> ok\n";
    text += "140..150 c0 n1 get k1 -> 1\n";
    for n in 0..5_u64 {
        text += &format!("{}..{} c1 n1 get k1 -> {}\n", 200 + 20 * n, 210 + 20 * n, 10 + n);
    }
    assert_eq!(violation::<PutGet>(&text).failure.clause, "stale read");
}

#[test]
fn a_stale_read_in_a_long_history_is_no_lost_write() {
    let mut text = String::new();
    for n in 1..=100_u64 {
        let at = n * 10;
        text += &format!("{at}..{} c0 n1 put k1 {n} -> ok\n", at + 3);
        let found = if n == 90 { 1 } else { n };
        text += &format!("{}..{} c1 n2 get k1 -> {found}\n", at + 4, at + 8);
    }
    let found = violation::<PutGet>(&text);
    assert_eq!(found.failure.clause, "stale read");
    assert_eq!(found.at.to_string(), "0.908 s");
}
