//! A trace written by hand comes in; each of its figures goes out, exactly.

use super::*;
use crate::course::{Course, Hold, Span};
use crate::expect::Outlook;
use crate::fact::{Fact, Told};
use crate::fault::Kind;
use crate::history::{History, Moment, Operation};
use crate::id::{ClientId, NodeId, RequestId};
use crate::measures::Spread;
use crate::node::{Event, Io};
use crate::spec::kv::{Answer, Get, Op, Put, PutGet};
use crate::time::Time;
use crate::trace::{Counts, Digest, End};
use std::time::Duration;

/// A node of which nothing is needed but its types.
struct Quiet;

impl Node for Quiet {
    type Spec = PutGet;
    type Message = ();
    type Timer = ();
    type View = ();
    fn step(&mut self, _: Event<Self>, _: &mut Io<Self>) {}
    fn view(&self) {}
}

const fn at(ms: u64) -> Moment {
    Moment { order: ms, time: Time::millis(ms) }
}

const fn span(from: u64, until: u64) -> Span {
    Span { from: Time::millis(from), until: Time::millis(until) }
}

fn operation(
    client: ClientId,
    op: Op,
    times: (u64, u64),
    end: Outcome<Answer>,
) -> Operation<PutGet> {
    Operation {
        request: RequestId { client, number: 0 },
        node: Some(NodeId(1)),
        op,
        invoked: at(times.0),
        outcome: end,
        completed: at(times.1),
        again: false,
        step: None,
    }
}

/// Ten seconds with a partition, two crashes at one time, five operations, and a probe.
fn trace() -> Trace<Quiet> {
    let ok = || Outcome::Ok(Answer(None));
    let c0 = |op, times, end| operation(ClientId(0), op, times, end);
    let operations = vec![
        c0(Put(1, 1), (500, 510), ok()),
        c0(Get(1), (600, 601), ok()),
        c0(Put(1, 2), (1_500, 2_500), Outcome::Unknown),
        c0(Put(1, 3), (3_100, 3_400), ok()),
        c0(Put(1, 4), (6_000, 6_010), Outcome::Refused),
        operation(ClientId::PROBE, Put(0, 900), (9_000, 9_020), ok()),
    ];
    let hold = |step, kind, span| Hold { step, kind, span };
    let course = Course {
        led: true,
        leaderless: vec![span(0, 250), span(2_000, 3_250)],
        holds: vec![
            hold(0, Kind::Partitions, span(1_000, 3_000)),
            hold(1, Kind::Crashes, span(5_000, 5_500)),
            hold(2, Kind::Crashes, span(5_000, 7_000)),
        ],
        ..Course::default()
    };
    Trace {
        digest: Digest(0),
        history: History { operations },
        facts: Vec::new(),
        views: Vec::new(),
        reigns: Vec::new(),
        course,
        outlook: Outlook::default(),
        steps: Vec::new(),
        hits: Vec::new(),
        end: End::Settled { node: NodeId(1), behind: Vec::new(), unread: None },
        ended: at(10_000),
        counts: Counts::default(),
        links: Vec::new(),
        roles: vec!["leader"],
        records: Vec::new(),
    }
}

#[test]
fn each_figure_of_a_run_is_exact() {
    let measures = measure(&trace());
    assert_eq!((measures.runs, measures.time_us), (1, 10_000_000));
    assert_eq!(measures.operations, [3, 1, 1]);
    assert_eq!((measures.refused() * 5.0, measures.unknown() * 5.0), (1.0, 1.0));
    let latency = [1.0, 50.0, 100.0].map(|percent| measures.latency.percentile(percent));
    assert_eq!(latency.map(|time| time.as_millis()), [1, 10, 300]);
    assert_eq!(measures.leaderless(), Some(0.15));
    assert_eq!(measures.leaderless_max, Duration::from_millis(1_250));
    // Nobody leads from 3 s on, and from 3.1 s to 3.4 s a client waits.
    let partitions = &measures.recovery[&Kind::Partitions];
    assert_eq!((partitions.faults, partitions.spread.count()), (1, 1));
    assert_eq!(partitions.spread.max(), Duration::from_millis(400));
    // The first crash ends while the second one holds; after that the probe was the first to write.
    let crashes = &measures.recovery[&Kind::Crashes];
    assert_eq!((crashes.faults, crashes.spread.count()), (2, 1));
    assert_eq!(crashes.spread.max(), Duration::from_millis(20));
    assert_eq!(measures.recovery.len(), 2);
}

#[test]
fn runs_are_added_up_as_they_are_merged() {
    let mut twice = measure(&trace());
    add(&mut twice, &trace());
    let mut merged = measure(&trace());
    merged.merge(&measure(&trace()));
    assert_eq!(twice, merged);
    assert_eq!((twice.runs, twice.latency.count(), twice.leaderless()), (2, 6, Some(0.15)));
}

#[test]
fn news_deaths_and_mistakes_of_a_group_are_counted_where_members_tell_of_them() {
    assert_eq!(measure(&trace()).group, None);
    let lines = "0 n1 joins as generation 0
        0 n2 joins as generation 0
        10 n1 believes n2.0 alive (incarnation 0)
        1000 n1 hears 81
        1014 n2 hears 81
        1020 n3 hears 81
        2000 n1 believes n2.0 suspect (incarnation 0)
        2010 n1 believes n2.0 suspect (incarnation 0)
        2400 n1 believes n2.0 down (incarnation 0)
        4500 n1 believes n3.0 suspect (incarnation 0)
        4900 n1 believes n3.0 down (incarnation 0)
        6000 n2 leaves
        6010 n3 believes n2.0 down (incarnation 0)";
    let facts = lines.lines().zip(1..).map(|(line, order)| {
        let mut words = line.trim().splitn(3, ' ');
        let mut next = || words.next().expect("a line has a time, a node and what it says");
        let time = Time::millis(next().parse().expect("a time is a number"));
        let node = NodeId(next().trim_start_matches('n').parse().expect("a node has a number"));
        let fact = Fact::Member(next().parse().expect("it can be said"));
        Told { time, order, node, incarnation: 0, fact }
    });
    let mut trace = trace();
    trace.facts = facts.collect();
    trace.course.downs = vec![(NodeId(3), span(4_000, 8_000))];
    let group = measure(&trace).group.expect("members told of each other");
    let spread = |spread: &Spread| (spread.count(), spread.max());
    assert_eq!(spread(&group.broadcasts), (2, Duration::from_millis(20)));
    // n3 is found out 0.9 s after it went; n2, which is up, is buried; who has left is no mistake.
    assert_eq!(spread(&group.deaths), (1, Duration::from_millis(900)));
    assert_eq!((group.suspected, group.buried), (1, 1));
    let mut twice = measure(&trace);
    add(&mut twice, &trace);
    let twice = twice.group.expect("members told of each other");
    assert_eq!((twice.broadcasts.count(), twice.deaths.count(), twice.buried), (4, 2, 2));
}
