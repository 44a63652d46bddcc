//! `explore --headless`: what is printed, the JSON, and the exit codes.

use super::{Ran, run};
use serde_json::Value;

fn json(words: &[&str]) -> (u8, Value) {
    let ran = run(&[&["explore", "raft", "--headless", "--json"], words].concat());
    let value = serde_json::from_str(&ran.out);
    (ran.code, value.unwrap_or_else(|error| panic!("{error}:\n{}\n{}", ran.out, ran.err)))
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
fn names_and_bounds_that_are_not_there_are_misuse() {
    for (words, says) in [
        (&["explore", "raf", "--headless"][..], "unknown model `raf`: did you mean `raft`?"),
        (&["explore", "raft", "--headless", "--bug", "x"], "the bugs of raft are: vote-forgotten"),
        (&["explore", "raft", "--headless", "--bounds", "term:2"], "did you mean `terms`?"),
        (&["explore", "raft", "--headless", "--bounds", "terms:9"], "expected from 1 to 6"),
        (&["explore", "raft", "--headless", "--bounds", "terms"], "terms:3,requests:2"),
        (&["explore", "raft", "--json"], "--headless"),
        (&["explore", "raft", "--port", "1", "--headless"], "cannot be used with"),
    ] {
        let ran = run(words);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(says), "{says:?} is not in\n{}", ran.err);
    }
}
