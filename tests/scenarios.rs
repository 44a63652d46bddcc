//! The shipped scenarios: each comes true on the target that it was written for, and a target with
//! something wrong does not live up to it.

use schism::check;
use schism::check::Outcome;
use schism::cli::Streams;
use schism_adapters::{scenarios, swim, targets};
use serde_json::Value;

/// Runs the command with these words; hands back its exit code and what it printed.
fn schism(words: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = [&["schism"], words].concat();
    let mut streams =
        Streams { input: &mut std::io::empty(), out: &mut out, err: &mut err, terminal: false };
    let code = targets::register(schism::cli()).run(&words, &mut streams);
    let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
    (code, text(out), text(err))
}

fn json(words: &[&str]) -> (u8, Value) {
    let (code, out, err) = schism(&[words, &["--json"]].concat());
    let value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}:\n{out}{err}"));
    (code, value)
}

#[test]
fn each_scenario_comes_true_on_its_target_and_tells_each_expectation() {
    for scenario in scenarios::all() {
        let name = format!("scenario:{}/{}", scenario.target, scenario.name);
        let (code, told) = json(&["check", &name]);
        assert_eq!((code, told["verdict"].as_str()), (0, Some("pass")), "{name}: {told}");
        let told = &told["scenario"];
        let expected = scenario.text.matches(" expect ").count();
        let answers = told["expectations"].as_array().expect("a list");
        assert_eq!(answers.len(), expected, "{name}");
        assert!(answers.iter().all(|answer| answer["held"] == true), "{name}: {answers:?}");
        assert_eq!(told["idle"].as_array().map(Vec::len), Some(0), "{name}: {}", told["idle"]);
    }
}

#[test]
fn a_variation_keeps_what_holds_under_any_trouble_and_raises_no_alarm() {
    for scenario in scenarios::all() {
        let name = format!("scenario:{}/{}", scenario.target, scenario.name);
        let words = ["check", &name, "--vary", "--cases", "60", "--seed", "11", "--no-save"];
        let (code, told) = json(&words);
        assert_eq!((code, told["verdict"].as_str()), (0, Some("pass")), "{name}: {told}");
        let kept = &told["scenario"]["kept"];
        assert_eq!(kept["cases"], 60);
        let whole = kept["cases_with_all"].as_u64().unwrap_or(0);
        assert!((20..=45).contains(&whole), "{name}: {whole}");
    }
}

#[test]
fn a_mutant_fails_the_expectation_that_it_breaks() {
    for (scenario, target, clause) in [
        // Nobody asks a leader that hears of no quorum to step down.
        ("leader-isolation", "raft-rs-plain", "the leader steps down"),
        ("minority-partition", "mutant:SM19", "writes are taken"),
        ("follower-isolation", "mutant:PM13", "writes are taken"),
    ] {
        let name = format!("scenario:raft-rs/{scenario}");
        let (code, told) = json(&["check", &name, "--on", target, "--no-save"]);
        assert_eq!(code, 1, "{scenario} on {target}: {told}");
        assert_eq!(told["property"], "scenario", "{scenario} on {target}: {told}");
        assert_eq!(told["clause"], clause, "{scenario} on {target}");
        assert_eq!(told["target"], format!("scenario:{target}/{scenario}"));
    }
}

#[test]
fn members_that_never_look_for_the_lost_do_not_find_each_other_again() {
    let healthy = swim::Config::default();
    // Sixteen minutes pass between two announcements to members that are down.
    let idle = swim::Config { seeks_every: 10_000, ..healthy };
    let scenario = scenarios::find("foca", "clean-partition").expect("it is shipped");
    let stage = |config| check(swim::foca::boot(config)).stage("cut", scenario.text);
    let staged = stage(healthy).expect("it can be read");
    assert_eq!(staged.checked.outcome, Outcome::Pass, "{}", staged.checked.report);
    let staged = stage(idle).expect("it can be read");
    let held: Vec<_> = staged.answers.iter().map(|answer| answer.held).collect();
    assert_eq!(
        held,
        [Some(true), Some(true), Some(true), Some(false)],
        "{}",
        staged.checked.report
    );
    assert_eq!(staged.checked.clause.as_deref(), Some("who sees whom"));
}

#[test]
fn a_scenario_is_found_by_its_name_and_a_slip_is_told() {
    let (code, out, _) = schism(&["check", "scenario:flapping-partition"]);
    assert_eq!(code, 0, "{out}");
    for words in [
        ": held, 6 of 6 expectations came true",
        "✓ all follow one leader within 5s",
        " follow n",
        "\n  rate      ",
        "\n  latency   ",
        "\n  recovery  ",
    ] {
        assert!(out.contains(words), "{words}:\n{out}");
    }
    for (words, told) in [
        (&["check", "scenario:leader-crush"][..], "did you mean `scenario:leader-crash`?"),
        (&["check", "scenario:"], "unknown scenario ``"),
        (&["check", "raft-rs", "--vary"], "--vary is for scenarios, such as scenario:all"),
        (&["check", "scenario:leader-crash", "--on", "raft"], "unknown target `raft`"),
    ] {
        let (code, _, err) = schism(words);
        assert!(code == 2 && err.contains(told), "{words:?}: {code} {err}");
    }
    let (_, list) = json(&["list"]);
    let listed = list["scenarios"].as_array().map(Vec::len);
    assert_eq!(listed, Some(scenarios::all().count()));
}
