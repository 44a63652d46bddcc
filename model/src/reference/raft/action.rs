//! What can happen next: a state comes in, the steps that the bounds allow go out, in one order.

use std::fmt;

use super::{Bug, LOG_MAX, Message, Raft, Role, Server, State, Voters, rules};
use crate::reference::drawing::Taken;

/// A step of the model. Nodes are places, from 0.
///
/// An implementation takes such a step where an event of its own makes it: a timer, a message, a
/// client, an administrator. One event may be several steps (it hears of a commit, and compacts),
/// and then they come in the order of its facts; no step of the model is more than one event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A node hears from no leader, and wants to lead the next term itself.
    Timeout(u8),
    /// A candidate asks another node for its vote.
    Ask(u8, u8),
    /// A client asks a leader to take a write.
    Request(u8),
    /// A leader sends another node the next entry that it needs, or only how far the log is
    /// committed, or its snapshot where the entry has gone.
    Replicate(u8, u8),
    /// A message arrives.
    Deliver(Message),
    /// A message is lost.
    Lose(Message),
    /// A node crashes and comes up again with what is durable.
    Restart(u8),
    /// A node takes a snapshot up to an index that it has applied, and its log begins above.
    Compact(u8, u8),
    /// A leader is asked to change who votes: one voter at once, more through a joint
    /// configuration.
    Change(u8, u8),
    /// A leader leaves a joint configuration that is committed.
    Leave(u8),
}

impl Raft {
    /// What can happen next.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        let bounds = &self.bounds;
        let room = state.network.len() < bounds.messages as usize;
        let requested = state.past.requests() < bounds.requests && state.has_room();
        for (who, server) in (0_u8..).zip(state.servers.iter()) {
            let voters = self.voters(server).all();
            let others =
                (0..bounds.nodes).filter(|other| *other != who && voters >> other & 1 == 1);
            if server.term < bounds.terms && self.may_campaign(who, server) {
                actions.push(Action::Timeout(who));
            }
            if server.role == Role::Candidate && room {
                let silent = others.clone().filter(|other| server.votes >> other & 1 == 0);
                actions.extend(silent.map(|other| Action::Ask(who, other)));
            }
            if rules::leader(server.role).is_ok() {
                if requested {
                    actions.push(Action::Request(who));
                }
                if room {
                    actions.extend(others.map(|other| Action::Replicate(who, other)));
                }
                self.changes(state, who, actions);
            }
            if state.spent.restarts < bounds.restarts {
                actions.push(Action::Restart(who));
            }
            if state.spent.snapshots < bounds.snapshots {
                let applied = server.base.index + 1..=server.commit;
                actions.extend(applied.map(|index| Action::Compact(who, index)));
            }
        }
        for (at, message) in state.network.iter().enumerate() {
            // Of equal messages it does not matter which one it is.
            if at == 0 || state.network[at - 1] != *message {
                actions.extend([Action::Deliver(*message), Action::Lose(*message)]);
            }
        }
    }

    /// Whether a node that hears from no leader wants to lead. One that is no voter any more may
    /// be needed until that is committed (Ongaro's thesis, section 4.2.2); it counts no vote of
    /// its own.
    fn may_campaign(&self, who: u8, server: &Server) -> bool {
        let (since, voters) = self.voters_since(server);
        rules::stands(server.role).is_ok() && (voters.contains(who) || since > server.commit)
    }

    /// The changes of who votes that a leader may begin, and the end of one.
    fn changes(&self, state: &State, who: u8, actions: &mut Vec<Action>) {
        let (bounds, spent, server) = (&self.bounds, &state.spent, &state.servers[who as usize]);
        let (one, more) = (spent.changes < bounds.changes, spent.joint < bounds.joint);
        if bounds.changes == 0 && bounds.joint == 0 || !state.has_room() {
            return;
        }
        let (since, voters) = server.voters_at(server.last());
        if since > server.commit {
            return;
        }
        if voters.is_joint() {
            actions.push(Action::Leave(who));
            return;
        }
        // Without this a leader that does not know of an older change could begin another.
        let knows = server.term_at(server.commit) == server.term;
        if !knows && self.bug != Some(Bug::TwoChanges) {
            return;
        }
        let others = (1..1_u8 << bounds.nodes).filter(|to| match (to ^ voters.now).count_ones() {
            0 => false,
            1 => one,
            _ => more,
        });
        actions.extend(others.map(|to| Action::Change(who, to)));
    }
}

impl State {
    /// Whether one more entry can be made.
    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.past.entries() < LOG_MAX
    }
}

impl Action {
    /// Where it is drawn, and the message that it takes, with whether that is lost.
    pub(super) fn drawn(self) -> Taken<Message> {
        match self {
            Action::Deliver(message) => (Some(message.to), Some((message, false))),
            Action::Lose(message) => (None, Some((message, true))),
            Action::Timeout(who)
            | Action::Ask(who, _)
            | Action::Request(who)
            | Action::Replicate(who, _)
            | Action::Restart(who)
            | Action::Compact(who, _)
            | Action::Change(who, _)
            | Action::Leave(who) => (Some(who), None),
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
            Action::Compact(who, index) => write!(f, "n{} compacts up to {index}", who + 1),
            Action::Change(who, to) => {
                write!(f, "n{} is told that {:?} shall vote", who + 1, Voters::of(*to))
            }
            Action::Leave(who) => write!(f, "n{} leaves the joint configuration", who + 1),
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
