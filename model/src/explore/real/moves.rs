//! What can happen next where a walk stands: the record's next turns, what waits, faults that the
//! claim allows and what ends them, requests, lists of more, and that all comes to rest.

use super::menus::{Menu, is_cut_already};
use super::{Real, Way, meaning};
use crate::execute::{Op, Stands, Walked};
use crate::fault::{Fault, Hand, Kind as FaultKind};
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
    /// A list is opened, and nothing happens.
    Open(Menu),
    /// All comes to rest.
    Rest,
}

/// So many clients ask.
const CLIENTS: u32 = 3;

impl<Op: Clone> Move<Op> {
    /// The way that this move makes longer.
    pub(super) fn along(&self, way: &Way<Op>) -> Way<Op> {
        let mut way = way.clone();
        way.open = None;
        match &self.kind {
            Kind::Follow(to) => way.followed = *to,
            Kind::Choose(action) => {
                let when = When::After(Duration::ZERO);
                way.chosen.push(Step { when, action: action.clone() });
            }
            Kind::Open(menu) => way.open = Some(*menu),
            Kind::Rest => way.rests = true,
        }
        way
    }
}

impl<N: Node> Real<N> {
    /// What can happen next.
    pub(super) fn moves(&self, way: &Way<Op<N>>, walked: &Walked<N>) -> Vec<Move<Op<N>>> {
        let mut moves = Vec::new();
        let mut choose = |action, words| moves.push(Move { kind: Kind::Choose(action), words });
        if let Some(menu) = way.open {
            for fault in menu.faults(&self.record.origin.claim, walked) {
                let words = meaning::entry(&fault);
                choose(Action::Fault(fault), words);
            }
            return moves;
        }
        for choice in &walked.choices {
            choose(Action::Fault(choice.fault()), choice.words.clone());
        }
        let stations = match way.chosen.is_empty() {
            true => self.record.stations(way.followed),
            false => Vec::new(),
        };
        // Along the record that is what happens next anyway.
        if let Some((events, words)) = walked.next.as_ref().filter(|_| stations.is_empty()) {
            let next = Fault::Hand(Hand::Next { events: *events });
            choose(Action::Fault(next), words.clone());
        }
        for action in self.requests(walked) {
            let words = action.to_string();
            choose(action, format!("ask: {words}"));
        }
        for fault in [self.again(walked), self.faults(walked), ends(walked)].concat() {
            let words = meaning::entry(&fault);
            choose(Action::Fault(fault), words);
        }
        for menu in Menu::all(&walked.nodes) {
            let faults = menu.faults(&self.record.origin.claim, walked);
            if !faults.is_empty() {
                moves.push(Move { kind: Kind::Open(menu), words: menu.words(&faults) });
            }
        }
        let follow = |(to, words)| Move { kind: Kind::Follow(to), words };
        moves.splice(0..0, stations.into_iter().map(follow));
        let words = "the calm end: all faults end, and all comes to rest".to_owned();
        moves.push(Move { kind: Kind::Rest, words });
        moves
    }

    /// The faults that are chosen most, where the claim names them and they could take hold.
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
        faults.retain(|fault| !is_cut_already(fault, walked));
        faults
    }

    /// That the first client which waits for an answer asks again, here and there; or that the next
    /// request comes twice.
    fn again(&self, walked: &Walked<N>) -> Vec<Fault> {
        if !self.record.origin.claim.names(FaultKind::Retries) {
            return Vec::new();
        }
        let waiting = (0..CLIENTS).map(ClientId).find(|client| waits(walked, *client));
        let running = walked.nodes.iter().filter(|stands| !stands.is_down);
        let again = |client: ClientId| {
            running.map(move |stands| Fault::Again { client, to: stands.node.into() }).collect()
        };
        let mut all: Vec<Fault> = waiting.map_or_else(Vec::new, again);
        if let Some(client) = (0..CLIENTS).map(ClientId).find(|client| !waits(walked, *client)) {
            all.push(Fault::DoubleRequest { nth: 1, client, by: Duration::ZERO });
        }
        all
    }

    /// A write and a read of it at each node that is up, by the first client that is free.
    fn requests(&self, walked: &Walked<N>) -> Vec<Action<Op<N>>> {
        let Some(client) = (0..CLIENTS).map(ClientId).find(|client| !waits(walked, *client)) else {
            return Vec::new();
        };
        let history = &walked.trace.history.operations;
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

/// Whether a client waits for an answer.
fn waits<N: Node>(walked: &Walked<N>, client: ClientId) -> bool {
    let open = |one: &&crate::history::Operation<N::Spec>| {
        matches!(one.outcome, Outcome::Unknown) && one.completed.order == one.invoked.order
    };
    let history = &walked.trace.history.operations;
    history.iter().filter(open).any(|one| one.request.client == client)
}

/// What ends the troubles that hold, each once.
fn ends<N: Node>(walked: &Walked<N>) -> Vec<Fault> {
    let mut all: Vec<Fault> = Vec::new();
    for end in walked.held.iter().filter_map(|held| held.ends.as_ref()) {
        if !all.contains(end) {
            all.push(end.clone());
        }
    }
    all
}
