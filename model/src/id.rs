//! Names of the things in a run. They are small numbers with a prefix: `n1`, `c0`, `c0#3`.

use std::fmt;

/// A node of the cluster, counted from 1 (0 is "nobody" in several consensus libraries).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The node's place in a list of all nodes, from 0.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }

    /// The node at a place in a list of all nodes.
    #[inline]
    #[must_use]
    pub const fn at(index: usize) -> NodeId {
        NodeId(index as u32 + 1)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

impl From<u32> for NodeId {
    fn from(n: u32) -> NodeId {
        NodeId(n)
    }
}

impl From<u64> for NodeId {
    /// Library ids are often `u64`. One that no node can have becomes the id of no node.
    fn from(n: u64) -> NodeId {
        NodeId(u32::try_from(n).unwrap_or(u32::MAX))
    }
}

impl From<NodeId> for u64 {
    fn from(id: NodeId) -> u64 {
        u64::from(id.0)
    }
}

/// A client, counted from 0. Clients stand outside the nodes' network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClientId(pub u32);

impl ClientId {
    /// The client that acts for the checker itself, in the calm end of a run.
    pub const PROBE: ClientId = ClientId(u32::MAX);
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == ClientId::PROBE { f.write_str("probe") } else { write!(f, "c{}", self.0) }
    }
}

/// One request: the client and how many it had sent before. A node that must tell a doubled request
/// from a new one can rely on it, as on the session number of a real client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RequestId {
    /// Who asks.
    pub client: ClientId,
    /// The client's own count of its requests, from 0.
    pub number: u32,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.client, self.number)
    }
}

/// A timer that is running on a node; see [`Io::cancel`](crate::Io::cancel).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TimerId(pub(crate) u32);

/// What a node asks [`Disk::sync_later`](crate::Disk::sync_later) to say when the data is durable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Token(pub u64);
