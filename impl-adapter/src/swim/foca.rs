//! The crate `foca` 2 behind [`Node`]: messages, timers and clients' wishes go into the library,
//! what it wants sent, timed and believed comes out through [`Io`]. It must not judge.
//!
//! The one idea: the library is a state machine without input or output of its own, which asks for
//! everything through a runtime; here that is the [`Door`]. What it does not do, any program around
//! it has to: a member announces itself to its contacts until it has somebody to talk to.

use super::codec::{self, Codec};
use super::desk::{Desk, Dice, Hears};
use super::door::{Door, Ways};
use super::hooks::{Healthy, Hooks};
use super::identity::Id;
use super::{Config, Status, Timer};
use foca::{Foca, PeriodicParams};
use schism::expect::Sight;
use schism::spec::group::{Broadcast, Group, Join, Leave, Members, Op, Ret};
use schism::{Event, Io, Node, NodeId, RequestId};
use std::fmt;
use std::num::{NonZeroU8, NonZeroU32, NonZeroUsize};
use std::rc::Rc;

type Library = Foca<Id, Codec, Dice, Hears>;

/// A node that is a member of the group, or may become one.
pub struct Member<H: Hooks = Healthy> {
    id: Id,
    /// `None` while the node is no member.
    library: Option<Library>,
    /// The generation with which the library came up: timers of an earlier one are stale.
    life: u32,
    desk: Rc<Desk>,
    ways: Ways,
    config: Config,
    contacts: Vec<NodeId>,
    nodes: u32,
    hooks: H,
}

/// A message as it travels: bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Packet(
    /// A header, then updates and broadcasts where there are any.
    pub Vec<u8>,
);

impl fmt::Debug for Packet {
    /// In short: `Ping(3) from n1.0, 2 updates`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = &self.0[..];
        let Ok(header) = codec::header(&mut bytes) else {
            return write!(f, "{} bytes that nobody can read", self.0.len());
        };
        write!(f, "{:?} from {:?}", header.message, header.src)?;
        match bytes.first_chunk().map(|count| u16::from_be_bytes(*count)) {
            None | Some(0) => Ok(()),
            Some(1) => f.write_str(", 1 update"),
            Some(count) => write!(f, ", {count} updates"),
        }
    }
}

/// Brings members up.
pub fn boot(config: Config) -> impl Fn(&mut Io<Member>) -> Member + Send + Sync + Clone {
    move |io| Member::open(config, Healthy, io)
}

impl<H: Hooks> Member<H> {
    /// A node that comes up.
    pub(crate) fn open(config: Config, hooks: H, io: &mut Io<Self>) -> Self {
        let me = io.id();
        let nodes = io.peers().len() as u32 + 1;
        let contacts = config.contacts.min(nodes);
        let mut member = Member {
            id: Id::of(me, io.incarnation()),
            library: None,
            life: 0,
            desk: Rc::new(Desk::new(me, nodes)),
            ways: Ways::new(),
            config,
            contacts: (1..=contacts).map(NodeId).filter(|contact| *contact != me).collect(),
            nodes,
            hooks,
        };
        // A contact is there for the others to come to. Who wants to wait for a client does.
        if config.joins {
            member.join(io);
        } else {
            io.tell(schism::Fact::Member(schism::fact::Member::Left));
        }
        member
    }

    fn join(&mut self, io: &mut Io<Self>) {
        let mut config = library_config(self.config, self.nodes);
        self.hooks.set_up(&mut config);
        let desk = &self.desk;
        let (codec, dice) = (Codec { desk: desk.clone() }, Dice(desk.clone()));
        let hears = Hears(desk.clone());
        self.life = self.id.generation();
        self.library = Some(Foca::with_custom_broadcast(self.id, config, dice, codec, hears));
        self.ways.connected = false;
        self.desk.joins(self.id);
        self.announce(io);
    }

    /// Announces itself to the contacts that it has not heard of, or to all of them where it has
    /// nobody to talk to; and again, until there is no such contact.
    fn announce(&mut self, io: &mut Io<Self>) {
        let connected = self.ways.connected;
        let missed: Vec<NodeId> = self
            .contacts
            .iter()
            .copied()
            .filter(|contact| !connected || self.desk.held(*contact).is_none())
            .collect();
        self.act(io, |library, door| {
            for contact in missed {
                door.announce_later();
                // Whom it cannot announce itself to now, it will next time.
                let _ = library.announce(Id::anyone(contact), &mut *door);
            }
        });
    }

    /// Lets the library do something, and does what it wants done.
    fn act(
        &mut self,
        io: &mut Io<Self>,
        what: impl FnOnce(&mut Library, &mut Door<'_, H>),
    ) -> bool {
        let Member { library, desk, ways, config, hooks, life, id, .. } = self;
        let Some(library) = library else { return false };
        let mut door = Door { io, desk, ways, config, hooks, life: *life };
        what(library, &mut door);
        if *id != *library.identity() {
            *id = *library.identity();
            desk.joins(*id);
        }
        door.tell();
        true
    }

    fn request(&mut self, request: RequestId, op: Op, io: &mut Io<Self>) {
        match op {
            Join => {
                if self.library.is_none() {
                    self.id = self.id.next();
                    self.join(io);
                }
                io.ok(request, Ret::Done);
            }
            Leave => {
                // What it cannot tell anybody, they will find out.
                let left = self.act(io, |library, door| {
                    let _ = library.leave_cluster(door);
                });
                if left {
                    self.leave(io);
                }
                io.ok(request, Ret::Done);
            }
            Broadcast(value) => {
                let told = self.act(io, |library, _| {
                    let _ = library.add_broadcast(&value.to_le_bytes());
                });
                if told { io.ok(request, Ret::Done) } else { io.refused(request) }
            }
            Members if self.library.is_some() => {
                let mut members = self.desk.active();
                members.push(self.id.node());
                members.sort_unstable();
                io.ok(request, Ret::Members(members));
            }
            Members => io.refused(request),
        }
    }

    /// A library that has left has to go: told by others that it is down, it would come back.
    fn leave(&mut self, io: &mut Io<Self>) {
        self.library = None;
        self.ways.connected = false;
        self.desk.leaves();
        self.desk.news(|said| io.tell(schism::Fact::Member(said)));
    }
}

impl<H: Hooks> Node for Member<H> {
    type Spec = Group;
    type Message = Packet;
    type Timer = Timer;
    type View = Status;

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        // What the library makes of an event that it does not like (bytes that it cannot read, a
        // probe whose end it missed) it tells its caller, who has nothing to do about it.
        match event {
            Event::Message { from, mut body } => {
                self.desk.reseed(io.draw((0_u8, from, io.now())));
                self.hooks.hears(&mut body.0, &self.desk);
                self.act(io, |library, door| {
                    let _ = library.handle_data(&body.0, door);
                });
            }
            Event::Timer(Timer::Library(timer, life)) if life == self.life => {
                self.desk.reseed(io.draw((1_u8, kind(&timer), io.now())));
                self.act(io, |library, door| {
                    let _ = library.handle_timer(timer, door);
                });
            }
            Event::Timer(Timer::Announce) => {
                self.desk.reseed(io.draw((2_u8, io.now())));
                self.ways.announces = false;
                self.announce(io);
            }
            Event::Request { id, op } => {
                self.desk.reseed(io.draw((3_u8, id)));
                self.request(id, op, io);
            }
            _ => {}
        }
    }

    fn view(&self) -> Status {
        Status {
            id: self.id.node(),
            generation: self.id.generation(),
            joined: self.library.is_some(),
            connected: self.ways.connected,
            sees: self.library.as_ref().map_or(0, |library| library.num_members() as u32),
            seen: self.desk.seen(),
        }
    }

    fn sight(&self) -> Sight {
        let me = self.id.node();
        let members = || self.desk.seen().iter().chain([me]).collect();
        Sight { leader: None, members: self.library.as_ref().map(|_| members()) }
    }
}

/// A name for the draws of a timer: those that go off at one time are told apart by what they are.
const fn kind(timer: &foca::Timer<Id>) -> (u8, u16) {
    match timer {
        foca::Timer::ProbeRandomMember(_) => (0, 0),
        foca::Timer::SendIndirectProbe { probed_id, .. } => (1, probed_id.address()),
        foca::Timer::ChangeSuspectToDown { member_id, .. } => (2, member_id.address()),
        foca::Timer::PeriodicAnnounce(_) => (3, 0),
        foca::Timer::PeriodicAnnounceDown(_) => (4, 0),
        foca::Timer::PeriodicGossip(_) => (5, 0),
        foca::Timer::RemoveDown(id) => (6, id.address()),
    }
}

/// The library's own configuration for a local network of so many members, at another pace.
pub(crate) fn library_config(config: Config, nodes: u32) -> foca::Config {
    let size = NonZeroU32::new(config.size.unwrap_or(nodes)).unwrap_or(NonZeroU32::MIN);
    let lan = foca::Config::new_lan(size);
    // Both are whole milliseconds, so nothing is lost.
    let paced = |time: std::time::Duration| time.mul_f64(config.period.as_secs_f64());
    let periodic = |params: Option<PeriodicParams>| {
        params.map(|params| PeriodicParams { frequency: paced(params.frequency), ..params })
    };
    let seeks = PeriodicParams {
        frequency: config.period * config.seeks_every,
        num_members: const { NonZeroUsize::new(2).expect("two are not none") },
    };
    let least = NonZeroU8::new(config.transmissions).unwrap_or(NonZeroU8::MIN);
    foca::Config {
        probe_period: paced(lan.probe_period),
        probe_rtt: paced(lan.probe_rtt),
        suspect_to_down_after: paced(lan.suspect_to_down_after),
        max_transmissions: lan.max_transmissions.max(least),
        periodic_announce: periodic(lan.periodic_announce),
        periodic_announce_to_down_members: Some(seeks),
        periodic_gossip: periodic(lan.periodic_gossip),
        ..lan
    }
}
