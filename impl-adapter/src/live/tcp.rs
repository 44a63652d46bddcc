//! Frames on connections: in order and without loss while a connection lasts. A party that is
//! spoken to is dialled; answers go back the way that the question came.
//!
//! What travels: who dials says its name in four bytes and the network's secret in eight, then each
//! side sends frames, each behind its length in four bytes, the lowest first. A network that was
//! made as a whole has a secret of its own, so that whoever else finds its ports is no party of it.

use super::secret::secret;
use super::task::Task;
use super::{Transport, closed, stranger, too_large};
use schism::NodeId;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// Longer frames are refused at both ends: a wrong length must not fill the memory.
const FRAME_MAX: usize = 1 << 24;
/// Who connects and does not say its name for so long is no party of ours.
const GREETING: Duration = Duration::from_secs(2);
/// So long a listener that cannot accept (too many files are open) waits before it tries again.
const REST: Duration = Duration::from_millis(20);

/// The secret of parties that are not made as one network.
const OPEN: u64 = 0;

/// One party's connections.
pub struct Tcp {
    shared: Arc<Shared>,
    address: Option<SocketAddr>,
    inbox: tokio::sync::Mutex<UnboundedReceiver<(NodeId, Vec<u8>)>>,
    _listener: Option<Task>,
}

struct Shared {
    id: NodeId,
    /// What parties of this network say before anything else.
    secret: u64,
    arrived: UnboundedSender<(NodeId, Vec<u8>)>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    addresses: BTreeMap<NodeId, SocketAddr>,
    /// By whom it is with, and whether we dialled: two that dial each other at one time have two,
    /// and neither may end the one that the other speaks on.
    links: BTreeMap<(NodeId, bool), Link>,
    /// How many there have been: tells a connection from the one before it.
    count: u64,
}

struct Link {
    number: u64,
    /// Taken out while a frame is written. If that is broken off in the middle of a frame, the
    /// connection is not fit for another, and ends.
    writer: Arc<tokio::sync::Mutex<Option<OwnedWriteHalf>>>,
    _reader: Task,
}

impl Tcp {
    /// A party that others can dial, on a free port of loopback.
    ///
    /// # Errors
    /// There is no loopback, or no port is free.
    pub async fn listen(id: NodeId) -> Result<Tcp> {
        Tcp::listen_with(id, OPEN).await
    }

    async fn listen_with(id: NodeId, secret: u64) -> Result<Tcp> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut party = Tcp::with(id, secret, []);
        party.address = Some(address);
        party._listener = Some(Task::spawn(accept(listener, Arc::clone(&party.shared))));
        Ok(party)
    }

    /// A party that only dials, and knows these others.
    pub fn dialler(id: NodeId, others: impl IntoIterator<Item = (NodeId, SocketAddr)>) -> Tcp {
        Tcp::with(id, OPEN, others)
    }

    fn with(
        id: NodeId,
        secret: u64,
        others: impl IntoIterator<Item = (NodeId, SocketAddr)>,
    ) -> Tcp {
        let (arrived, inbox) = unbounded_channel();
        let addresses = others.into_iter().collect();
        let table = Mutex::new(Table { addresses, ..Table::default() });
        let shared = Arc::new(Shared { id, secret, arrived, table });
        Tcp { shared, address: None, inbox: tokio::sync::Mutex::new(inbox), _listener: None }
    }

    /// The ends of all these parties, on free ports of loopback.
    ///
    /// # Errors
    /// There is no loopback, or no port is free.
    pub async fn loopback(parties: impl IntoIterator<Item = NodeId>) -> Result<Vec<Tcp>> {
        let secret = secret();
        let mut ends = Vec::new();
        let mut addresses = BTreeMap::new();
        for id in parties {
            let end = Tcp::listen_with(id, secret).await?;
            addresses.extend(end.address.map(|address| (id, address)));
            ends.push(end);
        }
        for end in &ends {
            end.shared.table().addresses.clone_from(&addresses);
        }
        Ok(ends)
    }

    /// Where this party listens, if it does.
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// How many connections there are now.
    pub fn connections(&self) -> usize {
        self.shared.table().links.len()
    }
}

impl Transport for Tcp {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        if frame.len() > FRAME_MAX {
            return Err(too_large(frame.len(), FRAME_MAX));
        }
        let known = self.shared.table().writer(to);
        let writer = match known {
            Some(writer) => writer,
            None => self.shared.dial(to).await?,
        };
        let mut slot = writer.lock().await;
        let mut half = slot.take().ok_or_else(closed)?;
        let mut bytes = Vec::with_capacity(4 + frame.len());
        bytes.extend_from_slice(&(frame.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&frame);
        let written = half.write_all(&bytes).await;
        match written {
            Ok(()) => *slot = Some(half),
            Err(_) => self.disconnect(to),
        }
        written
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        self.inbox.lock().await.recv().await.ok_or_else(closed)
    }

    fn connects(&self) -> bool {
        true
    }

    fn disconnect(&self, peer: NodeId) {
        self.shared.table().links.retain(|(with, _), _| *with != peer);
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing that is done under this lock can leave it half done.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn dial(self: &Arc<Self>, to: NodeId) -> Result<Writer> {
        let address = self.table().addresses.get(&to).copied().ok_or_else(|| stranger(to))?;
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut greeting = self.id.0.to_le_bytes().to_vec();
        greeting.extend_from_slice(&self.secret.to_le_bytes());
        stream.write_all(&greeting).await?;
        Ok(self.keep(to, true, stream))
    }

    /// Takes a connection in. One that was there in its place ends.
    fn keep(self: &Arc<Self>, with: NodeId, dialled: bool, stream: TcpStream) -> Writer {
        let (reader, writer) = stream.into_split();
        let writer = Arc::new(tokio::sync::Mutex::new(Some(writer)));
        let mut table = self.table();
        table.count += 1;
        let number = table.count;
        let shared = Arc::downgrade(self);
        let arrived = self.arrived.clone();
        let _reader = Task::spawn(async move {
            read(reader, with, &arrived).await;
            if let Some(shared) = shared.upgrade() {
                shared.table().links.retain(|_, link| link.number != number);
            }
        });
        let link = Link { number, writer: Arc::clone(&writer), _reader };
        table.links.insert((with, dialled), link);
        writer
    }
}

type Writer = Arc<tokio::sync::Mutex<Option<OwnedWriteHalf>>>;

impl Table {
    fn writer(&mut self, to: NodeId) -> Option<Writer> {
        let link = self.links.get(&(to, true)).or_else(|| self.links.get(&(to, false)))?;
        let writer = Arc::clone(&link.writer);
        // One that broke off in the middle of a frame is of no more use.
        let number = link.number;
        let broken = writer.try_lock().is_ok_and(|slot| slot.is_none());
        if broken {
            self.links.retain(|_, link| link.number != number);
            return None;
        }
        Some(writer)
    }
}

/// Hands in what comes on a connection, until it ends.
async fn read(
    mut half: OwnedReadHalf,
    from: NodeId,
    arrived: &UnboundedSender<(NodeId, Vec<u8>)>,
) -> Option<()> {
    loop {
        let length = half.read_u32_le().await.ok()? as usize;
        if length > FRAME_MAX {
            return None;
        }
        let mut frame = vec![0; length];
        half.read_exact(&mut frame).await.ok()?;
        arrived.send((from, frame)).ok()?;
    }
}

/// Takes in who dials. It ends with its transport.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Greetings are awaited beside each other: one that never comes keeps nobody out.
    let mut greetings = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    greetings.spawn(timeout(GREETING, greet(stream, shared.secret)));
                }
                Err(_) => tokio::time::sleep(REST).await,
            },
            Some(greeted) = greetings.join_next() => {
                if let Ok(Ok(Ok((from, stream)))) = greeted {
                    shared.keep(from, false, stream);
                }
            }
        }
    }
}

async fn greet(mut stream: TcpStream, secret: u64) -> Result<(NodeId, TcpStream)> {
    let name = stream.read_u32_le().await?;
    if name == 0 || stream.read_u64_le().await? != secret {
        return Err(Error::new(ErrorKind::InvalidData, "it is no party of this network"));
    }
    stream.set_nodelay(true)?;
    Ok((NodeId(name), stream))
}
