//! What a judge says of a run. There are three verdicts; unknown is never a pass.

use crate::id::NodeId;
use crate::time::Time;

/// What a property says of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The property held.
    Pass,
    /// It was broken.
    Fail(Violation),
    /// Nobody knows, for this reason: a budget ran out, or the run could not be trusted.
    Unknown(String),
}

/// How a property was broken: enough to tell this failure from others, and to explain it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// What identifies the failure.
    pub failure: Failure,
    /// A few words for the headline: `stale read of k1`.
    pub headline: String,
    /// Sentences of why, with names and values.
    pub why: String,
    /// What a correct system would have done, and who says so.
    pub rule: String,
    /// When it became certain.
    pub at: Time,
    /// The nodes that the sentence is about.
    pub nodes: Vec<NodeId>,
    /// The operations that the sentence is about, as places in the history; the last is the one
    /// that is wrong.
    pub operations: Vec<usize>,
}

/// The identity of a failure. While shrinking, only the same failure counts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Failure {
    /// The property: `linearizable`.
    pub property: String,
    /// Its clause, or the place of a panic: `one leader in a term`.
    pub clause: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.property, self.clause)
    }
}
