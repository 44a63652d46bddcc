//! What the Raft model does again and again: what its newest leader took is known to all in the
//! end. A state comes in, whether it is so goes out.
//!
//! That somebody is elected at all no protocol can promise without clocks; so a run in which nobody
//! leads is not held against it, nor one in which a leader has taken nothing in its own term.

use super::{Action, Raft, Role, State};
use crate::reference::liveness::{Fair, Live};
use crate::reference::packed::Packed;

pub(super) const LIVE: Live<Raft> = Live {
    name: "what a leader took is known to all",
    promise: "a leader that can send again and again does so, and a message that is sent again and \
              again arrives again and again",
    good,
    fair,
};

fn good(raft: &Raft, state: &State) -> bool {
    let leaders = state.servers.iter().filter(|server| server.role == Role::Leader);
    let Some(leader) = leaders.max_by_key(|server| server.term) else { return true };
    let last = leader.last();
    let voters = raft.voters(leader).all();
    let mut all = (0..).zip(state.servers.iter()).filter(|(who, _)| voters >> who & 1 == 1);
    leader.term_at(last) != leader.term || all.all(|(_, server)| server.commit >= last)
}

fn fair(_: &Raft, _: &State, action: &Action) -> Fair {
    match action {
        Action::Replicate(who, other) => Fair::Strongly(u64::from(who * 8 + other)),
        // Each message is a promise of its own; its number is above those of the senders.
        Action::Deliver(message) => Fair::Strongly(64 + message.number()),
        _ => Fair::Not,
    }
}
