//! The page that says how much is found is about the mutants that there are. Its figures are
//! measured by `schism calibrate`; times differ between machines, so this holds what does not.

use schism_adapters::{mutants, targets};

const PAGE: &str = include_str!("../docs/explanation/power.md");

/// The cells of the rows that begin with a mutant's name, in the part between two texts.
fn rows(from: &str, to: &str) -> Vec<Vec<&'static str>> {
    let part = PAGE.split_once(from).and_then(|(_, rest)| rest.split_once(to));
    let (part, _) = part.expect("the page has this part");
    let ids = |line: &&str| mutants::cards().any(|m| line.starts_with(&format!("| {} |", m.id)));
    let cells = |line: &'static str| line.split('|').map(str::trim).collect();
    part.lines().filter(ids).map(cells).collect()
}

/// The table of all mutants.
fn measured() -> Vec<Vec<&'static str>> {
    rows("<!-- calibrate: from here -->\n\n", "\n\n")
}

#[test]
fn the_page_has_figures_of_each_mutant_and_the_public_ones_were_found_from_every_seed() {
    let rows = measured();
    let shown = rows.iter().map(|row| (row[1], row[9].to_owned()));
    let all = mutants::cards().map(|card| (card.id, card.known_steps.to_string()));
    assert_eq!(shown.collect::<Vec<_>>(), all.collect::<Vec<_>>());
    for row in &rows {
        let (id, found) = (row[1], row[2]);
        let every = !id.starts_with("PM") || found == "21 of 21";
        assert!(every && !found.starts_with("0 "), "{id} was found {found}");
    }
}

#[test]
fn the_page_has_guided_hunts_beside_the_same_unguided_ones_of_each_hard_mutant() {
    // A dash, where fewer than half of the hunts found it, is harder than any number.
    let hard = |cell: &str| {
        let median = cell.split(' ').next().expect("a text has a first word").replace(',', "");
        median.parse().map_or(true, |median: u32| median > 100)
    };
    let measured = measured();
    let hard = measured.iter().filter(|row| hard(row[3]));
    let guided = rows("| mutant | found | guided |", "\n\n");
    let unguided = guided.iter().map(|row| (row[1], row[4]));
    assert_eq!(unguided.collect::<Vec<_>>(), hard.map(|row| (row[1], row[3])).collect::<Vec<_>>());
}

#[test]
fn the_page_compares_the_shortest_schedules_that_are_known() {
    let rows = rows("## Beside a blind probe", "\n## ");
    let shown = rows.iter().map(|row| (row[1], row[3].to_owned()));
    let probed = mutants::raft::all().iter().map(|mutant| mutant.card);
    let probed = probed.filter(|card| card.id.starts_with("PM"));
    let known = probed.map(|card| (card.id, card.known_steps.to_string()));
    assert_eq!(shown.collect::<Vec<_>>(), known.collect::<Vec<_>>());
}

#[test]
fn the_shipped_command_finds_its_canary_and_raises_no_alarm() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = "schism calibrate PM13 PM16 --seeds 3 --healthy 300";
    let words: Vec<&str> = words.split(' ').collect();
    let code = targets::register(schism::cli()).main_with(&words, &mut out, &mut err);
    let out = String::from_utf8_lossy(&out);
    assert_eq!((code, err.as_slice()), (0, &b""[..]), "{out}");
    assert!(out.contains("\n  found   6 of 6 hunts, 0 cut off at 20 CPU s; 6 by a"), "{out}");
    assert!(out.contains("\n  canary  mutant:PM10 found by each of 3 hunts\n"), "{out}");
    assert!(out.contains("\n  healthy raft-rs, 300 schedules: 0 alarms, 0 without"), "{out}");
}
