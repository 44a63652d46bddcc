//! Faults and writes as milliseconds come in; what was a recovery goes out.

use super::*;
use crate::history::Moment;
use crate::id::{ClientId, NodeId, RequestId};
use crate::spec::kv::{Answer, Get, Op, Put, PutGet};

const ENDED: Time = Time::millis(10_000);

fn operation(op: Op, asked: u64, told: u64, outcome: Outcome<Answer>) -> Operation<PutGet> {
    let at = |ms| Moment { order: ms, time: Time::millis(ms) };
    Operation {
        request: RequestId { client: ClientId(0), number: 0 },
        node: Some(NodeId(1)),
        op,
        invoked: at(asked),
        outcome,
        completed: at(told),
        again: false,
        step: None,
    }
}

fn put(asked: u64, told: u64) -> Operation<PutGet> {
    operation(Put(1, 5), asked, told, Outcome::Ok(Answer(None)))
}

fn refused(asked: u64, told: u64) -> Operation<PutGet> {
    operation(Put(1, 5), asked, told, Outcome::Refused)
}

/// For each fault when the time after it ended, how much of it counts, and the write that showed
/// it. Nobody leads from 7 s to 8 s.
fn recoveries(
    faults: &[(u64, u64)],
    operations: Vec<Operation<PutGet>>,
) -> Vec<(u64, u64, Option<usize>)> {
    let span = |from, until| Span { from: Time::millis(from), until: Time::millis(until) };
    let holds = (0..).zip(faults).map(|(step, (from, until))| Hold {
        step,
        kind: Kind::Crashes,
        span: span(*from, *until),
    });
    let course = Course {
        holds: holds.collect(),
        led: true,
        leaderless: vec![span(7_000, 8_000)],
        ..Course::default()
    };
    let history = History { operations };
    let told = |one: Recovery| (one.span.until.0 / 1_000, one.took.as_millis() as u64, one.acked);
    course.recoveries(&history, ENDED).map(told).collect()
}

#[test]
fn recovery_goes_from_the_end_of_a_fault_to_the_first_acknowledged_write() {
    let writes = vec![put(900, 920), put(1_500, 2_300), put(2_200, 2_250), put(2_400, 2_500)];
    // The second one waited from the end on, and the third was acknowledged first.
    assert_eq!(recoveries(&[(1_000, 2_000)], writes), [(2_250, 250, Some(2))]);
    // What was lost with the fault waits for nothing.
    let writes = vec![refused(1_500, 2_900), refused(2_000, 2_030), put(2_700, 2_720)];
    assert_eq!(recoveries(&[(1_000, 2_000)], writes), [(2_720, 50, Some(2))]);
    // What was acknowledged by then shows nothing of the time after it.
    assert_eq!(recoveries(&[(1_000, 2_000)], vec![put(1_500, 2_000)]), [(10_000, 1_000, None)]);
}

#[test]
fn time_in_which_nobody_waits_for_a_write_is_not_counted() {
    let get = operation(Get(1), 2_100, 2_120, Outcome::Ok(Answer(None)));
    let writes = vec![get, refused(2_500, 2_540), put(5_000, 5_020)];
    assert_eq!(recoveries(&[(1_000, 2_000)], writes), [(5_020, 60, Some(2))]);
    // Those who wait at the same time wait once.
    let writes = vec![refused(2_500, 2_540), refused(2_520, 2_550), put(2_530, 2_600)];
    assert_eq!(recoveries(&[(1_000, 2_000)], writes), [(2_600, 100, Some(2))]);
}

#[test]
fn time_without_a_leader_is_counted_though_nobody_waits() {
    assert_eq!(recoveries(&[(6_000, 6_500)], vec![put(8_100, 8_120)]), [(8_120, 1_020, Some(0))]);
    assert_eq!(recoveries(&[(6_000, 7_900)], vec![put(7_950, 8_120)]), [(8_120, 220, Some(0))]);
}

#[test]
fn a_fault_of_an_instant_counts_from_there() {
    assert_eq!(recoveries(&[(1_000, 1_000)], vec![put(990, 1_010)]), [(1_010, 10, Some(0))]);
}

#[test]
fn another_fault_in_between_cuts_a_recovery_short() {
    let writes = || vec![refused(2_000, 2_010), put(3_000, 3_020)];
    let faults = [(1_000, 1_900), (2_500, 2_600)];
    assert_eq!(recoveries(&faults, writes()), [(2_500, 10, None), (3_020, 20, Some(1))]);
    // One that holds on from before leaves nothing to be told of the first.
    let faults = [(1_000, 1_900), (1_500, 2_600)];
    assert_eq!(recoveries(&faults, writes()), [(3_020, 20, Some(1))]);
    // Faults that end together share what comes then.
    let faults = [(1_000, 2_600), (1_500, 2_600)];
    assert_eq!(recoveries(&faults, writes()), [(3_020, 20, Some(1)); 2]);
}

#[test]
fn without_any_acknowledged_write_it_is_cut_short_by_the_end_of_the_run() {
    let open = Operation { outcome: Outcome::Unknown, ..put(9_000, 9_000) };
    assert_eq!(recoveries(&[(7_000, 8_000)], vec![open]), [(10_000, 1_000, None)]);
    assert_eq!(recoveries(&[(7_000, 8_000)], Vec::new()), []);
}
