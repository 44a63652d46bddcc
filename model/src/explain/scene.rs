//! A counterexample and its trace come in; answers to "does this belong to the story?" go out. It
//! must not know of rows and columns.
//!
//! Everything that looks something up in the trace is here, so that gathering reads like a list of
//! what is told.

use crate::counterexample::Counterexample;
use crate::fact::Fact;
use crate::fault::Target;
use crate::history::{Moment, Operation, Outcome};
use crate::id::{NodeId, RequestId};
use crate::node::Node;
use crate::spec::Spec;
use crate::time::Time;
use crate::trace::{End, Record, Trace, What};
use std::collections::{BTreeMap, BTreeSet};

/// What clients of this node ask for.
pub(super) type OpOf<N> = <<N as Node>::Spec as Spec>::Op;

/// A failure with its run.
pub(super) struct Scene<'a, N: Node> {
    pub(super) found: &'a Counterexample<OpOf<N>>,
    pub(super) trace: &'a Trace<N>,
    /// The operations that the picture shows, as places in the history.
    pub(super) shown: BTreeSet<usize>,
    requests: BTreeMap<RequestId, usize>,
}

impl<'a, N: Node> Scene<'a, N> {
    pub(super) fn new(found: &'a Counterexample<OpOf<N>>, trace: &'a Trace<N>) -> Scene<'a, N> {
        let operations = &trace.history.operations;
        let requests = operations.iter().enumerate();
        let requests = requests.map(|(place, operation)| (operation.request, place)).collect();
        let mut shown: BTreeSet<usize> = found.violation.operations.iter().copied().collect();
        shown.extend((0..operations.len()).filter(|place| operations[*place].step.is_some()));
        if matches!(trace.end, End::Unsettled { .. }) {
            // Nothing works any more: the first attempts and the last show it.
            let probes = || (0..operations.len()).filter(|place| operations[*place].is_probe());
            shown.extend(probes().next());
            shown.extend(probes().next_back());
        }
        shown.retain(|place| *place < operations.len());
        Scene { found, trace, shown, requests }
    }

    /// When the failure was certain: nothing after this matters.
    pub(super) const fn last(&self) -> Time {
        self.found.violation.at
    }

    /// An operation of the history.
    pub(super) fn operation(&self, place: usize) -> &Operation<N::Spec> {
        &self.trace.history.operations[place]
    }

    /// When the client of an operation knew.
    pub(super) fn answered(&self, place: usize) -> Option<Time> {
        self.trace.history.operations.get(place).map(|operation| operation.completed.time)
    }

    /// The operation that a request asked for, as a place in the history.
    pub(super) fn asked(&self, request: Option<RequestId>) -> Option<usize> {
        self.requests.get(&request?).copied()
    }

    /// The text of what a request asked for.
    pub(super) fn text(&self, request: RequestId) -> Option<String> {
        self.asked(Some(request)).map(|place| self.operation(place).op.to_string())
    }

    /// Whether the failure is about this operation.
    pub(super) fn accused(&self, place: usize) -> bool {
        self.found.violation.operations.contains(&place)
    }

    /// Whether the failure speaks of one of these words.
    pub(super) fn speaks_of(&self, words: &[&str]) -> bool {
        let violation = &self.found.violation;
        let texts = [&violation.headline, &violation.failure.clause];
        texts.iter().any(|text| words.iter().any(|word| text.to_lowercase().contains(word)))
    }

    /// Whether the failure is about who may lead, so that votes matter.
    pub(super) fn about_leaders(&self) -> bool {
        self.speaks_of(&["leader", "vote", "elect", "term"])
    }

    /// Whether this is told by a node that the failure is about, at the moment of the failure.
    pub(super) fn decisive(&self, node: NodeId, time: Time) -> bool {
        time == self.found.violation.at && self.found.violation.nodes.contains(&node)
    }

    /// Everything that was recorded.
    pub(super) fn records(&self) -> impl Iterator<Item = &'a Record> + use<'a, N> {
        self.trace.records.iter()
    }

    /// Whether a request came to a node that was down, as far as was recorded.
    pub(super) fn found_nobody(&self, place: usize) -> bool {
        let node = self.operation(place).node;
        let mut down = false;
        for record in self.records().filter(|record| record.node == node) {
            match record.what {
                What::Down(_) => down = true,
                What::Up(_) => down = false,
                What::Request(of) if of == place => return down,
                _ => {}
            }
        }
        false
    }

    /// The node that was at work on what went wrong, and when: on the request of the last operation
    /// that the failure names, or on what it panicked at.
    pub(super) fn at_fault(&self) -> Option<(NodeId, Time)> {
        if let End::Panicked(panic) = &self.trace.end {
            return Some((panic.node, panic.at.time));
        }
        let wrong = *self.found.violation.operations.last()?;
        let mut records = self.records();
        let asked = records.find(|record| matches!(record.what, What::Request(of) if of == wrong));
        asked.and_then(|record| Some((record.node?, record.at.time)))
    }

    /// Whether a client heard an answer from the node.
    pub(super) fn heard(&self, place: usize) -> bool {
        self.records().any(|record| {
            matches!(record.what, What::Answer { operation, heard: true, .. } if operation == place)
        })
    }

    /// Whether an operation was still open when the run ended.
    pub(super) fn open(&self, place: usize) -> bool {
        let operation = self.operation(place);
        matches!(operation.outcome, Outcome::Unknown)
            && operation.completed.time >= self.trace.ended.time
    }

    /// Where the log of a node ended when it came up.
    pub(super) fn log_at_boot(&self, node: NodeId, incarnation: u32) -> Option<u64> {
        self.trace.facts.iter().find_map(|told| match told.fact {
            Fact::Booted { log_last, .. }
                if told.node == node && told.incarnation == incarnation =>
            {
                Some(log_last)
            }
            _ => None,
        })
    }

    /// When the first step happened.
    pub(super) fn first_step(&self) -> Option<Moment> {
        self.trace.steps.iter().filter_map(|step| step.happened).min()
    }

    /// All nodes that there ever were.
    pub(super) fn nodes(&self) -> BTreeSet<NodeId> {
        let mut nodes: BTreeSet<NodeId> = (1..=self.found.schedule.nodes).map(NodeId).collect();
        nodes.extend(self.trace.facts.iter().map(|told| told.node));
        nodes
    }

    /// The nodes that the failure names, and those that its operations asked.
    pub(super) fn suspects(&self) -> BTreeSet<NodeId> {
        let mut nodes: BTreeSet<NodeId> = self.found.violation.nodes.iter().copied().collect();
        let operations = self.found.violation.operations.iter();
        nodes.extend(operations.filter_map(|of| self.trace.history.operations.get(*of)?.node));
        nodes
    }

    /// The nodes that steps are about.
    pub(super) fn targets(&self) -> BTreeSet<NodeId> {
        let mut nodes: BTreeSet<NodeId> =
            self.trace.steps.iter().filter_map(|step| step.node).collect();
        for step in &self.found.schedule.steps {
            nodes.extend(step.action.targets().into_iter().filter_map(|target| match target {
                Target::Node(node) => Some(*node),
                Target::Role(_) => None,
            }));
        }
        nodes
    }
}
