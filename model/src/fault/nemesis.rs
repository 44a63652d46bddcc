//! The claim: which faults a system says it survives, on how many nodes at once. Kinds and numbers
//! go in, a [`Nemesis`] comes out that a run is held to.

use super::Kind;
use std::fmt;
use std::ops::RangeInclusive;

/// A disturbance that a node brings along, with the arguments that the generator may choose.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Disturbance {
    /// The word in `disturb n2 spike-storm 10000`; white space and the marks `,`, `;` and `#`,
    /// which mean something there, become `-`.
    pub name: String,
    /// The arguments to choose from.
    pub arguments: RangeInclusive<u64>,
}

/// A claim: "this system survives these faults, this many at once". What is not claimed is not
/// done.
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
    damaged_at_most: Option<u32>,
    own: Vec<Disturbance>,
}

impl Nemesis {
    /// The claim to survive nothing: a calm run.
    pub const NONE: Nemesis =
        Nemesis { kinds: 0, down_at_most: None, damaged_at_most: None, own: Vec::new() };

    /// The claim to survive nothing, to add to.
    #[must_use]
    pub const fn new() -> Nemesis {
        Nemesis::NONE
    }

    /// Every kind of fault that an asynchronous system must survive which recovers from crashes by
    /// honest disks and whose messages have checksums, whatever clocks show. It is not
    /// [`Kind::DiskLies`], [`Kind::Damage`] and [`Kind::Corruption`], which only a system with
    /// checks of its own survives, nor [`Kind::Retries`], which needs sessions that execute a
    /// request once. These are claimed one by one.
    #[must_use]
    pub fn everything() -> Nemesis {
        let all = Kind::ALL.into_iter().filter(|kind| kind.is_general());
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
    pub fn without(mut self, kind: Kind) -> Nemesis {
        self.kinds &= !kind.bit();
        if kind == Kind::Disturbances {
            self.own.clear();
        }
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

    /// Single messages arrive twice.
    #[must_use]
    pub const fn doubles(self) -> Nemesis {
        self.with(Kind::Doubles)
    }

    /// Single messages wait until the next one has passed.
    #[must_use]
    pub const fn overtaking(self) -> Nemesis {
        self.with(Kind::Overtaking)
    }

    /// Links are narrow for a while, and their queues overflow.
    #[must_use]
    pub const fn congestion(self) -> Nemesis {
        self.with(Kind::Congestion)
    }

    /// Messages change on the way, and are lost where the codec notices; see
    /// [`Node::corrupt`](crate::Node::corrupt).
    #[must_use]
    pub const fn corruption(self) -> Nemesis {
        self.with(Kind::Corruption)
    }

    /// Clients send requests again, elsewhere too, and requests arrive twice: for systems that
    /// execute each request once.
    #[must_use]
    pub const fn retries(self) -> Nemesis {
        self.with(Kind::Retries)
    }

    /// Timers run ahead.
    #[must_use]
    pub const fn hurry(self) -> Nemesis {
        self.with(Kind::Hurry)
    }

    /// Nodes and disks are slow for a while.
    #[must_use]
    pub const fn slowness(self) -> Nemesis {
        self.with(Kind::Slowness)
    }

    /// Writes and syncs fail, and disks fill up.
    #[must_use]
    pub const fn disk_errors(self) -> Nemesis {
        self.with(Kind::DiskErrors)
    }

    /// Clocks run at wrong speeds, or stand.
    #[must_use]
    pub const fn clocks(self) -> Nemesis {
        self.with(Kind::Clocks)
    }

    /// Disks of at most so many nodes ever lie about what is durable.
    #[must_use]
    pub const fn disk_lies(self, nodes: u32) -> Nemesis {
        self.with(Kind::DiskLies).damaged_at_most(nodes)
    }

    /// Disks of at most so many nodes ever lose or corrupt durable data.
    #[must_use]
    pub const fn damage(self, nodes: u32) -> Nemesis {
        self.with(Kind::Damage).damaged_at_most(nodes)
    }

    /// At most so many nodes ever lose or corrupt durable data in a run, by lies or by damage.
    /// Where it is not said, it is the largest minority.
    #[must_use]
    pub const fn damaged_at_most(mut self, nodes: u32) -> Nemesis {
        self.damaged_at_most = Some(nodes);
        self
    }

    /// A disturbance of the node's own, with the arguments to choose from.
    #[must_use]
    pub fn own(mut self, name: &str, arguments: RangeInclusive<u64>) -> Nemesis {
        let apart = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '#');
        let words: Vec<&str> = name.split(apart).filter(|word| !word.is_empty()).collect();
        let name = words.join("-");
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

    /// How many nodes may ever lose or corrupt durable data; `None` where it is not said.
    #[must_use]
    pub const fn damage_limit(&self) -> Option<u32> {
        self.damaged_at_most
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
        // Disturbances have words of their own, but for those that the claim does not list.
        let listed = |kind: &Kind| *kind == Kind::Disturbances && !self.own.is_empty();
        for kind in self.kinds().filter(|kind| !listed(kind)) {
            words.push(kind.word().to_owned());
        }
        for own in &self.own {
            let (low, high) = (own.arguments.start(), own.arguments.end());
            words.push(format!("disturb:{}:{low}..{high}", own.name));
        }
        if let Some(limit) = self.down_at_most {
            words.push(format!("down:{limit}"));
        }
        if let Some(limit) = self.damaged_at_most {
            words.push(format!("damaged:{limit}"));
        }
        f.write_str(&words.join(" "))
    }
}
