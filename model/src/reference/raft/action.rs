//! What can happen next: a state comes in, the steps that the bounds allow go out, in one order.

use std::fmt;

use super::{Message, Raft, Role, State};

/// A step of the model. Nodes are places, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A node hears from no leader, and wants to lead the next term itself.
    Timeout(u8),
    /// A candidate asks another node for its vote.
    Ask(u8, u8),
    /// A client asks a leader to take a write.
    Request(u8),
    /// A leader sends another node the next entry that it needs, or only how far the log is
    /// committed.
    Replicate(u8, u8),
    /// A message arrives.
    Deliver(Message),
    /// A message is lost.
    Lose(Message),
    /// A node crashes and comes up again with what is durable.
    Restart(u8),
}

impl Raft {
    /// What can happen next.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        let bounds = &self.bounds;
        let room = state.network.len() < bounds.messages as usize;
        let requested = state.past.requests() < bounds.requests;
        for (who, server) in (0_u8..).zip(state.servers.iter()) {
            let others = (0..bounds.nodes).filter(move |other| *other != who);
            if server.role != Role::Leader && server.term < bounds.terms {
                actions.push(Action::Timeout(who));
            }
            if server.role == Role::Candidate && room {
                let silent = others.clone().filter(|other| server.votes >> other & 1 == 0);
                actions.extend(silent.map(|other| Action::Ask(who, other)));
            }
            if server.role == Role::Leader {
                if requested {
                    actions.push(Action::Request(who));
                }
                if room {
                    actions.extend(others.map(|other| Action::Replicate(who, other)));
                }
            }
            if state.restarts < bounds.restarts {
                actions.push(Action::Restart(who));
            }
        }
        for (at, message) in state.network.iter().enumerate() {
            // Of equal messages it does not matter which one it is.
            if at == 0 || state.network[at - 1] != *message {
                actions.extend([Action::Deliver(*message), Action::Lose(*message)]);
            }
        }
    }
}

impl Action {
    /// Where it is drawn, and the message that it takes, with whether that is lost.
    pub(super) fn drawn(self) -> (Option<u8>, Option<(Message, bool)>) {
        match self {
            Action::Deliver(message) => (Some(message.to), Some((message, false))),
            Action::Lose(message) => (None, Some((message, true))),
            Action::Timeout(who)
            | Action::Ask(who, _)
            | Action::Request(who)
            | Action::Replicate(who, _)
            | Action::Restart(who) => (Some(who), None),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Timeout(who) => write!(f, "n{} times out", who + 1),
            Action::Ask(who, other) => write!(f, "n{} asks n{} for its vote", who + 1, other + 1),
            Action::Request(who) => write!(f, "a client asks n{}", who + 1),
            Action::Replicate(who, other) => {
                write!(f, "n{} sends n{} of its log", who + 1, other + 1)
            }
            Action::Deliver(message) => write!(f, "{message:?}: arrives"),
            Action::Lose(message) => write!(f, "{message:?}: is lost"),
            Action::Restart(who) => write!(f, "n{} crashes and restarts", who + 1),
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
