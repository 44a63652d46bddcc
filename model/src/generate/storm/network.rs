//! The storm's trouble with links, messages and requests. Durations are of the size of an election,
//! a little less, or several of them.

use super::{Storm, node, somebody};
use crate::fault::{Fault, LinkTrouble, Overflow, Target};
use crate::id::{ClientId, NodeId};
use crate::schedule::Action;
use crate::seed::Ratio;
use crate::time::Time;
use std::time::Duration;

impl Storm<'_> {
    pub(super) fn partition(&mut self, node: Target) -> Fault {
        let split = if self.shape.nodes > 3 { 8 } else { 0 };
        match self.draws.weighted(&[12, split, 4, 4, 1, 1, 2]) {
            0 => Fault::Isolate { node },
            1 => Fault::Partition { groups: vec![self.half()] },
            2 | 3 => {
                let (from, to) = self.link();
                Fault::Cut { from, to, both: self.draws.chance(1, 2) }
            }
            4 => Fault::Ring { order: self.order() },
            5 => Fault::Bridge { node },
            _ => self.flap(),
        }
    }

    /// Each node with an even chance.
    fn half(&mut self) -> Vec<Target> {
        let all = (0..self.shape.nodes as usize).map(NodeId::at);
        all.filter(|_| self.draws.chance(1, 2)).map(Target::Node).collect()
    }

    /// Nothing, which is the order of the nodes' numbers, or another one.
    fn order(&mut self) -> Vec<Target> {
        if self.shape.nodes <= 3 && self.draws.chance(1, 2) {
            return Vec::new();
        }
        let mut order: Vec<NodeId> = (0..self.shape.nodes as usize).map(NodeId::at).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, self.draws.below(place as u64 + 1) as usize);
        }
        order.into_iter().map(Target::Node).collect()
    }

    fn flap(&mut self) -> Fault {
        let groups = if self.shape.nodes > 3 && self.draws.chance(1, 2) {
            let (one, all) = (self.half(), 0..self.shape.nodes as usize);
            let all = all.map(|place| Target::Node(NodeId::at(place)));
            let other = all.filter(|target| !one.contains(target)).collect();
            vec![one, other]
        } else {
            let (from, to) = self.link();
            vec![vec![from], vec![to]]
        };
        let every = Duration::from_millis(self.draws.between(5, 200));
        Fault::Flap { groups, every, lasts: self.while_(2) }
    }

    pub(super) fn loss(&mut self) -> Fault {
        let (from, to) = self.link();
        if self.draws.chance(3, 4) {
            return Fault::Drop { nth: self.draws.between(1, 6) as u32, from, to };
        }
        // All of them for a short while is a burst.
        let of = self.draws.pick(&[1, 2, 3, 10]).copied().unwrap_or(2);
        let what = LinkTrouble::Loses { ratio: Ratio::new(1, of) };
        Fault::Link { from, to, what, lasts: self.while_(1) }
    }

    pub(super) fn delay(&mut self) -> Fault {
        let (from, to) = self.link();
        let by = Duration::from_millis(self.draws.between(5, 400));
        if self.draws.chance(3, 4) {
            return Fault::Delay { nth: self.draws.between(1, 6) as u32, from, to, by };
        }
        Fault::Link { from, to, what: LinkTrouble::Late { by }, lasts: self.while_(1) }
    }

    pub(super) fn double(&mut self) -> Fault {
        let (from, to) = self.link();
        let nth = self.draws.between(1, 6) as u32;
        Fault::Double { nth, from, to, by: self.apart() }
    }

    pub(super) fn swap(&mut self) -> Fault {
        let (from, to) = self.link();
        Fault::Swap { nth: self.draws.between(1, 6) as u32, from, to }
    }

    pub(super) fn congestion(&mut self) -> Fault {
        let (from, to) = self.link();
        let per_second = self.draws.pick(&[5, 20, 50, 200]).copied().unwrap_or(50);
        let overflow = self.draws.pick(&Overflow::ALL).copied().unwrap_or(Overflow::DropNewest);
        let queue = self.draws.between(0, 8) as u32;
        let what = LinkTrouble::Narrow { per_second, queue, overflow };
        Fault::Link { from, to, what, lasts: self.while_(2) }
    }

    pub(super) fn corruption(&mut self) -> Fault {
        let (from, to) = self.link();
        let nth = self.draws.between(1, 6) as u32;
        Fault::Corrupt { nth, from, to, bit: self.draws.below(1 << 12) }
    }

    /// Doubles a request of some client from then on.
    pub(super) fn double_request(&mut self) -> Fault {
        let client = ClientId(self.draws.below(u64::from(self.shape.clients.max(1))) as u32);
        let nth = self.draws.between(1, 3) as u32;
        Fault::DoubleRequest { nth, client, by: self.apart() }
    }

    /// Sends one of these requests again, before its client has given up: mostly elsewhere.
    pub(super) fn retry<Op>(&mut self, requests: &[(Time, Action<Op>)]) -> Option<(Time, Fault)> {
        let (at, Action::Request { client, to, .. }) = self.draws.pick(requests)? else {
            return None;
        };
        let patience = (self.shape.timing.client_timeout.as_millis() as u64).max(2);
        let wait = match self.draws.below(3) {
            0 => self.draws.between(1, patience / 20 + 1),
            _ => self.draws.between(1, patience - 1),
        };
        let to = match self.draws.below(4) {
            0 => to.clone(),
            1 => somebody(self.shape, self.draws, 1),
            _ => Target::Node(node(self.shape, self.draws)),
        };
        Some((*at + Duration::from_millis(wait), Fault::Again { client: *client, to }))
    }

    /// The time between two copies of one thing.
    fn apart(&mut self) -> Duration {
        let ms = if self.draws.chance(1, 3) { 0 } else { self.lasts() };
        Duration::from_millis(ms)
    }
}
