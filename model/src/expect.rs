//! What somebody expects of a run, and what a run must have noted for it: wishes on one side, the
//! standing of nodes on the other. It must not know how a wish is judged, nor how a world is run.
//!
//! The one idea: an expectation is a step of the schedule, with a time like any other. It does
//! nothing in the run but say when it begins, so it is saved, sent and replayed with the trouble
//! that gives it its meaning.

use crate::fact::Nodes;
use crate::fault::Target;
use crate::history::Moment;
use crate::id::{ClientId, NodeId};
use crate::time::Time;
use std::time::Duration;

/// What is expected, and when it is to be so.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Expect {
    /// What.
    pub wish: Wish,
    /// When, counted from the step.
    pub lasting: Lasting,
}

/// When a wish is to be so, counted from where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lasting {
    /// At that moment.
    Now,
    /// At some moment within this time.
    Within(Duration),
    /// At each moment of this time.
    For(Duration),
}

impl Lasting {
    /// How long it takes until it is certain.
    #[must_use]
    pub const fn length(self) -> Duration {
        match self {
            Lasting::Now => Duration::ZERO,
            Lasting::Within(span) | Lasting::For(span) => span,
        }
    }
}

/// What can be expected. Where it says `who`, nobody named means all nodes that are up.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Wish {
    /// Each of them takes exactly these for members of the cluster; nobody named means each other.
    See {
        /// Who.
        who: Vec<Target>,
        /// Whom.
        whom: Vec<Target>,
    },
    /// All of them take the same node for the leader, and that node leads.
    OneLeader {
        /// Who.
        who: Vec<Target>,
    },
    /// None of them knows a leader.
    NoLeader {
        /// Who.
        who: Vec<Target>,
    },
    /// One of them leads, or none of them does.
    Leads {
        /// Among whom.
        who: Vec<Target>,
        /// Whether one does.
        one: bool,
    },
    /// Somebody leads a later term than anybody did when it was expected.
    NewLeader,
    /// Who led when it was expected leads no more.
    StepsDown,
    /// A write that is asked of one of them meanwhile is acknowledged, or none is.
    Writes {
        /// Of whom.
        who: Vec<Target>,
        /// Whether one is.
        some: bool,
    },
    /// Each of them has taken in all that anybody knew to be committed when it was expected.
    CatchUp {
        /// Who.
        who: Vec<Target>,
    },
}

impl Wish {
    /// Whom it names, in the order of its text.
    #[must_use]
    pub fn targets(&self) -> Vec<&Target> {
        match self {
            Wish::See { who, whom } => who.iter().chain(whom).collect(),
            Wish::OneLeader { who }
            | Wish::NoLeader { who }
            | Wish::Leads { who, .. }
            | Wish::Writes { who, .. }
            | Wish::CatchUp { who } => who.iter().collect(),
            Wish::NewLeader | Wish::StepsDown => Vec::new(),
        }
    }

    /// The same, to be changed.
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        match self {
            Wish::See { who, whom } => who.iter_mut().chain(whom).collect(),
            Wish::OneLeader { who }
            | Wish::NoLeader { who }
            | Wish::Leads { who, .. }
            | Wish::Writes { who, .. }
            | Wish::CatchUp { who } => who.iter_mut().collect(),
            Wish::NewLeader | Wish::StepsDown => Vec::new(),
        }
    }

    /// Whether it holds whatever else goes wrong besides: what nobody may do at all. The others
    /// are promises of progress, which more trouble can delay for good reasons.
    #[must_use]
    pub const fn is_safety(&self) -> bool {
        matches!(self, Wish::Writes { some: false, .. })
    }

    /// The clause of the property `scenario` that is broken where it does not come true.
    #[must_use]
    pub const fn clause(&self) -> &'static str {
        match self {
            Wish::See { .. } => "who sees whom",
            Wish::OneLeader { .. } => "all follow one leader",
            Wish::NoLeader { .. } => "cut off, nobody is followed",
            Wish::Leads { one: true, .. } => "somebody leads",
            Wish::Leads { one: false, .. } => "nobody leads",
            Wish::NewLeader => "a new leader",
            Wish::StepsDown => "the leader steps down",
            Wish::Writes { some: true, .. } => "writes are taken",
            Wish::Writes { some: false, .. } => "no write is taken",
            Wish::CatchUp { .. } => "who was away catches up",
        }
    }
}

/// A client that asks again and again: one step for what would be hundreds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Load {
    /// Who asks.
    pub client: ClientId,
    /// Whom.
    pub to: Target,
    /// So long from one request to the next.
    pub every: Duration,
    /// For so long.
    pub lasts: Duration,
}

impl Load {
    /// A load has no more requests than this.
    pub const REQUESTS_MAX: u64 = 100_000;
}

/// What a node says of the cluster around it; see [`Node::sight`](crate::Node::sight).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Sight {
    /// Whom it takes for the leader.
    pub leader: Option<NodeId>,
    /// Whom it takes for live members, itself included; `None` where it does not tell.
    pub members: Option<Nodes>,
}

/// How a node stands, from one moment to the next one that is noted of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Whether its process runs at all.
    pub up: bool,
    /// Which term it leads, if it says that it leads.
    pub leads: Option<u64>,
    /// What it says of the others.
    pub sight: Sight,
}

/// A node stands otherwise than before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stood {
    /// When.
    pub at: Moment,
    /// Who.
    pub node: NodeId,
    /// How.
    pub standing: Standing,
}

/// An expectation whose time has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    /// The step of the schedule, from 0.
    pub step: usize,
    /// When.
    pub at: Moment,
    /// What, with nodes in place of the roles that they held then.
    pub expect: Expect,
}

impl Begun {
    /// When it is certain.
    #[must_use]
    pub fn until(&self) -> Time {
        self.at.time + self.expect.lasting.length()
    }
}

/// What a run notes for expectations; empty where its schedule has none.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// What was expected, in order.
    pub begun: Vec<Begun>,
    /// How the nodes stood, in order: each from its first word on.
    pub stood: Vec<Stood>,
}

/// What became of an expectation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The step of the schedule, from 0.
    pub step: usize,
    /// When it began.
    pub at: Time,
    /// What was expected, in words.
    pub expected: String,
    /// The clause that it stands for.
    pub clause: &'static str,
    /// Whether it came true; `None` where nobody can tell.
    pub held: Option<bool>,
    /// What was seen, in words.
    pub saw: String,
    /// When that was certain.
    pub certain: Time,
    /// The nodes that it is about.
    pub nodes: Vec<NodeId>,
    /// The operation that broke it, as a place in the history.
    pub operation: Option<usize>,
}
