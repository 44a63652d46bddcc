//! A connection to a server that speaks in lines, over TCP: each frame is a line, in both
//! directions. It dials when there is something to say, and again after the connection was lost.

use super::task::Task;
use super::{Transport, closed, stranger};
use schism::NodeId;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::PoisonError;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A longer line ends the connection: it must not fill the memory.
const LINE_MAX: u64 = 1 << 20;

/// A client's end of one connection at a time to a server.
pub struct Lines {
    server: NodeId,
    address: SocketAddr,
    link: std::sync::Mutex<Option<Link>>,
    arrived: UnboundedSender<Vec<u8>>,
    inbox: Mutex<UnboundedReceiver<Vec<u8>>>,
}

/// Taken out while a line is written: one that breaks off in the middle ends the connection.
type Writer = Arc<Mutex<Option<OwnedWriteHalf>>>;

struct Link {
    writer: Writer,
    _reader: Task,
}

impl Lines {
    /// To the server at this address, which goes by this name. It is dialled when there is
    /// something to say.
    pub fn to(server: NodeId, address: SocketAddr) -> Lines {
        let (arrived, inbox) = unbounded_channel();
        let inbox = Mutex::new(inbox);
        Lines { server, address, link: std::sync::Mutex::default(), arrived, inbox }
    }

    fn link(&self) -> std::sync::MutexGuard<'_, Option<Link>> {
        // Nothing that is done under this lock can leave it half done.
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that there is, where it is fit for another line.
    fn open(&self) -> Option<Writer> {
        let link = self.link();
        let writer = &link.as_ref()?.writer;
        let fit = writer.try_lock().map_or(true, |half| half.is_some());
        fit.then(|| Arc::clone(writer))
    }

    async fn dial(&self) -> Result<Writer> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (reader, half) = stream.into_split();
        let writer = Arc::new(Mutex::new(Some(half)));
        let (arrived, own) = (self.arrived.clone(), Arc::downgrade(&writer));
        let _reader = Task::spawn(async move {
            read(reader, &arrived).await;
            // Who is hung up on dials anew with the next line.
            if let Some(writer) = own.upgrade() {
                writer.lock().await.take();
            }
        });
        *self.link() = Some(Link { writer: Arc::clone(&writer), _reader });
        Ok(writer)
    }
}

/// Hands in each line, until there are no more.
async fn read(half: OwnedReadHalf, arrived: &UnboundedSender<Vec<u8>>) {
    let mut lines = BufReader::new(half);
    loop {
        let mut line = Vec::new();
        let read = (&mut lines).take(LINE_MAX).read_until(b'\n', &mut line).await;
        // What was cut off in the middle is no line.
        if read.is_err() || line.pop() != Some(b'\n') || arrived.send(line).is_err() {
            return;
        }
    }
}

impl Transport for Lines {
    async fn send(&self, to: NodeId, mut frame: Vec<u8>) -> Result<()> {
        if to != self.server {
            return Err(stranger(to));
        }
        if frame.contains(&b'\n') {
            return Err(Error::new(ErrorKind::InvalidInput, "a frame here is one line"));
        }
        frame.push(b'\n');
        let writer = match self.open() {
            Some(writer) => writer,
            None => self.dial().await?,
        };
        let mut slot = writer.lock().await;
        let mut half = slot.take().ok_or_else(closed)?;
        half.write_all(&frame).await?;
        *slot = Some(half);
        Ok(())
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        let frame = self.inbox.lock().await.recv().await.ok_or_else(closed)?;
        Ok((self.server, frame))
    }

    fn connects(&self) -> bool {
        true
    }

    fn disconnect(&self, peer: NodeId) {
        if peer == self.server {
            *self.link() = None;
        }
    }
}
