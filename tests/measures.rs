//! What is measured in virtual time: it is the same for any number of threads, it changes nothing,
//! and a figure that is too large is a failure that shrinks.

use crate::hunt;
use schism::check::{Check, Checked, Outcome};
use schism::figure::{Bound, Figure};
use schism::spec::kv::{Op, Put, PutGet};
use schism::{Event, Io, Nemesis, Node, RequestId, Role};
use schism_adapters::mutants;
use schism_adapters::raft::{Config, raft_rs};
use std::time::Duration;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What is wrong with a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrong {
    Nothing,
    /// Every eighth value takes it long.
    Slow,
    /// Every eighth value is refused.
    Refuses,
    /// Every eighth value has no answer.
    Silent,
    /// It takes long to lead.
    Idle,
}

/// A store on one machine. It leads soon after it has come up, and answers from then on.
struct Store {
    wrong: Wrong,
    leads: bool,
    waiting: Vec<(RequestId, Op)>,
}

#[derive(Clone, Debug)]
enum Wake {
    Lead,
    Answer(RequestId),
}

impl Store {
    fn boot(wrong: Wrong) -> impl Fn(&mut Io<Store>) -> Store + Send + Sync + 'static {
        move |io| {
            io.after(if wrong == Wrong::Idle { ms(700) } else { ms(50) }, Wake::Lead);
            Store { wrong, leads: false, waiting: Vec::new() }
        }
    }

    fn serve(&self, id: RequestId, op: Op, io: &mut Io<Store>) {
        let odd = matches!(op, Put(_, value) if value % 8 == 0 && value < 1_000);
        match self.wrong {
            Wrong::Slow if odd => {
                io.after(ms(300), Wake::Answer(id));
            }
            Wrong::Refuses if odd => io.refused(id),
            Wrong::Silent if odd => {}
            _ => io.ok(id, None),
        }
    }
}

impl Node for Store {
    type Spec = PutGet;
    type Message = ();
    type Timer = Wake;
    type View = ();

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, op } if self.leads => self.serve(id, op, io),
            Event::Request { id, op } => self.waiting.push((id, op)),
            Event::Timer(Wake::Lead) => {
                self.leads = true;
                for (id, op) in std::mem::take(&mut self.waiting) {
                    self.serve(id, op, io);
                }
            }
            Event::Timer(Wake::Answer(id)) => io.ok(id, None),
            _ => {}
        }
    }

    fn view(&self) {}

    fn role(&self) -> Role {
        if self.leads { Role::leader(1) } else { Role::NONE }
    }
}

fn run<N: Node>(check: Check<N>) -> Checked {
    check.try_run(&mut |_| {}).expect("it can be checked")
}

fn bounded(wrong: Wrong, figure: Figure, bound: Bound) -> Checked {
    let store = hunt(Store::boot(wrong), &format!("{figure}"), 500).nodes(1);
    let store = if figure == Figure::Recovery {
        store.survives(Nemesis::new().crashes()).faults(1..=3)
    } else {
        store.faults(0..=0)
    };
    run(store.within(figure, bound))
}

#[test]
fn each_figure_has_a_bound_that_a_healthy_store_keeps_and_a_broken_one_breaks() {
    for (wrong, figure, bound, clause, steps) in [
        (Wrong::Slow, Figure::Latency(99.0), ms(100).into(), "an operation takes longer", 1),
        (Wrong::Slow, Figure::Latency(100.0), ms(100).into(), "an operation takes longer", 1),
        (Wrong::Refuses, Figure::Refused, 0.05.into(), "more are refused", 1),
        (Wrong::Silent, Figure::Unknown, 0.05.into(), "more are unknown", 1),
        (Wrong::Idle, Figure::Recovery, ms(100).into(), "no write is acknowledged for longer", 1),
        (Wrong::Idle, Figure::Leaderless, ms(100).into(), "nobody leads for longer", 0),
        (Wrong::Idle, Figure::LeaderlessShare, 0.3.into(), "nobody leads for a larger share", 0),
    ] {
        let healthy = bounded(Wrong::Nothing, figure, bound);
        assert_eq!(healthy.outcome, Outcome::Pass, "{}", healthy.report);
        let broken = bounded(wrong, figure, bound);
        assert_eq!(broken.property, Some(format!("within {figure}")), "{}", broken.report);
        assert_eq!(broken.clause.as_deref(), Some(clause), "{}", broken.report);
        let small = broken.counterexample.expect("it failed");
        assert_eq!(small.steps, steps, "{}", broken.report);
    }
}

/// A hunt in raft-rs, measured, on so many threads.
fn measured(jobs: usize) -> Checked {
    let mut check = raft(200).measure();
    check.settings().effort.jobs = jobs;
    run(check)
}

fn raft(cases: u64) -> Check<raft_rs::Server> {
    hunt(raft_rs::boot(Config::default()), "measured", cases).survives(Nemesis::everything())
}

#[test]
fn measures_are_the_same_on_any_number_of_threads_and_change_nothing() {
    let one = measured(1);
    let measures = one.tally.measures.as_deref().expect("it was measured");
    assert_eq!(measures.runs, 200);
    let [ok, ..] = measures.operations;
    assert_eq!((measures.operations, measures.latency.count()), (one.tally.operations, ok));
    let faults: u64 = measures.recovery.values().map(|one| one.faults).sum();
    assert_eq!(faults, one.tally.faults_took_hold());
    assert_eq!(measured(4).tally.measures, one.tally.measures);
    let plain = run(raft(200));
    assert_eq!(plain.tally.measures, None);
    assert_eq!(
        (plain.tally.events, plain.tally.sent, plain.tally.operations),
        (one.tally.events, one.tally.sent, one.tally.operations)
    );
}

#[test]
fn a_hunt_that_failed_has_no_figures() {
    let check = hunt(Store::boot(Wrong::Silent), "fails", 100).nodes(1).faults(0..=0);
    let found = run(check.within(Figure::Unknown, 0.0).measure());
    assert_eq!((found.outcome, found.tally.measures), (Outcome::Fail, None));
}

/// One partition, and many who want to write.
fn parted<N: Node>(boot: impl Fn(&mut Io<N>) -> N + Send + Sync + 'static) -> Checked {
    let check = hunt(boot, "parted", 1_000).survives(Nemesis::new().partitions());
    run(check.faults(1..=1).operations(40..=40).within(Figure::Recovery, ms(500)))
}

#[test]
fn a_raft_that_waits_for_a_silent_voter_recovers_too_late() {
    let mutant = mutants::raft::find("SM02").expect("it is in the list");
    let broken = parted(mutant.boot(Config::default()));
    assert_eq!(broken.property.as_deref(), Some("within recovery"), "{}", broken.report);
    let healthy = parted(raft_rs::boot(Config::default()));
    assert_eq!(healthy.outcome, Outcome::Pass, "{}", healthy.report);
}

#[test]
fn a_bound_that_cannot_be_meant_is_told_before_anything_is_run() {
    let check = raft(1).within(Figure::Refused, ms(5));
    let error = check.try_run(&mut |_| {}).expect_err("a share is no time").to_string();
    assert!(error.contains("refused is a share"), "{error}");
}
