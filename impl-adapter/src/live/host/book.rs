//! What happens is written down here, in one order, as the simulation does it; a [`Trace`] goes
//! out.

use super::Ret;
use super::watch::Watch;
use schism::execute::Op;
use schism::expect::{Begun, Expect, Outlook, Standing, Stood};
use schism::fact::Told;
use schism::fault::Kind;
use schism::history::{History, Moment, Operation, Outcome};
use schism::trace::{Counts, Digest, End, Shown, StepRecord, Trace};
use schism::{ClientId, Fact, Node, NodeId, RequestId, Spec, Time};
use std::collections::BTreeMap;

/// The record of a run.
pub(super) struct Book<N: Node> {
    order: u64,
    history: History<N::Spec>,
    /// For each client, the places of its operations, by their numbers.
    asked: BTreeMap<ClientId, Vec<usize>>,
    /// Whether the client of each operation still waits.
    open: Vec<bool>,
    facts: Vec<Told>,
    roles: Vec<&'static str>,
    counts: Counts,
    outlook: Outlook,
    views: Vec<Shown<N::View>>,
    steps: Vec<StepRecord>,
    end: Option<End>,
}

impl<N: Node> Default for Book<N> {
    fn default() -> Self {
        Book {
            order: 0,
            history: History::default(),
            asked: BTreeMap::new(),
            open: Vec::new(),
            facts: Vec::new(),
            roles: Vec::new(),
            counts: Counts::default(),
            outlook: Outlook::default(),
            views: Vec::new(),
            steps: Vec::new(),
            end: None,
        }
    }
}

impl<N: Node> Book<N> {
    /// The next place in the order.
    pub(super) const fn moment(&mut self, time: Time) -> Moment {
        self.order += 1;
        self.counts.events += 1;
        Moment { order: self.order, time }
    }

    pub(super) fn ask(
        &mut self,
        step: Option<usize>,
        client: ClientId,
        node: NodeId,
        op: Op<N>,
        now: Time,
    ) -> (usize, RequestId) {
        let invoked = self.moment(now);
        let operation = self.history.operations.len();
        let asked = self.asked.entry(client).or_default();
        let request = RequestId { client, number: asked.len() as u32 };
        asked.push(operation);
        self.history.operations.push(Operation {
            request,
            node: Some(node),
            op,
            invoked,
            outcome: Outcome::Unknown,
            completed: invoked,
            again: false,
            step,
        });
        self.open.push(true);
        (operation, request)
    }

    /// A node answered. Who waits no longer does not hear it.
    pub(super) fn answer(
        &mut self,
        request: RequestId,
        outcome: Outcome<Ret<N>>,
        node: NodeId,
        now: Time,
    ) {
        let places = self.asked.get(&request.client);
        if let Some(place) = places.and_then(|all| all.get(request.number as usize)).copied() {
            self.close(place, outcome, Some(node), now);
        }
    }

    /// An operation has ended; a later end changes nothing.
    pub(super) fn close(
        &mut self,
        operation: usize,
        outcome: Outcome<Ret<N>>,
        node: Option<NodeId>,
        now: Time,
    ) {
        if !std::mem::take(&mut self.open[operation]) {
            return;
        }
        let completed = self.moment(now);
        let asked = &mut self.history.operations[operation];
        let acked = matches!(outcome, Outcome::Ok(_));
        (asked.outcome, asked.completed) = (outcome, completed);
        let (request, read) = (asked.request, N::Spec::is_read(&asked.op));
        if let (true, Some(node)) = (acked, node) {
            self.tell(node, 0, Fact::Acked { request, read }, now);
        }
    }

    /// How an operation ended, if it has.
    pub(super) fn outcome(&self, operation: usize) -> Option<&Outcome<Ret<N>>> {
        let is_open = self.open.get(operation).copied().unwrap_or(true);
        (!is_open).then(|| &self.history.operations[operation].outcome)
    }

    pub(super) fn operation(&self, operation: usize) -> &Operation<N::Spec> {
        &self.history.operations[operation]
    }

    pub(super) fn tell(&mut self, node: NodeId, incarnation: u32, fact: Fact, now: Time) {
        self.order += 1;
        self.facts.push(Told { time: now, order: self.order, node, incarnation, fact });
    }

    /// A node stands so from now on, where that is another way than before.
    pub(super) fn stands(&mut self, node: NodeId, standing: Standing, now: Time) {
        let last = self.outlook.stood.iter().rfind(|stood| stood.node == node);
        if last.is_none_or(|last| last.standing != standing) {
            let at = self.moment(now);
            self.outlook.stood.push(Stood { at, node, standing });
        }
    }

    /// Something is expected from now on.
    pub(super) fn expects(&mut self, step: usize, expect: Expect, now: Time) {
        let at = self.moment(now);
        self.outlook.begun.push(Begun { step, at, expect });
    }

    pub(super) fn facts(&self) -> &[Told] {
        &self.facts
    }

    pub(super) fn plays(&mut self, role: &'static str) {
        if !role.is_empty() && !self.roles.contains(&role) {
            self.roles.push(role);
        }
    }

    pub(super) const fn sent(&mut self) {
        self.counts.sent += 1;
    }

    pub(super) const fn delivered(&mut self) {
        self.counts.delivered += 1;
    }

    /// The run ends so; what it ended by first counts.
    pub(super) fn end(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    pub(super) const fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// A node shows this.
    pub(super) fn shows(&mut self, node: NodeId, incarnation: u32, view: N::View, now: Time) {
        let at = self.moment(now);
        self.views.push(Shown { at, node, incarnation, view });
    }

    /// A schedule of so many steps is to be acted out.
    pub(super) fn begins(&mut self, steps: usize) {
        self.steps = vec![StepRecord::default(); steps];
    }

    /// The time of a step has come. What it did is told with the node that it was about, or why it
    /// did nothing.
    pub(super) fn stepped(
        &mut self,
        step: usize,
        did: Result<Option<NodeId>, String>,
        kind: Option<Kind>,
        now: Time,
    ) {
        let happened = Some(self.moment(now));
        let Some(record) = self.steps.get_mut(step) else { return };
        *record = match did {
            Ok(node) => StepRecord { happened, node, took_hold: true, note: None },
            Err(why) => StepRecord { happened, node: None, took_hold: false, note: Some(why) },
        };
        if let Some(kind) = kind.filter(|_| record.took_hold) {
            self.counts.faults[kind as usize] += 1;
        }
    }

    pub(super) fn trace(self, watch: Watch, ended: Moment) -> Trace<N> {
        let (course, reigns) = watch.finish(ended.time);
        Trace {
            // No two live runs are the same, so nothing is to be compared.
            digest: Digest::default(),
            history: self.history,
            facts: self.facts,
            views: self.views,
            steps: self.steps,
            hits: Vec::new(),
            reigns,
            course,
            outlook: self.outlook,
            end: self.end.unwrap_or(End::Open),
            ended,
            counts: self.counts,
            links: Vec::new(),
            roles: self.roles,
            records: Vec::new(),
        }
    }
}
