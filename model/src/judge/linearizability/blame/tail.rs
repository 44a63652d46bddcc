//! What is known of the end of a part comes in; what contradicts each other there goes out.
//!
//! The one idea: nothing that is said of the end may take what is not at hand for something that
//! did not happen.

use super::super::decide::{Context, Held};
use super::super::parts::{Claim, known_at};
use super::lab::{Base, Lab};
use super::window::{Asked, Window, nearest};
use super::{About, Blame, of_window};
use crate::spec::Spec;

/// A few claims of a register that contradict each other by the return at a moment, and those that
/// were under way at another moment or came after it: these tell what would have been right.
pub(in super::super) fn of_few<S: Spec>(
    about: About<'_, S>,
    few: &[Claim<'_, S>],
    moment: u64,
    begins: u64,
    recent: &[Claim<'_, S>],
) -> Blame<S::Ret> {
    let mut lab = Lab::new(few, about.budget);
    let moment = lab.first_refuted(few, moment);
    let mut claims = known_at(recent, moment);
    for claim in claims.iter_mut().filter(|claim| claim.call < begins) {
        claim.weaken();
    }
    let base = Some(Base { at: begins.saturating_sub(1), context: Context::Register });
    let exact = Asked { base, claims };
    let near = Asked { base: None, claims: known_at(few, moment) };
    let window = Window { near, ..Window::exactly(exact, moment) };
    of_window(about, few, lab, window)
}

/// The end of a part of any object, which the return at a moment refutes. It begins with the claims
/// that were under way at another moment, and the states that were possible then; each with the
/// places in the history of those of the claims that had led to it.
pub(in super::super) fn of_tail<S: Spec>(
    about: About<'_, S>,
    part: &[Claim<'_, S>],
    moment: u64,
    begins: u64,
    starts: &[(S::State, Vec<usize>)],
) -> Blame<S::Ret> {
    let mut lab = Lab::new(part, about.budget);
    let held = starts.iter().map(|(state, used)| (Held::State(state.clone()), used.clone()));
    let base = Some(Base { at: begins, context: Context::Starts(held.collect()) });
    let exact = Asked { base, claims: known_at(part, moment) };
    let floor = part.partition_point(|claim| claim.call <= begins);
    let window = nearest(&mut lab, part, floor, Window::exactly(exact, moment));
    of_window(about, part, lab, window)
}
