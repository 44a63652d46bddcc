//! `calibrate`: the figures are those of the hunts, and it does not trust itself blindly.

use super::{Folder, Ran, run, store};
use crate::cli::{Cli, cli};
use serde_json::Value;

/// Runs a command line of the test's own.
fn run_of(cli: &Cli, words: &str) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words: Vec<&str> = words.split(' ').collect();
    let code = cli.main_with(&[&["schism"], &words[..]].concat(), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
    Ran { code, out: text(out), err: text(err) }
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}:\n{}", ran.err))
}

/// Adds a store as a mutant, whether anything is wrong with it or not.
fn mutant(cli: Cli, id: &str, lazy: bool) -> Cli {
    cli.mutant(id, "what is said of it", &["linearizable"], 2, store(lazy))
}

#[test]
fn a_mutant_is_measured_by_hunts_that_check_can_repeat() {
    let ran = run(&["calibrate", "lazy", "--seeds", "7", "--healthy", "300", "--json"]);
    let all = json(&ran);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lazy = &all["mutants"][0];
    let told = (&lazy["found"], &lazy["property"], &lazy["clause"], &lazy["steps"]);
    assert_eq!(
        told,
        (&7.into(), &"linearizable".into(), &"lost acknowledged write".into(), &2.into())
    );
    assert_eq!((&lazy["found_as_named"], &lazy["known_steps"]), (&7.into(), &2.into()));
    for hunt in lazy["hunts"].as_array().expect("each hunt is there") {
        let (seed, schedules) = (hunt["seed"].to_string(), hunt["schedules"].as_u64());
        let cases = schedules.expect("a number").to_string();
        let words = ["check", "mutant:lazy", "--no-save", "--seed", &seed, "--cases", &cases];
        let ran = run(&[&words[..], &["--json"]].concat());
        let found = &json(&ran)["counterexample"];
        assert_eq!((ran.code, &found["steps"]), (1, &hunt["steps"]), "{hunt}");
        let fewer = (schedules.expect("a number") - 1).to_string();
        let words = ["check", "mutant:lazy", "--no-save", "--seed", &seed, "--cases", &fewer];
        // So few cases may be vacuous, but nothing is found in them.
        let nothing =
            || json(&run(&[&words[..], &["--json"]].concat()))["counterexample"].is_null();
        assert!(fewer == "0" || nothing(), "{hunt}");
    }
    assert_eq!(all["healthy"][0]["schedules"], 300);
    assert_eq!(all["healthy"][0]["alarms"], 0);
}

#[test]
fn the_same_seeds_give_the_same_figures_on_any_number_of_threads() {
    let figures = |jobs: &str| {
        let words = ["calibrate", "--seeds", "6", "--healthy", "0", "--jobs", jobs, "--json"];
        let mut all = json(&run(&words));
        let hunts = all["mutants"][0]["hunts"].as_array_mut().expect("each hunt is there");
        for hunt in hunts.iter_mut().filter_map(Value::as_object_mut) {
            hunt.retain(|name, _| !name.contains("seconds"));
        }
        let lazy = &all["mutants"][0];
        let interval = lazy["schedules_interval"].clone();
        (lazy["hunts"].clone(), lazy["schedules_median"].clone(), interval, lazy["steps"].clone())
    };
    assert_eq!(figures("1"), figures("4"));
    assert!(figures("1").2.is_array(), "six hunts have an interval");
}

#[test]
fn a_healthy_mutant_is_not_found_and_its_hunts_are_shown_as_cut_off() {
    let cli = mutant(mutant(cli(), "lazy", true), "fine", false);
    let words = "calibrate --seeds 3 --seconds 0.05 --json";
    let all = json(&run_of(&cli, words));
    let fine = &all["mutants"][1];
    assert_eq!((&fine["mutant"], &fine["found"]), (&"fine".into(), &0.into()));
    assert_eq!((&fine["schedules_median"], &fine["property"]), (&Value::Null, &Value::Null));
    assert_eq!(fine["hunts"][0]["found"], false);
    assert!(fine["hunts"][0]["cpu_seconds"].as_f64() >= Some(0.05), "{fine}");
    let text = run_of(&cli, "calibrate fine --seeds 3 --seconds 0.05");
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert!(text.out.contains("\nfine      0/3  –"), "{}", text.out);
    assert!(text.out.contains("  found   0 of 3 hunts, 3 cut off at 0.05 CPU s;"), "{}", text.out);
}

#[test]
fn a_canary_that_is_not_found_means_that_the_measurement_is_broken() {
    let cli = mutant(mutant(cli(), "lazy", true), "fine", false).canary("fine");
    let ran = run_of(&cli, "calibrate lazy --seeds 2 --seconds 0.05");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.starts_with("error: the measurement itself is broken: the canary mutant:fine "),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("must be found by every hunt, and 0 of 2 found it."), "{}", ran.err);
}

#[test]
fn an_alarm_of_a_healthy_target_is_a_failure_that_can_be_seen_again() {
    let cli = mutant(cli(), "lazy", true).check("broken", "not as healthy", store(true));
    let ran = run_of(&cli, "calibrate --seeds 1 --healthy 100 --seed 5 --json");
    let broken = &json(&ran)["healthy"][0];
    assert_eq!((ran.code, &broken["property"]), (1, &"linearizable".into()));
    assert!(broken["alarms"].as_u64() > Some(1), "it does not stop at the first: {broken}");
    let case = broken["first_alarm"].to_string();
    let words = format!("check broken --seed 5 --cases {case} --no-save");
    assert_eq!(run_of(&cli, &words).code, 1);
    assert!(ran.err.contains(&format!("; the first is case {case} of seed 5: ")), "{}", ran.err);
}

#[test]
fn tables_fit_the_terminal_and_stand_in_the_marked_place_of_a_page() {
    let folder = Folder::new("calibrate");
    let page = "# Power\n<!-- calibrate: from here -->\nold\n<!-- calibrate: to here -->\nend\n";
    let page = folder.file("power.md", page);
    let ran = run(&["calibrate", "--seeds", "2", "--healthy", "9", "--markdown", &page]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
    let text = std::fs::read_to_string(&page).expect("the page is there");
    assert!(text.starts_with("# Power\n<!-- calibrate: from here -->\n\n| mutant | "), "{text}");
    assert!(text.contains("\n| lazy | 2 of 2 | "), "{text}");
    assert!(text.contains("- Healthy: store, 9 schedules: 0 alarms, 0 without"), "{text}");
    assert!(text.ends_with("\n\n<!-- calibrate: to here -->\nend\n"), "{text}");
}

#[test]
fn misuse_is_told_before_anything_is_measured() {
    let folder = Folder::new("calibrate-misuse");
    let plain = folder.file("plain.md", "# Power\n");
    for (words, said) in [
        ("calibrate laxy", "unknown target `mutant:laxy`: did you mean `mutant:lazy`?"),
        ("calibrate --seeds 0", "expected a number of seeds from 1 to 10001"),
        ("calibrate --seconds 0", "expected a number of seconds above 0"),
        ("calibrate --healthy some", "expected a number of schedules such as 100000"),
        (&format!("calibrate --markdown {plain}"), "has no place for tables: add the lines"),
        ("calibrate --markdown /dev/null/x", "cannot read /dev/null/x: "),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let Ran { code, out, err } = run(&words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}");
        assert!(err.starts_with("error: ") && err.contains(said), "{words:?}:\n{err}");
    }
    let none = run_of(&cli().check("store", "a store", store(false)), "calibrate");
    assert_eq!(none.code, 2);
    assert!(none.err.contains("there is no mutant to measure with"), "{}", none.err);
}
