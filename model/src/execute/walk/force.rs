//! What holds where the steps of a run end: the network, the machines and the clients come in; each
//! trouble that has not ended, in words, and the step that would end it, go out.
//!
//! The one idea: a step's own text says best what it did, so what lasts is told in that.

use super::super::World;
use crate::fault::Fault;
use crate::id::NodeId;
use crate::node::Node;

/// A trouble that holds.
pub(crate) struct Held {
    pub(crate) words: String,
    /// What would end it, where anything would before the calm end.
    pub(crate) ends: Option<Fault>,
}

impl<N: Node> World<'_, N> {
    /// All that is wrong, but for nodes that are down or stand still: links first, then machines.
    pub(super) fn in_force(&self) -> Vec<Held> {
        let mut all = Vec::new();
        let cuts = self.network.cuts().map(|(from, to)| format!("{from} -> {to}"));
        let cuts: Vec<String> = cuts.collect();
        if !cuts.is_empty() || self.network.has_flaps() {
            let words = if cuts.is_empty() { "links that flap" } else { "cut" };
            let words = format!("{words}: {}", cuts.join(", "));
            all.push(Held { words, ends: Some(Fault::Heal) });
        }
        for (from, to, held) in self.network.holds() {
            let words = format!("hold {from} -> {to}: {held} kept back so far");
            let (from, to) = (NodeId::into(from), NodeId::into(to));
            all.push(Held { words, ends: Some(Fault::Release { from, to }) });
        }
        for (from, to, step, waits) in self.network.expected() {
            let mut words = match step {
                Some(step) => self.schedule.steps[step].action.to_string(),
                None => format!("{from} -> {to}: one waits until the next has passed"),
            };
            if waits > 0 {
                words += &format!(": {waits} wait");
            }
            let (from, to) = (NodeId::into(from), NodeId::into(to));
            all.push(Held { words, ends: Some(Fault::Clear { from, to }) });
        }
        for process in &self.processes {
            for step in process.troubles() {
                let words = self.schedule.steps[step].action.to_string();
                let ends = Some(Fault::Mend { node: process.io.id.into() });
                all.push(Held { words, ends });
            }
        }
        for step in self.retries.expected() {
            let words = self.schedule.steps[step].action.to_string();
            all.push(Held { words, ends: None });
        }
        all
    }
}
