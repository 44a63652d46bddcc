//! `schism resilience` as a process: its table, its file and its exit code, on real sockets and
//! with real child processes.

use schism_adapters::live::resilience::Report;
use std::fs;
use std::process::Command;

mod folder;

use folder::Folder;

const SCHISM: &str = env!("CARGO_BIN_EXE_schism");
const PAGE: &str = include_str!("../../docs/reference/command-line.md");

/// What the command came to.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(words: &[&str]) -> Ran {
    let ran = Command::new(SCHISM).arg("resilience").args(words).output();
    let ran = ran.expect("the command was built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: ran.status.code(), out: text(&ran.stdout), err: text(&ran.stderr) }
}

#[test]
fn the_services_bear_it_and_the_result_reads_back() {
    let folder = Folder::new("bears");
    let name = folder.0.to_str().expect("the name was made above");
    let Ran { code, out, err } = run(&["--save", name]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let file = out.lines().last().and_then(|line| line.strip_prefix("  written  "));
    let file = file.expect("it says where the result is");
    let report: Report = serde_json::from_str(&fs::read_to_string(file).expect("it was written"))
        .expect("it reads back");
    assert_eq!((report.tests.len(), report.graceful, report.passed()), (18, 1.0, true));
    assert!(file.ends_with(&format!("resilience-{}.json", report.stamp)), "{file}");
    let (day, time) = report.stamp.split_once('_').expect("it is a date and a time");
    assert!((day.len(), time.len()) == (8, 6) && (day.to_owned() + time).parse::<u64>().is_ok());
    for test in &report.tests {
        let calls = [test.metrics.before, test.metrics.during, test.metrics.after];
        assert!(calls.iter().all(|calls| calls.requests == calls.ok + calls.failed), "{test:?}");
        assert_eq!(test.queued, test.delivered, "{test:?}");
    }
    let again = run(&["--read", file]);
    assert_eq!(again.code, Some(0));
    assert_eq!(out, format!("{}  written  {file}\n", again.out));
}

#[test]
fn a_service_that_is_broken_on_purpose_fails_its_criteria() {
    for (flaw, failed) in [
        ("never-reconnects", &["connection-loss", "recovery", "cascade", "reconnect"][..]),
        ("loses-queued", &["connection-loss", "recovery", "cascade", "reconnect"]),
        ("couples", &["connection-loss", "recovery", "cascade"]),
        ("leaks", &["reconnect"]),
    ] {
        let Ran { code, out, err } = run(&["echo", "--broken", flaw, "--no-save"]);
        assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
        let rows = out.lines().filter(|line| line.ends_with("  FAILED"));
        let names: Vec<&str> = rows.filter_map(|row| row.split_whitespace().next()).collect();
        assert_eq!(names, failed, "{flaw}:\n{out}");
    }
}

#[test]
fn what_cannot_be_meant_is_misuse() {
    for (words, says) in [
        (&["ech"][..], "a similar value exists: 'echo'"),
        (&["--broken", "x"], "expected one of: never-reconnects, loses-queued, couples, leaks"),
        (&["--seed", "-1"], "unexpected argument '-1'"),
        (&["--read", "/nowhere/x.json"], "error: cannot read /nowhere/x.json: "),
        (&["--read", SCHISM], "error: cannot read "),
        (&["echo", "--read", "x"], "cannot be used with"),
    ] {
        let Ran { code, out, err } = run(words);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{words:?}");
        assert!(err.contains(says), "{words:?}: {err}");
    }
    let Ran { code, out, .. } = run(&["--help"]);
    assert!(code == Some(0) && out.contains("Usage: schism resilience"), "{out}");
}

/// The section of the page about a command.
fn section(command: &str) -> &'static str {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(command));
    section.expect("the page has it")
}

#[test]
fn the_page_has_each_option_and_no_other() {
    let help = run(&["--help"]).out;
    let known = help.lines().filter_map(|line| line.trim().strip_prefix("--"));
    let mut known: Vec<&str> = known.filter_map(|line| line.split_whitespace().next()).collect();
    let rows = section("resilience").lines().filter_map(|line| line.strip_prefix("| `--"));
    let mut told: Vec<&str> = rows.filter_map(|row| row.split([' ', '`']).next()).collect();
    known.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, known);
}
