//! What must have come true, of what members said before, by a time that is over: it goes in, and
//! who did not do so goes out.

use super::Watch;
use crate::fact::Standing;
use crate::id::NodeId;
use crate::judge::membership::Found;
use crate::reference::membership::Clause;
use crate::time::Time;

/// Something that must have come true. A member is named with the generation that it had.
pub(super) enum Due {
    /// These do not hold the suspicion of a member any more.
    Refuted { of: NodeId, incarnation: u64, by: Vec<(NodeId, u64)>, since: Time },
    /// Nobody takes a node for a member any more.
    Gone { node: NodeId, since: Time, left: bool },
    /// These know that a member is down.
    News { of: NodeId, generation: u64, from: (NodeId, u64), by: Vec<(NodeId, u64)>, since: Time },
    /// These have heard a broadcast.
    Broadcast { value: u64, from: NodeId, by: Vec<(NodeId, u64)>, since: Time },
}

impl Watch<'_> {
    /// The first of these whom news have not come to, where that is not mere chance.
    fn left_out(
        &self,
        by: &[(NodeId, u64)],
        since: Time,
        at: Time,
        missed: impl Fn(&NodeId) -> bool,
    ) -> Option<NodeId> {
        let mut left_out = self.still(by, since, at).filter(missed);
        let first = left_out.next()?;
        let by_chance = self.nodes > self.bounds.fanout + 1;
        // Of two both, of more than two the larger half.
        (!by_chance || (1 + left_out.count()) * 2 > by.len().max(2)).then_some(first)
    }

    /// Who of these has the generation still that it had, and was up all the while.
    fn still(&self, by: &[(NodeId, u64)], since: Time, at: Time) -> impl Iterator<Item = NodeId> {
        by.iter().filter_map(move |(node, generation)| {
            let same = self.group.joined(*node).is_some_and(|(now, _)| now == *generation);
            (same && self.quiet.is_up(*node, since, at)).then_some(*node)
        })
    }

    pub(super) fn missed(&self, at: Time, due: &Due) -> Option<Found> {
        match due {
            Due::Refuted { of, incarnation, by, since } => {
                if !self.quiet.holds(*since, at) || !self.quiet.is_up(*of, *since, at) {
                    return None;
                }
                let holds = |who: &NodeId| {
                    self.group.counts(*who, *of)
                        && self.group.believes(*who, *of).is_some_and(|held| {
                            held.standing == Standing::Suspect
                                && u64::from(held.incarnation) < *incarnation
                        })
                };
                let who = self.left_out(by, *since, at, holds)?;
                Some(Found {
                    clause: Clause::RefutedIsNotHeld,
                    at,
                    why: format!(
                        "{of} refuted at {since} that it was suspected, with incarnation \
                         {incarnation}; {who} suspected it still at {at}, though all messages \
                         arrived since."
                    ),
                    nodes: vec![who, *of],
                })
            }
            Due::Gone { node, since, left } => self.gone(at, *node, *since, *left),
            Due::News { of, generation, from, by, since } => {
                if !self.quiet.holds(*since, at) {
                    return None;
                }
                self.still(&[*from], *since, at).next()?;
                let ignorant = |who: &NodeId| {
                    self.group.believes(*who, *of).is_some_and(|held| {
                        u64::from(held.generation) == *generation && held.standing.is_active()
                    })
                };
                let who = self.left_out(by, *since, at, ignorant)?;
                let from = from.0;
                Some(Found {
                    clause: Clause::NewsSpread,
                    at,
                    why: format!(
                        "{from} declared {of}.{generation} down at {since}; {who} took it for a \
                         member still at {at}, though {from} and {who} knew each other."
                    ),
                    nodes: vec![from, who, *of],
                })
            }
            Due::Broadcast { value, from, by, since } => {
                if !self.quiet.holds(*since, at) {
                    return None;
                }
                // Who leaves takes along what it has not passed on yet.
                self.still(by, *since, at).find(|who| who == from)?;
                let deaf = |who: &NodeId| !self.heard.contains(&(*value, *who));
                let who = self.left_out(by, *since, at, deaf)?;
                Some(Found {
                    clause: Clause::BroadcastsReachAll,
                    at,
                    why: format!(
                        "{from} broadcast {value} at {since}; {who} had not heard it at {at}, \
                         though all members knew each other."
                    ),
                    nodes: vec![*from, who],
                })
            }
        }
    }

    /// A node has been away for long enough.
    fn gone(&self, at: Time, node: NodeId, since: Time, left: bool) -> Option<Found> {
        if left && (self.left[node.index()] != Some(since) || self.group.joined(node).is_some()) {
            return None;
        }
        if !self.quiet.holds(since, at) {
            return None;
        }
        let early = self.bounds.settled_in(self.nodes);
        let there = |who: &NodeId| {
            let joined = self.group.joined(*who).is_some_and(|(_, from)| from + early <= since);
            *who != node && joined && self.quiet.is_up(*who, since, at)
        };
        // Who has nobody else to talk to has nobody to learn from.
        let talks = |who: NodeId| {
            let knows = |of: &NodeId| self.group.counts(who, *of) && self.group.counts(*of, who);
            self.group.nodes().filter(there).any(|of| of != who && knows(&of))
        };
        let believes = |who: &NodeId| {
            there(who)
                && talks(*who)
                && self.group.believes(*who, node).is_some_and(|held| held.standing.is_active())
        };
        let who = self.group.nodes().find(believes)?;
        let went = if left { "left" } else { "went down" };
        Some(Found {
            clause: Clause::GoneIsDown,
            at,
            why: format!("{node} {went} at {since}; {who} took it for a member still at {at}."),
            nodes: vec![who, node],
        })
    }
}
