//! What the reference makes of the facts so far: a [`Cluster`] comes in; what it holds each node to
//! goes out in a line, and a digest of all that can still make it refuse something.
//!
//! Times, and who told something first, explain a refusal and never cause one: they are in neither.
//! Entries are named by index and term, whoever told them first, so the order in which independent
//! facts were told leaves no mark.

use std::fmt::Write;
use std::hash::{Hash, Hasher};

use super::super::log::{Log, Place};
use super::super::snapshot::Taken;
use super::{Cluster, Member};
use crate::id::NodeId;
use crate::seed::StableHasher;

/// Longer logs are cut in the middle.
const SHOWN_MAX: u64 = 6;

impl Cluster {
    /// A digest of what can still make the reference refuse something.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = StableHasher::new(0x5efe);
        for member in &self.members {
            self.hash_member(member, &mut hasher);
        }
        let mut leaders: Vec<_> = self.leaders.iter().map(|one| (one.term, one.node)).collect();
        leaders.sort_unstable();
        leaders.hash(&mut hasher);
        for index in 1..=self.entries.last() {
            let mut held: Vec<_> = self.entries.at(index).map(|place| self.held(place)).collect();
            held.sort_unstable();
            held.hash(&mut hasher);
        }
        for committed in &self.committed {
            (self.term_of(committed.place), committed.term).hash(&mut hasher);
        }
        for applied in &self.applied {
            applied.map(|first| first.entry).hash(&mut hasher);
        }
        self.restored.hash(&mut hasher);
        self.requests.hash_into(&mut hasher);
        self.configs.hash_into(&mut hasher);
        let mut snapshots: Vec<_> = self.snapshots.iter().map(Taken::key).collect();
        snapshots.sort_unstable();
        snapshots.hash(&mut hasher);
        hasher.finish()
    }

    fn hash_member(&self, member: &Member, hasher: &mut StableHasher) {
        let restarted = |incarnation: u32| incarnation != member.incarnation;
        (member.term, restarted(member.term_since.1), member.vote, member.vote_told).hash(hasher);
        (restarted(member.vote_since.1), member.current, member.elected).hash(hasher);
        (member.kept, member.commit, member.applied, member.tells_applied).hash(hasher);
        (member.log.known(), member.log.last()).hash(hasher);
        for index in 1..=member.log.last() {
            self.term_of(member.log.at(index)).hash(hasher);
        }
        member.standing.hash_into(hasher);
    }

    /// An entry with all that is known of it: its digest, the term below it and who held it.
    fn held(&self, place: Place) -> (u64, u64, u64, u64) {
        let held = self.entries.get(place);
        (held.entry.term, held.entry.digest, self.term_of(held.below), held.holders)
    }

    /// The term of the entry in a place, which is its name at its index; the largest two for what
    /// is not known and for what stands below the first.
    fn term_of(&self, place: Place) -> u64 {
        match self.entries.entry(place) {
            Some(entry) => entry.term,
            None if place == Place::ROOT => u64::MAX - 1,
            None => u64::MAX,
        }
    }

    /// What it holds a node to, in a line; nothing of a node that told nothing.
    pub(crate) fn says(&self, node: NodeId) -> Option<String> {
        let member = self.members.get(node.index())?;
        let mut said = format!("term {}", member.term);
        // Writing to a string cannot fail.
        if let Some(vote) = member.vote {
            let _ = write!(said, ", votes {vote}");
        }
        if member.leads() {
            said.push_str(", leads");
        }
        let _ = write!(said, ", log {}", self.log(&member.log));
        if let Some(commit) = member.commit {
            let _ = write!(said, ", committed {commit}");
        }
        if let Some(applied) = member.applied {
            let _ = write!(said, ", applied {applied}");
        }
        Some(said)
    }

    fn log(&self, log: &Log) -> String {
        let last = log.last();
        if last == 0 {
            return "empty".to_owned();
        }
        let mut text = String::new();
        for index in 1..=last {
            if last > SHOWN_MAX && index > 1 && index + 3 < last {
                if index == 2 {
                    text.push_str(" ..");
                }
                continue;
            }
            let space = if text.is_empty() { "" } else { " " };
            let _ = match self.entries.entry(log.at(index)) {
                Some(entry) => write!(text, "{space}{index}.t{}", entry.term),
                None => write!(text, "{space}{index}.?"),
            };
        }
        text
    }
}
