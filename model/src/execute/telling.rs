//! What a node tells comes in; it is taken down, and who waits for something of the kind sees it.

use super::World;
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::node::Node;
use crate::trace::What;

impl<N: Node> World<'_, N> {
    /// Takes a fact down, and lets a calm end see it.
    pub(super) fn told(&mut self, node: NodeId, fact: Fact) {
        if fact.is_detail() {
            // With them or without, a run is the same.
            if self.recording.detail {
                self.take_down_fact(node, fact);
            }
            return;
        }
        let cause = self.order;
        self.order += 1;
        std::hash::Hash::hash(&fact, &mut self.digest);
        let told = self.take_down_fact(node, fact);
        self.record(Some(cause), Some(node), || What::Told(fact));
        match fact {
            Fact::Applied { index, entry, .. } => {
                self.tells_applied = true;
                self.applied(node, index, entry.request);
            }
            Fact::Booted { applied, .. } => self.restored(node, applied),
            Fact::Member(_) => self.member(&told),
            Fact::Configured { index, config }
                if self.configured.is_none_or(|(newest, _)| index >= newest) =>
            {
                self.configured = Some((index, config));
                self.stir();
                self.check_settled();
            }
            _ => {}
        }
    }

    fn take_down_fact(&mut self, node: NodeId, fact: Fact) -> Told {
        let incarnation = self.process(node).io.incarnation;
        let told = Told { time: self.now, order: self.order, node, incarnation, fact };
        self.facts.push(told);
        told
    }
}
