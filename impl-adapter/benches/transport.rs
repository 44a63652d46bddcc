//! What a wrapper costs while nothing is asked of it: frames pass a bare transport and a wrapped
//! one by turns, in one run; a line for each figure goes out, with the ratio of the two.
//!
//! The one idea: other work on the machine disturbs both alike, so only the ratio is a figure.

use schism::{NodeId, Seed};
use schism_adapters::live::{FaultyTransport, Memory, Transport, Udp};
use std::time::Duration;
use tokio::time::Instant;

const A: NodeId = NodeId(1);
const B: NodeId = NodeId(2);
/// Each is measured so often, by turns.
const ROUNDS: usize = 15;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let frames = 100_000;
    let (mut bare, mut wrapped) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let ends = Memory::network([A, B], Duration::ZERO);
        bare.push(pushed(&ends[0], frames).await);
        let mut ends = Memory::network([A, B], Duration::ZERO).into_iter();
        let end = ends.next().expect("there are two");
        wrapped.push(pushed(&FaultyTransport::new(end, Seed(1)), frames).await);
    }
    tell("memory", "ns to send a frame", bare, wrapped);
    let turns = 5_000;
    let (mut bare, mut wrapped) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let [a, b] = udp().await;
        bare.push(there_and_back(&a, &b, turns).await);
        let ends = udp().await.map(|end| FaultyTransport::new(end, Seed(1)));
        wrapped.push(there_and_back(&ends[0], &ends[1], turns).await);
    }
    tell("udp", "ns there and back", bare, wrapped);
}

async fn udp() -> [Udp; 2] {
    let ends = Udp::loopback([A, B]).await.expect("there is a loopback");
    ends.try_into().unwrap_or_else(|_| unreachable!("two were asked for"))
}

/// Nanoseconds for each frame that is sent.
async fn pushed(end: &impl Transport, frames: u32) -> u128 {
    let began = Instant::now();
    for _ in 0..frames {
        end.send(B, vec![0; 64]).await.expect("it can be sent");
    }
    began.elapsed().as_nanos() / u128::from(frames)
}

/// Nanoseconds for each frame that comes back.
async fn there_and_back(a: &impl Transport, b: &impl Transport, turns: u32) -> u128 {
    let began = Instant::now();
    for _ in 0..turns {
        a.send(B, vec![0; 64]).await.expect("it can be sent");
        b.receive().await.expect("it is open");
        b.send(A, vec![0; 64]).await.expect("it can be sent");
        a.receive().await.expect("it is open");
    }
    began.elapsed().as_nanos() / u128::from(turns)
}

/// The medians of both, and how they compare.
fn tell(kind: &str, what: &str, mut bare: Vec<u128>, mut wrapped: Vec<u128>) {
    bare.sort_unstable();
    wrapped.sort_unstable();
    let (bare, wrapped) = (bare[ROUNDS / 2], wrapped[ROUNDS / 2]);
    let ratio = wrapped as f64 / bare as f64;
    println!("{kind:<8}{what}: bare {bare}, wrapped {wrapped}, ratio {ratio:.2}");
}
