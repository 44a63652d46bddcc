//! Planted bugs on real sockets: the property that a mutant names finds it, as in the simulation,
//! and a healthy cluster holds under the same trouble. Nobody can tell of a host that stood still,
//! and chance may spare a bug once: so each is sought in several scenarios, all at one time.

use super::*;
use crate::scenarios;
use schism::campaign::Stop;
use schism::check::Outcome;

fn live() -> Live {
    Live {
        over: "udp".to_owned(),
        speed: 2.0,
        jobs: 16,
        save: None,
        limits: Vec::new(),
        refines: false,
        stop: Stop::default(),
    }
}

fn on(target: &str, family: &str, scenes: &[&str]) -> Vec<Play> {
    let scenes = scenes.iter().map(|name| (name, scenarios::find(family, name)));
    let play = |(name, scene): (&&str, Option<&scenarios::Scenario>)| Play {
        target: target.to_owned(),
        name: format!("test:{target}/{name}"),
        text: scene.expect("it is shipped").text.to_owned(),
    };
    scenes.map(play).collect()
}

/// Plays all, and hands back what became of each that did not fail for want of a machine.
fn told(plays: &[Play], live: &Live) -> Vec<Witnessed> {
    let mut told = Vec::new();
    play(plays, live, &mut |place, result| {
        let seen = result.unwrap_or_else(|error| panic!("{}: {error}", plays[place].name));
        let report = &seen.staged.checked.report;
        match seen.staged.checked.outcome {
            Outcome::Unknown if report.contains("the host stalled") => println!("{report}"),
            _ => told.push(seen),
        }
    });
    told
}

const CUTS: [&str; 4] =
    ["clean-partition", "minority-partition", "asymmetric-partition", "flapping-partition"];

#[test]
fn a_planted_bug_is_found_on_real_sockets_by_a_property_that_it_names() {
    let all = [("PM24", "foca"), ("PM10", "raft-rs"), ("PM16", "raft-rs")];
    let mut plays = Vec::new();
    for (id, family) in all {
        plays.extend(on(&format!("mutant:{id}"), family, &CUTS));
    }
    let told = told(&plays, &live());
    for (id, _) in all {
        let of = |seen: &&Witnessed| seen.staged.checked.name.contains(id);
        let found = told.iter().filter(of).filter_map(|seen| seen.staged.checked.property.clone());
        let found: Vec<String> = found.collect();
        let named = |property: &String| {
            let names = caught_by(id).iter();
            names.map(|name| name.split(": ").next().unwrap_or_default()).any(|n| n == property)
        };
        assert!(
            found.iter().all(|property| named(property) || property == "scenario"),
            "{found:?}"
        );
        // A machine that stood still may have hidden it.
        let decided = told.iter().filter(of).count();
        assert!(decided < CUTS.len() || found.iter().any(named), "{id}: {found:?}");
    }
}

fn caught_by(id: &str) -> &'static [&'static str] {
    mutants::cards().find(|card| card.id == id).expect("it is known").caught_by
}

#[test]
fn a_healthy_cluster_holds_on_real_sockets_of_both_kinds_and_what_was_seen_is_told() {
    let healthy = [on("foca", "foca", &CUTS[..1]), on("raft-rs", "raft-rs", &CUTS[..1])].concat();
    for over in ["udp", "tcp"] {
        let folder = std::env::temp_dir().join(format!("schism-{over}-{}", std::process::id()));
        let save = Some(folder.clone());
        let told = told(&healthy, &Live { over: over.to_owned(), save, ..live() });
        for seen in told {
            let checked = &seen.staged.checked;
            assert_eq!(checked.outcome, Outcome::Pass, "{}", checked.report);
            assert!(seen.staged.answers.iter().all(|answer| answer.held == Some(true)));
            assert!(seen.staged.answers.len() >= 4 && checked.tally.faults_took_hold() > 0);
            assert!(seen.messages[1] > 100);
            let [(_, schedule), rest @ ..] = &seen.files[..] else { panic!("it is saved") };
            let text = fs::read_to_string(schedule).expect("it was written");
            assert!(text.contains("# target  ") && text.contains("expect all"), "{text}");
            // Members of a group have no registers.
            assert_eq!(rest.len(), usize::from(checked.name.contains("raft-rs")));
        }
        fs::remove_dir_all(folder).expect("something was told");
    }
}

#[test]
fn what_cannot_be_played_is_refused_before_anything_is_begun() {
    let play = |target: &str, steps: &str| Play {
        target: target.to_owned(),
        name: "test".to_owned(),
        text: format!("nodes 3  quiet  survives everything\n  @0ms expect a leader\n{steps}"),
    };
    for (target, steps, why) in [
        ("raft-rs", "  @1s power-loss n1\n", "step 2 cannot be done to a real cluster"),
        ("raft-rs", "  @elected n1 crash n1\n", "step 2 waits for an event"),
        ("raft-rs-grows", "", "raft-rs-grows cannot be run on real sockets"),
        ("mutant:XX", "", "mutant:XX cannot be run on real sockets"),
    ] {
        let error = one(&play(target, steps), &live()).expect_err("it is refused").to_string();
        assert!(error.contains(why), "{error}");
    }
}
