//! The page on models of one's own: what its readers copy is what runs here, and what it shows is
//! what that prints.

use std::process::Command;

#[path = "../docs/howto/mirror/model.rs"]
mod model;

const PAGE: &str = include_str!("../docs/howto/model-your-protocol.md");
const FILE: &str = include_str!("../docs/howto/mirror/model.rs");

/// The page's blocks of a kind.
fn blocks(kind: &str) -> Vec<&'static str> {
    let parts = PAGE.split(kind).skip(1);
    parts.map(|part| part.split("```").next().expect("a part has an end")).collect()
}

#[test]
fn the_page_shows_parts_of_the_file_that_runs() {
    let shown = blocks("```rust\n");
    assert_eq!(shown.len(), 6);
    for part in shown {
        assert_eq!(FILE.matches(part).count(), 1, "not in the file:\n{part}");
    }
}

#[test]
fn the_page_shows_what_a_hasty_server_gets() {
    let test = "model_howto::model::who_answers_too_early_is_noticed_by_the_model_and_by_no_client";
    let ran = Command::new(std::env::current_exe().expect("this test runs from a file"))
        .args([test, "--exact", "--nocapture"])
        .output()
        .expect("it can be run again");
    let said = String::from_utf8_lossy(&ran.stdout);
    let [shown] = blocks("```text\n")[..] else { panic!("the page shows one report") };
    // Below the picture there are times of this machine.
    assert!(said.contains(shown.trim_end()), "{said}");
}
