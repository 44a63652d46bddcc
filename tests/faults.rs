//! The page that lists the faults tells the truth: each that it names can be typed, needs the kind
//! that its section names, and no kind is left out.

use schism::fault::Kind;
use schism::schedule::{Action, Schedule};
use schism::spec::kv;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../docs/reference/faults.md");

/// The kind of a fault that is written so; `None` for what is no fault, such as `everything`.
fn kind(text: &str) -> Option<Kind> {
    // A request must be there before it can come again.
    let schedule = format!("nodes 3\n@0ms c0 -> n1 put k1 1\n@0ms {text}");
    let schedule: Schedule<kv::Op> = schedule.parse().ok()?;
    match &schedule.steps[1].action {
        Action::Fault(fault) => fault.kind(),
        _ => None,
    }
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(|code| code.replace(r"\|", "|"))
}

#[test]
fn each_fault_on_the_page_can_be_typed_and_its_section_names_its_kind() {
    let mut all = BTreeSet::new();
    for section in PAGE.split("\n## ").skip(1).take_while(|text| !text.starts_with("Sabotage")) {
        let mut shown = BTreeSet::new();
        let cells = section.lines().filter_map(|row| row.strip_prefix("| ")?.split(" | ").next());
        for text in cells.flat_map(code) {
            let kind = kind(&text);
            assert!(kind.is_some(), "{text}");
            shown.extend(kind);
        }
        let kinds = section.split("Kind").nth(1).and_then(|rest| rest.split("\n\n").next());
        let words = Vec::from_iter(kinds.into_iter().flat_map(code));
        let named = Kind::ALL.into_iter().filter(|kind| words.iter().any(|w| w == kind.word()));
        assert_eq!(shown, named.collect(), "{section}");
        all.extend(shown);
    }
    let missing: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !all.contains(kind)).collect();
    assert_eq!(missing, [Kind::Disturbances], "the node under test says what those do");
}
