//! What a newcomer reads first is so: the finding on the front page is printed as it stands there,
//! and each command of the quick start ends as the page says.

use schism::cli::Streams;
use schism_adapters::targets;

const FRONT: &str = include_str!("../README.md");
const QUICK: &str = include_str!("../docs/guide/quickstart.md");
/// How both call the command.
const CALL: &str = "cargo run --release -- ";

/// Runs the words of a command, as they are typed in the root of the repository; nothing is saved.
fn schism(words: &str, input: &str) -> (u8, String) {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut words: Vec<String> = words
        .split_whitespace()
        .map(|word| match word {
            "mine.schedule" => "-".to_owned(),
            _ if word.starts_with("proptest-regressions/") => format!("{root}/{word}"),
            _ => word.to_owned(),
        })
        .collect();
    if words[0] == "check" {
        words.push("--no-save".to_owned());
    }
    words.insert(0, "schism".to_owned());
    let (mut out, mut err, mut input) = (Vec::new(), Vec::new(), input.as_bytes());
    let mut streams = Streams { input: &mut input, out: &mut out, err: &mut err, terminal: false };
    let code = targets::register(schism::cli()).run(&words, &mut streams);
    (code, String::from_utf8(out).expect("all that is printed is text"))
}

#[test]
fn the_finding_on_the_front_page_is_what_its_command_prints() {
    let (_, from) = FRONT.split_once(&format!("`{CALL}")).expect("the page has the command");
    let (words, below) = from.split_once('`').expect("the command ends");
    let (_, block) = below.split_once("```text\n").expect("its output stands below");
    let (shown, _) = block.split_once("```").expect("the output ends");
    let (code, out) = schism(words, "");
    assert_eq!(code, 1, "{out}");
    let mut printed = out.lines();
    for line in shown.lines() {
        // The page leaves out what differs between machines, so lines may stand in between.
        assert!(printed.any(|other| other == line), "{line:?} is missing, or elsewhere:\n{out}");
    }
}

#[test]
fn each_command_of_the_quick_start_ends_as_the_page_says() {
    let (_, mine) = QUICK.split_once("```text\n").expect("the page has a schedule to change");
    let (mine, _) = mine.split_once("```").expect("the schedule ends");
    let commands: Vec<&str> =
        QUICK.lines().filter_map(|line| line.strip_prefix("$ ")?.strip_prefix(CALL)).collect();
    let ends = |words: &str| schism(words, mine).0;
    let expected = [
        ("list", 0),
        ("check raft-rs --cases 20000", 0),
        ("check mutant:PM07 --seed 1", 1),
        ("replay proptest-regressions/mutant-PM09/034f064f.schedule --log", 1),
        ("replay mine.schedule --target mutant:PM07", 1),
        ("replay mine.schedule --target raft-rs", 0),
    ];
    assert_eq!(commands, expected.map(|(words, _)| words));
    for (words, code) in expected {
        assert_eq!(ends(words), code, "{words}");
    }
}
