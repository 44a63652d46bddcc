//! `--paths`: what is printed and what is JSON, and words that cannot be meant.

use super::run;
use serde_json::Value;

#[test]
fn a_store_that_is_no_raft_follows_no_path_and_proves_nothing() {
    let ran = run(&["check", "store", "--paths=nodes:1,terms:1,restarts:0", "--no-save"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    assert!(ran.out.starts_with("store: VACUOUS"), "{}", ran.out);
    assert!(ran.out.contains("\n  stopped   "), "{}", ran.out);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    let bounds = "--paths=nodes:1,terms:1,restarts:0";
    let ran = run(&["check", "store", bounds, "--no-save", "--json"]);
    let object: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let paths = &object["paths"];
    assert_eq!(paths["edges_taken"], 0);
    assert_eq!(paths["followed"], 0);
    let stopped = paths["stopped"].as_array().expect("a list");
    assert_eq!(stopped[0]["step"], "n1 times out");
    assert_eq!((&stopped[0]["first_path"], &stopped[0]["first_step"]), (&1.into(), &1.into()));
}

#[test]
fn what_shapes_generated_cases_cannot_be_said_of_paths() {
    for wrong in [&["--cases", "3"][..], &["--seed", "1"], &["--faults", "0"]] {
        let ran = run(&[&["check", "store", "--paths"], wrong].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{wrong:?}");
    }
    let ran = run(&["check", "store", "--paths=snapshots:1"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("expected a list such as terms:2,requests:1"), "{}", ran.err);
}
