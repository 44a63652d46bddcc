//! The `schism` command as it is shipped: its tour, its targets, and its mutants with the schedules
//! that show them.

use schism::cli::Streams;
use schism_adapters::{mutants, targets};

/// Runs the command with these words; hands back its exit code and what it printed.
fn schism(words: &[&str]) -> (u8, String, String) {
    schism_with(words, "")
}

/// The same, with something to read on standard input.
fn schism_with(words: &[&str], input: &str) -> (u8, String, String) {
    let (mut out, mut err, mut input) = (Vec::new(), Vec::new(), input.as_bytes());
    let words = [&["schism"], words].concat();
    let mut streams = Streams { input: &mut input, out: &mut out, err: &mut err, terminal: false };
    let code = targets::register(schism::cli()).run(&words, &mut streams);
    let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
    (code, text(out), text(err))
}

#[test]
fn the_tour_finds_its_planted_bug_and_fits_on_a_screen() {
    let (code, out, err) = schism(&[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("raft-rs: held   2,000 cases"), "{out}");
    assert!(out.contains("mutant:PM09: FAILED, stale read"), "{out}");
    assert!(out.lines().count() < 60, "{} lines:\n{out}", out.lines().count());
}

#[test]
fn each_mutant_is_listed_with_what_is_wrong_with_it() {
    let (code, out, _) = schism(&["list"]);
    assert_eq!(code, 0);
    // A long sentence goes on below its row.
    let words: Vec<&str> = out.split_whitespace().collect();
    let text = words.join(" ");
    for card in mutants::cards() {
        let named = format!("mutant:{} ", card.id);
        assert_eq!(text.matches(&named).count(), 1, "{named}:\n{out}");
        let row = text.split(&named).nth(1).unwrap_or_default();
        let told = row.split_once(" caught by ").map_or(row, |(told, _)| told);
        assert!(told.ends_with(card.sentence), "{named}: {told}");
    }
}

#[test]
fn each_known_schedule_fails_on_its_mutant_and_passes_on_the_healthy_cluster() {
    for card in mutants::cards() {
        let target = format!("mutant:{}", card.id);
        let words = ["replay", "-", "--target", &target];
        let (code, out, err) = schism_with(&words, card.known);
        assert!(code == 1 && out.contains("\n  verdict   "), "{target}:\n{out}{err}");
        let healthy = match mutants::raft::find(card.id) {
            Some(mutant) if mutant.healthy().voters_at_start.is_some() => "raft-rs-members",
            Some(_) => "raft-rs",
            None => "foca",
        };
        let (code, out, err) = schism_with(&["replay", "-", "--target", healthy], card.known);
        assert!(code == 0 && out.contains("\n  verdict   passes now, "), "{target}:\n{out}{err}");
    }
}

#[test]
fn all_targets_hold_for_a_thousand_cases() {
    let targets = [
        "raft-rs",
        "raft-rs-compacts",
        "raft-rs-async",
        "raft-rs-tight",
        "raft-rs-plain",
        "raft-rs-members",
        "raft-rs-grows",
        "raft-rs-all",
        "foca",
        "foca-five",
        "foca-grows",
    ];
    let how = ["--cases", "1000", "--seed", "1", "--no-save"];
    let words = [&["check"], &targets[..], &how].concat();
    let (code, out, err) = schism(&words);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
}

#[test]
fn a_replay_says_what_each_link_carried_and_lost() {
    let text = "nodes 2  quiet  survives partitions\n@elected  cut n1 -> n2\n";
    let words = ["replay", "-", "--target", "raft-rs", "--json"];
    let (code, out, err) = schism_with(&words, text);
    assert_eq!(code, 0, "{out}{err}");
    let json: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    let links = json["links"].as_array().expect("it lists the links");
    let lost = links.iter().map(|link| (&link["from"], &link["lost"]["cut off"]));
    let lost: Vec<_> = lost.map(|(from, lost)| (from.as_u64(), lost.as_u64() > Some(0))).collect();
    assert_eq!(lost, [(Some(1), true), (Some(2), false)], "{links:?}");
    assert!(links.iter().all(|link| link["sent"].as_u64() > Some(10)), "{links:?}");
}

#[test]
fn a_failure_of_a_group_shows_what_its_members_came_to_believe() {
    let card = mutants::cards().find(|card| card.id == "PM25").expect("it is a mutant");
    let (_, out, _) = schism_with(&["replay", "-", "--target", "mutant:PM25"], card.known);
    let rows: Vec<&str> = out.lines().skip_while(|line| !line.contains("n1    ")).collect();
    let turned: Vec<String> = rows
        .iter()
        .filter(|line| line.contains("suspects") || line.contains("believes"))
        .map(|line| line.split_whitespace().skip(2).collect::<Vec<_>>().join(" "))
        .collect();
    // No news: that they knew each other at first, and how much they sent before the storm.
    assert_eq!(
        turned,
        ["suspects n2", "suspects n1", "believes n2 down", "believes n1 down"],
        "{out}"
    );
    assert_eq!(out.matches("  sent ").count(), 1, "{out}");
}
