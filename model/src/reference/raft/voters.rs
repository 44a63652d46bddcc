//! Who votes: a set of nodes comes in, whether some of them are a quorum goes out. Knows no log.

use std::fmt;

use super::rules;
use crate::fact::{self, Nodes};
use crate::reference::symmetry::{Names, renamed_set};

/// Who votes, as sets of places: bit 0 is n1. Learners are not modelled: a node without a vote
/// decides nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Voters {
    /// Whose majority elects leaders and commits entries.
    pub now: u8,
    /// In a joint configuration those of the one that is left, whose majority is needed as well;
    /// 0 otherwise.
    pub outgoing: u8,
}

impl Voters {
    /// These nodes alone.
    #[must_use]
    pub const fn of(now: u8) -> Voters {
        Voters { now, outgoing: 0 }
    }

    /// Whether two majorities are needed.
    #[must_use]
    pub const fn is_joint(self) -> bool {
        self.outgoing != 0
    }

    /// All who vote.
    #[must_use]
    pub const fn all(self) -> u8 {
        self.now | self.outgoing
    }

    /// Whether a node votes.
    #[must_use]
    pub const fn contains(self, node: u8) -> bool {
        self.all() >> node & 1 == 1
    }

    /// Whether these nodes are a majority, of both halves where there are two.
    #[inline]
    #[must_use]
    pub const fn are_quorum(self, nodes: u8) -> bool {
        rules::is_quorum(Nodes(nodes as u64), &self.fact())
    }

    pub(super) const fn fact(self) -> fact::Config {
        fact::Config {
            voters: Nodes(self.now as u64),
            outgoing: Nodes(self.outgoing as u64),
            learners: Nodes(0),
        }
    }

    pub(super) fn renamed(self, names: &Names) -> Voters {
        Voters { now: renamed_set(self.now, names), outgoing: renamed_set(self.outgoing, names) }
    }
}

impl fmt::Debug for Voters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        names(f, self.now)?;
        if self.is_joint() {
            f.write_str(" and ")?;
            names(f, self.outgoing)?;
        }
        Ok(())
    }
}

fn names(f: &mut fmt::Formatter<'_>, set: u8) -> fmt::Result {
    let mut between = "";
    for node in (0..8).filter(|node| set >> node & 1 == 1) {
        write!(f, "{between}n{}", node + 1)?;
        between = "+";
    }
    Ok(())
}
