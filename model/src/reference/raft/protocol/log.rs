//! How entries get into logs, how they are committed, and how snapshots take their place.

use super::super::Base;
use super::super::rules::{self, Guard};
use super::{Body, Bug, Content, Entry, Fact, GoesBy, Role, Server, Turn, client, told};
use crate::fact::Nodes;

impl Turn<'_> {
    /// A leader makes an entry.
    pub(super) fn creates(&mut self, content: Content) {
        let me = self.me();
        let entry = Entry { term: me.term, content };
        me.log.push(entry);
        let index = me.last().into();
        self.facts.push(Fact::Appended { index, entry: told(entry) });
    }

    pub(super) fn requested(&mut self) {
        let number = self.state.past.requests() + 1;
        self.creates(Content::Request(number));
        if self.bug(Bug::AckedAlone) {
            self.facts.push(Fact::Acked { request: client(number), read: false });
        }
        self.advances();
    }

    pub(super) fn replicates(&mut self, other: u8) {
        let me = self.me();
        let prev = me.next[other as usize] - 1;
        if prev < me.base.index {
            let base = me.base;
            return self.sends(other, Body::Install(base));
        }
        let entry = me.entry(prev + 1);
        let count = u64::from(entry.is_some());
        let commit = rules::known_committed(prev.into(), count, me.commit.into()) as u8;
        let prev_term = me.term_at(prev);
        self.sends(other, Body::Append { prev, prev_term, entry, commit });
    }

    pub(super) fn appends(
        &mut self,
        from: u8,
        (prev, prev_term): (u8, u8),
        entry: Option<Entry>,
        commit: u8,
    ) {
        let me = self.me();
        if me.role == Role::Candidate {
            me.follows();
        }
        // What its snapshot contains is committed, so it is the same in every leader's log.
        let known = prev < me.base.index;
        if !known && !me.holds(prev, prev_term) {
            return self.sends(from, Body::Refused { prev });
        }
        if let Some(entry) = entry
            && !known
            && rules::conflicts(me.entry(prev + 1).map(|own| own.term.into()), entry.term.into())
        {
            // Only a conflict removes what stands there: an old message may come late.
            self.replaces(prev, entry);
        }
        self.commits(commit);
        self.sends(from, Body::Appended { upto: prev + u8::from(entry.is_some()) });
    }

    /// An entry takes the place of all that stands above an index.
    fn replaces(&mut self, prev: u8, entry: Entry) {
        let raft = self.raft;
        let me = self.me();
        let before = raft.voters_since(me).0;
        me.log.truncate((prev - me.base.index) as usize);
        let back = before > prev;
        me.log.push(entry);
        self.facts.push(Fact::Appended { index: u64::from(prev) + 1, entry: told(entry) });
        let changes = matches!(entry.content, Content::Voters(_));
        if (back || changes) && raft.rules.goes_by == GoesBy::Log {
            self.tells_voters();
        }
    }

    /// A leader counts who holds its log.
    pub(super) fn advances(&mut self) {
        let (who, raft) = (self.who, self.raft);
        let any_term = self.bug(Bug::OldTermCommitted);
        let me = *self.me();
        if me.role != Role::Leader {
            return;
        }
        for index in (me.commit + 1..=me.last()).rev() {
            let holds = |node: &u8| me.matched[*node as usize] >= index;
            let holders = (0..raft.bounds.nodes).filter(holds);
            let nodes = holders.fold(1_u8 << who, |nodes, node| nodes | 1 << node);
            let (of, config) = (me.term_at(index).into(), raft.voters(&me).fact());
            let allowed = match rules::commits(me.term.into(), of, Nodes(nodes.into()), &config) {
                Err(Guard::OwnTerm) => any_term,
                allowed => allowed.is_ok(),
            };
            if allowed {
                self.commits(index);
                // By new voters more may be committed than by those before.
                return self.advances();
            }
        }
    }

    /// The node knows the log to be committed up to here; it applies that, and a leader answers.
    pub(super) fn commits(&mut self, index: u8) {
        let raft = self.raft;
        let early = self.bug(Bug::AckedAlone);
        let me = self.me();
        let before = me.commit;
        if index <= before {
            return;
        }
        let since = raft.voters_since(me).0;
        me.commit = index;
        let me = *me;
        self.facts.push(Fact::Committed { index: index.into() });
        let applied = (before + 1..=index).map_while(|index| me.entry(index));
        for (index, entry) in (u64::from(before) + 1..).zip(applied.clone()) {
            let entry = told(entry);
            self.facts.push(Fact::Applied { index, entry, effective: true });
        }
        let mine = me.role == Role::Leader && !early;
        for entry in applied.filter(|entry| mine && entry.term == me.term) {
            if let Content::Request(number) = entry.content {
                self.facts.push(Fact::Acked { request: client(number), read: false });
            }
        }
        if raft.rules.goes_by == GoesBy::Applied && raft.voters_since(&me).0 != since {
            self.tells_voters();
        }
        self.retires();
    }

    pub(super) fn compacts(&mut self, index: u8) {
        self.state.spent.snapshots += 1;
        let me = self.me();
        let gone = (index - me.base.index) as usize;
        me.base = me.upto(index);
        me.log.drop_first(gone);
        self.tells_snapshot();
    }

    /// A follower takes a leader's snapshot in.
    pub(super) fn installs(&mut self, from: u8, base: Base) {
        let keeps = self.bug(Bug::SuffixKept);
        let me = self.me();
        if me.role == Role::Candidate {
            me.follows();
        }
        if base.index <= me.commit {
            let upto = me.commit;
            return self.sends(from, Body::Appended { upto });
        }
        if me.holds(base.index, base.term) {
            // Its log reaches there already, and may go on above.
            self.commits(base.index);
            return self.sends(from, Body::Appended { upto: base.index });
        }
        let above = (base.index - me.base.index) as usize;
        let gone = if keeps { above.min(me.log.len()) } else { me.log.len() };
        me.log.drop_first(gone);
        (me.base, me.commit) = (base, base.index);
        self.begins_anew();
        self.tells_term();
        self.tells_voters();
        self.sends(from, Body::Appended { upto: base.index });
    }
}

impl Server {
    /// The snapshot that it takes up to an index.
    fn upto(&self, index: u8) -> Base {
        Base { index, term: self.term_at(index), voters: self.voters_at(index).1 }
    }
}
