//! Everything that happened in a run.
//!
//! A lean trace holds what judges need: the history, the facts, the views, how each step went. A
//! rich one, recorded in a second run of a schedule that failed, also holds every event with its
//! cause. Both have the same digest.

use crate::course::Course;
use crate::expect::Outlook;
use crate::fact::{Fact, Told};
use crate::history::{History, Moment};
use crate::id::NodeId;
use crate::node::Node;
use crate::time::Time;
use std::fmt;
use std::time::Duration;

/// What a run left behind.
pub struct Trace<N: Node> {
    /// A digest of the run: equal schedules give equal digests, on any machine.
    pub digest: Digest,
    /// What the clients saw.
    pub history: History<N::Spec>,
    /// What the nodes told, in order.
    pub facts: Vec<Told>,
    /// What the nodes showed after each of their events, in order; empty unless asked for.
    pub views: Vec<Shown<N::View>>,
    /// How each step of the schedule went, in the schedule's order.
    pub steps: Vec<StepRecord>,
    /// The messages that noise hit.
    pub hits: Vec<NoiseHit>,
    /// When a leader was undisturbed, in order; empty unless asked for.
    pub reigns: Vec<Reign>,
    /// How leaders and faults came and went; empty unless asked for.
    pub course: Course,
    /// What the schedule expected, and how nodes stood; empty where it expects nothing.
    pub outlook: Outlook,
    /// How the run ended.
    pub end: End,
    /// When.
    pub ended: Moment,
    /// Counts of what happened.
    pub counts: Counts,
    /// What each link carried, by sender and receiver; links without messages are left out.
    pub links: Vec<LinkCount>,
    /// The roles that nodes said they played, each once.
    pub roles: Vec<&'static str>,
    /// Every event, in a rich trace; empty in a lean one.
    pub records: Vec<Record>,
}

/// A digest of a run.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Digest(pub u64);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What a node showed after an event.
#[derive(Debug)]
pub struct Shown<View> {
    /// When.
    pub at: Moment,
    /// Who.
    pub node: NodeId,
    /// How many times that node had come up before.
    pub incarnation: u32,
    /// What.
    pub view: View,
}

/// A time in which nothing is in the way of a leader: it and a quorum of voters are up and healthy,
/// the links between it and them carry each message, nobody else who is up reaches any of them, and
/// no fault begins or ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reign {
    /// The leader, by what it says of itself.
    pub leader: NodeId,
    /// The term that it leads.
    pub term: u64,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

/// How a step of the schedule went.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StepRecord {
    /// When it happened; `None` if what it waited for never came.
    pub happened: Option<Moment>,
    /// The node that it turned out to be about, where it named one, or a role.
    pub node: Option<NodeId>,
    /// Whether it did something. A fault that did nothing has a note.
    pub took_hold: bool,
    /// Why it did nothing: `n2 is down already`.
    pub note: Option<String>,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum End {
    /// The calm end was reached and a probe write succeeded through this node.
    Settled {
        /// The node that took the probe.
        node: NodeId,
        /// The nodes whose state machines did not take the probe in, though they tell what they
        /// apply.
        behind: Vec<NodeId>,
        /// The place in the history of a read that no voter answered, however often it was asked.
        unread: Option<usize>,
    },
    /// All was well again for this long, but no probe write succeeded.
    Unsettled {
        /// How long the calm lasted.
        waited: Duration,
    },
    /// The code under test panicked.
    Panicked(Panic),
    /// A node would not come to an end: this many events, or effects of one event.
    Runaway {
        /// Who, where one node alone did it.
        node: Option<NodeId>,
        /// What it did too much of, as a sentence.
        what: String,
    },
    /// It was looked at before its end.
    Open,
}

/// A panic in the code under test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Panic {
    /// In which node.
    pub node: NodeId,
    /// When.
    pub at: Moment,
    /// What it said.
    pub message: String,
    /// Where in the source: `raft_log.rs:412`.
    pub location: String,
}

/// A message that noise hit, told so that it can be written as a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoiseHit {
    /// When it was sent.
    pub sent: Time,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// Which of the messages sent on this link at this very time, from 1.
    pub nth: u32,
    /// What happened to it.
    pub hit: Hit,
}

/// What happens to a single message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Hit {
    /// It is lost.
    Lost,
    /// It comes so much later than usual.
    Late(Duration),
    /// It comes twice, the second time so much later.
    Doubled(Duration),
    /// It waits until the next one on its link has passed.
    Overtaken,
    /// This bit of it is flipped.
    Corrupted(u64),
}

/// What one link has carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkCount {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// How many messages were sent.
    pub sent: u64,
    /// How many of them never arrived, by [`LossCause`] in listing order.
    pub lost: [u64; LossCause::ALL.len()],
}

/// Why a message never arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LossCause {
    /// The link was cut when it was sent, or when it was to arrive.
    Cut,
    /// A step, a lossy link or the noise lost it.
    Dropped,
    /// The queue of a narrow link was full.
    Overflow,
    /// It changed on the way, and its checksum or its codec refused it.
    Corrupt,
    /// The receiver was down.
    Nobody,
}

impl LossCause {
    /// All causes, in the order in which they are listed everywhere.
    pub const ALL: [LossCause; 5] = [
        LossCause::Cut,
        LossCause::Dropped,
        LossCause::Overflow,
        LossCause::Corrupt,
        LossCause::Nobody,
    ];

    /// What became of the message, in a word or two.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            LossCause::Cut => "cut off",
            LossCause::Dropped => "dropped",
            LossCause::Overflow => "queue full",
            LossCause::Corrupt => "corrupt",
            LossCause::Nobody => "nobody there",
        }
    }
}

/// Counts of what happened in a run.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Events handled by nodes.
    pub events: u64,
    /// Messages sent.
    pub sent: u64,
    /// Messages that reached a node.
    pub delivered: u64,
    /// Messages that never arrived, by [`LossCause`] in listing order.
    pub lost: [u64; LossCause::ALL.len()],
    /// Faults that took hold, by [`Kind`](crate::fault::Kind) in listing order.
    pub faults: [u64; crate::fault::Kind::ALL.len()],
    /// Promises that the world broke, where a [`Sabotage`](crate::sabotage::Sabotage) was wanted.
    pub broken: u64,
}

/// One event of a rich trace.
#[derive(Clone, Debug)]
pub struct Record {
    /// When, and its place in the run's one order.
    pub at: Moment,
    /// The place of the event that caused it; `None` for the start and for written steps.
    pub cause: Option<u64>,
    /// The node at which it happened, if one.
    pub node: Option<NodeId>,
    /// What happened.
    pub what: What,
}

/// What happened, for readers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum What {
    /// A step of the schedule (from 0) happened.
    Step(usize),
    /// The calm end began.
    Calm,
    /// A node came up for the so-manieth time, from 0.
    Up(u32),
    /// A node went down, and why: `crashed`, `lost power`, `stopped`.
    Down(&'static str),
    /// A node sent a message.
    Sent {
        /// To whom.
        to: NodeId,
        /// The message, in short.
        text: String,
        /// What became of it at once: `None` if it is on its way, else why not.
        lost: Option<&'static str>,
    },
    /// A message that had left was lost on its way.
    Lost {
        /// To whom it was.
        to: NodeId,
        /// What became of it: `queue full`.
        why: &'static str,
    },
    /// A message arrived.
    Delivered {
        /// From whom.
        from: NodeId,
        /// The place in the order at which it was sent.
        sent: u64,
        /// The message, in short.
        text: String,
    },
    /// A timer fired.
    Timer(String),
    /// A request reached a node: its place in the history.
    Request(usize),
    /// A node answered a request that a client still waited for, or not any more.
    Answer {
        /// The place in the history.
        operation: usize,
        /// The answer, in short.
        text: String,
        /// Whether the client still waited.
        heard: bool,
    },
    /// A node wrote this many bytes to a file.
    Wrote(String, usize),
    /// A node synced a file.
    Synced(String),
    /// A node told a fact.
    Told(Fact),
    /// The node's own `tracing` event.
    Log {
        /// Its level.
        level: &'static str,
        /// Where it comes from.
        target: String,
        /// Its message and fields.
        text: String,
    },
    /// A remark of the simulation's.
    Note(String),
}
