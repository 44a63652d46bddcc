//! The clause on snapshots: what stands in one is what was applied; see `replication.rs`.
//!
//! A state machine is deterministic, so two snapshots up to the same index hold the same state, and
//! nobody can have a state that nobody has computed.

use super::replication::{Cluster, INDEX_MAX, Step, refuse};
use super::{Against, Clause};
use crate::fact::Told;
use crate::id::NodeId;
use crate::time::Time;

/// A snapshot that was told, by the first who did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    index: u64,
    term: u64,
    digest: u64,
    node: NodeId,
    time: Time,
}

impl Taken {
    /// What tells it from others.
    pub(super) const fn key(&self) -> (u64, u64, u64) {
        (self.index, self.term, self.digest)
    }
}

impl Cluster {
    pub(super) fn snapped(
        &mut self,
        who: usize,
        told: &Told,
        index: u64,
        term: u64,
        digest: u64,
    ) -> Step {
        if index == 0 || index > INDEX_MAX {
            return Ok(());
        }
        let first = self.snapshots.iter().find(|taken| taken.index == index).copied();
        if let Some(Taken { term: first, digest: other, node, time, .. }) = first
            && (first, other) != (term, digest)
        {
            let against = Against::Snapshot { term: first, digest: other, node, time };
            return refuse(Clause::SnapshotIsApplied, told, against);
        }
        if let Some(against) = self.applied_in_another_term(index, term) {
            return refuse(Clause::SnapshotIsApplied, told, against);
        }
        // One that it was sent may be on its disk before it takes the place of its state; then it
        // is somebody else's, who told it or is silent.
        let alone = first.is_none() && self.members.iter().all(|member| member.tells_applied);
        if let Some(applied) = self.members[who].applied.filter(|applied| *applied < index)
            && alone
        {
            return refuse(Clause::SnapshotIsApplied, told, Against::Index(applied));
        }
        if first.is_none() {
            let (node, time) = (told.node, told.time);
            self.snapshots.push(Taken { index, term, digest, node, time });
        }
        Ok(())
    }
}
