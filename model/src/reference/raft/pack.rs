//! The Raft model's states in a few bytes. A field takes as many bits as its bound needs; what only
//! a candidate or a leader has is written only for one.

use super::{Base, Body, Content, Entry, Message, Role, Server, Spent, State, Voters};
use crate::reference::list::List;
use crate::reference::packed::{Packed, Reader, Writer};

/// A node's place; with one more, its number.
const NODE: u32 = 3;
const TERM: u32 = 3;
/// An index of a log.
const INDEX: u32 = 4;
/// A set of nodes.
const SET: u32 = 5;

impl Packed for State {
    fn write(&self, to: &mut Writer<'_>) {
        let State { servers, network, spent, past, broken } = self;
        let nodes = servers.len();
        to.list(servers, |to, server| server.write(to, nodes));
        to.list(network, |to, message| message.write(to));
        for count in [spent.restarts, spent.snapshots, spent.changes, spent.joint] {
            to.put(count, 4);
        }
        past.write(to);
        to.clause(*broken);
    }

    fn read(from: &mut Reader<'_>) -> State {
        let nodes = from.take(4) as usize;
        let servers: List<Server, _> = (0..nodes).map(|_| Server::read(from, nodes)).collect();
        let network = from.list(Message::read);
        let [restarts, snapshots, changes, joint] = [(); 4].map(|()| from.take(4));
        let spent = Spent { restarts, snapshots, changes, joint };
        let (past, broken) = (Packed::read(from), from.clause());
        State { servers, network, spent, past, broken }
    }
}

impl Server {
    fn write(&self, to: &mut Writer<'_>, nodes: usize) {
        to.put(self.term, TERM);
        to.put(self.vote, NODE);
        to.put(self.role as u8, 2);
        to.put(self.commit, INDEX);
        self.base.write(to);
        to.list(&self.log, |to, entry| entry.write(to));
        match self.role {
            Role::Follower => {}
            Role::Candidate => to.put(self.votes, SET),
            Role::Leader => {
                for index in self.next[..nodes].iter().chain(&self.matched[..nodes]) {
                    to.put(*index, INDEX);
                }
            }
        }
    }

    fn read(from: &mut Reader<'_>, nodes: usize) -> Server {
        let (term, vote) = (from.take(TERM), from.take(NODE));
        let role = [Role::Follower, Role::Candidate, Role::Leader][from.take(2) as usize];
        let (commit, base) = (from.take(INDEX), Base::read(from));
        let log = from.list(Entry::read);
        let mut server = Server { term, vote, role, commit, base, log, ..Server::default() };
        match role {
            Role::Follower => {}
            Role::Candidate => server.votes = from.take(SET),
            Role::Leader => {
                let followers = server.next[..nodes].iter_mut().chain(&mut server.matched[..nodes]);
                followers.for_each(|index| *index = from.take(INDEX));
            }
        }
        server
    }
}

impl Base {
    fn write(&self, to: &mut Writer<'_>) {
        to.put(self.index, INDEX);
        if self.index > 0 {
            to.put(self.term, TERM);
        }
        self.voters.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Base {
        let index = from.take(INDEX);
        let term = if index > 0 { from.take(TERM) } else { 0 };
        Base { index, term, voters: Voters::read(from) }
    }
}

impl Voters {
    fn write(self, to: &mut Writer<'_>) {
        to.put(self.now, SET);
        to.put(self.is_joint(), 1);
        if self.is_joint() {
            to.put(self.outgoing, SET);
        }
    }

    fn read(from: &mut Reader<'_>) -> Voters {
        let now = from.take(SET);
        let outgoing = if from.bit() { from.take(SET) } else { 0 };
        Voters { now, outgoing }
    }
}

impl Entry {
    fn write(&self, to: &mut Writer<'_>) {
        to.put(self.term, TERM);
        match self.content {
            Content::Empty => to.put(0_u8, 4),
            Content::Request(number) => to.put(number, 4),
            Content::Voters(voters) => {
                to.put(15_u8, 4);
                voters.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Entry {
        let term = from.take(TERM);
        let content = match from.take(4) {
            0 => Content::Empty,
            15 => Content::Voters(Voters::read(from)),
            number => Content::Request(number),
        };
        Entry { term, content }
    }
}

impl Packed for Message {
    fn write(&self, to: &mut Writer<'_>) {
        to.put(self.from, NODE);
        to.put(self.to, NODE);
        to.put(self.term, TERM);
        match self.body {
            Body::Vote { last_term, last } => {
                to.put(0_u8, 3);
                to.put(last_term, TERM);
                to.put(last, INDEX);
            }
            Body::Voted { granted } => {
                to.put(1_u8, 3);
                to.put(granted, 1);
            }
            Body::Append { prev, prev_term, entry, commit } => {
                to.put(2_u8, 3);
                to.put(prev, INDEX);
                to.put(prev_term, TERM);
                to.put(commit, INDEX);
                to.put(entry.is_some(), 1);
                if let Some(entry) = entry {
                    entry.write(to);
                }
            }
            Body::Appended { upto } => {
                to.put(3_u8, 3);
                to.put(upto, INDEX);
            }
            Body::Refused { prev } => {
                to.put(4_u8, 3);
                to.put(prev, INDEX);
            }
            Body::Install(base) => {
                to.put(5_u8, 3);
                base.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Message {
        let (sender, to, term) = (from.take(NODE), from.take(NODE), from.take(TERM));
        let body = match from.take(3) {
            0 => Body::Vote { last_term: from.take(TERM), last: from.take(INDEX) },
            1 => Body::Voted { granted: from.bit() },
            2 => {
                let (prev, prev_term) = (from.take(INDEX), from.take(TERM));
                let commit = from.take(INDEX);
                let entry = from.bit().then(|| Entry::read(from));
                Body::Append { prev, prev_term, entry, commit }
            }
            3 => Body::Appended { upto: from.take(INDEX) },
            4 => Body::Refused { prev: from.take(INDEX) },
            _ => Body::Install(Base::read(from)),
        };
        Message { from: sender, to, term, body }
    }
}
