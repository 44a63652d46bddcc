//! The in-sync-replica model's states in a few bytes. A field takes as many bits as its bound
//! needs; what only a leader has is written only for one.

use super::{Body, Controller, Entry, Message, Replica, State};
use crate::reference::list::List;
use crate::reference::packed::{Packed, Reader, Writer};

/// A node's place; with one more, its number.
const NODE: u32 = 3;
const EPOCH: u32 = 3;
/// The length of a log, and the number of a request.
const LENGTH: u32 = 3;
/// A set of nodes.
const SET: u32 = 5;

impl Packed for State {
    fn write(&self, to: &mut Writer<'_>) {
        let State { replicas, controller, network, requests, restarts, losses, past, broken } =
            self;
        let nodes = replicas.len();
        to.list(replicas, |to, replica| replica.write(to, nodes));
        to.put(controller.epoch, EPOCH);
        to.put(controller.leader, NODE);
        to.put(controller.in_sync, SET);
        to.put(controller.eligible, SET);
        to.list(network, |to, message| message.write(to));
        to.put(*requests, LENGTH);
        to.put(*restarts, 4);
        to.put(*losses, 1);
        past.write(to);
        to.clause(*broken);
    }

    fn read(from: &mut Reader<'_>) -> State {
        let nodes = from.take(4) as usize;
        let replicas: List<Replica, _> = (0..nodes).map(|_| Replica::read(from, nodes)).collect();
        let (epoch, leader) = (from.take(EPOCH), from.take(NODE));
        let (in_sync, eligible) = (from.take(SET), from.take(SET));
        let controller = Controller { epoch, leader, in_sync, eligible };
        let network = from.list(Message::read);
        let (requests, restarts, losses) = (from.take(LENGTH), from.take(4), from.take(1));
        let (past, broken) = (Packed::read(from), from.clause());
        State { replicas, controller, network, requests, restarts, losses, past, broken }
    }
}

impl Replica {
    fn write(&self, to: &mut Writer<'_>, nodes: usize) {
        to.put(self.epoch, EPOCH);
        to.put(self.leads, 1);
        to.list(&self.log, |to, entry| entry.write(to));
        to.put(self.watermark, LENGTH);
        if self.leads {
            to.put(self.in_sync, SET);
            self.ends[..nodes].iter().for_each(|end| to.put(*end, LENGTH));
        }
    }

    fn read(from: &mut Reader<'_>, nodes: usize) -> Replica {
        let (epoch, leads) = (from.take(EPOCH), from.bit());
        let (log, watermark) = (from.list(Entry::read), from.take(LENGTH));
        let mut replica = Replica { epoch, leads, log, watermark, ..Replica::default() };
        if leads {
            replica.in_sync = from.take(SET);
            replica.ends[..nodes].iter_mut().for_each(|end| *end = from.take(LENGTH));
        }
        replica
    }
}

impl Entry {
    fn write(self, to: &mut Writer<'_>) {
        to.put(self.epoch, EPOCH);
        to.put(self.request, LENGTH);
    }

    fn read(from: &mut Reader<'_>) -> Entry {
        Entry { epoch: from.take(EPOCH), request: from.take(LENGTH) }
    }
}

impl Packed for Message {
    fn write(&self, to: &mut Writer<'_>) {
        to.put(self.from, NODE);
        to.put(self.to, NODE);
        to.put(self.epoch, EPOCH);
        match self.body {
            Body::Fetch { end, last_epoch } => {
                to.put(0_u8, 2);
                to.put(end, LENGTH);
                to.put(last_epoch, EPOCH);
            }
            Body::Records { base, entry, watermark } => {
                to.put(1_u8, 2);
                to.put(base, LENGTH);
                to.put(entry.is_some(), 1);
                if let Some(entry) = entry {
                    entry.write(to);
                }
                to.put(watermark, LENGTH);
            }
            Body::Diverged { end } => {
                to.put(2_u8, 2);
                to.put(end, LENGTH);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Message {
        let (sender, to, epoch) = (from.take(NODE), from.take(NODE), from.take(EPOCH));
        let body = match from.take(2) {
            0 => Body::Fetch { end: from.take(LENGTH), last_epoch: from.take(EPOCH) },
            1 => {
                let base = from.take(LENGTH);
                let entry = from.bit().then(|| Entry::read(from));
                Body::Records { base, entry, watermark: from.take(LENGTH) }
            }
            _ => Body::Diverged { end: from.take(LENGTH) },
        };
        Message { from: sender, to, epoch, body }
    }
}
