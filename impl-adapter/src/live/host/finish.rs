//! The end of a live run: what happened becomes a trace, and the check says what it thinks of it.

use super::{Cluster, Stall, Wire};
use crate::live::Transport;
use schism::check::Ruling;
use schism::history::Moment;
use schism::trace::{End, Trace};
use schism::{Fact, Node, NodeId};

impl<N: Node<Message: Wire>, T: Transport> Cluster<N, T> {
    /// How long the machine kept nodes waiting.
    pub const fn stall(&self) -> Stall {
        self.stall
    }

    /// Whether the run has ended because of what a node did.
    pub fn is_over(&self) -> bool {
        self.book.is_over()
    }

    /// Ends the run as it stands, and lets all that was claimed be judged. Where something that is
    /// promised in time was broken, and the machine stood still, nobody knows whose fault it was.
    pub fn finish(mut self) -> (Trace<N>, Ruling) {
        let at: Moment = self.book.moment(self.now());
        let whole = self.book.is_over();
        let nodes = self.members.len() as u32;
        let trace = self.book.trace(self.watch, at);
        let mut ruling = self.check.judge(&trace, nodes, whole);
        // What is forbidden at any speed stays so, and what held did so however slow the machine
        // was. But what was promised in time is not to be judged of nodes that it kept waiting.
        let timely = matches!(&ruling, Ruling::Broken(_))
            && self.check.judge(&trace, nodes, false) == Ruling::Held;
        if let (true, Some(why)) = (timely, self.stall.excuse(self.settings.stall)) {
            ruling = Ruling::Unknown(why);
        }
        (trace, ruling)
    }

    /// Whether somebody told this of a request.
    pub(super) fn applied(&self, node: NodeId, request: schism::RequestId) -> bool {
        self.book.facts().iter().any(|told| {
            told.node == node
                && matches!(&told.fact, Fact::Applied { entry, .. }
                    if entry.request == Some(request))
        })
    }

    /// Ends the run in this way.
    pub(super) fn end(&mut self, end: End) {
        self.book.end(end);
    }
}
