//! A replicated store on the crate `raft`, at any release that a [`Library`] is written for:
//! requests of clients go in; entries of the log are written, synced where the library says so, and
//! applied.
//!
//! The one idea: this application believes `Ready::must_sync`, as its documentation invites it to.
//! It syncs when that says so and at no other time, but for once when it comes up.

use self::wal::Wal;
use schism::check::Check;
use schism::spec::kv::{Get, Op, Put, PutGet};
use schism::{Event, Io, Nemesis, Node, RequestId, Role, check};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;

pub mod v0_4;
pub mod v0_7;
pub mod wal;

/// The unit of the library's own time.
const TICK: Duration = Duration::from_millis(20);
/// The shortest election timeout in ticks; the longest is just below twice as much.
pub const ELECTION_TICKS: usize = 10;
/// Ticks between two heartbeats.
pub const HEARTBEAT_TICKS: usize = 2;

/// What the store wants of a release of the library.
pub trait Library: Sized + 'static {
    /// What travels between nodes.
    type Message: Clone + Debug + 'static;

    /// A node that comes up from what its disk kept, oldest record first.
    fn open(id: u64, voters: &[u64], kept: &[Record]) -> Self;
    /// Time passes.
    fn tick(&mut self);
    /// Whether the library will panic on this message: it is told that entries are committed that
    /// it does not have.
    fn would_panic(&self, message: &Self::Message) -> bool;
    /// A message arrives. What the library refuses is lost like a message on the way.
    fn receive(&mut self, message: Self::Message);
    /// Asks for an entry; says whether it may come to be.
    fn propose(&mut self, data: Vec<u8>) -> bool;
    /// The term, and the part played in it.
    fn role(&self) -> Role;
    /// Puts a number in the place of the one that the library drew from the thread's generator.
    fn set_election_timeout(&mut self, ticks: usize);
    /// What the library wants done, if anything.
    fn ready(&mut self) -> Option<Todo<Self::Message>>;
}

/// A part of the library's durable state, in its own encoding.
pub enum Record {
    /// An entry of the log. It replaces the one at its index, and all behind that.
    Entry(Vec<u8>),
    /// Term, vote and commit index.
    State(Vec<u8>),
}

/// What the library wants done, in this order.
pub struct Todo<Message> {
    /// To be written.
    pub records: Vec<Record>,
    /// Whether that must be durable before the messages leave. The library's word.
    pub must_sync: bool,
    /// To be sent.
    pub messages: Vec<(u64, Message)>,
    /// The data of committed entries, to be applied.
    pub committed: Vec<Vec<u8>>,
}

/// One server of the store.
pub struct Server<L> {
    library: L,
    panics: Panics,
    wal: Wal,
    store: BTreeMap<u64, u64>,
    /// What clients asked of this node in this life.
    pending: BTreeSet<u64>,
}

/// What becomes of a message on which the library panics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Panics {
    /// The library gets it.
    Let,
    /// It is dropped. A panic is the first thing that is wrong with a run, and the last; without it
    /// the check goes on to what clients see.
    Avoided,
}

/// What a server shows of itself.
#[derive(Debug)]
pub struct Status {
    /// Its part and term.
    pub role: Role,
}

/// The exhibit: it must survive power loss and partitions and keep what it acknowledged.
pub fn exhibit<L: Library>(panics: Panics) -> Check<Server<L>> {
    check(move |io| Server::<L>::open(panics, io))
        .survives(Nemesis::new().power_loss().partitions().down_at_most(1))
        .linearizable()
}

impl<L: Library> Server<L> {
    fn open(panics: Panics, io: &mut Io<Self>) -> Self {
        let (wal, kept) = Wal::open(io);
        let mut voters: Vec<u64> = io.peers().into_iter().map(u64::from).collect();
        voters.push(io.id().into());
        voters.sort_unstable();
        io.every(TICK, ());
        let library = L::open(io.id().into(), &voters, &kept);
        let mut server =
            Server { library, panics, wal, store: BTreeMap::new(), pending: BTreeSet::new() };
        server.settle(io);
        server
    }

    fn receive(&mut self, message: L::Message) {
        if self.panics == Panics::Let || !self.library.would_panic(&message) {
            self.library.receive(message);
        }
    }

    /// Does all that the library wants done after a call into it.
    fn settle(&mut self, io: &mut Io<Self>) {
        while let Some(todo) = self.library.ready() {
            self.wal.write(&todo.records, io);
            if todo.must_sync {
                self.wal.sync(io);
            }
            io.send_all(todo.messages);
            for data in &todo.committed {
                self.apply(data, io);
            }
        }
        let role = self.library.role();
        let draw = io.draw((role.term, role.name)) as usize % ELECTION_TICKS;
        self.library.set_election_timeout(ELECTION_TICKS + draw);
    }

    /// Reads go through the log as well, so there is one path for all.
    fn apply(&mut self, data: &[u8], io: &mut Io<Self>) {
        let Some((request, op)) = decode(data) else { return };
        let found = match op {
            Put(key, value) => {
                self.store.insert(key, value);
                None
            }
            Get(key) => self.store.get(&key).copied(),
        };
        if self.pending.remove(&request) {
            io.ok(request, found);
        }
    }
}

impl<L: Library> Node for Server<L> {
    type Spec = PutGet;
    type Message = L::Message;
    type Timer = ();
    type View = Status;

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Timer(()) => self.library.tick(),
            Event::Message { body, .. } => self.receive(body),
            Event::Request { id, op } => {
                if self.library.propose(encode(id, op)) {
                    self.pending.insert(id.into());
                } else {
                    io.refused(id);
                }
            }
            _ => {}
        }
        self.settle(io);
    }

    fn view(&self) -> Status {
        Status { role: self.library.role() }
    }

    fn role(&self) -> Role {
        self.library.role()
    }
}

fn encode(id: RequestId, op: Op) -> Vec<u8> {
    let (word, key, value) = match op {
        Put(key, value) => (1, key, value),
        Get(key) => (0, key, 0),
    };
    [u64::from(id), word, key, value].iter().flat_map(|n: &u64| n.to_le_bytes()).collect()
}

/// `None` for the empty entry with which a leader begins its term.
fn decode(data: &[u8]) -> Option<(u64, Op)> {
    let mut numbers = data.chunks_exact(8).map(|bytes| {
        bytes
            .try_into()
            .map(u64::from_le_bytes)
            .expect("a chunk has as many bytes as it was cut to")
    });
    let (id, word) = (numbers.next()?, numbers.next()?);
    let (key, value) = (numbers.next()?, numbers.next()?);
    Some((id, if word == 1 { Put(key, value) } else { Get(key) }))
}
