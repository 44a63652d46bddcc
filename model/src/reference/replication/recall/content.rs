//! What an entry of a protocol model says, as one number: the digest of its contents. It knows no
//! protocol.
//!
//! 0 is nothing, a small number is a client's request, counted from 1, and one with its highest bit
//! set says who votes.

use super::super::super::symmetry::{Names, renamed_set};

/// Who votes: five bits for those of now, five for those that go.
const VOTERS: u16 = 1 << 15;
const SET: u16 = (1 << 5) - 1;

/// That these nodes vote, and these go.
pub(in crate::reference) const fn of_voters(now: u8, outgoing: u8) -> u16 {
    VOTERS | now as u16 | (outgoing as u16) << 5
}

/// Who votes and who goes, if that is what it says.
pub(super) const fn voters(content: u16) -> Option<(u8, u8)> {
    if content & VOTERS == 0 {
        return None;
    }
    Some(((content & SET) as u8, (content >> 5 & SET) as u8))
}

/// The number of a request, if it is one.
#[inline]
pub(super) const fn request(content: u16) -> Option<u8> {
    if content == 0 || content & VOTERS != 0 { None } else { Some(content as u8) }
}

pub(super) fn renamed(content: u16, names: &Names) -> u16 {
    voters(content).map_or(content, |(now, outgoing)| {
        of_voters(renamed_set(now, names), renamed_set(outgoing, names))
    })
}

/// What it says, in words.
pub(super) fn words(content: u16) -> String {
    match (voters(content), request(content)) {
        (Some((now, 0)), _) => format!("voters {now:03b}"),
        (Some((now, outgoing)), _) => format!("voters {now:03b} and {outgoing:03b}"),
        (None, Some(number)) => format!("c0#{}", number - 1),
        (None, None) => "empty".to_owned(),
    }
}
