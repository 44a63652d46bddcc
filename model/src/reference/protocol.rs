//! What a protocol model shows of itself, so that a command can list it, bound it and break it. It
//! knows no search.

use std::fmt::Debug;

use stateright::Model;

use super::Clause;
use super::symmetry::Renamed;

/// A model of a protocol, with bounds on its states and known mistakes to plant.
pub trait Protocol:
    Model<State: Renamed, Action: Debug + Clone + PartialEq + Send + Sync> + Send + Sync + 'static
{
    /// Its name: `raft`.
    const NAME: &'static str;
    /// What is modelled, in one sentence.
    const SENTENCE: &'static str;
    /// What can be bounded, in the order in which [`Protocol::new`] takes it.
    const BOUNDS: &'static [Bound];
    /// The known mistakes: each one's name, and what is wrong, in one sentence.
    const BUGS: &'static [(&'static str, &'static str)];

    /// The bounds unless said: those in which the mistake with this place in [`Protocol::BUGS`]
    /// shows, if one is planted.
    fn usual(bug: Option<usize>) -> Vec<u8> {
        let _ = bug;
        Self::BOUNDS.iter().map(|bound| bound.usual).collect()
    }

    /// The model with these bounds, one for each of [`Protocol::BOUNDS`], and with this mistake.
    fn new(bounds: &[u8], bug: Option<usize>) -> Self;

    /// How its states are written in a few bytes and read again, where that is known.
    #[must_use]
    fn packing() -> Option<Packing<Self::State>> {
        None
    }

    /// The sentence of a property that was broken, and where it comes from.
    fn rule(property: &str) -> Option<(&'static str, &'static str)>;
}

/// What writes a state to some bytes, and what reads it again.
pub type Packing<S> = (fn(&S, &mut Vec<u8>), fn(&[u8]) -> S);

/// A bound on the states of a model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// Its name: `terms`.
    pub name: &'static str,
    /// What is bounded, as the end of a sentence: `is the highest term`.
    pub sentence: &'static str,
    /// The bound unless said.
    pub usual: u8,
    /// The least there can be.
    pub least: u8,
    /// The most that the model has room for.
    pub most: u8,
}

/// A row of a table of bounds.
pub(super) const fn bound(
    name: &'static str,
    sentence: &'static str,
    usual: u8,
    least: u8,
    most: usize,
) -> Bound {
    Bound { name, sentence, usual, least, most: most as u8 }
}

/// The sentence of the clause of this name, and where it comes from.
pub(super) fn clause(name: &str) -> Option<(&'static str, &'static str)> {
    let clause = Clause::ALL.into_iter().find(|clause| clause.name() == name)?;
    Some((clause.statement(), clause.source()))
}

/// A property for each clause. A property has no room for a clause, so each has a function of its
/// own.
macro_rules! kept {
    ($state:ty; $($clause:ident)*) => {
        vec![$(stateright::Property::always(
            $crate::reference::Clause::$clause.name(),
            |_, state: &$state| state.broken != Some($crate::reference::Clause::$clause),
        )),*]
    };
}
pub(super) use kept;
