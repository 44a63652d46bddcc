//! The judge of a step: the facts that it tells come in, and whether the reference accepts them
//! goes out. Which facts contradict each other is the reference's to know, not this file's.

use super::protocol::Turn;
use super::{Action, Raft, Role, State};
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::reference::replication::recall::Shows;
use crate::reference::{Cluster, Refusal};
use crate::time::Time;

/// When a step happens, after all that a state remembers.
const NOW: Time = Time::millis(1);

impl Raft {
    /// The state after a step that is possible, what the nodes told in it, and what the reference
    /// says against that.
    #[must_use]
    pub fn step(&self, state: &State, action: Action) -> (State, Vec<Fact>, Option<Box<Refusal>>) {
        let turn = Turn::take(self, state, action);
        let Turn { state: mut next, who, facts, .. } = turn;
        if facts.is_empty() {
            return (next, facts, None);
        }
        let mut cluster = state.told();
        let incarnation = u32::from(matches!(action, Action::Restart(_)));
        let node = NodeId::at(who.into());
        let judged = facts.iter().try_for_each(|fact| {
            cluster.step(&Told { time: NOW, order: 1, node, incarnation, fact: *fact })
        });
        let judged = judged.and_then(|()| next.settled(who, &cluster));
        match judged {
            Ok(()) => next.past = cluster.past(),
            Err(ref refusal) => next.broken = Some(refusal.clause),
        }
        (next, facts, judged.err())
    }
}

impl State {
    /// The reference, as it is after all that was told on the way here.
    fn told(&self) -> Cluster {
        let nodes = self.servers.iter().map(|server| Shows {
            term: server.term,
            vote: server.vote,
            leads: server.role == Role::Leader,
            log: server.log.iter().map(|entry| entry.term),
            commit: server.commit,
        });
        Cluster::recall(&self.past, nodes)
    }

    /// Judges what is certain only at the end of a run, where this is one for the acknowledged
    /// writes: the newest leader has committed all of its log, in its own term, and what is not in
    /// there now never will be.
    fn settled(&self, who: u8, cluster: &Cluster) -> Result<(), Box<Refusal>> {
        let me = &self.servers[who as usize];
        let newest = self.servers.iter().all(|server| server.term <= me.term);
        let all = me.last() > 0 && me.commit == me.last() && me.term_at(me.commit) == me.term;
        if me.role != Role::Leader || !newest || !all {
            return Ok(());
        }
        let others = (0..self.servers.len()).filter(|other| *other != who as usize);
        let behind: Vec<NodeId> = others.map(NodeId::at).collect();
        cluster.finish(&behind)
    }
}
