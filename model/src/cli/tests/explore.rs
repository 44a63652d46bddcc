//! `explore --headless`: what is printed, the JSON, and the exit codes.

use super::{Ran, run};
use serde_json::Value;

fn json_of(model: &str, words: &[&str]) -> (u8, Value) {
    let ran = run(&[&["explore", model, "--headless", "--json"], words].concat());
    let value = serde_json::from_str(&ran.out);
    (ran.code, value.unwrap_or_else(|error| panic!("{error}:\n{}\n{}", ran.out, ran.err)))
}

fn json(words: &[&str]) -> (u8, Value) {
    json_of("raft", words)
}

const SMALL: [&str; 2] = ["--bounds", "terms:2,requests:1,snapshots:0,changes:0"];

#[test]
fn a_sound_protocol_ends_with_0_and_the_counts_of_any_number_of_threads() {
    for jobs in ["1", "4"] {
        let (code, found) = json(&[&SMALL[..], &["--jobs", jobs]].concat());
        assert_eq!(
            (code, &found["verdict"], &found["complete"]),
            (0, &"pass".into(), &true.into())
        );
        let counts = ["generated", "distinct", "depth"].map(|field| found[field].as_u64());
        assert_eq!(counts, [Some(58_911), Some(17_529), Some(31)]);
        assert_eq!(found["bounds"]["nodes"], 3);
        assert_eq!(found["properties"][0]["finding"], "holds");
        assert_eq!(found["counterexample"], Value::Null);
    }
}

#[test]
fn a_planted_bug_ends_with_1_and_a_shortest_way_to_it() {
    let Ran { code, out, err } =
        run(&["explore", "raft", "--headless", "--bug", "vote-forgotten", "--jobs", "2"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.starts_with("raft with vote-forgotten: FAILED, a vote never changes\n"), "{out}");
    assert!(out.contains("  a shortest way, 2 steps\n  1  n"), "{out}");
    assert!(out.contains(" crashes and restarts\n"), "{out}");
    assert!(out.contains("  rule      A vote given in a term is never changed"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn a_search_that_a_limit_ended_ends_with_3() {
    let (code, found) = json(&["--states", "10"]);
    assert_eq!(
        (code, &found["verdict"], &found["complete"]),
        (3, &"unknown".into(), &false.into())
    );
    assert_eq!(found["properties"][0]["finding"], "unknown");
    let (code, found) = json(&["--levels", "5"]);
    assert_eq!((code, &found["verdict"], &found["depth"]), (3, &"unknown".into(), &5.into()));
    let (code, found) = json(&["--seconds", "0.000001"]);
    assert_eq!((code, &found["verdict"]), (3, &"unknown".into()));
}

#[test]
fn what_happens_again_and_again_holds_in_every_fair_run() {
    let (code, found) = json(&["--liveness"]);
    assert_eq!((code, &found["verdict"], &found["liveness"]), (0, &"pass".into(), &true.into()));
    let counts = ["generated", "distinct", "depth"].map(|field| found[field].as_u64());
    assert_eq!(counts, [Some(301_978), Some(113_235), Some(40)]);
    assert_eq!(found["properties"][0]["property"], "what a leader took is known to all");
    for limit in [["--states", "10"], ["--levels", "5"], ["--seconds", "0.000001"]] {
        let (code, found) = json(&["--liveness", limit[0], limit[1]]);
        assert_eq!((code, &found["verdict"]), (3, &"unknown".into()), "{limit:?}");
    }
}

#[test]
fn a_run_that_stays_away_from_it_is_shown_as_a_way_and_a_cycle() {
    let words = ["explore", "raft", "--headless", "--liveness", "--bug", "refusal-ignored"];
    let Ran { code, out, err } = run(&words);
    assert_eq!((code, err.as_str()), (1, ""));
    let first = "raft with refusal-ignored: FAILED, what a leader took is known to all\n";
    assert!(out.starts_with(first), "{out}");
    assert!(out.contains("\n  a way there, 18 steps\n   1  n1 times out\n"), "{out}");
    assert!(out.contains("\n  and then for ever, 16 steps\n  19  "), "{out}");
    assert!(out.contains(" refused after 1: arrives\n"), "{out}");
    // The mistake breaks no clause.
    let (code, _) = json(&["--bug", "refusal-ignored"]);
    assert_eq!(code, 0);
}

#[test]
fn each_model_states_what_happens_again_and_again() {
    let found = ["isr", "swim"].map(|model| {
        let (code, found) = json_of(model, &["--liveness"]);
        assert_eq!((code, &found["verdict"]), (0, &"pass".into()), "{found:#}");
        ["generated", "distinct", "depth"].map(|field| found[field].as_u64().unwrap_or(0))
    });
    assert_eq!(found, [[122_185, 35_869, 31], [932_935, 163_606, 14]]);
}

#[test]
fn each_models_mistake_shows_in_a_run_that_stays_away() {
    let found = [["isr", "out-for-good"], ["swim", "old-news-believed"]].map(|[model, bug]| {
        let ran = run(&["explore", model, "--headless", "--liveness", "--bug", bug]);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""));
        let titles = ran.out.lines().filter(|line| line.starts_with("  a"));
        titles.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    });
    let isr = ["a way there, 18 steps", "and then for ever, 19 steps"];
    assert_eq!(found, [isr, ["a way there, 1 step", "and then for ever, 6 steps"]]);
}

#[test]
fn names_and_bounds_that_are_not_there_are_misuse() {
    for (words, says) in [
        (&["explore", "raf", "--headless"][..], "unknown model `raf`: did you mean `raft`?"),
        (&["explore", "raft", "--headless", "--bug", "x"], "the bugs of raft are: vote-forgotten"),
        (&["explore", "raft", "--headless", "--bounds", "term:2"], "did you mean `terms`?"),
        (&["explore", "raft", "--headless", "--bounds", "terms:9"], "expected from 1 to 6"),
        (&["explore", "raft", "--headless", "--bounds", "terms"], "terms:3,requests:2"),
        (&["explore", "raft", "--headless", "--bounds", "terms:2,terms:3"], "terms: said twice"),
        (&["explore", "raft", "--nodes", "3", "--bounds", "nodes:4"], "nodes: said twice"),
        (&["explore", "raft", "--json"], "--headless"),
        (&["explore", "raft", "--target", "store"], "--target is for a schedule in a file"),
        (&["explore", "store", "--headless"], "real nodes can be walked, and not searched"),
        (&["explore", "store", "--nodes", "5", "--bug", "x"], "--bug is for the models"),
        (&["explore", "no-such.schedule"], "cannot read no-such.schedule"),
        (&["explore", "raft", "--liveness"], "--headless"),
        (&["explore", "raft", "--port", "1", "--headless"], "cannot be used with"),
    ] {
        let ran = run(words);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(says), "{says:?} is not in\n{}", ran.err);
    }
}
