//! A network without sockets: frames go into a queue and come out of it after a fixed time, on
//! tokio's clock. On a paused clock a whole run takes no time and is the same each time.

use super::{Transport, closed, stranger};
use schism::NodeId;
use std::collections::BTreeMap;
use std::io::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

/// A frame on its way, and when it is there.
struct Flight {
    due: Instant,
    from: NodeId,
    frame: Vec<u8>,
}

/// One party's end of a network in memory. Frames arrive in the order in which they were sent.
pub struct Memory {
    id: NodeId,
    latency: Duration,
    others: Arc<BTreeMap<NodeId, UnboundedSender<Flight>>>,
    inbox: Mutex<Inbox>,
}

struct Inbox {
    queue: UnboundedReceiver<Flight>,
    /// The one that comes next: it was taken out of the queue before its time.
    next: Option<Flight>,
}

impl Memory {
    /// A network of these parties, in which each frame takes so long.
    pub fn network(parties: impl IntoIterator<Item = NodeId>, latency: Duration) -> Vec<Memory> {
        let mut senders = BTreeMap::new();
        let mut inboxes = Vec::new();
        for id in parties {
            let (sender, queue) = unbounded_channel();
            senders.insert(id, sender);
            inboxes.push((id, Inbox { queue, next: None }));
        }
        let others = Arc::new(senders);
        let end = |(id, inbox)| Memory {
            id,
            latency,
            others: Arc::clone(&others),
            inbox: Mutex::new(inbox),
        };
        inboxes.into_iter().map(end).collect()
    }
}

impl Transport for Memory {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        let queue = self.others.get(&to).ok_or_else(|| stranger(to))?;
        let due = Instant::now() + self.latency;
        // Where the other end is gone, nobody is there to miss it.
        let _ = queue.send(Flight { due, from: self.id, frame });
        Ok(())
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        let mut inbox = self.inbox.lock().await;
        let due = match &inbox.next {
            Some(flight) => flight.due,
            None => {
                let flight = inbox.queue.recv().await.ok_or_else(closed)?;
                inbox.next.insert(flight).due
            }
        };
        // It stays where it is until its time has come: who stops waiting here loses nothing.
        sleep_until(due).await;
        let flight = inbox.next.take().ok_or_else(closed)?;
        Ok((flight.from, flight.frame))
    }
}
