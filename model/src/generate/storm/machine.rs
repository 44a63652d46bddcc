//! The storm's trouble with single machines: speed, disks and clocks. Durations are of the size of
//! an election, a little less, or several of them.

use super::Storm;
use crate::fault::{ClockTrouble, DiskCall, DiskTrouble, Fault, Target};
use std::time::Duration;

impl Storm<'_> {
    pub(super) fn slowness(&mut self, node: Target) -> Fault {
        let by = Duration::from_millis(match self.draws.below(3) {
            0 => self.draws.between(1, 5),
            1 => self.draws.between(5, 40),
            _ => self.draws.between(40, 300),
        });
        let lasts = self.while_(2);
        if self.draws.chance(1, 2) {
            Fault::Slow { node, by, lasts }
        } else {
            Fault::Disk { node, what: DiskTrouble::Slow { by, lasts } }
        }
    }

    pub(super) fn disk_error(&mut self, node: Target) -> Fault {
        let kept_percent = match self.draws.below(3) {
            0 => 0,
            1 => 100,
            _ => self.draws.between(1, 99) as u8,
        };
        let what = match self.draws.below(3) {
            0 => DiskTrouble::Full { lasts: self.while_(1), kept_percent },
            1 => DiskTrouble::Fails { call: DiskCall::Write, kept_percent },
            _ => DiskTrouble::Fails { call: DiskCall::Sync, kept_percent: 0 },
        };
        Fault::Disk { node, what }
    }

    pub(super) fn lie(&mut self, node: Target) -> Fault {
        Fault::Disk { node, what: DiskTrouble::Lies { lasts: self.while_(2) } }
    }

    pub(super) fn damage(&mut self, node: Target) -> Fault {
        let what = match self.draws.below(6) {
            0 => DiskTrouble::Tears,
            1 => DiskTrouble::Misdirects,
            2 => DiskTrouble::Flips { bit: self.draws.below(1 << 16) },
            3 => DiskTrouble::Loses { file: self.draws.between(1, 4) as u32 },
            4 => DiskTrouble::Wiped,
            _ => DiskTrouble::Reverted,
        };
        Fault::Disk { node, what }
    }

    pub(super) fn clock(&mut self, node: Target) -> Fault {
        let swing = *self.draws.pick(&[5, 20, 50, 90]).unwrap_or(&20);
        let what = match self.draws.below(4) {
            0 => {
                let drifts = [-90, -50, -20, -5, 5, 20, 100, 300];
                let percent = self.draws.pick(&drifts).copied().unwrap_or(5);
                ClockTrouble::Drifts { percent }
            }
            1 => ClockTrouble::Wobbles { percent: swing, every: self.while_(1) },
            2 => ClockTrouble::Jitters { percent: swing },
            _ => ClockTrouble::Freezes { lasts: self.while_(2) },
        };
        Fault::Clock { node, what }
    }

    /// Crashes that come in a row, or to all.
    pub(super) fn many_crashes(&mut self, node: Target) -> Fault {
        if self.draws.chance(1, 3) {
            return Fault::RestartAll;
        }
        let times = self.draws.between(2, 5) as u32;
        Fault::CrashLoop { node, times, every: self.while_(1) }
    }

    pub(super) fn rolling(&mut self) -> Fault {
        Fault::RollingRestart { every: self.while_(1) }
    }

    /// How long something goes on, up to so many times the length of other faults.
    pub(super) fn while_(&mut self, times: u64) -> Duration {
        let longer = self.draws.between(1, times);
        Duration::from_millis(self.lasts() * longer)
    }
}
