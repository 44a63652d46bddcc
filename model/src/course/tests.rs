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

/// For each fault the milliseconds of its recovery, and the write that showed it.
fn recoveries(
    faults: &[(u64, u64)],
    operations: Vec<Operation<PutGet>>,
) -> Vec<(u64, u64, Option<usize>)> {
    let holds = (0..).zip(faults).map(|(step, (from, until))| Hold {
        step,
        kind: Kind::Crashes,
        span: Span { from: Time::millis(*from), until: Time::millis(*until) },
    });
    let course = Course { holds: holds.collect(), ..Course::default() };
    let history = History { operations };
    let told = |one: Recovery| (one.span.from.0 / 1_000, one.span.until.0 / 1_000, one.acked);
    course.recoveries(&history, ENDED).map(told).collect()
}

#[test]
fn recovery_goes_from_the_end_of_a_fault_to_the_first_acknowledged_write() {
    let writes =
        vec![put(900, 920), refused(1_100, 1_150), refused(2_010, 2_020), put(2_050, 2_300)];
    // The first one that waited after the end was refused; that is part of the time.
    assert_eq!(recoveries(&[(1_000, 2_000)], writes), [(2_010, 2_300, Some(3))]);
}

#[test]
fn a_write_that_waits_at_the_end_of_the_fault_counts_from_that_end() {
    assert_eq!(recoveries(&[(1_000, 2_000)], vec![put(1_500, 2_300)]), [(2_000, 2_300, Some(0))]);
    // What was acknowledged by then shows nothing of the time after it.
    assert_eq!(recoveries(&[(1_000, 2_000)], vec![put(1_500, 2_000)]), []);
}

#[test]
fn time_in_which_nobody_wants_to_write_is_not_counted() {
    let get = operation(Get(1), 2_100, 2_120, Outcome::Ok(Answer(None)));
    let found = recoveries(&[(1_000, 2_000)], vec![get, put(5_000, 5_020)]);
    assert_eq!(found, [(5_000, 5_020, Some(1))]);
}

#[test]
fn a_fault_of_an_instant_counts_from_there() {
    assert_eq!(recoveries(&[(1_000, 1_000)], vec![put(990, 1_010)]), [(1_000, 1_010, Some(0))]);
}

#[test]
fn another_fault_in_between_cuts_a_recovery_short() {
    let writes = || vec![refused(2_000, 2_010), put(3_000, 3_020)];
    let faults = [(1_000, 1_900), (2_500, 2_600)];
    assert_eq!(recoveries(&faults, writes()), [(2_000, 2_500, None), (3_000, 3_020, Some(1))]);
    // One that holds on from before leaves nothing to be told of the first.
    let faults = [(1_000, 1_900), (1_500, 2_600)];
    assert_eq!(recoveries(&faults, writes()), [(3_000, 3_020, Some(1))]);
    // Faults that end together share what comes then.
    let faults = [(1_000, 2_600), (1_500, 2_600)];
    assert_eq!(recoveries(&faults, writes()), [(3_000, 3_020, Some(1)); 2]);
}

#[test]
fn without_any_acknowledged_write_it_is_cut_short_by_the_end_of_the_run() {
    let open = Operation { outcome: Outcome::Unknown, ..put(3_000, 3_000) };
    assert_eq!(recoveries(&[(1_000, 2_000)], vec![open]), [(3_000, 10_000, None)]);
    assert_eq!(recoveries(&[(1_000, 2_000)], Vec::new()), []);
}
