//! What a node may say: a message comes in that is about to leave, and passes the guards of who may
//! say that, or one of them stops it.

use super::mind::{Due, Owed};
use super::{Mind, Scene};
use crate::fact::Says;
use crate::id::NodeId;
use crate::reference::raft::Role;
use crate::reference::raft::rules::{Allowed, Guard, allow};

impl Mind {
    /// Sends a message.
    pub(super) fn sends(
        &mut self,
        to: NodeId,
        term: u64,
        says: Says,
        scene: &mut Scene<'_>,
    ) -> Allowed {
        match says {
            Says::Vote { last, last_term, commit, commit_term } => {
                let stood = self.stood.iter().find(|(of, _)| *of == term);
                let (_, end) = stood.ok_or(Guard::Stands)?;
                allow(*end == (last_term, last), Guard::Log)?;
                allow(scene.told.term >= term, Guard::Durable)?;
                self.claims(commit, commit_term, scene)
            }
            Says::Voted { granted, commit, commit_term } => {
                if granted {
                    self.gives_vote(to, term, scene)?;
                } else {
                    // It tells no more than its term.
                    allow(scene.told.term == term, Guard::Term)?;
                }
                self.claims(commit, commit_term, scene)
            }
            Says::Append { prev, prev_term, count, commit } => {
                self.sends_as_leader(term, scene)?;
                let log = scene.reigns.get(&term).map_or(&[][..], |(_, log)| log);
                let at = |index: u64| log.get((index as usize).wrapping_sub(1));
                let below = if prev == 0 { Some(0) } else { at(prev).map(|entry| entry.term) };
                allow(below == Some(prev_term), Guard::Log)?;
                allow(prev.saturating_add(count) <= log.len() as u64, Guard::Log)?;
                self.commits(commit, scene)
            }
            Says::Heartbeat { commit } => {
                self.sends_as_leader(term, scene)?;
                let known = self.matched.get(to.index()).is_some_and(|upto| *upto >= commit);
                allow(known && self.reign == term, Guard::Known)?;
                self.commits(commit, scene)
            }
            Says::Snapshot { index, term: of } => {
                self.sends_as_leader(term, scene)?;
                allow(self.term_at(index) == Some(of), Guard::Log)?;
                self.commits(index, scene)
            }
            Says::Committed { index, term: of } => {
                allow(scene.told.term == term || self.reign == term, Guard::Term)?;
                self.claims(index, of, scene)
            }
            Says::Appended { upto } => self.answers(to, term, scene, |due| match due {
                Due::Appended(most) => allow(upto <= most, Guard::Known),
                Due::Over => allow(upto == 0, Guard::Known),
                _ => Err(Guard::Asked),
            }),
            Says::Refused { prev } => self.answers(to, term, scene, |due| match due {
                Due::Refused(at) => allow(at == prev, Guard::Log),
                Due::Over => Ok(()),
                _ => Err(Guard::Asked),
            }),
            Says::Nothing => allow(scene.told.term == term || self.reign == term, Guard::Term),
        }
    }

    /// Only who leads this term sends that, or who did when it wrote it: a message of its own time
    /// may leave after the one that ended that.
    fn sends_as_leader(&mut self, term: u64, scene: &mut Scene<'_>) -> Allowed {
        if self.role == Role::Candidate && self.term == term {
            self.leads(scene)?;
        }
        allow(self.reign == term, Guard::Leader)?;
        // Who needs nobody's vote may lead a moment before its disk knows; its first entry is the
        // same if it has to do so again.
        allow(scene.told.term >= term || scene.is_alone(), Guard::Durable)
    }

    /// Says up to where the log is committed, and the term of the entry there.
    fn claims(&mut self, commit: u64, term: u64, scene: &Scene<'_>) -> Allowed {
        if commit == 0 {
            return Ok(());
        }
        self.commits(commit, scene)?;
        allow(self.term_at(commit) == Some(term), Guard::Log)
    }

    fn gives_vote(&mut self, to: NodeId, term: u64, scene: &Scene<'_>) -> Allowed {
        self.answers(to, term, scene, |due| match due {
            Due::Vote => Ok(()),
            Due::NoVote(guard) => Err(guard),
            _ => Err(Guard::Asked),
        })?;
        let told = (scene.told.term, scene.told.vote);
        allow(told.0 > term || told == (term, Some(to)), Guard::Durable)
    }

    /// Gives an answer that is owed. Those that were owed before it will not be given any more.
    fn answers(
        &mut self,
        to: NodeId,
        term: u64,
        scene: &Scene<'_>,
        fits: impl Fn(Due) -> Allowed,
    ) -> Allowed {
        let theirs = |owed: &&Owed| owed.to == to;
        let place = self
            .owed
            .iter()
            .position(|owed| owed.to == to && owed.term == term && fits(owed.due).is_ok());
        let Some(place) = place else {
            // What is wrong with the newest that might have been meant.
            let near = self.owed.iter().rev().filter(theirs);
            let kinds = |owed: &&Owed| fits(owed.due) != Err(Guard::Asked);
            let guard = match near.clone().find(kinds).or_else(|| near.clone().next()) {
                Some(owed) if fits(owed.due).is_ok() => Guard::Term,
                Some(owed) => fits(owed.due).err().unwrap_or(Guard::Asked),
                None => Guard::Asked,
            };
            return Err(guard);
        };
        allow(scene.told.term >= term && self.owed[place].rests_on == 0, Guard::Durable)?;
        self.owed.drain(..place);
        match self.owed.front_mut() {
            Some(owed) if owed.times > 1 => owed.times -= 1,
            _ => drop(self.owed.pop_front()),
        }
        Ok(())
    }
}
