//! What a hunt is made of, measured part by part: whole cases, generation alone, candidates of the
//! shrinker, and the event loop under nodes that do nothing. One thread; the settings of the whole
//! cases are those of `docs/explanation/performance.md`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use schism::check::{Cases, Check, Ruling};
use schism::execute::{Recording, execute};
use schism::shrink::Shrinker;
use schism::spec::kv::PutGet;
use schism::{Event, Io, Nemesis, Node, Schedule, check};
use schism_adapters::mutants;
use schism_adapters::raft::{Config, raft_rs};
use std::hint::black_box;
use std::time::Duration;

/// The same one as in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Cases differ in what they cost, so each sample is the same so many of them.
const CASES: u64 = 100;

/// Exactly fifty operations and ten faults of all kinds, and every judge.
fn full<N: Node>(check: Check<N>, nodes: u32) -> Cases<N> {
    let check = check.nodes(nodes).operations(50..=50).faults(10..=10);
    let check = check.survives(Nemesis::everything()).linearizable();
    check.one_by_one().expect("these are sizes that can be meant")
}

fn healthy(nodes: u32) -> Cases<raft_rs::Server> {
    full(check(raft_rs::boot(Config::default())), nodes)
}

fn whole_cases(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("case");
    group.throughput(Throughput::Elements(CASES)).sample_size(20);
    for nodes in [3, 5] {
        let cases = healthy(nodes);
        group.bench_function(BenchmarkId::new("whole", nodes), |bencher| {
            bencher.iter(|| {
                for seed in 0..CASES {
                    let ruling = cases.judge(&cases.schedule(seed));
                    assert_eq!(ruling, Ruling::Held, "seed {seed}");
                }
            });
        });
    }
    let cases = healthy(3);
    group.bench_function("generation alone", |bencher| {
        bencher.iter(|| {
            for seed in 0..CASES {
                black_box(cases.schedule(seed));
            }
        });
    });
    group.finish();
}

/// Shrinks the first failing case of a mutant to the end; says how many candidates were run.
fn shrink<N: Node>(cases: &Cases<N>, start: &schism::check::ScheduleOf<N>) -> u64 {
    let Ruling::Broken(first) = cases.judge(start) else { unreachable!("it was chosen to fail") };
    let mut shrinker = Shrinker::new(start.clone());
    while let Some(candidate) = shrinker.candidate() {
        let ruling = cases.judge(candidate);
        let same = matches!(ruling, Ruling::Broken(found) if found.failure == first.failure);
        shrinker.answer(same);
    }
    shrinker.offered()
}

fn candidates(criterion: &mut Criterion) {
    let mutant = mutants::raft::find("PM16").expect("it is in the list");
    let cases = full(check(mutant.boot(Config::default())), 3);
    let start = (0..)
        .map(|seed| cases.schedule(seed))
        .find(|schedule| matches!(cases.judge(schedule), Ruling::Broken(_)))
        .expect("a mutant fails before the numbers end");
    let mut group = criterion.benchmark_group("shrink");
    group.throughput(Throughput::Elements(shrink(&cases, &start))).sample_size(20);
    group.bench_function("candidates", |bencher| bencher.iter(|| shrink(&cases, &start)));
    group.finish();
}

/// Answers what it is asked, and otherwise only wakes up.
struct Idle;

impl Node for Idle {
    type Spec = PutGet;
    type Message = ();
    type Timer = ();
    type View = ();

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        if let Event::Request { id, .. } = event {
            io.ok(id, None);
        }
    }

    fn view(&self) {}
}

fn event_loop(criterion: &mut Criterion) {
    let boot = |io: &mut Io<Idle>| {
        io.every(Duration::from_millis(1), ());
        Idle
    };
    let mut schedule = Schedule::new(3);
    schedule.timing.linger = Duration::from_secs(10);
    let run = || execute(&schedule, &boot, Recording::default());
    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(run().counts.events));
    group.bench_function("of nodes that do nothing", |bencher| bencher.iter(run));
    group.finish();
}

criterion_group!(benches, whole_cases, candidates, event_loop);
criterion_main!(benches);
