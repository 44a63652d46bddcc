//! What is wrong with a disk at the moment of a call: a written trouble goes in with its step, and
//! the write that it meets comes out failed or spoilt. Honest disks have none of this, not even
//! empty.

use super::DiskFault;
use super::drive::{Content, Drive};
use crate::seed::Seed;

/// What waits for the calls of a disk. Each trouble has the step that wrote it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    /// The next write fails, but for so many percent.
    pub(crate) next_write: Option<(usize, u8)>,
    /// The next sync fails.
    pub(crate) next_sync: Option<usize>,
    /// Each write fails, but for so many percent.
    pub(crate) full: Option<(usize, u8)>,
    /// The next write is spoilt, with a seed for where it lands.
    pub(crate) spoil: Option<(usize, Spoil, Seed)>,
}

/// How a write is spoilt without anybody noticing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spoil {
    /// Its second half is zeros.
    Torn,
    /// It stands elsewhere in its file.
    Misdirected,
}

/// What became of a write.
pub(super) enum Blow {
    Fails { step: usize, fault: DiskFault },
    Spoils { step: usize },
}

impl Trouble {
    /// Whether a node that does not use `try_` forms may stop because of it.
    pub(crate) const fn may_stop(&self) -> bool {
        self.next_write.is_some() || self.next_sync.is_some() || self.full.is_some()
    }

    /// The steps that began what still holds.
    pub(crate) fn steps(&self) -> impl Iterator<Item = usize> {
        let write = self.next_write.map(|(step, _)| step);
        let (full, spoil) = (self.full.map(|(step, _)| step), self.spoil.map(|(step, ..)| step));
        [write, self.next_sync, full, spoil].into_iter().flatten()
    }

    pub(crate) const fn is_over(&self) -> bool {
        !self.may_stop() && self.spoil.is_none()
    }
}

impl Drive {
    /// Meets the write that has just been added to a file, and that no effect has carried out yet.
    pub(super) fn strike(&mut self, file: usize, began: usize) -> Option<Blow> {
        let trouble = self.trouble.as_mut()?;
        let fails = match trouble.next_write.take() {
            Some((step, kept)) => Some((step, kept, DiskFault::Failed)),
            None => trouble.full.map(|(step, kept)| (step, kept, DiskFault::Full)),
        };
        if let Some((step, kept_percent, fault)) = fails {
            self.shorten(file, began, kept_percent);
            return Some(Blow::Fails { step, fault });
        }
        let (step, spoil, seed) = trouble.spoil.take()?;
        match spoil {
            Spoil::Torn => self.tear(file, began),
            Spoil::Misdirected => self.misdirect(file, began, seed),
        }
        Some(Blow::Spoils { step })
    }

    /// Takes back all but a share of the last write; a cell's value is written as a whole or not.
    fn shorten(&mut self, file: usize, began: usize, kept_percent: u8) {
        let kept = (self.files[file].len() - began) * usize::from(kept_percent.min(100)) / 100;
        self.files[file].truncate(began + kept);
    }

    fn tear(&mut self, file: usize, began: usize) {
        let bytes = match &mut self.files[file].content {
            Content::Log(bytes) => &mut bytes[began..],
            Content::Cell(values) => match values.last_mut() {
                Some(value) => value.as_mut_slice(),
                None => return,
            },
        };
        let half = bytes.len() / 2;
        bytes[half..].fill(0);
    }

    fn misdirect(&mut self, file: usize, began: usize, seed: Seed) {
        match &mut self.files[file].content {
            Content::Log(bytes) => {
                let written = bytes[began..].to_vec();
                bytes[began..].fill(0);
                let to = seed.draws().below(began as u64) as usize;
                let len = written.len().min(began - to);
                bytes[to..to + len].copy_from_slice(&written[..len]);
            }
            Content::Cell(values) => {
                // It went to some other place: the old value stays.
                let before = values.len().checked_sub(2).map(|place| values[place].clone());
                if let Some(value) = values.last_mut() {
                    *value = before.unwrap_or_default();
                }
            }
        }
    }
}
