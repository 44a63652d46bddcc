//! A replicated store on the crate `async-raft` 0.6.1, its last release: requests of clients and
//! calls of peers go into a small runtime of the node's own, calls and answers come out of it.
//!
//! The one idea: the library wants tasks and timers, so each node has a `tokio` runtime of one
//! thread whose clock stands still. An event moves that clock to the node's own time and lets the
//! tasks run until none has anything to do; what they left in the [`Exchange`] then leaves through
//! [`Io`], in a fixed order.
//!
//! How deterministic that is: the election timeout, which the library draws from the thread's
//! generator, is pinned to one value a node. What stays is `tokio::select!`, which picks at random
//! among branches that are ready together; as one event is carried out at a time, few are.

use self::network::{Call, Exchange, Network, Outcome, Reply};
use self::storage::{Store, Write};
use async_raft::raft::ClientWriteRequest;
use async_raft::{ClientWriteError, Raft, State};
use schism::check::Check;
use schism::spec::kv::{Get, Op, Put, PutGet};
use schism::{Event, Io, Nemesis, Node, NodeId, RequestId, Role, Time, check};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

pub mod network;
pub mod storage;

/// How often the runtime looks at the time; the library's timers fire up to so much late.
const TICK: Duration = Duration::from_millis(5);
/// After so many turns no task has anything left to do: each turn ends when none is ready.
const TURNS: usize = 24;

/// One server of the store.
pub struct Server {
    runtime: Runtime,
    raft: Raft<Write, storage::Written, Network, Store>,
    store: Arc<Store>,
    exchange: Arc<Exchange>,
    /// Calls that have no reply yet.
    called: BTreeMap<u64, oneshot::Sender<Reply>>,
    calls: u64,
    /// Where the runtime's clock stands.
    clock: Time,
}

/// What travels between nodes.
#[derive(Clone, Debug)]
pub enum Message {
    /// A call, by a number of the caller's.
    Call(u64, Rc<Call>),
    /// The reply to it.
    Reply(u64, Rc<Reply>),
}

/// What a server shows of itself.
#[derive(Debug)]
pub struct Status {
    /// Its part and term.
    pub role: Role,
}

/// While the network splits, clients must see one store.
pub fn client_exhibit() -> Check<Server> {
    check(Server::open).survives(Nemesis::new().partitions()).linearizable().nondeterministic()
}

/// What five servers tell of their logs must be what a replicated log may do, while processes die,
/// the network splits and messages are late.
pub fn log_exhibit() -> Check<Server> {
    let claim = Nemesis::new().crashes().partitions().holds().delays();
    check(Server::open).survives(claim).nodes(5).nondeterministic()
}

impl Server {
    fn open(io: &mut Io<Self>) -> Self {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime without sockets asks nothing of the machine");
        let id = u64::from(io.id());
        let store = Arc::new(Store::open(id, io.disk().get("store")));
        let exchange = Arc::new(Exchange::default());
        let network = Arc::new(Network(exchange.clone()));
        let raft = {
            let _inside = runtime.enter();
            Raft::new(id, Arc::new(config(io)), network, store.clone())
        };
        let mut members: Vec<u64> = io.peers().into_iter().map(u64::from).collect();
        members.push(id);
        let first = raft.clone();
        // It is refused where a leader has reached the node already, which is as good.
        runtime.spawn(async move { first.initialize(members.into_iter().collect()).await });
        io.every(TICK, ());
        let mut server = Server {
            runtime,
            raft,
            store,
            exchange,
            called: BTreeMap::new(),
            calls: 0,
            clock: io.now(),
        };
        server.settle(io);
        server
    }

    /// Moves the clock, lets all tasks run, and carries out what they want.
    fn settle(&mut self, io: &mut Io<Self>) {
        let passed = io.now().since(self.clock);
        self.clock = io.now();
        self.runtime.block_on(async {
            if passed > Duration::ZERO {
                tokio::time::advance(passed).await;
            }
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
        });
        if let Some(bytes) = self.store.news() {
            io.disk().put("store", &bytes);
            io.disk().sync("store");
        }
        for fact in self.store.facts() {
            io.tell(fact);
        }
        self.called.retain(|_, waiting| !waiting.is_closed());
        let mut wanted = self.exchange.take();
        // The library calls its peers in the order of a hash set.
        wanted.calls.sort_by_key(|(to, ..)| *to);
        for (to, call, waiting) in wanted.calls {
            self.calls += 1;
            self.called.insert(self.calls, waiting);
            io.send(to, Message::Call(self.calls, Rc::new(call)));
        }
        for (to, number, reply) in wanted.replies {
            io.send(to, Message::Reply(number, Rc::new(reply)));
        }
        for (request, outcome) in wanted.answers {
            match outcome {
                Outcome::Ok(found) => io.ok(request, found),
                Outcome::Refused => io.refused(request),
                Outcome::Unknown => io.unknown(request),
            }
        }
    }

    fn request(&self, id: RequestId, op: Op) {
        let (raft, exchange, store) =
            (self.raft.clone(), self.exchange.clone(), self.store.clone());
        self.runtime.spawn(async move {
            let outcome = match op {
                Put(key, value) => {
                    let write = Write { key, value, request: id.into() };
                    match raft.client_write(ClientWriteRequest::new(write)).await {
                        Ok(_) => Outcome::Ok(None),
                        Err(ClientWriteError::ForwardToLeader(..)) => Outcome::Refused,
                        Err(ClientWriteError::RaftError(_)) => Outcome::Unknown,
                    }
                }
                // "Check to ensure this node is still the cluster leader, in order to guard against
                // stale reads. The actual read operation itself is up to the application."
                Get(key) => match raft.client_read().await {
                    Ok(()) => Outcome::Ok(store.get(key)),
                    Err(_) => Outcome::Refused,
                },
            };
            exchange.answer(id.into(), outcome);
        });
    }

    fn receive(&mut self, from: NodeId, message: Message) {
        match message {
            Message::Call(number, call) => {
                let (raft, exchange) = (self.raft.clone(), self.exchange.clone());
                let call = (*call).clone();
                self.runtime.spawn(async move {
                    let reply = match call {
                        Call::Append(call) => {
                            raft.append_entries(call.into()).await.ok().map(Reply::from)
                        }
                        Call::Vote(call) => raft.vote(call.into()).await.ok().map(Reply::from),
                    };
                    if let Some(reply) = reply {
                        exchange.reply(from.into(), number, reply);
                    }
                });
            }
            Message::Reply(number, reply) => {
                if let Some(waiting) = self.called.remove(&number) {
                    // Who waited may have given up in the meantime.
                    let _ = waiting.send((*reply).clone());
                }
            }
        }
    }
}

impl Node for Server {
    type Spec = PutGet;
    type Message = Message;
    type Timer = ();
    type View = Status;

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, op } => self.request(id, op),
            Event::Message { from, body } => self.receive(from, body),
            _ => {}
        }
        self.settle(io);
    }

    fn view(&self) -> Status {
        Status { role: self.role() }
    }

    fn role(&self) -> Role {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow();
        match metrics.state {
            State::Leader => Role::leader(metrics.current_term),
            State::Candidate => Role::candidate(metrics.current_term),
            _ => Role::follower(metrics.current_term),
        }
    }
}

fn config(io: &Io<Server>) -> async_raft::Config {
    let timeout = 60 + 5 * (io.draw("election timeout") % 12);
    let config = async_raft::Config::build("museum".to_owned())
        .heartbeat_interval(20)
        .election_timeout_min(timeout)
        .election_timeout_max(timeout + 1);
    config.validate().expect("the shortest timeout is below the longest")
}
