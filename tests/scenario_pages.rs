//! What the pages on scenarios show is what the command does: each command in a block is run, ends
//! as the page says, and where its output is shown, prints exactly that.

use schism::cli::Streams;
use schism_adapters::{live, targets};

const PAGES: [(&str, &str); 4] = [
    ("howto", include_str!("../docs/howto/write-a-scenario.md")),
    ("guide", include_str!("../docs/guide/chaos-testing-quickstart.md")),
    ("failure modes", include_str!("../docs/reference/failure-modes.md")),
    ("explanation", include_str!("../docs/explanation/network-partition-testing.md")),
];

/// What stands behind a command that does not end with 0.
const ENDS: &str = "   # ends with ";

/// Runs the words of a command; hands back its exit code and what it printed.
fn schism(words: &str) -> (u8, String) {
    let root = env!("CARGO_MANIFEST_DIR");
    let words = words.split_whitespace().map(|word| match word.strip_prefix("impl-adapter/") {
        Some(file) => format!("{root}/impl-adapter/{file}"),
        None => word.to_owned(),
    });
    let words: Vec<String> = words.collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut input = std::io::empty();
    let mut streams = Streams { input: &mut input, out: &mut out, err: &mut err, terminal: false };
    let cli = live::stage::register(targets::register(schism::cli()));
    let code = cli.run(&words, &mut streams);
    (code, String::from_utf8(out).expect("all that is printed is text"))
}

/// The commands of a page, each with its exit code and with the output that is shown below it.
fn commands(page: &'static str) -> Vec<(&'static str, u8, Option<&'static str>)> {
    let mut commands = Vec::new();
    for block in page.split("```console\n").skip(1) {
        let (block, below) = block.split_once("```").expect("a block ends");
        let shown = below.trim_start().strip_prefix("```text\n");
        let shown = shown.and_then(|shown| shown.split("```").next());
        for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let (words, code) = line.split_once(ENDS).unwrap_or((line, "0"));
            let code = code.parse().expect("an exit code");
            commands.push((words, code, shown.filter(|_| block.lines().count() == 1)));
        }
    }
    commands
}

#[test]
fn each_command_ends_as_its_page_says_and_prints_what_it_shows() {
    let mut shown = 0;
    for (page, text) in PAGES {
        let commands = commands(text);
        assert!(!commands.is_empty(), "{page} shows no command");
        for (words, code, output) in commands {
            let (ended, out) = schism(words);
            // On a machine that stood still nobody can tell.
            let stalled = words.contains(" --live") && out.contains("the host stalled");
            let code = if stalled { 3 } else { code };
            assert_eq!(ended, code, "{page}: {words}\n{out}");
            if let Some(output) = output {
                assert_eq!(out, output, "{page}: {words}");
                shown += 1;
            }
        }
    }
    assert_eq!(shown, 2, "pages that show what is printed");
}

#[test]
fn each_failure_mode_has_its_scenario_and_each_failing_command_its_clause() {
    let page = PAGES[2].1;
    for scenario in schism_adapters::scenarios::all() {
        let name = match scenario.target {
            "raft-rs" => scenario.name.to_owned(),
            target => format!("{target}/{}", scenario.name),
        };
        assert_eq!(page.matches(&format!("| `{name}` |")).count(), 1, "{name}");
    }
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `check ")?.split_once("` | "));
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 3);
    for (words, told) in rows {
        let clause = told.split(" | ").next().expect("a row has cells");
        let (code, out) = schism(&format!("schism check {words} --no-save --json"));
        let told: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        assert_eq!((code, told["clause"].as_str()), (1, Some(clause)), "{words}");
    }
}

#[test]
fn the_schedule_of_the_howto_comes_true() {
    let page = PAGES[0].1;
    let text = page.split("```text\n").find(|block| block.starts_with("# The leader is cut off"));
    let text = text.and_then(|block| block.split("```").next()).expect("the page shows it");
    let check = schism::check(schism_adapters::raft::raft_rs::boot(Default::default()));
    let staged = check.stage("isolation", text).expect("it can be read");
    assert_eq!(staged.checked.outcome, schism::check::Outcome::Pass, "{}", staged.checked.report);
    assert_eq!((staged.answers.len(), staged.never.len(), staged.idle.len()), (4, 0, 0));
}
