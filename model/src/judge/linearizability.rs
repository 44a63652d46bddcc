//! A history comes in; whether some order of its operations explains every answer goes out. Nothing
//! here knows of nodes' insides, networks or faults.
//!
//! A history is linearizable if each operation can be thought to take effect at one moment between
//! its invocation and its answer (Herlihy and Wing, TOPLAS 1990). An operation with an unknown
//! outcome may take effect at any later moment, or never; a refused one never does. Each part of
//! the object (each key) is judged by itself.

use super::Property;
use crate::history::History;
use crate::node::Node;
use crate::observe::Observed;
use crate::spec::Spec;
use crate::verdict::{Verdict, Violation};
use blame::About;
use decide::{Decided, Wanted, decide};
use parts::{Claim, Parts};
use search::{Decision, Search};
#[cfg(feature = "cli")]
pub(crate) use skim::Skim;
pub use tail::{Tail, explain_tail};
use zones::{Ruling, Zones};

mod blame;
#[cfg(test)]
mod brute;
mod cache;
mod collections;
mod decide;
mod explain;
mod frontier;
mod lists;
mod order;
mod parts;
mod search;
#[cfg(feature = "cli")]
mod skim;
#[cfg(test)]
mod stories;
mod tail;
mod zones;

/// What [`check`] says of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Some order explains every answer.
    Linearizable,
    /// No order does.
    Refuted(Box<Refutation>),
    /// The budget ran out before either was certain.
    Unknown,
}

/// Why no order explains a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refutation {
    /// The offending operations and what is wrong with them, in words.
    pub violation: Violation,
    /// Whether each offending operation is known to be needed for the contradiction: the budget
    /// sufficed to see that some order explains the others without it.
    pub minimal: bool,
    /// An order that explains the part of the object in question up to the wrong answer: the
    /// longest prefix of its history that is linearizable, as places in the history. What was still
    /// under way then is in it only if it had to take effect already. Of a large part, only the
    /// end of that order.
    pub prefix: Vec<usize>,
    /// How many operations of the part came before the offending ones where these contradict each
    /// other only after what those did; 0 where nothing else matters.
    pub earlier: usize,
    /// Answers that would have been right, up to four: where there are four, there may be more.
    pub right: Vec<String>,
}

/// Checks a history. The budget bounds the work for each part of the object: how many times an
/// operation may be put in order. It is never spent on a verdict that is wrong.
///
/// ```
/// use schism::history::History;
/// use schism::judge::linearizability::{self, Finding};
/// use schism::spec::kv::PutGet;
/// let finding = linearizability::check::<PutGet>(&History::default(), 1_000);
/// assert_eq!(finding, Finding::Linearizable);
/// ```
#[must_use]
pub fn check<S: Spec>(history: &History<S>, budget: u64) -> Finding {
    let zones = Zones::of(history);
    if zones.explain_all() {
        return Finding::Linearizable;
    }
    let about = About { history, refused: &zones.refused, whole: false, budget, was_right: false };
    let mut worst = Worst { about, worst: None };
    // Of a few large parts it is found out what is wrong with them as they stand in the history.
    let mut told = zones.refuted(FEW);
    told.truncate(ALONE_MAX);
    told.retain(|key| worst.by_clusters(&zones, *key));
    if zones.leave_nothing(&told) {
        return worst.finding(false);
    }
    let wanted = |key: Option<u64>| !key.is_some_and(|key| told.contains(&key));
    let parts = Parts::of(history, |key| zones.ruling(key) != Ruling::Explained && wanted(key));
    let about = About { whole: parts.whole, ..about };
    let mut search = Search::new();
    let mut unknown = false;
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let key = S::part(part[0].op);
        let by_clusters = zones.ruling(key) == Ruling::Refuted;
        let small = part.len() < FEW;
        if let Some(key) = key.filter(|_| by_clusters && !small)
            && worst.by_clusters(&zones, key)
        {
            continue;
        }
        let decided = if by_clusters && small {
            Decided::so(Decision::Refuted)
        } else {
            let wanted = if small { Wanted::Decision } else { Wanted::Cuts };
            decide(&mut search, part, wanted, &mut { budget })
        };
        let refuted = by_clusters || decided.decision == Decision::Refuted;
        unknown |= !refuted && decided.decision == Decision::Unknown;
        if refuted {
            let blame = if small || !decided.cuts.is_empty() {
                let from = decided.moment.unwrap_or(0);
                blame::blame(about, part, from, &decided.cuts)
            } else {
                in_short(about, part)
            };
            worst.add(blame);
        }
    }
    worst.finding(unknown)
}

/// Whether some order explains a history: the verdict of [`check`] alone, where nobody asks why.
/// Nothing where the budget ran out.
///
/// ```
/// use schism::history::History;
/// use schism::judge::linearizability::is_linearizable;
/// use schism::spec::kv::PutGet;
/// assert_eq!(is_linearizable::<PutGet>(&History::default(), 1_000), Some(true));
/// ```
#[must_use]
pub fn is_linearizable<S: Spec>(history: &History<S>, budget: u64) -> Option<bool> {
    let zones = Zones::of(history);
    if zones.explain_all() {
        return Some(true);
    }
    if !zones.refuted(0).is_empty() {
        return Some(false);
    }
    let parts = Parts::of(history, |key| zones.ruling(key) != Ruling::Explained);
    let mut search = Search::new();
    let mut unknown = false;
    for part in parts.iter().filter(|part| !part.is_empty()) {
        match decide(&mut search, part, Wanted::Decision, &mut { budget }).decision {
            Decision::Linearizable => {}
            Decision::Refuted => return Some(false),
            Decision::Unknown => unknown = true,
        }
    }
    (!unknown).then_some(true)
}

/// So many parts at most are looked for in the whole history.
const ALONE_MAX: usize = 2;

/// The worst of all refutations of a history.
struct Worst<'h, S: Spec> {
    about: About<'h, S>,
    worst: Option<Refutation>,
}

impl<S: Spec> Worst<'_, S> {
    fn add(&mut self, blame: blame::Blame<S::Ret>) {
        let found = Refutation {
            violation: explain::violation(self.about.history, &blame),
            minimal: blame.minimal,
            prefix: blame.prefix,
            earlier: blame.earlier,
            right: blame.possible.iter().map(ToString::to_string).collect(),
        };
        if self.worst.as_ref().is_none_or(|known| explain::is_worse(&found, known)) {
            self.worst = Some(found);
        }
    }

    fn finding(self, unknown: bool) -> Finding {
        match self.worst {
            Some(refutation) => Finding::Refuted(Box::new(refutation)),
            None if unknown => Finding::Unknown,
            None => Finding::Linearizable,
        }
    }

    /// Explains a large part by the few operations of two clusters; false where they do not tell.
    fn by_clusters(&mut self, zones: &Zones, key: u64) -> bool {
        let Some(found) = zones.culprits(self.about.history, key) else { return false };
        let mut few: Vec<Claim<'_, S>> =
            found.places.iter().map(|place| parts::claim(self.about.history, *place)).collect();
        few.sort_by_key(|claim| claim.call);
        let (begins, recent) = zones.recent(self.about.history, key, &found);
        self.add(blame::of_few(self.about, &few, found.moment, begins, &recent));
        true
    }
}

/// An order of the whole history, as places in it: what refutes nobody's answers. Open operations
/// are in it where they took effect. Nothing where there is no order, or none was found within the
/// budget.
///
/// Each part has an order of its own. An operation takes effect when it was called or right after
/// the one before it in its part, whichever is later; that is before it returns, so by these
/// moments the orders of all parts become one.
#[must_use]
pub fn witness<S: Spec>(history: &History<S>, budget: u64) -> Option<Vec<usize>> {
    let parts = Parts::of(history, |_| true);
    let mut search = Search::new();
    let mut order: Vec<(u64, usize)> = Vec::with_capacity(history.operations.len());
    for part in parts.iter() {
        let decided = decide(&mut search, part, Wanted::Order, &mut { budget });
        if decided.decision != Decision::Linearizable {
            return None;
        }
        let mut now = 0;
        order.extend(decided.order.into_iter().map(|at| {
            now = part[at].call.max(now);
            (now, part[at].place)
        }));
    }
    order.sort_by_key(|(moment, _)| *moment);
    Some(order.into_iter().map(|(_, place)| place).collect())
}

/// From so many claims on, only those that contradict each other are explained, where something
/// tells which they are: what is said of more claims takes a search for each.
const FEW: usize = 128;

/// What is wrong with a large part that was refuted by no way that says when.
fn in_short<S: Spec>(about: About<'_, S>, part: &[Claim<'_, S>]) -> blame::Blame<S::Ret> {
    if let Some(few) = collections::culprits(part) {
        return blame::blame(about, &few, 0, &[]);
    }
    if let Some((pair, minimal)) = order::pair(part) {
        return blame::Blame::of_pair(pair.map(|at| &part[at]), minimal);
    }
    let quick = collections::fits(part) || order::fits(part);
    let length = part.len() as u64;
    let limit = match part.len() > FRONTIER_MAX {
        true if quick => 0,
        true => about.budget.max(64 * length),
        false => about.budget,
    };
    let decided = decide::go_through_all(part, &mut { limit });
    blame::blame(about, part, decided.moment.unwrap_or(0), &decided.cuts)
}

/// Larger parts that were refuted without a search are not gone through to find out when: objects
/// that are fit for that may have large states.
const FRONTIER_MAX: usize = 1 << 14;

/// The property that clients cannot tell the system from one object that does one thing at a time.
#[derive(Clone, Copy, Debug)]
pub struct Linearizable {
    /// How much work a part of the object may take; see [`check`].
    pub budget: u64,
}

impl Default for Linearizable {
    /// A budget that takes a fraction of a second where it is used up.
    fn default() -> Linearizable {
        Linearizable { budget: 1 << 19 }
    }
}

impl<N: Node> Property<N> for Linearizable {
    fn name(&self) -> &str {
        explain::PROPERTY
    }

    fn judges_any_time(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        match check(seen.history, self.budget) {
            Finding::Linearizable => Verdict::Pass,
            Finding::Refuted(refutation) => Verdict::Fail(refutation.violation),
            Finding::Unknown => Verdict::Unknown(format!(
                "whether the history is linearizable was not decided within {} steps of the search",
                self.budget
            )),
        }
    }
}
