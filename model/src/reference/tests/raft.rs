//! A tiny Raft that tells facts, correct unless told to contain one of the bugs. Draws go in; the
//! facts of one run come out.
//!
//! Messages arrive in any order, twice or never; the effects of an event are cut off anywhere by a
//! crash, so that a suffix may be overwritten, or a commit known, that was never told.

mod protocol;

use crate::fact::{Config, Entry, Fact, Told};
use crate::id::NodeId;
use crate::seed::{Draws, Seed};
use crate::time::Time;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bug {
    None,
    VotesBlindly,
    ForgetsVotes,
    ForgetsTerms,
    CommitsAlone,
    CommitsOldTerms,
    TakesStaleEntries,
    TruncatesAlways,
    LosesSynced,
    CommitsBeyondMatch,
    AppliesEarly,
    AppliesAgain,
    ExecutesTwice,
    AnswersEarly,
    SkipsNew,
    GarblesEntries,
    LeadsAlone,
}

#[derive(Clone, Default)]
struct Disk {
    term: u64,
    vote: Option<NodeId>,
    log: Vec<Entry>,
    applied: u64,
}

#[derive(Clone, Default)]
struct Server {
    disk: Disk,
    up: bool,
    incarnation: u32,
    leads: bool,
    votes: Vec<NodeId>,
    matched: Vec<u64>,
    commit: u64,
    applied: u64,
}

#[derive(Clone)]
enum Body {
    Vote { last: (u64, u64) },
    Voted,
    Append { prev: u64, prev_term: u64, entries: Vec<Entry>, commit: u64 },
    Appended { upto: u64 },
}

#[derive(Clone)]
struct Message {
    from: usize,
    to: usize,
    term: u64,
    body: Body,
}

enum Effect {
    Save(Disk),
    Tell(Fact),
    Send(Message),
}

pub(super) struct World {
    servers: Vec<Server>,
    net: Vec<Message>,
    pub(super) facts: Vec<Told>,
    draws: Draws,
    requests: u32,
    bug: Bug,
    calm: bool,
    /// How many entries were overwritten, to show that the runs are not tame.
    pub(super) overwritten: u64,
}

impl World {
    /// One whole run: a storm of so many events, then a calm end. Whether it settled is told, too.
    pub(super) fn run(seed: u64, nodes: usize, events: usize, bug: Bug) -> (World, bool) {
        let mut world = World {
            servers: vec![Server::default(); nodes],
            net: Vec::new(),
            facts: Vec::new(),
            draws: Seed(seed).draws(),
            requests: 0,
            bug,
            calm: false,
            overwritten: 0,
        };
        for _ in 0..events {
            world.event();
        }
        let settled = world.settle();
        (world, settled)
    }

    fn event(&mut self) {
        let who = self.draws.below(self.servers.len() as u64) as usize;
        let dice = self.draws.below(100);
        if !self.servers[who].up {
            if dice < 60 {
                self.boot(who);
            }
            return;
        }
        match dice {
            0..4 => self.down(who),
            4..10 => self.campaign(who),
            10..30 if self.servers[who].leads => self.propose(who),
            10..45 if self.servers[who].leads => self.replicate(who),
            45.. if !self.net.is_empty() => {
                let place = self.draws.below(self.net.len() as u64) as usize;
                let message = self.net[place].clone();
                if self.draws.chance(9, 10) {
                    self.net.swap_remove(place);
                }
                if self.draws.chance(9, 10) {
                    self.receive(message);
                }
            }
            _ => {}
        }
    }

    fn settle(&mut self) -> bool {
        self.calm = true;
        self.net.clear();
        for who in 0..self.servers.len() {
            if !self.servers[who].up {
                self.boot(who);
            }
        }
        for round in 0..40 {
            let who = round % self.servers.len();
            self.campaign(who);
            self.deliver();
            for _ in 0..4 {
                if self.servers[who].leads {
                    self.replicate(who);
                    self.deliver();
                }
            }
            let last = self.servers[who].disk.log.len() as u64;
            if self.servers[who].leads && self.servers.iter().all(|server| server.applied == last) {
                return true;
            }
        }
        false
    }

    fn deliver(&mut self) {
        while !self.net.is_empty() {
            let message = self.net.remove(0);
            self.receive(message);
        }
    }

    fn tell(&mut self, who: usize, fact: Fact) {
        let order = self.facts.len() as u64;
        let incarnation = self.servers[who].incarnation;
        let node = NodeId::at(who);
        self.facts.push(Told { time: Time::millis(order), order, node, incarnation, fact });
    }

    fn boot(&mut self, who: usize) {
        let nodes = self.servers.len();
        let server = &mut self.servers[who];
        if self.bug == Bug::LosesSynced && server.incarnation % 2 == 1 {
            server.disk.log.pop();
            server.disk.applied = server.disk.applied.min(server.disk.log.len() as u64);
        }
        if self.bug == Bug::ForgetsVotes {
            server.disk.vote = None;
        }
        if self.bug == Bug::ForgetsTerms {
            server.disk.term = server.disk.log.last().map_or(0, |entry| entry.term);
        }
        let disk = server.disk.clone();
        server.up = true;
        (server.commit, server.applied) = (disk.applied, disk.applied);
        server.matched = vec![0; nodes];
        server.votes.clear();
        let log_last = disk.log.len() as u64;
        let mut effects = vec![Effect::Tell(Fact::Booted { applied: disk.applied, log_last })];
        for (index, entry) in (1..).zip(disk.log.iter().copied()) {
            effects.push(Effect::Tell(Fact::Appended { index, entry }));
        }
        effects.push(Effect::Tell(Fact::Term { term: disk.term, vote: disk.vote }));
        let config = Config { voters: (0..nodes).map(NodeId::at).collect(), ..Config::default() };
        effects.push(Effect::Tell(Fact::Configured { index: 0, config }));
        self.carry_out(who, effects);
    }

    fn down(&mut self, who: usize) {
        let server = &mut self.servers[who];
        server.up = false;
        server.leads = false;
        server.incarnation += 1;
    }

    /// Carries effects out in order, or only some of them, and the node is down. The disk is what
    /// was saved; the rest of the server has been changed already.
    fn carry_out(&mut self, who: usize, effects: Vec<Effect>) {
        let crash = !self.calm && self.draws.chance(1, 25);
        let cut =
            if crash { self.draws.below(effects.len() as u64 + 1) as usize } else { effects.len() };
        for effect in effects.into_iter().take(cut) {
            match effect {
                Effect::Save(disk) => self.servers[who].disk = disk,
                Effect::Tell(fact) => self.tell(who, fact),
                Effect::Send(message) => self.net.push(message),
            }
        }
        if crash {
            self.down(who);
        }
    }

    fn others(&self, who: usize) -> Vec<usize> {
        (0..self.servers.len()).filter(|other| *other != who).collect()
    }

    fn majority(&self) -> usize {
        self.servers.len() / 2 + 1
    }
}
