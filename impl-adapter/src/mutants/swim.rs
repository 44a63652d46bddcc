//! The mutants of SWIM, as a table: what each does wrong is one hook, around the library's
//! settings or its messages.

use super::Card;
use crate::swim::Config;
use crate::swim::codec::{self, header};
use crate::swim::desk::Desk;
use crate::swim::foca::Member;
use crate::swim::hooks::{Hooks, Planted};
use foca::Message;
use schism::Io;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// A member with something wrong.
pub type Broken = Member<Planted>;

/// One known-bad variant of a member.
pub type Mutant = super::Mutant<dyn Hooks>;

impl Mutant {
    /// Brings members up that have this defect.
    pub fn boot(&self, config: Config) -> impl Fn(&mut Io<Broken>) -> Broken + Send + Sync + Clone {
        let hooks = self.hooks;
        move |io| Member::open(config, Planted(hooks()), io)
    }
}

/// All mutants of SWIM, by id.
#[must_use]
pub fn all() -> &'static [Mutant] {
    MUTANTS
}

const MUTANTS: &[Mutant] = &[
    Mutant {
        card: Card {
            id: "PM23",
            sentence: "a suspicion is refuted without a higher incarnation",
            caught_by: &[
                "membership: a refuted suspicion is not held",
                "membership: who answers is not declared down",
                "membership",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM23.schedule"),
        },
        hooks: || Box::new(RefutedAlike),
    },
    Mutant {
        card: Card {
            id: "PM24",
            sentence: "members that are down are forgotten at once",
            caught_by: &["membership: who is down stays down", "membership"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM24.schedule"),
        },
        hooks: || Box::new(DownForgotten),
    },
    Mutant {
        card: Card {
            id: "PM25",
            sentence: "who is told to be down by a member that it holds down ignores it",
            caught_by: &[
                "membership: no member floods the network",
                "membership: all members agree in the end",
                "membership",
                "converges",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM25.schedule"),
        },
        hooks: || Box::new(UndeadIgnored),
    },
    Mutant {
        card: Card {
            id: "PM26",
            sentence: "updates are not attached to messages",
            caught_by: &[
                "membership: news of a death spread",
                "membership: all members agree in the end",
                "membership",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM26.schedule"),
        },
        hooks: || Box::new(NotAttached),
    },
];

/// PM23: what a member sends is of its first incarnation, however often it has refuted.
struct RefutedAlike;

impl Hooks for RefutedAlike {
    fn sends(&self, bytes: &mut Vec<u8>) {
        rewrite(bytes, |header| header.src_incarnation = 0);
    }
}

/// PM24: that a member is down is forgotten as soon as it is known.
struct DownForgotten;

impl Hooks for DownForgotten {
    fn set_up(&self, config: &mut foca::Config) {
        config.remove_down_after = Some(Duration::from_millis(1));
    }
}

/// PM25: the note that one is down counts as any other message, where it comes from a member that
/// is down itself: it is answered with the same note.
struct UndeadIgnored;

impl Hooks for UndeadIgnored {
    fn hears(&self, bytes: &mut Vec<u8>, desk: &Desk) {
        rewrite(bytes, |header| {
            let held = desk.held(header.src.node());
            let down = held.is_some_and(|held| !held.standing.is_active());
            if down && header.message == Message::TurnUndead {
                header.message = Message::Gossip;
            }
        });
    }
}

/// PM26: no update leaves with a message. A feed, which answers a member that joins, is none.
struct NotAttached;

impl Hooks for NotAttached {
    fn sends(&self, bytes: &mut Vec<u8>) {
        let mut rest = &bytes[..];
        let Ok(header) = header(&mut rest) else { return };
        if matches!(header.message, Message::Feed | Message::Broadcast) {
            return;
        }
        let Some((count, updates)) = rest.split_first_chunk::<2>() else { return };
        let length = usize::from(u16::from_be_bytes(*count)) * codec::MEMBER;
        let broadcasts = updates.get(length..).unwrap_or_default().to_vec();
        let header = bytes.len() - rest.len();
        bytes.truncate(header);
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&broadcasts);
    }
}

/// Changes the header of a message.
fn rewrite(bytes: &mut Vec<u8>, change: impl FnOnce(&mut foca::Header<crate::swim::identity::Id>)) {
    let mut rest = &bytes[..];
    let Ok(mut header) = header(&mut rest) else { return };
    let body = rest.to_vec();
    change(&mut header);
    bytes.clear();
    codec::write_header(&header, bytes);
    bytes.extend_from_slice(&body);
}
