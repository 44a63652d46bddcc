//! What can go wrong, and the claim: which of it a system says it survives.
//!
//! A [`Fault`] is one written piece of trouble. A [`Nemesis`] is the promise that a run is held to:
//! faults of a kind that it does not name, or more of them at once than it allows, do nothing and
//! are noted. So neither a shrinker nor an editor can turn a real bug into "everybody lost".

use crate::id::NodeId;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

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
    /// Something that only the node itself can do to itself; see [`Node::disturb`](crate::Node::disturb).
    Disturb {
        /// Who.
        node: Target,
        /// What, in the node's own words.
        name: String,
        /// How much of it.
        argument: u64,
    },
}

/// The kinds of fault that a claim names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Processes die.
    Crashes,
    /// Machines lose power.
    PowerLoss,
    /// Processes are stopped in order.
    Stops,
    /// Processes stand still.
    Pauses,
    /// Nodes cannot reach each other.
    Partitions,
    /// Links keep messages back.
    Holds,
    /// Messages are lost.
    Loss,
    /// Messages are late.
    Delays,
    /// Timers run ahead.
    Hurry,
    /// The node's own kinds of trouble.
    Disturbances,
}

impl Kind {
    /// All kinds, in the order in which they are listed everywhere.
    pub const ALL: [Kind; 10] = [
        Kind::Crashes,
        Kind::PowerLoss,
        Kind::Stops,
        Kind::Pauses,
        Kind::Partitions,
        Kind::Holds,
        Kind::Loss,
        Kind::Delays,
        Kind::Hurry,
        Kind::Disturbances,
    ];

    /// The word for this kind in schedules and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Crashes => "crashes",
            Kind::PowerLoss => "power-loss",
            Kind::Stops => "stops",
            Kind::Pauses => "pauses",
            Kind::Partitions => "partitions",
            Kind::Holds => "holds",
            Kind::Loss => "loss",
            Kind::Delays => "delays",
            Kind::Hurry => "hurry",
            Kind::Disturbances => "disturbances",
        }
    }

    /// The real-world event that this kind stands for, in one sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Kind::Crashes => "a process dies at any point; what it wrote stays",
            Kind::PowerLoss => "a machine loses power: of what was not synced, only a prefix stays",
            Kind::Stops => "a process is asked to stop, handles that, and ends",
            Kind::Pauses => "a process stands still with its connections open, then goes on",
            Kind::Partitions => "groups, single nodes, links or one direction of a link are cut",
            Kind::Holds => "a link keeps its messages back and delivers them later, in order",
            Kind::Loss => "single messages are lost",
            Kind::Delays => "single messages are late and others overtake them",
            Kind::Hurry => "a node's clock jumps ahead, so its timers fire early",
            Kind::Disturbances => "what the node under test brings along and does to itself",
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl Fault {
    /// The kind that a claim must name for this fault to take hold; `None` for what ends trouble.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Fault::Crash { .. } => Some(Kind::Crashes),
            Fault::PowerLoss { .. } => Some(Kind::PowerLoss),
            Fault::Stop { .. } => Some(Kind::Stops),
            Fault::Pause { .. } => Some(Kind::Pauses),
            Fault::Partition { .. } | Fault::Isolate { .. } | Fault::Cut { .. } => {
                Some(Kind::Partitions)
            }
            Fault::Hold { .. } => Some(Kind::Holds),
            Fault::Drop { .. } => Some(Kind::Loss),
            Fault::Delay { .. } => Some(Kind::Delays),
            Fault::Hurry { .. } => Some(Kind::Hurry),
            Fault::Disturb { .. } => Some(Kind::Disturbances),
            Fault::Restart { .. } | Fault::Resume { .. } | Fault::Heal | Fault::Release { .. } => {
                None
            }
        }
    }
}

/// A disturbance that a node brings along, with the arguments that the generator may choose.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Disturbance {
    /// The word in `disturb n2 spike-storm 10000`; white space becomes `-`.
    pub name: String,
    /// The arguments to choose from.
    pub arguments: RangeInclusive<u64>,
}

/// A claim: "this system survives these faults, this many at once". What is not claimed is not done.
///
/// ```
/// use schism::Nemesis;
/// let claim = Nemesis::new().power_loss().partitions().down_at_most(1);
/// assert_eq!(claim.to_string(), "power-loss partitions down:1");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub struct Nemesis {
    kinds: u32,
    down_at_most: Option<u32>,
    own: Vec<Disturbance>,
}

impl Nemesis {
    /// The claim to survive nothing: a calm run.
    #[must_use]
    pub fn new() -> Nemesis {
        Nemesis::default()
    }

    /// Every kind of fault that needs no help from the node.
    #[must_use]
    pub fn everything() -> Nemesis {
        let all = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Disturbances);
        all.fold(Nemesis::new(), Nemesis::with)
    }

    /// This claim and one more kind.
    #[must_use]
    pub const fn with(mut self, kind: Kind) -> Nemesis {
        self.kinds |= kind.bit();
        self
    }

    /// This claim without a kind.
    #[must_use]
    pub const fn without(mut self, kind: Kind) -> Nemesis {
        self.kinds &= !kind.bit();
        self
    }

    /// Processes die at any point between two effects; what they wrote stays.
    #[must_use]
    pub const fn crashes(self) -> Nemesis {
        self.with(Kind::Crashes)
    }

    /// Machines lose power: of what was not synced, only a prefix stays.
    #[must_use]
    pub const fn power_loss(self) -> Nemesis {
        self.with(Kind::PowerLoss)
    }

    /// Processes are asked to stop.
    #[must_use]
    pub const fn stops(self) -> Nemesis {
        self.with(Kind::Stops)
    }

    /// Processes stand still for a while.
    #[must_use]
    pub const fn pauses(self) -> Nemesis {
        self.with(Kind::Pauses)
    }

    /// Groups, single nodes, links and single directions are cut.
    #[must_use]
    pub const fn partitions(self) -> Nemesis {
        self.with(Kind::Partitions)
    }

    /// Links keep messages back and deliver them later.
    #[must_use]
    pub const fn holds(self) -> Nemesis {
        self.with(Kind::Holds)
    }

    /// Single messages are lost.
    #[must_use]
    pub const fn loss(self) -> Nemesis {
        self.with(Kind::Loss)
    }

    /// Single messages are late and are overtaken.
    #[must_use]
    pub const fn delays(self) -> Nemesis {
        self.with(Kind::Delays)
    }

    /// Timers run ahead.
    #[must_use]
    pub const fn hurry(self) -> Nemesis {
        self.with(Kind::Hurry)
    }

    /// A disturbance of the node's own, with the arguments to choose from.
    #[must_use]
    pub fn own(mut self, name: &str, arguments: RangeInclusive<u64>) -> Nemesis {
        let name = name.split_whitespace().collect::<Vec<_>>().join("-");
        self.own.push(Disturbance { name, arguments });
        self.with(Kind::Disturbances)
    }

    /// At most so many nodes are down (crashed, stopped, without power, paused) at once.
    #[must_use]
    pub const fn down_at_most(mut self, nodes: u32) -> Nemesis {
        self.down_at_most = Some(nodes);
        self
    }

    /// Whether the claim names this kind.
    #[must_use]
    pub const fn names(&self, kind: Kind) -> bool {
        self.kinds & kind.bit() != 0
    }

    /// How many nodes may be down at once; `None` where any number may.
    #[must_use]
    pub const fn down_limit(&self) -> Option<u32> {
        self.down_at_most
    }

    /// The node's own disturbances.
    #[must_use]
    pub fn disturbances(&self) -> &[Disturbance] {
        &self.own
    }

    /// The kinds that the claim names, in listing order.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        Kind::ALL.into_iter().filter(|kind| self.names(*kind))
    }
}

impl fmt::Display for Nemesis {
    /// The claim as it stands behind `survives` in a schedule's header; nothing where it is empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        for kind in self.kinds().filter(|kind| *kind != Kind::Disturbances) {
            words.push(kind.word().to_owned());
        }
        for own in &self.own {
            let (low, high) = (own.arguments.start(), own.arguments.end());
            words.push(format!("disturb:{}:{low}..{high}", own.name));
        }
        if let Some(limit) = self.down_at_most {
            words.push(format!("down:{limit}"));
        }
        f.write_str(&words.join(" "))
    }
}
