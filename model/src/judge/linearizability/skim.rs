//! Operations come in, one after the other and in any order; whether some order explains all of
//! them goes out, if they are of registers whose values were written once each. Not one of them is
//! kept: of each value four moments are enough.

use super::zones::Zones;
use crate::history::Operation;
use crate::spec::Spec;

/// The clusters of a history that is not held.
pub(crate) struct Skim {
    zones: Zones,
}

impl Skim {
    pub(crate) fn new() -> Skim {
        Skim { zones: Zones::with_capacity(0) }
    }

    /// Takes in one operation. `first` writes the first value of a register with this key, before
    /// all else, if it has one.
    #[inline]
    pub(crate) fn push<S: Spec>(
        &mut self,
        operation: &Operation<S>,
        first: impl Fn(u64) -> Option<S::Op>,
    ) {
        let known = self.zones.parts();
        self.zones.push(operation);
        if self.zones.parts() > known
            && let Some(op) = S::part(&operation.op).and_then(first)
        {
            self.zones.begin::<S>(&op);
        }
    }

    /// Whether the operations are not of such registers.
    pub(crate) const fn is_lost(&self) -> bool {
        self.zones.is_unfit()
    }

    /// About how many bytes of memory this takes.
    pub(crate) fn weight(&self) -> u64 {
        self.zones.weight()
    }

    /// Whether some order is known to explain all operations.
    pub(crate) fn explains_all(mut self) -> bool {
        self.zones.settle();
        self.zones.explain_all()
    }
}
