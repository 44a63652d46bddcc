//! A replicated log by terms and majorities, as an abstract machine that takes facts.
//!
//! [`Told`] facts come in, in the run's one order; each is accepted and remembered, or refused. It
//! must not know how the facts came about. The fold is plain and mutable: a case tells hundreds of
//! facts and a hunt judges many thousands of cases, so a step that accepts touches a few flat lists
//! and formats nothing. This file holds the clauses on terms, votes, leaders and logs; those on
//! what is committed and applied are in `commit.rs`.

mod member;
pub(super) mod recall;
mod shown;

use super::commit::{Committed, FirstApplied};
use super::configuration::Configurations;
use super::keep::{Keep, Persistent, Plain, Rows};
use super::log::{Entries, Place};
pub(super) use super::refusal::{Step, refuse};
use super::requests::Requests;
use super::snapshot::Taken;
use super::{Against, Clause, Refusal};
use crate::fact::{Entry, Fact, Told};
use crate::id::NodeId;
use crate::time::Time;
pub(super) use member::Member;

/// Entries above this index are not judged, so that a made-up index does not fill the memory.
pub(super) const INDEX_MAX: u64 = 1 << 20;

/// The abstract model of a replicated log, and what the nodes of one run told of theirs, as it is
/// folded over a whole run.
pub type Cluster = Replicated<Plain>;

/// The same as a value: each step's state can be kept.
pub type Timeless = Replicated<Persistent>;

/// The abstract model, whatever its lists are.
#[derive(Clone, Debug)]
pub struct Replicated<K: Keep> {
    pub(super) members: K::List<Member<K>>,
    /// Who led which term, in the order in which it was told.
    leaders: K::List<Leader>,
    pub(super) entries: Entries<K>,
    /// What was told committed, by index.
    pub(super) committed: K::List<Committed>,
    /// What was told applied first, by index.
    pub(super) applied: K::List<Option<FirstApplied>>,
    /// The highest index that a restored state machine stood at.
    pub(super) restored: u64,
    pub(super) requests: Requests<K>,
    pub(super) configs: Configurations<K>,
    /// The snapshots that were told.
    pub(super) snapshots: K::List<Taken>,
}

#[derive(Clone, Copy, Debug)]
struct Leader {
    term: u64,
    node: NodeId,
    time: Time,
}

impl<K: Keep> Replicated<K> {
    /// A cluster of so many nodes, all of which vote, before anything was told.
    #[must_use]
    pub fn new(nodes: u32) -> Replicated<K> {
        let mut members = K::List::default();
        members.grow(nodes as usize, &Member::new());
        Replicated {
            members,
            leaders: K::List::default(),
            entries: Entries::default(),
            committed: K::List::default(),
            applied: K::List::default(),
            restored: 0,
            requests: Requests::default(),
            configs: Configurations::default(),
            snapshots: K::List::default(),
        }
    }

    /// Takes the next fact of the run in, or refuses it.
    ///
    /// # Errors
    /// The [`Refusal`] names the broken clause. The state is then of no further use.
    pub fn step(&mut self, told: &Told) -> Result<(), Box<Refusal>> {
        if let Fact::Acked { request, read } = told.fact {
            if !read {
                self.requests.ack(request, told);
            }
            return Ok(());
        }
        // A node that did not stand in the cluster at the start has no vote, and no place here.
        let who = told.node.0.wrapping_sub(1) as usize;
        if who >= self.members.len() {
            return Ok(());
        }
        if self.members[who].incarnation != told.incarnation {
            self.came_up(who, told.incarnation);
        }
        match told.fact {
            Fact::Booted { applied, log_last } => self.booted(who, told, applied, log_last),
            Fact::Term { term, vote } => self.term(who, told, term, vote),
            Fact::Elected { term } => self.elected(who, told, term),
            Fact::Appended { index, .. }
            | Fact::Committed { index }
            | Fact::Applied { index, .. }
                if index == 0 || index > INDEX_MAX =>
            {
                Ok(())
            }
            Fact::Appended { index, entry } => self.appended(who, told, index, entry),
            Fact::Committed { index } => self.commits(who, told, index),
            Fact::Applied { index, entry, effective } => {
                self.applies(who, told, index, entry, effective)
            }
            Fact::Configured { index, config } => self.configured(who, told, index, config),
            Fact::Snapshot { index, term, digest } => self.snapped(who, told, index, term, digest),
            // Details contradict no fact; a protocol model knows what they may be. What members say
            // of each other is no matter of a log.
            _ => Ok(()),
        }
    }

    fn came_up(&mut self, who: usize, incarnation: u32) {
        let kept = self.lasting(who, 1);
        let member = &mut self.members[who];
        member.kept = member.kept.max(kept);
        member.restart(incarnation);
    }

    /// The highest index, from `low` on, at which a node's log holds an entry that no leader may
    /// ever replace there; 0 for none.
    ///
    /// A node may legally lose an entry that it had told durable: a newer leader replaces it, and a
    /// crash comes before that is told. Knowing that the entry was committed is not enough to
    /// exclude this, since a later leader may commit an entry of an older term that has gone from
    /// this node meanwhile (Raft, figure 8). But where an entry was committed in the very term that
    /// created it, every later leader holds it, so nobody could have asked for its removal.
    fn lasting(&self, who: usize, low: u64) -> u64 {
        let log = &self.members[who].log;
        let high = log.last().min(self.committed.len() as u64);
        let lasts = |index: &u64| {
            let (committed, place) = (&self.committed[*index as usize - 1], log.at(*index));
            place.known()
                && place == committed.place
                && self.entries.get(place).entry.term == committed.term
        };
        (low..=high).rev().find(lasts).unwrap_or(0)
    }

    fn booted(&mut self, who: usize, told: &Told, applied: u64, log_last: u64) -> Step {
        self.came_up(who, told.incarnation);
        let kept = self.members[who].kept;
        // What the state machine has taken in is not lost with the log that brought it.
        let last = log_last.max(applied);
        if last < kept {
            let against = self.committed_at(kept, Place::UNKNOWN, last);
            return refuse(Clause::DurableEntriesStay, told, against);
        }
        let member = &mut self.members[who];
        member.log.restore(last);
        member.applied = Some(applied);
        member.standing.restart(applied, told.time);
        self.restored = self.restored.max(applied);
        Ok(())
    }

    fn term(&mut self, who: usize, told: &Told, term: u64, vote: Option<NodeId>) -> Step {
        self.moves_on(who, told, term)?;
        let member = &mut self.members[who];
        if member.vote != vote && (vote.is_some() || member.vote_told) {
            if let Some(before) = member.vote {
                let restarted = member.vote_since.1 != told.incarnation;
                let time = member.vote_since.0;
                let against = Against::Vote { vote: before, time, restarted };
                return refuse(Clause::VoteNeverChanges, told, against);
            }
            member.vote = vote;
            member.vote_since = (told.time, told.incarnation);
        }
        member.vote_told |= vote.is_some();
        member.current = term;
        if let Some(candidate) = vote {
            self.voted(who, term, candidate);
        }
        Ok(())
    }

    /// The node is in this term.
    fn moves_on(&mut self, who: usize, told: &Told, term: u64) -> Step {
        let member = &mut self.members[who];
        if term < member.term {
            let (time, incarnation) = member.term_since;
            let restarted = incarnation != told.incarnation;
            let against = Against::Term { term: member.term, time, restarted };
            return refuse(Clause::TermNeverGoesBack, told, against);
        }
        if term > member.term {
            member.term = term;
            member.term_since = (told.time, told.incarnation);
            member.vote = None;
            member.vote_told = false;
            self.new_term(who);
        }
        Ok(())
    }

    fn elected(&mut self, who: usize, told: &Told, term: u64) -> Step {
        if let Some(leader) = self.leaders.iter().rev().find(|leader| leader.term == term) {
            if leader.node == told.node {
                return Ok(());
            }
            let against = Against::Leader { node: leader.node, time: leader.time };
            return refuse(Clause::OneLeader, told, against);
        }
        self.moves_on(who, told, term)?;
        let member = &mut self.members[who];
        if let Some(vote) = member.vote.filter(|vote| *vote != told.node) {
            let (time, incarnation) = member.vote_since;
            let against = Against::Vote { vote, time, restarted: incarnation != told.incarnation };
            return refuse(Clause::VoteNeverChanges, told, against);
        }
        if member.vote.is_none() {
            member.vote = Some(told.node);
            member.vote_since = (told.time, told.incarnation);
        }
        member.elected = term;
        self.enough_votes(who, told, term)?;
        self.leaders.push(Leader { term, node: told.node, time: told.time });
        self.complete(who, told, term)
    }

    /// Whether the leader of a term holds all that was committed in terms before.
    fn complete(&self, who: usize, told: &Told, term: u64) -> Step {
        let log = &self.members[who].log;
        if self.entries.is_empty() || !log.known() {
            return Ok(());
        }
        for (index, committed) in (1..).zip(self.committed.iter()) {
            if committed.term >= term || log.obscure(index) {
                continue;
            }
            let mine = log.at(index);
            let other = mine.known() && committed.place.known() && mine != committed.place;
            if other || index > log.last() {
                let against = self.committed_at(index, mine, log.last());
                return refuse(Clause::LeaderIsComplete, told, against);
            }
        }
        Ok(())
    }

    fn appended(&mut self, who: usize, told: &Told, index: u64, entry: Entry) -> Step {
        let found = self.entries.find(index, entry.term);
        let member = &self.members[who];
        let below = self.below(member, index);
        if member.log.known() && index <= member.log.last() {
            self.rewrites(who, told, index, entry)?;
        }
        if index <= member.kept
            && let Some(committed) = self.committed.get(index as usize - 1)
            && committed.place.known()
            && found != Some(committed.place)
        {
            let against = self.committed_at(index, Place::UNKNOWN, index);
            return refuse(Clause::DurableEntriesStay, told, against);
        }
        let place = match found {
            Some(place) => self.matches(told, index, entry, place, below)?,
            None => self.entries.add(index, entry, below, told.node, told.time),
        };
        self.entries.get_mut(place).holders |= 1_u64.checked_shl(who as u32).unwrap_or(0);
        self.members[who].log.write(index, place);
        Ok(())
    }

    /// The node writes where something stands already, so what stands above is gone.
    fn rewrites(&self, who: usize, told: &Told, index: u64, new: Entry) -> Step {
        let member = &self.members[who];
        let (last, old) = (member.log.last(), member.log.at(index));
        let same = self.entries.entry(old) == Some(new);
        if same && index == last {
            return Ok(());
        }
        if member.leads() {
            let entry = self.entries.entry(old);
            let against = Against::Log { leads: member.elected, last, entry };
            return refuse(Clause::LeaderOnlyAppends, told, against);
        }
        let gone = self.lasting(who, index + u64::from(same));
        if gone != 0 {
            let against = self.committed_at(gone, member.log.at(gone), last);
            return refuse(Clause::DurableEntriesStay, told, against);
        }
        Ok(())
    }

    /// The entry has the index and term of one that was told before: it must be that one, and stand
    /// on the same. By induction the logs are then equal all the way down.
    fn matches(
        &mut self,
        told: &Told,
        index: u64,
        entry: Entry,
        place: Place,
        below: Place,
    ) -> Result<Place, Box<Refusal>> {
        let held = *self.entries.get(place);
        if held.entry != entry {
            let against = Against::Durable { entry: held.entry, node: held.node, time: held.time };
            refuse(Clause::LogsMatch, told, against)?;
        }
        if held.below == Place::UNKNOWN {
            self.entries.get_mut(place).below = below;
        } else if let (true, Some(mine), Some(other)) =
            (below != held.below, self.entries.entry(below), self.entries.entry(held.below))
        {
            let (node, time) = (held.node, held.time);
            let against = Against::Below { index: index - 1, mine, other, node, time };
            refuse(Clause::LogsMatch, told, against)?;
        }
        Ok(place)
    }
}
