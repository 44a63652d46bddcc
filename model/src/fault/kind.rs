//! The kinds of fault: what a claim names, with the real-world event that each stands for. Kinds
//! are listed in one order everywhere.

/// The kinds of fault that a claim names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Processes die.
    Crashes,
    /// Machines lose power.
    PowerLoss,
    /// Processes are stopped in order.
    Stops,
    /// Processes stand still.
    Pauses,
    /// Nodes cannot reach each other.
    Partitions,
    /// Links keep messages back.
    Holds,
    /// Messages are lost.
    Loss,
    /// Messages are late.
    Delays,
    /// Messages arrive twice.
    Doubles,
    /// Messages wait until the next one has passed.
    Overtaking,
    /// Links are narrow and their queues overflow.
    Congestion,
    /// Timers run ahead.
    Hurry,
    /// Nodes or their disks are slow.
    Slowness,
    /// Disks fail in a way that shows.
    DiskErrors,
    /// Clocks run at wrong speeds, or stand.
    Clocks,
    /// Disks say that data is durable, and it is not.
    DiskLies,
    /// Disks lose or corrupt what was durable.
    Damage,
    /// Messages change on the way.
    Corruption,
    /// Clients' requests come more than once.
    Retries,
    /// The node's own kinds of trouble.
    Disturbances,
}

impl Kind {
    /// All kinds, in the order in which they are listed everywhere.
    pub const ALL: [Kind; 20] = [
        Kind::Crashes,
        Kind::PowerLoss,
        Kind::Stops,
        Kind::Pauses,
        Kind::Partitions,
        Kind::Holds,
        Kind::Loss,
        Kind::Delays,
        Kind::Doubles,
        Kind::Overtaking,
        Kind::Congestion,
        Kind::Hurry,
        Kind::Slowness,
        Kind::DiskErrors,
        Kind::Clocks,
        Kind::DiskLies,
        Kind::Damage,
        Kind::Corruption,
        Kind::Retries,
        Kind::Disturbances,
    ];

    /// The kinds of which noise is made, where the claim names them.
    pub const NOISE: [Kind; 4] = [Kind::Loss, Kind::Delays, Kind::Doubles, Kind::Overtaking];

    /// The word for this kind in schedules and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Crashes => "crashes",
            Kind::PowerLoss => "power-loss",
            Kind::Stops => "stops",
            Kind::Pauses => "pauses",
            Kind::Partitions => "partitions",
            Kind::Holds => "holds",
            Kind::Loss => "loss",
            Kind::Delays => "delays",
            Kind::Doubles => "doubles",
            Kind::Overtaking => "overtaking",
            Kind::Congestion => "congestion",
            Kind::Hurry => "hurry",
            Kind::Slowness => "slowness",
            Kind::DiskErrors => "disk-errors",
            Kind::Clocks => "clocks",
            Kind::DiskLies => "disk-lies",
            Kind::Damage => "damage",
            Kind::Corruption => "corruption",
            Kind::Retries => "retries",
            Kind::Disturbances => "disturbances",
        }
    }

    /// The real-world event that this kind stands for, in one sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Kind::Crashes => "a process dies at any point; what it wrote stays",
            Kind::PowerLoss => "a machine loses power: of what was not synced, only a prefix stays",
            Kind::Stops => "a process is asked to stop, handles that, and ends",
            Kind::Pauses => "a process stands still with its connections open, then goes on",
            Kind::Partitions => {
                "groups, nodes, links or directions are cut, as rings or bridges, or flap"
            }
            Kind::Holds => "a link keeps its messages back and delivers them later, in order",
            Kind::Loss => "messages are lost: single ones, bursts, or a share of a link's",
            Kind::Delays => "messages are late, single ones or all of a link, and others overtake",
            Kind::Doubles => "single messages arrive twice",
            Kind::Overtaking => "single messages wait until the next one on their link has passed",
            Kind::Congestion => "a link carries few messages; others wait, or find a full queue",
            Kind::Hurry => "a node's clock jumps ahead, so its timers fire early",
            Kind::Slowness => "a node or its disk takes long: effects leave late, events wait",
            Kind::DiskErrors => {
                "a write or a sync fails, or the disk is full: the node stops there"
            }
            Kind::Clocks => "a node's clock runs fast, slow or unevenly, or stands",
            Kind::DiskLies => "a disk says that data is durable, and loses it with the power",
            Kind::Damage => "a disk loses or corrupts durable data: torn, flipped, lost, wiped",
            Kind::Corruption => {
                "a bit of a message is flipped; where a checksum notices, it is lost"
            }
            Kind::Retries => "a client sends a request again, elsewhere too, or it arrives twice",
            Kind::Disturbances => "what the node under test brings along and does to itself",
        }
    }

    /// Whether a system can survive it on any number of nodes at once, with no help of its own:
    /// [`Nemesis::everything`](super::Nemesis::everything) is made of these.
    #[must_use]
    pub const fn is_general(self) -> bool {
        !matches!(
            self,
            Kind::DiskLies | Kind::Damage | Kind::Corruption | Kind::Retries | Kind::Disturbances
        )
    }

    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }
}
