//! The seam to a real implementation: it takes events and does everything through one door.
//!
//! An [`Event`] comes in, effects go out through [`Io`], in order. The node touches no socket,
//! clock, file or coin of its own, so the same code runs in the simulation and on real sockets, and
//! a crash can fall between any two of its effects.

use crate::disk::{Disk, Drive};
use crate::expect::Sight;
use crate::fact::Fact;
use crate::history::Outcome;
use crate::id::{NodeId, RequestId, TimerId, Token};
use crate::seed::Seed;
use crate::spec::Spec;
use crate::time::{Time, micros};
use std::cell::Cell;
use std::fmt::Debug;
use std::hash::Hash;
use std::rc::Rc;
use std::time::Duration;

/// One member of the cluster under test.
///
/// The implementation behind it need be neither `Clone`, `Hash`, `Send` nor serialisable, but it
/// must be deterministic: what it does may depend on its events and on what [`Io`] tells it, not on
/// a clock, a thread, an address or the order of a hash map.
pub trait Node: Sized + 'static {
    /// What clients are promised.
    type Spec: Spec;
    /// What travels between nodes.
    type Message: Clone + Debug + 'static;
    /// What a node asks to be woken for; `()` where there is one reason.
    type Timer: Clone + Debug + 'static;
    /// What properties may look at.
    type View: Debug + 'static;

    /// Handles one event. What it does, it does through `io`, in this order.
    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>);

    /// What the node shows of itself.
    fn view(&self) -> Self::View;

    /// The part that the node plays now, as it believes. Steps can point at roles
    /// (`crash leader`) and wait for elections; without it they name nodes only.
    fn role(&self) -> Role {
        Role::NONE
    }

    /// What the node says of the cluster around it, as it believes: whom it takes for the leader,
    /// and whom for live members. Scenarios expect things of it (`expect all see each other`);
    /// without it they have only roles, clients and facts to go by. Asked only where a schedule
    /// expects anything.
    fn sight(&self) -> Sight {
        Sight::default()
    }

    /// Does something to itself that a claim names with [`Nemesis::own`](crate::Nemesis::own).
    fn disturb(&mut self, _name: &str, _argument: u64, _io: &mut Io<Self>) {}

    /// A message as it reads after one bit of its encoding was flipped on the way: encode it, flip
    /// bit `bit % (8 * length)`, decode it. `None` says that the codec, or a checksum, refuses it,
    /// so that the message is lost; that is also what holds without this method.
    ///
    /// Only a claim that names [`Kind::Corruption`](crate::fault::Kind::Corruption) asks for it.
    fn corrupt(_message: &Self::Message, _bit: u64) -> Option<Self::Message> {
        None
    }
}

/// What can happen to a node.
#[non_exhaustive]
pub enum Event<N: Node> {
    /// A client asks. Answer with [`Io::ok`], [`Io::refused`] or [`Io::unknown`], now or later.
    Request {
        /// Which request; an operation is the same if and only if its id is.
        id: RequestId,
        /// For what.
        op: <N::Spec as Spec>::Op,
    },
    /// A message arrives.
    Message {
        /// From whom.
        from: NodeId,
        /// What.
        body: N::Message,
    },
    /// A timer that the node had set.
    Timer(N::Timer),
    /// Data given to [`Disk::sync_later`] is durable.
    Synced(Token),
    /// The process is asked to end; it will not get another event.
    Stop,
}

/// A part that a node plays, with the term (epoch, view, ballot) for which it does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Role {
    /// The word for it in schedules: `leader`.
    pub name: &'static str,
    /// Who among several holders is meant: the one with the highest term.
    pub term: u64,
}

impl Role {
    /// No part that anybody could point at.
    pub const NONE: Role = Role { name: "", term: 0 };

    /// A part of the system's own, such as `controller`.
    #[must_use]
    pub const fn named(name: &'static str, term: u64) -> Role {
        Role { name, term }
    }

    /// Leads a term.
    #[must_use]
    pub const fn leader(term: u64) -> Role {
        Role { name: "leader", term }
    }

    /// Follows in a term.
    #[must_use]
    pub const fn follower(term: u64) -> Role {
        Role { name: "follower", term }
    }

    /// Asks to lead.
    #[must_use]
    pub const fn candidate(term: u64) -> Role {
        Role { name: "candidate", term }
    }

    /// Whether this is a leader.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.name == "leader"
    }
}

/// One effect of a node. They are carried out in the order in which they were asked for.
pub(crate) enum Effect<N: Node> {
    Send {
        to: NodeId,
        body: N::Message,
    },
    Answer {
        request: RequestId,
        outcome: Outcome<<N::Spec as Spec>::Ret>,
    },
    Arm {
        id: TimerId,
        after: u64,
        every: bool,
        timer: N::Timer,
    },
    Disarm(TimerId),
    /// The named file has been written up to here (bytes of a log, versions of a cell).
    Write {
        file: usize,
        upto: usize,
    },
    Sync {
        file: usize,
        upto: usize,
        token: Option<Token>,
    },
    Tell(Fact),
    /// A written trouble of the disk took hold here; the node stops if it did not use a `try_`
    /// form.
    Trouble {
        step: usize,
        stops: bool,
    },
}

/// The one door through which a node acts on the world.
pub struct Io<N: Node> {
    pub(crate) id: NodeId,
    pub(crate) nodes: Rc<[NodeId]>,
    pub(crate) incarnation: u32,
    pub(crate) now: Time,
    pub(crate) seed: Seed,
    pub(crate) drive: Drive,
    pub(crate) effects: Vec<Effect<N>>,
    pub(crate) next_timer: u32,
    /// Whether the node has looked at its clock.
    pub(crate) read_clock: Cell<bool>,
    /// Whether somebody wants to hear of each message.
    pub(crate) detail: bool,
}

/// More effects than this from one event is a node that will never return.
const EFFECTS_MAX: usize = 1 << 20;

/// The payload of the panic that ends a step which does not end by itself.
#[derive(Debug)]
pub(crate) struct Runaway;

impl<N: Node> Effect<N> {
    /// Whether no crash point counts it.
    #[inline]
    pub(crate) const fn is_detail(&self) -> bool {
        matches!(self, Effect::Tell(fact) if fact.is_detail())
    }
}

impl<N: Node> Io<N> {
    pub(crate) fn new(id: NodeId, nodes: Rc<[NodeId]>, seed: Seed) -> Io<N> {
        Io {
            id,
            nodes,
            incarnation: 0,
            now: Time::ZERO,
            seed: seed.of((id.0, 0_u32)),
            drive: Drive::default(),
            effects: Vec::new(),
            next_timer: 0,
            read_clock: Cell::new(false),
            detail: false,
        }
    }

    /// The node's own name.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// The other nodes that stood in the cluster at the start.
    #[must_use]
    pub fn peers(&self) -> Vec<NodeId> {
        self.nodes.iter().copied().filter(|id| *id != self.id).collect()
    }

    /// How many times this node had come up before.
    #[must_use]
    pub const fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// The node's own clock.
    #[must_use]
    pub fn now(&self) -> Time {
        self.read_clock.set(true);
        self.now
    }

    /// A seed for a library that wants one: its own for each node and incarnation.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed.0
    }

    /// A random number that belongs to `key` in this incarnation of this node: the same each time
    /// it is asked for, and different on each node. `io.draw((term, role))`
    #[must_use]
    pub fn draw(&self, key: impl Hash) -> u64 {
        self.seed.of(key).0
    }

    /// The files of this node.
    pub const fn disk(&mut self) -> Disk<'_, N> {
        Disk { io: self }
    }

    /// Sends a message to another node. It may be late, lost or overtaken.
    pub fn send(&mut self, to: impl Into<NodeId>, body: N::Message) {
        self.push(Effect::Send { to: to.into(), body });
    }

    /// Sends several messages, in order.
    pub fn send_all<T: Into<NodeId>>(
        &mut self,
        messages: impl IntoIterator<Item = (T, N::Message)>,
    ) {
        for (to, body) in messages {
            self.send(to, body);
        }
    }

    /// Tells a client that its operation took effect, with this answer.
    pub fn ok(&mut self, request: impl Into<RequestId>, ret: impl Into<<N::Spec as Spec>::Ret>) {
        self.answer(request, Outcome::Ok(ret.into()));
    }

    /// Tells a client that its operation did not take effect and never will. Say it only where that
    /// is certain.
    pub fn refused(&mut self, request: impl Into<RequestId>) {
        self.answer(request, Outcome::Refused);
    }

    /// Tells a client that nobody knows whether its operation took effect or still will.
    pub fn unknown(&mut self, request: impl Into<RequestId>) {
        self.answer(request, Outcome::Unknown);
    }

    /// Answers a client.
    pub fn answer(
        &mut self,
        request: impl Into<RequestId>,
        outcome: Outcome<<N::Spec as Spec>::Ret>,
    ) {
        self.push(Effect::Answer { request: request.into(), outcome });
    }

    /// Wakes the node once, after a delay on its own clock. Timers end with the process.
    pub fn after(&mut self, delay: Duration, timer: N::Timer) -> TimerId {
        self.arm(delay, false, timer)
    }

    /// Wakes the node again and again, with this period on its own clock.
    pub fn every(&mut self, period: Duration, timer: N::Timer) -> TimerId {
        self.arm(period, true, timer)
    }

    /// Stops a timer. One that is not running any more stays so.
    pub fn cancel(&mut self, timer: TimerId) {
        self.push(Effect::Disarm(timer));
    }

    /// Says something of the node in the reference model's words, so that the model can be held
    /// against it. A fact about durable state belongs after the sync.
    pub fn tell(&mut self, fact: Fact) {
        self.push(Effect::Tell(fact));
    }

    /// Whether somebody wants to hear of each message that this node sends and handles, and of what
    /// it has in mind: the last kinds of [`Fact`]. To tell them otherwise costs time for nothing.
    #[inline]
    #[must_use]
    pub const fn in_detail(&self) -> bool {
        self.detail
    }

    fn arm(&mut self, delay: Duration, every: bool, timer: N::Timer) -> TimerId {
        let id = TimerId(self.next_timer);
        self.next_timer += 1;
        // A period of zero would never let time pass.
        let after = if every { micros(delay).max(1) } else { micros(delay) };
        self.push(Effect::Arm { id, after, every, timer });
        id
    }

    pub(crate) fn push(&mut self, effect: Effect<N>) {
        if self.effects.len() >= EFFECTS_MAX {
            std::panic::panic_any(Runaway);
        }
        self.effects.push(effect);
    }
}

impl From<u64> for RequestId {
    /// For a store that knows its clients' requests by a number: the inverse of the other way.
    fn from(n: u64) -> RequestId {
        RequestId { client: crate::id::ClientId((n >> 32) as u32), number: n as u32 }
    }
}

impl From<RequestId> for u64 {
    fn from(id: RequestId) -> u64 {
        u64::from(id.client.0) << 32 | u64::from(id.number)
    }
}
