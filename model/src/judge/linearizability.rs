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
use parts::{Claim, Parts};
use search::{Decision, Search};

mod blame;
#[cfg(test)]
mod brute;
mod cache;
mod explain;
mod parts;
mod search;
#[cfg(test)]
mod stories;

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
    /// An order that explains the part of the object in question up to the wrong answer: the
    /// longest prefix of its history that is linearizable, as places in the history. What was still
    /// under way then is in it only if it had to take effect already.
    pub prefix: Vec<usize>,
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
    let parts = Parts::of(history);
    let mut search = Search::new();
    let mut unknown = false;
    let mut worst: Option<Refutation> = None;
    for part in parts.iter() {
        match decide(&mut search, part, budget) {
            Decision::Linearizable => {}
            Decision::Unknown => unknown = true,
            Decision::Refuted => {
                let blame = blame::blame(history, part, parts.whole, budget);
                let found = Refutation {
                    violation: explain::violation(history, &blame),
                    prefix: blame.prefix,
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

/// A way to decide about one part. What is quicker for a kind of specification or of history
/// belongs here, and may answer for the parts that it fits.
enum Method {
    /// No two operations overlap, so there is one order.
    InTurn,
    /// Any part.
    Search,
}

impl Method {
    fn for_part<S: Spec>(part: &[Claim<'_, S>]) -> Method {
        // An open operation overlaps all that come after it, since it never returns.
        let in_turn = part.iter().all(Claim::is_closed)
            && part.windows(2).all(|pair| pair[0].ret < pair[1].call);
        if in_turn { Method::InTurn } else { Method::Search }
    }
}

fn decide<S: Spec>(search: &mut Search<S>, part: &[Claim<'_, S>], budget: u64) -> Decision {
    match Method::for_part(part) {
        Method::InTurn => in_turn(part),
        Method::Search => search.run(part, &mut { budget }),
    }
}

fn in_turn<S: Spec>(part: &[Claim<'_, S>]) -> Decision {
    let mut state = S::init();
    let agree = part.iter().all(|claim| claim.expect.allows(&S::apply(&mut state, claim.op)));
    if agree { Decision::Linearizable } else { Decision::Refuted }
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
