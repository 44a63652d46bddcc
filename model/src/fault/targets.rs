//! A fault comes in; the names of those it is about go out, to be read or to be changed. It must
//! not know why somebody would want them.

use super::{Fault, Target};

/// Everybody whom a fault names, in the order of its text: as `iter` or `iter_mut` gives them.
/// A move by hand knows it itself.
macro_rules! named {
    ($fault:expr, $iter:ident, $hand:ident) => {
        match $fault {
            Fault::Crash { node, .. }
            | Fault::PowerLoss { node, .. }
            | Fault::Stop { node }
            | Fault::Restart { node }
            | Fault::Pause { node }
            | Fault::Resume { node }
            | Fault::Isolate { node }
            | Fault::Hurry { node, .. }
            | Fault::Disturb { node, .. }
            | Fault::CrashLoop { node, .. }
            | Fault::Slow { node, .. }
            | Fault::Disk { node, .. }
            | Fault::Bridge { node }
            | Fault::Again { to: node, .. }
            | Fault::Clock { node, .. }
            | Fault::Mend { node } => vec![node],
            Fault::Cut { from, to, .. }
            | Fault::Hold { from, to }
            | Fault::Release { from, to }
            | Fault::Drop { from, to, .. }
            | Fault::Delay { from, to, .. }
            | Fault::Double { from, to, .. }
            | Fault::Swap { from, to, .. }
            | Fault::Corrupt { from, to, .. }
            | Fault::Link { from, to, .. }
            | Fault::Clear { from, to } => vec![from, to],
            Fault::Partition { groups } | Fault::Flap { groups, .. } => {
                groups.$iter().flatten().collect()
            }
            Fault::Ring { order } => order.$iter().collect(),
            Fault::DoubleRequest { .. }
            | Fault::Heal
            | Fault::RestartAll
            | Fault::RollingRestart { .. } => Vec::new(),
            Fault::Hand(hand) => hand.$hand(),
        }
    };
}

impl Fault {
    /// Everybody whom the fault names, in the order of its text.
    #[must_use]
    pub fn targets(&self) -> Vec<&Target> {
        named!(self, iter, targets)
    }

    /// The same, to be changed.
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        named!(self, iter_mut, targets_mut)
    }
}
