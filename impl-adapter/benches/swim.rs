//! A number of nodes, of virtual seconds and of rounds come in as words; a group of members runs
//! for so long, with one message in twenty lost and one node in ten crashing half-way, and the time
//! of the processor that it took goes out, without and with judging. `swim.sh` sets it beside a
//! floor: the bare library in a simulation that does nothing else.

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
fn schedule(nodes: u32, seconds: u64) -> Schedule<Op> {
    let half = Duration::from_secs(seconds) / 2;
    let crashes = (0..(nodes / 10).max(1)).map(|place| Step {
        when: When::At(Time::ZERO + half),
        action: Action::Fault(Fault::Crash {
            node: Target::Node(NodeId(nodes - place)),
            point: None,
        }),
    });
    Schedule {
        seed: Seed(1),
        noise: Some(Noise { seed: Seed(2), rate: Ratio::new(1, 20) }),
        claim: Nemesis::new().crashes().loss(),
        timing: Timing { linger: half, settle: Duration::ZERO, ..Timing::DEFAULT },
        steps: crashes.collect(),
        ..Schedule::new(nodes)
    }
}

fn main() {
    let words = std::env::args().skip(1).filter_map(|word| word.parse::<u64>().ok());
    let numbers: Vec<u64> = words.collect();
    let (nodes, seconds, rounds) = match numbers[..] {
        [nodes, seconds, rounds] => (nodes as u32, seconds, rounds),
        _ => (5, 60, 1),
    };
    let schedule = schedule(nodes, seconds);
    let config = Config::lan();
    let boot = boot(config);
    let judge = Membership::within(bounds(config, nodes));
    for judged in [false, true] {
        let recording = Recording { course: judged, ..Recording::default() };
        let (began, mut seen) = (ThreadTime::now(), (0, 0, 0));
        let mut verdict = String::new();
        for _ in 0..rounds {
            let trace = execute(&schedule, &boot, recording);
            seen = (trace.counts.events, trace.counts.delivered, trace.facts.len());
            if judged {
                let said = judge.judge(&observe(&trace, nodes));
                verdict = format!("  {said:?}");
            }
        }
        let cpu = began.elapsed().as_secs_f64() / rounds as f64;
        let (events, messages, facts) = seen;
        let what = if judged { "judged" } else { "bare" };
        println!(
            "{what} n={nodes} virt_s={seconds} cpu_s={cpu:.6} events={events} \
             messages={messages} facts={facts}{verdict}"
        );
    }
}
