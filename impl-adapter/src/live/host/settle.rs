//! The calm end of a live run: all trouble ends, all nodes are up, and a write must succeed and
//! reach all of them, within a time.

use super::{Cluster, Wire};
use crate::live::Transport;
use schism::history::Outcome;
use schism::trace::End;
use schism::{ClientId, Fact, Node, NodeId, RequestId, Spec};
use std::io::Result;
use std::time::Duration;
use tokio::time::Instant;

/// Values that nobody else writes.
const FIRST_PROBE: u64 = 900_000;
/// So long a probe waits before it looks again, or tries the next node.
const PAUSE: Duration = Duration::from_millis(20);

impl<N: Node<Message: Wire>, T: Transport> Cluster<N, T> {
    /// Lets the run come to its end: a property may then ask whether all got well again.
    ///
    /// # Errors
    /// A node cannot read or write its files.
    pub async fn settle(&mut self) -> Result<()> {
        self.heal();
        for node in self.nodes() {
            self.up(node)?;
        }
        let (began, settle) = (Instant::now(), self.settings.settle);
        let deadline = began + settle;
        let Some((node, request)) = self.probe(deadline).await? else {
            self.end(End::Unsettled { waited: settle });
            return Ok(());
        };
        loop {
            let behind = self.behind(request);
            if behind.is_empty() || Instant::now() >= deadline {
                self.end(End::Settled { node, behind, unread: None });
                return Ok(());
            }
            self.run_until(Instant::now() + PAUSE).await?;
            if self.is_over() {
                return Ok(());
            }
        }
    }

    /// Writes through one node after the other, until one takes it.
    async fn probe(&mut self, deadline: Instant) -> Result<Option<(NodeId, RequestId)>> {
        let nodes: Vec<NodeId> = self.nodes().collect();
        for (number, node) in (FIRST_PROBE..).zip(nodes.iter().cycle()) {
            if Instant::now() >= deadline || self.is_over() {
                return Ok(None);
            }
            let operation = self.ask(ClientId::PROBE, *node, N::Spec::probe(number))?;
            while self.outcome(operation).is_none() && !self.is_over() {
                self.turn().await?;
            }
            if matches!(self.outcome(operation), Some(Outcome::Ok(_))) {
                return Ok(Some((*node, self.book.operation(operation).request)));
            }
            self.run_until(Instant::now() + PAUSE).await?;
        }
        Ok(None)
    }

    /// The nodes that have not taken a request in, if nodes tell such things at all.
    fn behind(&self, request: RequestId) -> Vec<NodeId> {
        let facts = self.book.facts();
        let place = facts.iter().find_map(|told| match told.fact {
            Fact::Applied { index, entry, .. } if entry.request == Some(request) => Some(index),
            _ => None,
        });
        let Some(place) = place else {
            let tell = facts.iter().any(|told| matches!(told.fact, Fact::Applied { .. }));
            return if tell { self.nodes().collect() } else { Vec::new() };
        };
        // Who went on from a snapshot of a later state has it as well.
        let past = |fact| matches!(fact, Fact::Booted { applied, .. } if applied >= place);
        let restored = |node| facts.iter().any(|told| told.node == node && past(told.fact));
        self.nodes().filter(|node| !self.applied(*node, request) && !restored(*node)).collect()
    }
}
