//! The clauses on what is committed, applied and acknowledged; see `replication.rs`.

use super::log::Place;
use super::replication::{Cluster, Member, Step, refuse};
use super::requests::Effect;
use super::{Against, Clause, Refusal};
use crate::fact::{Entry, Fact, Told};
use crate::id::{NodeId, RequestId};
use crate::time::Time;

/// Not known in which term.
pub(super) const NO_TERM: u64 = u64::MAX;

/// An index that was told committed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Committed {
    /// Which entry stands there.
    pub(super) place: Place,
    /// The term in which it was committed at the latest. Who tells a commit is in that term or in a
    /// later one, so the lowest term of those who told it is a bound.
    pub(super) term: u64,
    /// Who told it first.
    pub(super) node: NodeId,
    /// When.
    pub(super) time: Time,
}

/// An index that was told applied.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstApplied {
    pub(super) entry: Entry,
    pub(super) node: NodeId,
    pub(super) time: Time,
}

impl Cluster {
    pub(super) fn commits(&mut self, who: usize, told: &Told, index: u64) -> Step {
        let before = self.members[who].commit;
        if let Some(before) = before.filter(|before| index < *before) {
            return refuse(Clause::CommitNeverGoesBack, told, Against::Index(before));
        }
        let known = self.committed.len() as u64;
        for i in before.unwrap_or(0) + 1..=index.min(known) {
            self.commits_again(who, told, i)?;
        }
        if index > known {
            self.quorum(who, told, index)?;
            for i in known + 1..=index {
                let place = self.members[who].log.at(i);
                let term = self.committed_by(who, place);
                self.committed.push(Committed { place, term, node: told.node, time: told.time });
            }
        }
        self.members[who].commit = Some(index);
        self.has_committed(who);
        Ok(())
    }

    /// The node tells committed what was told so before: it must mean the same entry.
    fn commits_again(&mut self, who: usize, told: &Told, index: u64) -> Step {
        let log = &self.members[who].log;
        let (mine, last) = (log.at(index), log.last());
        let term = self.committed_by(who, mine);
        let committed = &mut self.committed[index as usize - 1];
        committed.term = committed.term.min(term);
        if !mine.known() || mine == committed.place {
            return Ok(());
        }
        if !committed.place.known() {
            committed.place = mine;
            return Ok(());
        }
        let against = self.committed_at(index, mine, last);
        refuse(Clause::OneEntryAtAnIndex, told, against)
    }

    /// What an entry written at this index stands on. Where the log does not show it any more, but
    /// the node's state machine has taken it in, it is what is committed there.
    #[inline]
    pub(super) fn below(&self, member: &Member, index: u64) -> Place {
        let below = member.log.below(index);
        if below == Place::UNKNOWN && member.applied.is_some_and(|applied| applied + 1 >= index) {
            let committed = self.committed.get(index as usize - 2);
            return committed.map_or(below, |committed| committed.place);
        }
        below
    }

    /// Whether a majority may have made the entry at an index durable: it told so, or told nothing
    /// that speaks against it. The entries below need no look of their own, since logs match.
    fn quorum(&self, who: usize, told: &Told, index: u64) -> Step {
        let log = &self.members[who].log;
        if self.entries.is_empty() || self.members.len() > 64 || log.known() && log.obscure(index) {
            return Ok(());
        }
        let mut silent = 0_u64;
        for (node, member) in self.members.iter().enumerate() {
            silent |= u64::from(member.log.obscure(index)) << node;
        }
        let mine = log.at(index);
        if !self.configs.is_empty() {
            return self.quorum_of_voters(who, told, index, silent);
        }
        let needed = self.members.len() as u32 / 2 + 1;
        let holders = if mine.known() {
            silent | self.entries.get(mine).holders
        } else {
            // It may know of the commit before its own disk has the entry.
            let places =
                self.entries.at(index).map(|place| silent | self.entries.get(place).holders);
            places.max_by_key(|holders| holders.count_ones()).unwrap_or(silent)
        };
        if holders.count_ones() >= needed {
            return Ok(());
        }
        let against = Against::Quorum { entry: self.entries.entry(mine), holders, needed };
        refuse(Clause::CommitNeedsQuorum, told, against)
    }

    /// The same where nodes tell who votes.
    fn quorum_of_voters(&self, who: usize, told: &Told, index: u64, silent: u64) -> Step {
        let member = &self.members[who];
        let (mine, leads) = (member.log.at(index), member.leads());
        let possible = |place: Place| silent | self.entries.get(place).holders;
        let enough = if mine.known() {
            self.may_commit(who, leads, possible(mine))
        } else {
            let mut places = self.entries.at(index);
            places.any(|place| self.may_commit(who, leads, possible(place)))
                || self.may_commit(who, leads, silent)
        };
        let Some((index, config)) = self.held_against(who).filter(|_| !enough) else {
            return Ok(());
        };
        let holders = if mine.known() { possible(mine) } else { silent };
        let entry = self.entries.entry(mine);
        refuse(Clause::CommitNeedsQuorum, told, Against::Voters { entry, holders, index, config })
    }

    /// What speaks against a snapshot whose last entry is of this term.
    pub(super) fn applied_in_another_term(&self, index: u64, term: u64) -> Option<Against> {
        let first = self.applied.get(index as usize - 1).copied().flatten()?;
        let FirstApplied { entry, node, time } = first;
        (entry.term != term).then_some(Against::Applied { index, entry, node, time })
    }

    pub(super) fn applies(
        &mut self,
        who: usize,
        told: &Told,
        index: u64,
        entry: Entry,
        effective: bool,
    ) -> Step {
        let member = &self.members[who];
        if let Some(before) = member.applied.filter(|before| index != before + 1) {
            return refuse(Clause::AppliedInOrder, told, Against::Index(before));
        }
        if let Some(commit) = member.commit.filter(|commit| index > *commit) {
            return refuse(Clause::OnlyCommittedIsApplied, told, Against::Index(commit));
        }
        self.goes_by(who, told)?;
        self.same_entry(told, index, entry)?;
        if let Some(request) = entry.request {
            self.requests.named = true;
            if effective {
                self.executes(told, index, entry, request)?;
            }
        }
        let member = &mut self.members[who];
        member.applied = Some(index);
        member.tells_applied = true;
        Ok(())
    }

    /// Whether the entry applied at an index is the one that others applied or told committed
    /// there.
    fn same_entry(&mut self, told: &Told, index: u64, entry: Entry) -> Step {
        let at = index as usize - 1;
        if self.applied.len() <= at {
            self.applied.resize(at + 1, None);
        }
        let first = FirstApplied { entry, node: told.node, time: told.time };
        let first = *self.applied[at].get_or_insert(first);
        if first.entry != entry {
            let FirstApplied { entry, node, time } = first;
            let against = Against::Applied { index, entry, node, time };
            return refuse(Clause::OneEntryAtAnIndex, told, against);
        }
        if let Some(committed) = self.committed.get(at)
            && let Some(agreed) = self.entries.entry(committed.place)
            && agreed != entry
        {
            let against = self.committed_at(index, Place::UNKNOWN, index);
            return refuse(Clause::OneEntryAtAnIndex, told, against);
        }
        Ok(())
    }

    fn executes(&mut self, told: &Told, index: u64, entry: Entry, request: RequestId) -> Step {
        match self.requests.effect(request) {
            Some(Effect { index: before, node, time }) if before != index => {
                // Entries that carry the same request may come from different terms.
                let first = self.applied.get(before as usize - 1).copied().flatten();
                let entry = first.map_or(entry, |first| first.entry);
                let against = Against::Applied { index: before, entry, node, time };
                refuse(Clause::ExecutedOnce, told, against)
            }
            Some(_) => Ok(()),
            None => {
                let effect = Effect { index, node: told.node, time: told.time };
                self.requests.took_effect(request, effect);
                Ok(())
            }
        }
    }

    /// Judges what can be judged only when the run has settled: whether every acknowledged write is
    /// in the sequence that was applied. `behind` names the nodes that tell what they apply and did
    /// not catch up ([`End::Settled`](crate::trace::End::Settled)).
    ///
    /// # Errors
    /// The [`Refusal`] carries the first acknowledgement that was broken.
    pub fn finish(&self, behind: &[NodeId]) -> Result<(), Box<Refusal>> {
        if !self.requests.named || !self.somebody_has_all(behind) {
            return Ok(());
        }
        for told in self.requests.acked() {
            let Fact::Acked { request, .. } = told.fact else { continue };
            if self.requests.effect(request).is_none() && self.certainly_not_applied(request) {
                let last = self.restored.max(self.applied.len() as u64);
                let against = Against::Sequence(last);
                return refuse(Clause::NoAcknowledgedWriteIsLost, told, against);
            }
        }
        Ok(())
    }

    /// Whether some node that tells what it applies has applied all that there is.
    fn somebody_has_all(&self, behind: &[NodeId]) -> bool {
        self.members
            .iter()
            .enumerate()
            .any(|(place, member)| member.tells_applied && !behind.contains(&NodeId::at(place)))
    }

    /// Whether a request cannot have been applied untold: a crash may cut the fact off, and the
    /// node comes up with a state machine that stands behind it.
    fn certainly_not_applied(&self, request: RequestId) -> bool {
        let restored = self.restored.min(super::replication::INDEX_MAX) as usize;
        (0..self.applied.len().max(restored)).all(|at| {
            let told = self.applied.get(at).copied().flatten().is_some();
            let place = self.committed.get(at).map_or(Place::UNKNOWN, |committed| committed.place);
            let agreed = self.entries.entry(place);
            told || agreed.is_some_and(|entry| entry.request != Some(request))
        })
    }
}
