//! Small runs, written down by hand, whose reports are kept as golden files.

use super::tape::{Tape, n, violation};
use crate::counterexample::Counterexample;
use crate::fact::Fact;
use crate::fault::{CrashPoint, EffectKind, Fault, Nemesis, Target};
use crate::history::Outcome;
use crate::schedule::{Anchor, When};
use crate::spec::kv::{Answer, Get, Op, Put};
use crate::time::Time;
use crate::trace::{End, Panic, What};
use crate::verdict::Violation;
use std::time::Duration;

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
