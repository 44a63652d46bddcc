//! Every checker of histories against the definition, against Stateright's, and against each other,
//! on 200,000 small histories of every specification, with operations that crash.
//!
//! The one idea: half of the histories hold by the way they are made, and in the others somebody
//! lies; what is true of them is found out by trying every order, which is slow and plain.

use definition::{Order, explained};
use histories::{Made, OBJECTS, made_up};
use schism::history::{History, Outcome};
use schism::judge::consistency::{self, Model};
use schism::judge::linearizability::{self, Finding};
use schism::judge::stream::{Halt, Stream};
use schism::seed::Seed;
use schism::spec::Spec;
use schism::spec::{kv, map, object};

mod definition;
mod histories;
mod stateright;

const BUDGET: u64 = 100_000;

/// What the checkers said of some histories.
#[derive(Default, Debug)]
struct Counts {
    hold: u64,
    refuted: u64,
    by_stateright: u64,
}

/// So many times as many histories, from other seeds: `SOUNDNESS=10` in the environment.
#[expect(clippy::disallowed_methods, reason = "how much is tried is asked from outside")]
fn times() -> u64 {
    let asked = std::env::var("SOUNDNESS").ok();
    asked.map_or(1, |times| times.parse().expect("SOUNDNESS is a number"))
}

/// Whether a stream of the operations is followed to its end; nothing if it cannot say.
fn followed<S: Spec>(history: &History<S>) -> Option<bool> {
    let mut stream = Stream::new(BUDGET);
    let pushed = (0..).zip(&history.operations).try_for_each(|(n, one)| stream.push(one, n));
    match pushed.and_then(|()| stream.end()) {
        Ok(()) => Some(true),
        Err(Halt::Refuted { .. }) => Some(false),
        Err(Halt::Spent(_) | Halt::Mixed(_)) => None,
    }
}

/// Holds all checkers against the definition on so many histories.
fn compare<S: Spec>(seed: u64, cases: u64, made: &Made<S>) -> Counts {
    let mut counts = Counts::default();
    let seed = seed + 1_000 * (times() - 1);
    for case in 0..cases * times() {
        let history = made_up(&mut Seed(seed).fork(case).draws(), made);
        let truth = explained(&history, Order::RealTime);
        let told = || format!("seed {seed}, case {case}: {history:?}");
        let found = match linearizability::check(&history, BUDGET) {
            Finding::Linearizable => true,
            Finding::Refuted(_) => false,
            Finding::Unknown => panic!("the budget is large enough: {}", told()),
        };
        assert_eq!(found, truth, "{}", told());
        let witness = linearizability::witness(&history, BUDGET);
        assert_eq!(witness.is_some(), truth, "{}", told());
        let streamed = followed(&history);
        assert!(streamed.is_none_or(|streamed| streamed == truth), "{}", told());
        // It tries every order as well, and without what the definition skips.
        if history.operations.len() <= 5 {
            assert_eq!(stateright::explained(&history), truth, "{}", told());
            counts.by_stateright += 1;
        }
        let count = if truth { &mut counts.hold } else { &mut counts.refuted };
        *count += 1;
    }
    counts
}

#[track_caller]
fn many_of_each(counts: &Counts, cases: u64) {
    let least = counts.hold.min(counts.refuted).min(counts.by_stateright);
    assert!(least > cases * times() / 30, "{counts:?} of {cases}");
}

#[test]
fn all_checkers_agree_with_the_definition_on_every_object() {
    const CASES: u64 = 10_000;
    for (seed, (name, any)) in (100..).zip(OBJECTS) {
        let made = Made { any, lie: histories::lie, clients: 3, length: 6 };
        let counts = compare::<object::Object>(seed, CASES, &made);
        println!("{name}: {counts:?}");
        many_of_each(&counts, CASES);
    }
}

#[test]
fn all_checkers_agree_with_the_definition_on_the_objects_of_the_hunt() {
    const CASES: u64 = 20_000;
    let made = Made { any: histories::put_get, lie: histories::lie_put_get, clients: 3, length: 6 };
    many_of_each(&compare::<kv::PutGet>(200, CASES, &made), CASES);
    let made = Made { any: histories::of_map, lie: histories::lie_map, clients: 3, length: 6 };
    many_of_each(&compare::<map::Map>(201, CASES, &made), CASES);
}

/// Holds the search for an order of each client's operations against the definition.
fn sequential<S: Spec>(seed: u64, cases: u64, made: &Made<S>) -> Counts {
    let mut counts = Counts::default();
    for case in 0..cases {
        let history = made_up(&mut Seed(seed).fork(case).draws(), made);
        let truth = explained(&history, Order::Client);
        let found = match consistency::check(&history, Model::Sequential, BUDGET) {
            consistency::Finding::Kept => true,
            consistency::Finding::Broken(_) => false,
            consistency::Finding::Unknown(why) => panic!("{why}: {history:?}"),
        };
        assert_eq!(found, truth, "seed {seed}, case {case}: {history:?}");
        let count = if truth { &mut counts.hold } else { &mut counts.refuted };
        *count += 1;
    }
    counts
}

#[test]
fn sequential_consistency_agrees_with_the_definition_on_every_object() {
    for (seed, (name, any)) in (400..).zip(OBJECTS) {
        let made = Made { any, lie: histories::lie, clients: 3, length: 6 };
        let counts = sequential::<object::Object>(seed, 4_000, &made);
        assert!(counts.hold.min(counts.refuted) > 100, "{name}: {counts:?}");
    }
    let made = Made { any: histories::of_map, lie: histories::lie_map, clients: 3, length: 6 };
    let counts = sequential::<map::Map>(450, 4_000, &made);
    assert!(counts.hold.min(counts.refuted) > 100, "{counts:?}");
}

#[test]
fn there_are_at_least_two_hundred_thousand() {
    assert!(OBJECTS.len() * 10_000 + 2 * 20_000 >= 200_000);
}

/// Operations that never end stay under way, however many there are.
#[test]
fn operations_without_an_answer_are_counted_among_them() {
    let (_, any) = OBJECTS[0];
    let made = Made { any, lie: histories::lie, clients: 3, length: 6 };
    let crashed = (0..1_000).filter(|case| {
        let history = made_up::<object::Object>(&mut Seed(100).fork(*case).draws(), &made);
        history.operations.iter().any(|one| one.outcome == Outcome::Unknown)
    });
    assert!(crashed.count() > 300);
}

#[test]
fn what_is_linearizable_is_sequentially_consistent_and_not_the_reverse() {
    let made = Made { any: OBJECTS[0].1, lie: histories::lie, clients: 3, length: 6 };
    let mut weaker = 0;
    for case in 0..20_000 {
        let history = made_up::<object::Object>(&mut Seed(300).fork(case).draws(), &made);
        let real = explained(&history, Order::RealTime);
        let by_client = explained(&history, Order::Client);
        assert!(by_client || !real, "{history:?}");
        weaker += u64::from(by_client && !real);
        if by_client {
            let session = consistency::check(&history, Model::Session, BUDGET);
            assert!(!matches!(session, consistency::Finding::Broken(_)), "{case}: {history:?}");
        }
    }
    assert!(weaker > 100, "{weaker}");
}
