//! What can go wrong off the record of real nodes: all that a claim names is offered, different
//! troubles are different states, and those that have nothing to do with each other merge.

use super::real::Rumour;
use crate::check::check;
use crate::explore::real::{At, Real, Shared};
use crate::fault::{Kind, Nemesis};
use crate::schedule::Schedule;
use crate::spec::kv::Op;
use stateright::Model;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn claimed(claim: Nemesis) -> Shared<Rumour> {
    let mut text = "nodes 3  quiet".to_owned();
    if claim != Nemesis::NONE {
        text += &format!("  survives {claim}");
    }
    let mut check = check(move |io| {
        io.every(Duration::from_millis(100), ());
        // One file is durable and another one is not, so that each kind of loss shows.
        io.disk().append("old", b"heard");
        io.disk().sync("old");
        io.disk().append("new", b"said");
        Rumour::new(false)
    });
    check = check.survives(claim).linearizable();
    check.settings().save = None;
    let schedule: Schedule<Op> = text.parse().expect("it is written well");
    Shared(Arc::new(Real::new(check.subject, schedule)))
}

fn all_claimed() -> Shared<Rumour> {
    let claim = Nemesis::everything().corruption().retries().disk_lies(3).damage(3);
    claimed(claim.own("gossip", 1..=100))
}

/// Every move from here, with those on lists, and where it leads.
fn offered(model: &Shared<Rumour>, at: &At<Op>) -> BTreeMap<String, Option<At<Op>>> {
    let mut actions = Vec::new();
    model.actions(at, &mut actions);
    let mut all = BTreeMap::new();
    for action in actions {
        let words = model.format_action(&action);
        let next = model.next_state(at, action);
        match next {
            Some(open) if words.starts_with("+ ") => all.extend(offered(model, &open)),
            next => {
                let before = all.insert(words.clone(), next);
                assert!(before.is_none(), "{words} is offered twice");
            }
        }
    }
    all
}

/// Leaves the record, so that nothing happens by itself any more.
fn started(model: &Shared<Rumour>) -> At<Op> {
    let start = model.init_states().remove(0);
    let asked = offered(model, &start).remove("ask: c0 -> n1  put k0 1");
    asked.flatten().expect("a client can ask")
}

fn fault(words: &str) -> &str {
    words.split(": ").next().unwrap_or(words)
}

#[test]
fn every_kind_that_a_claim_names_is_offered_and_no_other() {
    let alone = |kind| {
        let claim = match kind {
            Kind::Disturbances => Nemesis::new().own("gossip", 1..=2),
            _ => Nemesis::new().with(kind),
        };
        let model = claimed(claim);
        let all = offered(&model, &started(&model));
        all.keys().map(|words| fault(words).to_owned()).collect::<Vec<_>>()
    };
    let calm = claimed(Nemesis::new());
    let usual: Vec<String> =
        offered(&calm, &started(&calm)).keys().map(|words| fault(words).to_owned()).collect();
    for kind in Kind::ALL {
        let more: Vec<String> =
            alone(kind).into_iter().filter(|words| !usual.contains(words)).collect();
        assert!(!more.is_empty(), "{kind:?}");
        for words in more.iter().filter(|words| !words.starts_with("c0 -> ")) {
            let text = format!("nodes 3  quiet  survives crashes\n@0ms {words}");
            let Ok(schedule) = text.parse::<Schedule<Op>>() else { continue };
            let crate::schedule::Action::Fault(fault) = &schedule.steps[0].action else { continue };
            assert_eq!(fault.kind(), Some(kind), "{words}");
        }
    }
}

#[test]
fn different_troubles_are_different_states() {
    let model = all_claimed();
    let at = started(&model);
    let all = offered(&model, &at);
    assert!(all.len() > 150, "{}", all.len());
    let mut seen: Vec<(&str, &At<Op>)> = vec![("nothing", &at)];
    for (words, next) in &all {
        let Some(next) = next else { panic!("{words} does nothing") };
        for (other, before) in &seen {
            // A link that is cut both ways has two names.
            let ends = |words: &str| {
                let mut ends: Vec<String> = fault(words).split(' ').map(str::to_owned).collect();
                ends.sort_unstable();
                ends
            };
            let same = words.contains(" -- ") && ends(words) == ends(other);
            assert_eq!(next == *before, same, "{words}\n{other}");
        }
        seen.push((words, next));
    }
}

/// Which nodes and links a move is about.
fn about(words: &str) -> Vec<String> {
    let words: Vec<&str> = fault(words).split(' ').collect();
    let arrow = words.iter().position(|word| matches!(*word, "->" | "--"));
    match arrow {
        Some(at) => vec![words[at - 1..=at + 1].concat()],
        None => {
            words.iter().filter(|word| word.starts_with('n')).map(|w| (*w).to_owned()).collect()
        }
    }
}

#[test]
fn troubles_of_different_links_and_machines_merge_in_either_order() {
    let model = all_claimed();
    let at = started(&model);
    let all = offered(&model, &at);
    let troubles = [
        "crash n",
        "power-loss n",
        "disk n",
        "slow n",
        "drift n",
        "wobble n",
        "hold n",
        "jitter n",
        "freeze n",
        "drop the",
        "double the",
        "swap the",
        "delay the",
        "corrupt the",
        "lose 1 in",
        "latency n",
        "congest n",
        "cut n",
        "pause n",
        "disturb n",
        "hurry n",
    ];
    // Every fifth one keeps it short; all kinds are among them.
    let of = |words: &&String| troubles.iter().any(|trouble| words.starts_with(trouble));
    let some: Vec<&String> = all.keys().filter(of).collect();
    let mut merged = 0;
    for (place, one) in some.iter().enumerate() {
        for other in some[..place].iter().skip(place % 5).step_by(5) {
            let (a, b) = (about(one), about(other));
            let apart = a.len() == 1 && b.len() == 1 && {
                let shares = |x: &str, y: &str| y.split(['-', '>']).any(|end| end == x);
                a != b && !shares(&a[0], &b[0]) && !shares(&b[0], &a[0])
            };
            if !apart || a[0].contains("--") || b[0].contains("--") {
                continue;
            }
            let after = |first: &String, second: &String| {
                let next = all[first].as_ref().expect("it does something");
                offered_one(&model, next, second)
            };
            let (Some(ab), Some(ba)) = (after(one, other), after(other, one)) else { continue };
            assert!(ab == ba, "{one}\n{other}\n{ab:?}\n{ba:?}");
            merged += 1;
        }
    }
    assert!(merged > 300, "{merged}");
}

/// Where one move leads, if it is offered.
fn offered_one(model: &Shared<Rumour>, at: &At<Op>, words: &str) -> Option<At<Op>> {
    let mut actions = Vec::new();
    model.actions(at, &mut actions);
    if let Some(found) = actions.iter().position(|one| model.format_action(one) == words) {
        return model.next_state(at, actions.swap_remove(found));
    }
    let lists = actions.into_iter().filter(|one| model.format_action(one).starts_with("+ "));
    let opened: Vec<At<Op>> = lists.filter_map(|list| model.next_state(at, list)).collect();
    opened.iter().find_map(|open| {
        let mut actions = Vec::new();
        model.actions(open, &mut actions);
        let found = actions.iter().position(|one| model.format_action(one) == words)?;
        model.next_state(open, actions.swap_remove(found))
    })
}

#[test]
fn what_holds_is_told_and_can_be_ended() {
    let model = all_claimed();
    let at = started(&model);
    for (begins, ends) in [
        ("cut n1 -- n2", "heal"),
        ("hold n1 -> n2", "release n1 -> n2"),
        ("drop the 1st n1 -> n2 from here", "clear n1 -> n2"),
        ("lose 1 in 2 n1 -> n2 for 1s", "clear n1 -> n2"),
        ("disk n3 fails its next write", "mend n3"),
        ("drift n3 +50%", "mend n3"),
        ("crash n3 before its next send", "mend n3"),
        ("pause n3", "resume n3"),
        ("crash n3", "restart n3"),
    ] {
        let find = |at: &At<Op>, begins: &str| {
            let all = offered(&model, at);
            let found = all.into_iter().find(|(words, _)| fault(words) == begins);
            found.and_then(|(_, next)| next).unwrap_or_else(|| panic!("{begins}"))
        };
        let holds = find(&at, begins);
        let told = format!("{holds:?}");
        let ended = find(&holds, ends);
        let over = format!("{ended:?}");
        if !matches!(ends, "resume n3" | "restart n3") {
            assert!(told.contains("TROUBLE THAT HOLDS"), "{told}");
            assert!(!over.contains("TROUBLE THAT HOLDS"), "{over}");
        }
        assert!(holds != ended);
        if matches!(begins, "cut n1 -- n2" | "hold n1 -> n2" | "drop the 1st n1 -> n2 from here") {
            assert!(ended == at, "nothing is left of {begins}");
        }
    }
}

#[test]
fn time_can_go_on_off_the_record() {
    let model = all_claimed();
    let mut at = started(&model);
    let mut told = Vec::new();
    for _ in 0..4 {
        let all = offered(&model, &at);
        let (words, next) =
            all.into_iter().find(|(words, _)| words.starts_with("time goes on")).expect("it does");
        told.push(words);
        at = next.expect("it does something");
    }
    let said = [
        "time goes on by 0.001 s, to what is planned: c0 -> n1  put k0 1",
        "time goes on by 0.001 s, to what is planned: n1 -> c0  ok, nothing  (to put k0 1)",
        "time goes on by 0.004 s, to what is planned: n1 -> n2  (0, 1)",
        "time goes on by 0.000 s, to what is planned: n1 -> n3  (0, 1)",
    ];
    assert_eq!(told, said);
}

#[test]
fn troubles_that_end_at_other_times_are_other_states() {
    let after = |lasts: [&str; 2]| {
        let claim = Nemesis::everything();
        let [one, other] = lasts;
        let steps = format!("@0ms slow n1 by 5ms for {one}\n@0ms slow n2 by 5ms for {other}");
        let mut check = check(|_| Rumour::new(false)).survives(claim.clone());
        check.settings().save = None;
        let text = format!("nodes 3  quiet  survives {claim}\n{steps}");
        let schedule: Schedule<Op> = text.parse().expect("it is written well");
        let model = Shared(Arc::new(Real::new(check.subject, schedule)));
        let start = model.init_states().remove(0);
        let first = offered_one(&model, &start, &format!("▶ step 1: slow n1 by 5ms for {one}"));
        let first = first.expect("it is the first step");
        let second = format!("▶ step 2: slow n2 by 5ms for {other}");
        offered_one(&model, &first, &second).expect("it is the second step")
    };
    assert!(after(["1s", "2s"]) != after(["2s", "1s"]));
    assert!(after(["1s", "2s"]) == after(["1s", "2s"]));
}
