//! How a node comes to lead: steps of candidates and of who votes for them.

use super::super::rules::{self, Guard, Voter};
use super::{Body, Bug, Content, Fact, Role, Turn};
use crate::fact::Nodes;

impl Turn<'_> {
    pub(super) fn times_out(&mut self) {
        let who = self.who;
        let me = self.me();
        me.follows();
        me.term += 1;
        (me.role, me.vote, me.votes) = (Role::Candidate, who + 1, 1 << who);
        self.tells_term();
        self.leads_if_elected();
    }

    pub(super) fn asks(&mut self, other: u8) {
        let me = self.me();
        let last = me.last();
        let last_term = me.term_at(last);
        self.sends(other, Body::Vote { last_term, last });
    }

    pub(super) fn votes(&mut self, from: u8, term: u8, newer: bool, theirs: (u8, u8)) {
        let compares = !self.bug(Bug::LogNotCompared);
        let me = self.me();
        let voter = Voter {
            term: me.term.into(),
            free: me.vote == 0 || me.vote == from + 1,
            role: me.role,
            last: (me.term_at(me.last()).into(), me.last().into()),
        };
        let granted = match rules::votes(&voter, term.into(), (theirs.0.into(), theirs.1.into())) {
            Err(Guard::Newer) => !compares,
            allowed => allowed.is_ok(),
        };
        let current = term == me.term;
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

    pub(super) fn leads_if_elected(&mut self) {
        let raft = self.raft;
        let me = self.me();
        if rules::leads(me.role, Nodes(me.votes.into()), &raft.voters(me).fact()).is_err() {
            return;
        }
        (me.role, me.votes) = (Role::Leader, 0);
        let next = me.last() + 1;
        me.next[..raft.bounds.nodes as usize].fill(next);
        let term = me.term.into();
        self.facts.push(Fact::Elected { term });
        if raft.rules.empty_entry && self.state.has_room() {
            self.creates(Content::Empty);
            self.advances();
        }
    }
}
