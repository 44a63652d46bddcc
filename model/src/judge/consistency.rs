//! A history comes in; whether it keeps a promise that is weaker than linearizability goes out, so
//! that a system that promises less is held to what it promises.
//!
//! The one idea: here the order of real time does not matter, only what each client did one after
//! the other, its session. An operation belongs to the session of whoever asked it from the moment
//! it is answered; what was never answered may take effect at any time, or never.

use super::Property;
use crate::history::{History, Operation, Outcome};
use crate::node::Node;
use crate::observe::Observed;
use crate::spec::Spec;
use crate::verdict::{Failure, Verdict, Violation};
use std::fmt;
use std::str::FromStr;

mod sequential;
mod session;
#[cfg(test)]
mod tests;

/// What may be promised to clients, the weakest last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Model {
    /// Some order of all operations explains every answer and keeps the order of each session
    /// (Lamport, How to make a multiprocessor computer that correctly executes multiprocess
    /// programs, 1979).
    Sequential,
    /// All four guarantees below, under one order of all writes.
    Session,
    /// A read sees the writes that its session did before, or newer ones (Terry et al., Session
    /// guarantees for weakly consistent replicated data, 1994, as are the next three; in terms of
    /// one order of all writes as Viotti and Vukolić, Consistency in non-transactional distributed
    /// storage systems, 2016).
    ReadYourWrites,
    /// A read sees what an earlier read of its session saw, or something newer.
    MonotonicReads,
    /// The writes of a session take effect in its order, as sessions see it whose reads are
    /// monotonic.
    MonotonicWrites,
    /// A write takes effect after what its session read before, as sessions see it whose reads are
    /// monotonic.
    WritesFollowReads,
}

const MODELS: [(&str, Model); 6] = [
    ("sequential", Model::Sequential),
    ("session", Model::Session),
    ("read-your-writes", Model::ReadYourWrites),
    ("monotonic-reads", Model::MonotonicReads),
    ("monotonic-writes", Model::MonotonicWrites),
    ("writes-follow-reads", Model::WritesFollowReads),
];

impl FromStr for Model {
    type Err = String;
    fn from_str(name: &str) -> Result<Model, String> {
        let found = MODELS.iter().find(|(known, _)| *known == name);
        found.map(|(_, model)| *model).ok_or_else(|| {
            let names: Vec<&str> = MODELS.iter().map(|(name, _)| *name).collect();
            let name = name.escape_debug();
            format!("there is no such promise as `{name}`: known are {}", names.join(", "))
        })
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = MODELS.iter().find(|(_, model)| model == self);
        f.write_str(found.map_or("", |(name, _)| name))
    }
}

/// What [`check`] says of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The promise was kept.
    Kept,
    /// It was broken.
    Broken(Breach),
    /// Nobody knows, for this reason.
    Unknown(String),
}

/// How a promise was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// Which promise: `monotonic reads`.
    pub clause: &'static str,
    /// A sentence of why.
    pub why: String,
    /// The operations that contradict each other, as places in the history.
    pub operations: Vec<usize>,
    /// Whether each of them is known to be needed.
    pub minimal: bool,
}

/// Checks a history. Sequential consistency takes a search, which is exponential at worst; the
/// budget bounds it, in operations that are tried. The guarantees of sessions are judged of
/// registers, where each value is written once: what is read then says which write it was.
///
/// ```
/// use schism::history::History;
/// use schism::judge::consistency::{Finding, Model, check};
/// use schism::spec::kv::PutGet;
/// let nothing = History::<PutGet>::default();
/// assert_eq!(check(&nothing, Model::Sequential, 1_000), Finding::Kept);
/// ```
#[must_use]
pub fn check<S: Spec>(history: &History<S>, model: Model, budget: u64) -> Finding {
    check_from(history, &[], model, budget)
}

/// The same, where some operations were done before all sessions began, in this order: what the
/// object held at first. They are places in the history.
#[must_use]
pub fn check_from<S: Spec>(
    history: &History<S>,
    first: &[usize],
    model: Model,
    budget: u64,
) -> Finding {
    match model {
        Model::Sequential => sequential::check(history, first, budget),
        _ => session::check(history, first, model),
    }
}

/// Operations of one session, in its order: each had been answered before the next was asked.
/// Whoever asked several things at a time had several sessions.
struct Sessions(Vec<Vec<usize>>);

impl Sessions {
    fn of<S: Spec>(history: &History<S>, first: &[usize]) -> Sessions {
        let mut sessions: Vec<Vec<usize>> = Vec::new();
        let mut places: Vec<usize> = (0..history.operations.len()).collect();
        let answered = |place: &usize| matches!(history.operations[*place].outcome, Outcome::Ok(_));
        places.retain(|place| answered(place) && !first.contains(place));
        let at = |place: usize| &history.operations[place];
        places.sort_by_key(|place| (at(*place).request.client, at(*place).invoked.order));
        for place in places {
            let next = at(place);
            let goes_on = |session: &&mut Vec<usize>| {
                let last = session.last().map(|last| at(*last));
                last.is_some_and(|last| {
                    last.request.client == next.request.client && last.precedes(next)
                })
            };
            // Only those of the same client stand at the end.
            match sessions.iter_mut().rev().take(8).find(goes_on) {
                Some(session) => session.push(place),
                None => sessions.push(vec![place]),
            }
        }
        Sessions(sessions)
    }
}

/// The property that a promise was kept in every run.
#[derive(Clone, Copy, Debug)]
pub struct Consistent {
    /// The promise.
    pub model: Model,
    /// How much work a run may take; see [`check`].
    pub budget: u64,
}

impl Consistent {
    /// The property, with a budget that takes a fraction of a second where it is used up.
    #[must_use]
    pub const fn new(model: Model) -> Consistent {
        Consistent { model, budget: 1 << 18 }
    }

    fn violation<S: Spec>(&self, history: &History<S>, breach: Breach) -> Violation {
        let places = breach.operations.iter();
        let operations: Vec<&Operation<S>> =
            places.map(|place| &history.operations[*place]).collect();
        let mut nodes: Vec<_> = operations.iter().filter_map(|one| one.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let ended = operations.iter().map(|one| one.completed.time);
        Violation {
            failure: Failure { property: NAME.to_owned(), clause: breach.clause.to_owned() },
            headline: breach.clause.to_owned(),
            why: breach.why,
            rule: rule(breach.clause).to_owned(),
            at: ended.max().unwrap_or_default(),
            nodes,
            operations: breach.operations,
        }
    }
}

const NAME: &str = "consistent";

/// What a system that keeps the promise does, and who says so.
fn rule(clause: &str) -> &'static str {
    match clause {
        sequential::CLAUSE => {
            "some order of all operations explains every answer and keeps the order of each client \
             (Lamport 1979)"
        }
        _ => {
            "what a client does sees and follows what it did and saw before (Terry et al. 1994; \
             Viotti and Vukolić 2016)"
        }
    }
}

impl<N: Node> Property<N> for Consistent {
    fn name(&self) -> &str {
        NAME
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        match check(seen.history, self.model, self.budget) {
            Finding::Kept => Verdict::Pass,
            Finding::Broken(breach) => Verdict::Fail(self.violation(seen.history, breach)),
            Finding::Unknown(why) => Verdict::Unknown(why),
        }
    }
}
