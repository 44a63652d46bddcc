//! Where the Raft model's states mention nodes. A state and new names come in, the renamed state
//! goes out.

use super::{Message, Server, State};
use crate::reference::symmetry::{Names, Renamed, renamed_number, renamed_set};

impl Renamed for State {
    fn nodes(&self) -> usize {
        self.servers.len()
    }

    fn renamed(&self, names: &Names) -> State {
        let mut state = *self;
        for (server, name) in self.servers.iter().zip(names) {
            state.servers[*name as usize] = server.renamed(names, self.servers.len());
        }
        for (message, old) in state.network.iter_mut().zip(self.network.iter()) {
            let (from, to) = (names[old.from as usize], names[old.to as usize]);
            *message = Message { from, to, ..*old };
        }
        state.network.sort_unstable();
        state.past = self.past.renamed(names);
        state
    }
}

impl Server {
    fn renamed(&self, names: &Names, nodes: usize) -> Server {
        let mut server = *self;
        server.vote = renamed_number(self.vote, names);
        server.votes = renamed_set(self.votes, names);
        for (place, name) in names[..nodes].iter().enumerate() {
            server.next[*name as usize] = self.next[place];
            server.matched[*name as usize] = self.matched[place];
        }
        server
    }
}
