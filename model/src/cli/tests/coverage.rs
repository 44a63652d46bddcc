//! `--coverage`: what is printed, and what is JSON.

use super::{run, run_of, telling};
use serde_json::Value;

#[test]
fn a_hunt_tells_what_of_the_model_it_walked_if_it_is_asked() {
    let ran = run_of(&telling(), &["check", "teller", "--coverage", "--no-save"], "");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let (_, table) = ran.out.split_once("\n  coverage  step").expect("there is a table");
    // A store on one machine does nothing of Raft: all is reachable, and nothing was walked.
    let all = table.lines().find(|line| line.trim().starts_with("all ")).expect("a last row");
    assert!(all.contains(" 0 of "), "{table}");
    assert_eq!(table.lines().take_while(|line| !line.contains("speed")).count(), 10, "{table}");
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    let plain = run(&["check", "store", "--no-save", "--json"]);
    let object: Value = serde_json::from_str(&plain.out).expect("it is JSON");
    assert_eq!(object["coverage"], Value::Null);
}
