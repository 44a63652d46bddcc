//! One node of a live cluster with what is its own: its end of the network, its files, and the two
//! tasks that carry frames. What the frames say is not known here.

use super::Files;
use crate::live::task::Task;
use crate::live::{FaultyTransport, Transport};
use schism::execute::hosted::Hosted;
use schism::{Node, NodeId, Role, Seed};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A frame that came in for a node.
pub(super) struct Arrived {
    pub(super) to: NodeId,
    pub(super) from: NodeId,
    pub(super) frame: Vec<u8>,
}

/// One node with what is its own.
pub(super) struct Member<N: Node, T: Transport> {
    pub(super) node: Option<Hosted<N>>,
    pub(super) incarnation: u32,
    /// The part that it played last.
    pub(super) role: Role,
    pub(super) net: Arc<FaultyTransport<T>>,
    pub(super) outbox: UnboundedSender<(NodeId, Vec<u8>)>,
    pub(super) files: Files,
    _tasks: [Task; 2],
}

impl<N: Node, T: Transport> Member<N, T> {
    /// A node that is down.
    pub(super) fn new(
        id: NodeId,
        end: T,
        seed: Seed,
        files: Files,
        arrivals: &UnboundedSender<Arrived>,
    ) -> Member<N, T> {
        let net = Arc::new(FaultyTransport::new(end, seed));
        let (outbox, leaving) = unbounded_channel();
        let _tasks = [
            Task::spawn(receive(id, Arc::clone(&net), arrivals.clone())),
            Task::spawn(send(Arc::clone(&net), leaving)),
        ];
        Member { node: None, incarnation: 0, role: Role::NONE, net, outbox, files, _tasks }
    }
}

/// Hands in what comes, until the network is closed.
async fn receive<T: Transport>(
    to: NodeId,
    net: Arc<FaultyTransport<T>>,
    arrivals: UnboundedSender<Arrived>,
) {
    while let Ok((from, frame)) = net.receive().await {
        if arrivals.send(Arrived { to, from, frame }).is_err() {
            return;
        }
    }
}

/// Sends what a node wants to be sent, in order.
async fn send<T: Transport>(
    net: Arc<FaultyTransport<T>>,
    mut leaving: UnboundedReceiver<(NodeId, Vec<u8>)>,
) {
    while let Some((to, frame)) = leaving.recv().await {
        // What cannot be sent is lost: a node hears of that by silence alone.
        let _ = net.send(to, frame).await;
    }
}
