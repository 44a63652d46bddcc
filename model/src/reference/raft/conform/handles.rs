//! What a message does to the node that handles it. A message and a mind come in; the mind is
//! changed, and where the node may have done otherwise, there is another one.
//!
//! A message that a node leaves unheard (a request for a vote, while it hears from a leader; the
//! answer of a stranger) is lost to it, and not told.

use super::mind::{Due, Write};
use super::{Mind, Scene};
use crate::fact::{Entry, Nodes, Says};
use crate::id::NodeId;
use crate::reference::raft::Role;
use crate::reference::raft::rules::{self, Voter};

impl Mind {
    /// Handles a message that was sent.
    pub(super) fn handles(&mut self, from: NodeId, term: u64, says: Says, scene: &mut Scene<'_>) {
        if let Says::Committed { index, term } = says {
            // What is committed is so in every term.
            self.learns(index, term);
        }
        let newer = term > self.term;
        if newer && matches!(says, Says::Committed { .. }) {
            // Who says it may lead that term, or only be in it.
            scene.forks.push(self.clone());
        }
        if newer {
            self.enters(term, None);
            self.follows();
        }
        if term < self.term {
            match says {
                Says::Append { .. } | Says::Heartbeat { .. } | Says::Snapshot { .. } => {
                    self.owes(from, Due::Over);
                }
                Says::Vote { .. } => self.owes(from, Due::NoVote(rules::Guard::Term)),
                _ => {}
            }
            return;
        }
        match says {
            Says::Vote { last, last_term, commit, commit_term } => {
                self.learns(commit, commit_term);
                self.is_asked(from, term, (last_term, last), scene);
            }
            Says::Voted { granted, commit, commit_term } => {
                self.learns(commit, commit_term);
                if granted && self.role == Role::Candidate {
                    self.votes.0 |= [from].into_iter().collect::<Nodes>().0;
                }
            }
            Says::Append { prev, prev_term, count, commit } => {
                self.hears_leader();
                self.is_sent(from, (prev, prev_term), count, commit, scene);
            }
            Says::Heartbeat { commit } => {
                self.hears_leader();
                let log = scene.reigns.get(&term).map(|(_, log)| log);
                let leaders = log.and_then(|log| log.get((commit as usize).wrapping_sub(1)));
                if let Some(entry) = leaders {
                    self.learns(commit, entry.term);
                }
            }
            Says::Snapshot { index, term } => {
                self.hears_leader();
                self.is_restored(from, index, term, scene);
            }
            Says::Appended { upto } if self.role == Role::Leader => {
                let matched = &mut self.matched[from.index()];
                *matched = (*matched).max(upto);
            }
            _ => {}
        }
    }

    /// Who stood for a term hears of who leads it.
    fn hears_leader(&mut self) {
        if self.role == Role::Candidate {
            self.follows();
        }
    }

    /// A vote may be given where the guard lets it, and need not be.
    fn is_asked(&mut self, from: NodeId, term: u64, last: (u64, u64), scene: &mut Scene<'_>) {
        let free = self.vote.is_none_or(|vote| vote == from);
        let voter = Voter { term: self.term, free, role: self.role, last: self.end() };
        match rules::votes(&voter, term, last) {
            Ok(()) => {
                if self.vote.is_none() {
                    scene.forks.push(self.clone());
                    self.enters(term, Some(from));
                }
                self.owes(from, Due::Vote);
            }
            Err(guard) => self.owes(from, Due::NoVote(guard)),
        }
    }

    /// Takes in what a leader sent of its log.
    fn is_sent(
        &mut self,
        from: NodeId,
        prev: (u64, u64),
        count: u64,
        commit: u64,
        scene: &mut Scene<'_>,
    ) {
        let (prev, prev_term) = prev;
        let Some((_, log)) = scene.reigns.get(&self.term) else { return };
        if rules::fits(self.term_at(prev), prev_term).is_err() {
            return self.owes(from, Due::Refused(prev));
        }
        let known = self.commit;
        let sent = log.get(prev as usize..(prev + count) as usize).unwrap_or_default();
        let new = (prev + 1..).zip(sent);
        let same =
            |(index, entry): &(u64, &Entry)| !rules::conflicts(self.term_at(*index), entry.term);
        let held = new.take_while(same).count();
        if held < sent.len() {
            if prev < known {
                // What begins below its commit index may be answered with that, and not read.
                let mut leaves = self.clone();
                leaves.owes(from, Due::Appended(known));
                scene.forks.push(leaves);
            }
            self.log.truncate(prev as usize + held);
            for entry in &sent[held..] {
                self.log.push(*entry);
                self.writes.push_back(Write::Entry(self.last(), *entry));
            }
        }
        self.commit = known.max(rules::known_committed(prev, count, commit));
        self.owes(from, Due::Appended((prev + count).max(self.commit)));
    }

    /// Takes in a snapshot, which is all of the leader's log up to an index at once. Where the log
    /// holds that already, it stays as it is.
    fn is_restored(&mut self, from: NodeId, index: u64, term: u64, scene: &mut Scene<'_>) {
        let Some((_, log)) = scene.reigns.get(&self.term) else { return };
        // Who is no member of what the snapshot knows leaves it.
        let mut leaves = self.clone();
        leaves.owes(from, Due::Appended(leaves.commit));
        if rules::conflicts(self.term_at(index), term) && index > self.commit {
            scene.forks.push(leaves);
            self.log = log[..log.len().min(index as usize)].to_vec();
            self.writes.push_back(Write::Snapshot(self.log.clone()));
        }
        self.commit = self.commit.max(index);
        self.owes(from, Due::Appended(self.commit));
    }
}
