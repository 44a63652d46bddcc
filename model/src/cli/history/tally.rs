//! What is said of one file after the other comes in; how many were as expected, and how the
//! command ends, goes out.

use super::Asked;
use crate::cli::console::Exit;
use crate::cli::json::HistoryObject;
use crate::explain::count;

/// What became of all files.
#[derive(Default)]
pub(super) struct Tally {
    agree: u64,
    differ: u64,
    refuted: u64,
    unknown: u64,
    unread: u64,
}

impl Tally {
    pub(super) fn add(&mut self, asked: &Asked, object: &HistoryObject) {
        match (object.kept(), asked.expect) {
            _ if object.error.is_some() => self.unread += 1,
            (None, _) => self.unknown += 1,
            (Some(found), Some(expect)) if found == expect => self.agree += 1,
            (Some(_), Some(_)) => self.differ += 1,
            (Some(found), None) => self.refuted += u64::from(!found),
        }
    }

    pub(super) fn compared(&self) -> String {
        format!(
            "{} as expected, {} different, {} unknown, {} not read",
            count(self.agree),
            count(self.differ),
            count(self.unknown),
            count(self.unread)
        )
    }

    /// A difference is a difference, however many files could not be read beside it.
    pub(super) const fn exit(&self, compared: bool) -> Exit {
        match self {
            Tally { differ: 1.., .. } => Exit::Failed,
            Tally { unread: 1.., .. } => Exit::Misuse,
            Tally { refuted: 1.., .. } => Exit::Failed,
            Tally { unknown: 1.., .. } if compared => Exit::Failed,
            Tally { unknown: 1.., .. } => Exit::Inconclusive,
            _ => Exit::Held,
        }
    }
}
