//! Known-bad variants of the adapters: canaries for the properties. Each has a card, which says
//! what is wrong with it and which properties may catch it, and hooks that do the wrong. That a
//! mutant is caught is for tests and for `schism calibrate` to say.
//!
//! The ids `PM..` are those of a public list of mutants for Raft and its kin, so that numbers can
//! be compared; `SM..` are mistakes that are easy to make in an adapter like ours.

use schism::verdict::Failure;

pub mod raft;
pub mod swim;
#[cfg(test)]
mod tests;

/// What is known of a mutant.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// Its name: `PM01`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub sentence: &'static str,
    /// The failures that may show it, the likeliest first: a property, or a property and its clause
    /// as in `reference: one leader in a term`.
    pub caught_by: &'static [&'static str],
    /// How many nodes it takes: with fewer it does nothing wrong.
    pub nodes: u32,
    /// The length of the shortest failing schedule known, in steps. Elections that happen by
    /// themselves and the calm end are no steps.
    pub known_steps: usize,
    /// That schedule, as a file that can be replayed.
    pub known: &'static str,
}

impl Card {
    /// Whether a failure is one by which the mutant may show.
    #[must_use]
    pub fn is_shown_by(&self, failure: &Failure) -> bool {
        let (property, full) = (failure.property.as_str(), failure.to_string());
        self.caught_by.iter().any(|name| *name == property || *name == full)
    }
}

/// One known-bad variant of an adapter whose hooks are `H`.
pub struct Mutant<H: ?Sized + 'static> {
    /// What is known of it.
    pub card: Card,
    hooks: fn() -> Box<H>,
}

// Derived, both would ask the same of the hooks, which are only made by it.
impl<H: ?Sized> Clone for Mutant<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H: ?Sized> Copy for Mutant<H> {}

/// What is known of each mutant, those of one adapter after those of another.
pub fn cards() -> impl Iterator<Item = &'static Card> {
    let raft = raft::all().iter().map(|mutant| &mutant.card);
    raft.chain(swim::all().iter().map(|mutant| &mutant.card))
}
