//! Schedules come in; when nobody led and when faults held goes out, in milliseconds.

use super::{Recording, execute};
use crate::course::Course;
use crate::node::{Event, Io, Node, Role};
use crate::schedule::Schedule;
use crate::spec::kv::{Op, PutGet};
use crate::time::Time;
use std::time::Duration;

/// The node with the lowest id leads from a tenth of a second on, whoever else is there. It answers
/// at once, and keeps nothing.
struct First {
    leads: bool,
}

impl Node for First {
    type Spec = PutGet;
    type Message = ();
    type Timer = ();
    type View = ();

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, .. } => io.ok(id, None),
            Event::Timer(()) => self.leads = io.id().0 == 1,
            _ => {}
        }
    }

    fn view(&self) {}

    fn role(&self) -> Role {
        if self.leads { Role::leader(1) } else { Role::follower(1) }
    }
}

fn course(text: &str) -> Course {
    let schedule: Schedule<Op> = text.parse().expect("the schedule is well-formed");
    let boot = |io: &mut Io<First>| {
        io.after(Duration::from_millis(100), ());
        First { leads: false }
    };
    execute(&schedule, &boot, Recording { course: true, ..Recording::default() }).course
}

const fn ms(time: Time) -> u64 {
    time.0 / 1_000
}

fn leaderless(text: &str) -> Vec<(u64, u64)> {
    let course = course(text);
    assert!(course.led);
    course.leaderless.iter().map(|span| (ms(span.from), ms(span.until))).collect()
}

fn holds(text: &str) -> Vec<(&'static str, u64, u64)> {
    let told =
        |hold: &crate::course::Hold| (hold.kind.word(), ms(hold.span.from), ms(hold.span.until));
    course(text).holds.iter().map(told).collect()
}

/// The calm end begins half a second after the last step.
#[test]
fn nobody_leads_until_somebody_says_so_and_while_it_is_down_paused_or_alone() {
    let all = "nodes 3  quiet  linger 500ms  survives everything\n";
    for (steps, spans) in [
        ("@1s isolate n2", &[][..]),
        ("@1s crash n1\n@2s restart n1", &[(1_000, 2_100)]),
        ("@1s pause n1\n@2s resume n1", &[(1_000, 2_000)]),
        ("@1s isolate n1\n@2s heal", &[(1_000, 2_000)]),
        ("@1s cut n1 -> n2\n@1500ms cut n3 -> n1\n@2s heal", &[(1_500, 2_000)]),
        ("@1s hold n1 -> n2\n@1s hold n1 -> n3\n@2s release n1 -> n2", &[(1_000, 2_000)]),
        // Two followers that are gone leave it no majority.
        ("@1s crash n2\n@1500ms stop n3\n@1600ms restart n2", &[(1_500, 1_600)]),
        // The run ends before the calm end's restart of it has come so far.
        ("@1s crash n1", &[(1_000, 1_502)]),
    ] {
        let expected = [&[(0, 100)], spans].concat();
        assert_eq!(leaderless(&format!("{all}{steps}")), expected, "{steps}");
    }
}

#[test]
fn a_fault_holds_until_the_world_is_rid_of_it() {
    let all = "nodes 3  quiet  linger 500ms  survives everything damage corruption retries\n";
    for (steps, spans) in [
        ("@1s crash n2\n@2s restart n2", &[("crashes", 1_000, 2_000)][..]),
        ("@1s power-loss n2", &[("power-loss", 1_000, 1_500)]),
        ("@1s stop n2\n@1200ms restart n2", &[("stops", 1_000, 1_200)]),
        ("@1s crash n2 3 times every 200ms", &[("crashes", 1_000, 1_400)]),
        ("@1s restart-all", &[("crashes", 1_000, 1_000)]),
        ("@1s rolling-restart every 100ms", &[("stops", 1_000, 1_250)]),
        ("@1s pause n2\n@1300ms resume n2", &[("pauses", 1_000, 1_300)]),
        (
            "@1s isolate n2\n@1100ms cut n1 -> n3\n@1300ms heal",
            &[("partitions", 1_000, 1_300), ("partitions", 1_100, 1_300)],
        ),
        ("@1s flap n1 | n2 every 50ms for 300ms", &[("partitions", 1_000, 1_300)]),
        ("@1s hold n1 -> n2\n@1200ms release n1 -> n2", &[("holds", 1_000, 1_200)]),
        ("@1s slow n1 by 5ms for 300ms\n@1100ms c0 -> n1  get k1", &[("slowness", 1_101, 1_300)]),
        ("@1s hurry n2 1s", &[("hurry", 1_000, 1_000)]),
        ("@1s freeze n2 for 200ms", &[("clocks", 1_000, 1_200)]),
        // A clock that goes wrong in another way has got rid of the first one.
        (
            "@1s drift n2 +10%\n@1100ms drift n2 +20%",
            &[("clocks", 1_000, 1_100), ("clocks", 1_100, 1_600)],
        ),
        ("@1s wipe n2\n@1200ms restart n2", &[("damage", 1_000, 1_200)]),
        // What does nothing holds nothing.
        ("@1s restart n2\n@1s drop the 1st n1 -> n2 from here", &[]),
    ] {
        assert_eq!(holds(&format!("{all}{steps}")), spans, "{steps}");
    }
}

#[test]
fn who_does_not_ask_gets_nothing() {
    let schedule: Schedule<Op> = "nodes 1; @1s crash n1".parse().expect("it is well-formed");
    let trace =
        execute(&schedule, &|_: &mut Io<First>| First { leads: true }, Recording::default());
    assert_eq!(trace.course, Course::default());
}
