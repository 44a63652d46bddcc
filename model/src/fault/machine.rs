//! What can go wrong with one machine's disk and clock. Values are made and written here; what they
//! do is not known.

use super::Kind;
use crate::time::{Spelled, micros};
use std::fmt;
use std::time::Duration;

/// A call on which a disk fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DiskCall {
    /// Appending to a log, or putting a cell.
    Write,
    /// Making written data durable.
    Sync,
}

/// What goes wrong with a disk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum DiskTrouble {
    /// The next call of a kind fails: a bad sector, a lost path to the storage. The node stops
    /// there, unless it used a `try_` form.
    Fails {
        /// Which call.
        call: DiskCall,
        /// How much of what a failed append brought has been written all the same, in percent.
        kept_percent: u8,
    },
    /// Each write fails for a while: no space is left.
    Full {
        /// For so long.
        lasts: Duration,
        /// How much of what an append brought still found space, in percent.
        kept_percent: u8,
    },
    /// Each sync takes longer for a while: a worn disk, a busy array, a neighbour's backup.
    Slow {
        /// So long.
        by: Duration,
        /// For so long.
        lasts: Duration,
    },
    /// Syncs say yes for a while and do nothing: a drive that ignores the flush of its cache.
    Lies {
        /// For so long.
        lasts: Duration,
    },
    /// Of the next write only the first half reaches the disk, unnoticed; zeros stand for the rest.
    Tears,
    /// The next write lands at another place of its file, over what stood there.
    Misdirects,
    /// A bit of what was durable is another one: decay in a sector that nobody had read for long.
    Flips {
        /// Which, counted through all files; it goes round at their end.
        bit: u64,
    },
    /// A whole file is gone when the node comes up again: a directory that was never synced.
    Loses {
        /// Which, from 1, in the order in which they were made; it goes round.
        file: u32,
    },
    /// The node goes down and comes back with an empty disk: a machine was replaced.
    Wiped,
    /// The node goes down and comes back with the disk as it was when the node last came up: an old
    /// image was restored.
    Reverted,
}

impl DiskTrouble {
    /// The kind that a claim must name for it.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            DiskTrouble::Fails { .. } | DiskTrouble::Full { .. } => Kind::DiskErrors,
            DiskTrouble::Slow { .. } => Kind::Slowness,
            DiskTrouble::Lies { .. } => Kind::DiskLies,
            DiskTrouble::Tears
            | DiskTrouble::Misdirects
            | DiskTrouble::Flips { .. }
            | DiskTrouble::Loses { .. }
            | DiskTrouble::Wiped
            | DiskTrouble::Reverted => Kind::Damage,
        }
    }
}

impl fmt::Display for DiskCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DiskCall::Write => "write",
            DiskCall::Sync => "sync",
        })
    }
}

impl fmt::Display for DiskTrouble {
    /// What stands behind `disk n2` in a schedule; `wiped` and `reverted` have steps of their own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelled = |span| Spelled(micros(span));
        match *self {
            DiskTrouble::Fails { call, kept_percent } => {
                write!(f, "fails its next {call}")?;
                write_kept(f, kept_percent)
            }
            DiskTrouble::Full { lasts, kept_percent } => {
                write!(f, "is full for {}", spelled(lasts))?;
                write_kept(f, kept_percent)
            }
            DiskTrouble::Slow { by, lasts } => {
                write!(f, "is slow by {} for {}", spelled(by), spelled(lasts))
            }
            DiskTrouble::Lies { lasts } => write!(f, "lies for {}", spelled(lasts)),
            DiskTrouble::Tears => f.write_str("tears its next write"),
            DiskTrouble::Misdirects => f.write_str("misdirects its next write"),
            DiskTrouble::Flips { bit } => write!(f, "flips bit {bit}"),
            DiskTrouble::Loses { file } => write!(f, "loses file {file}"),
            DiskTrouble::Wiped => f.write_str("wiped"),
            DiskTrouble::Reverted => f.write_str("reverted"),
        }
    }
}

fn write_kept(f: &mut fmt::Formatter<'_>, percent: u8) -> fmt::Result {
    if percent == 0 { Ok(()) } else { write!(f, " keeping {percent}%") }
}

/// What goes wrong with a clock. It lasts until the calm end or the next trouble of that clock; a
/// clock never goes back. A step ahead is [`Fault::Hurry`](super::Fault::Hurry).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ClockTrouble {
    /// It runs too fast or too slow by so many percent: a cheap or hot oscillator.
    Drifts {
        /// From [`ClockTrouble::SLOWEST`] to [`ClockTrouble::FASTEST`].
        percent: i16,
    },
    /// It runs too fast and too slow by turns: a clock that is corrected too hard.
    Wobbles {
        /// By so many percent, up to [`ClockTrouble::SWING_MAX`].
        percent: u8,
        /// So long each turn.
        every: Duration,
    },
    /// Its speed is another one each [`ClockTrouble::SLICE`]: a virtual machine whose time is
    /// stolen.
    Jitters {
        /// Up to so many percent too fast or too slow.
        percent: u8,
    },
    /// It stands, and goes on where it stood: a machine that was suspended and not told.
    Freezes {
        /// For so long.
        lasts: Duration,
    },
}

impl ClockTrouble {
    /// The strongest drift backwards, in percent.
    pub const SLOWEST: i16 = -90;
    /// The strongest drift ahead, in percent.
    pub const FASTEST: i16 = 900;
    /// The strongest swing, in percent.
    pub const SWING_MAX: u8 = 90;
    /// How long a noisy clock keeps one speed.
    pub const SLICE: Duration = Duration::from_millis(50);
}
