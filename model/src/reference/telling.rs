//! The judge of a step: the facts that it tells come in, with what was told before; whether the
//! reference accepts them goes out, with what is to be remembered of them. Which facts contradict
//! each other is the reference's to know, not this file's.

use super::replication::recall::Shows;
use super::{Clause, Cluster, Past, Refusal};
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::time::Time;

/// When a step happens, after all that a state remembers.
const NOW: Time = Time::millis(1);

/// What a node tells in one step.
pub(super) struct Telling<'a> {
    /// Its place.
    pub(super) who: u8,
    /// Whether it came up in this step.
    pub(super) restarted: bool,
    pub(super) facts: &'a [Fact],
    /// Whether this is an end of a run for acknowledged writes: the node leads, and what it has not
    /// applied now nobody ever will.
    pub(super) settled: bool,
}

impl Telling<'_> {
    /// Holds the facts against the past of a cluster whose nodes show this.
    pub(super) fn judge<Log: Iterator<Item = u8>>(
        &self,
        past: &mut Past,
        broken: &mut Option<Clause>,
        nodes: impl ExactSizeIterator<Item = Shows<Log>>,
    ) -> Option<Box<Refusal>> {
        let all = nodes.len();
        let mut cluster = Cluster::recall(past, nodes);
        let (node, incarnation) = (NodeId::at(self.who.into()), u32::from(self.restarted));
        let judged = self.facts.iter().try_for_each(|fact| {
            cluster.step(&Told { time: NOW, order: 1, node, incarnation, fact: *fact })
        });
        let judged =
            judged.and_then(|()| if self.settled { self.finish(&cluster, all) } else { Ok(()) });
        match &judged {
            Ok(()) => *past = cluster.past(),
            Err(refusal) => *broken = Some(refusal.clause),
        }
        judged.err()
    }

    fn finish(&self, cluster: &Cluster, nodes: usize) -> Result<(), Box<Refusal>> {
        let others = (0..nodes).filter(|other| *other != self.who as usize);
        let behind: Vec<NodeId> = others.map(NodeId::at).collect();
        cluster.finish(&behind)
    }
}
