//! What is durable: facts come in that say what a node's disk has, after a sync or after a restart.
//! A mind knows what was written, so what a restart finds is what was told to be durable, and of
//! the rest what was written first.

use super::mind::{Due, Owed, Write};
use super::{Member, Mind, Scene, Shown};
use crate::fact::{Entry, Fact, Told};
use crate::id::NodeId;
use crate::reference::raft::rules::{Allowed, Guard, allow};

/// What a node found when it came up, as far as it has told.
#[derive(Debug, Default)]
pub(super) struct Boot {
    applied: u64,
    last: u64,
    log: Vec<Entry>,
    /// The index below the first of them.
    base: Option<u64>,
    term: (u64, Option<NodeId>),
}

impl Member {
    /// Takes in what a node tells while it comes up; says whether this fact was all about that.
    pub(super) fn boots(&mut self, told: &Told) -> Result<bool, Guard> {
        if let Fact::Booted { applied, log_last } = told.fact
            && (told.incarnation != self.incarnation || told.incarnation == 0 && self.told.is_new())
        {
            self.incarnation = told.incarnation;
            self.told.up = true;
            self.boot = Some(Boot { applied, last: log_last, ..Boot::default() });
            return Ok(true);
        }
        let Some(boot) = &mut self.boot else { return Ok(false) };
        match told.fact {
            Fact::Snapshot { .. } => return Ok(true),
            Fact::Appended { index, entry } => {
                boot.base.get_or_insert(index.saturating_sub(1));
                boot.log.push(entry);
                return Ok(true);
            }
            Fact::Term { term, vote } => {
                boot.term = (term, vote);
                self.is_up()?;
                return Ok(true);
            }
            _ => {}
        }
        self.is_up()?;
        Ok(false)
    }

    /// The node has told all that it found.
    fn is_up(&mut self) -> Allowed {
        let Some(boot) = self.boot.take() else { return Ok(()) };
        let base = boot.base.unwrap_or(boot.last);
        let mut minds: Vec<Mind> = Vec::new();
        for mind in &self.minds {
            let log = mind.kept(&self.told.log, |log| {
                log.len() as u64 == boot.last && log.get(base as usize..) == Some(&boot.log[..])
            });
            let Some(log) = log else { continue };
            let (term, vote) = boot.term;
            // Of a term that was not durable with its vote, an entry may have been.
            let by_entry = |(of, _): &(u64, _)| {
                *of == term && vote.is_none() && log.last().is_some_and(|last| last.term == term)
            };
            if boot.term == (self.told.term, self.told.vote)
                || mind.terms.contains(&boot.term)
                || mind.terms.iter().any(by_entry)
            {
                let commit = mind.may_know(self.who, &self.config).min(log.len() as u64);
                let mind = Mind { term, vote, commit, log, ..Mind::default() };
                if !minds.contains(&mind) {
                    minds.push(mind);
                }
            }
        }
        let found = minds.first().ok_or(Guard::Kept)?;
        let (term, vote) = boot.term;
        self.told = Shown {
            up: true,
            term,
            vote,
            leads: None,
            log: found.log.clone(),
            commit: 0,
            applied: boot.applied,
        };
        self.minds = minds;
        Ok(())
    }
}

impl Mind {
    /// The log that a restart finds, if it is like this: what is durable, with none, some or all of
    /// what was written since, from the first on.
    fn kept(&self, durable: &[Entry], like: impl Fn(&[Entry]) -> bool) -> Option<Vec<Entry>> {
        let mut log = durable.to_vec();
        for write in &self.writes {
            if like(&log) {
                return Some(log);
            }
            match write {
                Write::Entry(index, entry) => {
                    log.truncate(*index as usize - 1);
                    log.push(*entry);
                }
                Write::Snapshot(whole) => log.clone_from(whole),
            }
        }
        like(&log).then_some(log)
    }

    /// A term with its vote is durable.
    pub(super) fn durable_term(
        &mut self,
        term: u64,
        vote: Option<NodeId>,
        scene: &Scene<'_>,
    ) -> Allowed {
        if let Some(place) = self.terms.iter().position(|known| *known == (term, vote)) {
            self.terms.drain(..=place);
            return Ok(());
        }
        let again = (term, vote) == (scene.told.term, scene.told.vote);
        let why = |owed: &&Owed| Some(owed.to) == vote && owed.term == term;
        let guard = match vote {
            Some(node) if node == scene.who => Guard::NextTerm,
            Some(_) => match self.owed.iter().rev().find(why).map(|owed| owed.due) {
                Some(Due::NoVote(guard)) => guard,
                _ => Guard::Vote,
            },
            None => Guard::Term,
        };
        allow(again, guard)
    }

    /// An entry is durable. What was written before it, and is not, was replaced by it.
    pub(super) fn durable_entry(&mut self, index: u64, entry: Entry) -> Allowed {
        let this = Write::Entry(index, entry);
        let place = self.writes.iter().position(|write| *write == this).ok_or(Guard::Log)?;
        let replaced = |write: &Write| matches!(write, Write::Entry(at, _) if *at >= index);
        allow(self.writes.iter().take(place).all(replaced), Guard::Next)?;
        self.wrote(place + 1);
        Ok(())
    }

    /// The log that a snapshot up to here would leave.
    pub(super) fn snapshot(&self, last: u64) -> Option<Vec<Entry>> {
        self.writes.iter().find_map(|write| match write {
            Write::Snapshot(log) if log.len() as u64 == last => Some(log.clone()),
            _ => None,
        })
    }

    /// A snapshot of another node's is durable, and the log ends with it.
    pub(super) fn durable_snapshot(&mut self, last: u64) -> Allowed {
        let this =
            |write: &Write| matches!(write, Write::Snapshot(log) if log.len() as u64 == last);
        let place = self.writes.iter().position(this).ok_or(Guard::Kept)?;
        self.wrote(place + 1);
        Ok(())
    }
}
