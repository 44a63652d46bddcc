//! What became of the clients' writes: where each took effect, and whether its client was told so.

use crate::fact::Told;
use crate::id::{ClientId, NodeId, RequestId};
use crate::seed::StableHasher;
use crate::time::Time;
use std::hash::Hash;

/// Numbers that no run reaches; a request beyond them was made up by the node and is not judged.
const CLIENTS_MAX: usize = 1 << 12;
const NUMBERS_MAX: usize = 1 << 20;

/// Where a request took effect first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effect {
    pub(super) index: u64,
    pub(super) node: NodeId,
    pub(super) time: Time,
}

/// One request.
#[derive(Clone, Copy, Debug, Default)]
struct Request {
    /// Where it took effect; `None` if that was not told.
    effect: Option<Effect>,
    /// Whether its client was told that it succeeded.
    acked: bool,
}

/// All requests of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    /// By client, the probe first, and by the client's own count.
    clients: Vec<Vec<Request>>,
    /// The acknowledgements of writes, in order.
    acked: Vec<Told>,
    /// Whether any entry that was applied named a request.
    pub(super) named: bool,
}

impl Requests {
    /// Where a request took effect first, if anywhere.
    #[inline]
    pub(super) fn effect(&self, id: RequestId) -> Option<Effect> {
        self.clients.get(row(id.client))?.get(id.number as usize)?.effect
    }

    /// A request took effect. The first time counts.
    #[inline]
    pub(super) fn took_effect(&mut self, id: RequestId, effect: Effect) {
        if let Some(request) = self.request(id) {
            request.effect.get_or_insert(effect);
        }
    }

    /// A client was told that its write succeeded.
    #[inline]
    pub(super) fn ack(&mut self, id: RequestId, told: &Told) {
        if let Some(request) = self.request(id)
            && !std::mem::replace(&mut request.acked, true)
        {
            self.acked.push(*told);
        }
    }

    /// The acknowledgements of writes, in order.
    pub(super) fn acked(&self) -> &[Told] {
        &self.acked
    }

    /// All that a later fact can meet.
    pub(super) fn hash_into(&self, hasher: &mut StableHasher) {
        self.named.hash(hasher);
        for (client, requests) in self.clients.iter().enumerate() {
            for (number, request) in requests.iter().enumerate() {
                let effect = request.effect.map(|effect| effect.index);
                (client, number, effect, request.acked).hash(hasher);
            }
        }
    }

    #[inline]
    fn request(&mut self, id: RequestId) -> Option<&mut Request> {
        let (row, number) = (row(id.client), id.number as usize);
        if row > CLIENTS_MAX || number > NUMBERS_MAX {
            return None;
        }
        if self.clients.len() <= row {
            self.clients.resize_with(row + 1, Vec::new);
        }
        let client = &mut self.clients[row];
        if client.len() <= number {
            client.resize(number + 1, Request::default());
        }
        Some(&mut client[number])
    }
}

#[inline]
fn row(client: ClientId) -> usize {
    // The probe's number is the largest there is, and wraps to the first row.
    client.0.wrapping_add(1) as usize
}
