//! The scenarios of SWIM live: real members on real UDP sockets, with real timers, under the same
//! trouble as in the simulation, end with the simulation's verdict. Where the machine stood still
//! nobody can tell, and that must be rare.
//!
//! All of them run at one time, on one thread that mostly waits, so that they take as long as the
//! longest of them.

use schism::check::{Check, Ruling};
use schism::execute::{Op, Recording, execute};
use schism::{NodeId, Schedule, check};
use schism_adapters::live::host::{Cluster, Settings, unplayable};
use schism_adapters::live::{Memory, Transport, Udp};
use schism_adapters::scenarios::{self, Scenario};
use schism_adapters::swim::Config;
use schism_adapters::swim::foca::{Member, boot};
use std::time::Duration;
use tokio::task::LocalSet;

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
    let trace = execute(script, &boot(Config::default()), Recording::default());
    members().judge(&trace, script.nodes, true)
}

/// What a real run on these ends says of it.
async fn acted<T: Transport>(name: &str, script: &Script, ends: Vec<T>) -> Ruling {
    let folder = std::env::temp_dir().join(format!("schism-live-{name}-{}", std::process::id()));
    let stall = Config::default().suspicion(script.nodes) / 3;
    let settings = Settings { stall, ..Settings::default() };
    let cluster = Cluster::start(members(), ends, &folder, settings);
    let mut cluster = cluster.expect("it can be started");
    cluster.act(script).await.expect("its files can be written");
    let (_, ruling) = cluster.finish();
    // Members keep nothing on disk.
    std::fs::remove_dir_all(folder).expect("it was made");
    ruling
}

fn ids(script: &Script) -> impl Iterator<Item = NodeId> + use<> {
    (1..=script.nodes).map(NodeId)
}

fn all() -> Vec<&'static Scenario> {
    let all: Vec<_> = scenarios::all().filter(|scenario| scenario.target == "foca").collect();
    assert!(all.len() >= 10);
    all
}

/// Acts all of these out at one time; hands back the names of those of which nobody can tell.
async fn on_sockets(scenarios: Vec<(&'static Scenario, usize)>) -> Vec<(&'static Scenario, usize)> {
    let local = LocalSet::new();
    let runs: Vec<_> = scenarios
        .into_iter()
        .map(|(scenario, nth)| {
            local.spawn_local(async move {
                let script = script(scenario);
                let ends = Udp::loopback(ids(&script)).await.expect("there is a loopback");
                let ruling = acted(&format!("{}-{nth}", scenario.name), &script, ends).await;
                (scenario, nth, ruling, simulated(&script))
            })
        })
        .collect();
    let mut unknown = Vec::new();
    local
        .run_until(async {
            for run in runs {
                let (scenario, nth, live, simulated) = run.await.expect("it does not panic");
                match live {
                    Ruling::Unknown(why) if why.starts_with("the host stalled") => {
                        println!("{} {nth}: {why}", scenario.name);
                        unknown.push((scenario, nth));
                    }
                    live => assert_eq!(live, simulated, "{} {nth}", scenario.name),
                }
            }
        })
        .await;
    unknown
}

#[tokio::test]
async fn scenarios_on_real_sockets_end_as_in_the_simulation() {
    let twice: Vec<_> =
        all().into_iter().flat_map(|scenario| [(scenario, 1), (scenario, 2)]).collect();
    let runs = twice.len();
    let mut unknown = on_sockets(twice).await;
    if unknown.len() * 20 > runs {
        // Other work had the machine: those of which nobody can tell are tried once more.
        unknown = on_sockets(unknown).await;
    }
    let names: Vec<_> = unknown.iter().map(|(scenario, _)| scenario.name).collect();
    assert!(unknown.len() * 20 <= runs, "the host stalled in more than 1 of 20: {names:?}");
}

#[tokio::test(start_paused = true)]
async fn scenarios_in_memory_end_as_in_the_simulation_and_take_no_time() {
    for scenario in all() {
        let script = script(scenario);
        let ends = Memory::network(ids(&script), Duration::from_millis(5));
        let ruling = acted(&format!("{}-memory", scenario.name), &script, ends).await;
        assert_eq!((ruling, simulated(&script)), (Ruling::Held, Ruling::Held), "{}", scenario.name);
    }
}
