//! Clients: they stand outside the nodes' network, so a partition does not cut them off. A node
//! that is down refuses. A client waits a fixed time; then the outcome is unknown for good, and an
//! answer that comes later is dropped and noted.

use super::{Happening, Lane, Op, Ret, World};
use crate::fact::Fact;
use crate::history::{Operation, Outcome};
use crate::id::{ClientId, NodeId, RequestId};
use crate::node::{Event, Node};
use crate::seed::Seed;
use crate::spec::Spec;
use crate::trace::What;

impl<N: Node> World<'_, N> {
    /// A client asks a node for an operation; says the operation's place in the history.
    pub(super) fn ask(
        &mut self,
        step: Option<usize>,
        client: ClientId,
        node: NodeId,
        op: Op<N>,
    ) -> usize {
        let key = match step {
            Some(step) => self.plan.key(step),
            None => {
                let number = self.asked.get(&client).map_or(0, Vec::len) as u32;
                Seed(u64::from(RequestId { client, number })).fork(0x9e0b).0
            }
        };
        self.ask_because(step, key, client, node, op)
    }

    /// The same with the request's key as a cause.
    pub(super) fn ask_because(
        &mut self,
        step: Option<usize>,
        key: u64,
        client: ClientId,
        node: NodeId,
        op: Op<N>,
    ) -> usize {
        let operation = self.history.operations.len();
        let asked = self.asked.entry(client).or_default();
        let request = RequestId { client, number: asked.len() as u32 };
        asked.push(operation);
        let at = self.moment();
        self.history.operations.push(Operation {
            request,
            node: Some(node),
            op,
            invoked: at,
            outcome: Outcome::Unknown,
            completed: at,
            again: false,
            step,
        });
        self.open.push(true);
        let timing = &self.schedule.timing;
        let arrives = self.now + timing.client_latency;
        let gives_up = self.now + timing.client_timeout;
        let what = Happening::Request { node, operation, key, cause: self.order };
        self.at_lane(arrives, Lane::Client, what);
        if self.retries.expects() {
            self.ask_twice(operation, node);
        }
        self.at_lane(gives_up, Lane::Timeout, Happening::GiveUp { operation });
        operation
    }

    pub(super) fn request_arrives(&mut self, node: NodeId, operation: usize, key: u64, cause: u64) {
        self.record(Some(cause), Some(node), || What::Request(operation));
        if self.process(node).is_down() {
            let at = self.now + self.schedule.timing.client_latency;
            let outcome = Outcome::Refused;
            let cause = self.order;
            let what = Happening::Answer { operation, node, outcome, cause };
            self.at_lane(at, Lane::Client, what);
            return;
        }
        let asked = &self.history.operations[operation];
        let (id, op) = (asked.request, asked.op.clone());
        self.event(node, Event::Request { id, op }, key, Some(cause));
    }

    /// An answer leaves a node.
    pub(super) fn answer(&mut self, node: NodeId, request: RequestId, outcome: Outcome<Ret<N>>) {
        let asked = self.asked.get(&request.client);
        let Some(operation) = asked.and_then(|all| all.get(request.number as usize)).copied()
        else {
            self.record(Some(self.order), Some(node), || {
                What::Note(format!("an answer to {request}, which nobody asked"))
            });
            return;
        };
        let at = self.now + self.schedule.timing.client_latency;
        let cause = self.order;
        self.at_lane(at, Lane::Client, Happening::Answer { operation, node, outcome, cause });
    }

    pub(super) fn answer_arrives(
        &mut self,
        operation: usize,
        node: NodeId,
        outcome: Outcome<Ret<N>>,
        cause: u64,
    ) {
        let heard = self.open[operation];
        if self.rich.is_on() {
            let text = match &outcome {
                Outcome::Ok(ret) => ret.to_string(),
                Outcome::Refused => "refused".to_owned(),
                Outcome::Unknown => "unknown".to_owned(),
            };
            self.record(Some(cause), Some(node), || What::Answer { operation, text, heard });
        }
        if !heard {
            return;
        }
        if let Some(outcome) = self.retries.settle(operation, node, outcome) {
            // Of several that were asked, the one that answered is the one to look at.
            self.history.operations[operation].node = Some(node);
            self.close(operation, outcome, Some(node));
        }
    }

    pub(super) fn give_up(&mut self, operation: usize) {
        if self.open[operation] && !self.retries.waits(operation, self.now) {
            self.close(operation, Outcome::Unknown, None);
        }
    }

    pub(super) fn close(
        &mut self,
        operation: usize,
        outcome: Outcome<Ret<N>>,
        node: Option<NodeId>,
    ) {
        self.open[operation] = false;
        let at = self.moment();
        let acked = matches!(outcome, Outcome::Ok(_));
        let asked = &mut self.history.operations[operation];
        asked.outcome = outcome;
        asked.completed = at;
        let (request, step) = (asked.request, asked.step);
        let read = N::Spec::is_read(&asked.op);
        if let (true, Some(node)) = (acked, node) {
            self.told(node, Fact::Acked { request, read });
        }
        match step {
            Some(step) => self.plan.answered(step, acked, at.time),
            None => self.probe_answered(operation, acked),
        }
    }
}
