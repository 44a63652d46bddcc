//! Random schedules of every kind survive both ways, and no text whatever makes the reader panic.

use super::{Steps, scenes};
use crate::fault::{
    ClockTrouble, CrashPoint, DiskCall, DiskTrouble, EffectKind, Fault, Hand, Kind, LinkTrouble,
    Nemesis, Overflow, Party, Target,
};
use crate::id::{ClientId, NodeId};
use crate::schedule::{Action, Anchor, Noise, Schedule, Step, Timing, When};
use crate::seed::{Ratio, Seed};
use crate::spec::kv;
use crate::time::Time;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::time::Duration;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5c4ed),
        ..ProptestConfig::default()
    }
}

fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![0..3_000_000_u64, any::<u64>(), (0..9_000_u64).prop_map(|ms| ms * 1_000)]
        .prop_map(Duration::from_micros)
}

fn node() -> impl Strategy<Value = NodeId> {
    prop_oneof![9 => 1..8_u32, 1 => 1..=u32::MAX].prop_map(NodeId)
}

fn target() -> BoxedStrategy<Target> {
    let role =
        "[a-z][a-z-]{0,12}".prop_filter("an article", |word| super::super::words::is_role(word));
    prop_oneof![3 => node().prop_map(Target::Node), 1 => role.prop_map(Target::Role)].boxed()
}

fn point() -> impl Strategy<Value = Option<CrashPoint>> {
    let kinds =
        prop_oneof![Just(EffectKind::Sync), Just(EffectKind::Send), Just(EffectKind::Answer)];
    option::of(prop_oneof![
        kinds.prop_map(CrashPoint::Before),
        any::<u32>().prop_map(CrashPoint::AfterEffect)
    ])
}

/// A partition of one empty group says no more than one of none, and is written the same.
fn groups() -> impl Strategy<Value = Vec<Vec<Target>>> {
    vec(vec(target(), 0..4), 0..4).prop_filter("one empty group", |groups| groups != &[vec![]])
}

/// Trouble with single machines.
fn machine() -> BoxedStrategy<Fault> {
    let call = prop_oneof![Just(DiskCall::Write), Just(DiskCall::Sync)];
    let disk = prop_oneof![
        (call, 0..=100_u8)
            .prop_map(|(call, kept_percent)| DiskTrouble::Fails { call, kept_percent }),
        (span(), 0..=100_u8)
            .prop_map(|(lasts, kept_percent)| DiskTrouble::Full { lasts, kept_percent }),
        (span(), span()).prop_map(|(by, lasts)| DiskTrouble::Slow { by, lasts }),
        span().prop_map(|lasts| DiskTrouble::Lies { lasts }),
        any::<u64>().prop_map(|bit| DiskTrouble::Flips { bit }),
        any::<u32>().prop_map(|file| DiskTrouble::Loses { file }),
        prop::sample::select(vec![
            DiskTrouble::Tears,
            DiskTrouble::Misdirects,
            DiskTrouble::Wiped,
            DiskTrouble::Reverted
        ]),
    ];
    let clock = prop_oneof![
        (-90..=900_i16).prop_map(|percent| ClockTrouble::Drifts { percent }),
        (0..=90_u8, span()).prop_map(|(percent, every)| ClockTrouble::Wobbles { percent, every }),
        (0..=90_u8).prop_map(|percent| ClockTrouble::Jitters { percent }),
        span().prop_map(|lasts| ClockTrouble::Freezes { lasts }),
    ];
    prop_oneof![
        (target(), 0..=100_u32, span()).prop_map(|(node, times, every)| Fault::CrashLoop {
            node,
            times,
            every
        }),
        Just(Fault::RestartAll),
        span().prop_map(|every| Fault::RollingRestart { every }),
        (target(), span(), span()).prop_map(|(node, by, lasts)| Fault::Slow { node, by, lasts }),
        (target(), disk).prop_map(|(node, what)| Fault::Disk { node, what }),
        (target(), clock).prop_map(|(node, what)| Fault::Clock { node, what }),
    ]
    .boxed()
}

/// Trouble of links, messages and requests.
fn network() -> BoxedStrategy<Fault> {
    let message = || (1..=u32::MAX, target(), target());
    let client = || (0..4_u32).prop_map(ClientId);
    let link = prop_oneof![
        (any::<u64>(), 1..=u64::MAX)
            .prop_map(|(part, of)| LinkTrouble::Loses { ratio: Ratio::new(part.min(of), of) }),
        span().prop_map(|by| LinkTrouble::Late { by }),
        (1..=u32::MAX, any::<u32>(), prop::sample::select(Overflow::ALL.to_vec())).prop_map(
            |(per_second, queue, overflow)| LinkTrouble::Narrow { per_second, queue, overflow }
        ),
    ];
    prop_oneof![
        vec(target(), 0..4).prop_map(|order| Fault::Ring { order }),
        target().prop_map(|node| Fault::Bridge { node }),
        (groups(), span(), span()).prop_map(|(groups, every, lasts)| Fault::Flap {
            groups,
            every,
            lasts
        }),
        (message(), span()).prop_map(|((nth, from, to), by)| Fault::Double { nth, from, to, by }),
        message().prop_map(|(nth, from, to)| Fault::Swap { nth, from, to }),
        (message(), any::<u64>()).prop_map(|((nth, from, to), bit)| Fault::Corrupt {
            nth,
            from,
            to,
            bit
        }),
        (target(), target(), link, span()).prop_map(|(from, to, what, lasts)| Fault::Link {
            from,
            to,
            what,
            lasts
        }),
        (client(), target()).prop_map(|(client, to)| Fault::Again { client, to }),
        (1..=u32::MAX, client(), span()).prop_map(|(nth, client, by)| Fault::DoubleRequest {
            nth,
            client,
            by
        }),
    ]
    .boxed()
}

fn hand() -> BoxedStrategy<Fault> {
    let message = || (1..=u32::MAX, target(), target());
    let client = || (0..4_u32).prop_map(ClientId);
    let party = || prop_oneof![target().prop_map(Party::Node), client().prop_map(Party::Client)];
    prop_oneof![
        Just(Hand::Begin),
        Just(Hand::LetGo),
        (0..=Hand::NEXT_MAX).prop_map(|events| Hand::Next { events }),
        (1..=u32::MAX, party(), party()).prop_map(|(nth, from, to)| Hand::Deliver {
            nth,
            from,
            to
        }),
        message().prop_map(|(nth, from, to)| Hand::Repeat { nth, from, to }),
        message().prop_map(|(nth, from, to)| Hand::Lose { nth, from, to }),
        (1..=u32::MAX, target()).prop_map(|(nth, node)| Hand::Fire { nth, node }),
        target().prop_map(|node| Hand::Sync { node }),
        client().prop_map(|client| Hand::GiveUp { client }),
    ]
    .prop_map(Fault::Hand)
    .boxed()
}

fn fault() -> BoxedStrategy<Fault> {
    let link = || (target(), target());
    let message = || (1..=u32::MAX, target(), target());
    prop_oneof![
        machine(),
        network(),
        hand(),
        (target(), point()).prop_map(|(node, point)| Fault::Crash { node, point }),
        (target(), point(), 0..=100_u8).prop_map(|(node, point, kept_percent)| {
            Fault::PowerLoss { node, point, kept_percent }
        }),
        target().prop_map(|node| Fault::Stop { node }),
        target().prop_map(|node| Fault::Restart { node }),
        target().prop_map(|node| Fault::Pause { node }),
        target().prop_map(|node| Fault::Resume { node }),
        groups().prop_map(|groups| Fault::Partition { groups }),
        target().prop_map(|node| Fault::Isolate { node }),
        (link(), any::<bool>()).prop_map(|((from, to), both)| Fault::Cut { from, to, both }),
        Just(Fault::Heal),
        link().prop_map(|(from, to)| Fault::Hold { from, to }),
        link().prop_map(|(from, to)| Fault::Release { from, to }),
        message().prop_map(|(nth, from, to)| Fault::Drop { nth, from, to }),
        (message(), span()).prop_map(|((nth, from, to), by)| Fault::Delay { nth, from, to, by }),
        (target(), span()).prop_map(|(node, by)| Fault::Hurry { node, by }),
        (target(), "[a-z>|-]{1,9}", any::<u64>())
            .prop_map(|(node, name, argument)| Fault::Disturb { node, name, argument }),
    ]
    .boxed()
}

fn action() -> BoxedStrategy<Action<kv::Op>> {
    let op = prop_oneof![
        any::<u64>().prop_map(kv::Get),
        (0..4_u64, any::<u64>()).prop_map(|(key, value)| kv::Put(key, value))
    ];
    let client = prop_oneof![9 => 0..4_u32, 1 => any::<u32>(), 1 => Just(u32::MAX)];
    let request = (client.prop_map(ClientId), target(), op)
        .prop_map(|(client, to, op)| Action::Request { client, to, op });
    prop_oneof![
        3 => request,
        6 => fault().prop_map(Action::Fault),
        2 => scenes::expect(),
        1 => scenes::load(),
    ]
    .boxed()
}

/// When a step happens; a reference to a step is a number to be brought below the step's own.
fn when() -> BoxedStrategy<When> {
    let anchor = prop_oneof![
        option::of(node()).prop_map(Anchor::Elected),
        any::<usize>().prop_map(Anchor::Acked),
        any::<usize>().prop_map(Anchor::Answered),
        node().prop_map(Anchor::Down),
    ];
    prop_oneof![
        any::<u64>().prop_map(|us| When::At(Time(us))),
        (0..9_000_u64).prop_map(|ms| When::At(Time::millis(ms))),
        span().prop_map(When::After),
        (anchor, prop_oneof![Just(Duration::ZERO), span()])
            .prop_map(|(anchor, span)| When::On(anchor, span)),
    ]
    .boxed()
}

fn steps() -> impl Strategy<Value = Vec<Step<kv::Op>>> {
    vec((when(), action()), 0..12).prop_map(|steps| {
        let step = |(above, (mut when, action))| {
            if let When::On(Anchor::Acked(of) | Anchor::Answered(of), _) = &mut when {
                match above {
                    0 => when = When::After(Duration::ZERO),
                    above => *of %= above,
                }
            }
            Step { when, action }
        };
        steps.into_iter().enumerate().map(step).collect()
    })
}

fn claim() -> impl Strategy<Value = Nemesis> {
    let own = ("[ -~]{0,4}[a-z]", any::<u64>(), any::<u64>());
    let kinds = prop::sample::subsequence(Kind::ALL.to_vec(), 0..=Kind::ALL.len());
    (kinds, option::of(any::<u32>()), vec(own, 0..3)).prop_map(|(kinds, limit, own)| {
        let mut claim = kinds.into_iter().fold(Nemesis::new(), Nemesis::with);
        for (name, low, high) in own {
            claim = claim.own(&name, low..=high);
        }
        let claim = limit.into_iter().fold(claim, Nemesis::down_at_most);
        limit.filter(|limit| limit % 2 == 0).into_iter().fold(claim, Nemesis::damaged_at_most)
    })
}

fn noise() -> impl Strategy<Value = Option<Noise>> {
    let noise = (any::<u64>(), 0..=u64::MAX / 20, 0..1_000_u64).prop_map(|(seed, part, more)| {
        let of = (part * 20).saturating_add(more).max(1);
        Noise { seed: Seed(seed), rate: Ratio::new(part, of) }
    });
    option::of(noise)
}

fn timing() -> impl Strategy<Value = Timing> {
    prop_oneof![
        Just(Timing::DEFAULT),
        (span(), span(), span(), span(), span()).prop_map(
            |(latency, client_latency, client_timeout, linger, settle)| {
                Timing { latency, client_latency, client_timeout, linger, settle }
            }
        ),
    ]
}

fn schedule() -> impl Strategy<Value = Steps> {
    let seed = prop_oneof![Just(0), any::<u64>()].prop_map(Seed);
    (1..=2_000_u32, seed, noise(), claim(), timing(), steps()).prop_map(
        |(nodes, seed, noise, claim, timing, steps)| Schedule {
            nodes,
            seed,
            noise,
            claim,
            timing,
            steps,
        },
    )
}

/// One slip of an editor: at a place, some characters are taken out and others put in.
fn spoilt(text: &str, (at, out, put): &(prop::sample::Index, usize, String)) -> String {
    let mut text: Vec<char> = text.chars().collect();
    let at = at.index(text.len() + 1);
    let end = (at + out).min(text.len());
    text.splice(at..end, put.chars());
    text.into_iter().collect()
}

/// What can be read can be written and read again.
fn holds(text: &str) -> Result<(), TestCaseError> {
    if let Ok(schedule) = text.parse::<Steps>() {
        prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_schedule_reads_back_as_it_is_written(schedule in schedule()) {
        prop_assert_eq!(schedule.to_string().parse(), Ok(schedule.clone()));
        prop_assert_eq!(schedule.one_line().parse(), Ok(schedule));
    }

    #[test]
    fn a_spoilt_schedule_is_read_or_refused(
        schedule in schedule(),
        slips in vec((any::<prop::sample::Index>(), 0..5_usize, "[ -~\n\t;#@|>\u{0}é]{0,3}"), 1..4),
    ) {
        let text = slips.iter().fold(schedule.to_string(), |text, slip| spoilt(&text, slip));
        holds(&text)?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        holds(&text)?;
        holds(&format!("nodes 3\n@0ms {text}"))?;
    }
}

#[test]
fn a_million_steps_and_lines_of_megabytes_are_no_trouble() {
    let many = format!("nodes 3{}", "\n@+1ms heal # again".repeat(1_000_000));
    assert_eq!(many.parse::<Steps>().map(|schedule| schedule.steps.len()), Ok(1_000_000));
    let groups = format!("nodes 3; @0ms partition n1{}", "|n2".repeat(3_000_000));
    assert_eq!(groups.parse::<Steps>().map(|schedule| schedule.steps.len()), Ok(1));
    for unit in ["|", "->", "-", "n1", "9", "#", "\u{0}", "@", ".", "é", "1--", "nodes 3\n"] {
        let row = unit.repeat(2_000_000 / unit.len());
        for start in ["nodes ", "nodes 3\n@", "nodes 3 survives ", "nodes 3; @0ms c0->n1 "] {
            let error = format!("{start}{row}").parse::<Steps>().map_err(|error| error.to_string());
            assert!(error.is_err_and(|error| error.len() < 600), "{start}{unit}");
        }
    }
}
