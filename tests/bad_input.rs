//! What people do wrong, and what goes wrong around a check: each ends at once, with a sentence
//! that says what and where, or as a finding. Nothing hangs, and nothing passes by accident.

use crate::hunt;
use crate::nodes::{Quirk, Store, plain, store};
use schism::check::{self, Checked};
use schism::execute::{Recording, execute};
use schism::fault::{Fault, Target};
use schism::history::{Operation, Outcome};
use schism::schedule::{Action, Step, When};
use schism::spec::kv::{Answer, Op, Put, PutGet};
use schism::trace::End;
use schism::{ClientId, Event, NodeId, Schedule, Time};
use std::path::PathBuf;
use std::time::Duration;

/// Replays a text as `SCHISM_REPLAY` does.
fn replay(text: &str, quirk: Quirk) -> Result<Checked, String> {
    let mut check = hunt(store(quirk), "replayed", 10).nodes(1);
    check.settings().replay = Some(text.to_owned());
    check.try_run(&mut |_| {}).map_err(|error| error.to_string())
}

/// Hunts with a quirk in a cluster of one.
fn caught(quirk: Quirk) -> Checked {
    let checked = hunt(store(quirk), "odd", 200).nodes(1).linearizable().try_run(&mut |_| {});
    let checked = checked.expect("it can be checked");
    assert_eq!(checked.outcome, check::Outcome::Fail, "{}", checked.report);
    checked
}

#[test]
fn a_schedule_that_cannot_be_read_is_told_with_its_place_and_what_was_expected() {
    let cases = [
        (
            "",
            "line 1, column 1: expected a header such as `nodes 3  quiet`, found the end of the text",
        ),
        ("nodes three", "line 1, column 7: expected a number of nodes, such as 3, found `three`"),
        ("nodes 0", "line 1, column 7: a cluster has at least 1 node"),
        ("nodes 4000000000", "line 1, column 7: `4000000000` is too large: at most 2000"),
        (
            "nodes 3\n@10ms  c0 -> n1  putt k1 5",
            "line 2, column 18: cannot read the operation `putt k1 5`: expected `put k1 81` or \
             `get k1`",
        ),
        (
            "nodes 3; @10ms crash",
            "line 1, column 21: expected a node such as n2 or a role such as leader, found the end \
             of the line",
        ),
    ];
    for (text, told) in cases {
        let refusal = replay(text, plain).expect_err("it cannot be read");
        assert_eq!(refusal, format!("SCHISM_REPLAY: {told}"), "{text:?}");
    }
}

#[test]
fn a_cluster_has_some_nodes_and_not_too_many() {
    let refusal = |nodes| {
        let checked = hunt(store(plain), "sized", 10).nodes(nodes).try_run(&mut |_| {});
        checked.map(|checked| checked.outcome).map_err(|error| error.to_string())
    };
    let none = "a cluster of 0 nodes has nothing to check: ask for at least 1".to_owned();
    assert_eq!(refusal(0), Err(none));
    assert_eq!(refusal(2_001), Err("2001 nodes are too many: at most 2000".to_owned()));
    assert_eq!(refusal(1), Ok(check::Outcome::Pass));
}

#[test]
fn a_check_of_nothing_does_not_pass() {
    let folder = Folder::new("nothing");
    for save in [None, Some(folder.0.clone())] {
        let mut check = hunt(store(plain), "nothing", 0).nodes(1);
        check.settings().save = save;
        let error = check.try_run(&mut |_| {}).expect_err("there is nothing to do");
        let want = "0 cases and no saved failures: there is nothing to check";
        assert_eq!(error.to_string(), want);
    }
}

#[test]
fn a_failure_that_cannot_be_saved_is_reported_all_the_same() {
    // Below a file no folder can be made, whoever asks.
    let folder = Folder::new("unwritable");
    let file = folder.0.join("file");
    std::fs::write(&file, "").expect("a temporary folder can be written");
    let mut check = hunt(store(|event, _| unlucky(event)), "unwritable", 200).nodes(1);
    check.settings().save = Some(file.clone());
    let checked = check.try_run(&mut |_| {}).expect("it can be checked");
    assert_eq!(checked.property.as_deref(), Some("no panic"));
    assert_eq!(checked.counterexample.and_then(|brief| brief.file), None);
    let told = format!("\n  not saved  cannot make the folder {}/unwritable: ", file.display());
    assert!(checked.report.contains(&told), "{}", checked.report);
}

/// Panics at a put under one of the keys.
fn unlucky(event: &Event<Store>) {
    if let Event::Request { op: Put(key, _), .. } = event {
        assert!(*key != 2, "an unlucky key");
    }
}
const UNLUCKY_LINE: u32 = line!() - 3;

#[test]
fn a_node_that_panics_is_a_finding_with_its_place() {
    let checked = caught(|event, _| unlucky(event));
    let brief = checked.counterexample.expect("a failure has one");
    assert_eq!((brief.steps, brief.nodes, brief.faults), (1, 1, 0), "{}", brief.schedule);
    let place = format!("panicked at bad_input.rs:{UNLUCKY_LINE} at ");
    assert!(checked.report.contains(&place), "{}", checked.report);
    assert!(checked.report.contains("an unlucky key"), "{}", checked.report);
}

#[test]
fn a_node_that_never_lets_time_pass_is_a_finding() {
    let checked = caught(|event, io| match event {
        Event::Request { op: Put(2, _), .. } | Event::Timer(_) => {
            io.after(Duration::ZERO, 1);
        }
        _ => {}
    });
    assert_eq!(checked.property.as_deref(), Some("terminates"));
    assert_eq!(checked.counterexample.map(|brief| brief.steps), Some(1));
    let why = "the nodes would not come to an end: 500000 events happened within 1 s";
    assert!(one_line(&checked.report).contains(why), "{}", checked.report);
}

#[test]
fn a_node_that_never_returns_from_an_event_is_a_finding() {
    let checked = caught(|event, io| {
        let Event::Request { op: Put(2, _), .. } = event else { return };
        loop {
            io.send(1_u32, 0);
        }
    });
    assert_eq!(checked.property.as_deref(), Some("terminates"));
    assert_eq!(checked.counterexample.map(|brief| brief.steps), Some(1));
    let why = "n1 would not come to an end: one event of it had over a million effects";
    assert!(one_line(&checked.report).contains(why), "{}", checked.report);
}

/// A report without its line breaks.
fn one_line(report: &str) -> String {
    report.split_whitespace().collect::<Vec<_>>().join(" ")
}

const MILLION: u64 = 1_000_000;

fn million(action: impl Fn(u64) -> Action<Op>) -> Schedule<Op> {
    let step = |n| Step { when: When::At(Time::millis(n)), action: action(n) };
    Schedule { steps: (0..MILLION).map(step).collect(), ..Schedule::new(1) }
}

#[test]
fn a_million_equal_steps_do_not_hang() {
    let restart = |_| Action::Fault(Fault::Restart { node: Target::Node(NodeId(1)) });
    let trace = execute(&million(restart), &store(plain), Recording::default());
    assert!(matches!(trace.end, End::Settled { .. }), "{:?}", trace.end);
    assert_eq!(trace.steps.len() as u64, MILLION);
    assert!(trace.steps.iter().all(|step| step.note.as_deref() == Some("n1 is up already")));
}

#[test]
fn a_million_operations_end_with_an_answer_each() {
    let put = |n| Action::Request { client: ClientId(0), to: NodeId(1).into(), op: Put(1, n) };
    let trace = execute(&million(put), &store(plain), Recording::default());
    assert!(matches!(trace.end, End::Settled { .. }), "{:?}", trace.end);
    let acked = |operation: &&Operation<PutGet>| operation.outcome == Outcome::Ok(Answer(None));
    assert_eq!(trace.history.operations.iter().filter(acked).count() as u64, MILLION + 1);
}

/// A folder for one test, removed behind it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let place = std::env::temp_dir().join(format!("schism-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&place).expect("a temporary folder can be made");
        Folder(place)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
