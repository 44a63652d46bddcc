//! What a scenario can inject: words come in, faults go out, with those that end them.

use super::Who;
use crate::fault::{Fault, LinkTrouble, Target};
use crate::id::NodeId;
use crate::seed::Ratio;
use std::time::Duration;

/// Trouble that is being put together: what begins it, and what ends it, if it is to end.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "trouble does nothing until it is injected"]
pub struct Trouble {
    pub(super) begins: Vec<Fault>,
    pub(super) ends: Ends,
    pub(super) lasts: Option<Duration>,
}

/// How trouble ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    /// By itself.
    Itself,
    /// All links work again.
    Healed,
    /// Who is down comes up.
    Up,
    /// Who stands still goes on.
    Runs,
}

impl Ends {
    /// What ends it, in a cluster of so many nodes. Who went down may have been a role's holder, so
    /// all are told to come up: those that are up do nothing.
    pub(super) fn faults(self, nodes: u32) -> Vec<Fault> {
        let all = (1..=nodes).map(|node| Target::Node(NodeId(node)));
        match self {
            Ends::Itself => Vec::new(),
            Ends::Healed => vec![Fault::Heal],
            Ends::Up => all.map(|node| Fault::Restart { node }).collect(),
            Ends::Runs => all.map(|node| Fault::Resume { node }).collect(),
        }
    }
}

impl Trouble {
    fn new(fault: Fault, ends: Ends) -> Trouble {
        Trouble { begins: vec![fault], ends, lasts: None }
    }

    /// It ends after so long; else it goes on to the calm end.
    pub fn lasting(mut self, time: Duration) -> Trouble {
        for fault in &mut self.begins {
            if let Fault::Flap { lasts, .. } | Fault::Link { lasts, .. } = fault {
                *lasts = time;
            }
        }
        self.lasts = Some(time);
        self
    }
}

impl From<Fault> for Trouble {
    /// Any fault; what ends it is to be injected as well.
    fn from(fault: Fault) -> Trouble {
        Trouble::new(fault, Ends::Itself)
    }
}

/// What has no end of its own and is not told when to end goes on to the calm end.
const FOR_GOOD: Duration = Duration::from_secs(3_600);

fn named<T: Into<Who>>(who: impl IntoIterator<Item = T>) -> Vec<Target> {
    who.into_iter().map(|who| who.into().0).collect()
}

/// The network splits in two. Who is not named is cut off from both.
pub fn partition<A: Into<Who>, B: Into<Who>>(
    one: impl IntoIterator<Item = A>,
    other: impl IntoIterator<Item = B>,
) -> Trouble {
    let groups = vec![named(one), named(other)];
    Trouble::new(Fault::Partition { groups }, Ends::Healed)
}

/// One node is cut off from all others.
pub fn isolate(who: impl Into<Who>) -> Trouble {
    Trouble::new(Fault::Isolate { node: who.into().0 }, Ends::Healed)
}

/// Messages from one node to another are lost, and those the other way are not.
pub fn cut(from: impl Into<Who>, to: impl Into<Who>) -> Trouble {
    let (from, to) = (from.into().0, to.into().0);
    Trouble::new(Fault::Cut { from, to, both: false }, Ends::Healed)
}

/// All links between two groups fail and come back by turns of this length.
pub fn flap<A: Into<Who>, B: Into<Who>>(
    one: impl IntoIterator<Item = A>,
    other: impl IntoIterator<Item = B>,
    every: Duration,
) -> Trouble {
    let groups = vec![named(one), named(other)];
    Trouble::new(Fault::Flap { groups, every, lasts: FOR_GOOD }, Ends::Itself)
}

/// All messages from one node to another are so much later.
pub fn latency(from: impl Into<Who>, to: impl Into<Who>, by: Duration) -> Trouble {
    link(from.into(), to.into(), LinkTrouble::Late { by })
}

/// Of the messages from one node to another, `part` in `of` are lost.
pub fn lose(from: impl Into<Who>, to: impl Into<Who>, part: u64, of: u64) -> Trouble {
    let ratio = Ratio::new(part, of.max(1));
    link(from.into(), to.into(), LinkTrouble::Loses { ratio })
}

fn link(from: Who, to: Who, what: LinkTrouble) -> Trouble {
    Trouble::new(Fault::Link { from: from.0, to: to.0, what, lasts: FOR_GOOD }, Ends::Itself)
}

/// A process dies; what it wrote stays.
pub fn crash(who: impl Into<Who>) -> Trouble {
    Trouble::new(Fault::Crash { node: who.into().0, point: None }, Ends::Up)
}

/// A machine loses power, and what was not synced is gone.
pub fn power_loss(who: impl Into<Who>) -> Trouble {
    let node = who.into().0;
    Trouble::new(Fault::PowerLoss { node, point: None, kept_percent: 0 }, Ends::Up)
}

/// A process is asked to end.
pub fn stop(who: impl Into<Who>) -> Trouble {
    Trouble::new(Fault::Stop { node: who.into().0 }, Ends::Up)
}

/// A process stands still.
pub fn pause(who: impl Into<Who>) -> Trouble {
    Trouble::new(Fault::Pause { node: who.into().0 }, Ends::Runs)
}

/// All processes die at once and come up again.
pub fn restart_all() -> Trouble {
    Trouble::new(Fault::RestartAll, Ends::Itself)
}

/// One node after the other is stopped and comes up again.
pub fn rolling_restart(every: Duration) -> Trouble {
    Trouble::new(Fault::RollingRestart { every }, Ends::Itself)
}
