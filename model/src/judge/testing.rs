//! For tests of judges: runs written as text, and a node that does nothing.

use crate::course::Course;
use crate::expect::Outlook;
use crate::fact::Told;
use crate::history::{History, Moment, Operation, Outcome};
use crate::id::{ClientId, NodeId, RequestId};
use crate::node::{Event, Io, Node};
use crate::observe::Observed;
use crate::spec::{Spec, kv, map};
use crate::time::Time;
use crate::trace::{End, Shown};
use std::marker::PhantomData;

/// A node of a store that promises `S`. It is never started: judges only need its types.
pub(crate) struct Mute<S>(PhantomData<S>);

/// What it shows: the term it is in, its own name, and whether it leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Leads {
    pub(crate) term: u64,
    pub(crate) id: u64,
    pub(crate) leads: bool,
}

impl<S: Spec> Node for Mute<S> {
    type Spec = S;
    type Message = ();
    type Timer = ();
    type View = Leads;

    fn step(&mut self, _event: Event<Self>, _io: &mut Io<Self>) {}

    fn view(&self) -> Leads {
        Leads { term: 0, id: 0, leads: false }
    }
}

/// A run as judges see it, to be filled in by hand.
pub(crate) struct Run<S: Spec> {
    pub(crate) history: History<S>,
    pub(crate) facts: Vec<Told>,
    pub(crate) views: Vec<Shown<Leads>>,
    pub(crate) course: Course,
    pub(crate) outlook: Outlook,
    pub(crate) end: End,
    pub(crate) ended: Moment,
}

impl<S: Spec> Run<S> {
    /// A run in which nothing happened and all went well.
    pub(crate) fn new() -> Run<S> {
        Run {
            history: History::default(),
            facts: Vec::new(),
            views: Vec::new(),
            course: Course::default(),
            outlook: Outlook::default(),
            end: End::Settled { node: NodeId(1), behind: Vec::new(), unread: None },
            ended: at(20_000),
        }
    }

    /// The same run, in which a node also showed something.
    pub(crate) fn shows(mut self, ms: u64, node: u32, incarnation: u32, view: Leads) -> Run<S> {
        self.views.push(Shown { at: at(ms), node: NodeId(node), incarnation, view });
        self
    }

    pub(crate) fn seen(&self) -> Observed<'_, Mute<S>> {
        Observed {
            nodes: 3,
            history: &self.history,
            facts: &self.facts,
            views: &self.views,
            reigns: &[],
            course: &self.course,
            outlook: &self.outlook,
            end: &self.end,
            ended: self.ended,
        }
    }
}

/// A moment so many milliseconds after the start, with a place in the order that fits.
pub(crate) const fn at(ms: u64) -> Moment {
    Moment { order: ms * 1_000, time: Time::millis(ms) }
}

/// An answer as tests write it: `nothing`, `81`, `ok`.
pub(crate) trait ReadRet: Spec {
    fn ret(op: &Self::Op, text: &str) -> Self::Ret;
}

impl ReadRet for kv::PutGet {
    fn ret(_op: &kv::Op, text: &str) -> kv::Answer {
        kv::Answer(text.parse().ok())
    }
}

impl ReadRet for map::Map {
    fn ret(op: &map::Op, text: &str) -> map::Ret {
        match op {
            map::Get(_) => map::Ret::Value(text.parse().ok()),
            map::Cas(..) => map::Ret::Swapped(text == "swapped"),
            map::Put(..) | map::Delete(_) => map::Ret::Done,
            map::Append(..) | map::Scan(..) => unreachable!("no story here has lists"),
        }
    }
}

/// A history, one operation a line: `3210..3230 c0 n2 put k1 81 -> ok`. The two numbers are the
/// milliseconds of invocation and completion. `probe` is the checker itself, `refused` and
/// `unknown` stand in place of an answer. At equal times, calls come before returns.
pub(crate) fn history<S: ReadRet>(text: &str) -> History<S> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut history = History { operations: lines.map(operation::<S>).collect() };
    history.operations.sort_by_key(|operation| operation.invoked.time);
    for (number, operation) in history.operations.iter_mut().enumerate() {
        operation.invoked.order = operation.invoked.time.0 + number as u64;
        operation.completed.order = operation.completed.time.0 + 500 + number as u64;
        operation.request.number = number as u32;
    }
    history
}

fn operation<S: ReadRet>(line: &str) -> Operation<S> {
    let (asked, told) = line.split_once(" -> ").expect("an arrow before the answer");
    let mut words = asked.splitn(4, ' ');
    let mut word = || words.next().expect("times, client, node, operation");
    let (call, ret) = word().split_once("..").expect("two times");
    let client = match word() {
        "probe" => ClientId::PROBE,
        client => ClientId(client[1..].parse().expect("a client")),
    };
    let node = NodeId(word()[1..].parse().expect("a node"));
    let Ok(op) = word().parse::<S::Op>() else { panic!("no operation in `{line}`") };
    let outcome = match told {
        "refused" => Outcome::Refused,
        "unknown" => Outcome::Unknown,
        ret => Outcome::Ok(S::ret(&op, ret)),
    };
    let time = |text: &str| Moment { order: 0, time: Time::millis(text.parse().expect("a time")) };
    Operation {
        request: RequestId { client, number: 0 },
        node: Some(node),
        op,
        invoked: time(call),
        outcome,
        completed: time(ret),
        again: false,
        step: None,
    }
}
