//! The name of a member: its node, and a generation that grows whenever it comes back.

use foca::Identity;
use schism::NodeId;
use std::fmt;

/// A member's name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id {
    /// The number of its node.
    pub address: u16,
    /// How often it has come back, so that news of its earlier lives do not touch it.
    pub generation: u32,
}

/// A process begins with a generation that none of its earlier ones can have come to by renewing
/// itself: each had so many for itself.
const A_LIFE: u32 = 1_000;

impl Id {
    /// The first name of a node that had come up so often before.
    #[must_use]
    pub fn of(node: NodeId, incarnation: u32) -> Id {
        Id { generation: incarnation.saturating_mul(A_LIFE), ..Id::anyone(node) }
    }

    /// Whoever answers at a node's address: the name to announce oneself to.
    #[must_use]
    pub fn anyone(node: NodeId) -> Id {
        Id { address: u16::try_from(node.0).unwrap_or(u16::MAX), generation: 0 }
    }

    /// The next name of the same node.
    #[must_use]
    pub fn next(self) -> Id {
        Id { generation: self.generation.saturating_add(1), ..self }
    }

    /// Its node.
    #[must_use]
    pub fn node(self) -> NodeId {
        NodeId(self.address.into())
    }
}

impl Identity for Id {
    type Addr = u16;

    fn renew(&self) -> Option<Id> {
        Some(self.next())
    }

    fn addr(&self) -> u16 {
        self.address
    }

    fn win_addr_conflict(&self, adversary: &Id) -> bool {
        self.generation > adversary.generation
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}.{}", self.address, self.generation)
    }
}
