//! What is to happen again and again in a protocol model, and what is promised of its steps. Plain
//! data: who judges it is not known here.

use stateright::Model;

/// Something that is to happen again and again.
pub struct Live<M: Model> {
    /// What, in words: `all know of each death`.
    pub name: &'static str,
    /// What is promised, in words: `whoever is up probes the others again and again`.
    pub promise: &'static str,
    /// Whether it is so in a state.
    pub good: fn(&M, &M::State) -> bool,
    /// What is promised of a step that is possible in a state. Steps of one class are one promise.
    pub fair: fn(&M, &M::State, &M::Action) -> Fair,
}

/// What is promised of a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fair {
    /// Nothing: it may never happen.
    Not,
    /// A step of this class is taken unless in some state again and again none is possible.
    Weakly(u64),
    /// A step of this class is taken if one is possible again and again.
    Strongly(u64),
}
