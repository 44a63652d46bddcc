//! Same schedule, same trace: twice in a process, on any number of threads, in another process, in
//! debug and release builds. And where a node breaks that, the check says so before all else.

use crate::nodes::store;
use crate::{golden, hunt};
use schism::check::Outcome;
use schism::execute::{Recording, execute};
use schism::generate::{Shape, generate};
use schism::spec::kv::Put;
use schism::spec::map::{Map, Op};
use schism::trace::Digest;
use schism::{Event, Nemesis, Schedule, Seed};
use schism_adapters::mutants;
use schism_adapters::raft::{Config, raft_rs};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

const CASES: u64 = 200;

/// The digest of a run of raft-rs.
fn digest(schedule: &Schedule<Op>) -> Digest {
    execute(schedule, &raft_rs::boot(Config::default()), Recording::default()).digest
}

fn generated(seed: u64) -> Schedule<Op> {
    let roles = vec!["candidate", "follower", "leader"];
    let shape = Shape { claim: Nemesis::everything(), roles, ..Shape::default() };
    generate::<Map>(&shape, Seed(seed))
}

/// The digests of the first cases, computed on so many threads.
fn digests(threads: u64) -> Vec<Digest> {
    let mut all: Vec<(u64, Digest)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let cases = (0..CASES).filter(move |case| case % threads == worker);
                scope.spawn(move || {
                    cases.map(|case| (case, digest(&generated(case)))).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no run panics")).collect()
    });
    all.sort();
    all.into_iter().map(|(_, digest)| digest).collect()
}

#[test]
fn the_same_schedules_leave_the_same_traces_on_any_number_of_threads() {
    let one = digests(1);
    assert_eq!(one.len() as u64, CASES);
    for threads in [1, 2, 4] {
        assert_eq!(digests(threads), one, "on {threads} threads");
    }
}

/// What the lines begin with on which the test below tells its digests.
const TOLD: &str = "digest ";

#[test]
fn different_schedules_leave_different_traces() {
    let digests = digests(1);
    for digest in &digests {
        println!("{TOLD}{digest}");
    }
    assert_eq!(digests.iter().collect::<BTreeSet<_>>().len(), digests.len());
}

#[test]
fn another_process_sees_the_same_traces() {
    let this = std::env::current_exe().expect("a test knows its own binary");
    let name = "determinism::different_schedules_leave_different_traces";
    let output = Command::new(this)
        .args(["--exact", name, "--nocapture"])
        .current_dir(std::env::temp_dir())
        .env("SOMETHING_ELSE", "in the environment")
        .output()
        .expect("a test can run its own binary");
    let text = String::from_utf8_lossy(&output.stdout);
    let told: Vec<&str> =
        text.lines().filter_map(|line| line.split_once(TOLD)).map(|l| l.1).collect();
    let here: Vec<String> = digests(2).iter().map(ToString::to_string).collect();
    assert_eq!(told, here, "{text}");
}

/// The golden file holds schedules with their digests. Debug and release builds are both held
/// against it, so they agree with each other.
#[test]
fn debug_and_release_builds_see_the_committed_digests() {
    golden::check("digests.txt", |line| {
        let (_, schedule) = line.split_once("  ").expect("a digest, two spaces, a schedule");
        let parsed: Schedule<Op> = schedule.parse().expect("a committed schedule can be read");
        format!("{}  {schedule}", digest(&parsed))
    });
}

#[test]
fn recording_everything_does_not_change_a_run() {
    let boot = raft_rs::boot(Config::default());
    for case in 0..20 {
        let rich = Recording { views: true, rich: true, reigns: true, course: true, detail: true };
        assert_eq!(execute(&generated(case), &boot, rich).digest, digest(&generated(case)));
    }
}

#[test]
fn a_failing_target_gives_one_counterexample_on_any_number_of_threads() {
    let found = [1, 4].map(|jobs| {
        let mutant = mutants::raft::find("PM16").expect("it is in the list");
        let mut check = hunt(mutant.boot(Config::default()), "PM16", 400)
            .survives(Nemesis::everything())
            .linearizable();
        check.settings().effort.jobs = jobs;
        let checked = check.try_run(&mut |_| {}).expect("it can be checked");
        assert_eq!(checked.outcome, Outcome::Fail, "{}", checked.report);
        let brief = checked.counterexample.expect("a failure has one");
        (checked.tally.cases, checked.property, brief.schedule, brief.digest)
    });
    assert_eq!(found[0], found[1]);
}

/// A static: it outlives the run, and no schedule knows of it.
static CALLS: AtomicU64 = AtomicU64::new(0);

#[test]
fn a_node_that_remembers_other_runs_is_told_as_nondeterminism() {
    let boot = store(|_, io| {
        let delay = CALLS.fetch_add(1, Ordering::Relaxed) % 97;
        io.after(std::time::Duration::from_millis(1 + delay), 0);
    });
    let checked = hunt(boot, "remembers", 50).nodes(1).linearizable().try_run(&mut |_| {});
    let checked = checked.expect("it can be checked");
    assert_eq!(checked.outcome, Outcome::Unknown);
    assert_eq!(checked.counterexample, None);
    let report = &checked.report;
    assert!(
        report.starts_with("remembers: UNKNOWN, the same schedule gave two different traces"),
        "{report}"
    );
    assert!(report.contains("\n  first difference\n    once:  "), "{report}");
    assert!(report.contains("\n    again: "), "{report}");
}

/// Another: every third put of all runs panics.
static PUTS: AtomicU64 = AtomicU64::new(0);

#[test]
fn nondeterminism_outranks_what_it_breaks() {
    let boot = store(|event, _| {
        if let Event::Request { op: Put(..), .. } = event {
            assert!(PUTS.fetch_add(1, Ordering::Relaxed) % 3 != 2, "a bad time");
        }
    });
    let mut check = hunt(boot, "panics at times", 50).nodes(1).operations(1..=1);
    check.settings().effort.jobs = 1;
    let checked = check.try_run(&mut |_| {}).expect("it can be checked");
    // The panic is real, but nobody could replay it.
    assert_eq!((checked.outcome, checked.property), (Outcome::Unknown, None));
    assert!(checked.report.contains("panicked"), "{}", checked.report);
}
