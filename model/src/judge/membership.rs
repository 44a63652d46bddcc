//! What members said of each other comes in, with how faults came and went; whether the group was
//! one goes out. What contradicts what was said before is the reference's to know; here is what
//! takes time: news, suspicions, deaths.
//!
//! The one idea: SWIM promises nothing while messages are lost. So a clause with a bound is asked
//! only of a time in which nothing went wrong for anybody, from the moment that it speaks of until
//! the bound is over: no fault held, but that nodes were down all the while, and noise hit nothing.
//! What a fault leaves behind it has the bound's time to be mended in.

use super::Property;
use crate::fact::Fact;
use crate::id::NodeId;
use crate::node::Node;
use crate::observe::Observed;
use crate::reference::membership::Clause;
use crate::time::Time;
use crate::trace::End;
use crate::verdict::{Failure, Verdict, Violation};
use std::sync::Arc;
use std::time::Duration;
use watch::Watch;

mod quiet;
#[cfg(test)]
mod tests;
mod watch;

const PROPERTY: &str = "membership";

/// The property that members of a group find out who is one, and are not mistaken for long.
#[derive(Clone)]
pub struct Membership {
    /// What is demanded of a group of so many.
    bounds: Arc<dyn Fn(u32) -> Bounds + Send + Sync>,
}

/// What the protocol under test is set up for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// How often a member probes another one.
    pub period: Duration,
    /// How long a member is suspected before it is declared down.
    pub suspicion: Duration,
    /// How long news take that each member passes on to each other.
    pub spreading: Duration,
    /// To so many others each member passes news on at a time. A group in which that is everybody
    /// has no luck to ask for; in a larger one chance decides who hears first, and who never does,
    /// so only that most hear is demanded.
    pub fanout: u32,
    /// So many messages a member may send in a period, whatever it has to mend.
    pub load: u64,
}

impl Bounds {
    /// From a failed probe to the end of the suspicion, and what may lie before it.
    pub(super) fn death(&self) -> Duration {
        self.suspicion + self.period * 3
    }

    /// Within this time each member has probed each other of so many once: it goes round, and in a
    /// new order each time. Then it has suspected who did not answer.
    pub(super) fn detection(&self, nodes: u32) -> Duration {
        self.period * (2 * nodes + 6) + self.suspicion
    }

    /// What a fault has made late comes to an end within this time.
    pub(super) fn lag(&self) -> Duration {
        self.period * 10
    }

    /// Who has been a member for so long has somebody to talk to.
    pub(super) fn settled_in(&self, nodes: u32) -> Duration {
        self.period * (nodes + 4)
    }
}

/// Something that was found, before it is put into the words of a report.
pub(super) struct Found {
    clause: Clause,
    at: Time,
    why: String,
    nodes: Vec<NodeId>,
}

impl Membership {
    /// Of a protocol that is set up so.
    #[must_use]
    pub fn within(bounds: Bounds) -> Membership {
        Membership::scaled(move |_| bounds)
    }

    /// Of a protocol that is set up for the number of members: how long one is suspected, and how
    /// much it sends, grow with it.
    #[must_use]
    pub fn scaled(bounds: impl Fn(u32) -> Bounds + Send + Sync + 'static) -> Membership {
        Membership { bounds: Arc::new(bounds) }
    }
}

impl<N: Node> Property<N> for Membership {
    fn name(&self) -> &str {
        PROPERTY
    }

    fn looks_at_course(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let mut watch = Watch::new((self.bounds)(seen.nodes), seen.nodes, seen.course);
        for told in seen.facts {
            if let Fact::Member(said) = told.fact
                && let Some(found) = watch.hear(told, said)
            {
                return Verdict::Fail(violation(found));
            }
        }
        if let Some(found) = watch.finish(seen.ended.time) {
            return Verdict::Fail(violation(found));
        }
        if let End::Settled { behind, .. } = seen.end
            && let Some(found) = watch.disagreement(behind, seen.ended.time)
        {
            return Verdict::Fail(violation(found));
        }
        Verdict::Pass
    }
}

fn violation(found: Found) -> Violation {
    let clause = found.clause;
    Violation {
        failure: Failure { property: PROPERTY.to_owned(), clause: clause.name().to_owned() },
        headline: headline(clause).to_owned(),
        why: found.why,
        rule: format!("{} ({})", clause.statement(), clause.source()),
        at: found.at,
        nodes: found.nodes,
        operations: Vec::new(),
    }
}

/// A few words for what went wrong.
const fn headline(clause: Clause) -> &'static str {
    match clause {
        Clause::NamesAreNew => "a member came back by an old name",
        Clause::NeverBack => "old news were believed",
        Clause::OwnIncarnation => "an incarnation that no member raised",
        Clause::RefutesHigher => "a suspicion was refuted without a higher incarnation",
        Clause::DownStaysDown => "a dead member came back",
        Clause::RefutedIsNotHeld => "a refuted suspicion was held",
        Clause::LiveIsNotDown => "a live member was declared down",
        Clause::GoneIsDown => "a member that is gone was not declared down",
        Clause::NewsSpread => "news of a death did not spread",
        Clause::BroadcastsReachAll => "a broadcast did not reach a member",
        Clause::LoadIsBounded => "a storm of messages",
        _ => "members do not agree in the end",
    }
}
