//! One node of the model, in a run without bounds: what it has in mind, what of that is not told to
//! be durable yet, and which answers it owes. How it got a message is not its business.

use std::collections::VecDeque;

use super::Scene;
use crate::fact::{Config, Entry, Nodes};
use crate::id::NodeId;
use crate::reference::raft::Role;
use crate::reference::raft::rules::{self, Allowed, Guard, allow};

/// A node of the model.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Mind {
    /// Its term.
    pub term: u64,
    /// Whom it voted for in its term.
    pub vote: Option<NodeId>,
    /// What it does.
    pub role: Role,
    /// Who voted for it, while it is a candidate.
    pub votes: Nodes,
    /// Up to where it may know the log to be committed.
    pub commit: u64,
    /// Its log, from index 1 on: what an implementation compacts stays here.
    pub log: Vec<Entry>,
    /// The term that it led last, and how far each node's log is known to be its own in that.
    pub(super) reign: u64,
    pub(super) matched: Vec<u64>,
    /// The terms for which it stood, as far as it may still ask for votes in them, with the term
    /// and index of its last entry then.
    pub(super) stood: Vec<(u64, (u64, u64))>,
    /// Answers that it may give, the oldest first.
    pub(super) owed: VecDeque<Owed>,
    /// Terms with votes that were not told to be durable yet, the oldest first.
    pub(super) terms: Vec<(u64, Option<NodeId>)>,
    /// What was written to its log and not told to be durable yet, the oldest first.
    pub(super) writes: VecDeque<Write>,
}

/// An answer that a node may give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Owed {
    pub(super) to: NodeId,
    /// In which term.
    pub(super) term: u64,
    pub(super) due: Due,
    /// So many of the node's writes have to be durable before.
    pub(super) rests_on: usize,
    /// How often.
    pub(super) times: usize,
}

/// What may be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// Its log is the leader's at most up to here.
    Appended(u64),
    /// Its log differs at this index.
    Refused(u64),
    /// A vote.
    Vote,
    /// No vote, and why.
    NoVote(Guard),
    /// That the term is over.
    Over,
}

/// A change of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Write {
    /// This entry stands at this index, and nothing above.
    Entry(u64, Entry),
    /// This is the whole log.
    Snapshot(Vec<Entry>),
}

/// More answers than this nobody waits for.
const OWED_MAX: usize = 256;

impl Mind {
    /// What stands at an index, if anything does.
    #[inline]
    #[must_use]
    pub fn at(&self, index: u64) -> Option<&Entry> {
        self.log.get((index as usize).wrapping_sub(1))
    }

    /// The term of what stands at an index, if anything does; 0 below the log.
    #[inline]
    pub(super) fn term_at(&self, index: u64) -> Option<u64> {
        if index == 0 { Some(0) } else { self.at(index).map(|entry| entry.term) }
    }

    /// The index of its last entry.
    #[inline]
    #[must_use]
    pub fn last(&self) -> u64 {
        self.log.len() as u64
    }

    /// The term and the index of its last entry.
    #[inline]
    pub(super) fn end(&self) -> (u64, u64) {
        (self.log.last().map_or(0, |entry| entry.term), self.last())
    }

    /// Enters a term, or changes its vote in it.
    pub(super) fn enters(&mut self, term: u64, vote: Option<NodeId>) {
        (self.term, self.vote) = (term, vote);
        self.terms.push((term, vote));
    }

    /// Follows, whoever leads.
    pub(super) fn follows(&mut self) {
        (self.role, self.votes) = (Role::Follower, Nodes::default());
    }

    /// Wants to lead the next term.
    pub(super) fn stands(&mut self, term: u64, scene: &Scene<'_>) -> Allowed {
        allow(term == self.term + 1, Guard::NextTerm)?;
        // A leader that misses its quorum goes on as a follower: a step that tells nothing.
        if self.role == Role::Leader {
            self.follows();
        }
        rules::stands(self.role)?;
        self.enters(term, Some(scene.who));
        (self.role, self.votes) = (Role::Candidate, [scene.who].into_iter().collect());
        self.stood.retain(|(of, _)| *of >= scene.told.term);
        self.stood.push((term, self.end()));
        Ok(())
    }

    /// Leads its term, if it does already or has the votes.
    pub(super) fn leads(&mut self, scene: &mut Scene<'_>) -> Allowed {
        if self.role == Role::Leader {
            return Ok(());
        }
        rules::leads(self.role, self.votes, scene.config)?;
        // Who asked for votes had its log durable before.
        allow(self.writes.is_empty(), Guard::Durable)?;
        let reign = scene.reigns.entry(self.term);
        let (leader, _) = reign.or_insert_with(|| (scene.who, self.log.clone()));
        allow(*leader == scene.who, Guard::Quorum)?;
        self.follows();
        (self.role, self.reign) = (Role::Leader, self.term);
        self.matched.clear();
        self.matched.resize(scene.nodes, 0);
        Ok(())
    }

    /// A client asks, or the leader itself has something to put into its log.
    pub(super) fn takes(&mut self, index: u64, entry: Entry, scene: &mut Scene<'_>) -> Allowed {
        if self.role == Role::Candidate {
            self.leads(scene)?;
        }
        rules::leader(self.role)?;
        allow(index == self.last() + 1 && entry.term == self.term, Guard::Next)?;
        self.log.push(entry);
        self.writes.push_back(Write::Entry(index, entry));
        if let Some((_, log)) = scene.reigns.get_mut(&self.term)
            && log.len() as u64 + 1 == index
        {
            log.push(entry);
        }
        Ok(())
    }

    /// The log is committed up to here: it was told so, or it leads and counts who holds it.
    pub(super) fn commits(&mut self, index: u64, scene: &Scene<'_>) -> Allowed {
        if index <= self.commit {
            return Ok(());
        }
        allow(self.role == Role::Leader, Guard::Known)?;
        let of = self.at(index).ok_or(Guard::Log)?.term;
        let mut holders = self.holders(index);
        if scene.told.last() >= index {
            holders.0 |= [scene.who].into_iter().collect::<Nodes>().0;
        }
        rules::commits(self.term, of, holders, scene.config)?;
        self.commit = index;
        Ok(())
    }

    /// The others of which a leader knows that they hold its log up to an index.
    fn holders(&self, index: u64) -> Nodes {
        let places = (0..self.matched.len()).filter(|place| self.matched[*place] >= index);
        places.map(NodeId::at).collect()
    }

    /// Up to where it may know the log to be committed without having told so, if all of its log is
    /// durable.
    pub(super) fn may_know(&self, who: NodeId, config: &Config) -> u64 {
        let me: Nodes = [who].into_iter().collect();
        let committed = |index: &u64| {
            let holders = Nodes(self.holders(*index).0 | me.0);
            self.term_at(*index)
                .is_some_and(|of| rules::commits(self.term, of, holders, config).is_ok())
        };
        let leads = self.role == Role::Leader;
        let more = (self.commit + 1..=self.last()).rev().filter(|_| leads).find(committed);
        more.unwrap_or(self.commit)
    }

    /// Somebody says that the log is committed up to an entry of this term.
    pub(super) fn learns(&mut self, index: u64, term: u64) {
        if index > self.commit && self.term_at(index) == Some(term) {
            self.commit = index;
        }
    }

    /// Owes an answer from now on.
    pub(super) fn owes(&mut self, to: NodeId, due: Due) {
        if self.owed.len() == OWED_MAX {
            self.owed.pop_front();
        }
        // That a term is over says nothing of a log.
        let rests_on = if due == Due::Over { 0 } else { self.writes.len() };
        let owed = Owed { to, term: self.term, due, rests_on, times: 1 };
        match self.owed.back_mut() {
            Some(last) if *last == (Owed { times: last.times, ..owed }) => last.times += 1,
            _ => self.owed.push_back(owed),
        }
    }

    /// The oldest so many writes are durable.
    pub(super) fn wrote(&mut self, count: usize) {
        self.writes.drain(..count);
        for owed in &mut self.owed {
            owed.rests_on = owed.rests_on.saturating_sub(count);
        }
    }
}
