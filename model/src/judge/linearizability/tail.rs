//! The end of a history comes in, with what is known of it before that; why its last answer has no
//! explanation goes out. What came before is not needed for that, so it need not be held.

use super::blame::{About, of_tail};
use super::parts::Parts;
use super::{Refutation, Worst};
use crate::history::{History, Outcome};
use crate::spec::Spec;

/// The end of the history of one part of an object, which was judged as it came: see
/// [`Stream::before`](crate::judge::stream::Stream::before).
pub struct Tail<S: Spec> {
    /// What was under way when it begins, and all that was asked later.
    pub history: History<S>,
    /// When it begins.
    pub begins: u64,
    /// In which states the part may have been then, each with the places of those operations that
    /// had led to it.
    pub starts: Vec<(S::State, Vec<usize>)>,
    /// The moment of the answer that no order explains.
    pub moment: u64,
    /// How many operations had returned when it begins.
    pub returned: usize,
    /// Whether that answer would have been right at some time before.
    pub was_right: bool,
}

/// Finds out what contradicts that answer. Nothing where there is no such answer.
#[must_use]
pub fn explain_tail<S: Spec>(tail: &Tail<S>, budget: u64) -> Option<Refutation> {
    let history = &tail.history;
    let refused = history.operations.iter().enumerate();
    let refused = refused.filter(|(_, one)| one.outcome == Outcome::Refused);
    let refused: Vec<usize> = refused.map(|(place, _)| place).collect();
    let parts = Parts::of(history, |_| true);
    let (whole, was_right) = (parts.whole, tail.was_right);
    let about = About { history, refused: &refused, whole, budget, was_right };
    let has = |part: &&[_]| part.iter().any(|claim: &super::Claim<'_, S>| claim.ret == tail.moment);
    let part = parts.iter().find(has)?;
    let mut worst = Worst { about, worst: None };
    worst.add(of_tail(about, part, tail.moment, tail.begins, &tail.starts));
    let mut found = worst.worst?;
    if found.earlier > 0 {
        found.earlier += tail.returned;
    }
    Some(found)
}
