//! What the in-sync-replica model does again and again: what a leader took is known to all in the
//! end. A state comes in, whether it is so goes out.
//!
//! That the controller names a leader is not promised, so a run in which nobody leads is not held
//! against the protocol.

use super::{Action, Isr, State};
use crate::reference::liveness::{Fair, Live};
use crate::reference::packed::Packed;

pub(super) const LIVE: Live<Isr> = Live {
    name: "what a leader took is known to all",
    promise: "who has not heard of the controller's decision hears of it, a follower that can \
              fetch again and again does so, and a message that is sent again and again arrives \
              again and again",
    good,
    fair,
};

fn good(_: &Isr, state: &State) -> bool {
    let Some(place) = state.controller.leader.checked_sub(1) else { return true };
    let leader = &state.replicas[place as usize];
    let heard = leader.leads && leader.epoch == state.controller.epoch;
    heard && state.replicas.iter().all(|replica| replica.watermark == leader.end())
}

fn fair(_: &Isr, _: &State, action: &Action) -> Fair {
    match action {
        Action::Learn(who) => Fair::Weakly(u64::from(*who)),
        Action::Fetch(who) => Fair::Strongly(8 + u64::from(*who)),
        // Each message is a promise of its own; its number is above those of the replicas.
        Action::Deliver(message) => Fair::Strongly(64 + message.number()),
        _ => Fair::Not,
    }
}
