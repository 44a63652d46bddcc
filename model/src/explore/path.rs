//! From a state back to the start: a fingerprint comes in, the actions and states that led to it go
//! out. Knows nothing of how the search went.
//!
//! The table keeps only fingerprints, so a path is walked back by parents and then executed again.
//! Where states stand for all their renamings, the path is still one of real states: each step is
//! chosen by the fingerprint of its representative, and goes on from the state itself.

use stateright::Model;

use super::search::Look;
use super::visited::{ROOT, Visited};

/// A way through a model, from an initial state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path<S, A> {
    /// The initial state.
    pub start: S,
    /// Each action with the state after it.
    pub steps: Vec<(A, S)>,
}

impl<S, A> Path<S, A> {
    /// The state at the end.
    #[must_use]
    pub fn last(&self) -> &S {
        self.steps.last().map_or(&self.start, |(_, state)| state)
    }
}

impl<S, A: PartialEq> Path<S, A> {
    /// The path as Stateright's Explorer names it: the places of the initial state and of each
    /// action among those that were possible.
    #[must_use]
    pub fn places<M: Model<State = S, Action = A>>(&self, model: &M) -> Vec<usize>
    where
        S: PartialEq,
    {
        let start = model.init_states().iter().position(|state| *state == self.start);
        let mut places = vec![start.expect("a path begins with an initial state")];
        let mut from = &self.start;
        for (action, after) in &self.steps {
            let mut actions = Vec::new();
            model.actions(from, &mut actions);
            let place = actions.iter().position(|other| other == action);
            places.push(place.expect("a step of a path is possible"));
            from = after;
        }
        places
    }
}

/// The shortest path to a visited state.
pub(super) fn path<M: Model>(
    look: Look<'_, M>,
    visited: &Visited,
    end: u64,
) -> Path<M::State, M::Action>
where
    M::State: Clone + std::hash::Hash,
{
    let mut ahead = vec![end];
    let mut at = end;
    while let Some(parent) = visited.parent(at).filter(|parent| *parent != ROOT) {
        ahead.push(parent);
        at = parent;
    }
    let first = ahead.pop().expect("a path has at least the state that it leads to");
    let mut starts = look.model.init_states().into_iter();
    let start = starts
        .find(|state| look.fingerprint(state) == first)
        .expect("a model that is a function gives the initial state again");
    let mut state = start.clone();
    let mut steps = Vec::with_capacity(ahead.len());
    while let Some(next) = ahead.pop() {
        let (action, after) = step(look, &state, next);
        state = after.clone();
        steps.push((action, after));
    }
    Path { start, steps }
}

/// The first action that leads to a state with this fingerprint.
fn step<M: Model>(look: Look<'_, M>, from: &M::State, to: u64) -> (M::Action, M::State)
where
    M::State: std::hash::Hash,
{
    let mut actions = Vec::new();
    look.model.actions(from, &mut actions);
    let found = actions.into_iter().enumerate().find_map(|(index, action)| {
        let after = look.model.next_state(from, action)?;
        (look.fingerprint(&after) == to).then_some((index, after))
    });
    let (index, after) = found.expect("a model that is a function takes the same step again");
    // The action was spent on the step, and not every action can be cloned: ask for it again.
    let mut again = Vec::new();
    look.model.actions(from, &mut again);
    (again.swap_remove(index), after)
}
