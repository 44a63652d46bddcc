//! The steps of the SWIM model, and their words.

use std::fmt;

use super::Message;
use crate::reference::drawing::Taken;

/// A step of the model. Nodes are places, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A member's probe of another fails, directly and through others.
    Suspect(u8, u8),
    /// A member tells another what it believes of a third.
    Tell(u8, u8, u8),
    /// A message arrives.
    Deliver(Message),
    /// A message is lost.
    Lose(Message),
    /// A suspicion was not refuted in time.
    Expire(u8, u8),
    /// A member crashes, for good: one that comes again is another member.
    Crash(u8),
}

impl Action {
    /// Where it is drawn, and the message that it takes, with whether that is lost.
    pub(super) fn drawn(self) -> Taken<Message> {
        match self {
            Action::Deliver(message) => (Some(message.to), Some((message, false))),
            Action::Lose(message) => (None, Some((message, true))),
            Action::Suspect(who, _)
            | Action::Tell(who, _, _)
            | Action::Expire(who, _)
            | Action::Crash(who) => (Some(who), None),
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |place: &u8| format!("n{}", place + 1);
        match self {
            Action::Suspect(who, of) => {
                write!(f, "{}'s probes of {} fail: it is suspect", name(who), name(of))
            }
            Action::Tell(who, to, of) => {
                write!(f, "{} tells {} of {}", name(who), name(to), name(of))
            }
            Action::Deliver(message) => write!(f, "{message:?}: arrives"),
            Action::Lose(message) => write!(f, "{message:?}: is lost"),
            Action::Expire(who, of) => {
                write!(f, "{}'s suspicion of {} runs out: it is down", name(who), name(of))
            }
            Action::Crash(who) => write!(f, "{} crashes", name(who)),
        }
    }
}
