//! Stories whose answer is known, and what each guarantee catches that the others do not.

use super::{Finding, Model, check};
use crate::judge::testing::history;
use crate::spec::kv::PutGet;

const BUDGET: u64 = 100_000;

/// The promises of all that a story breaks, and how.
fn broken(text: &str) -> Vec<(Model, &'static str)> {
    let history = history::<PutGet>(text);
    let all =
        super::MODELS.into_iter().filter_map(|(_, model)| match check(&history, model, BUDGET) {
            Finding::Kept => None,
            Finding::Broken(breach) => Some((model, breach.clause)),
            Finding::Unknown(why) => panic!("{model}: {why}"),
        });
    all.collect()
}

fn models(text: &str) -> Vec<Model> {
    broken(text).into_iter().map(|(model, _)| model).collect()
}

#[test]
fn a_stale_read_of_somebody_else_breaks_none_of_them() {
    let text = "0..10 c0 n1 put k1 5 -> ok
                20..30 c1 n2 get k1 -> nothing
                40..50 c1 n2 get k1 -> 5";
    assert_eq!(models(text), []);
}

#[test]
fn who_does_not_see_what_she_wrote_breaks_read_your_writes() {
    let text = "0..10 c0 n1 put k1 5 -> ok
                20..30 c0 n2 get k1 -> nothing";
    assert_eq!(
        broken(text),
        [
            (Model::Sequential, "sequential consistency"),
            (Model::Session, "read your writes"),
            (Model::ReadYourWrites, "read your writes")
        ]
    );
    let older = "0..10 c0 n1 put k1 5 -> ok
                 20..30 c0 n1 put k1 6 -> ok
                 40..50 c0 n2 get k1 -> 5";
    assert_eq!(models(older), [Model::Sequential, Model::Session, Model::ReadYourWrites]);
}

#[test]
fn who_sees_an_older_value_again_breaks_monotonic_reads() {
    let text = "0..10 c0 n1 put k1 5 -> ok
                20..30 c1 n1 get k1 -> 5
                40..50 c1 n2 get k1 -> nothing";
    let reads = [
        Model::Sequential,
        Model::Session,
        Model::MonotonicReads,
        Model::MonotonicWrites,
        Model::WritesFollowReads,
    ];
    assert_eq!(models(text), reads);
    let back = "0..10 c0 n1 put k1 5 -> ok
                0..11 c1 n2 put k1 6 -> ok
                20..30 c2 n1 get k1 -> 5
                40..50 c2 n2 get k1 -> 6
                60..70 c2 n1 get k1 -> 5";
    assert_eq!(models(back), reads);
}

#[test]
fn who_sees_the_writes_of_another_in_reverse_breaks_monotonic_writes() {
    let text = "0..10 c0 n1 put k1 5 -> ok
                20..30 c0 n1 put k1 6 -> ok
                40..50 c1 n2 get k1 -> 6
                60..70 c1 n2 get k1 -> 5";
    // One who reads its own writes relies on their order as well, but here nobody does.
    assert_eq!(
        broken(text),
        [
            (Model::Sequential, "sequential consistency"),
            (Model::Session, "monotonic writes"),
            (Model::MonotonicWrites, "monotonic writes")
        ]
    );
}

#[test]
fn who_sees_an_answer_before_what_it_answers_breaks_writes_follow_reads() {
    let text = "0..10 c0 n1 put k1 5 -> ok
                20..30 c1 n1 get k1 -> 5
                40..50 c1 n1 put k1 6 -> ok
                60..70 c2 n2 get k1 -> 6
                80..90 c2 n2 get k1 -> 5";
    assert_eq!(
        broken(text),
        [
            (Model::Sequential, "sequential consistency"),
            (Model::Session, "writes follow reads"),
            (Model::WritesFollowReads, "writes follow reads")
        ]
    );
}

#[test]
fn sequential_consistency_spans_keys_and_the_guarantees_of_sessions_do_not() {
    // Each sees its own write, and not yet that of the other (Dekker).
    let text = "0..10 c0 n1 put k1 5 -> ok
                0..11 c1 n2 put k2 6 -> ok
                20..30 c0 n1 get k2 -> nothing
                20..31 c1 n2 get k1 -> nothing";
    assert_eq!(broken(text), [(Model::Sequential, "sequential consistency")]);
    // Two who read the writes of two others in different orders.
    let text = "0..10 c0 n1 put k1 5 -> ok
                0..11 c1 n2 put k1 6 -> ok
                20..30 c2 n1 get k1 -> 5
                40..50 c2 n1 get k1 -> 6
                20..31 c3 n2 get k1 -> 6
                40..51 c3 n2 get k1 -> 5";
    assert!(models(text).contains(&Model::Sequential));
}

#[test]
fn a_write_of_unknown_end_may_happen_at_any_time_or_never() {
    let text = "0..10 c0 n1 put k1 5 -> unknown
                20..30 c0 n1 get k1 -> nothing
                40..50 c0 n1 get k1 -> 5
                60..70 c1 n2 get k1 -> nothing";
    assert_eq!(models(text), []);
    let refused = "0..10 c0 n1 put k1 5 -> refused
                   20..30 c1 n1 get k1 -> 5";
    assert_eq!(models(refused).len(), super::MODELS.len());
}

#[test]
fn the_operations_that_contradict_each_other_are_few_and_each_is_needed() {
    let mut text = String::new();
    for n in 0..60 {
        let at = 100 * n;
        text += &format!("{at}..{} c0 n1 put k2 {} -> ok\n", at + 10, 100 + n);
        text += &format!("{}..{} c1 n1 get k2 -> {}\n", at + 20, at + 30, 100 + n);
    }
    text += "7000..7010 c0 n1 put k1 5 -> ok\n7020..7030 c0 n2 get k1 -> nothing";
    for model in [Model::Sequential, Model::Session] {
        let Finding::Broken(breach) = check(&history::<PutGet>(&text), model, BUDGET) else {
            panic!("{model} is broken");
        };
        assert_eq!((breach.operations, breach.minimal), (vec![120, 121], true), "{model}");
    }
}

#[test]
fn a_budget_that_runs_out_is_said() {
    let text = "0..10 c0 n1 put k1 5 -> ok\n20..30 c1 n1 put k1 6 -> ok\n40..50 c2 n1 get k1 -> 5";
    let history = history::<PutGet>(text);
    let why = "whether it is sequentially consistent was not decided within 1 steps of the search";
    assert_eq!(check(&history, Model::Sequential, 1), Finding::Unknown(why.to_owned()));
}

#[test]
fn reads_of_values_that_were_written_twice_say_nothing() {
    let text = "0..10 c0 n1 put k1 5 -> ok\n20..30 c1 n1 put k1 5 -> ok\n40..50 c1 n1 get k1 -> 5";
    let history = history::<PutGet>(text);
    let why = "1 reads saw a value that was written more than once, so that they do not say which \
               write they saw";
    assert_eq!(check(&history, Model::Session, BUDGET), Finding::Unknown(why.to_owned()));
    assert_eq!(check(&history, Model::Sequential, BUDGET), Finding::Kept);
}

#[test]
fn many_operations_of_unique_values_are_judged_in_steps_that_grow_with_them() {
    let mut text = String::new();
    for n in 0..2_000_u64 {
        let at = n * 10;
        text += &format!("{at}..{} c{} n1 put k1 {n} -> ok\n", at + 14, n % 2);
        text += &format!("{}..{} c2 n2 get k1 -> {n}\n", at + 4, at + 9);
    }
    let long = history::<PutGet>(&text);
    assert_eq!(check(&long, Model::Sequential, 10_000), Finding::Kept);
    assert_eq!(check(&long, Model::Session, 0), Finding::Kept);
}
