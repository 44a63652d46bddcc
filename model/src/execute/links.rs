//! What steps do to links and to single messages. Each changes the network or leaves a note why it
//! changed nothing.

use super::faults::{Nothing, Took};
use super::network::Trouble;
use super::{Chore, World};
use crate::fault::{Fault, LinkTrouble, Target};
use crate::id::NodeId;
use crate::node::Node;
use crate::trace::Hit;
use std::time::Duration;

/// Links that flap turn no faster than this.
const FLAP_MIN: Duration = Duration::from_millis(1);

impl<N: Node> World<'_, N> {
    pub(super) fn network_trouble(&mut self, step: usize, fault: &Fault) -> Result<Took, Nothing> {
        let (changed, node) = match fault {
            Fault::Partition { groups } => {
                let groups = self.groups(groups);
                (self.network.partition(&groups), None)
            }
            Fault::Isolate { node } => {
                let id = self.resolve(node)?;
                (self.network.isolate(id), Some(id))
            }
            Fault::Cut { from, to, both } => {
                let (from, to) = (self.resolve(from)?, self.resolve(to)?);
                let there = self.network.cut(from, to);
                let back = *both && self.network.cut(to, from);
                (there || back, None)
            }
            Fault::Ring { order } => {
                let order: Vec<NodeId> =
                    order.iter().filter_map(|t| self.resolve(t).ok()).collect();
                (self.network.ring(&order), None)
            }
            Fault::Bridge { node } => {
                let id = self.resolve(node)?;
                (self.network.bridge(id), Some(id))
            }
            Fault::Flap { groups, every, lasts } => {
                let groups = self.groups(groups);
                let flaps = self.network.flap(step, &groups);
                if flaps {
                    self.plan_flap(step, (*every).max(FLAP_MIN), self.now + *lasts);
                }
                (flaps, None)
            }
            Fault::Heal => (self.network.heal(), None),
            Fault::Hold { from, to } => {
                let (from, to) = (self.resolve(from)?, self.resolve(to)?);
                (self.network.hold(from, to), None)
            }
            Fault::Release { from, to } => {
                let (from, to) = (self.resolve(from)?, self.resolve(to)?);
                (self.release(from, to), None)
            }
            Fault::Clear { from, to } => {
                let (from, to) = (self.resolve(from)?, self.resolve(to)?);
                (self.clear(from, to), None)
            }
            Fault::Link { from, to, what, lasts } => {
                return self.trouble_link(step, (from, to), *what, *lasts);
            }
            _ => return self.mark_message(step, fault),
        };
        if changed { Ok(Took::Now(node)) } else { Err("nothing to change".to_owned()) }
    }

    /// Marks the message that a step is about.
    fn mark_message(&mut self, step: usize, fault: &Fault) -> Result<Took, Nothing> {
        let (nth, from, to, hit) = match fault {
            Fault::Drop { nth, from, to } => (*nth, from, to, Hit::Lost),
            Fault::Delay { nth, from, to, by } => (*nth, from, to, Hit::Late(*by)),
            Fault::Double { nth, from, to, by } => (*nth, from, to, Hit::Doubled(*by)),
            Fault::Swap { nth, from, to } => (*nth, from, to, Hit::Overtaken),
            Fault::Corrupt { nth, from, to, bit } => (*nth, from, to, Hit::Corrupted(*bit)),
            _ => return Err("this version does not know how to do that".to_owned()),
        };
        let link = (self.resolve(from)?, self.resolve(to)?);
        self.network.mark(link, nth, hit, step);
        Ok(Took::Later(link.0))
    }

    /// Begins a link's trouble. What it had of the same sort ends.
    fn trouble_link(
        &mut self,
        step: usize,
        (from, to): (&Target, &Target),
        what: LinkTrouble,
        lasts: Duration,
    ) -> Result<Took, Nothing> {
        let (from, to) = (self.resolve(from)?, self.resolve(to)?);
        let link = self.network.link(from, to);
        let alike = |trouble: &&Trouble<_>| {
            trouble.link == link
                && std::mem::discriminant(&trouble.what) == std::mem::discriminant(&what)
        };
        if let Some(old) = self.network.troubles.iter().find(alike).map(|trouble| trouble.step) {
            self.link_ends(old);
        }
        let troubles = &mut self.network.troubles;
        troubles.push(Trouble::new(link, step, what));
        // What waits in a queue has met all else already.
        troubles.sort_by_key(|trouble| matches!(trouble.what, LinkTrouble::Narrow { .. }));
        self.later(lasts, Chore::LinkEnds { step });
        Ok(Took::Later(from))
    }

    /// The nodes of groups. Those that do not exist, and roles that nobody holds, are left out.
    fn groups(&self, groups: &[Vec<Target>]) -> Vec<Vec<NodeId>> {
        let resolved =
            |group: &Vec<Target>| group.iter().filter_map(|t| self.resolve(t).ok()).collect();
        groups.iter().map(resolved).collect()
    }

    /// Ends all that a link has for a while, and what waits for single messages of it.
    fn clear(&mut self, from: NodeId, to: NodeId) -> bool {
        let link = self.network.link(from, to);
        let had = self.network.is_troubled(from, to);
        while let Some(place) = self.network.troubles.iter().position(|one| one.link == link) {
            self.link_ends(self.network.troubles[place].step);
        }
        self.network.unmark(link);
        for flight in self.network.passed(from, to) {
            self.fly(flight, 0);
        }
        had
    }

    fn release(&mut self, from: NodeId, to: NodeId) -> bool {
        let Some(flights) = self.network.release(from, to) else { return false };
        for flight in flights {
            self.fly(flight, 0);
        }
        true
    }
}
