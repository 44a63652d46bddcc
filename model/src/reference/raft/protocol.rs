//! What a step does: a state and an action come in; the next state and the facts that the nodes
//! tell of it go out. It judges nothing.
//!
//! A step is atomic and durable as a whole: that a crash may fall between any two effects is the
//! matter of real nodes. Facts stand in the order in which real nodes tell them.

use super::{Action, Body, Bug, Entry, Message, Raft, Role, Server, State};
use crate::fact::{self, Fact};
use crate::id::NodeId;
use crate::reference::replication::recall::request as client;

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

    fn quorum(&self, nodes: u8) -> bool {
        2 * nodes.count_ones() > u32::from(self.raft.bounds.nodes)
    }

    fn bug(&self, bug: Bug) -> bool {
        self.raft.bug == Some(bug)
    }

    fn times_out(&mut self) {
        let who = self.who;
        let me = self.me();
        me.term += 1;
        (me.role, me.vote, me.votes) = (Role::Candidate, who + 1, 1 << who);
        me.forget_followers();
        self.tells_term();
        self.leads_if_elected();
    }

    fn asks(&mut self, other: u8) {
        let me = self.me();
        let last = me.last();
        self.sends(other, Body::Vote { last_term: self.term_at(last), last });
    }

    fn term_at(&self, index: u8) -> u8 {
        self.state.servers[self.who as usize].term_at(index)
    }

    fn requested(&mut self) {
        let request = self.state.past.requests() + 1;
        let me = self.me();
        let entry = Entry { term: me.term, request };
        me.log.push(entry);
        let index = me.last();
        self.facts.push(Fact::Appended { index: index.into(), entry: told(entry) });
        if self.bug(Bug::AckedAlone) {
            self.facts.push(Fact::Acked { request: client(request), read: false });
        }
        self.advances();
    }

    fn replicates(&mut self, other: u8) {
        let me = self.me();
        let prev = me.next[other as usize] - 1;
        let entry = me.log.get(prev as usize).copied();
        let commit = me.commit.min(prev + u8::from(entry.is_some()));
        let prev_term = me.term_at(prev);
        self.sends(other, Body::Append { prev, prev_term, entry, commit });
    }

    fn restarts(&mut self) {
        self.state.restarts += 1;
        let forgets = self.bug(Bug::VoteForgotten);
        let me = self.me();
        let Server { term, vote, log, .. } = *me;
        let vote = if forgets { 0 } else { vote };
        *me = Server { term, vote, log, ..Server::default() };
        self.facts.push(Fact::Booted { applied: 0, log_last: log.len() as u64 });
        for (index, entry) in (1..).zip(log.iter()) {
            self.facts.push(Fact::Appended { index, entry: told(*entry) });
        }
        self.tells_term();
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
        match body {
            Body::Vote { last_term, last } => {
                return self.votes(from, current, newer, (last_term, last));
            }
            Body::Append { prev, prev_term, entry, commit } if current => {
                if newer {
                    self.tells_term();
                }
                return self.appends(from, (prev, prev_term), entry, commit);
            }
            Body::Append { prev, .. } => return self.sends(from, Body::Refused { prev }),
            _ => {}
        }
        if newer {
            self.tells_term();
        }
        if current {
            self.hears_answer(from, body);
        }
    }

    fn votes(&mut self, from: u8, current: bool, newer: bool, theirs: (u8, u8)) {
        let compares = !self.bug(Bug::LogNotCompared);
        let me = self.me();
        let free = me.vote == 0 || me.vote == from + 1;
        let fits = theirs >= (me.term_at(me.last()), me.last()) || !compares;
        let granted = current && free && fits && me.role == Role::Follower;
        let given = granted && me.vote == 0;
        if given {
            me.vote = from + 1;
        }
        if newer || given {
            self.tells_term();
        }
        // That a vote is given to somebody else changes nothing for who asked.
        if granted || !current {
            self.sends(from, Body::Voted { granted });
        }
    }

    fn appends(&mut self, from: u8, prev: (u8, u8), entry: Option<Entry>, commit: u8) {
        let (prev, prev_term) = prev;
        let me = self.me();
        if me.role == Role::Candidate {
            me.follows();
        }
        if prev > me.last() || me.term_at(prev) != prev_term {
            return self.sends(from, Body::Refused { prev });
        }
        if let Some(entry) = entry
            && me.log.get(prev as usize).is_none_or(|own| own.term != entry.term)
        {
            // Only a conflict removes what stands there: an old message may come late.
            me.log.truncate(prev as usize);
            me.log.push(entry);
            self.facts.push(Fact::Appended { index: u64::from(prev) + 1, entry: told(entry) });
        }
        self.commits(commit);
        self.sends(from, Body::Appended { upto: prev + u8::from(entry.is_some()) });
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

    fn leads_if_elected(&mut self) {
        let votes = self.me().votes;
        if !self.quorum(votes) {
            return;
        }
        let nodes = self.raft.bounds.nodes as usize;
        let me = self.me();
        (me.role, me.votes) = (Role::Leader, 0);
        let next = me.last() + 1;
        me.next[..nodes].fill(next);
        let term = me.term.into();
        self.facts.push(Fact::Elected { term });
    }

    /// A leader counts who holds its log.
    fn advances(&mut self) {
        let who = self.who;
        let any_term = self.bug(Bug::OldTermCommitted);
        let me = *self.me();
        for index in (me.commit + 1..=me.last()).rev() {
            let holds = |node: &u8| me.matched[*node as usize] >= index;
            let holders = (0..self.raft.bounds.nodes).filter(holds);
            let nodes = holders.fold(1 << who, |nodes, node| nodes | 1 << node);
            if self.quorum(nodes) && (any_term || me.term_at(index) == me.term) {
                return self.commits(index);
            }
        }
    }

    /// The node knows the log to be committed up to here; it applies that, and a leader answers.
    fn commits(&mut self, index: u8) {
        let early = self.bug(Bug::AckedAlone);
        let me = self.me();
        let before = me.commit;
        if index <= before {
            return;
        }
        me.commit = index;
        let me = *me;
        self.facts.push(Fact::Committed { index: index.into() });
        let applied = &me.log[before as usize..index as usize];
        for (index, entry) in (u64::from(before) + 1..).zip(applied) {
            let entry = told(*entry);
            self.facts.push(Fact::Applied { index, entry, effective: true });
        }
        let mine = |entry: &&Entry| entry.term == me.term && me.role == Role::Leader && !early;
        for entry in applied.iter().filter(mine) {
            self.facts.push(Fact::Acked { request: client(entry.request), read: false });
        }
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
        self.forget_followers();
    }

    fn forget_followers(&mut self) {
        self.next = [0; super::NODES_MAX];
        self.matched = [0; super::NODES_MAX];
    }
}

/// An entry as a fact has it. A request's number is all of its contents.
fn told(entry: Entry) -> fact::Entry {
    let request = Some(client(entry.request));
    fact::Entry { term: entry.term.into(), digest: entry.request.into(), request }
}
