//! Whole clusters of the healthy adapter in the simulation.

mod guided;
mod later;
mod members;
mod paths;
mod refines;
mod snapshots;
mod tight;

use super::raft_rs::{Server, boot};
use super::{Config, Status};
use crate::targets::AVAILABLE;
use schism::execute::{Recording, execute};
use schism::fact::Fact;
use schism::fault::Fault;
use schism::generate::{Shape, generate};
use schism::history::Outcome;
use schism::judge::{Available, Converges, Linearizable, NoPanic, Property, Terminates};
use schism::observe::observe;
use schism::reference::Cluster;
use schism::schedule::Action;
use schism::spec::map::{Map, Ret};
use schism::trace::{End, Trace, What};
use schism::verdict::{Failure, Verdict};
use schism::{Nemesis, Node, NodeId, Schedule, Seed};

type Run = Trace<Server>;

fn run_with(text: &str, config: Config, recording: Recording) -> Run {
    let schedule: Schedule<_> = text.parse().expect("the schedule is well-formed");
    execute(&schedule, &boot(config), recording)
}

fn run(text: &str) -> Run {
    run_with(text, Config::default(), Recording::default())
}

fn outcomes(trace: &Run) -> Vec<Outcome<Ret>> {
    let asked = trace.history.operations.iter().filter(|operation| !operation.is_probe());
    asked.map(|operation| operation.outcome.clone()).collect()
}

fn leaders(trace: &Run) -> Vec<(u64, NodeId)> {
    let facts = trace.facts.iter();
    facts
        .filter_map(|told| match told.fact {
            Fact::Elected { term } => Some((term, told.node)),
            _ => None,
        })
        .collect()
}

fn has_settled(trace: &Run) -> bool {
    matches!(&trace.end, End::Settled { behind, .. } if behind.is_empty())
}

fn shape() -> Shape {
    let roles = vec!["leader", "follower"];
    Shape { claim: Nemesis::everything(), roles, ..Shape::default() }
}

/// What is wrong with a run.
pub(crate) fn failures<N: Node<Spec = Map>>(trace: &Trace<N>, nodes: u32) -> Vec<Failure> {
    let seen = observe(trace, nodes);
    let available = Available::within(AVAILABLE);
    let judges: [&dyn Property<N>; 5] =
        [&NoPanic, &Terminates, &Linearizable::default(), &available, &Converges];
    let mut failures = Vec::new();
    let mut cluster = Cluster::new(nodes);
    let told = trace.facts.iter().try_for_each(|told| cluster.step(told));
    let refused = told.and_then(|()| match &trace.end {
        End::Settled { behind, .. } => cluster.finish(behind),
        _ => Ok(()),
    });
    if let Err(refusal) = refused {
        let clause = refusal.clause.name().to_owned();
        failures.push(Failure { property: "reference".to_owned(), clause });
    }
    failures.extend(judges.iter().filter_map(|judge| match judge.judge(&seen) {
        Verdict::Fail(violation) => Some(violation.failure),
        _ => None,
    }));
    failures
}

const DONE: Outcome<Ret> = Outcome::Ok(Ret::Done);

fn found(value: u64) -> Outcome<Ret> {
    Outcome::Ok(Ret::Value(Some(value)))
}

#[test]
fn three_nodes_elect_one_leader_and_serve_every_operation_through_any_node() {
    let trace = run("nodes 3
        @elected     c0 -> leader      put k1 81
        @acked 1     c0 -> a follower  cas k1 81 82
        @acked 2     c0 -> a follower  cas k1 81 83
        @acked 3     c0 -> n1          get k1
        @acked 3     c1 -> n2          get k1
        @acked 3     c2 -> n3          get k1
        @acked 6     c0 -> a follower  delete k1
        @acked 7     c0 -> leader      get k1");
    let swapped = |yes| Outcome::Ok(Ret::Swapped(yes));
    let nothing = Outcome::Ok(Ret::Value(None));
    let want =
        [DONE, swapped(true), swapped(false), found(82), found(82), found(82), DONE, nothing];
    assert_eq!(outcomes(&trace), want);
    assert_eq!(leaders(&trace).len(), 1);
    assert!(has_settled(&trace), "{:?}", trace.end);
}

#[test]
fn acknowledged_writes_survive_a_loss_of_power_everywhere() {
    let trace = run("nodes 3  survives power-loss
        @elected        c0 -> leader  put k1 81
        @acked 1        power-loss n1
        @+0ms           power-loss n2
        @+0ms           power-loss n3
        @+10ms          restart n1
        @+0ms           restart n2
        @+0ms           restart n3
        @elected +50ms  c1 -> leader  get k1");
    assert_eq!(outcomes(&trace), [DONE, found(81)]);
    let boots = trace.facts.iter().filter(|told| matches!(told.fact, Fact::Booted { .. }));
    let kept: Vec<u64> = boots
        .map(|told| match told.fact {
            Fact::Booted { log_last, .. } => log_last,
            _ => 0,
        })
        .collect();
    assert_eq!(kept[..3], [0, 0, 0]);
    assert_eq!(kept.len(), 6);
    assert!(kept[3..].iter().filter(|last| **last == 2).count() >= 2, "{kept:?}");
    assert!(has_settled(&trace), "{:?}", trace.end);
}

#[test]
fn a_torn_log_is_cut_off_and_goes_on_in_another_file() {
    for (percent, torn) in [(0, false), (5, true), (50, true), (95, true), (100, false)] {
        let text = format!(
            "nodes 3  survives power-loss
            @elected     c0 -> leader  put k1 81
            @acked 1     power-loss leader before its next sync keeping {percent}%
            @+0ms        c0 -> leader  put k1 82
            @+300ms      restart n1
            @+0ms        restart n2
            @+0ms        restart n3
            @+100ms      c1 -> leader  put k1 83
            @acked 7     c1 -> leader  get k1"
        );
        let rich = Recording { rich: true, ..Recording::default() };
        let trace = run_with(&text, Config::default(), rich);
        assert_eq!(outcomes(&trace).last(), Some(&found(83)), "{percent}%");
        assert!(has_settled(&trace), "{:?}", trace.end);
        let second = |what: &What| matches!(what, What::Wrote(file, _) if file == "wal.1");
        let goes_on = trace.records.iter().any(|record| second(&record.what));
        assert_eq!(goes_on, torn, "{percent}%");
    }
}

#[test]
fn a_node_without_a_leader_refuses_writes_and_answers_no_reads() {
    let trace = run("nodes 3  survives partitions
        @elected        isolate n1
        @+0ms           isolate n2
        @+0ms           isolate n3
        @+400ms         c0 -> n1  put k1 81
        @+0ms           c1 -> n1  get k1");
    assert_eq!(outcomes(&trace)[0], Outcome::Refused);
    assert_eq!(outcomes(&trace)[1], Outcome::Unknown, "its client has gone after a second");
    assert!(has_settled(&trace), "{:?}", trace.end);
}

#[test]
fn equal_schedules_give_equal_traces() {
    for seed in 0..20 {
        let schedule = generate::<Map>(&shape(), Seed(seed));
        let run = |recording| -> Run { execute(&schedule, &boot(Config::default()), recording) };
        let rich = Recording { rich: true, views: true, reigns: true, course: true, detail: true };
        let (lean, first, second) = (run(Recording::default()), run(rich), run(rich));
        assert_eq!((first.digest, second.digest), (lean.digest, lean.digest));
        // What the library logs is the same, too: none of it shows what it drew for itself.
        let differs = first.records.iter().zip(&second.records).find_map(|(one, other)| {
            let (one, other) = (format!("{one:?}"), format!("{other:?}"));
            (one != other).then_some((one, other))
        });
        assert_eq!(differs, None, "seed {seed}");
    }
}

#[test]
fn waking_for_every_tick_makes_no_difference() {
    // Not the faults that can tell the two apart: crash points count events and effects, noise and
    // lossy links are keyed by events, and a process that stood still skips ticks.
    let claim = Nemesis::new().stops().partitions().holds().loss().delays();
    let shape = Shape { claim, ..shape() };
    for seed in 0..60 {
        let mut schedule = generate::<Map>(&shape, Seed(seed));
        schedule.noise = None;
        schedule.steps.retain(|step| !matches!(step.action, Action::Fault(Fault::Link { .. })));
        let run = |every_tick| -> Run {
            let config = Config { every_tick, ..Config::default() };
            execute(&schedule, &boot(config), Recording::default())
        };
        let (few, every) = (run(false), run(true));
        assert!(few.counts.events < every.counts.events);
        let facts = |run: &Run| {
            let facts = run.facts.iter();
            facts.map(|told| (told.time, told.node, told.fact)).collect::<Vec<_>>()
        };
        let (few, every) = (facts(&few), facts(&every));
        let differs = few.iter().zip(&every).find(|(few, every)| few != every);
        assert_eq!((differs, few.len()), (None, every.len()), "seed {seed}");
    }
}

#[test]
fn healthy_clusters_hold_whatever_happens() {
    let mut shown = 0;
    for seed in 100..200 {
        let schedule = generate::<Map>(&shape(), Seed(seed));
        let views = Recording { views: true, ..Recording::default() };
        let trace: Run = execute(&schedule, &boot(Config::default()), views);
        assert_eq!(failures(&trace, 3), [], "seed {seed}");
        for seen in &trace.views {
            let Status { commit, applied, last_index, .. } = seen.view;
            assert!(applied <= commit && commit <= last_index, "{:?}", seen.view);
            shown += 1;
        }
    }
    assert!(shown > 50_000, "{shown}");
}
