//! Every form of the text, both ways.

use crate::fault::{
    ClockTrouble, CrashPoint, DiskCall, DiskTrouble, EffectKind, Fault, Hand, LinkTrouble, Nemesis,
    Overflow, Party, Target,
};
use crate::id::{ClientId, NodeId};
use crate::schedule::{Action, Anchor, Noise, Schedule, Step, When};
use crate::seed::{Ratio, Seed};
use crate::spec::kv;
use crate::time::Time;
use std::time::Duration;

mod errors;
mod page;
mod random;
mod scenes;

type Steps = Schedule<kv::Op>;

fn read(text: &str) -> Steps {
    text.parse().unwrap_or_else(|error| panic!("{text}\n{error}"))
}

const fn n(number: u32) -> Target {
    Target::Node(NodeId(number))
}

fn role(word: &str) -> Target {
    Target::Role(word.to_owned())
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn every_fault_reads_back_as_it_is_written() {
    let crash = |node, point| Fault::Crash { node, point };
    let power = |point, kept_percent| Fault::PowerLoss { node: n(2), point, kept_percent };
    let before = |kind| Some(CrashPoint::Before(kind));
    let cut = |both| Fault::Cut { from: n(1), to: n(2), both };
    let table = [
        ("crash n2", crash(n(2), None)),
        ("crash leader", crash(role("leader"), None)),
        ("crash n2 before its next sync", crash(n(2), before(EffectKind::Sync))),
        ("crash n2 before its next send", crash(n(2), before(EffectKind::Send))),
        ("crash n2 before its next answer", crash(n(2), before(EffectKind::Answer))),
        (
            "crash n2 after effect 3 of its next event",
            crash(n(2), Some(CrashPoint::AfterEffect(3))),
        ),
        ("power-loss n2", power(None, 0)),
        ("power-loss n2 keeping 40%", power(None, 40)),
        ("power-loss n2 before its next sync keeping 100%", power(before(EffectKind::Sync), 100)),
        (
            "power-loss n2 after effect 0 of its next event",
            power(Some(CrashPoint::AfterEffect(0)), 0),
        ),
        ("stop n2", Fault::Stop { node: n(2) }),
        ("restart n2", Fault::Restart { node: n(2) }),
        ("pause n2", Fault::Pause { node: n(2) }),
        ("resume n2", Fault::Resume { node: n(2) }),
        (
            "partition n1 n2 | n3 leader",
            Fault::Partition { groups: vec![vec![n(1), n(2)], vec![n(3), role("leader")]] },
        ),
        ("partition n1", Fault::Partition { groups: vec![vec![n(1)]] }),
        ("partition", Fault::Partition { groups: Vec::new() }),
        ("partition | n1 |", Fault::Partition { groups: vec![Vec::new(), vec![n(1)], Vec::new()] }),
        ("isolate n1", Fault::Isolate { node: n(1) }),
        ("isolate follower", Fault::Isolate { node: role("follower") }),
        ("cut n1 -> n2", cut(false)),
        ("cut n1 -- n2", cut(true)),
        ("heal", Fault::Heal),
        ("hold n1 -> n2", Fault::Hold { from: n(1), to: n(2) }),
        ("release n1 -> n2", Fault::Release { from: n(1), to: n(2) }),
        ("drop the 2nd n1 -> n3 from here", Fault::Drop { nth: 2, from: n(1), to: n(3) }),
        ("drop the 11th n1 -> n3 from here", Fault::Drop { nth: 11, from: n(1), to: n(3) }),
        (
            "delay the 21st n1 -> n3 from here by 30ms",
            Fault::Delay { nth: 21, from: n(1), to: n(3), by: ms(30) },
        ),
        ("mend n2", Fault::Mend { node: n(2) }),
        ("clear n1 -> n2", Fault::Clear { from: n(1), to: n(2) }),
        ("hurry n2 150ms", Fault::Hurry { node: n(2), by: ms(150) }),
        (
            "disturb n2 spike-storm 10000",
            Fault::Disturb { node: n(2), name: "spike-storm".to_owned(), argument: 10_000 },
        ),
    ];
    for (text, fault) in table {
        reads_back(text, fault);
    }
}

fn reads_back(text: &str, fault: Fault) {
    assert_eq!(fault.to_string(), text);
    let step = Step { when: When::At(Time::ZERO), action: Action::Fault(fault) };
    assert_eq!(read(&format!("nodes 3\n@0ms {text}")).steps, [step], "{text}");
}

#[test]
fn every_trouble_of_a_machine_reads_back_as_it_is_written() {
    let disk = |what| Fault::Disk { node: n(2), what };
    let clock = |what| Fault::Clock { node: n(2), what };
    let fails = |call, kept_percent| DiskTrouble::Fails { call, kept_percent };
    let table = [
        ("restart-all", Fault::RestartAll),
        ("rolling-restart every 200ms", Fault::RollingRestart { every: ms(200) }),
        ("crash n2 3 times every 50ms", Fault::CrashLoop { node: n(2), times: 3, every: ms(50) }),
        ("slow n2 by 5ms for 500ms", Fault::Slow { node: n(2), by: ms(5), lasts: ms(500) }),
        ("wipe n2", disk(DiskTrouble::Wiped)),
        ("revert n2", disk(DiskTrouble::Reverted)),
        ("disk n2 lies for 500ms", disk(DiskTrouble::Lies { lasts: ms(500) })),
        (
            "disk n2 is slow by 20ms for 500ms",
            disk(DiskTrouble::Slow { by: ms(20), lasts: ms(500) }),
        ),
        ("disk n2 is full for 1s", disk(DiskTrouble::Full { lasts: ms(1_000), kept_percent: 0 })),
        ("disk n2 fails its next sync", disk(fails(DiskCall::Sync, 0))),
        ("disk n2 fails its next write keeping 40%", disk(fails(DiskCall::Write, 40))),
        ("disk n2 tears its next write", disk(DiskTrouble::Tears)),
        ("disk n2 misdirects its next write", disk(DiskTrouble::Misdirects)),
        ("disk n2 flips bit 12345", disk(DiskTrouble::Flips { bit: 12_345 })),
        ("disk n2 loses file 1", disk(DiskTrouble::Loses { file: 1 })),
        ("drift n2 +5%", clock(ClockTrouble::Drifts { percent: 5 })),
        ("drift n2 -90%", clock(ClockTrouble::Drifts { percent: -90 })),
        ("wobble n2 20% every 300ms", clock(ClockTrouble::Wobbles { percent: 20, every: ms(300) })),
        ("jitter n2 20%", clock(ClockTrouble::Jitters { percent: 20 })),
        ("freeze n2 for 300ms", clock(ClockTrouble::Freezes { lasts: ms(300) })),
    ];
    for (text, fault) in table {
        reads_back(text, fault);
    }
}

#[test]
fn every_trouble_of_links_messages_and_requests_reads_back_as_it_is_written() {
    let link = |what| Fault::Link { from: n(1), to: n(2), what, lasts: ms(500) };
    let flap = |groups| Fault::Flap { groups, every: ms(50), lasts: ms(400) };
    let narrow = |overflow| link(LinkTrouble::Narrow { per_second: 100, queue: 4, overflow });
    let double = |by| Fault::Double { nth: 2, from: n(1), to: n(3), by };
    let request = |by| Fault::DoubleRequest { nth: 2, client: ClientId(0), by };
    let table = [
        ("ring", Fault::Ring { order: Vec::new() }),
        ("ring n1 leader n2", Fault::Ring { order: vec![n(1), role("leader"), n(2)] }),
        ("bridge n3", Fault::Bridge { node: n(3) }),
        ("flap n1 -- n2 every 50ms for 400ms", flap(vec![vec![n(1)], vec![n(2)]])),
        (
            "flap n1 every | n4 every 50ms for 400ms",
            flap(vec![vec![n(1), role("every")], vec![n(4)]]),
        ),
        ("flap every 50ms for 400ms", flap(Vec::new())),
        ("double the 2nd n1 -> n3 from here", double(ms(0))),
        ("double the 2nd n1 -> n3 from here by 5ms", double(ms(5))),
        ("double the 2nd request of c0 from here", request(ms(0))),
        ("double the 2nd request of c0 from here by 5ms", request(ms(5))),
        (
            "double the 1st request -> of from here",
            Fault::Double { nth: 1, from: role("request"), to: role("of"), by: ms(0) },
        ),
        ("swap the 2nd n1 -> n3 from here", Fault::Swap { nth: 2, from: n(1), to: n(3) }),
        (
            "corrupt the 2nd n1 -> n3 from here bit 77",
            Fault::Corrupt { nth: 2, from: n(1), to: n(3), bit: 77 },
        ),
        ("lose 1 in 3 n1 -> n2 for 500ms", link(LinkTrouble::Loses { ratio: Ratio::new(1, 3) })),
        ("latency n1 -> n2 by 50ms for 500ms", link(LinkTrouble::Late { by: ms(50) })),
        ("congest n1 -> n2 to 100/s queue 4 drop-newest for 500ms", narrow(Overflow::DropNewest)),
        ("congest n1 -> n2 to 100/s queue 4 drop-oldest for 500ms", narrow(Overflow::DropOldest)),
        ("congest n1 -> n2 to 100/s queue 4 block for 500ms", narrow(Overflow::Block)),
        ("c0 again -> n2", Fault::Again { client: ClientId(0), to: n(2) }),
    ];
    for (text, fault) in table {
        reads_back(text, fault);
    }
}

#[test]
fn every_move_by_hand_reads_back_as_it_is_written() {
    let client = || Party::Client(ClientId(0));
    let node = |id| Party::Node(n(id));
    let deliver = |nth, from, to| Hand::Deliver { nth, from, to };
    let table = [
        ("by-hand", Hand::Begin),
        ("let-go", Hand::LetGo),
        ("next", Hand::Next { events: 1 }),
        ("next 12", Hand::Next { events: 12 }),
        ("deliver n1 -> n2", deliver(1, node(1), node(2))),
        ("deliver the 2nd leader -> n2", deliver(2, Party::Node(role("leader")), node(2))),
        ("deliver c0 -> n1", deliver(1, client(), node(1))),
        ("deliver n1 -> c0", deliver(1, node(1), client())),
        ("repeat the 3rd n1 -> n2", Hand::Repeat { nth: 3, from: n(1), to: n(2) }),
        ("lose n1 -> n2", Hand::Lose { nth: 1, from: n(1), to: n(2) }),
        ("lose the 2nd n1 -> n2", Hand::Lose { nth: 2, from: n(1), to: n(2) }),
        ("fire n1", Hand::Fire { nth: 1, node: n(1) }),
        ("fire timer", Hand::Fire { nth: 1, node: role("timer") }),
        ("fire the 2nd timer of leader", Hand::Fire { nth: 2, node: role("leader") }),
        ("synced n1", Hand::Sync { node: n(1) }),
        ("give-up c0", Hand::GiveUp { client: ClientId(0) }),
    ];
    for (text, hand) in table {
        reads_back(text, Fault::Hand(hand));
    }
}

#[test]
fn every_when_reads_back_as_it_is_written() {
    let none = Duration::ZERO;
    let n2 = NodeId(2);
    let table = [
        ("@0ms", When::At(Time::ZERO)),
        ("@2880ms", When::At(Time::millis(2_880))),
        ("@1500us", When::At(Time(1_500))),
        ("@2s", When::At(Time::millis(2_000))),
        ("@18446744073709551615us", When::At(Time(u64::MAX))),
        ("@+20ms", When::After(ms(20))),
        ("@+0ms", When::After(none)),
        ("@elected", When::On(Anchor::Elected(None), none)),
        ("@elected +5ms", When::On(Anchor::Elected(None), ms(5))),
        ("@elected n2", When::On(Anchor::Elected(Some(n2)), none)),
        ("@elected n2 +5ms", When::On(Anchor::Elected(Some(n2)), ms(5))),
        ("@acked 2", When::On(Anchor::Acked(1), none)),
        ("@acked 2 +5ms", When::On(Anchor::Acked(1), ms(5))),
        ("@answered 1", When::On(Anchor::Answered(0), none)),
        ("@down n2", When::On(Anchor::Down(n2), none)),
        ("@down n2 +1500us", When::On(Anchor::Down(n2), Duration::from_micros(1_500))),
    ];
    for (text, when) in table {
        assert_eq!(when.to_string(), text);
        let schedule = read(&format!("nodes 3; @0ms c0 -> n1 get k1; @0ms heal; {text} heal"));
        assert_eq!(schedule.steps[2].when, when, "{text}");
    }
}

#[test]
fn every_header_reads_back_as_it_is_written() {
    let noisy = |seed, part| Some(Noise { seed: Seed(seed), rate: Ratio::new(part, 20) });
    let mut all = Steps::new(5);
    all.seed = Seed(0x2a);
    all.noise = noisy(0x5eed, 1);
    all.timing.latency = ms(7);
    all.timing.client_latency = ms(2);
    all.timing.client_timeout = ms(3_000);
    all.timing.linger = ms(1_500);
    all.timing.settle = Duration::ZERO;
    all.claim = Nemesis::new().partitions().power_loss().down_at_most(1);
    all.claim = all.claim.own("spike storm", 1..=10_000);
    let mut silent = Steps::new(1);
    silent.noise = noisy(0, 0);
    let table = [
        ("nodes 3  quiet", Steps::new(3)),
        ("nodes 2000  quiet", Steps::new(2_000)),
        ("nodes 1  noise 0x0 0/20", silent),
        (
            "nodes 5  seed 0x2a  noise 0x5eed 1/20  latency 7ms  client-latency 2ms  \
             client-timeout 3s  linger 1500ms  settle 0ms  \
             survives power-loss partitions disturb:spike-storm:1..10000 down:1",
            all,
        ),
    ];
    for (text, schedule) in table {
        assert_eq!(schedule.to_string(), text);
        assert_eq!(read(text), schedule);
    }
}

#[test]
fn a_schedule_is_written_in_columns_or_on_one_line() {
    let text = "\
nodes 3  quiet  survives partitions
  @elected n1       isolate n1
  @elected n2 +5ms  c0 -> n2  put k1 81
  @acked 2          c1 -> leader  get k1";
    let line = "nodes 3  quiet  survives partitions; @elected n1  isolate n1; \
                @elected n2 +5ms  c0 -> n2  put k1 81; @acked 2  c1 -> leader  get k1";
    let schedule = read(text);
    assert_eq!(schedule.to_string(), text);
    assert_eq!(schedule.one_line(), line);
    assert_eq!(read(line), schedule);
    let step = Step {
        when: When::On(Anchor::Acked(1), Duration::ZERO),
        action: Action::Request { client: ClientId(1), to: role("leader"), op: kv::Get(1) },
    };
    assert_eq!(schedule.steps[2], step);
    assert_eq!(step.to_string(), "@acked 2  c1 -> leader  get k1");
}

#[test]
fn what_people_type_and_paste_reads_as_it_is_meant() {
    for (typed, written) in [
        ("@1.5s\tisolate   a  follower", "@1500ms  isolate follower"),
        (
            "@0s crash the leader (n2) before its next sync",
            "@0ms  crash leader before its next sync",
        ),
        ("@0s partition n1 n2|n3", "@0ms  partition n1 n2 | n3"),
        ("@0s partition the leader | an observer", "@0ms  partition leader | observer"),
        ("@0s cut n1->n2", "@0ms  cut n1 -> n2"),
        ("@0s cut n1--n2", "@0ms  cut n1 -- n2"),
        ("@0s hold in-sync->a--b", "@0ms  hold in-sync -> a--b"),
        ("@0s drop 2th n01 -> leader (n3) from here", "@0ms  drop the 2nd n1 -> leader from here"),
        ("@0s c0->the leader (n1) put k1 2", "@0ms  c0 -> leader  put k1 2"),
        ("@0s probe -> n1 get k0 # why", "@0ms  probe -> n1  get k0"),
        ("@0s heal;# why; not", "@0ms  heal"),
    ] {
        assert_eq!(read(&format!("nodes 3\n{typed}")).steps[0].to_string(), written, "{typed}");
    }
}

#[test]
fn comments_blank_lines_and_foreign_line_ends_change_nothing() {
    let plain = read("nodes 3\n@1ms heal\n@2ms crash n1");
    for text in [
        "\n# one; nodes 7\n\n  nodes 3 # quiet\n\n\t@1ms heal\n;;\n  # more\n@2ms crash n1\n\n",
        "\u{feff}nodes 3\r\n@1ms\theal\r\n\r\n@2ms crash n1\r\n",
        ";nodes 3;;@1ms heal;@2ms crash n1;",
    ] {
        assert_eq!(read(text), plain, "{text:?}");
    }
}

#[test]
fn header_words_come_in_any_order_and_a_claim_takes_commas() {
    let typed = "nodes 3 linger 1s seed 42 survives everything, down:1";
    let written = "nodes 3  seed 0x2a  quiet  linger 1s  survives crashes power-loss stops pauses \
                   partitions holds loss delays doubles overtaking congestion hurry slowness \
                   disk-errors clocks down:1";
    assert_eq!(read(typed).to_string(), written);
    assert_eq!(read("nodes 3 survives nothing"), Steps::new(3));
}
