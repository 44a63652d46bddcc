//! The reference page of the command line tells the truth: its options are those of `--help`, its
//! fields those of the JSON, its examples can be read.

use super::replays::LOST;
use super::{run, run_with};
use crate::cli::args;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/reference/command-line.md");

/// The part of the page under a heading.
fn section(heading: &str) -> &'static str {
    let start = format!("\n## {heading}\n");
    let rest = PAGE.split(&start).nth(1).expect("the page has this section");
    rest.split("\n## ").next().unwrap_or_default()
}

/// The first word of the code that each row of the section's tables begins with.
fn rows(section: &'static str, start: &str) -> BTreeSet<&'static str> {
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    rows.map(|code| code.split(' ').next().unwrap_or(code))
        .filter(|word| word.starts_with(start) && word.starts_with("--") == start.starts_with("--"))
        .collect()
}

#[test]
fn the_page_has_each_option_of_each_command_and_no_other() {
    for (command, section) in
        ["list", "check", "replay", "confirm", "shrink", "calibrate", "explore", "history"]
            .map(|name| (name, section(name)))
    {
        let help = run(&[command, "--help"]);
        assert_eq!((help.code, help.err.as_str()), (0, ""));
        let lines = help.out.lines().filter_map(|line| line.trim_start().strip_prefix("--"));
        let options: BTreeSet<String> =
            lines.filter_map(|line| Some(format!("--{}", line.split(' ').next()?))).collect();
        let written = rows(section, "--").into_iter().map(str::to_owned).collect();
        assert_eq!(options, written, "{command}");
        assert!(help.out.lines().all(|line| line.chars().count() <= 80), "{}", help.out);
    }
}

#[test]
fn the_page_has_each_field_of_the_results_and_no_other() {
    // The fields of the object, and of those in it that have a table of their own on the page.
    let keys = |text: &str, tables: &[&str]| -> BTreeSet<String> {
        let value: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
        let inner = tables.iter().map(|name| value[*name].get(0).unwrap_or(&value[*name]));
        let objects = inner.chain([&value]).filter_map(serde_json::Value::as_object);
        objects.flat_map(|object| object.keys().cloned()).collect()
    };
    let check = run(&["check", "mutant:lazy", "--no-save", "--json"]);
    let replay = run_with(&["replay", "-", "--target", "store", "--json"], "nodes 1\n");
    let near = |command: &str| {
        run_with(&[command, "-", "--target", "mutant:lazy", "--cases", "9", "--json"], LOST)
    };
    let calibrate = run(&["calibrate", "--seeds", "1", "--healthy", "1", "--json"]);
    let empty = std::env::temp_dir().join(format!("schism-empty-{}.edn", std::process::id()));
    std::fs::write(&empty, "[]").expect("the temporary folder can be written");
    let history = run(&["history", &empty.display().to_string(), "--json"]);
    std::fs::remove_file(&empty).expect("it was written above");
    let element = |list: &str| {
        let value: serde_json::Value = serde_json::from_str(list).expect("it is JSON");
        value[0].to_string()
    };
    let history = super::Ran { out: element(&history.out), ..history };
    for (command, ran, tables) in [
        ("history", history, &[][..]),
        ("check", check, &["counterexample"]),
        ("list", run(&["list", "--json"]), &[]),
        ("replay", replay, &[]),
        ("calibrate", calibrate, &["mutants", "healthy"]),
        ("confirm", near("confirm"), &["counterexample"]),
        ("shrink", near("shrink"), &[]),
        ("explore", run(&["explore", "raft", "--headless", "--states", "1", "--json"]), &[]),
    ] {
        let written = rows(section(command), "").into_iter().map(str::to_owned).collect();
        assert_eq!(keys(&ran.out, tables), written, "{command}");
    }
}

/// Commands that the adapters' program brings along: their examples are read where they are.
const BROUGHT_ALONG: [&str; 3] = ["resilience", "serve", "fault"];

#[test]
fn the_examples_of_the_page_can_be_read() {
    let commands = PAGE.lines().filter_map(|line| {
        line.split_once("schism ").filter(|(before, _)| before.is_empty() || before.ends_with("| "))
    });
    let mut seen = BTreeSet::new();
    for (_, words) in commands {
        let words = words.split(['>', '|']).next().unwrap_or(words).split_whitespace();
        let words: Vec<_> = std::iter::once("schism").chain(words).map(Into::into).collect();
        if words.get(1).is_some_and(|word| BROUGHT_ALONG.iter().any(|known| *word == **known)) {
            continue;
        }
        assert!(args::parse("schism", &words, &[]).is_ok(), "{words:?}");
        seen.insert(words[1].clone());
    }
    assert_eq!(seen.len(), 8, "an example for each command: {seen:?}");
}
