//! A step with its judgement: a state and an action come in; the next state, what the nodes tell of
//! it and what the reference says against that go out.

use super::protocol::Turn;
use super::{Action, Body, Raft, Role, State};
use crate::fact::Fact;
use crate::reference::Refusal;
use crate::reference::replication::recall::Shows;
use crate::reference::telling::Telling;
use stateright::Model;

impl Raft {
    /// The first of the states in which it may begin.
    #[must_use]
    pub fn first(&self) -> State {
        self.init_states().swap_remove(0)
    }

    /// The state after a step that is possible, what the nodes told in it, and what the reference
    /// says against that.
    #[must_use]
    pub fn step(&self, state: &State, action: Action) -> (State, Vec<Fact>, Option<Box<Refusal>>) {
        let Turn { state: mut next, who, facts, .. } = Turn::take(self, state, action);
        if facts.is_empty() {
            return (next, facts, None);
        }
        let telling = Telling {
            who,
            restarted: matches!(action, Action::Restart(_)),
            facts: &facts,
            settled: next.settled(who),
        };
        let nodes = state.servers.iter().enumerate().map(|(who, server)| Shows {
            term: server.term,
            vote: server.vote,
            leads: server.role == Role::Leader,
            base: (server.base.index, server.base.term),
            log: server.log.iter().map(|entry| entry.term),
            commit: server.commit,
            goes_by: self.voters_change().then(|| {
                let (since, voters) = self.voters_since(server);
                (since, voters.fact(), state.ballot(who as u8))
            }),
        });
        let refusal = telling.judge(&mut next.past, &mut next.broken, nodes);
        (next, facts, refusal)
    }
}

impl State {
    /// Who voted for a candidate in its term, whether or not it has heard of that.
    fn ballot(&self, who: u8) -> u8 {
        let me = &self.servers[who as usize];
        let granted = self.network.iter().filter(|message| {
            let given = message.body == Body::Voted { granted: true };
            given && message.to == who && message.term == me.term
        });
        granted.fold(me.votes, |voters, message| voters | 1 << message.from)
    }

    /// Whether the newest leader has committed all of its log, in its own term: what is not in
    /// there now never will be.
    fn settled(&self, who: u8) -> bool {
        let me = &self.servers[who as usize];
        let newest = self.servers.iter().all(|server| server.term <= me.term);
        let all = me.last() > 0 && me.commit == me.last() && me.term_at(me.commit) == me.term;
        me.role == Role::Leader && newest && all
    }
}
