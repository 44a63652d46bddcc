//! The how-to page's own store, checked by the page's own test: what readers copy is what runs
//! here.

use std::process::Command;

#[path = "../docs/howto/mystore/tests/faults.rs"]
mod faults;

const PAGE: &str = include_str!("../docs/howto/check-your-own-system.md");
const FILE: &str = include_str!("../docs/howto/mystore/tests/faults.rs");

#[test]
fn the_page_shows_the_test_that_runs() {
    let shown = PAGE.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(FILE));
}

#[test]
fn the_test_is_as_short_as_the_page_says() {
    let code = FILE.lines().filter(|line| !line.is_empty()).count();
    assert_eq!(code, 45);
}

/// What the page's test prints, in a process of its own with so many cases from seed 1.
fn said(cases: &str, sabotage: &str) -> String {
    let test = "howto::faults::acknowledged_writes_survive_power_loss_and_partitions";
    let ran = Command::new(std::env::current_exe().expect("this test runs from a file"))
        .args([test, "--exact", "--nocapture"])
        .envs([("PROPTEST_RNG_SEED", "1"), ("PROPTEST_CASES", cases)])
        .env("SCHISM_SABOTAGE", sabotage)
        .output()
        .expect("it can be run again");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

#[test]
fn the_page_shows_what_a_pass_prints() {
    /// The labels of a report's lines; the figures on the page are of more cases.
    fn lines(report: &str) -> Vec<String> {
        let lines = report.lines().skip_while(|line| !line.contains(": held")).skip(1);
        let lines = lines.take_while(|line| line.starts_with("  "));
        let labels = lines.map(|line| line.chars().take(12).collect());
        let shown = |label: &String| !label.trim().is_empty() && !label.contains("saved");
        labels.filter(shown).collect()
    }
    let shown = PAGE.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(lines(shown.expect("the page shows it")), lines(&said("500", "1")));
}

#[test]
fn the_store_notices_each_sabotage_and_survives_doubled_messages() {
    let said = said("1000", "1");
    let words: Vec<&str> = said.split_whitespace().collect();
    let text = words.join(" ");
    assert_eq!(text.matches(": caught, case ").count(), 5, "{said}");
    assert!(text.contains(" · every message twice: survived · "), "{said}");
    assert!(!text.contains("NOT NOTICED"), "{said}");
}

/// The ways to break the store, by what the page calls them, and whether they fit what is there.
#[test]
fn the_page_tells_of_each_way_to_break_the_store() {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = format!("{root}/docs/howto/breaks");
    let files = std::fs::read_dir(folder).expect("it is there").map(|file| file.expect("it is"));
    let mut files: Vec<_> = files.map(|file| file.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    files.sort();
    assert_eq!(files.len(), 12);
    for path in files {
        let patch = std::fs::read_to_string(&path).expect("it is text");
        let title = patch.lines().next().unwrap_or_default();
        assert_eq!(PAGE.matches(&format!("\n| {title} |")).count(), 1, "{title}");
        // Outside of a repository git would skip the files in silence.
        let mut git = Command::new("git");
        let applies = git.current_dir(root).args(["apply", "--check", "--verbose"]).arg(&path);
        let applies = applies.output().expect("git can be run");
        assert!(applies.status.success(), "{}", String::from_utf8_lossy(&applies.stderr));
    }
}
