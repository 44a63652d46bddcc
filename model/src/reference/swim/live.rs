//! What the SWIM model does again and again: whoever is up knows of each death in the end (the
//! paper's completeness). A state comes in, whether it is so goes out.

use super::{Action, State, Status, Swim};
use crate::reference::liveness::{Fair, Live};

pub(super) const LIVE: Live<Swim> = Live {
    name: "all know of each death",
    promise: "whoever is up probes the others again and again, and a suspicion that stands runs \
              out",
    good,
    fair,
};

fn good(_: &Swim, state: &State) -> bool {
    let crashed = |of: u8| state.members[of as usize].crashed;
    state.beliefs().all(|(_, of, view)| !crashed(of) || view.status == Status::Down)
}

/// A probe of somebody who is up may succeed, so it is promised of the dead alone.
fn fair(_: &Swim, state: &State, action: &Action) -> Fair {
    let crashed = |of: u8| state.members[of as usize].crashed;
    match *action {
        Action::Suspect(who, of) if crashed(of) => Fair::Weakly(u64::from(who * 8 + of)),
        Action::Expire(who, of) => Fair::Weakly(u64::from(64 + who * 8 + of)),
        _ => Fair::Not,
    }
}
