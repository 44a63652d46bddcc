//! What every kind of transport promises.

use super::super::{Memory, Tcp, Transport, Udp};
use schism::NodeId;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const A: NodeId = NodeId(1);
const B: NodeId = NodeId(2);

/// Longer than any frame on loopback takes, however busy the machine is.
const LONG: Duration = Duration::from_secs(20);

async fn received(end: &impl Transport) -> (NodeId, Vec<u8>) {
    timeout(LONG, end.receive()).await.expect("a frame is on its way").expect("it is open")
}

/// Sends frames both ways, the empty and a large one among them.
async fn carries_frames(ends: &[impl Transport]) {
    let large = vec![7; 60_000];
    for frame in [b"hello".to_vec(), Vec::new(), large] {
        ends[0].send(B, frame.clone()).await.expect("it can be sent");
        assert_eq!(received(&ends[1]).await, (A, frame.clone()));
        ends[1].send(A, frame.clone()).await.expect("it can be sent");
        assert_eq!(received(&ends[0]).await, (B, frame));
    }
    let stranger = ends[0].send(NodeId(9), Vec::new()).await;
    assert_eq!(stranger.map_err(|error| error.kind()), Err(std::io::ErrorKind::NotFound));
}

#[tokio::test]
async fn frames_arrive_over_udp() {
    carries_frames(&Udp::loopback([A, B]).await.expect("there is a loopback")).await;
}

#[tokio::test]
async fn frames_arrive_over_tcp() {
    carries_frames(&Tcp::loopback([A, B]).await.expect("there is a loopback")).await;
}

#[tokio::test(start_paused = true)]
async fn frames_arrive_in_memory() {
    carries_frames(&Memory::network([A, B], Duration::from_millis(5))).await;
}

#[tokio::test(start_paused = true)]
async fn in_memory_a_frame_takes_exactly_the_latency() {
    let ends = Memory::network([A, B], Duration::from_millis(5));
    let began = Instant::now();
    ends[0].send(B, vec![1]).await.expect("it can be sent");
    // Who gives up waiting loses nothing.
    let early = timeout(Duration::from_millis(3), ends[1].receive()).await;
    assert!(early.is_err());
    assert_eq!(received(&ends[1]).await, (A, vec![1]));
    assert_eq!(began.elapsed(), Duration::from_millis(5));
}

#[tokio::test]
async fn a_tcp_connection_that_ended_is_made_anew() {
    let ends = Tcp::loopback([A, B]).await.expect("there is a loopback");
    for round in 0..5 {
        ends[0].send(B, vec![round]).await.expect("it can be sent");
        assert_eq!(received(&ends[1]).await, (A, vec![round]));
        assert_eq!(ends[0].connections(), 1);
        ends[0].disconnect(B);
        assert_eq!(ends[0].connections(), 0);
        // The other side hears of it.
        while ends[1].connections() > 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn answers_go_back_to_who_only_dials() {
    let server = Tcp::listen(A).await.expect("there is a loopback");
    let address = server.address().expect("it listens");
    let client = Tcp::dialler(B, [(A, address)]);
    client.send(A, b"ask".to_vec()).await.expect("it can be sent");
    assert_eq!(received(&server).await, (B, b"ask".to_vec()));
    server.send(B, b"answer".to_vec()).await.expect("it can be sent");
    assert_eq!(received(&client).await, (A, b"answer".to_vec()));
}

#[tokio::test]
async fn a_frame_that_is_too_large_is_refused_by_its_sender() {
    let udp = Udp::loopback([A, B]).await.expect("there is a loopback");
    let refused = udp[0].send(B, vec![0; 65_508]).await.expect_err("no datagram is so large");
    assert_eq!(refused.to_string(), "a frame of 65508 bytes is too large: at most 65507");
    let tcp = Tcp::loopback([A, B]).await.expect("there is a loopback");
    assert!(tcp[0].send(B, vec![0; (1 << 24) + 1]).await.is_err());
    assert_eq!(tcp[0].connections(), 0);
}

#[tokio::test]
async fn garbage_on_a_tcp_port_harms_nobody_else() {
    use tokio::io::AsyncWriteExt;
    let ends = Tcp::loopback([A, B]).await.expect("there is a loopback");
    let address = ends[1].address().expect("it listens");
    let posing = [b"\x01\0\0\0".as_slice(), &[0; 8], b"\x05\0\0\0hello"].concat();
    for garbage in [
        &b""[..],
        b"\0\0\0\0",
        b"\x01\0\0\0\xff\xff\xff\xff",
        // It says that it is the other party, and does not know the secret of the network.
        &posing,
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        stream.write_all(garbage).await.expect("nobody has hung up yet");
    }
    ends[0].send(B, b"from A".to_vec()).await.expect("it can be sent");
    assert_eq!(received(&ends[1]).await, (A, b"from A".to_vec()));
}
