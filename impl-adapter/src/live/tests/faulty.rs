//! What can go wrong in a wrapper, on a clock that stands still unless all wait.

use super::super::faulty::Phase;
use super::super::{FaultyTransport, Memory, State, Tcp, Transport, Trouble, Way};
use schism::seed::Ratio;
use schism::{NodeId, Seed};
use std::num::NonZeroU64;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const A: NodeId = NodeId(1);
const B: NodeId = NodeId(2);
const LATENCY: Duration = Duration::from_millis(1);
const SILENCE: Duration = Duration::from_secs(5);
const NOTHING: [u8; 0] = [];

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// The end of A, wrapped, and that of B.
fn pair(seed: u64) -> (FaultyTransport<Memory>, Memory) {
    let mut ends = Memory::network([A, B], LATENCY);
    let b = ends.pop().expect("there are two");
    let a = ends.pop().expect("there are two");
    (FaultyTransport::new(a, Seed(seed)), b)
}

/// All frames that come in until it is quiet, each with its time since then.
async fn all(end: &impl Transport, since: Instant) -> Vec<(u8, Duration)> {
    let mut frames = Vec::new();
    while let Ok(received) = timeout(SILENCE, end.receive()).await {
        let (_, frame) = received.expect("it is open");
        frames.push((frame[0], since.elapsed()));
    }
    frames
}

async fn sent(end: &impl Transport, to: NodeId, frames: std::ops::Range<u8>) -> Vec<u8> {
    let mut refused = Vec::new();
    for frame in frames {
        if end.send(to, vec![frame]).await.is_err() {
            refused.push(frame);
        }
    }
    refused
}

fn names(frames: &[(u8, Duration)]) -> Vec<u8> {
    frames.iter().map(|(name, _)| *name).collect()
}

#[tokio::test(start_paused = true)]
async fn while_idle_a_wrapper_is_not_there() {
    let (a, b) = pair(1);
    let began = Instant::now();
    sent(&a, B, 0..100).await;
    let got = all(&b, began).await;
    assert_eq!(got, (0..100).map(|name| (name, LATENCY)).collect::<Vec<_>>());
    let began = Instant::now();
    sent(&b, A, 0..100).await;
    assert_eq!(all(&a, began).await.len(), 100);
    let figures = a.counters().figures();
    assert_eq!((figures.requests, figures.failed, figures.lost), ([100, 0, 0], 0, 0));
    assert_eq!(a.state(), State::Connected);
}

#[tokio::test(start_paused = true)]
async fn a_partition_cuts_both_ways_until_it_heals() {
    let (a, b) = pair(1);
    let began = Instant::now();
    sent(&a, B, 0..1).await;
    a.partition([B]);
    assert_eq!((a.state(), a.counters().phase()), (State::Partitioned, Phase::During));
    sent(&a, B, 1..3).await;
    sent(&b, A, 10..12).await;
    assert_eq!(names(&all(&b, began).await), [0]);
    assert_eq!(names(&all(&a, began).await), NOTHING);
    a.heal();
    assert_eq!((a.state(), a.counters().phase()), (State::Recovering, Phase::After));
    sent(&a, B, 3..4).await;
    sent(&b, A, 12..13).await;
    assert_eq!(names(&all(&b, began).await), [3]);
    assert_eq!(names(&all(&a, began).await), [12]);
    assert_eq!(a.state(), State::Connected);
    let figures = a.counters().figures();
    assert_eq!(figures.requests, [1, 2, 1]);
    assert_eq!((figures.drops, figures.attempts, figures.lost), (1, 2, 4));
}

#[tokio::test(start_paused = true)]
async fn a_cut_has_one_way() {
    let (a, b) = pair(1);
    let began = Instant::now();
    a.cut(Way::To(B));
    sent(&a, B, 0..2).await;
    sent(&b, A, 10..12).await;
    assert_eq!(names(&all(&b, began).await), NOTHING);
    assert_eq!(names(&all(&a, began).await), [10, 11]);
    a.heal();
    a.cut(Way::From(B));
    sent(&a, B, 0..2).await;
    sent(&b, A, 10..12).await;
    assert_eq!(names(&all(&b, began).await), [0, 1]);
    assert_eq!(names(&all(&a, began).await), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn loss_has_its_rate_and_is_the_same_for_one_seed() {
    async fn left(seed: u64) -> Vec<u8> {
        let (a, b) = pair(seed);
        a.trouble(Way::To(B), Trouble::NONE.loss(Ratio::new(3, 10)));
        sent(&a, B, 0..200).await;
        let left = names(&all(&b, Instant::now()).await);
        assert_eq!(a.counters().figures().lost, 200 - left.len() as u64);
        a.calm();
        sent(&a, B, 0..200).await;
        assert_eq!(all(&b, Instant::now()).await.len(), 200);
        left
    }
    let first = left(1).await;
    assert_eq!(first, left(1).await);
    assert_ne!(first, left(2).await);
    let mean = (first.len() + left(2).await.len() + left(3).await.len()) / 3;
    assert!((125..=155).contains(&mean), "140 are expected: {mean}");
}

#[tokio::test(start_paused = true)]
async fn delays_lie_in_their_range_and_change_the_order() {
    let (a, b) = pair(1);
    a.trouble(Way::To(B), Trouble::NONE.delay(ms(10)..=ms(30)));
    let began = Instant::now();
    sent(&a, B, 0..100).await;
    let got = all(&b, began).await;
    assert_eq!(got.len(), 100);
    // A delayed frame leaves late and then takes the usual time; a timer's unit is a millisecond.
    assert!(got.iter().all(|(_, after)| (ms(11)..=ms(32)).contains(after)), "{got:?}");
    assert!(!names(&got).is_sorted());
    assert_eq!(a.counters().figures().queued, 100);
    // The other way is as it was.
    let began = Instant::now();
    sent(&b, A, 0..1).await;
    assert_eq!(all(&a, began).await, [(0, LATENCY)]);
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_is_delayed_as_well() {
    let (a, b) = pair(1);
    a.trouble(Way::From(B), Trouble::NONE.delay(ms(10)..=ms(10)));
    let began = Instant::now();
    sent(&b, A, 0..3).await;
    assert_eq!(all(&a, began).await, [(0, ms(11)), (1, ms(11)), (2, ms(11))]);
}

#[tokio::test(start_paused = true)]
async fn doubles_come_twice() {
    let (a, b) = pair(1);
    a.trouble(Way::To(B), Trouble::NONE.doubled(Ratio::new(1, 2)));
    sent(&a, B, 0..100).await;
    let got = names(&all(&b, Instant::now()).await);
    assert!((130..=170).contains(&got.len()), "150 are expected: {}", got.len());
    assert!(got.is_sorted());
    assert!((0..100).all(|name| (1..=2).contains(&got.iter().filter(|n| **n == name).count())));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_steps_aside_comes_just_behind_the_next_one() {
    let (a, b) = pair(1);
    a.trouble(Way::To(B), Trouble::NONE.overtaken(Ratio::new(1, 1), ms(50)));
    let began = Instant::now();
    sent(&a, B, 0..1).await;
    a.calm();
    sent(&a, B, 1..3).await;
    assert_eq!(all(&b, began).await, [(1, LATENCY), (0, LATENCY), (2, LATENCY)]);
    // Where no other one comes it goes on in the end.
    a.trouble(Way::To(B), Trouble::NONE.overtaken(Ratio::new(1, 1), ms(50)));
    let began = Instant::now();
    sent(&a, B, 3..4).await;
    assert_eq!(all(&b, began).await, [(3, ms(51))]);
}

#[tokio::test(start_paused = true)]
async fn a_narrow_way_carries_so_many_bytes_a_second() {
    let (a, b) = pair(1);
    let thousand = NonZeroU64::new(1_000).expect("it is more than zero");
    a.trouble(Way::To(B), Trouble::NONE.bandwidth(thousand));
    let began = Instant::now();
    for name in 0..3 {
        a.send(B, vec![name; 100]).await.expect("it can be sent");
    }
    a.calm();
    sent(&a, B, 3..4).await;
    let expected = [(0, ms(101)), (1, ms(201)), (2, ms(301)), (3, ms(301))];
    assert_eq!(all(&b, began).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_cut_loses_what_is_on_its_way() {
    let (a, b) = pair(1);
    a.trouble(Way::To(B), Trouble::NONE.delay(ms(100)..=ms(100)));
    sent(&a, B, 0..3).await;
    a.cut(Way::To(B));
    assert_eq!(names(&all(&b, Instant::now()).await), NOTHING);
    a.heal();
    assert_eq!(names(&all(&b, Instant::now()).await), NOTHING);
    assert_eq!(a.counters().figures().lost, 3);
}

#[tokio::test]
async fn who_is_connected_hears_of_a_partition_and_connects_again() {
    let mut ends = Tcp::loopback([A, B]).await.expect("there is a loopback");
    let b = ends.pop().expect("there are two");
    let a = FaultyTransport::new(ends.pop().expect("there are two"), Seed(1));
    assert_eq!(sent(&a, B, 0..1).await, NOTHING);
    assert_eq!(b.receive().await.expect("it is open"), (A, vec![0]));
    a.partition([B]);
    assert_eq!(a.inner().connections(), 0);
    assert_eq!(sent(&a, B, 1..3).await, [1, 2]);
    let refused = a.send(B, vec![1]).await.expect_err("it is cut off");
    assert_eq!(refused.to_string(), "n2 is cut off");
    a.heal();
    assert_eq!(sent(&a, B, 3..4).await, NOTHING);
    assert_eq!(b.receive().await.expect("it is open"), (A, vec![3]));
    let figures = a.counters().figures();
    assert_eq!((figures.requests, figures.failed), ([1, 3, 1], 3));
}
