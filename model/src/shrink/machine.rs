//! Trouble with single machines, made weaker and smaller: a row of crashes becomes one, a lost disk
//! an old one, a noisy clock a steady one; then times and shares go down.

use super::plain::reduced;
use crate::fault::{ClockTrouble, DiskTrouble, Fault};

/// A fault that does less, in one of three ways; `None` where there is none.
pub(super) fn weaker(fault: Fault, way: usize) -> Option<Fault> {
    match (way, fault) {
        (0, Fault::CrashLoop { node, .. }) => Some(Fault::Crash { node, point: None }),
        (0, Fault::Disk { node, what }) => {
            let what = match what {
                DiskTrouble::Wiped => DiskTrouble::Reverted,
                DiskTrouble::Misdirects => DiskTrouble::Tears,
                DiskTrouble::Full { kept_percent, .. } => {
                    DiskTrouble::Fails { call: crate::fault::DiskCall::Write, kept_percent }
                }
                _ => return None,
            };
            Some(Fault::Disk { node, what })
        }
        (0, Fault::Clock { node, what }) => {
            let what = match what {
                ClockTrouble::Jitters { percent } | ClockTrouble::Wobbles { percent, .. } => {
                    ClockTrouble::Drifts { percent: percent.into() }
                }
                _ => return None,
            };
            Some(Fault::Clock { node, what })
        }
        (1, Fault::Clock { node, what }) => {
            let what = match what {
                ClockTrouble::Jitters { percent } | ClockTrouble::Wobbles { percent, .. } => {
                    ClockTrouble::Drifts { percent: -i16::from(percent) }
                }
                _ => return None,
            };
            Some(Fault::Clock { node, what })
        }
        // A share that is kept is one thing more to explain.
        (2, Fault::Disk { node, what }) => {
            let what = match what {
                DiskTrouble::Fails { call, kept_percent: 1.. } => {
                    DiskTrouble::Fails { call, kept_percent: 0 }
                }
                DiskTrouble::Full { lasts, kept_percent: 1.. } => {
                    DiskTrouble::Full { lasts, kept_percent: 0 }
                }
                _ => return None,
            };
            Some(Fault::Disk { node, what })
        }
        _ => None,
    }
}

/// The same fault with a smaller or rounder number, in one of three ways.
pub(super) fn smaller(fault: Fault, way: usize) -> Option<Fault> {
    match fault {
        Fault::CrashLoop { node, times: times @ 2.., every } if way == 0 => {
            Some(Fault::CrashLoop { node, times: times - 1, every })
        }
        Fault::CrashLoop { node, times, every } => {
            reduced(every, way).map(|every| Fault::CrashLoop { node, times, every })
        }
        Fault::RollingRestart { every } => {
            reduced(every, way).map(|every| Fault::RollingRestart { every })
        }
        Fault::Slow { node, by, lasts } if way == 0 => {
            reduced(by, 1).map(|by| Fault::Slow { node, by, lasts })
        }
        Fault::Slow { node, by, lasts } => {
            reduced(lasts, way).map(|lasts| Fault::Slow { node, by, lasts })
        }
        Fault::Disk { node, what } => {
            smaller_disk(what, way).map(|what| Fault::Disk { node, what })
        }
        Fault::Clock { node, what } => {
            smaller_clock(what, way).map(|what| Fault::Clock { node, what })
        }
        _ => None,
    }
}

fn smaller_disk(what: DiskTrouble, way: usize) -> Option<DiskTrouble> {
    match what {
        DiskTrouble::Slow { by, lasts } if way == 0 => {
            reduced(by, 1).map(|by| DiskTrouble::Slow { by, lasts })
        }
        DiskTrouble::Slow { by, lasts } => {
            reduced(lasts, way).map(|lasts| DiskTrouble::Slow { by, lasts })
        }
        DiskTrouble::Lies { lasts } => reduced(lasts, way).map(|lasts| DiskTrouble::Lies { lasts }),
        DiskTrouble::Full { lasts, kept_percent } => {
            reduced(lasts, way).map(|lasts| DiskTrouble::Full { lasts, kept_percent })
        }
        DiskTrouble::Flips { bit: bit @ 1.. } if way == 0 => {
            Some(DiskTrouble::Flips { bit: bit / 2 })
        }
        DiskTrouble::Loses { file: file @ 2.. } if way == 0 => {
            Some(DiskTrouble::Loses { file: file - 1 })
        }
        _ => None,
    }
}

fn smaller_clock(what: ClockTrouble, way: usize) -> Option<ClockTrouble> {
    match what {
        ClockTrouble::Drifts { percent } if way == 0 && percent / 2 != 0 => {
            Some(ClockTrouble::Drifts { percent: percent / 2 })
        }
        ClockTrouble::Wobbles { percent: percent @ 2.., every } if way == 0 => {
            Some(ClockTrouble::Wobbles { percent: percent / 2, every })
        }
        ClockTrouble::Wobbles { percent, every } => {
            reduced(every, way).map(|every| ClockTrouble::Wobbles { percent, every })
        }
        ClockTrouble::Jitters { percent: percent @ 2.. } if way == 0 => {
            Some(ClockTrouble::Jitters { percent: percent / 2 })
        }
        ClockTrouble::Freezes { lasts } => {
            reduced(lasts, way).map(|lasts| ClockTrouble::Freezes { lasts })
        }
        _ => None,
    }
}
