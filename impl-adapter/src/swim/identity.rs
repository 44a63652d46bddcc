//! The name of a member: its node, and a generation that grows whenever it comes back.

use foca::Identity;
use schism::NodeId;
use std::fmt;

/// A member's name. The library goes through all its members for each piece of news and compares
/// addresses, so they are whole numbers of two bytes, and nothing lies idle between them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id {
    address: u16,
    /// Low half first.
    generation: [u16; 2],
}

/// A process begins with a generation that none of its earlier ones can have come to by renewing
/// itself: each had so many for itself.
const A_LIFE: u32 = 1_000;

impl Id {
    /// A node by its number, in its so-manieth generation.
    #[must_use]
    pub const fn new(address: u16, generation: u32) -> Id {
        Id { address, generation: [generation as u16, (generation >> 16) as u16] }
    }

    /// The number of its node.
    #[must_use]
    pub const fn address(self) -> u16 {
        self.address
    }

    /// How often it has come back, so that news of its earlier lives do not touch it.
    #[must_use]
    pub const fn generation(self) -> u32 {
        let [low, high] = self.generation;
        (high as u32) << 16 | low as u32
    }

    /// The first name of a node that had come up so often before.
    #[must_use]
    pub fn of(node: NodeId, incarnation: u32) -> Id {
        Id::new(address(node), incarnation.saturating_mul(A_LIFE))
    }

    /// Whoever answers at a node's address: the name to announce oneself to.
    #[must_use]
    pub fn anyone(node: NodeId) -> Id {
        Id::new(address(node), 0)
    }

    /// The next name of the same node.
    #[must_use]
    pub fn next(self) -> Id {
        Id::new(self.address, self.generation().saturating_add(1))
    }

    /// Its node.
    #[must_use]
    pub fn node(self) -> NodeId {
        NodeId(self.address.into())
    }
}

fn address(node: NodeId) -> u16 {
    u16::try_from(node.0).unwrap_or(u16::MAX)
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
        self.generation() > adversary.generation()
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}.{}", self.address, self.generation())
    }
}
