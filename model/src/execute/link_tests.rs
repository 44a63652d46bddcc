//! What each trouble of links, messages and requests does, to the millisecond, seen through a node
//! that writes down what arrives.

use super::{Op, Recording, execute};
use crate::fault::Kind;
use crate::history::Outcome;
use crate::node::{Event, Io, Node};
use crate::schedule::Schedule;
use crate::spec::kv::{Answer, Get, Put, PutGet};
use crate::trace::{Hit, LossCause, Trace};
use std::collections::BTreeMap;

/// A put is sent to all others and counted where it arrives; a get tells what arrived under a key:
/// the values as the digits of a number, in the order in which they came. A key from 50 on is one's
/// own count of requests for it; one from 90 on is refused, after that.
struct Post {
    arrived: BTreeMap<u64, u64>,
}

impl Post {
    fn boot(_: &mut Io<Post>) -> Post {
        Post { arrived: BTreeMap::new() }
    }

    fn note(&mut self, key: u64, value: u64) {
        let digits = self.arrived.entry(key).or_default();
        *digits = *digits * 10 + value;
    }
}

impl Node for Post {
    type Spec = PutGet;
    type Message = (u64, u64);
    type Timer = ();
    type View = ();

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, op: Put(key @ 50.., value) } => {
                self.note(key, value);
                match key {
                    90.. => io.refused(id),
                    _ => io.ok(id, None),
                }
            }
            Event::Request { id, op: Put(key, value) } => {
                for peer in io.peers() {
                    io.send(peer, (key, value));
                }
                io.ok(id, None);
            }
            Event::Request { id, op: Get(key) } => io.ok(id, self.arrived.get(&key).copied()),
            Event::Message { body: (key, value), .. } => self.note(key, value),
            _ => {}
        }
    }

    fn view(&self) {}

    /// Bits from 8 on are in the checksum.
    fn corrupt(message: &(u64, u64), bit: u64) -> Option<(u64, u64)> {
        (bit < 8).then_some((message.0, message.1 ^ (1 << bit)))
    }
}

fn run(steps: &str) -> Trace<Post> {
    let header = "survives everything corruption retries";
    let text = format!("nodes 3  quiet  {header}\n{steps}");
    let schedule: Schedule<Op<Post>> = text.parse().expect("it is written well");
    execute(&schedule, &Post::boot, Recording::default())
}

/// What the gets of a run were answered, in order; 0 for nothing.
fn gets(trace: &Trace<Post>) -> Vec<u64> {
    let asked = trace.history.operations.iter();
    let asked = asked.filter(|operation| !operation.is_probe());
    let gets = asked.filter_map(|operation| match (&operation.op, &operation.outcome) {
        (Get(_), Outcome::Ok(Answer(value))) => Some(value.unwrap_or(0)),
        _ => None,
    });
    gets.collect()
}

/// Puts of the values 1 to 4 under key 1 at node 1, 2 ms apart from 10 ms on.
const PUTS: &str = "@10ms c0 -> n1 put k1 1\n@12ms c0 -> n1 put k1 2
@14ms c0 -> n1 put k1 3\n@16ms c0 -> n1 put k1 4\n";

/// What node 2 has got of these at some times.
fn arrivals(fault: &str, times: &[u64]) -> Vec<u64> {
    let gets_at = times.iter().map(|ms| format!("@{ms}ms c1 -> n2 get k1\n"));
    let gets_at: String = gets_at.collect();
    gets(&run(&format!("@1ms {fault}\n{PUTS}{gets_at}")))
}

fn held(trace: &Trace<Post>, kind: Kind) -> u64 {
    trace.counts.faults[kind as usize]
}

#[test]
fn a_doubled_message_comes_twice_so_far_apart() {
    assert_eq!(arrivals("double the 2nd n1 -> n2 from here", &[40]), [12_234]);
    let later = "double the 1st n1 -> n2 from here by 5ms";
    assert_eq!(arrivals(later, &[40]), [12_314]);
}

#[test]
fn a_swapped_message_comes_after_the_next_one() {
    assert_eq!(arrivals("swap the 1st n1 -> n2 from here", &[40]), [2_134]);
    assert_eq!(arrivals("swap the 4th n1 -> n2 from here", &[40, 400]), [123, 123]);
}

#[test]
fn a_corrupt_message_is_what_the_codec_reads_or_is_lost() {
    assert_eq!(arrivals("corrupt the 1st n1 -> n2 from here bit 1", &[40]), [3_234]);
    assert_eq!(arrivals("corrupt the 1st n1 -> n2 from here bit 8", &[40]), [234]);
    let trace = run(&format!("@1ms corrupt the 1st n1 -> n2 from here bit 8\n{PUTS}"));
    assert_eq!(trace.counts.lost[LossCause::Corrupt as usize], 1);
    assert_eq!(held(&trace, Kind::Corruption), 1);
}

#[test]
fn a_lossy_link_loses_its_share_for_its_time() {
    assert_eq!(arrivals("lose 1 in 1 n1 -> n2 for 12ms", &[40]), [234]);
    let trace = run(&format!("@1ms lose 0 in 1 n1 -> n2 for 1s\n{PUTS}@30ms c0 -> n2 get k1"));
    assert_eq!((gets(&trace), held(&trace, Kind::Loss)), (vec![1_234], 0), "it lost nothing");
}

#[test]
fn a_slow_link_is_slow_for_its_time() {
    // The first two leave at 11 and 13 ms, and arrive 5 + 20 ms later.
    assert_eq!(arrivals("latency n1 -> n2 by 20ms for 13ms", &[18, 20, 30, 40]), [0, 3, 34, 3_412]);
}

#[test]
fn a_narrow_link_lets_the_rest_wait_or_loses_it() {
    // One each 10 ms: at 11, then 21, 31 and 41 ms, and 5 ms on the way.
    let block = "congest n1 -> n2 to 100/s queue 1 block for 1s";
    assert_eq!(arrivals(block, &[14, 16, 26, 36, 46]), [0, 1, 12, 123, 1_234]);
    let newest = "congest n1 -> n2 to 100/s queue 1 drop-newest for 1s";
    assert_eq!(arrivals(newest, &[16, 26, 100]), [1, 12, 12]);
    let oldest = "congest n1 -> n2 to 100/s queue 1 drop-oldest for 1s";
    assert_eq!(arrivals(oldest, &[16, 26, 100]), [1, 14, 14]);
    // What waits when it ends goes on at once.
    let short = "congest n1 -> n2 to 1/s queue 9 block for 20ms";
    assert_eq!(arrivals(short, &[24, 26]), [1, 1_234]);
}

#[test]
fn each_link_counts_what_was_sent_and_why_it_was_lost() {
    let faults = "@1ms congest n1 -> n2 to 100/s queue 1 drop-newest for 1s\n@1ms cut n1 -> n3\n";
    let trace = run(&format!("{faults}{PUTS}"));
    let link = |from: u32, to: u32| {
        let found = trace.links.iter().find(|link| (link.from.0, link.to.0) == (from, to));
        found.map(|link| (link.sent, link.lost))
    };
    // The four puts, and the write of the calm end.
    assert_eq!(link(1, 3), Some((5, [4, 0, 0, 0, 0])));
    assert_eq!(link(1, 2), Some((5, [0, 0, 2, 0, 0])));
    assert_eq!(link(3, 1), None, "it carried nothing");
    assert_eq!(trace.counts.lost, [4, 0, 2, 0, 0]);
    assert_eq!((held(&trace, Kind::Congestion), held(&trace, Kind::Partitions)), (1, 1));
}

#[test]
fn a_flapping_link_fails_and_comes_back() {
    // Down from 1 to 11, up to 21, down to 31 ms; what is on its way when it fails is lost.
    let puts = [4, 12, 18, 24, 32].map(|ms| format!("@{ms}ms c0 -> n1 put k1 {}\n", ms % 10));
    let trace = run(&format!(
        "@1ms flap n1 -- n2 every 10ms for 30ms\n{}@60ms c1 -> n2 get k1",
        puts.concat()
    ));
    assert_eq!(gets(&trace), [22], "those sent at 13 and at 33 ms");
    assert_eq!(held(&trace, Kind::Partitions), 1);
}

#[test]
fn a_ring_and_a_bridge_cut_what_they_say_until_healed() {
    let all = "@10ms c0 -> n1 put k1 1\n@10ms c0 -> n2 put k1 2\n@10ms c0 -> n3 put k1 3
@30ms c1 -> n1 get k1\n@30ms c1 -> n2 get k1\n@30ms c1 -> n3 get k1\n";
    assert_eq!(gets(&run(&format!("@1ms ring\n{all}"))), [2, 3, 1]);
    assert_eq!(gets(&run(&format!("@1ms bridge n3\n{all}"))), [3, 3, 12]);
    assert_eq!(gets(&run(&format!("@1ms bridge n3\n@2ms heal\n{all}"))), [23, 13, 12]);
}

#[test]
fn a_request_sent_again_is_one_operation() {
    let trace = run("@10ms c0 -> n1 put k60 1\n@10ms c0 again -> n2\n@10ms c0 again -> n1
@30ms c1 -> n1 get k60\n@30ms c1 -> n2 get k60");
    assert_eq!(gets(&trace), [11, 1], "both nodes saw it, one of them twice");
    let puts = trace.history.operations.iter().filter(|op| matches!(op.op, Put(60, _)));
    assert_eq!(puts.count(), 1);
    assert_eq!(held(&trace, Kind::Retries), 2);
}

#[test]
fn a_request_is_refused_only_if_each_attempt_was() {
    let ends = |steps: &str| {
        let trace = run(steps);
        let first = &trace.history.operations[0];
        (first.outcome.clone(), first.completed.time.0 / 1_000)
    };
    let twice = "@1ms crash n2\n@10ms c0 -> n2 put k60 1\n@11ms c0 again ->";
    assert_eq!(ends(&format!("{twice} n1")), (Outcome::Ok(Answer(None)), 13));
    assert_eq!(ends(&format!("{twice} n2")), (Outcome::Refused, 13));
    let paused = "@1ms pause n1\n@1ms crash n2\n@10ms c0 -> n1 put k60 1\n@400ms c0 again -> n2";
    // One attempt is refused at 402 ms; the other waits until the calm end lets its node go on.
    assert_eq!(ends(paused), (Outcome::Ok(Answer(None)), 901));
}

#[test]
fn a_client_waits_anew_from_its_last_attempt() {
    let trace = run("@1ms pause n1\n@10ms c0 -> n1 put k60 1\n@900ms c0 again -> n2
@901ms pause n2\n@1800ms resume n2\n@1802ms resume n1");
    let first = &trace.history.operations[0];
    assert_eq!(
        (first.outcome.clone(), first.completed.time.0),
        (Outcome::Ok(Answer(None)), 1_801_000)
    );
    assert_eq!(first.node.map(|node| node.0), Some(2), "it is the one that answered");
}

#[test]
fn a_doubled_request_comes_twice_and_nothing_is_sent_again_that_is_answered() {
    let trace = run("@1ms double the 2nd request of c0 from here by 3ms\n@5ms c0 -> n1 put k60 1
@10ms c0 -> n1 put k60 2\n@30ms c0 again -> n1\n@40ms c1 -> n1 get k60");
    assert_eq!(gets(&trace), [122]);
    assert_eq!(held(&trace, Kind::Retries), 1);
    assert_eq!(trace.steps[3].note.as_deref(), Some("c0 waits for no answer"));
}

#[test]
fn what_the_claim_does_not_name_does_not_happen() {
    let text = format!(
        "nodes 3  quiet\n@1ms ring\n@1ms double the 1st n1 -> n2 from here
@1ms congest n1 -> n2 to 1/s queue 0 drop-newest for 1s\n@11ms c0 again -> n2\n{PUTS}
@40ms c1 -> n2 get k1"
    );
    let schedule: Schedule<Op<Post>> = text.parse().expect("it is written well");
    let trace = execute(&schedule, &Post::boot, Recording::default());
    assert_eq!(gets(&trace), [1_234]);
    assert_eq!(trace.counts.faults.iter().sum::<u64>(), 0);
}

#[test]
fn the_calm_end_ends_all_trouble_of_links() {
    let faults = "ring\n@1ms flap n1 -- n2 every 7ms for 9s
@1ms lose 1 in 1 n1 -> n2 for 9s\n@1ms congest n2 -> n1 to 1/s queue 9 block for 9s";
    let trace = run(&format!("@1ms {faults}\n{PUTS}"));
    assert!(matches!(trace.end, crate::trace::End::Settled { .. }), "{:?}", trace.end);
    let after = trace.links.iter().map(|link| link.lost.iter().sum::<u64>()).sum::<u64>();
    assert_eq!(after, trace.counts.lost.iter().sum::<u64>());
}

#[test]
fn noise_doubles_and_overtakes_where_the_claim_names_it() {
    let hits = |claim: &str| {
        let puts: String =
            (0..900).map(|at| format!("@{}ms c0 -> n1 put k1 0\n", 2 * at)).collect();
        let text = format!("nodes 3  noise 0x5 1/20  survives {claim}\n{puts}");
        let schedule: Schedule<Op<Post>> = text.parse().expect("it is written well");
        let trace = execute(&schedule, &Post::boot, Recording::default());
        // Two of the calm end are on their way when all is settled.
        let arrived = trace.counts.delivered as i64 - (trace.counts.sent as i64 - 2);
        (trace.hits, arrived)
    };
    let (doubled, more) = hits("doubles");
    assert!(doubled.iter().all(|hit| matches!(hit.hit, Hit::Doubled(_))));
    assert_eq!(doubled.len() as i64, more);
    let (swapped, more) = hits("overtaking");
    assert!(swapped.iter().all(|hit| hit.hit == Hit::Overtaken));
    assert_eq!((swapped.len(), more), (doubled.len(), 0), "the same messages, none lost");
    // At most one in twenty of 1,800 messages.
    assert!((40..=120).contains(&swapped.len()), "{}", swapped.len());
}
