//! Reports as their readers see them. `UPDATE=1` writes the golden files anew.

use super::layout::{WIDTH, width};
use super::samples::{self, Sample, at};
use super::tape::{Tape, violation};
use super::{LINES, Next, failure, pass, story};
use crate::counterexample::Tally;
use crate::fault::{Fault, Nemesis};
use crate::history::Outcome;
use crate::id::NodeId;
use crate::spec::kv::{Answer, Get, Put};
use crate::verdict::Violation;
use std::path::Path;
use std::time::Duration;

#[expect(clippy::disallowed_methods, reason = "a test decides here whether it writes or compares")]
fn compare(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain/golden");
    let path = folder.join(name).with_extension("txt");
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        std::fs::write(&path, text).expect("the folder of golden files can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{name} differs from its golden file; UPDATE=1 accepts it");
}

fn fits(text: &str) {
    assert!(text.lines().count() < LINES, "{} lines:\n{text}", text.lines().count());
    for line in text.lines() {
        assert!(width(line) <= WIDTH, "{} columns: {line}", width(line));
        assert_eq!(line, line.trim_end(), "nothing stands at the end of a line");
    }
}

fn next(test: &str) -> Next {
    Next {
        again: Some(format!("cargo test {test}")),
        look: Some(format!("SCHISM=explore cargo test {test}")),
        ..Next::default()
    }
}

fn report((tape, found): &Sample) -> String {
    let text = failure(found, &tape.trace, &next(&found.name));
    fits(&text);
    text
}

#[test]
fn a_stale_read_is_explained() {
    compare("stale_read", &report(&samples::stale_read()));
}

#[test]
fn a_lost_write_is_explained() {
    compare("lost_write", &report(&samples::lost_write()));
}

#[test]
fn two_leaders_of_a_term_are_explained_by_their_votes() {
    compare("two_leaders", &report(&samples::two_leaders()));
}

#[test]
fn a_panic_is_explained() {
    compare("panic", &report(&samples::panic()));
}

#[test]
fn a_cluster_that_stands_still_is_explained() {
    compare("no_progress", &report(&samples::no_progress()));
}

/// Seven nodes, sixty steps, an endless sentence.
fn crowd() -> Sample {
    let mut tape = Tape::new(7, Nemesis::everything());
    let mut last = 0;
    for round in 0..20 {
        let ms = 100 + u64::from(round) * 50;
        let node = 1 + round % 7;
        tape.fault(ms, at(ms), Some(node), Fault::Pause { node: NodeId(node).into() });
        let put = tape.ask(ms + 1, at(ms + 1), round, 1 + (node + 2) % 7, Put(1, ms));
        tape.answer(ms + 13, put, Outcome::Ok(Answer(None)));
        last = tape.ask(ms + 20, at(ms + 20), round, 7, Get(1));
        tape.answer(ms + 40, last, Outcome::Ok(Answer(Some(4))));
    }
    let long = "a very long explanation that does not come to its end ".repeat(30);
    let violation = Violation {
        nodes: vec![NodeId(6)],
        operations: vec![last],
        ..violation("an impossible value", &long, &long, 1_090)
    };
    let found = tape.found("a_crowd", violation);
    (tape, found)
}

#[test]
fn a_long_run_of_many_nodes_is_cut_to_a_page() {
    compare("crowd", &report(&crowd()));
}

#[test]
fn a_lean_trace_gives_the_same_picture_but_for_what_it_lacks() {
    let (mut tape, found) = samples::stale_read();
    let rich = failure(&found, &tape.trace, &Next::default());
    tape.trace.records.clear();
    let lean = failure(&found, &tape.trace, &Next::default());
    let without_log = rich.lines().filter(|line| !line.starts_with("  your log"));
    assert_eq!(lean.lines().collect::<Vec<_>>(), without_log.collect::<Vec<_>>());
}

#[test]
fn a_pass_names_what_was_never_tried() {
    let mut tally = Tally {
        cases: 5_000,
        elapsed: Duration::from_millis(3_100),
        operations: [120_311, 4_410, 9_105],
        reached: vec![
            ("leader deposed with a write pending".to_owned(), 812),
            ("power cut between append and sync".to_owned(), 1_904),
            ("snapshot sent".to_owned(), 0),
        ],
        twice: 50,
        regressions: 2,
        ..Tally::default()
    };
    tally.faults[1] = 40_000;
    tally.faults[4] = 21_240;
    let claim = Nemesis::new().power_loss().partitions().pauses();
    let text = pass("store_is_linearizable", &tally, &claim, &[]);
    fits(&text);
    compare("pass", &text);
}

#[test]
fn a_pass_that_shows_nothing_says_so() {
    let claim = Nemesis::new().crashes();
    let told = |tally: &Tally, claim: &Nemesis| {
        let vacuous = tally.vacuous(claim, true);
        pass("store", tally, claim, &vacuous)
    };
    let tally = Tally { cases: 10, operations: [0, 3, 7], ..Tally::default() };
    let text = told(&tally, &claim);
    assert!(text.starts_with("store: VACUOUS"), "{text}");
    assert!(text.contains("vacuous   of 10 operations none succeeded"), "{text}");
    let tally = Tally { operations: [9, 0, 0], ..tally };
    assert!(told(&tally, &claim).contains("vacuous   no fault took hold"));
    assert!(told(&tally, &Nemesis::new()).starts_with("store: held"));
}

#[test]
fn a_story_tells_every_record_and_the_log_only_where_wanted() {
    let (mut tape, found) = samples::stale_read();
    tape.idle_timer(4_900);
    let with = story(&found.schedule, &tape.trace, true);
    let without = story(&found.schedule, &tape.trace, false);
    assert_eq!(with.lines().count(), tape.trace.records.len() - 1, "an idle timer is not told");
    assert_eq!(with.lines().count(), without.lines().count() + 1);
    compare("story", &with);
}
