//! The end of every run: calm, fair, and not made of steps. All faults end, nodes that are down
//! start, what was held back flows, and noise stops; the nodes keep their own jitter. Then a probe
//! write must succeed through some voter, every voter must take it in, and reads look at what the
//! run's writes left behind. All nodes vote, or those of the newest configuration that was told:
//! who has been removed, or only listens, is promised nothing.
//!
//! Fairness matters more than it seems: an end without fresh election timeouts, or with fixed ones,
//! blames healthy systems.

use super::{Happening, Lane, World};
use crate::fact::{Nodes, Told};
use crate::history::Outcome;
use crate::id::{ClientId, NodeId, RequestId};
use crate::node::Node;
use crate::reference::membership::Group;
use crate::spec::Spec;
use crate::time::Time;
use crate::trace::{End, What};
use std::time::Duration;

pub(super) struct Calm {
    began: Time,
    deadline: Time,
    attempts: u64,
    /// The node through which a probe write succeeded, and which write that was.
    settled: Option<(NodeId, RequestId)>,
    /// Looks that have no answer yet.
    looking: usize,
    retries: u32,
    /// Who has applied which probe.
    applied: Vec<(NodeId, RequestId)>,
    /// At which index of the log which probe stands.
    places: Vec<(RequestId, u64)>,
    /// Up to where the state goes from which somebody has gone on.
    restored: Vec<(NodeId, u64)>,
    /// Who believes what of whom, where members tell it.
    group: Option<Group>,
}

/// How long the probe waits before it tries the next node.
const PAUSE: Duration = Duration::from_millis(50);
/// Values that no generated operation writes.
const FIRST_PROBE: u64 = 900_000;
/// At most so many reads look at what the run left behind.
const LOOKS_MAX: usize = 24;
/// So many reads that were refused are asked for again at once; from there on there is a pause.
const HASTE: u32 = 50;

impl<N: Node> World<'_, N> {
    pub(super) fn begin_calm(&mut self) {
        self.record(None, None, || What::Calm);
        self.plan.stop();
        if self.by_hand {
            self.let_go();
        }
        self.disturber = None;
        self.stir();
        self.retries.stop();
        let deadline = self.now + self.schedule.timing.settle;
        let group = self.tells_members.then(|| self.group());
        self.calm = Some(Calm {
            began: self.now,
            deadline,
            attempts: 0,
            settled: None,
            looking: 0,
            retries: 0,
            applied: Vec::new(),
            places: Vec::new(),
            restored: Vec::new(),
            group,
        });
        let arrives = self.now + self.schedule.timing.latency;
        for flight in self.network.calm() {
            self.at_lane(arrives, Lane::Message, Happening::Deliver(flight));
        }
        for id in (0..self.processes.len()).map(NodeId::at) {
            self.process(id).trap = None;
            self.mend(id);
            self.resume(id);
            if self.process(id).is_down() && self.end.is_none() {
                self.start(id, None);
            }
        }
        self.at_lane(deadline, Lane::Timeout, Happening::Probe);
        self.at_lane(self.now, Lane::Client, Happening::Probe);
    }

    /// Tries a probe write through the next node, or gives up.
    pub(super) fn probe(&mut self) {
        let Some(calm) = &mut self.calm else { return };
        if self.now >= calm.deadline {
            self.settle_for_nothing();
            return;
        }
        if calm.settled.is_some() {
            return;
        }
        let attempt = calm.attempts;
        calm.attempts += 1;
        let node = self.voter(attempt as usize);
        self.ask(None, ClientId::PROBE, node, N::Spec::probe(FIRST_PROBE + attempt));
    }

    pub(super) fn probe_answered(&mut self, operation: usize, acked: bool) {
        let asked = &self.history.operations[operation];
        let (node, request) = (asked.node, asked.request);
        let is_look = N::Spec::is_read(&asked.op);
        let Some(calm) = &mut self.calm else { return };
        let Some(node) = node else { return };
        match (is_look, acked) {
            (false, true) if calm.settled.is_none() => {
                calm.settled = Some((node, request));
                // Reads have as much time as the write had.
                calm.deadline = self.now + self.schedule.timing.settle;
                let deadline = calm.deadline;
                self.at_lane(deadline, Lane::Timeout, Happening::Probe);
                self.look_around();
            }
            (false, false) if calm.settled.is_none() => {
                self.at_lane(self.now + PAUSE, Lane::Client, Happening::Probe);
            }
            (true, true) => calm.looking -= 1,
            (true, false) => self.look_again(operation),
            _ => {}
        }
        self.check_settled();
    }

    /// The nodes that vote, from the lowest.
    fn voters(&self) -> impl Iterator<Item = NodeId> {
        let voters = self.configured.map(|(_, config)| config.voters.0 | config.outgoing.0);
        let all = (0..self.processes.len()).map(NodeId::at);
        all.filter(move |node| voters.is_none_or(|voters| Nodes(voters).contains(*node)))
    }

    /// One of the nodes that vote, each in its turn.
    fn voter(&self, turn: usize) -> NodeId {
        let count = self.voters().count().max(1);
        self.voters().nth(turn % count).unwrap_or(NodeId(1))
    }

    /// Reads what the run's writes left behind: through every voter, where that is few reads.
    fn look_around(&mut self) {
        let mut looks = Vec::new();
        for operation in &self.history.operations {
            if operation.is_probe() || N::Spec::is_read(&operation.op) {
                continue;
            }
            if let Some(look) = N::Spec::look(&operation.op)
                && !looks.contains(&look)
            {
                looks.push(look);
            }
        }
        let nodes = self.voters().count();
        let through = if looks.len() * nodes <= LOOKS_MAX { nodes } else { 1 };
        for (turn, look) in looks.into_iter().enumerate() {
            for offset in 0..through {
                self.ask(None, ClientId::PROBE, self.voter(turn + offset), look.clone());
                if let Some(calm) = &mut self.calm {
                    calm.looking += 1;
                }
            }
        }
    }

    fn look_again(&mut self, operation: usize) {
        let Some(calm) = &mut self.calm else { return };
        calm.retries += 1;
        if calm.retries > HASTE {
            self.at_lane(self.now + PAUSE, Lane::Client, Happening::Look { operation });
        } else {
            self.look_once_more(operation);
        }
    }

    /// A look was not answered: a follower may refuse reads, so the node that took the probe is
    /// asked, and the others after it; in the end each in its turn.
    pub(super) fn look_once_more(&mut self, operation: usize) {
        let Some(Calm { settled: Some((first, _)), retries, .. }) = self.calm else { return };
        let asked = &self.history.operations[operation];
        let (look, last) = (asked.op.clone(), asked.node);
        let place = |node| self.voters().position(|voter| Some(voter) == node).unwrap_or(0);
        let turn = match retries {
            ..=HASTE => place(Some(first)) + retries as usize / 4,
            _ => place(last) + 1,
        };
        self.ask(None, ClientId::PROBE, self.voter(turn), look);
    }

    /// A node's state machine took in a request.
    pub(super) fn applied(&mut self, node: NodeId, index: u64, request: Option<RequestId>) {
        if let (Some(calm), Some(request)) = (&mut self.calm, request)
            && request.client == ClientId::PROBE
        {
            calm.applied.push((node, request));
            calm.places.push((request, index));
            self.check_settled();
        }
    }

    /// A node goes on from a state that was made of the log up to an index: what stands there it
    /// has taken in, and will not apply.
    pub(super) fn restored(&mut self, node: NodeId, index: u64) {
        if let Some(calm) = &mut self.calm {
            calm.restored.push((node, index));
            self.check_settled();
        }
    }

    /// What members have told of each other so far.
    fn group(&self) -> Group {
        let mut group = Group::new(self.processes.len() as u32);
        for told in &self.facts {
            // What contradicts is for judges to find; it is taken in all the same.
            let _ = group.step(told);
        }
        group
    }

    /// A member told something, and maybe all agree now.
    pub(super) fn member(&mut self, told: &Told) {
        self.tells_members = true;
        let members = self.processes.len() as u32;
        if let Some(calm) = &mut self.calm {
            let group = calm.group.get_or_insert_with(|| Group::new(members));
            let _ = group.step(told);
            self.check_settled();
        }
    }

    /// Whether all members agree on who is one, if they tell such things at all.
    fn agrees(&mut self) -> bool {
        let group = self.calm.as_mut().and_then(|calm| calm.group.as_mut());
        group.is_none_or(|group| group.disagreement().is_none())
    }

    pub(super) fn check_settled(&mut self) {
        if self.calm.as_ref().is_none_or(|calm| calm.settled.is_none()) || !self.agrees() {
            return;
        }
        if let Some(calm) = &self.calm
            && let Some((node, request)) = calm.settled
            && calm.looking == 0
            && self.behind(request).is_empty()
        {
            self.end = Some(End::Settled { node, behind: Vec::new(), unread: None });
        }
    }

    /// The voters that have not taken in this request, if nodes tell such things at all.
    fn behind(&self, request: RequestId) -> Vec<NodeId> {
        let Some(calm) = &self.calm else { return Vec::new() };
        if !self.tells_applied {
            return calm.group.as_ref().map_or(Vec::new(), |group| group.dissenters().collect());
        }
        let place = calm.places.iter().find(|(other, _)| *other == request).map(|(_, at)| *at);
        let restored = |node: &NodeId| {
            let past = |(other, upto): &(NodeId, u64)| {
                other == node && place.is_some_and(|place| *upto >= place)
            };
            calm.restored.iter().any(past)
        };
        let has = |node: &NodeId| calm.applied.contains(&(*node, request)) || restored(node);
        self.voters().filter(|node| !has(node)).collect()
    }

    /// A read of the calm end that was answered through no voter.
    fn unread(&self) -> Option<usize> {
        let all = &self.history.operations;
        let is_look = |place: &usize| all[*place].is_probe() && N::Spec::is_read(&all[*place].op);
        let looks = || (0..all.len()).filter(is_look);
        let found = |place: usize| matches!(all[place].outcome, Outcome::Ok(_));
        looks().find(|one| !looks().any(|other| all[other].op == all[*one].op && found(other)))
    }

    /// The calm has lasted as long as it may.
    pub(super) fn settle_for_nothing(&mut self) {
        let calm = self.calm.as_ref();
        self.end = Some(match calm.and_then(|calm| calm.settled) {
            Some((node, request)) => {
                End::Settled { node, behind: self.behind(request), unread: self.unread() }
            }
            None => {
                let began = calm.map_or(self.now, |calm| calm.began);
                End::Unsettled { waited: self.now.since(began) }
            }
        });
    }
}
