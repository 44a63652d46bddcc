//! The scenarios live: real nodes on real sockets, with real timers, under the same trouble as in
//! the simulation, end with the simulation's verdict. Where the machine stood still nobody can
//! tell, and of members, who have no disks to wait for, that must be rare.
//!
//! They run at one time, each on a thread of its own that mostly waits, so that all of them take as
//! long as the longest.

use schism::campaign::Stop;
use schism::check::{Check, Outcome, Ruling};
use schism::cli::{Live, Play};
use schism::execute::{Op, Recording, execute};
use schism::{NodeId, Schedule, check};
use schism_adapters::live::Memory;
use schism_adapters::live::host::{Cluster, Settings, unplayable};
use schism_adapters::live::stage::play;
use schism_adapters::scenarios::{self, Scenario};
use schism_adapters::swim::Config;
use schism_adapters::swim::foca::{Member, boot};
use std::time::Duration;

type Script = Schedule<Op<Member>>;

fn members() -> Check<Member> {
    check(boot(Config::default())).nondeterministic()
}

fn script(scenario: &Scenario) -> Script {
    let script: Script = scenario.text.parse().expect("it is shipped");
    assert_eq!(unplayable(&script), None, "{}", scenario.name);
    script
}

/// What the simulation says of a scenario.
fn simulated(script: &Script) -> Ruling {
    let recording = Recording { course: true, ..Recording::default() };
    let trace = execute(script, &boot(Config::default()), recording);
    members().judge(&trace, script.nodes, true)
}

fn all(target: &str) -> Vec<&'static Scenario> {
    let all: Vec<_> = scenarios::all().filter(|scenario| scenario.target == target).collect();
    assert!(all.len() >= 10);
    all
}

/// Plays all of these at one time; hands back those of which nobody can tell, for want of a
/// machine. The others must hold: that is what the simulation says of each.
fn on_sockets(
    scenarios: &[(&'static Scenario, usize)],
    over: &str,
    speed: f64,
) -> Vec<(&'static Scenario, usize)> {
    let plays: Vec<Play> = scenarios
        .iter()
        .map(|(scenario, nth)| Play {
            target: scenario.target.to_owned(),
            name: format!("live:{}/{} {nth}", scenario.target, scenario.name),
            text: scenario.text.to_owned(),
        })
        .collect();
    let live = Live {
        over: over.to_owned(),
        speed,
        jobs: plays.len(),
        save: None,
        limits: Vec::new(),
        refines: false,
        stop: Stop::default(),
    };
    let mut unknown = Vec::new();
    play(&plays, &live, &mut |place, result| {
        let seen = result.unwrap_or_else(|error| panic!("{}: {error}", plays[place].name));
        let checked = &seen.staged.checked;
        match checked.outcome {
            Outcome::Unknown if checked.report.contains("the host stalled") => {
                println!("{}: {:?} late", plays[place].name, seen.late);
                unknown.push(scenarios[place]);
            }
            outcome => assert_eq!(outcome, Outcome::Pass, "{}", checked.report),
        }
        assert!(!seen.staged.answers.is_empty(), "{}", checked.report);
    });
    unknown
}

#[test]
fn scenarios_on_real_sockets_end_as_in_the_simulation() {
    let twice: Vec<_> =
        all("foca").into_iter().flat_map(|scenario| [(scenario, 1), (scenario, 2)]).collect();
    for (scenario, _) in &twice {
        assert_eq!(simulated(&script(scenario)), Ruling::Held, "{}", scenario.name);
    }
    let runs = twice.len();
    let mut unknown = on_sockets(&twice, "udp", 1.0);
    if unknown.len() * 20 > runs {
        // Other work had the machine: those of which nobody can tell are tried once more.
        unknown = on_sockets(&unknown, "udp", 1.0);
    }
    let names: Vec<_> = unknown.iter().map(|(scenario, _)| scenario.name).collect();
    assert!(unknown.len() * 20 <= runs, "the host stalled in more than 1 of 20: {names:?}");
}

#[test]
fn scenarios_of_servers_with_real_disks_hold_or_nobody_can_tell() {
    let once: Vec<_> = all("raft-rs").into_iter().map(|scenario| (scenario, 1)).collect();
    // How long a disk takes is no matter of ours: how many are unknown is not judged.
    on_sockets(&once, "tcp", 1.5);
}

#[tokio::test(start_paused = true)]
async fn scenarios_in_memory_end_as_in_the_simulation_and_take_no_time() {
    for scenario in all("foca") {
        let script = script(scenario);
        let ids = (1..=script.nodes).map(NodeId);
        let ends = Memory::network(ids, Duration::from_millis(5));
        let folder = std::env::temp_dir().join(format!("schism-memory-{}", std::process::id()));
        let cluster = Cluster::start(members(), ends, &folder, Settings::default());
        let mut cluster = cluster.expect("it can be started");
        cluster.act(&script).await.expect("its files can be written");
        let (trace, ruling) = cluster.finish();
        // Members keep nothing on disk.
        std::fs::remove_dir_all(folder).expect("it was made");
        assert_eq!((ruling, simulated(&script)), (Ruling::Held, Ruling::Held), "{}", scenario.name);
        let expects = |step: &&schism::schedule::Step<_>| {
            matches!(step.action, schism::schedule::Action::Expect(_))
        };
        // All that the scenario expects was judged, and no step was left out.
        assert_eq!(trace.outlook.begun.len(), script.steps.iter().filter(expects).count());
        assert!(trace.steps.iter().all(|step| step.took_hold), "{}", scenario.name);
    }
}
