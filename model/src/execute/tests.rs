//! The simulation, seen through a small node: a store that tells its neighbours what it was told.

use super::{Recording, execute};
use crate::fault::{CrashPoint, EffectKind, Fault, Kind, Nemesis};
use crate::history::Outcome;
use crate::id::{ClientId, NodeId};
use crate::node::{Event, Io, Node, Role};
use crate::schedule::{Action, Anchor, Schedule, Step, When};
use crate::spec::kv::{Answer, Get, Op, Put, PutGet};
use crate::time::Time;
use crate::trace::{End, Trace, What};
use std::time::Duration;

/// Keeps what it is told in a log, syncs it, passes it on, and answers. The node with the lowest id
/// says that it leads.
pub(super) struct Gossip {
    id: NodeId,
    values: Vec<(u64, u64)>,
    ticks: u64,
}

impl Gossip {
    pub(super) fn boot(io: &mut Io<Gossip>) -> Gossip {
        io.every(Duration::from_millis(10), ());
        let log = io.disk().read("log");
        let values = log.chunks_exact(2).map(|pair| (pair[0].into(), pair[1].into())).collect();
        Gossip { id: io.id(), values, ticks: 0 }
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.values.iter().rev().find(|(k, _)| *k == key).map(|(_, value)| *value)
    }

    fn put(&mut self, key: u64, value: u64, io: &mut Io<Gossip>) {
        self.values.push((key, value));
        io.disk().append("log", &[key as u8, value as u8]);
        io.disk().sync("log");
    }
}

impl Node for Gossip {
    type Spec = PutGet;
    type Message = (u64, u64);
    type Timer = ();
    type View = (usize, u64);

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, op: Put(key, value) } => {
                self.put(key, value, io);
                for peer in io.peers() {
                    io.send(peer, (key, value));
                }
                io.ok(id, None);
            }
            Event::Request { id, op: Get(key) } => io.ok(id, self.get(key)),
            Event::Message { body: (13, _), .. } => panic!("an unlucky key"),
            Event::Message { body: (key, value), .. } => self.put(key, value, io),
            Event::Timer(()) => self.ticks += 1,
            _ => {}
        }
    }

    fn view(&self) -> (usize, u64) {
        (self.values.len(), self.ticks)
    }

    fn role(&self) -> Role {
        if self.id == NodeId(1) { Role::leader(1) } else { Role::follower(1) }
    }
}

fn at(ms: u64, action: Action<Op>) -> Step<Op> {
    Step { when: When::At(Time::millis(ms)), action }
}

fn ask(to: u32, op: Op) -> Action<Op> {
    Action::Request { client: ClientId(0), to: NodeId(to).into(), op }
}

fn fault(fault: Fault) -> Action<Op> {
    Action::Fault(fault)
}

fn schedule(steps: Vec<Step<Op>>) -> Schedule<Op> {
    Schedule { claim: Nemesis::everything(), steps, ..Schedule::new(3) }
}

fn run(steps: Vec<Step<Op>>) -> Trace<Gossip> {
    execute(&schedule(steps), &Gossip::boot, Recording::default())
}

pub(super) fn values(trace: &Trace<Gossip>) -> Vec<Outcome<Answer>> {
    let asked = trace.history.operations.iter().filter(|operation| !operation.is_probe());
    asked.map(|operation| operation.outcome.clone()).collect()
}

fn node(n: u32) -> crate::fault::Target {
    NodeId(n).into()
}

pub(super) const HEARD: Outcome<Answer> = Outcome::Ok(Answer(Some(7)));
pub(super) const NOTHING: Outcome<Answer> = Outcome::Ok(Answer(None));

#[test]
fn a_calm_run_delivers_in_order_with_one_latency() {
    let trace = run(vec![at(10, ask(1, Put(1, 7))), at(17, ask(2, Get(1)))]);
    assert_eq!(values(&trace), [NOTHING, HEARD]);
    let trace = run(vec![at(10, ask(1, Put(1, 7))), at(14, ask(2, Get(1)))]);
    assert_eq!(values(&trace), [NOTHING, NOTHING]);
    assert!(matches!(trace.end, End::Settled { node: NodeId(1), .. }));
}

#[test]
fn a_cut_loses_messages_until_it_is_healed() {
    let cut = Fault::Cut { from: node(1), to: node(2), both: false };
    let trace = run(vec![
        at(5, fault(cut)),
        at(10, ask(1, Put(1, 7))),
        at(30, ask(2, Get(1))),
        at(30, ask(3, Get(1))),
        at(40, fault(Fault::Heal)),
        at(50, ask(1, Put(1, 7))),
        at(80, ask(2, Get(1))),
    ]);
    assert_eq!(values(&trace), [NOTHING, NOTHING, HEARD, NOTHING, HEARD]);
    assert_eq!(trace.counts.faults[Kind::Partitions as usize], 1);
}

#[test]
fn a_process_crash_keeps_what_was_written_and_a_power_loss_what_was_synced() {
    for (point, kept_percent, left) in [
        (None, 0, HEARD),
        (Some(CrashPoint::Before(EffectKind::Answer)), 0, HEARD),
        (Some(CrashPoint::Before(EffectKind::Sync)), 0, NOTHING),
        (Some(CrashPoint::Before(EffectKind::Sync)), 100, HEARD),
        (Some(CrashPoint::AfterEffect(0)), 100, NOTHING),
    ] {
        let loss = Fault::PowerLoss { node: node(1), point, kept_percent };
        let steps = if point.is_some() {
            vec![at(10, fault(loss)), at(10, ask(1, Put(1, 7)))]
        } else {
            vec![at(10, ask(1, Put(1, 7))), at(20, fault(loss))]
        };
        let cut = Fault::Isolate { node: node(1) };
        let restart = Fault::Restart { node: node(1) };
        let mut all = vec![at(1, fault(cut))];
        all.extend(steps);
        all.extend([at(50, fault(restart)), at(60, ask(1, Get(1)))]);
        let trace = run(all);
        assert_eq!(values(&trace).last(), Some(&left), "{point:?} {kept_percent}");
        assert_eq!(trace.counts.faults[Kind::PowerLoss as usize], 1, "{point:?}");
    }
}

#[test]
fn a_node_that_is_down_refuses_and_a_paused_one_keeps_its_clients_waiting() {
    let crash = Fault::Crash { node: node(1), point: None };
    let pause = Fault::Pause { node: node(2) };
    let trace = run(vec![
        at(10, fault(crash.clone())),
        at(20, ask(1, Get(1))),
        at(30, fault(pause)),
        at(40, ask(2, Get(1))),
        at(45, fault(crash)),
    ]);
    assert_eq!(values(&trace), [Outcome::Refused, NOTHING], "the calm end resumes it in time");
    assert_eq!(trace.steps[4].note.as_deref(), Some("n1 is down already"));
    let late = Fault::Resume { node: node(2) };
    let pause = Fault::Pause { node: node(2) };
    let steps = vec![at(10, fault(pause)), at(20, ask(2, Get(1))), at(1_500, fault(late))];
    assert_eq!(values(&run(steps)), [Outcome::Unknown], "what comes too late is dropped");
}

#[test]
fn steps_wait_for_what_they_are_anchored_to() {
    let after = |ms| When::After(Duration::from_millis(ms));
    let acked = When::On(Anchor::Acked(1), Duration::from_millis(20));
    let never = When::On(Anchor::Elected(Some(NodeId(3))), Duration::ZERO);
    let trace = run(vec![
        Step { when: after(30), action: ask(1, Get(1)) },
        Step { when: after(10), action: ask(1, Put(1, 7)) },
        Step { when: acked, action: ask(3, Get(1)) },
        Step { when: never, action: ask(3, Get(1)) },
    ]);
    let times: Vec<_> = trace.steps.iter().map(|step| step.happened.map(|at| at.time.0)).collect();
    assert_eq!(times, [Some(30_000), Some(40_000), Some(62_000), None]);
    assert_eq!(trace.steps[3].note.as_deref(), Some("what it waited for did not happen"));
}

#[test]
fn what_the_claim_does_not_name_does_nothing() {
    let crash = |n| fault(Fault::Crash { node: node(n), point: None });
    let mut schedule = schedule(vec![at(1, crash(1)), at(2, crash(2))]);
    schedule.claim = Nemesis::new().crashes().down_at_most(1);
    let trace = execute(&schedule, &Gossip::boot, Recording::default());
    assert_eq!(trace.steps[1].note.as_deref(), Some("the claim allows 1 down at once"));
    schedule.claim = Nemesis::new();
    let trace = execute(&schedule, &Gossip::boot, Recording::default());
    assert_eq!(trace.steps[0].note.as_deref(), Some("the claim does not name crashes"));
    assert_eq!(trace.counts.faults.iter().sum::<u64>(), 0);
}

#[test]
fn a_role_is_resolved_when_the_step_happens() {
    let isolate = Fault::Isolate { node: crate::fault::Target::Role("leader".to_owned()) };
    let nobody = Fault::Isolate { node: crate::fault::Target::Role("learner".to_owned()) };
    let trace = run(vec![at(1, fault(isolate)), at(2, fault(nobody))]);
    assert_eq!(trace.steps[0].node, Some(NodeId(1)));
    assert_eq!(trace.steps[1].note.as_deref(), Some("nobody is learner"));
}

#[test]
fn a_hurried_node_fires_at_once_the_timers_that_it_would_have_had() {
    let hurry = Fault::Hurry { node: node(2), by: Duration::from_millis(150) };
    let steps = vec![at(15, fault(hurry))];
    let views = Recording { views: true, ..Recording::default() };
    let trace: Trace<Gossip> = execute(&schedule(steps), &Gossip::boot, views);
    let ticks = |n: u32, ms: u64| {
        let seen = trace.views.iter().filter(|seen| seen.node == NodeId(n));
        seen.take_while(|seen| seen.at.time <= Time::millis(ms)).last().map(|seen| seen.view.1)
    };
    assert_eq!((ticks(1, 16), ticks(2, 16)), (Some(1), Some(16)));
    assert_eq!((ticks(1, 105), ticks(2, 105)), (Some(10), Some(25)));
}

#[test]
fn single_messages_are_dropped_delayed_and_held_as_written() {
    let link = || (node(1), node(2));
    let drop = Fault::Drop { nth: 2, from: link().0, to: link().1 };
    let delay =
        Fault::Delay { nth: 3, from: link().0, to: link().1, by: Duration::from_millis(30) };
    let puts = [10, 20, 30].map(|ms| at(ms, ask(1, Put(ms, 7))));
    let gets = [(40, 10), (40, 20), (40, 30), (70, 30)].map(|(ms, key)| at(ms, ask(2, Get(key))));
    let mut steps = vec![at(1, fault(drop)), at(1, fault(delay))];
    steps.extend(puts.into_iter().chain(gets));
    let trace = run(steps);
    assert_eq!(values(&trace)[3..], [HEARD, NOTHING, NOTHING, HEARD]);
    assert!(trace.steps[0].took_hold && trace.steps[1].took_hold);

    let hold = Fault::Hold { from: link().0, to: link().1 };
    let release = Fault::Release { from: link().0, to: link().1 };
    let trace = run(vec![
        at(1, fault(hold)),
        at(10, ask(1, Put(1, 7))),
        at(30, ask(2, Get(1))),
        at(40, fault(release)),
        at(60, ask(2, Get(1))),
    ]);
    assert_eq!(values(&trace), [NOTHING, NOTHING, HEARD]);
}

#[test]
fn a_panic_in_the_node_ends_the_run_and_is_told_with_its_place() {
    let trace = run(vec![at(10, ask(1, Put(13, 7)))]);
    let End::Panicked(panic) = &trace.end else { panic!("{:?}", trace.end) };
    assert_eq!((panic.node, panic.message.as_str()), (NodeId(2), "an unlucky key"));
    assert!(panic.location.starts_with("tests.rs:"), "{}", panic.location);
}

#[test]
fn rich_and_lean_runs_are_the_same_run() {
    let crash = Fault::Crash { node: node(2), point: None };
    let steps = vec![at(10, ask(1, Put(1, 7))), at(12, fault(crash)), at(50, ask(2, Get(1)))];
    let lean: Trace<Gossip> =
        execute(&schedule(steps.clone()), &Gossip::boot, Recording::default());
    let rich = Recording { views: true, rich: true, ..Recording::default() };
    let rich: Trace<Gossip> = execute(&schedule(steps), &Gossip::boot, rich);
    assert_eq!(lean.digest, rich.digest);
    assert_eq!(lean.facts, rich.facts);
    assert!(lean.records.is_empty());
    let ups = rich.records.iter().filter(|record| matches!(record.what, What::Up(_))).count();
    assert_eq!(ups, 4, "three nodes at the start, and one again in the calm end");
}
