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
use decide::{Wanted, decide};
use parts::{Claim, Parts};
use search::{Decision, Search};
use zones::{Ruling, Zones};

mod blame;
#[cfg(test)]
mod brute;
mod cache;
mod decide;
mod explain;
mod frontier;
mod parts;
mod search;
#[cfg(test)]
mod stories;
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
    let parts = Parts::of(history, |key| zones.ruling(key) != Ruling::Explained);
    let mut search = Search::new();
    let mut unknown = false;
    let mut worst: Option<Refutation> = None;
    for part in parts.iter() {
        let ruled = part.first().map(|claim| zones.ruling(S::part(claim.op)));
        let by_clusters = ruled == Some(Ruling::Refuted);
        let few = if by_clusters { few(history, part) } else { None };
        let small = part.len() < FEW;
        let (decision, moment, cuts) = if by_clusters && (few.is_some() || small) {
            (Decision::Refuted, None, Vec::new())
        } else {
            let wanted = if small { Wanted::Decision } else { Wanted::Cuts };
            let decided = decide(&mut search, part, wanted, &mut { budget });
            let refuted = by_clusters.then_some(Decision::Refuted);
            (refuted.unwrap_or(decided.decision), decided.moment, decided.cuts)
        };
        match decision {
            Decision::Linearizable => {}
            Decision::Unknown => unknown = true,
            Decision::Refuted => {
                let from = few.as_ref().map(|(_, moment)| *moment).or(moment).unwrap_or(0);
                let part = few.as_ref().map_or(part, |(few, _)| few);
                let blame = blame::blame(history, part, from, &cuts, parts.whole, budget);
                let found = Refutation {
                    violation: explain::violation(history, &blame),
                    minimal: blame.minimal,
                    prefix: blame.prefix,
                    earlier: blame.earlier,
                };
                let worse = worst.as_ref().is_none_or(|known| explain::is_worse(&found, known));
                worst = if worse { Some(found) } else { worst };
            }
        }
    }
    match worst {
        Some(refutation) => Finding::Refuted(Box::new(refutation)),
        None if unknown => Finding::Unknown,
        None => Finding::Linearizable,
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

/// The claims of a large part that refute it, with what shows whether a write was lost for good:
/// the checker's own operations and the last read of all.
/// And the return that refutes them.
fn few<'a, S: Spec>(
    history: &History<S>,
    part: &[Claim<'a, S>],
) -> Option<(Vec<Claim<'a, S>>, u64)> {
    if part.len() < FEW {
        return None;
    }
    let culprits = zones::first::culprits(part)?;
    let last = part.iter().rposition(|claim| claim.read);
    let tells = |(at, claim): &(usize, &Claim<'a, S>)| {
        history.operations[claim.place].is_probe()
            || Some(*at) == last
            || culprits.claims.binary_search(at).is_ok()
    };
    let few = part.iter().enumerate().filter(tells).map(|(_, claim)| *claim).collect();
    Some((few, culprits.moment))
}

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
