//! Whether something good happens again and again, however a run goes on: a model and what is good
//! come in; a run that stays away from it for ever goes out, if a fair one exists. Knows no
//! protocol.
//!
//! A run that stays away ends in states which it visits again and again, and they are connected: a
//! strongly connected part of the graph without a good state in it. Fairness says which of these
//! are no excuse: a step that stays possible (weakly fair), or is possible again and again
//! (strongly fair), must be taken. So here edges are kept, and states are not taken for their
//! renamings: on the way around a cycle nodes could change their names. One thread does it.

use std::hash::Hash;

use stateright::Model;

use super::graph::{Graph, Part};
use super::{Path, Progress};
pub use crate::reference::liveness::{Fair, Live};

/// What is known of something that is to happen again and again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lasting<S, A> {
    /// In every fair run it does.
    Holds,
    /// In this run it does not: the path, then the cycle for ever. Without a cycle the run ends.
    Stays(Path<S, A>, Vec<(A, S)>),
    /// There are more states than were looked at.
    Unknown,
}

/// Judges it on every state of a model, of which there may be so many.
pub fn lasting<M: Model>(
    model: &M,
    live: &Live<M>,
    states_max: usize,
) -> Lasting<M::State, M::Action>
where
    M::State: Clone + Hash,
{
    lasting_while(model, live, &mut |progress| progress.distinct <= states_max as u64)
}

/// The same for as long as somebody wants to go on, who is told before each state how far it is, in
/// no time that would be known here.
pub fn lasting_while<M: Model>(
    model: &M,
    live: &Live<M>,
    go_on: &mut dyn FnMut(&Progress) -> bool,
) -> Lasting<M::State, M::Action>
where
    M::State: Clone + Hash,
{
    let Some(graph) = Graph::of(model, live, go_on) else { return Lasting::Unknown };
    let Some(part) = away(&graph) else { return Lasting::Holds };
    let path = graph.path(model, part.states[0]);
    let cycle = graph.around(model, &part);
    Lasting::Stays(path, cycle)
}

/// A part of the graph in which a fair run can stay away for ever; the one that is nearest to the
/// start.
fn away<M: Model>(graph: &Graph<'_, M>) -> Option<Part> {
    let all: Vec<usize> = (0..graph.len()).filter(|state| !graph.good(*state)).collect();
    let mut waiting = vec![all];
    let mut found: Vec<Part> = Vec::new();
    while let Some(states) = waiting.pop() {
        for part in graph.parts(&states) {
            match unfair(graph, &part) {
                Unfair::No => found.push(part),
                // What is weakly fair and not taken is possible in every part of this part.
                Unfair::Weakly => {}
                Unfair::Strongly(class) => {
                    let without = |state: &usize| !graph.possible(*state).contains(&class);
                    let rest: Vec<usize> = part.states.iter().copied().filter(without).collect();
                    if !rest.is_empty() {
                        waiting.push(rest);
                    }
                }
            }
        }
    }
    found.into_iter().min_by_key(|part| part.states[0])
}

enum Unfair {
    No,
    Weakly,
    Strongly(Fair),
}

/// Whether a promise is broken by who stays in this part and takes all of its steps.
fn unfair<M: Model>(graph: &Graph<'_, M>, part: &Part) -> Unfair {
    let mut broken = Unfair::No;
    for class in part.states.iter().flat_map(|state| graph.possible(*state)) {
        if part.taken.contains(class) {
            continue;
        }
        match class {
            Fair::Not => {}
            Fair::Weakly(_) => {
                if part.states.iter().all(|state| graph.possible(*state).contains(class)) {
                    return Unfair::Weakly;
                }
            }
            Fair::Strongly(_) => broken = Unfair::Strongly(*class),
        }
    }
    broken
}
