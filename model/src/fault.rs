//! What can go wrong, and the claim: which of it a system says it survives.
//!
//! A [`Fault`] is one written piece of trouble. A [`Nemesis`] is the promise that a run is held to:
//! faults of a kind that it does not name, or more of them at once than it allows, do nothing and
//! are noted. So neither a shrinker nor an editor can turn a real bug into "everybody lost".

use crate::id::{ClientId, NodeId};
use std::fmt;
use std::time::Duration;

mod hand;
mod kind;
mod link;
mod machine;
mod nemesis;
mod targets;

pub use hand::{Hand, Party};
pub use kind::Kind;
pub use link::{LinkTrouble, Overflow};
pub use machine::{ClockTrouble, DiskCall, DiskTrouble};
pub use nemesis::{Disturbance, Nemesis};

/// Whom a step is about: a node by its name, or whoever holds a role when the step happens.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// The node of this name.
    Node(NodeId),
    /// Who last said that it holds this role: the highest term wins, then the lowest id.
    Role(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Node(id) => write!(f, "{id}"),
            Target::Role(role) => f.write_str(role),
        }
    }
}

impl From<NodeId> for Target {
    fn from(id: NodeId) -> Target {
        Target::Node(id)
    }
}

/// Between which two effects of a node a crash falls.
///
/// A node's effects leave in one ordered list, and a process can die between any two of them. That
/// is how "answered before it was durable" becomes visible.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CrashPoint {
    /// Just before the node's next effect of this kind, whenever that comes.
    Before(EffectKind),
    /// After so many effects of the next event that the node handles.
    AfterEffect(u32),
}

/// The kinds of effect that a crash point can name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EffectKind {
    /// Making written data durable.
    Sync,
    /// A message to another node.
    Send,
    /// An answer to a client.
    Answer,
}

impl fmt::Display for CrashPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CrashPoint::Before(EffectKind::Sync) => f.write_str("before its next sync"),
            CrashPoint::Before(EffectKind::Send) => f.write_str("before its next send"),
            CrashPoint::Before(EffectKind::Answer) => f.write_str("before its next answer"),
            CrashPoint::AfterEffect(n) => write!(f, "after effect {n} of its next event"),
        }
    }
}

/// One written piece of trouble, or the end of one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The process dies; what it wrote stays. A segmentation fault, the out-of-memory killer.
    Crash {
        /// Who.
        node: Target,
        /// Where in its effects; at once if `None`.
        point: Option<CrashPoint>,
    },
    /// The machine loses power: what was not synced is gone, but for a prefix.
    PowerLoss {
        /// Who.
        node: Target,
        /// Where in its effects; at once if `None`.
        point: Option<CrashPoint>,
        /// How much of each file's unsynced end had reached the disk anyway, in percent.
        kept_percent: u8,
    },
    /// The process is asked to stop, may finish one event, and ends. A deployment.
    Stop {
        /// Who.
        node: Target,
    },
    /// A node that is down comes up from what its disk kept.
    Restart {
        /// Who.
        node: Target,
    },
    /// The process stands still and keeps its connections: a long garbage collection, a frozen VM.
    Pause {
        /// Who.
        node: Target,
    },
    /// A paused process goes on: what waited for it arrives at once.
    Resume {
        /// Who.
        node: Target,
    },
    /// The network splits into groups. Nodes that are not named form one more group.
    Partition {
        /// Who can still talk to whom.
        groups: Vec<Vec<Target>>,
    },
    /// One node is cut off from all others, both ways: a pulled cable.
    Isolate {
        /// Who.
        node: Target,
    },
    /// Messages from one node to another are lost: a broken route or firewall rule.
    Cut {
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
        /// Whether the other direction is cut as well.
        both: bool,
    },
    /// All cuts, isolations and partitions end.
    Heal,
    /// Messages from one node to another wait on the way: a stuck switch or proxy.
    Hold {
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
    },
    /// What a hold kept back is delivered, in order.
    Release {
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
    },
    /// One message is lost: a full buffer somewhere.
    Drop {
        /// Which one, counted from this step on, from 1.
        nth: u32,
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
    },
    /// One message is late, and others overtake it: another route.
    Delay {
        /// Which one, counted from this step on, from 1.
        nth: u32,
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
        /// How much later than usual.
        by: Duration,
    },
    /// A node's clock jumps ahead, and its timers with it: everybody else was stalled.
    Hurry {
        /// Who.
        node: Target,
        /// How far its timers run ahead.
        by: Duration,
    },
    /// Something that only the node itself can do to itself; see
    /// [`Node::disturb`](crate::Node::disturb).
    Disturb {
        /// Who.
        node: Target,
        /// What, in the node's own words.
        name: String,
        /// How much of it.
        argument: u64,
    },
    /// The process dies again and again, and a supervisor starts it again each time: a crash loop.
    CrashLoop {
        /// Who.
        node: Target,
        /// How often; at most [`Fault::TIMES_MAX`] count.
        times: u32,
        /// So long from one crash to the next.
        every: Duration,
    },
    /// All processes die at once and come up again: a bad configuration is rolled out to all.
    RestartAll,
    /// One node after the other is stopped and, half an interval later, started: a deployment.
    RollingRestart {
        /// So long from one node's turn to the next one's.
        every: Duration,
    },
    /// Each event takes a node so long: an overloaded or throttled machine.
    Slow {
        /// Who.
        node: Target,
        /// So much later its effects leave, and so long its next event waits.
        by: Duration,
        /// For so long.
        lasts: Duration,
    },
    /// A node's disk fails, fills, lies, or loses what it kept.
    Disk {
        /// Whose.
        node: Target,
        /// How.
        what: DiskTrouble,
    },
    /// A node's clock goes wrong, and its timers with it.
    Clock {
        /// Whose.
        node: Target,
        /// How.
        what: ClockTrouble,
    },
    /// Each node sees a majority, and no two see the same one: a ring of broken routes.
    Ring {
        /// The order of the nodes on the ring; those that are not named follow by their numbers.
        order: Vec<Target>,
    },
    /// Two halves of the cluster can both talk to this node, and not to each other.
    Bridge {
        /// Who stands between the halves.
        node: Target,
    },
    /// The links between groups fail and come back by turns: a loose contact, a route that flaps.
    /// Nodes that are not named keep their links.
    Flap {
        /// Who loses whom.
        groups: Vec<Vec<Target>>,
        /// So long each turn; the links are down first.
        every: Duration,
        /// For so long.
        lasts: Duration,
    },
    /// One message arrives twice: a retransmission that was not needed.
    Double {
        /// Which one, counted from this step on, from 1.
        nth: u32,
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
        /// So long after the first one the second one comes.
        by: Duration,
    },
    /// One message waits until the next one on its link has passed: two connections, two routes.
    Swap {
        /// Which one, counted from this step on, from 1.
        nth: u32,
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
    },
    /// A bit of one message is flipped on the way: a bad cable, memory in a switch. If the node's
    /// codec notices, the message is lost.
    Corrupt {
        /// Which one, counted from this step on, from 1.
        nth: u32,
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
        /// Which bit of its encoding, as [`Node::corrupt`](crate::Node::corrupt) counts.
        bit: u64,
    },
    /// The messages from one node to another have trouble for a while.
    Link {
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
        /// Which.
        what: LinkTrouble,
        /// For so long.
        lasts: Duration,
    },
    /// A client that has no answer sends its last request again, here or elsewhere.
    Again {
        /// Which client.
        client: ClientId,
        /// To whom.
        to: Target,
    },
    /// A client's request arrives twice at the node that it was sent to.
    DoubleRequest {
        /// Which one of the client's, counted from this step on, from 1.
        nth: u32,
        /// Whose.
        client: ClientId,
        /// So long after the first one the second one comes.
        by: Duration,
    },
    /// What happens next is chosen, instead of what time would bring.
    Hand(Hand),
    /// All that is wrong with a node's machine ends: its disk, its clock and its speed are as they
    /// should be, and a crash that waited for its point does not come.
    Mend {
        /// Whose.
        node: Target,
    },
    /// What messages from one node to another suffer for a while ends, and nothing waits for single
    /// ones of them any more.
    Clear {
        /// The sender.
        from: Target,
        /// The receiver.
        to: Target,
    },
}

impl Fault {
    /// A crash loop has no more turns than this.
    pub const TIMES_MAX: u32 = 100;

    /// The kind that a claim must name for this fault to take hold; `None` for what ends trouble.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Fault::Crash { .. } | Fault::CrashLoop { .. } | Fault::RestartAll => {
                Some(Kind::Crashes)
            }
            Fault::PowerLoss { .. } => Some(Kind::PowerLoss),
            Fault::Stop { .. } | Fault::RollingRestart { .. } => Some(Kind::Stops),
            Fault::Pause { .. } => Some(Kind::Pauses),
            Fault::Partition { .. }
            | Fault::Isolate { .. }
            | Fault::Cut { .. }
            | Fault::Ring { .. }
            | Fault::Bridge { .. }
            | Fault::Flap { .. } => Some(Kind::Partitions),
            Fault::Hold { .. } => Some(Kind::Holds),
            Fault::Drop { .. } => Some(Kind::Loss),
            Fault::Delay { .. } => Some(Kind::Delays),
            Fault::Hurry { .. } => Some(Kind::Hurry),
            Fault::Disturb { .. } => Some(Kind::Disturbances),
            Fault::Slow { .. } => Some(Kind::Slowness),
            Fault::Disk { what, .. } => Some(what.kind()),
            Fault::Clock { .. } => Some(Kind::Clocks),
            Fault::Double { .. } => Some(Kind::Doubles),
            Fault::Swap { .. } => Some(Kind::Overtaking),
            Fault::Corrupt { .. } => Some(Kind::Corruption),
            Fault::Link { what, .. } => Some(what.kind()),
            Fault::Again { .. } | Fault::DoubleRequest { .. } => Some(Kind::Retries),
            Fault::Hand(hand) => hand.kind(),
            Fault::Restart { .. }
            | Fault::Resume { .. }
            | Fault::Heal
            | Fault::Release { .. }
            | Fault::Mend { .. }
            | Fault::Clear { .. } => None,
        }
    }
}
