//! The six ways in which a network fails, each with its words and what is to be expected of a
//! service that bears it. How it is done is not known here.

use super::report::Flags;

/// A way in which a network fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// The connection is lost while work goes on, and comes back.
    Loss,
    /// Three in ten requests are lost.
    Intermittent,
    /// Every second request is lost.
    Partial,
    /// The service is cut off for a while.
    Recovery,
    /// One of two connections is lost.
    Cascade,
    /// The connection comes and goes.
    Reconnect,
}

impl Kind {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Kind; 6] = [
        Kind::Loss,
        Kind::Intermittent,
        Kind::Partial,
        Kind::Recovery,
        Kind::Cascade,
        Kind::Reconnect,
    ];

    /// The word for what it does.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Loss => "connection-loss",
            Kind::Intermittent => "intermittent",
            Kind::Partial => "partial",
            Kind::Recovery => "recovery",
            Kind::Cascade => "cascade",
            Kind::Reconnect => "reconnect",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Kind::Loss => "full connection loss during work",
            Kind::Intermittent => "intermittent connectivity",
            Kind::Partial => "partial failure",
            Kind::Recovery => "recovery after a partition",
            Kind::Cascade => "no cascade between two connections",
            Kind::Reconnect => "rapid reconnect",
        }
    }

    /// The flags of a service that bears it.
    #[must_use]
    pub const fn expected(self) -> Flags {
        Flags {
            connection_lost: !matches!(self, Kind::Intermittent | Kind::Partial),
            recovered: true,
            data_lost: false,
            cascading_failure: false,
            graceful_degradation: true,
        }
    }
}
