//! A run held against any model: facts come in, and a set of states of the model is taken along,
//! one step of the model for each fact; a fact that no step tells from any of them is refused.
//!
//! The one idea: an implementation tells what it does, not in which state it is. Steps that nobody
//! tells (a message is lost, or comes twice) are tried, two at most before each fact, so that a
//! model which can do anything in between explains nothing.

use std::fmt::Debug;

use stateright::Model;

use crate::fact::{Fact, Told};

/// A model that says which facts tell of its steps.
pub trait Follow:
    Model<State: Clone + PartialEq + Debug, Action: Clone + Debug> + Send + Sync
{
    /// Its name, as in `refines(mirror)`.
    const NAME: &'static str;

    /// Whether this step, taken in this state, is what was told.
    fn tells(&self, before: &Self::State, step: &Self::Action, told: &Told) -> bool;

    /// Whether a step is one that nobody tells.
    fn is_hidden(&self, step: &Self::Action) -> bool {
        let _ = step;
        false
    }

    /// Whether a fact is one of the model's; others are passed over. Those that a node tells with
    /// [`Fact::Own`] are, unless said.
    fn counts(&self, fact: &Fact) -> bool {
        matches!(fact, Fact::Own { .. })
    }

    /// The guard that forbids in this state what was told, in a few words, if it is known.
    fn guard(&self, state: &Self::State, told: &Told) -> Option<&'static str> {
        let _ = (state, told);
        None
    }
}

/// No more states are taken along.
pub const STATES_MAX: usize = 64;
/// So many steps may be hidden before each fact.
pub const HIDDEN_MAX: usize = 2;

/// A run that is followed.
#[derive(Debug)]
pub struct Walk<'a, M: Model> {
    model: &'a M,
    states: Vec<M::State>,
    accepted: usize,
}

/// Why a run is followed no further.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Halt<S, A> {
    /// No step tells this fact.
    Refused {
        /// In which states the model may have been.
        states: Vec<S>,
        /// What it could do in the first of them.
        steps: Vec<A>,
        /// How many facts of it were accepted before.
        accepted: usize,
    },
    /// It may be in more than [`STATES_MAX`] states.
    TooMany,
}

impl<'a, M: Follow> Walk<'a, M> {
    /// Before anything happened.
    pub fn new(model: &'a M) -> Walk<'a, M> {
        Walk { model, states: model.init_states(), accepted: 0 }
    }

    /// In which states the model may be.
    #[must_use]
    pub fn states(&self) -> &[M::State] {
        &self.states
    }

    /// Takes the next fact in.
    ///
    /// # Errors
    /// No step of the model tells it, or the model may be in too many states.
    pub fn step(&mut self, told: &Told) -> Result<(), Halt<M::State, M::Action>> {
        if !self.model.counts(&told.fact) {
            return Ok(());
        }
        let (mut next, mut before) = (Vec::new(), self.states.clone());
        for hidden in 0..=HIDDEN_MAX {
            let mut later = Vec::new();
            for state in &before {
                for step in self.steps(state) {
                    let goes_on = hidden < HIDDEN_MAX && self.model.is_hidden(&step);
                    let into = if self.model.tells(state, &step, told) {
                        &mut next
                    } else if goes_on {
                        &mut later
                    } else {
                        continue;
                    };
                    let after = self.model.next_state(state, step);
                    into.extend(after.filter(|after| !into.contains(after)));
                }
            }
            if next.len().max(later.len()) > STATES_MAX {
                return Err(Halt::TooMany);
            }
            before = later;
        }
        if next.is_empty() {
            let steps = self.states.first().map_or_else(Vec::new, |state| self.steps(state));
            let (states, accepted) = (self.states.clone(), self.accepted);
            return Err(Halt::Refused { states, steps, accepted });
        }
        (self.states, self.accepted) = (next, self.accepted + 1);
        Ok(())
    }

    fn steps(&self, state: &M::State) -> Vec<M::Action> {
        let mut steps = Vec::new();
        self.model.actions(state, &mut steps);
        steps
    }
}

#[cfg(test)]
mod tests;
