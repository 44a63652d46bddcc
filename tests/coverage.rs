//! How much of Raft's model runs walk is what the page says.

use schism::cli::Streams;
use schism_adapters::targets;

const PAGE: &str = include_str!("../docs/explanation/reference-model.md");

/// The table of a report: of each step its states, its edges and those beyond.
fn walked(words: &str) -> Vec<String> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut input = std::io::empty();
    let mut streams = Streams { input: &mut input, out: &mut out, err: &mut err, terminal: false };
    let words: Vec<&str> = words.split(' ').chain(["--no-save"]).collect();
    let code = targets::register(schism::cli()).run(&words, &mut streams);
    let out = String::from_utf8(out).expect("all that is printed is text");
    assert_eq!(code, 0, "{out}");
    let (_, table) = out.split_once("  coverage  ").expect("coverage was asked for");
    let rows = table.lines().skip(1).take_while(|row| row.starts_with("            "));
    rows.map(|row| {
        let cells = row.trim().split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    })
    .collect()
}

#[test]
fn the_page_has_what_the_command_tells_of_runs_by_chance() {
    let (_, section) = PAGE.split_once("## How much of the model runs walk").expect("it is there");
    let (command, _) = section.split_once("\n```\n").expect("it begins with a command");
    let (_, command) = command.split_once("```sh\n").expect("it is one of the shell");
    let (section, _) = section.split_once("\n## ").expect("another section follows");
    let shown: Vec<&str> = section.lines().filter(|row| row.contains(" of ")).collect();
    let shown: Vec<&str> = shown.into_iter().filter(|row| row.starts_with("| ")).collect();
    assert_eq!(walked(command), shown);
}

#[test]
fn runs_with_snapshots_and_with_changing_members_are_measured_against_models_that_have_them() {
    let all = |target: &str| {
        let rows = walked(&format!("schism check {target} --cases 2000 --seed 1 --coverage"));
        let cells: Vec<&str> = rows.last().expect("there are rows").split(" | ").collect();
        cells[2].to_owned()
    };
    for target in ["raft-rs-compacts", "raft-rs-members"] {
        let edges = all(target);
        assert!(PAGE.contains(&edges), "{target}: {edges}");
    }
}
