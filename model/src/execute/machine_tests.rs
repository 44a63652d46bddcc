//! What each trouble of a machine does, to the microsecond and the byte, seen through a node that
//! writes down what it is told.

use super::{Op, Recording, execute};
use crate::disk::DiskFault;
use crate::fault::Kind;
use crate::history::Outcome;
use crate::id::{NodeId, Token};
use crate::node::{Event, Io, Node, Role};
use crate::schedule::Schedule;
use crate::spec::kv::{Answer, Get, Put, PutGet};
use crate::trace::{Trace, What};
use std::time::Duration;

/// Keeps bytes in a log and the last one in a cell. Keys say what a put does: 0 a plain write with
/// sync, 1 one without a sync, 2 a write with the `try_` forms that answers whether it failed, 3 a
/// sync that is answered once it is done. Gets say what a boot has read: 0 the log's length, 1 its
/// sum, 2 the cell, 3 the node's own clock, 4 its ticks so far.
struct Scribe {
    log: Vec<u8>,
    cell: Option<u8>,
    ticks: u64,
    waits: Vec<crate::id::RequestId>,
}

impl Scribe {
    fn boot(io: &mut Io<Scribe>) -> Scribe {
        io.every(Duration::from_millis(10), ());
        let log = io.disk().read("log").to_vec();
        let cell = io.disk().get("cell").and_then(|value| value.first().copied());
        Scribe { log, cell, ticks: 0, waits: Vec::new() }
    }

    fn write(tried: bool, value: u64, io: &mut Io<Scribe>) -> Result<(), DiskFault> {
        if tried {
            io.disk().try_append("log", &[value as u8; 10])?;
            io.disk().try_put("cell", &[value as u8])?;
            return Ok(());
        }
        io.disk().append("log", &[value as u8; 10]);
        io.disk().put("cell", &[value as u8]);
        Ok(())
    }
}

impl Node for Scribe {
    type Spec = PutGet;
    type Message = ();
    type Timer = ();
    type View = u64;

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, op: Put(how, value) } => {
                let mut result = Scribe::write(how == 2, value, io);
                match how {
                    0 => {
                        io.disk().sync("log");
                        io.disk().sync("cell");
                    }
                    2 => result = result.and_then(|()| io.disk().try_sync("log")),
                    3 => {
                        io.disk().sync_later("log", Token(1));
                        self.waits.push(id);
                        return;
                    }
                    _ => {}
                }
                match result {
                    Ok(()) => io.ok(id, None),
                    Err(DiskFault::Failed) => io.ok(id, Some(1)),
                    Err(DiskFault::Full) => io.ok(id, Some(2)),
                }
            }
            Event::Request { id, op: Get(what) } => {
                let sum = self.log.iter().map(|byte| u64::from(*byte)).sum();
                let shown = match what {
                    0 => self.log.len() as u64,
                    1 => sum,
                    2 => self.cell.map_or(0, u64::from),
                    3 => io.now().0,
                    _ => self.ticks,
                };
                io.ok(id, Some(shown));
            }
            Event::Synced(_) => {
                for id in self.waits.drain(..) {
                    io.ok(id, None);
                }
            }
            Event::Timer(()) => self.ticks += 1,
            _ => {}
        }
    }

    fn view(&self) -> u64 {
        self.ticks
    }

    fn role(&self) -> Role {
        Role::NONE
    }
}

fn schedule(claim: &str, steps: &str) -> Schedule<Op<Scribe>> {
    let text = format!("nodes 3 survives {claim}; {steps}");
    text.parse().unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn run_with(claim: &str, steps: &str) -> Trace<Scribe> {
    execute(&schedule(claim, steps), &Scribe::boot, Recording::default())
}

fn run(steps: &str) -> Trace<Scribe> {
    run_with("everything disk-lies damage", steps)
}

/// What each operation answered, and how many milliseconds after it was asked.
fn answers(trace: &Trace<Scribe>) -> Vec<(Option<u64>, u64)> {
    let asked = trace.history.operations.iter().filter(|operation| !operation.is_probe());
    asked
        .map(|o| {
            let took = o.completed.time.since(o.invoked.time).as_millis() as u64;
            match o.outcome {
                Outcome::Ok(Answer(value)) => (value, took),
                Outcome::Refused => (Some(404), took),
                Outcome::Unknown => (Some(500), took),
            }
        })
        .collect()
}

fn told(trace: &Trace<Scribe>) -> Vec<u64> {
    answers(trace).iter().filter_map(|(value, _)| *value).collect()
}

fn note(trace: &Trace<Scribe>, step: usize) -> Option<&str> {
    trace.steps[step].note.as_deref()
}

fn took(trace: &Trace<Scribe>, kind: Kind) -> u64 {
    trace.counts.faults[kind as usize]
}

#[test]
fn a_crash_loop_comes_up_each_time_and_a_restart_of_all_takes_all_down() {
    let trace = run("@10ms crash n2 3 times every 50ms; @115ms c0 -> n2 get k4; @155ms heal");
    let ups = |trace: &Trace<Scribe>| {
        let ups = trace.records.iter().filter_map(|record| match record.what {
            What::Up(incarnation) if incarnation > 0 => {
                Some((record.node.map_or(0, |node| node.0), record.at.time.0 / 1_000))
            }
            _ => None,
        });
        ups.collect::<Vec<_>>()
    };
    assert_eq!(told(&trace), [0], "the third crash was at 110 ms");
    assert_eq!(took(&trace, Kind::Crashes), 1, "a loop is one fault");
    let rich = |claim: &str, steps| {
        let all = Recording { rich: true, ..Recording::default() };
        execute(&schedule(claim, steps), &Scribe::boot, all)
    };
    let trace = rich("crashes", "@10ms crash n2 3 times every 50ms");
    assert_eq!(ups(&trace), [(2, 10), (2, 60), (2, 110)]);
    let trace = rich("crashes", "@10ms restart-all");
    assert_eq!(ups(&trace), [(1, 10), (2, 10), (3, 10)]);
    let trace = rich("stops down:1", "@10ms rolling-restart every 200ms");
    assert_eq!(ups(&trace), [(1, 110), (2, 310), (3, 510)]);
    let trace = run_with("crashes down:1", "@10ms restart-all");
    assert_eq!(note(&trace, 0), Some("the claim allows 1 down at once"));
}

#[test]
fn a_node_that_stops_in_the_calm_end_comes_up_again() {
    let slow = "@14ms slow n2 by 600ms for 3s; @14ms disk n2 fails its next sync";
    let trace = run(&format!("{slow}; @15ms c0 -> n2 put k0 7"));
    assert_eq!(took(&trace, Kind::DiskErrors), 1);
    let probes = trace.history.operations.iter().filter(|operation| operation.is_probe());
    let looks = probes.filter(|o| o.node == Some(NodeId(2)) && matches!(o.outcome, Outcome::Ok(_)));
    assert_eq!(looks.count(), 1, "the checker looks at k0 through each node");
}

#[test]
fn the_events_of_a_slow_node_take_their_time_one_after_the_other() {
    let asks = "@15ms c0 -> n2 put k0 7; @15ms c1 -> n2 put k0 7; @15ms c2 -> n1 put k0 7";
    let trace = run(&format!("@14ms slow n2 by 5ms for 100ms; {asks}; @150ms c0 -> n2 get k3"));
    // One millisecond each way; the second request waits for the first one.
    assert_eq!(answers(&trace)[..3], [(None, 7), (None, 12), (None, 2)]);
    assert_eq!(answers(&trace)[3], (Some(151_000), 2), "and then it is over");
    assert_eq!(took(&trace, Kind::Slowness), 1);
    let trace = run("@14ms slow n2 by 3600s for 3600s; @15ms c0 -> n2 put k0 7");
    assert_eq!(answers(&trace), [(None, 501)], "the calm end lets go of what was held");
}

#[test]
fn a_crash_takes_the_effects_that_a_slow_node_had_not_got_to() {
    let steps = "@14ms slow n2 by 5ms for 100ms; @15ms c0 -> n2 put k0 7; @20ms crash n2; \
                 @30ms restart n2; @50ms c0 -> n2 get k0";
    assert_eq!(told(&run(steps)), [500, 0]);
    let later = steps.replace("@20ms", "@22ms");
    assert_eq!(told(&run(&later)), [10]);
}

#[test]
fn behind_a_slow_sync_effects_and_events_wait() {
    let slow = "@10ms disk n2 is slow by 20ms for 500ms";
    let trace = run(&format!("{slow}; @15ms c0 -> n2 put k0 7; @15ms c1 -> n2 get k3"));
    // Two syncs; the other client's request waits for both.
    assert_eq!(answers(&trace), [(None, 42), (Some(56_000), 42)]);
    let trace = run(&format!("{slow}; @15ms c0 -> n2 put k3 7; @15ms c1 -> n2 get k3"));
    assert_eq!(answers(&trace), [(None, 22), (Some(16_000), 2)], "a later one does not hold up");
    for (ms, left) in [(35, 0), (37, 10)] {
        let trace = run(&format!(
            "{slow}; @15ms c0 -> n2 put k3 7; @{ms}ms power-loss n2; @+10ms restart n2; \
             @+10ms c1 -> n2 get k0"
        ));
        assert_eq!(told(&trace).last(), Some(&left), "{ms}");
    }
}

#[test]
fn a_node_stops_at_a_failed_call_unless_it_tried() {
    for (call, kept, stopped, tried) in [
        ("sync", "", [500, 404, 10], [1, 10]),
        ("write", "", [500, 404, 0], [1, 0]),
        ("write", " keeping 40%", [500, 404, 4], [1, 4]),
    ] {
        let fails = format!("@10ms disk n2 fails its next {call}{kept}");
        let again = "@60ms restart n2; @70ms c0 -> n2 get k0";
        let trace =
            run(&format!("{fails}; @15ms c0 -> n2 put k0 7; @30ms c1 -> n2 get k0; {again}"));
        assert_eq!(told(&trace), stopped, "{call}{kept}");
        assert_eq!(took(&trace, Kind::DiskErrors), 1);
        let trace = run(&format!("{fails}; @15ms c0 -> n2 put k2 7; @50ms crash n2; {again}"));
        assert_eq!(told(&trace), tried, "{call}{kept}");
    }
    let trace = run("@10ms disk n2 fails its next sync");
    assert_eq!(
        (took(&trace, Kind::DiskErrors), note(&trace, 0)),
        (0, Some("its point did not come"))
    );
}

#[test]
fn a_full_disk_fails_every_write_until_there_is_space() {
    let full = "@10ms disk n2 is full for 100ms keeping 50%";
    let puts = "@15ms c0 -> n2 put k2 7; @40ms c0 -> n2 put k2 7; @120ms c0 -> n2 put k2 7";
    let trace =
        run(&format!("{full}; {puts}; @130ms crash n2; @140ms restart n2; @150ms c0 -> n2 get k0"));
    assert_eq!(told(&trace), [2, 2, 20], "two halves and a whole; the third was ok");
    assert_eq!(took(&trace, Kind::DiskErrors), 1);
    let trace = run_with("disk-errors crashes down:1", &format!("{full}; @11ms crash n1"));
    assert_eq!(note(&trace, 1), Some("the claim allows 1 down at once"), "n2 may stop any time");
}

#[test]
fn a_disk_that_lies_loses_with_the_power_what_was_not_synced_honestly_since() {
    let lies = "@10ms disk n2 lies for 50ms; @20ms c0 -> n2 put k0 7";
    let look = "@+10ms restart n2; @+10ms c0 -> n2 get k0";
    let trace = run(&format!("{lies}; @30ms power-loss n2; {look}"));
    assert_eq!((told(&trace), took(&trace, Kind::DiskLies)), (vec![0], 1));
    let trace = run(&format!("{lies}; @30ms crash n2; {look}"));
    assert_eq!(told(&trace), [10], "the process is not the power");
    let trace = run(&format!("{lies}; @70ms c0 -> n2 put k0 7; @+10ms power-loss n2; {look}"));
    assert_eq!(told(&trace), [20]);
}

#[test]
fn damage_is_seen_by_the_next_process() {
    let put = "@20ms c0 -> n2 put k0 7; @25ms c0 -> n2 put k0 8";
    let look = "@+10ms crash n2; @+1ms restart n2; @+10ms c0 -> n2 get k0; @+0ms c0 -> n2 get k1; \
                @+0ms c0 -> n2 get k2";
    for (damage, seen) in [
        ("@22ms disk n2 tears its next write", [20, 70 + 40, 8]),
        ("@18ms disk n2 tears its next write", [20, 35 + 80, 8]),
        ("@18ms disk n2 misdirects its next write", [20, 80, 8]),
        ("@30ms disk n2 flips bit 0", [20, 70 + 80 - 1, 8]),
        ("@30ms disk n2 flips bit 83", [20, 70 + 80 - 8, 8]),
        ("@30ms disk n2 flips bit 160", [20, 150, 9]),
        ("@30ms disk n2 loses file 1", [0, 0, 8]),
        ("@30ms disk n2 loses file 4", [20, 150, 0]),
        ("@30ms wipe n2", [0, 0, 0]),
        ("@30ms revert n2", [0, 0, 0]),
        ("@22ms crash n2 2 times every 1ms; @30ms revert n2", [10, 70, 7]),
    ] {
        let trace = run(&format!("{put}; {damage}; {look}")
            .replace("put; @22ms crash n2 2", "put; @22ms crash n2 2"));
        assert_eq!(told(&trace), seen, "{damage}");
        assert_eq!(took(&trace, Kind::Damage), 1, "{damage}");
    }
    let misdirected = "@22ms disk n2 misdirects its next write";
    let trace = run(&format!("{put}; {misdirected}; {look}"));
    let seen = told(&trace);
    assert_eq!(seen[0], 20);
    assert!(
        seen[1] > 70 && seen[1] <= 80,
        "over the old bytes, and zeros in its own place: {seen:?}"
    );
}

#[test]
fn the_claim_bounds_how_many_nodes_are_ever_damaged() {
    let steps = "@10ms wipe n1; @20ms restart n1; @30ms revert n1; @40ms disk n2 lies for 1ms; \
                 @50ms disk n3 flips bit 1";
    let trace = run_with("damage disk-lies", steps);
    assert_eq!(
        [2, 3, 4].map(|step| note(&trace, step)),
        [
            None,
            Some("the claim allows damage on 1 in a run"),
            Some("the claim allows damage on 1 in a run"),
        ]
    );
    let trace = run_with("damage disk-lies damaged:3", steps);
    assert_eq!(note(&trace, 4), Some("n3 has nothing durable"));
    let trace = run_with("damage damaged:0", "@10ms wipe n1");
    assert_eq!(note(&trace, 0), Some("the claim allows damage on 0 in a run"));
}

#[test]
fn clocks_and_timers_go_wrong_together() {
    let at = |trouble: &str| {
        let trace = run(&format!(
            "@100ms {trouble}; @199ms c0 -> n2 get k3; @199ms c1 -> n2 get k4; \
             @299ms c0 -> n2 get k3; @299ms c1 -> n2 get k4; @299ms c1 -> n1 get k3"
        ));
        assert_eq!(told(&trace)[4], 300_000, "other clocks are true");
        let told = told(&trace);
        [told[0] / 100, told[1], told[2] / 100, told[3]]
    };
    assert_eq!(at("drift n2 +0%"), [2_000, 20, 3_000, 30]);
    assert_eq!(at("drift n2 +100%"), [3_000, 30, 5_000, 50]);
    assert_eq!(at("drift n2 -50%"), [1_500, 15, 2_000, 20]);
    assert_eq!(at("freeze n2 for 100ms"), [1_000, 10, 2_000, 20]);
    assert_eq!(at("wobble n2 50% every 100ms"), [2_500, 25, 3_000, 30]);
    assert_eq!(at("hurry n2 150ms"), [3_500, 35, 4_500, 45]);
    let [early, _, late, ticks] = at("jitter n2 20%");
    assert!((1_800..=2_200).contains(&early) && (2_600..=3_400).contains(&late), "{early} {late}");
    assert_eq!(ticks, late / 100);
}

#[test]
fn what_happens_to_machines_is_the_same_in_lean_and_rich_runs() {
    let steps = "@5ms slow n1 by 5ms for 500ms; @6ms disk n2 is slow by 9ms for 500ms; \
                 @10ms c0 -> n1 put k0 1; @10ms c0 -> n2 put k0 1; @11ms c1 -> n2 put k0 1; \
                 @12ms wobble n3 50% every 30ms; @15ms pause n2; @40ms resume n2; \
                 @60ms restart-all";
    let all = "everything damage";
    let rich = Recording { rich: true, ..Recording::default() };
    let rich = execute(&schedule(all, steps), &Scribe::boot, rich);
    let lean = run_with(all, steps);
    assert_eq!(lean.digest, rich.digest);
    assert_eq!(answers(&lean), answers(&rich));
    let node = |n: u32| rich.records.iter().filter(|r| r.node == Some(NodeId(n))).count();
    assert!(node(2) > 10, "events that waited are recorded, too");
}
