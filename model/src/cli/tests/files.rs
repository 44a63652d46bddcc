//! `confirm` and `shrink`: what was saved, and what is near it.

use super::replays::LOST;
use super::{Folder, run, run_with};
use serde_json::Value;

/// A failure of the lazy store with more steps than it needs.
const LONG: &str = "\
# target mutant:lazy
# fails  linearizable: lost acknowledged write
# from   case 3 of seed 9
nodes 1  quiet  survives power-loss
@50ms      c1 -> n1  put k2 5
@100ms     c0 -> n1  put k1 7
@+100ms    power-loss n1
@+100ms    c1 -> n1  get k2
";

/// As [`LOST`], but the power goes before the put arrives: it passes.
const MISSED: &str = "\
# target mutant:lazy
# fails  linearizable: lost acknowledged write
# took   2 steps took hold
nodes 1  quiet  survives power-loss
@100ms     c0 -> n1  put k1 7
@100ms     power-loss n1
";

fn near(command: &str, text: &str, words: &[&str]) -> (u8, Value, String) {
    let all = [&[command, "-", "--seed", "1", "--json"], words].concat();
    let ran = run_with(&all, text);
    let value = serde_json::from_str(&ran.out);
    (ran.code, value.unwrap_or_else(|error| panic!("{error}: {}", ran.err)), ran.err)
}

#[test]
fn a_fix_that_holds_has_a_bound() {
    let fixed = LOST.replace("mutant:lazy", "store");
    let (code, object, said) = near("confirm", &fixed, &["--cases", "1000", "--no-save"]);
    assert_eq!((code, &object["verdict"]), (0, &"pass".into()), "{said}");
    assert_eq!((&object["neighbours"], &object["bound"]), (&1_000.into(), &0.003.into()));
    assert!(said.contains("\n  bound     0 of 1,000 fail, so with 95% confidence"), "{said}");
    assert!(said.contains("0.3%") && said.contains("Hanley and Lippman-Hand 1983"), "{said}");
}

#[test]
fn what_is_not_mended_fails_with_most_of_its_neighbours() {
    let folder = Folder::new("unmended");
    let file = folder.file("saved.schedule", LOST);
    let ran = run(&["confirm", &file, "--cases", "500", "--seed", "1", "--json", "--no-save"]);
    let object: Value = serde_json::from_str(&ran.out).expect("an object");
    assert_eq!((ran.code, &object["replay"]), (1, &"same failure".into()));
    assert!(object["same_failure"].as_u64() > Some(100), "{object}");
    assert_eq!((&object["bound"], &object["counterexample"]), (&Value::Null, &Value::Null));
    assert!(ran.err.contains("mutant:lazy: NOT FIXED, it still fails\n"), "{}", ran.err);
}

#[test]
fn a_neighbour_that_fails_is_shrunk_and_saved() {
    let folder = Folder::new("neighbour");
    let words = ["--cases", "400", "--save", folder.path()];
    let (code, object, said) = near("confirm", MISSED, &words);
    assert_eq!((code, &object["verdict"]), (1, &"fail".into()));
    assert!(said.contains("NOT FIXED, it passes and neighbours of it fail"), "{said}");
    let found = &object["counterexample"];
    assert_eq!(found["steps"], 2, "{found}");
    let file = found["file"].as_str().expect("it is saved");
    let saved = std::fs::read_to_string(file).expect("it is there");
    assert!(saved.contains("\n# from   neighbour ") && saved.contains(" of seed 1\n"), "{saved}");
    assert_eq!(run(&["replay", file]).code, 1);
}

#[test]
fn neighbours_depend_on_the_seed_alone() {
    let told = |jobs: &str| {
        let (_, mut object, _) =
            near("confirm", MISSED, &["--cases", "300", "--jobs", jobs, "--no-save"]);
        object["seconds"] = Value::Null;
        object["counterexample"]["shrink_seconds"] = Value::Null;
        object
    };
    assert_eq!(told("1"), told("4"));
}

#[test]
fn a_stale_file_confirms_nothing() {
    let stale = LOST.replace("mutant:lazy", "store").replace("survives power-loss", "");
    let (code, object, said) = near("confirm", &stale, &["--cases", "100", "--no-save"]);
    assert_eq!(
        (code, &object["verdict"], &object["replay"]),
        (3, &"unknown".into(), &"stale".into())
    );
    assert!(said.contains("only 1 of its steps took hold, 2 did when it was saved"), "{said}");
}

#[test]
fn a_schedule_shrinks_into_a_file_beside_it() {
    let folder = Folder::new("shrinks");
    let file = folder.file("saved.schedule", LONG);
    let ran = run(&["shrink", &file]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(
        ran.out.contains("\n  was       4 steps, 1 node, 1 fault\n  is        2 steps, "),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\n  gone      @50ms "), "{}", ran.out);
    assert!(ran.out.contains("\n  sure      minimal: each step was removed alone"), "{}", ran.out);
    let small = folder.0.join("saved.small.schedule");
    assert!(ran.out.ends_with(&format!("\n  written   {}\n", small.display())), "{}", ran.out);
    let text = std::fs::read_to_string(&small).expect("it is there");
    assert!(
        text.contains("# target mutant:lazy\n") && text.contains("# from   case 3 of seed 9\n")
    );
    let again = run(&["shrink", &small.display().to_string()]);
    assert!(again.code == 0 && again.out.contains("no smaller one was found"), "{}", again.out);
    assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), Some(LONG), "the old one stays");
}

#[test]
fn a_file_that_passes_is_shrunk_only_when_it_is_to_be_refreshed() {
    let folder = Folder::new("refresh");
    let file = folder.file("saved.schedule", MISSED);
    let ran = run(&["shrink", &file]);
    let said = "cannot be shrunk: it passes now (it once broke linearizable: lost";
    assert!(ran.code == 2 && ran.err.contains(said), "{}", ran.err);
    assert!(ran.err.contains("--refresh looks for a neighbour"), "{}", ran.err);
    let ran = run(&["shrink", &file, "--refresh", "--seed", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("mutant:lazy: REFRESHED, it passes now; neighbour "), "{}", ran.out);
    let ran = run(&["replay", &file]);
    assert!(ran.out.contains("verdict   same failure, linearizable: lost"), "{}", ran.out);
}

#[test]
fn where_no_neighbour_fails_the_file_stays() {
    let folder = Folder::new("stays");
    let text = LOST.replace("mutant:lazy", "store");
    let file = folder.file("saved.schedule", &text);
    let ran = run(&["shrink", &file, "--refresh", "--cases", "200"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("none of 200 neighbours fails as it did"), "{}", ran.out);
    assert_eq!(std::fs::read_to_string(&file).ok(), Some(text));
}

#[test]
fn what_cannot_be_written_is_shown_all_the_same() {
    let folder = Folder::new("unwritten");
    let file = folder.file("saved.schedule", LONG);
    let ran = run(&["shrink", &file, "--out", "/dev/null/x.schedule"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("error: cannot make the folder /dev/null"), "{}", ran.err);
    assert!(ran.out.contains("mutant:lazy: SMALLER\n"), "{}", ran.out);
}

#[test]
fn an_unreadable_schedule_is_told_with_its_place() {
    for (command, done) in [("confirm", "confirmed"), ("shrink", "shrunk")] {
        let (code, object, said) = near(command, &LOST.replace("power-loss n1", "power"), &[]);
        assert_eq!(code, 2);
        let told = format!("standard input cannot be {done}: ");
        assert!(said.starts_with(&format!("error: {told}")) && said.contains("line 6"), "{said}");
        assert!(object["error"].as_str().is_some_and(|error| error.contains("line 6")), "{object}");
    }
}

#[test]
fn the_commands_of_a_report_name_the_target_once() {
    let folder = Folder::new("once");
    let file = folder.file("saved.schedule", &LONG.replace("mutant:lazy", "a_test"));
    let ran = run(&["shrink", &file, "--target", "mutant:lazy"]);
    let command = ran.out.lines().find(|line| line.contains(" | ")).unwrap_or(&ran.err);
    assert!(command.ends_with(" | schism replay --target mutant:lazy -"), "{command}");
}
