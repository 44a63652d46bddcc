//! Where the Raft model's states mention nodes. A state and new names come in, the renamed state
//! goes out.

use super::{Base, Body, Content, Entry, Message, Server, State, Voters};
use crate::reference::symmetry::{Names, Renamed, renamed_number, renamed_set};

impl Renamed for State {
    fn nodes(&self) -> usize {
        self.servers.len()
    }

    fn like(&self, place: usize) -> u64 {
        let server = &self.servers[place];
        let mut like = Likeness(0);
        let voted = match server.vote {
            0 => 0,
            vote if vote as usize == place + 1 => 1,
            _ => 2,
        };
        like.mix([server.term, voted, server.role as u8, server.votes.count_ones() as u8]);
        like.mix([server.commit, server.base.index, server.base.term, server.log.len() as u8]);
        for entry in server.log.iter() {
            let (request, voters) = match entry.content {
                Content::Empty => (0, Voters::default()),
                Content::Request(number) => (number, Voters::default()),
                Content::Voters(voters) => (0, voters),
            };
            let in_it = u8::from(voters.contains(place as u8));
            like.mix([entry.term, request, voters.all().count_ones() as u8, in_it]);
        }
        like.0
    }

    fn renamed(&self, names: &Names) -> State {
        let mut state = *self;
        for (server, name) in self.servers.iter().zip(names) {
            state.servers[*name as usize] = server.renamed(names, self.servers.len());
        }
        for (message, old) in state.network.iter_mut().zip(self.network.iter()) {
            let (from, to) = (names[old.from as usize], names[old.to as usize]);
            let body = old.body.renamed(names);
            *message = Message { from, to, body, ..*old };
        }
        state.network.sort_unstable();
        state.past = self.past.renamed(names);
        state
    }
}

/// Four bytes at a time become one number. That two unlike nodes get the same costs time alone.
struct Likeness(u64);

impl Likeness {
    #[inline]
    fn mix(&mut self, bytes: [u8; 4]) {
        let word = u64::from(u32::from_le_bytes(bytes));
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }
}

impl Server {
    fn renamed(&self, names: &Names, nodes: usize) -> Server {
        let mut server = *self;
        server.vote = renamed_number(self.vote, names);
        server.votes = renamed_set(self.votes, names);
        server.base = self.base.renamed(names);
        for entry in server.log.iter_mut() {
            *entry = entry.renamed(names);
        }
        for (place, name) in names[..nodes].iter().enumerate() {
            server.next[*name as usize] = self.next[place];
            server.matched[*name as usize] = self.matched[place];
        }
        server
    }
}

impl Base {
    fn renamed(self, names: &Names) -> Base {
        Base { voters: self.voters.renamed(names), ..self }
    }
}

impl Entry {
    fn renamed(self, names: &Names) -> Entry {
        match self.content {
            Content::Voters(voters) => {
                Entry { content: Content::Voters(voters.renamed(names)), ..self }
            }
            _ => self,
        }
    }
}

impl Body {
    fn renamed(self, names: &Names) -> Body {
        match self {
            Body::Append { prev, prev_term, entry: Some(entry), commit } => {
                Body::Append { prev, prev_term, entry: Some(entry.renamed(names)), commit }
            }
            Body::Install(base) => Body::Install(base.renamed(names)),
            _ => self,
        }
    }
}
