//! A run that is written down by hand, as if it had happened: what a report is made of, without a
//! simulation.

use crate::counterexample::{Cost, Counterexample, Sure};
use crate::course::Course;
use crate::fact::{Entry, Fact, Told};
use crate::fault::{Fault, Nemesis, Target};
use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, NodeId, RequestId};
use crate::node::{Event, Io, Node};
use crate::schedule::{Action, Schedule, Step, When};
use crate::seed::Seed;
use crate::spec::kv::{Answer, Op, PutGet};
use crate::time::Time;
use crate::trace::{Counts, Digest, End, Record, StepRecord, Trace, What};
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

pub(super) const fn n(node: u32) -> NodeId {
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

    pub(super) fn moment(&mut self, ms: u64) -> Moment {
        self.order += 1;
        Moment { order: self.order, time: Time::millis(ms) }
    }

    pub(super) fn record(&mut self, ms: u64, node: Option<NodeId>, what: What) -> Moment {
        let at = self.moment(ms);
        self.trace.records.push(Record { at, cause: None, node, what });
        at
    }

    pub(super) fn step(
        &mut self,
        ms: u64,
        when: When,
        node: Option<NodeId>,
        action: Action<Op>,
    ) -> Moment {
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

    pub(super) fn probe(&mut self, ms: u64, node: u32, op: Op) -> usize {
        let at = self.moment(ms);
        self.operation(at, ClientId::PROBE, n(node), op, None)
    }

    pub(super) fn operation(
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

    pub(super) fn incarnation(&self, node: u32) -> u32 {
        let records = self.trace.records.iter().rev();
        let mut ups = records.filter(|record| record.node == Some(n(node)));
        ups.find_map(|record| match record.what {
            What::Up(incarnation) => Some(incarnation),
            _ => None,
        })
        .unwrap_or(0)
    }

    pub(super) fn up(&mut self, ms: u64, node: u32, log_last: u64) {
        let again = self.incarnation(node) + 1;
        self.record(ms, Some(n(node)), What::Up(again));
        self.tell(ms, node, Fact::Booted { applied: 0, log_last });
    }

    pub(super) fn vote(&mut self, ms: u64, node: u32, term: u64, vote: u32) {
        self.tell(ms, node, Fact::Term { term, vote: Some(n(vote)) });
    }

    /// The entry of an operation is durable in a node's log.
    pub(super) fn append(&mut self, ms: u64, node: u32, index: u64, term: u64, operation: usize) {
        let request = Some(self.trace.history.operations[operation].request);
        let entry = Entry { term, digest: operation as u64, request };
        self.tell(ms, node, Fact::Appended { index, entry });
    }

    pub(super) fn log(&mut self, ms: u64, node: u32, target: &str, text: &str) {
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
