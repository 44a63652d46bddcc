//! What only a large history that is judged as it is read asks of the clusters.

use super::{Cluster, Part, Zones};
use crate::spec::Spec;

/// About how many bytes of tables and of chains there are for each part or cluster.
const PLACE: usize = 32;

impl Zones {
    /// Takes in what was done before all else.
    pub(in super::super) fn begin<S: Spec>(&mut self, op: &S::Op) {
        self.take(S::part(op), S::access(op, None), 0, 0);
    }

    /// How many parts there are.
    pub(in super::super) const fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Whether some part cannot be ruled on.
    pub(in super::super) const fn is_unfit(&self) -> bool {
        self.whole || self.unfit
    }

    /// About how many bytes of memory all of it takes.
    pub(in super::super) fn weight(&self) -> u64 {
        let parts = (self.parts.len() * (size_of::<Part>() + PLACE)) as u64;
        parts + (self.clusters.len() * (size_of::<Cluster>() + PLACE)) as u64
    }
}
