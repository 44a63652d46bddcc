//! A number of nodes and of cases come in as words; that many cases are hunted on one thread, and
//! their digest goes out. How long it took is for the caller to say: `ratio.sh` counts the time of
//! the processor, and `cargo bench` alone only sees that it works.

use schism::check::Outcome;
use schism::{Nemesis, check};
use schism_adapters::raft::{Config, raft_rs};

/// The same one as in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let words = std::env::args().skip(1).filter_map(|word| word.parse::<u64>().ok());
    let numbers: Vec<u64> = words.collect();
    let (nodes, cases) = match numbers[..] {
        [nodes, cases] => (nodes as u32, cases),
        _ => (3, 100),
    };
    let mut check = check(raft_rs::boot(Config::default()))
        .named("rate")
        .nodes(nodes)
        .operations(50..=50)
        .faults(10..=10)
        .survives(Nemesis::everything())
        .linearizable()
        .seed(1);
    let settings = check.settings();
    settings.effort.cases = cases;
    settings.effort.jobs = 1;
    settings.save = None;
    let checked = check.try_run(&mut |_| {}).expect("these are sizes that can be meant");
    assert_eq!(checked.outcome, Outcome::Pass, "{}", checked.report);
    println!("nodes {nodes}  cases {}  events {}", checked.tally.cases, checked.tally.events);
}
