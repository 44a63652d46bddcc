//! Runs of which each event is taken by hand.

use super::tests::{Gossip, HEARD, NOTHING, values};
use super::{Recording, execute};
use crate::history::Outcome;
use crate::schedule::Schedule;
use crate::spec::kv::{Answer, Op};
use crate::time::Time;
use crate::trace::{End, Trace};

fn run(text: &str) -> Trace<Gossip> {
    let schedule: Schedule<Op> = text.parse().expect("it is written well");
    let views = Recording { views: true, ..Recording::default() };
    execute(&schedule, &Gossip::boot, views)
}

/// The same where each step follows at once.
fn by_hand(steps: &str) -> Trace<Gossip> {
    let steps: String = steps.split(';').map(|step| format!("\n@+0ms {step}")).collect();
    run(&format!("nodes 3 quiet survives loss doubles overtaking crashes\n@0ms by-hand{steps}"))
}

fn notes(trace: &Trace<Gossip>) -> Vec<&str> {
    trace.steps.iter().filter_map(|step| step.note.as_deref()).collect()
}

/// How many values a node had at the end of what was done by hand.
fn values_of(trace: &Trace<Gossip>, node: u32) -> usize {
    let mut shown = trace.views.iter().filter(|shown| shown.at.time == Time::ZERO);
    let last = shown.rfind(|shown| shown.node.0 == node);
    last.expect("it has shown itself at its start").view.0
}

#[test]
fn by_hand_nothing_happens_that_no_step_takes() {
    let trace = by_hand(
        "c0 -> n1 put k1 7;deliver c0 -> n1;deliver n1 -> n2;c1 -> n2 get k1;c2 -> n3 get k1;\
         deliver c2 -> n3;deliver c1 -> n2;deliver n3 -> c2;deliver n2 -> c1",
    );
    assert_eq!(notes(&trace), [""; 0]);
    assert_eq!([1, 2, 3].map(|node| values_of(&trace, node)), [1, 1, 0]);
    assert_eq!(values(&trace), [NOTHING, HEARD, NOTHING]);
    let completed: Vec<Time> =
        trace.history.operations.iter().take(3).map(|one| one.completed.time).collect();
    // The first answer was let go at the beginning of the calm end.
    assert_eq!(completed, [Time::millis(500), Time::ZERO, Time::ZERO]);
    assert!(matches!(trace.end, End::Settled { .. }), "{:?}", trace.end);
}

#[test]
fn a_message_can_be_lost_repeated_and_overtaken_if_the_claim_says_so() {
    let asked = "c0 -> n1 put k1 1;c0 -> n1 put k1 2;deliver c0 -> n1;deliver c0 -> n1;";
    let get = ";c1 -> n2 get k1;deliver c1 -> n2;deliver n2 -> c1";
    let with = |moves: &str| {
        let trace = by_hand(&format!("{asked}{moves}{get}"));
        assert_eq!(notes(&trace), [""; 0], "{moves}");
        (values_of(&trace, 2), values(&trace).remove(2))
    };
    let now = |value| Outcome::Ok(Answer(Some(value)));
    assert_eq!(with("deliver n1 -> n2;deliver n1 -> n2"), (2, now(2)));
    assert_eq!(with("deliver the 2nd n1 -> n2;deliver n1 -> n2"), (2, now(1)));
    assert_eq!(with("lose n1 -> n2;deliver n1 -> n2"), (1, now(2)));
    assert_eq!(with("repeat n1 -> n2;repeat n1 -> n2;deliver n1 -> n2"), (3, now(1)));
    let trace = run("nodes 3\n@0ms by-hand\n@+0ms c0 -> n1 put k1 1\n@+0ms deliver c0 -> n1\n\
         @+0ms lose n1 -> n2\n@+0ms repeat n1 -> n2\n@+0ms deliver the 2nd n1 -> n2");
    let said = ["the claim does not name loss", "the claim does not name doubles"];
    assert_eq!(notes(&trace), [&said[..], &["the claim does not name overtaking"]].concat());
}

#[test]
fn a_timer_takes_the_clock_of_its_node_along_and_no_other() {
    let trace = by_hand("fire n1;fire n1;fire n2;fire the 2nd timer of n3");
    assert_eq!(notes(&trace), ["n3 has no such timer"]);
    let ticks = |node: u32| {
        let early = trace.views.iter().filter(|shown| shown.at.time == Time::ZERO);
        early.filter(|shown| shown.node.0 == node).map(|shown| shown.view.1).collect::<Vec<_>>()
    };
    assert_eq!([ticks(1), ticks(2), ticks(3)], [vec![0, 1, 2], vec![0, 1], vec![0]]);
    // By the end of the hands' part two ticks of n1 lay ahead of true time.
    let last = |node: u32| {
        let shown = trace.views.iter().filter(|shown| shown.node.0 == node);
        shown.filter(|shown| shown.at.time <= Time::millis(500)).map(|s| s.view.1).max()
    };
    assert_eq!([last(1), last(2), last(3)], [Some(52), Some(51), Some(50)]);
}

#[test]
fn what_is_not_there_is_noted() {
    let trace = by_hand(
        "deliver n1 -> n2;lose n1 -> n2;repeat n1 -> n2;deliver n1 -> c0;synced n1;give-up c0;\
         let-go;let-go;by-hand;by-hand;crash n3;fire n3;deliver n9 -> n1",
    );
    let said = [
        "nothing is on its way from n1 to n2",
        "nothing is on its way from n1 to n2",
        "nothing is on its way from n1 to n2",
        "nothing is on its way from n1 to c0",
        "n1 has no sync to be done",
        "c0 waits for no answer",
        "all goes by itself already",
        "all waits already",
        "n3 is down",
        "there is no n9",
    ];
    assert_eq!(notes(&trace), said);
}

#[test]
fn a_client_that_gives_up_knows_nothing() {
    let trace = by_hand("c0 -> n1 put k1 7;deliver c0 -> n1;give-up c0;deliver n1 -> c0");
    assert_eq!(values(&trace), [Outcome::Unknown]);
    assert_eq!(trace.history.operations[0].completed.time, Time::ZERO);
}

#[test]
fn one_event_after_the_other_is_what_happens_by_itself() {
    let header = "nodes 3 quiet survives crashes partitions\n";
    let steps = [
        "@10ms c0 -> n1 put k1 7",
        "@12ms crash n3",
        "@17ms c1 -> n2 get k1",
        "@31ms restart n3",
        "@31ms c1 -> n3 get k1",
    ];
    let went = |before: &str| {
        let trace = run(&format!("{header}{before}{}", steps.join("\n")));
        let shown = trace.views.iter().map(|shown| (shown.at.time, shown.node, shown.view));
        (shown.collect::<Vec<_>>(), values(&trace))
    };
    let plain = went("");
    // There are three ticks at 10 ms, and the first step comes before them.
    for events in 0..4 {
        let taken = format!("@10ms by-hand\n@+0ms next {events}\n@+0ms let-go\n");
        assert!(went(&taken).0 == plain.0, "{events}");
        assert_eq!(went(&taken).1, plain.1, "{events}");
    }
}
