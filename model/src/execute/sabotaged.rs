//! How a world breaks its promises, where it is asked to. Nothing of this is on the way of a run
//! that keeps them but a look whether it is asked for.

use super::{Chore, World};
use crate::id::NodeId;
use crate::node::Node;
use crate::sabotage::Sabotage;
use std::time::Duration;

/// So long before the sync is done leaves what should wait for it.
const AHEAD: Duration = Duration::from_millis(100);

impl<N: Node> World<'_, N> {
    /// Says of a sync that it is done; whether anything of it is left to the sabotage.
    pub(super) fn sabotage_sync(&mut self, node: NodeId, file: usize, upto: usize) -> bool {
        let incarnation = self.process(node).io.incarnation;
        match self.sabotage {
            Some(Sabotage::NoSync) => {}
            Some(Sabotage::EarlyAnswers) => {
                self.later(AHEAD, Chore::Durable { node, incarnation, file, upto });
            }
            _ => return false,
        }
        self.counts.broken += 1;
        true
    }

    /// Changes the disk of a node that has gone down.
    pub(super) fn sabotage_disk(&mut self, id: NodeId, sabotage: Sabotage) {
        let drive = &mut self.processes[id.index()].io.drive;
        let some = !drive.is_empty();
        match sabotage {
            Sabotage::OldDisk => drive.revert(),
            Sabotage::Amnesia if id == NodeId(1) => drive.wipe(),
            _ => return,
        }
        self.counts.broken += u64::from(some);
    }
}
