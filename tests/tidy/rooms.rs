//! Who may know whom. The sources come in; what names something that it must not know goes out.

use super::source::Source;
use super::{Breach, none, sources, told};

/// The stages. None of them imports another; the drivers alone know their order.
const VERBS: [&str; 8] =
    ["generate", "execute", "observe", "judge", "measure", "shrink", "explain", "persist"];

/// The drivers: they may read clocks and the environment, and write files.
const DRIVERS: [&str; 4] = ["check", "explore", "campaign", "cli"];

/// What one verb may know of another, and why.
const ACQUAINTANCES: [(&str, &str, &str); 1] =
    [("judge", "observe", "what a judge may see is what observe hands out")];

/// Words that a room must not say, with the reason.
const UNSPOKEN: [(&str, &[&str], &str); 2] = [
    (
        "execute",
        &["Property", "Verdict", "Violation", "judge", "verdict"],
        "execute does not know that properties exist",
    ),
    (
        "judge",
        &["Trace", "Schedule", "World", "Process", "Drive", "Disk", "Io", "execute"],
        "a judge sees what observe hands out and not the world",
    ),
];

/// Crates that only some rooms of the model may name.
const HOUSEKEEPERS: [(&str, &[&str]); 12] = [
    ("proptest", &["check"]),
    ("proptest_state_machine", &["check"]),
    ("stateright", &["explore", "reference"]),
    ("cpu_time", &["check"]),
    ("clap", &["cli"]),
    ("ctrlc", &["cli"]),
    ("flate2", &["cli"]),
    ("hdrhistogram", &["measures"]),
    ("indicatif", &["cli"]),
    ("serde", &["cli"]),
    ("serde_json", &["cli"]),
    ("tracing_subscriber", &["execute"]),
];

/// Crates that bring real networks and clocks, and the only places outside of the model that name
/// them: an adapter is driven by its events alone.
const WORLD: [&str; 4] = ["http_body_util", "hyper", "hyper_util", "tokio"];
const LIVE: [&str; 4] = [
    "impl-adapter/src/live.rs",
    "impl-adapter/src/live/",
    "impl-adapter/museum/src/paused",
    "impl-adapter/tests/live",
];

/// What reads something that is not in the schedule: the second name of a path in `std`, or a type.
const WORLDLY: [&str; 4] = ["env", "fs", "net", "process"];
const CLOCKS: [&str; 2] = ["Instant", "SystemTime"];

/// What only makes sense where there are threads.
const SHARED: [&str; 10] = [
    "Barrier",
    "Condvar",
    "LazyLock",
    "Mutex",
    "Once",
    "OnceLock",
    "RwLock",
    "atomic",
    "mpsc",
    "thread_local",
];

/// Places outside of the campaign and the Explorer where such a word stands, and why.
const CONFINED: [(&str, &str, &str); 4] = [
    ("model/src/execute/guard.rs", "Once", "the panic hook belongs to the whole process"),
    ("model/src/execute/guard.rs", "thread_local", "a panic is told to the world on its thread"),
    ("model/src/execute/rich.rs", "thread_local", "what nodes log belongs to the world that ran"),
    ("model/src/check/run.rs", "thread", "libtest tells the name of a test through its thread"),
];

/// The room of the model in which a file stands: `judge` for `model/src/judge/reach.rs`.
fn room(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("model/src/")?;
    Some(inside.split(['/', '.']).next().unwrap_or(inside))
}

/// The files of the model, each with its room.
fn model(all: &[Source]) -> impl Iterator<Item = (&str, &Source)> {
    all.iter().filter_map(|source| Some((room(&source.path)?, source)))
}

fn verbs_that_know_verbs(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (room, source) in model(all).filter(|(room, _)| VERBS.contains(room)) {
        for name in source.crate_roots() {
            let other = name.text.as_str();
            let known = |(who, whom, _): &(&str, &str, &str)| *who == room && *whom == other;
            if VERBS.contains(&other) && other != room && !ACQUAINTANCES.iter().any(known) {
                let why = format!("`{room}` imports `{other}`, and no verb knows another");
                breaches.push(Breach::new(&source.path, name.line, why));
            }
        }
    }
    breaches
}

fn unspoken_words(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (room, source) in model(all) {
        for (_, words, reason) in UNSPOKEN.iter().filter(|(who, ..)| *who == room) {
            for token in source.words().filter(|token| words.contains(&token.text.as_str())) {
                let why = format!("`{room}` names `{}`: {reason}", token.text);
                breaches.push(Breach::new(&source.path, token.line, why));
            }
        }
    }
    breaches
}

fn crates_outside_of_their_rooms(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (room, source) in model(all) {
        let tokens: Vec<_> = source.words().collect();
        for pair in tokens.windows(2) {
            let is_path = pair[1].text == "::" || pair[0].text == "use";
            let name = if pair[0].text == "use" { pair[1] } else { pair[0] };
            let keeper = HOUSEKEEPERS.iter().find(|(crate_name, _)| *crate_name == name.text);
            if let Some((_, rooms)) = keeper.filter(|(_, rooms)| is_path && !rooms.contains(&room))
            {
                let why = format!("`{}` is named only under {}", name.text, rooms.join(" and "));
                breaches.push(Breach::new(&source.path, name.line, why));
            }
        }
    }
    breaches
}

fn real_networks_elsewhere(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let at_home = |path: &str| LIVE.iter().any(|place| path.starts_with(place));
    for source in all.iter().filter(|source| !at_home(&source.path)) {
        for token in source.words().filter(|token| WORLD.contains(&token.text.as_str())) {
            let why = format!("`{}` belongs to what runs live", token.text);
            breaches.push(Breach::new(&source.path, token.line, why));
        }
    }
    breaches
}

fn worldly_rooms(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let bound = |room: &str| !DRIVERS.contains(&room) && room != "persist";
    for (_, source) in model(all).filter(|(room, _)| bound(room)) {
        let paths = source.below("std");
        let worldly = paths.into_iter().filter(|name| WORLDLY.contains(&name.text.as_str()));
        let clocks = source.words().filter(|word| CLOCKS.contains(&word.text.as_str()));
        for name in worldly.chain(clocks) {
            let why = format!("`{}` reads or writes what is not in the schedule", name.text);
            breaches.push(Breach::new(&source.path, name.line, why));
        }
    }
    breaches
}

fn shared_state(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (_, source) in model(all).filter(|(room, _)| !["campaign", "explore"].contains(room)) {
        let threads = source.below("std").into_iter().filter(|name| name.text == "thread");
        let words = source
            .words()
            .filter(|word| SHARED.contains(&word.text.as_str()) || word.text.starts_with("Atomic"));
        for name in threads.chain(words) {
            let confined =
                |(path, word, _): &(&str, &str, &str)| *path == source.path && *word == name.text;
            if !CONFINED.iter().any(confined) {
                let why = format!("`{}`: a world has one thread and shares nothing", name.text);
                breaches.push(Breach::new(&source.path, name.line, why));
            }
        }
    }
    breaches
}

/// Exceptions that excuse nothing any more.
fn idle_exceptions(all: &[Source]) -> Vec<Breach> {
    let idle = |(path, word, _): &&(&str, &str, &str)| {
        let mut sources = all.iter().filter(|source| source.path == *path);
        !sources.any(|source| source.words().any(|token| token.text == *word))
    };
    let why = |word: &str| format!("has no `{word}` any more: take its exception out of the table");
    CONFINED.iter().filter(idle).map(|(path, word, _)| Breach::new(path, 1, why(word))).collect()
}

#[test]
fn no_verb_knows_another() {
    none(verbs_that_know_verbs(&sources()));
    let bad = [Source::new(
        "model/src/shrink/times.rs",
        "//! x\nuse crate::{fault::Fault, judge::Property};\nuse super::super::observe::X;\n",
    )];
    assert_eq!(
        told(&verbs_that_know_verbs(&bad)),
        [
            "model/src/shrink/times.rs:2: `shrink` imports `judge`, and no verb knows another",
            "model/src/shrink/times.rs:3: `shrink` imports `observe`, and no verb knows another",
        ]
    );
    let fine = [Source::new("model/src/judge.rs", "use crate::observe::Observed;")];
    assert_eq!(verbs_that_know_verbs(&fine), []);
}

#[test]
fn the_simulation_does_not_know_of_properties_nor_a_judge_of_the_world() {
    none(unspoken_words(&sources()));
    let bad = [
        Source::new("model/src/execute/calm.rs", "fn f(p: &dyn Property) {}"),
        Source::new("model/src/judge.rs", "use crate::trace::End;\nuse crate::Trace;"),
    ];
    assert_eq!(
        told(&unspoken_words(&bad)),
        [
            "model/src/execute/calm.rs:1: `execute` names `Property`: execute does not know that \
             properties exist",
            "model/src/judge.rs:2: `judge` names `Trace`: a judge sees what observe hands out and \
             not the world",
        ]
    );
}

#[test]
fn outside_crates_are_named_in_their_rooms_only() {
    none(crates_outside_of_their_rooms(&sources()));
    let bad = [
        Source::new("model/src/generate.rs", "use proptest::prelude::*;"),
        Source::new("model/src/check/strategy.rs", "use proptest::prelude::*;"),
        Source::new("model/src/seed.rs", "#[cfg(test)]\nmod tests { use proptest::prelude::*; }"),
        Source::new("model/src/trace.rs", "#[derive(serde::Serialize)] struct Trace;"),
    ];
    assert_eq!(
        told(&crates_outside_of_their_rooms(&bad)),
        [
            "model/src/generate.rs:1: `proptest` is named only under check",
            "model/src/generate.rs:1: `proptest` is named only under check",
            "model/src/trace.rs:1: `serde` is named only under cli",
        ]
    );
}

#[test]
fn real_networks_belong_to_what_runs_live() {
    none(real_networks_elsewhere(&sources()));
    let bad = [
        Source::new("impl-adapter/src/raft/log.rs", "use tokio::net::UdpSocket;"),
        Source::new("impl-adapter/src/live/udp.rs", "use tokio::net::UdpSocket;"),
        Source::new("model/src/cli.rs", "fn f(b: hyper::Body) {}"),
    ];
    assert_eq!(
        told(&real_networks_elsewhere(&bad)),
        [
            "impl-adapter/src/raft/log.rs:1: `tokio` belongs to what runs live",
            "model/src/cli.rs:1: `hyper` belongs to what runs live",
        ]
    );
}

#[test]
fn clocks_files_and_the_environment_belong_to_the_drivers() {
    none(worldly_rooms(&sources()));
    let bad = [
        Source::new("model/src/explain.rs", "use std::{env, fmt};\nfn f() { std::fs::read(p); }"),
        Source::new("model/src/seed.rs", "fn f() { let t = time::Instant::now(); }"),
        Source::new("model/src/persist.rs", "use std::fs;"),
    ];
    let why = "reads or writes what is not in the schedule";
    assert_eq!(
        told(&worldly_rooms(&bad)),
        [
            format!("model/src/explain.rs:1: `env` {why}"),
            format!("model/src/explain.rs:2: `fs` {why}"),
            format!("model/src/seed.rs:1: `Instant` {why}"),
        ]
    );
}

#[test]
fn a_world_has_one_thread_and_shares_nothing() {
    none(shared_state(&sources()));
    none(idle_exceptions(&sources()));
    let bad = [
        Source::new("model/src/node.rs", "use std::sync::{Arc, Mutex};\nstatic N: AtomicU64 = x;"),
        Source::new("model/src/execute/guard.rs", "use std::sync::{Once, RwLock};"),
        Source::new("model/src/campaign.rs", "use std::sync::Mutex;"),
        Source::new("model/src/shrink.rs", "use std::thread;"),
    ];
    let why = "a world has one thread and shares nothing";
    assert_eq!(
        told(&shared_state(&bad)),
        [
            format!("model/src/node.rs:1: `Mutex`: {why}"),
            format!("model/src/node.rs:2: `AtomicU64`: {why}"),
            format!("model/src/execute/guard.rs:1: `RwLock`: {why}"),
            format!("model/src/shrink.rs:1: `thread`: {why}"),
        ]
    );
    assert_eq!(idle_exceptions(&[]).len(), CONFINED.len());
}
