//! One member: messages and timers go into the library, what it wants sent and timed comes out.
//!
//! The one idea: clients ask for something that only a whole cluster can do. A `put` is answered by
//! a member that sees all others and refused by any else, so the probe of the calm end succeeds as
//! soon as some member sees everybody, and never if they have lost each other for good.

use super::foca::{
    BincodeCodec, Config, Foca, Identity, NoCustomBroadcast, Notification, Runtime, Timer,
};
use crate::swim::{ANNOUNCE, PROBE_PERIOD, PROBE_RTT, SUSPECT_TO_DOWN, Status};
use bincode::{DefaultOptions, Options as _};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use schism::spec::kv::PutGet;
use schism::{Event, Io, Node, NodeId, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::time::Duration;

/// A member's name: an address, and how often it has come back from being declared down.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Id {
    address: u32,
    generation: u16,
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}.{}", self.address, self.generation)
    }
}

impl Identity for Id {
    fn renew(&self) -> Option<Id> {
        Some(Id { address: self.address, generation: self.generation + 1 })
    }

    fn has_same_prefix(&self, other: &Id) -> bool {
        self.address == other.address
    }
}

type Codec = BincodeCodec<DefaultOptions>;

/// A message, told in short.
#[derive(Clone)]
pub struct Packet(Vec<u8>);

impl fmt::Debug for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header: Result<super::foca::Header<Id>, _> =
            DefaultOptions::new().allow_trailing_bytes().deserialize(&self.0);
        match header {
            Ok(header) => write!(f, "{:?} from {:?}", header.message, header.src),
            Err(_) => write!(f, "{} bytes", self.0.len()),
        }
    }
}

/// What a member asks to be woken for.
#[derive(Clone, Debug)]
pub enum Wake {
    /// Something of the library's.
    Library(Timer<Id>),
    /// To look whether others are missing.
    Announce,
}

/// What the library wants done, in its order.
#[derive(Default)]
struct Wanted {
    sent: Vec<(Id, Vec<u8>)>,
    timers: Vec<(Duration, Timer<Id>)>,
}

impl Runtime<Id> for Wanted {
    fn notify(&mut self, _: Notification<Id>) {}

    fn send_to(&mut self, to: Id, data: &[u8]) {
        self.sent.push((to, data.to_vec()));
    }

    fn submit_after(&mut self, event: Timer<Id>, after: Duration) {
        self.timers.push((after, event));
    }
}

/// A member of the cluster.
pub struct Member {
    library: Foca<Id, Codec, SmallRng, NoCustomBroadcast>,
    peers: Vec<NodeId>,
    /// When it sent what it sent within the last second.
    sent: VecDeque<Time>,
}

/// Brings a member up.
pub fn boot(io: &mut Io<Member>) -> Member {
    let config = Config {
        probe_period: PROBE_PERIOD,
        probe_rtt: PROBE_RTT,
        suspect_to_down_after: SUSPECT_TO_DOWN,
        // As `Config::new_lan` and `Config::new_wan` have it.
        notify_down_members: true,
        ..Config::simple()
    };
    let id = Id { address: io.id().0, generation: 0 };
    let library = Foca::new(
        id,
        config,
        SmallRng::seed_from_u64(io.seed()),
        BincodeCodec(DefaultOptions::new()),
    );
    let mut member = Member { library, peers: io.peers(), sent: VecDeque::new() };
    io.every(ANNOUNCE, Wake::Announce);
    member.announce(io);
    member
}

impl Member {
    fn sees(&self) -> BTreeSet<u32> {
        self.library.iter_members().map(|member| member.id().address).collect()
    }

    /// Tells those that it misses that it is there.
    fn announce(&mut self, io: &mut Io<Self>) {
        let sees = self.sees();
        let mut wanted = Wanted::default();
        for peer in self.peers.iter().filter(|peer| !sees.contains(&peer.0)) {
            let peer = Id { address: peer.0, generation: 0 };
            // Whom it cannot announce itself to now, it will next time.
            let _ = self.library.announce(peer, &mut wanted);
        }
        self.carry_out(wanted, io);
    }

    fn carry_out(&mut self, wanted: Wanted, io: &mut Io<Self>) {
        for (to, data) in wanted.sent {
            self.sent.push_back(io.now());
            io.send(NodeId(to.address), Packet(data));
        }
        let second = Duration::from_secs(1);
        while self.sent.front().is_some_and(|sent| io.now().since(*sent) > second) {
            self.sent.pop_front();
        }
        for (after, timer) in wanted.timers {
            io.after(after, Wake::Library(timer));
        }
    }
}

impl Node for Member {
    type Spec = PutGet;
    type Message = Packet;
    type Timer = Wake;
    type View = Status;

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        let mut wanted = Wanted::default();
        // What the library makes of an event that it does not like (a probe whose timer is stale)
        // it tells its caller, who has nothing to do about it.
        match event {
            Event::Message { body, .. } => {
                let _ = self.library.handle_data(&body.0, &mut wanted);
            }
            Event::Timer(Wake::Library(timer)) => {
                let _ = self.library.handle_timer(timer, &mut wanted);
            }
            Event::Timer(Wake::Announce) => self.announce(io),
            Event::Request { id, .. } if self.sees().len() == self.peers.len() => {
                io.ok(id, None);
            }
            Event::Request { id, .. } => io.refused(id),
            _ => {}
        }
        self.carry_out(wanted, io);
    }

    fn view(&self) -> Status {
        Status { sees: self.sees().len(), sent: self.sent.len() }
    }
}
