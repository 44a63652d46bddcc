//! Small runs, written down by hand, whose reports are kept as golden files.

use crate::counterexample::{Cost, Counterexample, Sure};
use crate::course::Course;
use crate::fact::{Entry, Fact, Told};
use crate::fault::{CrashPoint, EffectKind, Fault, Nemesis, Target};
use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, NodeId, RequestId};
use crate::node::{Event, Io, Node};
use crate::schedule::{Action, Anchor, Schedule, Step, When};
use crate::seed::Seed;
use crate::spec::kv::{Answer, Get, Op, Put, PutGet};
use crate::time::Time;
use crate::trace::{Counts, Digest, End, Panic, Record, StepRecord, Trace, What};
use crate::verdict::{Failure, Violation};
use std::time::Duration;

/// A node of which only the traces matter.
pub(super) struct Quiet;

impl Node for Quiet {
    type Spec = PutGet;
    type Message = ();
    type Timer = ();
    type View = ();
    fn step(&mut self, _: Event<Self>, _: &mut Io<Self>) {}
    fn view(&self) {}
}

/// A run that is written down as it goes, in milliseconds.
pub(super) struct Tape {
    pub(super) schedule: Schedule<Op>,
    pub(super) trace: Trace<Quiet>,
    order: u64,
}

const fn n(node: u32) -> NodeId {
    NodeId(node)
}

impl Tape {
    pub(super) fn new(nodes: u32, claim: Nemesis) -> Tape {
        let trace = Trace {
            digest: Digest(0x7f3a_91c4_0b52_77e0),
            history: History::default(),
            facts: Vec::new(),
            views: Vec::new(),
            reigns: Vec::new(),
            course: Course::default(),
            outlook: Default::default(),
            steps: Vec::new(),
            hits: Vec::new(),
            end: End::Settled { node: n(1), behind: Vec::new(), unread: None },
            ended: Moment { order: u64::MAX, time: Time::millis(60_000) },
            counts: Counts::default(),
            links: Vec::new(),
            roles: Vec::new(),
            records: Vec::new(),
        };
        Tape { schedule: Schedule { claim, ..Schedule::new(nodes) }, trace, order: 0 }
    }

    fn moment(&mut self, ms: u64) -> Moment {
        self.order += 1;
        Moment { order: self.order, time: Time::millis(ms) }
    }

    fn record(&mut self, ms: u64, node: Option<NodeId>, what: What) -> Moment {
        let at = self.moment(ms);
        self.trace.records.push(Record { at, cause: None, node, what });
        at
    }

    fn step(&mut self, ms: u64, when: When, node: Option<NodeId>, action: Action<Op>) -> Moment {
        let at = self.record(ms, None, What::Step(self.schedule.steps.len()));
        self.schedule.steps.push(Step { when, action });
        self.trace.steps.push(StepRecord { happened: Some(at), node, took_hold: true, note: None });
        at
    }

    pub(super) fn fault(&mut self, ms: u64, when: When, node: Option<u32>, fault: Fault) {
        self.step(ms, when, node.map(NodeId), Action::Fault(fault));
    }

    /// The step before did nothing, for this reason.
    pub(super) fn nothing(&mut self, note: &str) {
        if let Some(step) = self.trace.steps.last_mut() {
            step.took_hold = false;
            step.note = Some(note.to_owned());
        }
    }

    /// A request that a step asks for; says its place in the history.
    pub(super) fn ask(&mut self, ms: u64, when: When, client: u32, node: u32, op: Op) -> usize {
        let client = ClientId(client);
        let to = Target::Node(n(node));
        let at = self.step(ms, when, Some(n(node)), Action::Request { client, to, op });
        let step = Some(self.schedule.steps.len() - 1);
        self.operation(at, client, n(node), op, step)
    }

    fn probe(&mut self, ms: u64, node: u32, op: Op) -> usize {
        let at = self.moment(ms);
        self.operation(at, ClientId::PROBE, n(node), op, None)
    }

    fn operation(
        &mut self,
        at: Moment,
        client: ClientId,
        node: NodeId,
        op: Op,
        step: Option<usize>,
    ) -> usize {
        let place = self.trace.history.operations.len();
        let number = place as u32;
        self.record(at.time.0 / 1_000 + 1, Some(node), What::Request(place));
        self.trace.history.operations.push(Operation {
            request: RequestId { client, number },
            node: Some(node),
            op,
            invoked: at,
            outcome: Outcome::Unknown,
            completed: self.trace.ended,
            again: false,
            step,
        });
        place
    }

    pub(super) fn answer(&mut self, ms: u64, operation: usize, outcome: Outcome<Answer>) {
        let node = self.trace.history.operations[operation].node;
        if let Outcome::Ok(answer) = &outcome {
            let what = What::Answer { operation, text: answer.to_string(), heard: true };
            self.record(ms, node, what);
        }
        let completed = self.moment(ms);
        let asked = &mut self.trace.history.operations[operation];
        asked.outcome = outcome;
        asked.completed = completed;
    }

    pub(super) fn tell(&mut self, ms: u64, node: u32, fact: Fact) {
        let at = self.record(ms, Some(n(node)), What::Told(fact));
        let (order, incarnation) = (at.order, self.incarnation(node));
        self.trace.facts.push(Told { time: at.time, order, node: n(node), incarnation, fact });
    }

    fn incarnation(&self, node: u32) -> u32 {
        let records = self.trace.records.iter().rev();
        let mut ups = records.filter(|record| record.node == Some(n(node)));
        ups.find_map(|record| match record.what {
            What::Up(incarnation) => Some(incarnation),
            _ => None,
        })
        .unwrap_or(0)
    }

    fn up(&mut self, ms: u64, node: u32, log_last: u64) {
        let again = self.incarnation(node) + 1;
        self.record(ms, Some(n(node)), What::Up(again));
        self.tell(ms, node, Fact::Booted { applied: 0, log_last });
    }

    fn vote(&mut self, ms: u64, node: u32, term: u64, vote: u32) {
        self.tell(ms, node, Fact::Term { term, vote: Some(n(vote)) });
    }

    /// The entry of an operation is durable in a node's log.
    fn append(&mut self, ms: u64, node: u32, index: u64, term: u64, operation: usize) {
        let request = Some(self.trace.history.operations[operation].request);
        let entry = Entry { term, digest: operation as u64, request };
        self.tell(ms, node, Fact::Appended { index, entry });
    }

    fn log(&mut self, ms: u64, node: u32, target: &str, text: &str) {
        let (target, text) = (target.to_owned(), text.to_owned());
        self.record(ms, Some(n(node)), What::Log { level: "DEBUG", target, text });
    }

    /// A timer after which nothing happens.
    pub(super) fn idle_timer(&mut self, ms: u64) {
        self.record(ms, Some(n(1)), What::Timer("tick".to_owned()));
    }

    pub(super) fn found(&self, name: &str, violation: Violation) -> Counterexample<Op> {
        let needed_steps = self.schedule.steps.len();
        Counterexample {
            name: name.to_owned(),
            schedule: self.schedule.clone(),
            violation,
            digest: self.trace.digest,
            sure: Sure {
                same_trace_twice: true,
                shrunk_to_the_end: true,
                needed_steps,
                moved: 50,
                moved_fail: 46,
            },
            cost: Cost {
                case: 1_204,
                cases: 5_000,
                seed: Seed(7),
                hunt: Duration::from_millis(940),
                also: Vec::new(),
                original_steps: 212,
                original_faults: 9,
                shrunk: 1,
                shrink_runs: 371,
                shrink: Duration::from_millis(310),
            },
        }
    }
}

/// A violation; its clause is the headline.
pub(super) fn violation(headline: &str, why: &str, rule: &str, ms: u64) -> Violation {
    Violation {
        failure: Failure { property: "sample".to_owned(), clause: headline.to_owned() },
        headline: headline.to_owned(),
        why: why.to_owned(),
        rule: rule.to_owned(),
        at: Time::millis(ms),
        nodes: Vec::new(),
        operations: Vec::new(),
    }
}

pub(super) type Sample = (Tape, Counterexample<Op>);

const OK: Outcome<Answer> = Outcome::Ok(Answer(None));

pub(super) fn at(ms: u64) -> When {
    When::At(Time::millis(ms))
}

const fn elected(node: u32) -> When {
    When::On(Anchor::Elected(Some(n(node))), Duration::ZERO)
}

fn acked(step: usize, ms: u64) -> When {
    When::On(Anchor::Acked(step), Duration::from_millis(ms))
}

/// A deposed leader that does not know it yet answers a read by itself.
pub(super) fn stale_read() -> Sample {
    let mut tape = Tape::new(3, Nemesis::new().partitions());
    for node in [2, 3] {
        tape.vote(1_290, node, 1, 1);
    }
    tape.tell(1_300, 1, Fact::Elected { term: 1 });
    tape.fault(1_300, elected(1), Some(1), Fault::Isolate { node: n(1).into() });
    tape.vote(3_195, 2, 2, 2);
    tape.vote(3_200, 3, 2, 2);
    tape.tell(3_210, 2, Fact::Elected { term: 2 });
    let put = tape.ask(3_210, elected(2), 0, 2, Put(1, 81));
    tape.append(3_211, 2, 2, 2, put);
    tape.append(3_216, 3, 2, 2, put);
    tape.answer(3_222, put, OK);
    let get = tape.ask(4_860, acked(1, 1_638), 1, 1, Get(1));
    tape.log(4_861, 1, "mystore::read", "served locally term=1 applied=1");
    tape.answer(4_862, get, OK);
    let why = "c1 read nothing at n1, 1.63 s after c0's put k1 81 was acknowledged; nothing else \
               writes k1. n1 still believed it led term 1; n2 had led term 2 for 1.65 s.";
    let rule = "a read needs its leadership confirmed by a quorum after 4.860 s (Raft thesis \
                6.4); n1 asked 0 of 2 peers";
    let broken = Violation {
        nodes: vec![n(1)],
        operations: vec![put, get],
        ..violation("stale read of k1", why, rule, 4_862)
    };
    let found = tape.found("store_is_linearizable", broken);
    (tape, found)
}

/// A write is acknowledged before it is durable, and the two nodes that had it lose power.
pub(super) fn lost_write() -> Sample {
    let mut tape = Tape::new(3, Nemesis::new().power_loss().partitions());
    tape.vote(160, 2, 1, 1);
    tape.tell(165, 1, Fact::Elected { term: 1 });
    let cut = Fault::Cut { from: n(1).into(), to: n(3).into(), both: true };
    tape.fault(165, elected(1), Some(1), cut);
    let put = tape.ask(170, When::After(Duration::from_millis(5)), 0, 1, Put(1, 7));
    tape.append(171, 1, 2, 1, put);
    tape.append(176, 2, 2, 1, put);
    tape.answer(182, put, OK);
    let loss = |node: u32| Fault::PowerLoss { node: n(node).into(), point: None, kept_percent: 0 };
    for node in [1, 2] {
        tape.fault(182, acked(1, 0), Some(node), loss(node));
        tape.record(182, Some(n(node)), What::Down("lost power"));
    }
    tape.record(682, None, What::Calm);
    for node in [1, 2] {
        tape.up(682, node, 0);
    }
    tape.vote(840, 1, 2, 3);
    tape.vote(840, 2, 2, 3);
    tape.tell(845, 3, Fact::Elected { term: 2 });
    let get = tape.probe(912, 3, Get(1));
    tape.answer(923, get, OK);
    let why = "c0's put k1 7 was acknowledged by n1 at 0.182 s. After the calm end a read of k1 \
               through n3 found nothing, and nothing else writes k1: the write is lost. n1 and \
               n2 came up with an empty log.";
    let rule = "a write may be acknowledged only once a majority has it on disk (Raft 5.3, \
                figure 2: persistent state is updated on stable storage before responding)";
    let broken = Violation {
        nodes: vec![n(3)],
        operations: vec![put, get],
        ..violation("lost acknowledged write of k1", why, rule, 923)
    };
    let found = tape.found("acknowledged_writes_survive_power_loss", broken);
    (tape, found)
}

/// A vote that was not synced before it was sent is given a second time.
pub(super) fn two_leaders() -> Sample {
    let mut tape = Tape::new(3, Nemesis::new().power_loss());
    let point = Some(CrashPoint::Before(EffectKind::Sync));
    let loss = Fault::PowerLoss { node: n(2).into(), point, kept_percent: 0 };
    tape.fault(0, at(0), Some(2), loss);
    tape.vote(151, 1, 1, 1);
    tape.vote(156, 2, 1, 1);
    tape.record(156, Some(n(2)), What::Down("lost power"));
    tape.tell(161, 1, Fact::Elected { term: 1 });
    let down = When::On(Anchor::Down(n(2)), Duration::from_millis(6));
    tape.fault(162, down, Some(2), Fault::Restart { node: n(2).into() });
    tape.up(162, 2, 0);
    tape.vote(163, 3, 1, 3);
    tape.vote(168, 2, 1, 3);
    tape.tell(173, 3, Fact::Elected { term: 1 });
    let why = "n1 and n3 both led term 1: n1 from 0.161 s, n3 from 0.173 s. n2 voted for n1, came \
               up again without that vote, and voted for n3.";
    let rule = "a server votes for at most one candidate in a term, across restarts too (Raft \
                5.2, figure 2: votedFor is persistent)";
    let broken =
        Violation { nodes: vec![n(1), n(3)], ..violation("two leaders in term 1", why, rule, 173) };
    let mut found = tape.found("one_leader_a_term", broken);
    found.sure.shrunk_to_the_end = false;
    (tape, found)
}

/// The library panics on what its disk kept.
pub(super) fn panic() -> Sample {
    let mut tape = Tape::new(3, Nemesis::new().crashes());
    tape.tell(165, 1, Fact::Elected { term: 1 });
    let put = tape.ask(165, elected(1), 0, 1, Put(1, 7));
    tape.append(166, 1, 2, 1, put);
    tape.append(171, 2, 2, 1, put);
    tape.append(171, 3, 2, 1, put);
    tape.answer(177, put, OK);
    let leader = || Target::Role("leader".to_owned());
    tape.fault(177, acked(0, 0), Some(1), Fault::Crash { node: leader(), point: None });
    tape.record(177, Some(n(1)), What::Down("crashed"));
    let next = When::After(Duration::from_millis(40));
    tape.fault(217, next, Some(1), Fault::Restart { node: n(1).into() });
    tape.log(217, 1, "raft::raft_log", "loaded last_index=1 committed=2");
    let panic_at = tape.record(217, Some(n(1)), What::Note("panicked".to_owned()));
    tape.trace.end = End::Panicked(Panic {
        node: n(1),
        at: panic_at,
        message: "to_commit 2 is out of range [last_index 1]".to_owned(),
        location: "raft_log.rs:412".to_owned(),
    });
    tape.trace.ended = panic_at;
    let why = "n1 panicked at raft_log.rs:412 as it came up: to_commit 2 is out of range \
               [last_index 1]";
    let rule = "code under test must not panic, whatever a crash leaves on its disk";
    let broken =
        Violation { nodes: vec![n(1)], ..violation("panic at raft_log.rs:412", why, rule, 217) };
    let mut found = tape.found("store_never_panics", broken);
    found.sure.moved = 0;
    (tape, found)
}

/// Nothing works any more when all is well again.
pub(super) fn no_progress() -> Sample {
    let mut tape = Tape::new(3, Nemesis::new().pauses());
    tape.tell(165, 2, Fact::Elected { term: 1 });
    let put = tape.ask(170, at(170), 0, 2, Put(1, 7));
    let pause = Fault::Pause { node: Target::Role("leader".to_owned()) };
    tape.fault(170, When::After(Duration::ZERO), Some(2), pause);
    tape.answer(1_170, put, Outcome::Unknown);
    let again = Fault::Pause { node: n(2).into() };
    tape.fault(1_200, When::At(Time::millis(1_200)), None, again);
    tape.nothing("n2 is paused already");
    tape.record(1_700, None, What::Calm);
    for (attempt, node) in [(0, 1), (1, 2), (2, 3)] {
        let probe = tape.probe(1_700 + attempt * 1_050, node, Put(0, 900_000 + attempt));
        tape.answer(2_700 + attempt * 1_050, probe, Outcome::Unknown);
    }
    tape.trace.end = End::Unsettled { waited: Duration::from_secs(10) };
    tape.trace.ended = tape.moment(11_700);
    let why = "10 s after all faults had ended no probe write had succeeded through any of the 3 \
               nodes. n2 was the last to lead (term 1).";
    let rule = "once a majority is up and connected for long enough, writes must succeed again";
    let broken = violation("no progress in 10 s of calm", why, rule, 11_700);
    let mut found = tape.found("store_recovers", broken);
    found.sure.same_trace_twice = false;
    (tape, found)
}
