//! What is on its way where the steps of a run end, for who follows a model's path: a schedule
//! comes in; what was told by then, and each message that could be delivered by hand, go out.
//!
//! The one idea: who tells of each message tells it just before it leaves, so what a message says
//! is the fact before it. Nobody looks into a message.

use super::super::happening::Happening;
use super::super::{Boot, Op, Recording, World, rich};
use super::steps_of;
use crate::fact::{Fact, Says};
use crate::id::NodeId;
use crate::node::Node;
use crate::schedule::Schedule;
use crate::trace::{End, Trace};
use std::collections::BTreeMap;

/// A run that has come to the end of its steps.
pub(crate) struct Paused<N: Node> {
    /// What happened so far.
    pub(crate) trace: Trace<N>,
    /// What is on its way between nodes, in the order of each link.
    pub(crate) messages: Vec<OnItsWay>,
    /// The nodes whose disks have something to make durable that they do not wait for.
    pub(crate) syncs: Vec<NodeId>,
    /// The timers of each node, the first due first, by what they are for.
    pub(crate) timers: Vec<(NodeId, u32, String)>,
}

/// A message on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OnItsWay {
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    /// Which one of its link, from 1.
    pub(crate) nth: u32,
    /// Its term and what it says, where its sender tells it.
    pub(crate) says: Option<(u64, Says)>,
}

/// Runs the steps of a schedule, and looks at what is on its way.
pub(crate) fn paused<N: Node>(
    schedule: &Schedule<Op<N>>,
    boot: Boot<'_, N>,
    recording: Recording,
) -> Paused<N> {
    let mut world = steps_of(schedule, boot, recording);
    let messages = if world.end.is_some() { Vec::new() } else { world.messages() };
    let (syncs, timers) = (world.late_syncs(), world.timers());
    world.end.get_or_insert(End::Open);
    Paused { trace: world.finish(), messages, syncs, timers }
}

impl<N: Node> World<'_, N> {
    /// Remembers what a message says that leaves now.
    pub(in crate::execute) fn means(&mut self, key: u64, from: NodeId, to: NodeId) {
        if let Some(walk) = &mut self.walk
            && let Some(told) = self.facts.last()
            && (told.node, told.time) == (from, self.now)
            && let Fact::Sent { to: whom, term, says } = told.fact
            && whom == to
        {
            walk.says.insert(key, (term, says));
        }
    }

    fn late_syncs(&self) -> Vec<NodeId> {
        let waiting = self.queue.waiting();
        let mut all: Vec<NodeId> = waiting
            .iter()
            .filter_map(|(_, _, what)| match what {
                Happening::Synced { node, .. } if !self.is_idle(what) => Some(*node),
                _ => None,
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn timers(&self) -> Vec<(NodeId, u32, String)> {
        let mut all = Vec::new();
        for process in self.processes.iter().filter(|process| !process.is_down()) {
            let mut timers: Vec<_> = process.timers.iter().collect();
            timers.sort_unstable_by_key(|armed| (armed.due, armed.id));
            for (nth, armed) in (1..).zip(timers) {
                all.push((process.io.id, nth, rich::brief(&armed.timer)));
            }
        }
        all
    }

    fn messages(&self) -> Vec<OnItsWay> {
        let mut waiting = self.queue.waiting();
        waiting.sort_unstable_by_key(|(at, place, _)| (*at, *place));
        let mut counts: BTreeMap<(NodeId, NodeId), u32> = BTreeMap::new();
        let mut messages = Vec::new();
        for (_, _, what) in waiting {
            let Happening::Deliver(flight) = what else { continue };
            let (from, to) = (flight.from, flight.to);
            let nth = *counts.entry((from, to)).and_modify(|nth| *nth += 1).or_insert(1);
            let says = self.walk.as_ref().and_then(|walk| walk.says.get(&flight.key)).copied();
            messages.push(OnItsWay { from, to, nth, says });
        }
        messages
    }
}
