//! Frames as datagrams: each is sent once and may be lost, doubled or overtaken on its way.

use super::{Transport, stranger, too_large};
use schism::NodeId;
use std::collections::BTreeMap;
use std::io::Result;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::UdpSocket;
use tokio::sync::Mutex;

/// The most that one datagram carries over IPv4.
const FRAME_MAX: usize = 65_507;

/// One party's socket, and the addresses of the others.
pub struct Udp {
    socket: UdpSocket,
    addresses: BTreeMap<NodeId, SocketAddr>,
    names: BTreeMap<SocketAddr, NodeId>,
    buffer: Mutex<Vec<u8>>,
}

impl Udp {
    /// The end of one party, on a socket that is bound already.
    pub fn new(socket: UdpSocket, addresses: BTreeMap<NodeId, SocketAddr>) -> Udp {
        let names = addresses.iter().map(|(id, address)| (*address, *id)).collect();
        Udp { socket, addresses, names, buffer: Mutex::new(vec![0; FRAME_MAX]) }
    }

    /// The ends of all these parties, on free ports of loopback.
    ///
    /// # Errors
    /// There is no loopback, or no port is free.
    pub async fn loopback(parties: impl IntoIterator<Item = NodeId>) -> Result<Vec<Udp>> {
        let mut sockets = Vec::new();
        let mut addresses = BTreeMap::new();
        for id in parties {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            addresses.insert(id, socket.local_addr()?);
            sockets.push(socket);
        }
        Ok(sockets.into_iter().map(|socket| Udp::new(socket, addresses.clone())).collect())
    }

    /// Where this party listens.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn address(&self) -> Result<SocketAddr> {
        self.socket.local_addr()
    }
}

impl Transport for Udp {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        let address = self.addresses.get(&to).ok_or_else(|| stranger(to))?;
        if frame.len() > FRAME_MAX {
            return Err(too_large(frame.len(), FRAME_MAX));
        }
        // A datagram that the system refuses is lost like one on its way: the network promised
        // nothing, and an earlier one's fate (a port that is closed) is no matter of this one.
        let _ = self.socket.send_to(&frame, *address).await;
        Ok(())
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        let mut buffer = self.buffer.lock().await;
        loop {
            // Some systems report here that an earlier datagram of ours found a closed port. It
            // says nothing of what comes next.
            let Ok((length, address)) = self.socket.recv_from(&mut buffer).await else {
                tokio::task::yield_now().await;
                continue;
            };
            // What strangers send is no part of this network.
            if let Some(from) = self.names.get(&address) {
                return Ok((*from, buffer[..length].to_vec()));
            }
        }
    }
}
