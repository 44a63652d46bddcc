//! `replay`: what was saved, run again.

use super::{Folder, Ran, run, run_with};
use serde_json::Value;

/// A failure of the lazy store, as it would be saved but for the digest.
pub(super) const LOST: &str = "\
# target mutant:lazy
# fails  linearizable: lost acknowledged write
# took   2 steps took hold
nodes 1  quiet  survives power-loss
@100ms     c0 -> n1  put k1 7
@+100ms    power-loss n1
";

/// The verdict's line of a report.
fn verdict(ran: &Ran) -> &str {
    ran.out.lines().find_map(|line| line.strip_prefix("  verdict   ")).unwrap_or(&ran.err)
}

#[test]
fn a_saved_failure_is_judged_four_ways() {
    let folder = Folder::new("four");
    for (text, code, said) in [
        (LOST.to_owned(), 1, "same failure, linearizable: lost acknowledged write"),
        (
            LOST.replace("lost acknowledged write", "stale read"),
            1,
            "another failure, linearizable: lost acknowledged write",
        ),
        (LOST.replace("mutant:lazy", "store"), 0, "passes now, 2 of its 2 steps took hold"),
        (
            LOST.replace("mutant:lazy", "store").replace("survives power-loss", ""),
            0,
            "passes now, but is stale: 1 of its 2 steps took hold, 2 did when it was saved",
        ),
        (LOST.replace("# fails", "#"), 1, "fails, linearizable: lost acknowledged write"),
    ] {
        let ran = run(&["replay", &folder.file("saved.schedule", &text)]);
        assert_eq!((ran.code, verdict(&ran)), (code, said), "{}{}", ran.out, ran.err);
        let by_pipe = run_with(&["replay", "-"], &text);
        assert_eq!((by_pipe.code, verdict(&by_pipe)), (code, said));
    }
}

#[test]
fn an_unreadable_schedule_is_misuse_with_its_place() {
    let folder = Folder::new("unreadable");
    let file = folder.file("saved.schedule", &LOST.replace("power-loss n1", "power-lost n1"));
    let ran = run(&["replay", &file, "--json", "-"]);
    let said = format!(
        "error: {file} cannot be read by mutant:lazy: line 6, column 12: unknown step \
         `power-lost`: did you mean `power-loss`?\n"
    );
    assert_eq!((ran.code, ran.err), (2, said));
    let object: Value = serde_json::from_str(&ran.out).expect("an object all the same");
    assert_eq!((&object["replay"], &object["verdict"]), (&"unreadable".into(), &"unknown".into()));
    std::fs::write(&file, [0xff, 0xfe, 0x00]).expect("it can be written");
    let ran = run(&["replay", &file]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with(&format!("error: cannot read {file}: ")), "{}", ran.err);
}

#[test]
fn a_schedule_of_a_test_says_how_to_run_it() {
    let ran = run_with(&["replay", "-"], &LOST.replace("mutant:lazy", "a_store_keeps_writes"));
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("`cargo test a_store_keeps_writes`"), "{}", ran.err);
    assert!(ran.err.contains("--target"), "{}", ran.err);
    let ran = run_with(&["replay", "-"], &LOST.replace("# target", "#"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("names no target: say which with --target"), "{}", ran.err);
}

#[test]
fn another_target_can_be_named_and_stays_in_the_commands() {
    let folder = Folder::new("another");
    let file = folder.file("saved.schedule", &LOST.replace("mutant:lazy", "some_test"));
    let ran = run(&["replay", &file, "--target", "mutant:lazy"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains(&format!("replay --target mutant:lazy {file}\n")), "{}", ran.out);
}

#[test]
fn the_log_tells_the_whole_run_with_the_words_of_the_nodes() {
    let ran = run_with(&["replay", "-", "--log"], LOST);
    for words in ["is asked: c0 put k1 7", "┆ INFO", "kept key=1 value=7", "✗ lost power"] {
        assert!(ran.out.contains(words), "{words} is not in\n{}", ran.out);
    }
    let silent = run_with(&["replay", "-"], LOST);
    assert!(!silent.out.contains("is asked: "), "{}", silent.out);
}

#[test]
fn a_schedule_of_more_nodes_than_can_be_is_refused() {
    let ran = run_with(&["replay", "-", "--target", "store"], "nodes 9999\n");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`9999` is too large: at most 2000"), "{}", ran.err);
}

#[test]
fn a_property_that_the_target_does_not_have_is_named() {
    let ran = run_with(&["replay", "-"], &LOST.replace("linearizable: ", "coherent: "));
    assert!(ran.out.contains("it broke `coherent`, which is not asked of this target"));
}

#[test]
fn a_bisection_is_told_good_bad_or_neither_and_ended_where_there_is_no_file() {
    let folder = Folder::new("bisect");
    let code = |text: &str| {
        let file = folder.file("saved.schedule", text);
        run(&["replay", "--bisect", &file]).code
    };
    let good = LOST.replace("mutant:lazy", "store");
    assert_eq!(code(LOST), 1);
    assert_eq!(code(&good), 0);
    assert_eq!(code(&good.replace("survives power-loss", "")), 125, "stale");
    assert_eq!(code(&LOST.replace("lost acknowledged write", "stale read")), 125, "another");
    assert_eq!(code(&LOST.replace("power-loss n1", "power-lost n1")), 125, "unreadable");
    assert_eq!(code(&LOST.replace("mutant:lazy", "mutant:new")), 125, "a target of later");
    let ran = run(&["replay", "--bisect", "/nowhere"]);
    assert!(ran.code == 128 && ran.err.starts_with("error: cannot read /nowhere: "), "{}", ran.err);
}

#[test]
fn the_history_of_a_saved_failure_is_written_for_other_checkers() {
    let folder = Folder::new("history");
    let saved = folder.file("saved.schedule", LOST);
    for name in ["lost.edn", "lost.jsonl"] {
        let to = folder.file(name, "");
        let ran = run(&["replay", &saved, "--history", &to]);
        let said = ran.out.lines().last().unwrap_or_default();
        assert!(said.starts_with("  history   "), "{}{}", ran.out, ran.err);
        let judged = run(&["history", &to]);
        assert_eq!(judged.code, 1, "{}", judged.out);
        assert!(judged.out.contains("write k1 7 -> ok"), "{}", judged.out);
        assert!(judged.out.contains("read k1 -> "), "{}", judged.out);
    }
    let ran = run(&["replay", &saved, "--history", &folder.file("lost.txt", "")]);
    assert_eq!((ran.code, ran.err.contains(".edn or .jsonl")), (2, true), "{}", ran.err);
}
