//! What an actor does when a message comes or a timer runs out.

use super::{ACTORS, Actor, Body, Envelope, Log, Role, State};

pub(super) struct Turn<'a> {
    who: u8,
    me: &'a mut Actor,
    timers: &'a mut u8,
    network: &'a mut Vec<Envelope>,
}

impl State {
    pub(super) fn turn(&mut self, who: u8) -> Turn<'_> {
        let place = who as usize;
        let (me, timers) = (&mut self.actors[place], &mut self.timers[place]);
        Turn { who, me, timers, network: &mut self.network }
    }
}

impl Turn<'_> {
    fn send(&mut self, to: u8, body: Body) {
        let envelope = Envelope(self.who, to, body);
        let at = self.network.partition_point(|other| *other <= envelope);
        self.network.insert(at, envelope);
    }

    fn others(&self) -> impl Iterator<Item = u8> + use<> {
        let who = self.who;
        (0..ACTORS as u8).filter(move |other| *other != who)
    }

    pub(super) fn starts(&mut self) {
        (*self.me, *self.timers) = (Actor::default(), 3);
        self.send(self.who, Body::Broadcast(self.who));
    }

    fn drain(&mut self) {
        if self.me.role == Role::Leader {
            for (_, payload) in std::mem::take(&mut self.me.buffer).get() {
                self.send(self.who, Body::Broadcast(*payload));
            }
        }
    }

    fn replicate(&mut self, to: u8) {
        let me = &self.me;
        let prefix = me.sent[to as usize];
        let body = Body::LogRequest {
            from: self.who,
            term: me.term,
            prefix,
            prefix_term: me.log.term(prefix),
            commit: me.commit,
            suffix: Log::of(&me.log.get()[prefix as usize..]),
        };
        self.send(to, body);
    }

    pub(super) fn replicate_all(&mut self) {
        if self.me.role == Role::Leader {
            self.others().for_each(|other| self.replicate(other));
        }
    }

    pub(super) fn elects(&mut self) {
        if self.me.role == Role::Leader {
            return;
        }
        let me = &mut *self.me;
        me.term += 1;
        (me.voted, me.role, me.votes) = (Some(self.who), Role::Candidate, 1 << self.who);
        let (term, len) = (me.term, me.log.len);
        let body = Body::VoteRequest { from: self.who, term, len, last: me.log.term(len) };
        self.others().for_each(|other| self.send(other, body));
    }

    fn newer(&mut self, term: u8) {
        let me = &mut *self.me;
        (me.term, me.role, me.voted) = (term, Role::Follower, None);
        *self.timers |= 1;
    }

    pub(super) fn receives(&mut self, body: Body) {
        match body {
            Body::VoteRequest { from, term, len, last } => self.asked(from, term, (last, len)),
            Body::VoteResponse { from, term, granted } => {
                let me = &mut *self.me;
                if me.role == Role::Candidate && term == me.term && granted {
                    me.votes |= 1 << from;
                    self.leads();
                } else if term > me.term {
                    self.newer(term);
                }
            }
            Body::LogRequest { from, term, prefix, prefix_term, commit, suffix } => {
                self.hears(from, term, (prefix, prefix_term), commit, suffix);
            }
            Body::LogResponse { from, term, ack, success } => self.told(from, term, ack, success),
            Body::Broadcast(payload) => {
                let me = &mut *self.me;
                if me.role == Role::Leader {
                    me.log.push((me.term, payload));
                    me.acked[self.who as usize] = me.log.len;
                    self.replicate_all();
                } else if let Some(leader) = me.leader {
                    self.send(leader, body);
                } else {
                    me.buffer.push((0, payload));
                }
            }
        }
    }

    fn asked(&mut self, from: u8, term: u8, theirs: (u8, u8)) {
        let me = &mut *self.me;
        if term > me.term {
            (me.term, me.role, me.voted) = (term, Role::Follower, None);
        }
        let fits = theirs >= (me.log.term(me.log.len), me.log.len);
        let free = me.voted.is_none_or(|voted| voted == from);
        let granted = term == me.term && fits && free;
        if granted {
            me.voted = Some(from);
        }
        let body = Body::VoteResponse { from: self.who, term: me.term, granted };
        self.send(from, body);
    }

    fn leads(&mut self) {
        // The example counts its peers with itself among them.
        if self.me.votes.count_ones() < (ACTORS as u32 + 1).div_ceil(2) {
            return;
        }
        (self.me.role, self.me.leader) = (Role::Leader, Some(self.who));
        self.drain();
        for other in self.others() {
            self.me.sent[other as usize] = self.me.log.len;
            self.me.acked[other as usize] = 0;
        }
        self.replicate_all();
    }

    fn hears(&mut self, from: u8, term: u8, prefix: (u8, u8), commit: u8, suffix: Log) {
        let me = &mut *self.me;
        if term > me.term {
            (me.term, me.voted) = (term, None);
            *self.timers |= 1;
        }
        if term == me.term {
            (me.role, me.leader) = (Role::Follower, Some(from));
            *self.timers |= 1;
        }
        let (prefix, prefix_term) = prefix;
        let fits = me.log.len >= prefix && (prefix == 0 || me.log.term(prefix) == prefix_term);
        let success = term == me.term && fits;
        let ack = if success { prefix + suffix.len } else { 0 };
        if success {
            me.takes(prefix, commit, &suffix);
        }
        let body = Body::LogResponse { from: self.who, term: me.term, ack, success };
        self.send(from, body);
    }

    fn told(&mut self, from: u8, term: u8, ack: u8, success: bool) {
        let me = &mut *self.me;
        let other = from as usize;
        if term == me.term && me.role == Role::Leader {
            if success && ack >= me.acked[other] {
                (me.sent[other], me.acked[other]) = (ack, ack);
                me.advances();
            } else if me.sent[other] > 0 {
                me.sent[other] -= 1;
                self.replicate(from);
            }
        } else if term > me.term {
            self.newer(term);
        }
    }
}

impl Actor {
    fn takes(&mut self, prefix: u8, commit: u8, suffix: &Log) {
        if suffix.len > 0 && self.log.len > prefix {
            let index = self.log.len.min(prefix + suffix.len) - 1;
            let theirs = suffix.entries[(index - prefix) as usize].0;
            if self.log.entries[index as usize].0 != theirs {
                self.log = Log::of(&self.log.get()[..prefix as usize]);
            }
        }
        if prefix + suffix.len > self.log.len {
            let known = (self.log.len - prefix) as usize;
            suffix.get()[known..].iter().for_each(|entry| self.log.push(*entry));
        }
        if commit > self.commit {
            self.commits(commit);
        }
    }

    fn commits(&mut self, commit: u8) {
        let new = Log::of(&self.log.get()[self.commit as usize..commit as usize]);
        new.get().iter().for_each(|entry| self.delivered.push((0, entry.1)));
        self.commit = commit;
    }

    fn advances(&mut self) {
        let acks = |len: &u8| self.acked.iter().filter(|acked| *acked >= len).count();
        let enough = (ACTORS + 1).div_ceil(2);
        let ready = (self.commit + 1..=self.log.len).filter(|len| acks(len) >= enough).max();
        if let Some(ready) = ready.filter(|ready| self.log.term(*ready) == self.term) {
            self.commits(ready);
        }
    }
}
