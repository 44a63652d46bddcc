//! What can happen next where a walk stands: the record's next turns, what waits, faults that the
//! claim allows, requests, and that all comes to rest.

use super::{Real, Way};
use crate::execute::{Op, Stands, Walked};
use crate::fault::{Fault, Kind as FaultKind};
use crate::history::Outcome;
use crate::id::{ClientId, NodeId};
use crate::node::Node;
use crate::schedule::{Action, Step, When};
use crate::spec::Spec;
use std::time::Duration;

/// Something that can happen next.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Move<Op> {
    pub(super) kind: Kind<Op>,
    pub(super) words: String,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kind<Op> {
    /// The record is followed up to this turn.
    Follow(usize),
    /// A step is taken.
    Choose(Action<Op>),
    /// All comes to rest.
    Rest,
}

/// So many clients ask.
const CLIENTS: u32 = 3;

impl<Op: Clone> Move<Op> {
    /// The way that this move makes longer.
    pub(super) fn along(&self, way: &Way<Op>) -> Way<Op> {
        let mut way = way.clone();
        match &self.kind {
            Kind::Follow(to) => way.followed = *to,
            Kind::Choose(action) => {
                let when = When::After(Duration::ZERO);
                way.chosen.push(Step { when, action: action.clone() });
            }
            Kind::Rest => way.rests = true,
        }
        way
    }
}

impl<N: Node> Real<N> {
    /// What can happen next.
    pub(super) fn moves(&self, way: &Way<Op<N>>, walked: &Walked<N>) -> Vec<Move<Op<N>>> {
        let mut moves = Vec::new();
        if way.chosen.is_empty() {
            for (to, words) in self.record.stations(way.followed) {
                moves.push(Move { kind: Kind::Follow(to), words });
            }
        }
        let mut choose = |action, words| moves.push(Move { kind: Kind::Choose(action), words });
        for choice in &walked.choices {
            choose(Action::Fault(choice.fault()), choice.words.clone());
        }
        for action in self.requests(walked) {
            let words = action.to_string();
            choose(action, format!("ask: {words}"));
        }
        for fault in self.faults(walked) {
            let words = fault.to_string();
            choose(Action::Fault(fault), words);
        }
        let words = "the calm end: all faults end, and all comes to rest".to_owned();
        moves.push(Move { kind: Kind::Rest, words });
        moves
    }

    /// The faults that the claim names and that could take hold, and what ends them.
    fn faults(&self, walked: &Walked<N>) -> Vec<Fault> {
        let claim = &self.record.origin.claim;
        let mut faults = Vec::new();
        for Stands { node, is_down, is_paused, .. } in &walked.nodes {
            let node = || NodeId::into(*node);
            if *is_down {
                faults.push(Fault::Restart { node: node() });
                continue;
            }
            let ways = [
                (FaultKind::Crashes, Fault::Crash { node: node(), point: None }),
                (
                    FaultKind::PowerLoss,
                    Fault::PowerLoss { node: node(), point: None, kept_percent: 0 },
                ),
                (FaultKind::Partitions, Fault::Isolate { node: node() }),
            ];
            let named = ways.into_iter().filter(|(kind, _)| claim.names(*kind));
            faults.extend(named.map(|(_, fault)| fault));
            if *is_paused {
                faults.push(Fault::Resume { node: node() });
            } else if claim.names(FaultKind::Pauses) {
                faults.push(Fault::Pause { node: node() });
            }
        }
        if walked.is_cut {
            faults.push(Fault::Heal);
        }
        faults
    }

    /// A write and a read of it at each node that is up, by the first client that is free.
    fn requests(&self, walked: &Walked<N>) -> Vec<Action<Op<N>>> {
        let history = &walked.trace.history.operations;
        let waits = |client: &ClientId| {
            let open = |one: &&crate::history::Operation<N::Spec>| {
                matches!(one.outcome, Outcome::Unknown) && one.completed.order == one.invoked.order
            };
            history.iter().filter(open).any(|one| one.request.client == *client)
        };
        let Some(client) = (0..CLIENTS).map(ClientId).find(|client| !waits(client)) else {
            return Vec::new();
        };
        let write = N::Spec::probe(1 + history.len() as u64);
        let look = N::Spec::look(&write);
        let mut all = Vec::new();
        for stands in walked.nodes.iter().filter(|stands| !stands.is_down) {
            let to = || NodeId::into(stands.node);
            all.push(Action::Request { client, to: to(), op: write.clone() });
            let look = look.clone().map(|op| Action::Request { client, to: to(), op });
            all.extend(look);
        }
        all
    }
}
