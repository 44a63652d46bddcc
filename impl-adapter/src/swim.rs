//! What every adapter of a membership protocol shares: how it is set up, what a node asks to be
//! woken for, and what it shows of itself.

use schism::NodeId;
use schism::fact::Nodes;
use std::fmt;
use std::time::Duration;

pub mod codec;
pub mod desk;
pub mod door;
pub mod foca;
pub mod hooks;
pub mod identity;

#[cfg(test)]
pub(crate) mod tests;

/// How a member is set up; the same on every node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// One member is probed in each of these periods. All other times are in proportion to it, as
    /// in the library's configuration for a local network, where it is a second.
    pub period: Duration,
    /// For how many members the cluster is laid out; `None` for as many as there are at the start.
    pub size: Option<u32>,
    /// How many nodes, the lowest ones, are those that the others announce themselves to.
    pub contacts: u32,
    /// Whether a node joins when it comes up, instead of when a client asks for it.
    pub joins: bool,
    /// An update goes out with at least so many messages.
    pub transmissions: u8,
    /// So many periods pass between two announcements to members that are down.
    pub seeks_every: u32,
    /// So many periods pass between two announcements of a member that nobody has answered.
    pub announces_every: u32,
}

impl Default for Config {
    /// Ten times as fast as on a local network, so that a short run is a long one for the members,
    /// and as keen on those that are lost as a test needs.
    fn default() -> Config {
        Config {
            period: Duration::from_millis(100),
            transmissions: 10,
            seeks_every: 10,
            announces_every: 2,
            ..Config::lan()
        }
    }
}

impl Config {
    /// The library's own configuration for a local network: members are probed each second, and
    /// all come in through one node.
    #[must_use]
    pub const fn lan() -> Config {
        Config {
            period: Duration::from_secs(1),
            size: None,
            contacts: 1,
            joins: true,
            transmissions: 1,
            seeks_every: 65,
            announces_every: 1,
        }
    }

    /// How long a member is suspected before it counts as down, in a cluster of so many.
    #[must_use]
    pub fn suspicion(&self, nodes: u32) -> Duration {
        foca::library_config(*self, nodes).suspect_to_down_after
    }
}

/// What a member asks to be woken for.
#[derive(Clone, Debug)]
pub enum Timer {
    /// Something of the library's, as it was when the node had this generation.
    Library(::foca::Timer<identity::Id>, u32),
    /// To announce itself again, where nobody has answered.
    Announce,
}

/// What a member shows of itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status {
    /// Who.
    pub id: NodeId,
    /// Its generation.
    pub generation: u32,
    /// Whether it is a member, or wants to be one.
    pub joined: bool,
    /// Whether it takes part: it has somebody to talk to.
    pub connected: bool,
    /// How many others it takes for members, suspects included.
    pub sees: u32,
    /// Which, of the first 64 nodes.
    pub seen: Nodes,
}

impl fmt::Debug for Status {
    /// As a reader wants it: `n1.2 sees n2 n3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.generation)?;
        if !self.joined {
            return f.write_str(" is no member");
        }
        if self.sees == 0 {
            return f.write_str(" sees nobody");
        }
        f.write_str(" sees")?;
        for node in self.seen.iter() {
            write!(f, " {node}")?;
        }
        let more = self.sees.saturating_sub(self.seen.len());
        if more > 0 { write!(f, " and {more} more") } else { Ok(()) }
    }
}
