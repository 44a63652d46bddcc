//! What is reachable: a model comes in, all of its states are visited, and each step of a node is
//! noted as an edge between two stands.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use stateright::Model;

use super::{Cause, Coverage, Edge, Look, Stand};
use crate::reference::raft::{Action, Body, Bounds, Message, Raft, State};
use crate::reference::symmetry::Renamed;
use crate::seed::StableHasher;

impl Coverage {
    /// The bounds within which a table says what is reachable: three nodes that always vote.
    pub const BOUNDS: Bounds =
        Bounds { terms: 3, requests: 2, messages: 1, restarts: 1, ..Bounds::PLAIN };

    /// Two terms in which a log is compacted once, and its snapshot sent.
    pub const SNAPSHOTS: Bounds = Bounds { terms: 2, snapshots: 1, ..Coverage::BOUNDS };

    /// Two terms in which a voter comes or goes.
    pub const CHANGES: Bounds = Bounds { terms: 2, requests: 1, changes: 1, ..Coverage::BOUNDS };

    /// Two terms in which voters change through a joint configuration.
    pub const JOINT: Bounds = Bounds { terms: 2, requests: 1, joint: 1, ..Coverage::BOUNDS };

    /// What a model reaches within its bounds. Stands do not tell nodes apart, so one state is
    /// visited for all that differ in nodes' names alone.
    #[must_use]
    pub fn reachable(raft: &Raft) -> Coverage {
        let mut coverage = Coverage::default();
        let mut seen = BTreeSet::new();
        let mut frontier: Vec<State> = raft.init_states();
        let mut actions = Vec::new();
        while let Some(state) = frontier.pop() {
            raft.actions(&state, &mut actions);
            for action in actions.drain(..) {
                let Some(next) = raft.next_state(&state, action) else { continue };
                coverage.edges.extend(edge(&state, action, &next));
                let next = next.least();
                let mut hasher = StableHasher::default();
                next.hash(&mut hasher);
                if seen.insert(hasher.finish()) {
                    frontier.push(next);
                }
            }
        }
        coverage
    }
}

/// The edge that a step takes, if it is one of a node.
pub(super) fn edge(state: &State, action: Action, next: &State) -> Option<Edge> {
    cause(action).map(|(who, cause)| (cause, stand(state, who), stand(next, who)))
}

fn stand(state: &State, who: u8) -> Stand {
    let look = |place: usize| {
        let me = &state.servers[place];
        Look {
            term: me.term.into(),
            role: me.role,
            vote: match me.vote {
                0 => 0,
                vote if vote as usize == place + 1 => 1,
                _ => 2,
            },
            end: (me.term_at(me.last()).into(), me.last().into()),
            commit: me.commit.into(),
        }
    };
    Stand::among(&look(who.into()), (0..state.servers.len()).map(look))
}

/// Who takes a step, and why. What changes nothing of a node is no step of it.
fn cause(action: Action) -> Option<(u8, Cause)> {
    Some(match action {
        Action::Timeout(who) => (who, Cause::Stands),
        Action::Request(who) => (who, Cause::Takes),
        Action::Restart(who) => (who, Cause::Restart),
        Action::Deliver(Message { to, body, .. }) => {
            let cause = match body {
                Body::Vote { .. } => Cause::Asked,
                Body::Voted { .. } => Cause::Voted,
                Body::Append { .. } => Cause::Append,
                Body::Appended { .. } | Body::Refused { .. } => Cause::Answer,
                Body::Install(_) => Cause::Snapshot,
            };
            (to, cause)
        }
        _ => return None,
    })
}
