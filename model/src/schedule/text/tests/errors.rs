//! What cannot be read, and what is said of it.

use super::Steps;
use crate::error::Error;

/// A text, and the error that it gives.
pub(super) const ERRORS: &[(&str, &str)] = &[
    ("", "line 1, column 1: expected a header such as `nodes 3  quiet`, found the end of the text"),
    (
        "# only\n# comments\n",
        "line 3, column 1: expected a header such as `nodes 3  quiet`, found the end of the text",
    ),
    ("\n  @0ms heal", "line 2, column 3: expected a header such as `nodes 3  quiet`, found `@0ms`"),
    ("nodes", "line 1, column 6: expected a number of nodes, such as 3, found the end of the line"),
    ("nodes three", "line 1, column 7: expected a number of nodes, such as 3, found `three`"),
    ("nodes -3", "line 1, column 7: expected a number of nodes, such as 3, found `-3`"),
    ("nodes 0", "line 1, column 7: a cluster has at least 1 node"),
    ("nodes 2001", "line 1, column 7: `2001` is too large: at most 2000"),
    (
        "nodes 340282366920938463463374607431768211457",
        "line 1, column 7: `340282366920938463463374607431768211457` is too large: at most 2000",
    ),
    (
        "nodes 3 queit",
        "line 1, column 9: unknown word in the header `queit`: did you mean `quiet`?",
    ),
    (
        "nodes 3 x",
        "line 1, column 9: unknown word in the header `x`: expected one of nodes, seed, quiet, \
         noise, latency, client-latency, client-timeout, linger, settle, survives",
    ),
    ("nodes 3 nodes 3", "line 1, column 9: `nodes` is said twice"),
    ("nodes 3 quiet quiet", "line 1, column 15: `quiet` is said twice"),
    (
        "nodes 3 quiet noise 0x1 1/20",
        "line 1, column 15: a schedule is either `quiet` or has `noise`",
    ),
    (
        "nodes 3 seed 0xg",
        "line 1, column 14: expected a seed of 64 bits, such as 0x2a, found `0xg`",
    ),
    (
        "nodes 3 seed 0x10000000000000000",
        "line 1, column 14: expected a seed of 64 bits, such as 0x2a, found `0x10000000000000000`",
    ),
    (
        "nodes 3 noise 0x1",
        "line 1, column 18: expected how many messages are hit, such as 1/20, \
         found the end of the line",
    ),
    (
        "nodes 3 noise 1 1/0",
        "line 1, column 17: expected how many messages are hit, such as 1/20, found `1/0`",
    ),
    ("nodes 3 noise 1 2/39", "line 1, column 17: noise hits at most 1/20, found `2/39`"),
    (
        "nodes 3 noise 1 1/18446744073709551616",
        "line 1, column 17: `1/18446744073709551616` is too large: at most 18446744073709551615",
    ),
    (
        "nodes 3 latency",
        "line 1, column 16: expected a time such as 20ms, found the end of the line",
    ),
    (
        "nodes 3 survives partition",
        "line 1, column 18: unknown fault `partition`: did you mean `partitions`?",
    ),
    ("nodes 3 latency 5", "line 1, column 17: the time `5` needs a unit: us, ms or s"),
    (
        "nodes 3 latency 5h",
        "line 1, column 17: expected a time such as 20ms, 1500us or 1.5s, found `5h`",
    ),
    (
        "nodes 3 survives",
        "line 1, column 17: expected what the system survives, such as `crashes down:1`, \
         found the end of the line",
    ),
    (
        "nodes 3 survives loss, partition",
        "line 1, column 24: unknown fault `partition`: did you mean `partitions`?",
    ),
    (
        "nodes 3\ncrash n2",
        "line 2, column 1: expected when the step happens, such as `@20ms` or `@+20ms`, \
         found `crash`",
    ),
    (
        "nodes 3\n@1.s heal",
        "line 2, column 1: expected a time such as 20ms, 1500us or 1.5s, found `1.s`",
    ),
    ("nodes 3\n@ heal", "line 2, column 1: expected a time such as 20ms, 1500us or 1.5s, found ``"),
    ("nodes 3\n@1.5us heal", "line 2, column 1: the time `1.5us` is finer than a microsecond"),
    (
        "nodes 3\n@+18446744073709551616us heal",
        "line 2, column 1: the time `18446744073709551616us` is too long: \
         at most 18446744073709551615us",
    ),
    (
        "nodes 3\n@electd heal",
        "line 2, column 1: unknown event `@electd`: did you mean `@elected`?",
    ),
    (
        "nodes 3\n@full-moon heal",
        "line 2, column 1: unknown event `@full-moon`: expected one of @elected, @acked, \
         @answered, @down",
    ),
    ("nodes 3\n@down heal", "line 2, column 7: expected a node such as n2, found `heal`"),
    (
        "nodes 3\n@acked heal",
        "line 2, column 8: expected the number of a step, such as 2, found `heal`",
    ),
    ("nodes 3\n@acked 0 heal", "line 2, column 8: there is no step 0: steps are counted from 1"),
    (
        "nodes 3\n@0ms heal\n@answered 2 heal",
        "line 3, column 11: step 2 can wait for a step above it only, not for step 2",
    ),
    (
        "nodes 3\n@0ms",
        "line 2, column 5: expected what happens, such as `crash n2` or `c0 -> n1  get k1`, \
         found the end of the line",
    ),
    ("nodes 3\n@0ms crsh n2", "line 2, column 6: unknown step `crsh`: did you mean `crash`?"),
    ("nodes 3; @0ms  crsh n2", "line 1, column 16: unknown step `crsh`: did you mean `crash`?"),
    ("# ä\nnodes 3\n@0ms heal é", "line 3, column 11: expected the end of the line, found `é`"),
    (
        "nodes 3\n@0ms hé",
        "line 2, column 6: unknown step `hé`: expected one of crash, power-loss, \
      stop, restart, pause, resume, partition, isolate, cut, heal, hold, release, drop, delay, \
      hurry, disturb, restart-all, rolling-restart, slow, disk, wipe, revert, drift, \
         wobble, jitter, freeze, ring, bridge, flap, double, swap, corrupt, lose, latency, \
         congest, by-hand, let-go, next, deliver, repeat, fire, synced, give-up, expect, \
         load, mend, clear",
    ),
    (
        "nodes 3\n@0ms lose 4 in 3 n1 -> n2 for 1s",
        "line 2, column 16: 4 in 3 is no share: at most all are lost",
    ),
    (
        "nodes 3\n@0ms congest n1 -> n2 to 0/s queue 1 block for 1s",
        "line 2, column 26: expected how many messages a second, such as 100/s, found `0/s`",
    ),
    (
        "nodes 3\n@0ms congest n1 -> n2 to 9/s queue 1 drop for 1s",
        "line 2, column 38: unknown overflow `drop`: expected one of drop-newest, drop-oldest, block",
    ),
    (
        "nodes 3\n@0ms double the 2nd request of n1 from here",
        "line 2, column 32: expected a client such as c0, found `n1`",
    ),
    (
        "nodes 3\n@0ms crash",
        "line 2, column 11: expected a node such as n2 or a role such as leader, \
         found the end of the line",
    ),
    (
        "nodes 3\n@0ms crash Leader",
        "line 2, column 12: expected a node such as n2 or a role such as leader, found `Leader`",
    ),
    ("nodes 3\n@0ms crash n0", "line 2, column 12: there is no node n0: nodes are counted from n1"),
    (
        "nodes 3\n@0ms crash n4294967296",
        "line 2, column 12: `n4294967296` is too large: at most 4294967295",
    ),
    (
        "nodes 3\n@0ms crash n1 before",
        "line 2, column 21: expected `its`, found the end of the line",
    ),
    (
        "nodes 3\n@0ms crash n1 before its next snyc",
        "line 2, column 31: unknown effect `snyc`: did you mean `sync`?",
    ),
    (
        "nodes 3\n@0ms crash n1 before its next",
        "line 2, column 30: expected one of sync, send, answer, found the end of the line",
    ),
    (
        "nodes 3\n@0ms crash n1 after effect x of its next event",
        "line 2, column 28: expected a number of effects, such as 3, found `x`",
    ),
    (
        "nodes 3\n@0ms crash n1 keeping 40%",
        "line 2, column 15: expected the end of the line, found `keeping`",
    ),
    (
        "nodes 3\n@0ms power-loss n1 keeping 40",
        "line 2, column 28: expected a share such as 40%, found `40`",
    ),
    (
        "nodes 3\n@0ms power-loss n1 keeping 101%",
        "line 2, column 28: `101%` is too large: at most 100%",
    ),
    (
        "nodes 3\n@0ms cut n1 n2",
        "line 2, column 13: expected `->` (one way) or `--` (both ways), found `n2`",
    ),
    ("nodes 3\n@0ms hold n1 -- n2", "line 2, column 14: expected `->`, found `--`"),
    (
        "nodes 3\n@0ms drop the n1 -> n2 from here",
        "line 2, column 15: expected which message, such as `the 2nd`, found `n1`",
    ),
    (
        "nodes 3\n@0ms drop the 0th n1 -> n2 from here",
        "line 2, column 15: there is no 0th message: messages are counted from the 1st",
    ),
    (
        "nodes 3\n@0ms drop the 2nd n1 -> n2",
        "line 2, column 27: expected `from`, found the end of the line",
    ),
    (
        "nodes 3\n@0ms delay the 2nd n1 -> n2 from here",
        "line 2, column 38: expected `by`, found the end of the line",
    ),
    (
        "nodes 3\n@0ms hurry n2",
        "line 2, column 14: expected a time such as 20ms, found the end of the line",
    ),
    (
        "nodes 3\n@0ms disk n2 sulks",
        "line 2, column 14: unknown trouble of a disk `sulks`: expected one of fails, is, lies, \
         tears, misdirects, flips, loses",
    ),
    ("nodes 3\n@0ms drift n2 -91%", "line 2, column 15: `-91%` is too much: from -90% to +900%"),
    ("nodes 3\n@0ms wobble n2 91% every 1s", "line 2, column 16: `91%` is too large: at most 90%"),
    (
        "nodes 3\n@0ms crash n2 101 times every 1s",
        "line 2, column 15: `101` is too large: at most 100",
    ),
    (
        "nodes 3\n@0ms disturb n2",
        "line 2, column 16: expected the name of a disturbance, such as spike-storm, \
         found the end of the line",
    ),
    (
        "nodes 3\n@0ms disturb n2 spike-storm much",
        "line 2, column 29: expected how much of it, such as 10000, found `much`",
    ),
    ("nodes 3\n@0ms c0 n1 get k1", "line 2, column 9: expected `->`, found `n1`"),
    (
        "nodes 3\n@0ms c4294967296 -> n1 get k1",
        "line 2, column 6: `c4294967296` is too large: at most 4294967295",
    ),
    (
        "nodes 3\n@0ms c0 -> n1",
        "line 2, column 14: expected an operation, found the end of the line",
    ),
    (
        "nodes 3\n@0ms c0 -> n1  put 1 81",
        "line 2, column 16: cannot read the operation `put 1 81`: \
         expected a key such as k1, found `1`",
    ),
    (
        "nodes 3\0\n@0ms heal",
        "line 1, column 7: expected a number of nodes, such as 3, found `3\\u{0}`",
    ),
];

#[test]
fn every_error_names_its_place_what_stands_there_and_what_was_expected() {
    for (text, error) in ERRORS {
        assert_eq!(text.parse::<Steps>(), Err(Error::new(*error)), "{text:?}");
    }
}

#[test]
fn a_long_word_is_cut_short_in_an_error() {
    let text = format!("nodes 3\n@0ms {}", "x".repeat(1_000_000));
    let error = text.parse::<Steps>().map_err(|error| error.to_string());
    let start = format!("line 2, column 6: unknown step `{}…`: expected one of", "x".repeat(40));
    assert!(error.is_err_and(|error| error.starts_with(&start) && error.len() < 480));
}
