//! `--measure` and `--within`: what is printed, what is JSON, and that the reference page has it.

use super::replays::LOST;
use super::{Folder, run, run_with};
use serde_json::Value;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/reference/measures.md");

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn a_measured_hunt_tells_its_figures_after_the_rest() {
    let ran = run(&["check", "store", "--measure", "--no-save"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let (_, told) = ran.out.split_once("\n  measured  200 runs, ").expect("it was measured");
    // A store on one machine answers at once: a message there, and one back.
    assert!(told.contains(" operations ok: p50 2.00 ms · p90 2.00 ms"), "{}", ran.out);
    assert!(told.contains("\n  leader    no node ever said that it leads\n"), "{}", ran.out);
    assert!(told.contains("\n            crashes "), "{}", ran.out);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    let plain = run(&["check", "store", "--no-save"]);
    assert!(!plain.out.contains("measured"), "{}", plain.out);
}

#[test]
fn a_single_run_is_measured_exactly() {
    let text = "nodes 1  quiet  survives crashes\n@100ms c0 -> n1  put k1 7\n@200ms crash n1\n\
                @250ms restart n1\n@300ms c0 -> n1  put k1 8\n";
    let words = ["replay", "-", "--target", "store", "--measure", "--json"];
    let ran = run_with(&words, text);
    let object: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let measures = &object["measures"];
    assert_eq!((&measures["runs"], &measures["refused"]), (&1.into(), &0.0.into()));
    let latency = &measures["latency"];
    assert_eq!((&latency["count"], &latency["p50_us"]), (&2.into(), &2_000.into()));
    assert_eq!(measures["leaderless"], Value::Null);
    let crashes = &measures["recovery"]["crashes"];
    assert_eq!((&crashes["faults"], &crashes["max_us"]), (&1.into(), &2_000.into()));
}

#[test]
fn the_page_has_each_field_of_the_measures_and_no_other() {
    let ran = run(&["check", "store", "--measure", "--no-save", "--json"]);
    let object: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let measures = &object["measures"];
    let mut fields = keys(measures);
    fields.extend(keys(&measures["latency"]));
    fields.extend(keys(&measures["recovery"]["crashes"]));
    let (_, table) = PAGE.split_once("\n## Fields\n").expect("the page has this section");
    let rows: String = table.lines().filter(|line| line.starts_with("| `")).collect();
    let written: BTreeSet<&str> = rows.split('`').skip(1).step_by(2).collect();
    assert_eq!(fields, written);
}

#[test]
fn a_bound_on_the_command_line_finds_shrinks_and_is_said_again_by_the_report() {
    let folder = Folder::new("within");
    let within = ["--within", "latency.max=1ms"];
    let check = [&["check", "store", "--save", folder.path()], &within[..]].concat();
    let found = run(&check);
    assert_eq!(found.code, 1, "{}", found.out);
    assert!(found.out.starts_with("store: FAILED, "), "{}", found.out);
    assert!(found.out.contains("so the run's max is 2 ms; 1 ms are"), "{}", found.out);
    assert!(found.out.contains(" -> 1 step"), "{}", found.out);
    let again = found.out.lines().find_map(|line| line.strip_prefix("  again     "));
    let words: Vec<&str> = again.expect("it was saved").split(' ').skip(1).collect();
    assert_eq!(&words[..3], &["replay", within[0], within[1]]);
    let again = run(&words);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.out.contains("same failure, within latency.max: an operation takes longer"));
    // What nobody bounds holds.
    assert_eq!(run(&[words[0], words[3]]).code, 0);
    let near = ["confirm", words[3], "--cases", "9", "--no-save"];
    assert_eq!((run(&near).code, run(&[&near, &within[..]].concat()).code), (0, 1));
}

#[test]
fn a_bound_that_cannot_be_read_is_misuse_with_what_can() {
    let ran = run(&["check", "store", "--within", "latency.p99=5%"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("latency.p99 is a time: bound it by one, as in 200ms"), "{}", ran.err);
    let ran = run_with(&["replay", "-", "--within", "speed=9"], LOST);
    assert!(ran.err.contains("the figures are: latency.p99"), "{}", ran.err);
}
