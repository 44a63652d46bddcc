//! What holds of a wrapper whatever is asked of it: many draws of troubles and frames, each on a
//! clock that stands still unless all wait. A failure names the draw that shows it.

use super::super::{FaultyTransport, Memory, State, Transport, Trouble, Way};
use schism::seed::{Draws, Ratio};
use schism::{NodeId, Seed};
use std::num::NonZeroU64;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const A: NodeId = NodeId(1);
const B: NodeId = NodeId(2);
const C: NodeId = NodeId(3);
const LATENCY: Duration = Duration::from_millis(1);
const SILENCE: Duration = Duration::from_secs(90);
/// So many draws of each.
const DRAWS: u64 = 40;

fn draws() -> impl Iterator<Item = (u64, Draws)> {
    (0..DRAWS).map(|seed| (seed, Seed(seed).of("laws").draws()))
}

/// The end of A, wrapped, and those of B and C.
fn three(seed: u64) -> (FaultyTransport<Memory>, Memory, Memory) {
    let mut ends = Memory::network([A, B, C], LATENCY).into_iter();
    let mut end = || ends.next().expect("there are three");
    (FaultyTransport::new(end(), Seed(seed)), end(), end())
}

/// Sends frames of these lengths; each says its number first.
async fn send(end: &impl Transport, to: NodeId, lengths: &[usize]) {
    for (number, length) in lengths.iter().enumerate() {
        let mut frame = vec![0; (*length).max(2)];
        frame[..2].copy_from_slice(&(number as u16).to_le_bytes());
        end.send(to, frame).await.expect("nobody is told of what is lost in memory");
    }
}

/// All that comes until it is quiet: the numbers, each with its time.
async fn all(end: &impl Transport, since: Instant) -> Vec<(usize, Duration)> {
    let mut frames = Vec::new();
    while let Ok(received) = timeout(SILENCE, end.receive()).await {
        let (_, frame) = received.expect("it is open");
        frames.push((usize::from(u16::from_le_bytes([frame[0], frame[1]])), since.elapsed()));
    }
    frames
}

fn numbers(frames: &[(usize, Duration)]) -> Vec<usize> {
    frames.iter().map(|(number, _)| *number).collect()
}

fn share(draws: &mut Draws) -> Ratio {
    Ratio::new(draws.below(60), 100)
}

fn trouble(draws: &mut Draws) -> Trouble {
    let late = |draws: &mut Draws| Duration::from_millis(draws.below(40));
    let (least, more) = (late(draws), late(draws));
    let mut trouble = Trouble::NONE.loss(share(draws)).doubled(share(draws));
    if draws.below(2) == 0 {
        trouble = trouble.delay(least..=least + more);
    }
    if draws.below(2) == 0 {
        trouble = trouble.overtaken(share(draws), late(draws));
    }
    if draws.below(2) == 0 {
        let rate = NonZeroU64::new(draws.between(500, 50_000)).expect("it is more than zero");
        trouble = trouble.bandwidth(rate);
    }
    trouble
}

#[tokio::test(start_paused = true)]
async fn trouble_of_one_way_is_no_matter_of_any_other_and_the_seed_alone_decides() {
    for (seed, mut draws) in draws() {
        let trouble = trouble(&mut draws);
        let lengths: Vec<usize> = (0..50).map(|_| draws.between(2, 400) as usize).collect();
        let mut fates = Vec::new();
        for _ in 0..2 {
            let (a, b, c) = three(seed);
            a.trouble(Way::To(B), trouble.clone());
            let began = Instant::now();
            send(&a, B, &lengths).await;
            send(&a, C, &lengths).await;
            send(&b, A, &lengths).await;
            let whole: Vec<_> = (0..lengths.len()).map(|number| (number, LATENCY)).collect();
            assert_eq!(all(&c, began).await, whole, "draw {seed}: to another");
            assert_eq!(numbers(&all(&a, began).await), numbers(&whole), "draw {seed}: back");
            fates.push(all(&b, began).await);
        }
        // Both runs began at one moment of a clock of their own, and a timer's unit is 1 ms.
        assert_eq!(numbers(&fates[0]), numbers(&fates[1]), "draw {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_frame_is_lost_or_comes_once_or_twice_and_all_are_counted() {
    for (seed, mut draws) in draws() {
        let (a, b, _c) = three(seed);
        a.trouble(Way::To(B), trouble(&mut draws));
        let lengths = vec![20; 100];
        send(&a, B, &lengths).await;
        let got = numbers(&all(&b, Instant::now()).await);
        let times = |number| got.iter().filter(|other| **other == number).count();
        let [lost, once, twice] = [0, 1, 2].map(|n| (0..100).filter(|i| times(*i) == n).count());
        assert_eq!(lost + once + twice, 100, "draw {seed}: {got:?}");
        let figures = a.counters().figures();
        assert_eq!(figures.lost, lost as u64, "draw {seed}");
        assert_eq!((figures.requests, figures.failed), ([100, 0, 0], 0), "draw {seed}");
        assert!(figures.queued >= 2 * twice as u64, "draw {seed}: each double waited");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_than_its_bandwidth_passes_a_narrow_way_and_no_less() {
    for (seed, mut draws) in draws() {
        let (a, b, _c) = three(seed);
        let rate = NonZeroU64::new(draws.between(500, 50_000)).expect("it is more than zero");
        a.trouble(Way::To(B), Trouble::NONE.bandwidth(rate));
        let lengths: Vec<usize> = (0..50).map(|_| draws.between(2, 400) as usize).collect();
        let began = Instant::now();
        send(&a, B, &lengths).await;
        let got = all(&b, began).await;
        assert_eq!(numbers(&got), (0..50).collect::<Vec<_>>(), "draw {seed}: in order");
        let mut bytes = 0;
        for (number, at) in got {
            bytes += lengths[number] as u64;
            let takes = Duration::from_nanos(bytes * 1_000_000_000 / rate.get()) + LATENCY;
            // A timer's unit is a millisecond, and it rounds up; a frame meets two.
            let latest = takes + Duration::from_millis(2);
            assert!(takes <= at + Duration::from_nanos(50) && at <= latest, "draw {seed}: {at:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn frames_on_a_way_of_so_many_a_second_come_so_or_are_lost_where_too_many_wait() {
    for (seed, mut draws) in draws() {
        let (a, b, _c) = three(seed);
        let (rate, queue) = (draws.between(1, 20) as u32, draws.below(30) as u32);
        a.trouble(Way::To(B), Trouble::NONE.narrow(rate, Some(queue)));
        let began = Instant::now();
        send(&a, B, &[10; 50]).await;
        let got = all(&b, began).await;
        // One is being carried, and as many as may wait do.
        let left = (queue as usize + 1).min(50);
        assert_eq!(numbers(&got), (0..left).collect::<Vec<_>>(), "draw {seed}");
        for (number, at) in got {
            let takes = Duration::from_secs(1) / rate * (number as u32 + 1) + LATENCY;
            assert!(takes <= at && at <= takes + Duration::from_millis(2), "draw {seed}: {at:?}");
        }
        assert_eq!(a.counters().figures().lost, 50 - left as u64, "draw {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_steps_aside_is_overtaken_by_one_frame_and_as_many_do_as_were_asked_for() {
    let (mut aside, mut all_of) = (0, 0);
    for (seed, _) in draws() {
        let (a, b, _c) = three(seed);
        a.trouble(Way::To(B), Trouble::NONE.overtaken(Ratio::new(1, 4), SILENCE / 2));
        let began = Instant::now();
        send(&a, B, &[10; 100]).await;
        let got = numbers(&all(&b, began).await);
        assert_eq!(got.len(), 100, "draw {seed}");
        let place = |number: usize| got.iter().position(|other| *other == number);
        for number in 0..99 {
            let by = (number + 1..100).filter(|later| place(*later) < place(number)).count();
            assert!(by <= 1, "draw {seed}: {number} was overtaken by {by} in {got:?}");
            aside += by;
        }
        all_of += 99;
    }
    let percent = aside * 100 / all_of;
    assert!((21..=29).contains(&percent), "25 of 100 are expected: {percent}");
}

#[tokio::test(start_paused = true)]
async fn once_all_is_over_a_wrapper_is_as_if_nothing_had_ever_been_asked_of_it() {
    for (seed, mut draws) in draws() {
        let (a, b, _c) = three(seed);
        for _ in 0..draws.between(1, 6) {
            let ways = [Way::To(B), Way::From(B), Way::To(C), Way::From(C)];
            let way = *draws.pick(&ways).expect("there are four");
            match draws.below(3) {
                0 => a.cut(way),
                1 => a.partition([way.peer()]),
                _ => a.trouble(way, trouble(&mut draws)),
            }
            send(&a, B, &[10; 5]).await;
            send(&b, A, &[10; 5]).await;
        }
        let cut = Way::both(B).into_iter().chain(Way::both(C)).any(|way| a.is_cut(way));
        assert_eq!(a.state() == State::Partitioned, cut, "draw {seed}");
        a.heal();
        a.calm();
        assert_eq!(a.state(), if cut { State::Recovering } else { State::Connected }, "{seed}");
        // What is still on its way comes, or was lost.
        all(&a, Instant::now()).await;
        all(&b, Instant::now()).await;
        send(&b, A, &[10; 1]).await;
        all(&a, Instant::now()).await;
        assert_eq!(a.state(), State::Connected, "draw {seed}");
        let queued = a.counters().figures().queued;
        let began = Instant::now();
        send(&a, B, &[10; 20]).await;
        let whole: Vec<_> = (0..20).map(|number| (number, LATENCY)).collect();
        assert_eq!(all(&b, began).await, whole, "draw {seed}");
        assert_eq!(a.counters().figures().queued, queued, "draw {seed}: none waited");
        for way in Way::both(B) {
            assert!(a.is_clear(way) && !a.is_cut(way), "draw {seed}");
        }
    }
}
