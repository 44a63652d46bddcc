//! The reference's state after each fact of a run: facts come in, in the run's one order; every
//! state on the way can be looked at, up to the fact that was refused.
//!
//! Each state is a value of its own and shares with its neighbours what they have in common.

use super::{Refusal, Timeless};
use crate::fact::Told;

/// The states of one run.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Before any fact, and after each that was accepted.
    states: Vec<Timeless>,
    /// What was said of the fact that came next, if one was refused.
    refusal: Option<Box<Refusal>>,
}

impl Timeline {
    /// The states of a cluster of so many nodes.
    #[must_use]
    pub fn of(nodes: u32, facts: &[Told]) -> Timeline {
        let mut states = vec![Timeless::new(nodes)];
        for told in facts {
            let mut next = states[states.len() - 1].clone();
            if let Err(refusal) = next.step(told) {
                return Timeline { states, refusal: Some(refusal) };
            }
            states.push(next);
        }
        Timeline { states, refusal: None }
    }

    /// The state after so many facts, or the last one before a refusal.
    #[must_use]
    pub fn after(&self, facts: usize) -> &Timeless {
        &self.states[facts.min(self.states.len() - 1)]
    }

    /// The state at the end.
    #[must_use]
    pub fn last(&self) -> &Timeless {
        self.after(usize::MAX)
    }

    /// The place of the fact that was refused, from 0, and why.
    #[must_use]
    pub fn refused(&self) -> Option<(usize, &Refusal)> {
        self.refusal.as_deref().map(|refusal| (self.states.len() - 1, refusal))
    }
}
