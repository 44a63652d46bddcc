//! `--paths`: what is printed and what is JSON, and words that cannot be meant.

use super::{run, run_of, telling};
use serde_json::Value;

#[test]
fn what_is_no_raft_is_refused_with_the_targets_that_have_a_model() {
    for asked in ["--paths", "--coverage"] {
        let ran = run_of(&telling(), &["check", "store", asked, "--no-save"], "");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{asked}");
        let needs = format!("{asked} needs a model of what the nodes do, and store tells of none");
        assert!(ran.err.contains(&needs), "{}", ran.err);
        assert!(
            ran.err.contains("those that have one are teller and their mutants"),
            "{}",
            ran.err
        );
        let ran = run(&["check", "store", asked, "--no-save"]);
        assert!(ran.err.contains("no target here has one"), "{}", ran.err);
    }
}

#[test]
fn paths_that_hardly_any_node_follows_prove_nothing() {
    let bounds = "--paths=nodes:1,terms:1,restarts:0";
    let ran = run_of(&telling(), &["check", "teller", bounds, "--no-save"], "");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    assert!(ran.out.starts_with("teller: VACUOUS"), "{}", ran.out);
    assert!(ran.out.contains("\n  stopped   "), "{}", ran.out);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    let ran = run_of(&telling(), &["check", "teller", bounds, "--no-save", "--json"], "");
    let object: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let paths = &object["paths"];
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
