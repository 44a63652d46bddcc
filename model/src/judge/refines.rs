//! What the nodes told comes in, each message among it; whether a model of their protocol does the
//! same goes out, with the first fact that it does not tell.
//!
//! The one idea: a property holds of what a system has come to; a refinement holds of every step on
//! the way there. A mistake that did no harm in this run is seen all the same.

mod raft;
mod steps;

pub use raft::Raft;
pub use steps::Steps;

use super::Property;
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::node::Node;
use crate::observe::Observed;
use crate::verdict::{Failure, Verdict, Violation};

/// A model that runs are held against.
pub trait Model: Send + Sync {
    /// The name of the protocol: `raft`.
    fn name(&self) -> &str;

    /// Whether the model does what a cluster of so many nodes told, fact for fact.
    fn follows(&self, nodes: u32, facts: &[Told]) -> Followed;
}

/// What came of holding a run against a model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Followed {
    /// The model does it all.
    ToTheEnd,
    /// It does not.
    UpTo(Box<Departure>),
    /// Nobody knows, for this reason.
    Unknown(String),
}

/// The first fact that a model does not tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Departure {
    /// The fact.
    pub told: Told,
    /// What forbids it, in a few words that are the same for each such departure.
    pub guard: String,
    /// Where that comes from.
    pub source: String,
    /// A few words of what the node did: `n2 commits to 3`.
    pub headline: String,
    /// Sentences of why.
    pub why: String,
    /// Model and implementation side by side, and what the model may do: lines that keep their
    /// columns.
    pub table: Vec<String>,
    /// The nodes that it is about.
    pub nodes: Vec<NodeId>,
}

/// How far a model came, as a sentence.
fn before(accepted: usize) -> String {
    match accepted {
        0 => "It is the first fact of the run.".to_owned(),
        1 => "It does the one fact before.".to_owned(),
        many => format!("It does all of the {many} facts before."),
    }
}

/// The property that a model does all that the nodes do: `refines(raft)`.
#[derive(Debug)]
pub struct Refines<M> {
    name: String,
    model: M,
}

impl<M: Model> Refines<M> {
    /// Whatever the nodes tell must be what this model does.
    #[must_use]
    pub fn new(model: M) -> Refines<M> {
        Refines { name: format!("refines({})", model.name()), model }
    }
}

impl<N: Node, M: Model> Property<N> for Refines<M> {
    fn name(&self) -> &str {
        &self.name
    }

    fn looks_at_details(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let departure = match self.model.follows(seen.nodes, seen.facts) {
            Followed::ToTheEnd => return Verdict::Pass,
            Followed::Unknown(why) => return Verdict::Unknown(why),
            Followed::UpTo(departure) => *departure,
        };
        let operation = match departure.told.fact {
            Fact::Appended { entry, .. } | Fact::Applied { entry, .. } => entry.request,
            _ => None,
        };
        let place = |request| {
            seen.history.operations.iter().position(|operation| operation.request == request)
        };
        let mut why = departure.why;
        for line in &departure.table {
            why.push('\n');
            why.push_str(line);
        }
        Verdict::Fail(Violation {
            failure: Failure { property: self.name.clone(), clause: departure.guard.clone() },
            headline: departure.headline,
            why,
            rule: format!("{} ({})", departure.guard, departure.source),
            at: departure.told.time,
            nodes: departure.nodes,
            operations: operation.and_then(place).into_iter().collect(),
        })
    }
}
