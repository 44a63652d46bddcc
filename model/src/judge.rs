//! What a run must be like. A [`Property`] is a pure function of what was observed; the same code
//! judges simulated nodes, live ones and the exhaustive search of an abstract model.

use crate::node::Node;
use crate::observe::Observed;
use crate::verdict::Verdict;

/// Something that must hold of every run.
pub trait Property<N: Node>: Send + Sync {
    /// Its name, one or a few words: `linearizable`.
    fn name(&self) -> &str;

    /// Whether it held in this run.
    fn judge(&self, seen: &Observed<'_, N>) -> Verdict;

    /// Whether it looks at what nodes show; recording that costs time.
    fn looks_at_views(&self) -> bool {
        false
    }
}
