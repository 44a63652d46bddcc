//! The reference page tells the truth: its schedules, its steps and its errors are what the reader
//! takes and says.

use super::errors::ERRORS;
use super::{Steps, read};
use crate::fault::{Kind, Nemesis};
use crate::schedule::Action;
use crate::schedule::text::words::{ACTIONS, EVENTS, HEADER};

const PAGE: &str = include_str!("../../../../../docs/reference/schedule-format.md");

/// The blocks of text on the page.
fn blocks() -> impl Iterator<Item = &'static str> {
    PAGE.split("```text\n").skip(1).filter_map(|rest| rest.split("\n```").next())
}

/// The code at the start of each line that begins so, such as each entry of a list.
fn entries(start: &'static str, section: &str) -> Vec<&'static str> {
    let section = PAGE.split(section).nth(1).and_then(|rest| rest.split("\n## ").next());
    let lines = section.expect("the page has this section").lines();
    lines.filter_map(|line| line.strip_prefix(start)?.split('`').next()).collect()
}

#[test]
fn every_schedule_on_the_page_is_read_and_survives_both_ways() {
    let schedules: Vec<Steps> =
        blocks().filter(|block| block.starts_with("nodes ")).map(read).collect();
    assert_eq!(schedules.len(), 16);
    assert!(schedules.iter().all(|schedule| read(&schedule.to_string()) == *schedule));
}

#[test]
fn the_page_lists_every_step_with_an_example() {
    let examples = entries("- `", "\n## Steps\n");
    let mut known: Vec<&str> = ACTIONS.to_vec();
    for text in examples {
        let step = &read(&format!("nodes 3; @0ms {text}")).steps[0];
        assert_eq!(step.action.to_string(), text);
        known.retain(|word| text.split(' ').next() != Some(word));
    }
    assert_eq!(known, Vec::<&str>::new(), "steps without an example");
}

#[test]
fn the_page_lists_every_word_of_the_header_the_claim_and_the_times() {
    let words = |section| entries("| `", section).into_iter();
    let header: Vec<&str> =
        words("\n## The header\n").take(10).filter_map(|text| text.split(' ').next()).collect();
    assert_eq!(header, HEADER);
    for text in words("\n### The claim\n") {
        assert!(text.parse::<Nemesis>().is_ok(), "{text}");
    }
    for kind in Kind::ALL {
        assert!(words("\n### The claim\n").any(|word| word == kind.word()), "{}", kind.word());
    }
    for text in words("\n## When\n") {
        let schedule = read(&format!("nodes 3; @0ms heal; @0ms heal; {text} heal"));
        assert_eq!(schedule.steps[2].when.to_string(), text);
    }
    assert!(EVENTS.iter().all(|event| words("\n## When\n").any(|text| text.starts_with(event))));
}

#[test]
fn the_page_says_which_claim_each_step_needs() {
    let mut steps = 0;
    for row in PAGE.lines().filter(|line| line.starts_with("| `")) {
        let Some((word, allows)) = row[3..].split_once("` | `") else { continue };
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == word) else { continue };
        for step in allows.split('`').filter(|word| ACTIONS.contains(word)) {
            let example = entries("- `", "\n## Steps\n")
                .into_iter()
                .find(|text| text.split(' ').next() == Some(step));
            let text = format!("nodes 3; @0ms {}", example.expect("an example of each step"));
            let Action::Fault(fault) = &read(&text).steps[0].action else { continue };
            assert_eq!(fault.kind(), Some(kind), "{step}");
            steps += 1;
        }
    }
    // What ends trouble needs no claim, and what `disk` needs depends on what it does.
    // What is done by hand needs none, but for `lose` and `repeat`; nor what scenarios add.
    assert_eq!(steps, ACTIONS.len() - 7 - 7 - 2, "all but what ends trouble, and disk");
}

#[test]
fn every_error_on_the_page_is_one_that_is_given() {
    let errors: Vec<&str> =
        blocks().filter(|block| block.starts_with("line ")).flat_map(str::lines).collect();
    assert_eq!(errors.len(), 6);
    for error in errors {
        assert!(ERRORS.iter().any(|(_, given)| *given == error), "{error}");
    }
}
