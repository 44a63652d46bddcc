//! What a run must be like. A [`Property`] is a pure function of what was observed; the same code
//! judges simulated nodes, live ones and the exhaustive search of an abstract model.
//!
//! Of several properties the one that says most about the cause is judged first, and the first that
//! fails is the finding: no panic, terminates, what the reference model forbids, what clients see
//! (linearizable), what the user wants of the nodes (agree, always), converges.

use crate::node::Node;
use crate::observe::Observed;
use crate::verdict::Verdict;

pub mod agreement;
pub mod availability;
pub mod consistency;
pub mod convergence;
pub mod linearizability;
pub mod membership;
pub mod reach;
pub mod refines;
pub mod replication;
pub mod scenario;
pub mod stream;
pub mod survival;
#[cfg(test)]
pub(crate) mod testing;
pub mod within;

pub use agreement::{Agree, Always};
pub use availability::Available;
pub use consistency::Consistent;
pub use convergence::Converges;
pub use linearizability::Linearizable;
pub use membership::Membership;
pub use reach::Reach;
pub use refines::Refines;
pub use scenario::Scenario;
pub use survival::{NoPanic, Terminates};
pub use within::Within;

/// Something that must hold of every run.
pub trait Property<N: Node>: Send + Sync {
    /// Its name, one or a few words: `linearizable`.
    fn name(&self) -> &str;

    /// Whether it held in this run.
    fn judge(&self, seen: &Observed<'_, N>) -> Verdict;

    /// Whether it may be asked of a run that is not over: what it calls broken then stays so,
    /// whatever comes. The Explorer asks these in each state, and all of them at the end.
    fn judges_any_time(&self) -> bool {
        false
    }

    /// Whether it looks at what nodes show; recording that costs time.
    fn looks_at_views(&self) -> bool {
        false
    }

    /// Whether it looks at when leaders were undisturbed; recording that costs a little time.
    fn looks_at_reigns(&self) -> bool {
        false
    }

    /// Whether it looks at each message that nodes tell of, and at what they have in mind; telling
    /// that costs time.
    fn looks_at_details(&self) -> bool {
        false
    }

    /// Whether it looks at how leaders and faults came and went; recording that costs a little
    /// time.
    fn looks_at_course(&self) -> bool {
        false
    }
}
