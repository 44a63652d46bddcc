//! The tour, `list` and `check`.

use super::{Folder, Ran, Streams, cli, command, run};
use crate::fault::Kind;
use serde_json::Value;
use std::io::{Error, ErrorKind, Write};

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}:\n{}", ran.out))
}

#[test]
fn the_tour_shows_a_store_that_holds_and_one_that_does_not_on_one_screen() {
    let Ran { code, out, err } = run(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("store: held   2,000 cases"), "{out}");
    assert!(out.contains("mutant:lazy: FAILED, lost acknowledged write"), "{out}");
    assert!(out.contains("cases a second"), "{out}");
    assert!(out.contains("schism replay "), "{out}");
    assert!(out.ends_with(" check store --seconds 60\n"), "{out}");
    assert!(out.lines().count() <= 50, "{out}");
}

#[test]
fn a_command_without_targets_says_how_to_add_one() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    assert_eq!(cli().main_with(&["schism"], &mut out, &mut err), 2);
    let err = String::from_utf8_lossy(&err);
    assert!(err.contains("schism::cli().target(name, boot)"), "{err}");
}

#[test]
fn everything_is_listed_in_columns_and_as_json() {
    let text = run(&["list"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    for line in [
        "  store  1 node  a store on one machine\n",
        "  mutant:lazy  2 steps  what it acknowledges is not synced\n",
        "  crashes       a process dies at any point; what it wrote stays\n",
        "                  one leader in a term\n",
    ] {
        assert!(text.out.contains(line), "{line:?} is not in\n{}", text.out);
    }
    assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);
    let list = json(&run(&["list", "--json"]));
    assert_eq!(list["version"], 1);
    assert_eq!(list["targets"][0]["survives"], "crashes power-loss");
    assert_eq!(list["mutants"][0]["target"], "mutant:lazy");
    assert_eq!(list["faults"].as_array().map(Vec::len), Some(Kind::ALL.len()));
    assert_eq!(list["properties"][2]["clauses"].as_array().map(Vec::len), Some(18));
}

#[test]
fn what_holds_ends_with_0_and_tells_its_seed() {
    let Ran { code, out, err } = run(&["check", "store", "--seed", "0x2a", "--no-save"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("store: held   200 cases, "), "{out}");
    assert!(out.ends_with("\n  seed      42\n"), "{out}");
}

#[test]
fn what_fails_ends_with_1_and_a_command_that_works_when_it_is_pasted() {
    let folder = Folder::new("fails");
    let found = run(&["check", "mutant:lazy", "--save", folder.path()]);
    assert_eq!((found.code, found.err.as_str()), (1, ""));
    let again = found.out.lines().find_map(|line| line.strip_prefix("  again "));
    let words = again.and_then(|command| command.split_once(" replay "));
    let file = words.map(|(_, file)| file).expect("a command is named");
    let replayed = run(&["replay", file]);
    assert_eq!(replayed.code, 1);
    assert!(
        replayed.out.contains("\n  verdict   same failure, linearizable: "),
        "{}",
        replayed.out
    );
    assert!(replayed.out.contains(", as when it was saved\n"), "{}", replayed.out);
}

#[test]
fn the_same_seed_gives_the_same_result_on_any_number_of_threads() {
    let result = |jobs: &str| {
        let words =
            ["check", "mutant:lazy", "--seed", "7", "--jobs", jobs, "--no-save", "--json", "-"];
        let ran = run(&words);
        assert!(ran.err.starts_with("mutant:lazy: FAILED"), "{}", ran.err);
        let all = json(&ran);
        let found = all["counterexample"].clone();
        (
            all["cases"].clone(),
            all["seed"].clone(),
            found["schedule"].clone(),
            found["digest"].clone(),
        )
    };
    assert_eq!(result("1"), result("4"));
    assert_eq!(result("1").1, 7);
}

#[test]
fn options_reach_the_hunt() {
    let told = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        json(&run(&[&["check", "store", "--no-save", "--json", "-"], &words[..]].concat()))
    };
    // Of nodes that never talk to each other one does not know what another was told.
    let two = told("--nodes 2 --clients 1 --operations 9 --faults 0 --seconds 60 --cases 500");
    assert_eq!((&two["verdict"], &two["faults_took_hold"]), (&"fail".into(), &0.into()));
    let calm = told("--cases 7 --operations 3..3 --nemesis nothing --jobs 1");
    let operations = calm["operations"].as_object().into_iter().flatten();
    let asked: Option<u64> = operations.map(|(_, n)| n.as_u64()).sum();
    assert_eq!((&calm["cases"], asked), (&7.into(), Some(21)));
    let crashes = told("--cases 50 --nemesis crashes");
    let kinds = crashes["faults"].as_object().into_iter().flatten().map(|(word, _)| word);
    assert_eq!(kinds.collect::<Vec<_>>(), ["crashes"]);
    let timed = told("--seconds 0.2");
    assert!(timed["cases"].as_u64() > Some(200), "more than the target asks for: {timed}");
}

#[test]
fn of_several_targets_the_worst_decides() {
    let words = ["check", "store", "mutant:lazy", "store", "--no-save", "--json", "-"];
    let ran = run(&words);
    let verdicts: Vec<Value> =
        json(&ran).as_array().into_iter().flatten().map(|one| one["verdict"].clone()).collect();
    assert_eq!((ran.code, verdicts), (1, vec!["pass".into(), "fail".into(), "pass".into()]));
}

#[test]
fn a_run_in_which_nothing_could_go_wrong_is_vacuous_and_no_pass() {
    let words = ["check", "store", "--operations", "0..0", "--no-save", "--json", "-"];
    let ran = run(&words);
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with("store: VACUOUS"), "{}", ran.err);
    assert_eq!(json(&ran)["vacuous"], true);
}

#[test]
fn a_folder_that_cannot_be_written_hides_no_failure() {
    let ran = run(&["check", "mutant:lazy", "--save", "/dev/null/x"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("not saved  cannot make the folder /dev/null/x/"), "{}", ran.out);
    assert!(ran.out.contains("| schism replay - --target mutant:lazy\n"), "{}", ran.out);
}

#[test]
fn misuse_ends_with_2_and_says_what_was_expected() {
    for (words, said) in [
        ("check", "<TARGET>..."),
        ("chekc", "a similar subcommand exists: 'check'"),
        ("check stroe", "unknown target `stroe`: did you mean `store`?"),
        ("check lazy", "unknown target `lazy`: did you mean `mutant:lazy`?"),
        ("check xyz", "unknown target `xyz`\n`schism list` shows all targets"),
        ("check store --nodes 0", "expected a number of nodes from 1 to 2000"),
        ("check store --nodes 99999999999", "expected a number of nodes from 1 to 2000"),
        ("check store --clients 0", "expected a number of clients from 1 to 1000"),
        ("check store --jobs 0", "expected a number of jobs from 1 to 1024"),
        ("check store --cases 0", "0 cases check nothing"),
        ("check store --cases many", "expected a number of cases"),
        ("check store --seconds 0", "expected a number of seconds above 0"),
        ("check store --seconds -1", "expected a number of seconds above 0"),
        ("check store --seconds NaN", "expected a number of seconds above 0"),
        ("check store --seed 0xx", "in decimal such as 42 or in hex such as 0x2a"),
        ("check store --operations 9..3", "9 is more than 3"),
        ("check store --faults 1..99999", "expected a range of faults"),
        ("check store --nemesis partition", "did you mean `partitions`?\nthe words are: crashes,"),
        ("check store --nemesis war", "unknown fault `war`\nthe words are: crashes,"),
        ("check store --save x --no-save", "cannot be used with"),
        ("check store --no-save --json /dev/null/x", "cannot write /dev/null/x: "),
        ("list more", "unexpected argument 'more'"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let Ran { code, out, err } = run(&words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}");
        assert!(err.starts_with("error: ") && err.contains(said), "{words:?}:\n{err}");
    }
}

/// A stream that fails.
struct Broken(ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> Result<usize, Error> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Err(self.0.into())
    }
}

#[test]
fn a_closed_pipe_changes_nothing_and_a_full_disk_is_told() {
    let result = |kind, words: &[&str]| {
        let (mut out, mut err, mut input) = (Broken(kind), Vec::new(), std::io::empty());
        let mut streams =
            Streams { input: &mut input, out: &mut out, err: &mut err, terminal: false };
        let code = command().run(&[&["schism"], words].concat(), &mut streams);
        (code, String::from_utf8(err).expect("text"))
    };
    let failing = ["check", "mutant:lazy", "--no-save"];
    assert_eq!(result(ErrorKind::BrokenPipe, &["list"]), (0, String::new()));
    assert_eq!(result(ErrorKind::BrokenPipe, &["--help"]), (0, String::new()));
    assert_eq!(result(ErrorKind::BrokenPipe, &failing), (1, String::new()));
    let (code, said) = result(ErrorKind::StorageFull, &["list"]);
    assert!(code == 2 && said.starts_with("error: cannot write the results: "), "{code} {said}");
}

#[test]
fn a_program_may_bring_commands_along() {
    let with = || {
        command().command("greet", "Say hello", |words, streams| {
            let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
            writeln!(streams.out, "{}", words.join("|")).expect("it is a buffer");
            7
        })
    };
    let run = |words: &[&str]| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = with().main_with(&[&["./x/schism"], words].concat(), &mut out, &mut err);
        (code, String::from_utf8(out).expect("all that is printed is text"))
    };
    assert_eq!(run(&["greet", "--help", "-x"]), (7, "schism greet|--help|-x\n".to_owned()));
    let (code, help) = run(&["--help"]);
    assert!(code == 0 && help.contains("\n  greet      Say hello\n"), "{help}");
    assert_eq!(run(&["list"]).0, 0);
    // One that every program has is not replaced.
    let taken = std::panic::catch_unwind(|| with().command("greet", "", |_, _| 0));
    assert!(taken.is_err());
    let taken = std::panic::catch_unwind(|| with().command("check", "", |_, _| 0));
    assert!(taken.is_err());
}
