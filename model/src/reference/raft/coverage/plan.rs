//! Paths that cover the model's edges: a model comes in; a small set of paths from its first state
//! goes out, on which each edge that is reachable is taken at least once.
//!
//! The one idea: the search goes level by level, so the first way to an edge is a shortest one, and
//! a way to a deep edge covers many others. So the deepest edge that no path has yet gets the next
//! path, until none is left.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use stateright::Model;

use super::reach::edge;
use super::{Coverage, Edge};
use crate::reference::raft::{Action, Raft, Role, State};
use crate::reference::symmetry::Renamed;
use crate::seed::StableHasher;

/// A step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move {
    /// What the model does.
    pub action: Action,
    /// The edge that it takes, if it is a step of a node.
    pub edge: Option<Edge>,
}

/// Paths that cover edges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The paths, each from the model's first state.
    pub paths: Vec<Vec<Move>>,
    /// The edges that they take.
    pub edges: Coverage,
}

/// What the search remembers: of each state its digest and the one that it was come to from.
#[derive(Default)]
struct Tree {
    digests: Vec<u64>,
    parents: Vec<u32>,
    known: BTreeSet<u64>,
    /// Of each edge, where it is first taken: the state before and the digest of that behind.
    first: BTreeMap<Edge, (u32, u64)>,
}

impl Plan {
    /// Paths through a model in which whoever is elected takes an entry at once, as almost every
    /// implementation does.
    #[must_use]
    pub fn cover(raft: &Raft) -> Plan {
        let tree = Tree::grow(raft);
        let mut plan = Plan { paths: Vec::new(), edges: Coverage::default() };
        let mut deepest: Vec<_> = tree.first.iter().collect();
        // A state that was found later is at least as deep.
        deepest.sort_by_key(|(_, (state, _))| std::cmp::Reverse(*state));
        for (edge, (before, behind)) in deepest {
            if !plan.edges.has(edge) {
                let path = tree.path(raft, *before, *behind, *edge);
                plan.edges.edges.extend(path.iter().filter_map(|step| step.edge));
                plan.paths.push(path);
            }
        }
        plan
    }
}

/// What may be done where a leader that has just been elected has nothing else in mind.
fn is_open(state: &State, action: Action) -> bool {
    let new = (0_u8..).zip(state.servers.iter()).find(|(_, server)| {
        server.role == Role::Leader && server.term_at(server.last()) != server.term
    });
    new.is_none_or(|(who, _)| action == Action::Request(who))
}

fn digest(state: &State) -> u64 {
    let mut hasher = StableHasher::default();
    state.hash(&mut hasher);
    hasher.finish()
}

impl Tree {
    fn grow(raft: &Raft) -> Tree {
        let mut tree = Tree::default();
        let mut level: Vec<(u32, State)> = Vec::new();
        for state in raft.init_states() {
            tree.add(0, digest(&state));
            level.push((0, state));
        }
        let mut actions = Vec::new();
        while !level.is_empty() {
            let mut next_level = Vec::new();
            for (place, state) in level {
                raft.actions(&state, &mut actions);
                for action in actions.drain(..).filter(|action| is_open(&state, *action)) {
                    let Some(next) = raft.next_state(&state, action) else { continue };
                    let least = next.least();
                    let digest = digest(&least);
                    if let Some(edge) = edge(&state, action, &next) {
                        tree.first.entry(edge).or_insert((place, digest));
                    }
                    if let Some(new) = tree.add(place, digest) {
                        next_level.push((new, least));
                    }
                }
            }
            level = next_level;
        }
        tree
    }

    /// Notes a state, if it is new.
    fn add(&mut self, parent: u32, digest: u64) -> Option<u32> {
        self.known.insert(digest).then(|| {
            self.digests.push(digest);
            self.parents.push(parent);
            self.digests.len() as u32 - 1
        })
    }

    /// The path to an edge, in the names of one cluster: the search exchanges them.
    fn path(&self, raft: &Raft, mut at: u32, behind: u64, last: Edge) -> Vec<Move> {
        let mut wanted = vec![behind];
        while at > 0 {
            wanted.push(self.digests[at as usize]);
            at = self.parents[at as usize];
        }
        let mut path = Vec::new();
        let mut state = raft.init_states().remove(0);
        let mut actions = Vec::new();
        while let Some(digest_wanted) = wanted.pop() {
            raft.actions(&state, &mut actions);
            let step =
                actions.drain(..).filter(|action| is_open(&state, *action)).find_map(|action| {
                    let next = raft.next_state(&state, action)?;
                    let edge = edge(&state, action, &next);
                    let is_last = wanted.is_empty();
                    let fits =
                        digest(&next.least()) == digest_wanted && (!is_last || edge == Some(last));
                    fits.then_some((Move { action, edge }, next))
                });
            let (step, next) = step.expect("the search went this way");
            path.push(step);
            state = next;
        }
        path
    }
}
