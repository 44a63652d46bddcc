//! A number of nodes, of virtual seconds, of rounds and a seed come in as words, and maybe the word
//! `judged`; a group of members runs for so long, with one message in twenty lost and one node in
//! ten crashing half-way, and the time of the processor that each round took goes out: the first
//! one finds no memory that was used before. `swim.sh` sets it beside a floor: the bare library in
//! a simulation that does nothing else.

use cpu_time::ThreadTime;
use schism::execute::{Recording, execute};
use schism::fault::{Fault, Target};
use schism::judge::{Membership, Property};
use schism::observe::observe;
use schism::schedule::{Action, Noise, Schedule, Step, Timing, When};
use schism::seed::Ratio;
use schism::spec::group::Op;
use schism::{Nemesis, NodeId, Seed, Time};
use schism_adapters::swim::{Config, foca::boot};
use schism_adapters::targets::bounds;
use std::time::Duration;

/// The same one as in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One message in twenty is lost. The end is no part of what is measured, so it is as short as can
/// be.
fn schedule(nodes: u32, seconds: u64, seed: u64) -> Schedule<Op> {
    let half = Duration::from_secs(seconds) / 2;
    let crashes = (0..(nodes / 10).max(1)).map(|place| Step {
        when: When::At(Time::ZERO + half),
        action: Action::Fault(Fault::Crash {
            node: Target::Node(NodeId(nodes - place)),
            point: None,
        }),
    });
    Schedule {
        seed: Seed(seed),
        noise: Some(Noise { seed: Seed(seed + 1), rate: Ratio::new(1, 20) }),
        claim: Nemesis::new().crashes().loss(),
        timing: Timing { linger: half, settle: Duration::ZERO, ..Timing::DEFAULT },
        steps: crashes.collect(),
        ..Schedule::new(nodes)
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let judged = words.iter().any(|word| word == "judged");
    let numbers: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let (nodes, seconds, rounds, seed) = match numbers[..] {
        [nodes, seconds, rounds, seed] => (nodes as u32, seconds, rounds, seed),
        _ => (5, 60, 2, 1),
    };
    let schedule = schedule(nodes, seconds, seed);
    let config = Config::lan();
    let boot = boot(config);
    let judge = Membership::within(bounds(config, nodes));
    for round in 1..=rounds {
        let recording = Recording { course: judged, ..Recording::default() };
        let began = ThreadTime::now();
        let trace = execute(&schedule, &boot, recording);
        let verdict = judged.then(|| judge.judge(&observe(&trace, nodes)));
        let cpu = began.elapsed().as_secs_f64();
        let what = if judged { "judged" } else { "bare" };
        let (events, messages) = (trace.counts.events, trace.counts.delivered);
        println!(
            "{what} round={round} n={nodes} virt_s={seconds} seed={seed} cpu_s={cpu:.6} \
             events={events} messages={messages} facts={} {verdict:?}",
            trace.facts.len()
        );
    }
}
