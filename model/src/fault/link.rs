//! What a link between two nodes can suffer for a while. Values are made and named here; what they
//! do is not known.

use super::Kind;
use crate::seed::Ratio;
use std::time::Duration;

/// What goes wrong with the messages from one node to another, as long as it lasts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum LinkTrouble {
    /// A share of them is lost: a bad cable, radio, an overloaded switch. All of them is a burst.
    Loses {
        /// How many of them.
        ratio: Ratio,
    },
    /// All are late: a long way round, a full buffer.
    Late {
        /// How much later than usual.
        by: Duration,
    },
    /// Only so many get through, one after the other; the rest wait in a queue: congestion.
    Narrow {
        /// How many messages get through in a second; at least 1.
        per_second: u32,
        /// How many may wait.
        queue: u32,
        /// What happens once so many wait.
        overflow: Overflow,
    },
}

/// What a full queue does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Overflow {
    /// The message that comes is lost: tail drop, what most routers do.
    DropNewest,
    /// The message that has waited longest is lost, and the one that comes waits.
    DropOldest,
    /// None is lost: the sender is held back, so all wait as long as they must.
    Block,
}

impl LinkTrouble {
    /// The kind that a claim must name for it.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            LinkTrouble::Loses { .. } => Kind::Loss,
            LinkTrouble::Late { .. } => Kind::Delays,
            LinkTrouble::Narrow { .. } => Kind::Congestion,
        }
    }
}

impl Overflow {
    /// All policies.
    pub const ALL: [Overflow; 3] = [Overflow::DropNewest, Overflow::DropOldest, Overflow::Block];

    /// The word for it in schedules.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Overflow::DropNewest => "drop-newest",
            Overflow::DropOldest => "drop-oldest",
            Overflow::Block => "block",
        }
    }
}
