//! What can happen next: a state comes in, the steps that the bounds allow go out, in one order.

use std::fmt;

use super::{Bug, Isr, Message, State};
use crate::reference::drawing::Taken;

/// A step of the model. Nodes are places, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A client asks a leader to take a write.
    Request(u8),
    /// A follower asks the leader for what comes after its log.
    Fetch(u8),
    /// A message arrives.
    Deliver(Message),
    /// A message is lost.
    Lose(Message),
    /// A leader takes a replica that lags out of the set of those in sync.
    Shrink(u8, u8),
    /// The controller takes the leader for dead, rightly or not.
    Depose,
    /// The controller makes a replica the leader of a new epoch.
    Elect(u8),
    /// A replica hears what the controller has decided.
    Learn(u8),
    /// A replica crashes and comes up with all that it had written.
    Restart(u8),
    /// A replica loses power and comes up with this many entries of its log.
    LosePower(u8, u8),
}

impl Isr {
    /// What can happen next.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        let (bounds, controller) = (&self.bounds, &state.controller);
        let room = state.network.len() < bounds.messages as usize;
        for (who, replica) in (0_u8..).zip(state.replicas.iter()) {
            let current = replica.epoch == controller.epoch;
            if replica.leads && state.requests < bounds.requests {
                actions.push(Action::Request(who));
            }
            if replica.leads && current && controller.leader == who + 1 {
                let others = (0..bounds.nodes).filter(|other| *other != who);
                let lags = others.filter(|other| controller.in_sync >> other & 1 == 1);
                actions.extend(lags.map(|other| Action::Shrink(who, other)));
            }
            let leader = state.past.leader(replica.epoch);
            if !replica.leads && leader > 0 && leader != who + 1 && room {
                actions.push(Action::Fetch(who));
            }
            if !current && controller.leader > 0 {
                actions.push(Action::Learn(who));
            }
            if state.restarts < bounds.restarts {
                actions.push(Action::Restart(who));
            }
            if state.losses < bounds.losses {
                actions.extend((0..replica.end()).map(|kept| Action::LosePower(who, kept)));
            }
        }
        if controller.epoch < bounds.epochs {
            match controller.leader {
                0 => actions.extend(self.candidates(state).map(Action::Elect)),
                _ => actions.push(Action::Depose),
            }
        }
        for (at, message) in state.network.iter().enumerate() {
            // Of equal messages it does not matter which one it is.
            if at == 0 || state.network[at - 1] != *message {
                actions.extend([Action::Deliver(*message), Action::Lose(*message)]);
            }
        }
    }

    /// Who may lead next: who is in sync, and where nobody is, who holds all that is committed.
    fn candidates(&self, state: &State) -> impl Iterator<Item = u8> {
        let controller = &state.controller;
        let sound = match controller.in_sync {
            0 => controller.eligible,
            in_sync => in_sync,
        };
        let anybody = self.bug == Some(Bug::UncleanElection);
        (0..self.bounds.nodes).filter(move |who| anybody || sound >> who & 1 == 1)
    }
}

impl Action {
    /// Where it is drawn, and the message that it takes, with whether that is lost.
    pub(super) fn drawn(self) -> Taken<Message> {
        match self {
            Action::Deliver(message) => (Some(message.to), Some((message, false))),
            Action::Lose(message) => (None, Some((message, true))),
            Action::Depose => (None, None),
            Action::Request(who)
            | Action::Fetch(who)
            | Action::Shrink(who, _)
            | Action::Elect(who)
            | Action::Learn(who)
            | Action::Restart(who)
            | Action::LosePower(who, _) => (Some(who), None),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Request(who) => write!(f, "a client asks n{}", who + 1),
            Action::Fetch(who) => write!(f, "n{} fetches", who + 1),
            Action::Deliver(message) => write!(f, "{message:?}: arrives"),
            Action::Lose(message) => write!(f, "{message:?}: is lost"),
            Action::Shrink(who, other) => {
                write!(f, "n{} takes n{} out of sync", who + 1, other + 1)
            }
            Action::Depose => write!(f, "the controller takes the leader for dead"),
            Action::Elect(who) => write!(f, "the controller makes n{} leader", who + 1),
            Action::Learn(who) => write!(f, "n{} hears from the controller", who + 1),
            Action::Restart(who) => write!(f, "n{} crashes and restarts", who + 1),
            Action::LosePower(who, kept) => {
                write!(f, "n{} loses power and keeps {kept} of its log", who + 1)
            }
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
