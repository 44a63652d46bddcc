//! When a leader had nothing in its way. What changes in the world comes in as a mark; spans of
//! time go out, for judges of availability, who must not look at the network themselves.
//!
//! The one idea: it is looked at only when something has changed, and every fault that begins or
//! ends closes the span, so that who reads one may reckon from its start.

use super::World;
use crate::fact::Nodes;
use crate::id::NodeId;
use crate::node::Node;
use crate::time::Time;
use crate::trace::Reign;

/// The spans so far, and the one that goes on.
pub(super) struct Reigns {
    on: bool,
    changed: bool,
    open: Option<Reign>,
    past: Vec<Reign>,
}

impl Reigns {
    pub(super) const fn new(on: bool) -> Reigns {
        Reigns { on, changed: on, open: None, past: Vec::new() }
    }

    /// Whether somebody has to look again.
    #[inline]
    pub(super) const fn changed(&self) -> bool {
        self.changed
    }

    /// Something has happened that may end a span, or let one begin.
    #[inline]
    pub(super) const fn disturb(&mut self) {
        self.changed = self.on;
    }

    fn close(&mut self, now: Time) {
        if let Some(open) = self.open.take()
            && open.from < now
        {
            self.past.push(Reign { until: now, ..open });
        }
    }

    pub(super) fn finish(&mut self, now: Time) -> Vec<Reign> {
        self.close(now);
        std::mem::take(&mut self.past)
    }
}

impl<N: Node> World<'_, N> {
    /// Looks whether a leader is undisturbed from now on.
    pub(super) fn note_reign(&mut self) {
        self.reigns.changed = false;
        self.reigns.close(self.now);
        self.reigns.open = self.undisturbed().map(|leader| {
            let term = self.processes[leader.index()].role.term;
            Reign { leader, term, from: self.now, until: self.now }
        });
    }

    fn undisturbed(&self) -> Option<NodeId> {
        let all = || (0..self.processes.len()).map(NodeId::at);
        // Only sets of up to 64 nodes are kept.
        if self.by_hand
            || self.disturber.is_some()
            || self.network.expects()
            || self.processes.len() > 64
        {
            return None;
        }
        let term = |node: &NodeId| self.processes[node.index()].role.term;
        let leads =
            |node: &NodeId| self.processes[node.index()].role.leads() && self.is_well(*node);
        let leader = all().filter(leads).max_by_key(term)?;
        let linked = |node: NodeId| {
            self.network.is_clear(leader, node) && self.network.is_clear(node, leader)
        };
        let with: Nodes =
            all().filter(|node| *node == leader || self.is_well(*node) && linked(*node)).collect();
        let up = |node: &NodeId| !self.processes[node.index()].is_down();
        let strangers = || all().filter(|node| !with.contains(*node)).filter(up);
        let reached = strangers()
            .any(|stranger| with.iter().any(|member| !self.network.is_cut(stranger, member)));
        (self.is_quorum(with) && !reached).then_some(leader)
    }

    fn is_quorum(&self, with: Nodes) -> bool {
        let most_of = |voters: Nodes| Nodes(with.0 & voters.0).len() > voters.len() / 2;
        match self.configured {
            Some((_, config)) => {
                most_of(config.voters) && (config.outgoing.is_empty() || most_of(config.outgoing))
            }
            None => with.len() as usize > self.processes.len() / 2,
        }
    }

    fn is_well(&self, node: NodeId) -> bool {
        let process = &self.processes[node.index()];
        // By its own clock a node may wait within any bound, and by true time beyond it.
        let slow = process.clock.is_slow();
        process.ill.is_none() && !process.stands() && !process.may_be_away() && !slow
    }
}
