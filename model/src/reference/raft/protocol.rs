//! What a step does: a state and an action come in; the next state and the facts that the nodes
//! tell of it go out. It judges nothing.
//!
//! A step is atomic and durable as a whole: that a crash may fall between any two effects is the
//! matter of real nodes. Facts stand in the order in which real nodes tell them.

mod election;
mod log;
mod members;

use super::{
    Action, Body, Bug, Content, Entry, GoesBy, Message, Raft, Role, Server, State, Voters,
};
use crate::fact::{self, Fact};
use crate::id::NodeId;
use crate::reference::replication::recall::{content, request as client};

/// A step that is being taken.
pub(super) struct Turn<'a> {
    raft: &'a Raft,
    pub(super) state: State,
    /// The node that acts, and what it tells.
    pub(super) who: u8,
    pub(super) facts: Vec<Fact>,
}

impl<'a> Turn<'a> {
    /// Takes the step, which must be possible.
    pub(super) fn take(raft: &'a Raft, state: &State, action: Action) -> Turn<'a> {
        let mut turn = Turn { raft, state: *state, who: 0, facts: Vec::new() };
        match action {
            Action::Timeout(who) => turn.at(who).times_out(),
            Action::Ask(who, other) => turn.at(who).asks(other),
            Action::Request(who) => turn.at(who).requested(),
            Action::Replicate(who, other) => turn.at(who).replicates(other),
            Action::Deliver(message) => {
                turn.leaves(message);
                turn.at(message.to).receives(message);
            }
            Action::Lose(message) => turn.leaves(message),
            Action::Restart(who) => turn.at(who).restarts(),
            Action::Compact(who, index) => turn.at(who).compacts(index),
            Action::Change(who, to) => turn.at(who).changes(to),
            Action::Leave(who) => turn.at(who).leaves_joint(),
        }
        turn
    }

    fn at(&mut self, who: u8) -> &mut Self {
        self.who = who;
        self
    }

    fn me(&mut self) -> &mut Server {
        &mut self.state.servers[self.who as usize]
    }

    fn leaves(&mut self, message: Message) {
        let at = self.state.network.iter().position(|other| *other == message);
        self.state.network.remove(at.expect("only a message on its way can arrive or be lost"));
    }

    fn sends(&mut self, to: u8, body: Body) {
        let (from, term) = (self.who, self.me().term);
        self.state.send(Message { from, to, term, body });
    }

    fn bug(&self, bug: Bug) -> bool {
        self.raft.bug == Some(bug)
    }

    fn receives(&mut self, message: Message) {
        let Message { from, term, body, .. } = message;
        let me = self.me();
        let newer = term > me.term;
        if newer {
            (me.term, me.vote) = (term, 0);
            me.follows();
        }
        let current = term == me.term;
        if let Body::Vote { last_term, last } = body {
            return self.votes(from, term, newer, (last_term, last));
        }
        if newer {
            self.tells_term();
        }
        match body {
            Body::Append { prev, prev_term, entry, commit } if current => {
                self.appends(from, (prev, prev_term), entry, commit);
            }
            Body::Append { prev, .. } => self.sends(from, Body::Refused { prev }),
            Body::Install(base) if current => self.installs(from, base),
            Body::Install(base) => self.sends(from, Body::Refused { prev: base.index }),
            _ if current => self.hears_answer(from, body),
            _ => {}
        }
    }

    fn hears_answer(&mut self, from: u8, body: Body) {
        let me = self.me();
        let other = from as usize;
        match body {
            Body::Voted { granted: true } if me.role == Role::Candidate => {
                me.votes |= 1 << from;
                self.leads_if_elected();
            }
            Body::Appended { upto } if me.role == Role::Leader => {
                me.matched[other] = me.matched[other].max(upto);
                me.next[other] = me.next[other].max(me.matched[other] + 1);
                self.advances();
            }
            Body::Refused { prev } if me.role == Role::Leader => {
                let lower = me.next[other].min(prev);
                me.next[other] = lower.max(me.matched[other] + 1);
            }
            _ => {}
        }
    }

    fn restarts(&mut self) {
        self.state.spent.restarts += 1;
        let forgets = self.bug(Bug::VoteForgotten);
        let me = self.me();
        let Server { term, vote, log, base, commit, .. } = *me;
        let vote = if forgets { 0 } else { vote };
        *me = Server { term, vote, log, base, commit: base.index, ..Server::default() };
        self.begins_anew();
        self.tells_term();
        if self.raft.rules.goes_by == GoesBy::Applied {
            self.commits(commit);
        }
        self.tells_voters();
    }

    /// Tells what stands on the disk, of a node that has come up or has taken a snapshot in.
    fn begins_anew(&mut self) {
        let Server { base, log, .. } = *self.me();
        let log_last = u64::from(base.index) + log.len() as u64;
        self.facts.push(Fact::Booted { applied: base.index.into(), log_last });
        if base.index > 0 {
            self.tells_snapshot();
        }
        for (index, entry) in (u64::from(base.index) + 1..).zip(log.iter()) {
            self.facts.push(Fact::Appended { index, entry: told(*entry) });
        }
    }

    fn tells_snapshot(&mut self) {
        let base = self.me().base;
        // By Log Matching an index and a term name all that was applied up to there.
        let digest = u64::from(base.index) << 8 | u64::from(base.term);
        let (index, term) = (base.index.into(), base.term.into());
        self.facts.push(Fact::Snapshot { index, term, digest });
    }

    fn tells_term(&mut self) {
        let me = self.me();
        let (term, vote) = (me.term.into(), me.vote);
        let vote = (vote > 0).then_some(NodeId(vote.into()));
        self.facts.push(Fact::Term { term, vote });
    }
}

impl Server {
    fn follows(&mut self) {
        (self.role, self.votes) = (Role::Follower, 0);
        self.next = [0; super::NODES_MAX];
        self.matched = [0; super::NODES_MAX];
    }
}

/// An entry as a fact has it.
fn told(entry: Entry) -> fact::Entry {
    let (digest, request) = match entry.content {
        Content::Empty => (0, None),
        Content::Request(number) => (number.into(), Some(client(number))),
        Content::Voters(voters) => (content::of_voters(voters.now, voters.outgoing).into(), None),
    };
    fact::Entry { term: entry.term.into(), digest, request }
}
