//! What the tiny Raft does: elections, replication, commits, application; see `raft.rs`.

use super::{Body, Bug, Disk, Effect, Message, World};
use crate::fact::{Entry, Fact};
use crate::id::{ClientId, NodeId, RequestId};

impl World {
    pub(super) fn campaign(&mut self, who: usize) {
        let mut disk = self.servers[who].disk.clone();
        disk.term += 1;
        disk.vote = Some(NodeId::at(who));
        self.servers[who].leads = false;
        self.servers[who].votes = vec![NodeId::at(who)];
        let mut effects = vec![Effect::Save(disk.clone())];
        effects.push(Effect::Tell(Fact::Term { term: disk.term, vote: disk.vote }));
        for to in self.others(who) {
            effects.push(send(who, to, disk.term, Body::Vote { last: last(&disk.log) }));
        }
        self.carry_out(who, effects);
        let alone = self.majority() == 1 || self.bug == Bug::LeadsAlone;
        if alone && self.servers[who].up {
            self.lead(who, disk);
        }
    }

    pub(super) fn propose(&mut self, who: usize) {
        let again = self.requests > 0 && self.draws.chance(1, 4);
        if !again {
            self.requests += 1;
        }
        let number = self.requests - 1;
        let request = RequestId { client: ClientId(0), number };
        let mut disk = self.servers[who].disk.clone();
        let entry = Entry { term: disk.term, digest: u64::from(number), request: Some(request) };
        disk.log.push(entry);
        let mut effects = self.appends(who, &disk);
        let save = effects.len() * self.draws.below(2) as usize;
        let tell = Fact::Appended { index: disk.log.len() as u64, entry };
        effects.insert(save, Effect::Save(disk));
        // A leader may send at once, and count itself when its own disk is done.
        effects.insert(save + 1, Effect::Tell(tell));
        if self.bug == Bug::AnswersEarly {
            effects.push(Effect::Tell(Fact::Acked { request, read: false }));
        }
        self.carry_out(who, effects);
        self.advance(who);
    }

    fn appends(&mut self, who: usize, disk: &Disk) -> Vec<Effect> {
        let mut effects = Vec::new();
        for to in self.others(who) {
            let server = &self.servers[who];
            let known = server.matched[to].min(disk.log.len() as u64);
            // Without a reply to go by, a sender tries any place up to the end of its log.
            let prev = known + self.draws.below(disk.log.len() as u64 + 1 - known);
            let prev = if self.calm { known } else { prev };
            let most = if self.calm { u64::MAX } else { self.draws.between(0, 6) };
            let entries = disk.log[prev as usize..].iter().take(most as usize).copied().collect();
            let prev_term = term_at(&disk.log, prev);
            let body = Body::Append { prev, prev_term, entries, commit: self.servers[who].commit };
            effects.push(send(who, to, disk.term, body));
        }
        effects
    }

    pub(super) fn replicate(&mut self, who: usize) {
        let disk = self.servers[who].disk.clone();
        let effects = self.appends(who, &disk);
        self.carry_out(who, effects);
        self.advance(who);
    }

    pub(super) fn receive(&mut self, message: Message) {
        let Message { from, to: who, term, body } = message;
        if !self.servers[who].up {
            return;
        }
        let mut disk = self.servers[who].disk.clone();
        let stale = term < disk.term;
        if stale && !(self.bug == Bug::TakesStaleEntries && matches!(body, Body::Append { .. })) {
            return;
        }
        let mut effects = Vec::new();
        if term > disk.term {
            (disk.term, disk.vote) = (term, None);
            self.servers[who].leads = false;
            self.servers[who].votes.clear();
        }
        match body {
            Body::Vote { last: theirs } => {
                let free = disk.vote.is_none_or(|vote| vote == NodeId::at(from));
                if free && (theirs >= last(&disk.log) || self.bug == Bug::VotesBlindly) {
                    disk.vote = Some(NodeId::at(from));
                    effects.push(send(who, from, term, Body::Voted));
                }
            }
            Body::Voted => {
                let server = &mut self.servers[who];
                if !server.leads && disk.vote == Some(NodeId::at(who)) {
                    if !server.votes.contains(&NodeId::at(from)) {
                        server.votes.push(NodeId::at(from));
                    }
                    if server.votes.len() >= self.majority() {
                        return self.lead(who, disk);
                    }
                }
            }
            Body::Append { prev, prev_term, entries, commit } => {
                let fits = prev <= disk.log.len() as u64 && term_at(&disk.log, prev) == prev_term;
                if fits {
                    let upto = prev + entries.len() as u64;
                    let told = self.take(&mut disk.log, prev, &entries);
                    effects.extend(told);
                    let end = if self.bug == Bug::CommitsBeyondMatch {
                        disk.log.len() as u64
                    } else {
                        upto
                    };
                    let server = &mut self.servers[who];
                    server.commit = server.commit.max(commit.min(end));
                    effects.push(send(who, from, term, Body::Appended { upto }));
                }
            }
            Body::Appended { upto } => {
                let server = &mut self.servers[who];
                if server.leads {
                    server.matched[from] = server.matched[from].max(upto);
                }
            }
        }
        self.save_and(who, disk, effects);
        self.advance(who);
    }

    /// Writes entries of a leader's into a follower's log: only a conflict removes what stands
    /// there.
    fn take(&mut self, log: &mut Vec<Entry>, prev: u64, entries: &[Entry]) -> Vec<Effect> {
        let mut told = Vec::new();
        for (index, mut entry) in (prev + 1..).zip(entries.iter().copied()) {
            if self.bug == Bug::GarblesEntries && self.draws.chance(1, 50) {
                entry.digest += 1;
            }
            let at = index as usize - 1;
            let conflict = log.get(at).is_some_and(|own| own.term != entry.term);
            if conflict || self.bug == Bug::TruncatesAlways {
                self.overwritten += (log.len() - at.min(log.len())) as u64;
                log.truncate(at);
            }
            if log.len() == at {
                log.push(entry);
                told.push(Effect::Tell(Fact::Appended { index, entry }));
            }
        }
        told
    }

    fn save_and(&mut self, who: usize, disk: Disk, effects: Vec<Effect>) {
        let before = &self.servers[who].disk;
        let changed = (before.term, before.vote) != (disk.term, disk.vote);
        let fact = Fact::Term { term: disk.term, vote: disk.vote };
        let mut all = vec![Effect::Save(disk)];
        if changed {
            all.push(Effect::Tell(fact));
        }
        all.extend(effects);
        self.carry_out(who, all);
    }

    fn lead(&mut self, who: usize, mut disk: Disk) {
        let nodes = self.servers.len();
        let server = &mut self.servers[who];
        server.leads = true;
        server.matched = vec![0; nodes];
        let term = disk.term;
        let entry = Entry { term, digest: 0, request: None };
        disk.log.push(entry);
        let index = disk.log.len() as u64;
        let mut effects = vec![Effect::Tell(Fact::Elected { term })];
        effects.insert(self.draws.below(2) as usize, Effect::Tell(Fact::Appended { index, entry }));
        effects.extend(self.appends(who, &disk));
        self.save_and(who, disk, effects);
    }

    /// A leader counts replicas; everybody applies what is committed, and a leader answers.
    fn advance(&mut self, who: usize) {
        if !self.servers[who].up {
            return;
        }
        let needed = if self.bug == Bug::CommitsAlone { 1 } else { self.majority() };
        let server = &mut self.servers[who];
        let log = &server.disk.log;
        if server.leads {
            for index in server.commit + 1..=log.len() as u64 {
                let held = 1 + server.matched.iter().filter(|upto| **upto >= index).count();
                let own = log[index as usize - 1].term == server.disk.term;
                if held >= needed && (own || self.bug == Bug::CommitsOldTerms) {
                    server.commit = index;
                }
            }
        }
        let effects = self.apply(who);
        self.carry_out(who, effects);
    }

    fn apply(&mut self, who: usize) -> Vec<Effect> {
        let early = self.bug == Bug::AppliesEarly;
        let server = &mut self.servers[who];
        let mut effects = vec![Effect::Tell(Fact::Committed { index: server.commit })];
        let upto = if early { server.disk.log.len() as u64 } else { server.commit };
        let mut disk = server.disk.clone();
        while server.applied < upto {
            if self.bug == Bug::AppliesAgain && server.applied > 0 && self.draws.chance(1, 20) {
                server.applied -= 1;
            }
            let at = server.applied as usize;
            server.applied += 1;
            let entry = disk.log[at];
            let seen = disk.log[..at].iter().any(|other| other.request == entry.request);
            let twice = self.bug == Bug::ExecutesTwice && at.is_multiple_of(2);
            let skips = self.bug == Bug::SkipsNew && at.is_multiple_of(3);
            let effective = entry.request.is_some() && (!seen || twice) && !skips;
            let place = effects.len();
            let fact = Fact::Applied { index: server.applied, entry, effective };
            effects.push(Effect::Tell(fact));
            if let Some(request) = entry.request.filter(|_| server.leads) {
                let place = place + self.draws.below(2) as usize;
                let fact = Fact::Acked { request, read: false };
                effects.insert(place, Effect::Tell(fact));
            }
        }
        if self.draws.chance(1, 3) {
            disk.applied = server.applied;
            let place = self.draws.below(effects.len() as u64 + 1) as usize;
            effects.insert(place, Effect::Save(disk));
        }
        effects
    }
}

fn send(from: usize, to: usize, term: u64, body: Body) -> Effect {
    Effect::Send(Message { from, to, term, body })
}

fn last(log: &[Entry]) -> (u64, u64) {
    (log.last().map_or(0, |entry| entry.term), log.len() as u64)
}

fn term_at(log: &[Entry], index: u64) -> u64 {
    if index == 0 { 0 } else { log[index as usize - 1].term }
}
