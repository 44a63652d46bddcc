//! The identity of where a run stands, from what was given to each node and what is still to come.
//! What nodes show is not in it: it follows from what they were given.

use super::super::hand::Place;
use super::super::happening::{Chore, Happening};
use super::super::{Flight, World};
use super::{hashed, hasher};
use crate::id::RequestId;
use crate::node::{Event, Node};
use crate::time::Time;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

impl<N: Node> World<'_, N> {
    pub(super) fn identity(&self) -> u64 {
        let mut hasher = hasher();
        (self.now, self.by_hand, self.calm.is_some(), self.end.is_some()).hash(&mut hasher);
        for place in 0..self.processes.len() {
            self.node_identity(place).hash(&mut hasher);
        }
        self.pending_identity().hash(&mut hasher);
        self.network_identity().hash(&mut hasher);
        self.history_identity().hash(&mut hasher);
        if self.disturber.is_some() || self.network.draws() {
            // What noise does to a message depends on what caused it, and so it is on a link that
            // loses a share of them.
            let mut keys: Vec<u64> = self.flights().map(|flight| flight.key).collect();
            keys.sort_unstable();
            keys.hash(&mut hasher);
        }
        hasher.finish()
    }

    fn node_identity(&self, place: usize) -> u64 {
        let mut hasher = hasher();
        let process = &self.processes[place];
        self.walk.as_ref().map(|walk| walk.given[place]).hash(&mut hasher);
        let busy = process.busy.map(|until| self.ahead(until));
        (process.io.incarnation, process.is_down(), process.paused, busy).hash(&mut hasher);
        let clock = process.clock.at(self.now).0;
        (clock, process.clock.percent(), process.damaged).hash(&mut hasher);
        let trap = process.trap.map(|trap| (trap.point, trap.down));
        trap.hash(&mut hasher);
        let timers = process.timers.iter();
        let mut timers: Vec<_> =
            timers.map(|armed| (armed.due.wrapping_sub(clock), armed.id, armed.every)).collect();
        timers.sort_unstable();
        timers.hash(&mut hasher);
        process.io.drive.hash_into(&mut hasher);
        if let Some(ill) = &process.ill {
            ill.mark().hash(&mut hasher);
        }
        for (event, key, _) in &process.waiting {
            let kind = match event {
                Event::Request { .. } => 0_u8,
                Event::Message { .. } => 1,
                Event::Timer(_) => 2,
                Event::Synced(_) => 3,
                Event::Stop => 4,
            };
            (kind, self.origin(*key)).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// How far ahead a time lies, or behind.
    const fn ahead(&self, at: Time) -> u64 {
        at.0.wrapping_sub(self.now.0)
    }

    /// What is on its way, between any two in its order; and what else is planned, in any.
    fn pending_identity(&self) -> u64 {
        let mut ways: BTreeMap<(Place, Place), Vec<u64>> = BTreeMap::new();
        let mut others = Vec::new();
        let mut waiting = self.queue.waiting();
        waiting.sort_unstable_by_key(|(at, place, _)| (*at, *place));
        for (at, _, what) in waiting {
            let due = self.ahead(at);
            if let Some(ends) = what.ends(&self.history) {
                ways.entry(ends).or_default().push(hashed((due, self.what_identity(what))));
            } else if !self.is_idle(what) && !matches!(what, Happening::Timer { .. }) {
                // A node's timers are known from the node.
                others.push((due, self.what_identity(what)));
            }
        }
        others.sort_unstable();
        hashed((ways, others))
    }

    fn what_identity(&self, what: &Happening<N>) -> u64 {
        let request = |operation: usize| self.history.operations[operation].request;
        match what {
            Happening::Deliver(flight) => self.origin(flight.key),
            Happening::Request { operation, node, .. } => hashed((1_u8, request(*operation), node)),
            Happening::Answer { operation, node, outcome, .. } => {
                hashed((2_u8, request(*operation), node, outcome))
            }
            Happening::GiveUp { operation } => hashed((3_u8, request(*operation))),
            Happening::Synced { node, token, late, .. } => hashed((4_u8, node, token, late)),
            Happening::Chore(chore) => hashed((6_u8, self.chore_identity(chore))),
            other => hashed((5_u8, other.rank())),
        }
    }

    /// What a step has left to do. A step's key knows what it does and not where it stands, so two
    /// that could have been taken in either order leave the same behind.
    fn chore_identity(&self, chore: &Chore) -> u64 {
        let key = |step: usize| self.plan.key(step);
        match *chore {
            Chore::Ends { node, step } => hashed((0_u8, node, key(step))),
            Chore::Turn { node, step, nth } => hashed((1_u8, node, key(step), nth)),
            Chore::CrashAgain { node, step, left } => hashed((2_u8, node, key(step), left)),
            Chore::Durable { node, incarnation, file, upto } => {
                hashed((3_u8, node, incarnation, file, upto))
            }
            Chore::Roll { node, step, up } => hashed((4_u8, node, key(step), up)),
            Chore::LinkEnds { step } => hashed((5_u8, key(step))),
            Chore::Depart { step } => hashed((6_u8, key(step))),
            Chore::Flap { step, every, until } => {
                hashed((7_u8, key(step), every, self.ahead(until)))
            }
            Chore::Ask { step, nth } => hashed((8_u8, key(step), nth)),
        }
    }

    fn network_identity(&self) -> u64 {
        let mut hasher = hasher();
        let (known, key) = (|flight: &Flight<N>| self.origin(flight.key), |at| self.plan.key(at));
        self.network.hash_into(&mut hasher, self.now, known, key);
        hasher.finish()
    }

    /// What clients know: each request with how it ended, and which others had ended before it was
    /// made. More of their order nobody can tell.
    fn history_identity(&self) -> u64 {
        let all = &self.history.operations;
        let mut said: Vec<(RequestId, u64)> = Vec::with_capacity(all.len());
        for (one, open) in all.iter().zip(&self.open) {
            let before = |other: &&crate::history::Operation<N::Spec>| other.precedes(one);
            let mut before: Vec<RequestId> =
                all.iter().filter(before).map(|other| other.request).collect();
            before.sort_unstable();
            let known = (&one.op, one.node, open, &one.outcome, one.again, before);
            said.push((one.request, hashed(known)));
        }
        said.sort_unstable();
        let request = |place: usize| all[place].request;
        hashed((said, self.retries.tally(self.now, request, |step| self.plan.key(step))))
    }

    fn flights(&self) -> impl Iterator<Item = &Flight<N>> {
        self.queue.waiting().into_iter().filter_map(|(_, _, what)| match what {
            Happening::Deliver(flight) => Some(flight),
            _ => None,
        })
    }
}
