//! Which links are cut: single ones, all of a node, all between groups, rings, bridges, and links
//! that fail and come back by turns. Nodes come in; whether anything changed goes out.

use super::Network;
use crate::id::NodeId;

/// Links that are down by turns.
pub(super) struct Flap {
    step: usize,
    links: Vec<usize>,
    down: bool,
}

impl Flap {
    pub(super) const fn step(&self) -> usize {
        self.step
    }

    pub(super) const fn is_down(&self) -> bool {
        self.down
    }

    pub(super) fn has(&self, link: usize) -> bool {
        self.links.contains(&link)
    }
}

/// The mark of a link that is cut; each flap that has it down adds [`FLAP`].
const CUT: u32 = 1;
const FLAP: u32 = 2;

impl<T> Network<T> {
    /// Cuts one direction; says whether it had been open.
    pub(in crate::execute) fn cut(&mut self, from: NodeId, to: NodeId) -> bool {
        let link = self.link(from, to);
        let open = from != to && self.cut[link] & CUT == 0;
        if open {
            self.cut[link] |= CUT;
        }
        open
    }

    /// Cuts the links of which this is so; says whether any had been open.
    fn cut_where(&mut self, mut is_cut: impl FnMut(NodeId, NodeId) -> bool) -> bool {
        let mut changed = false;
        for from in (0..self.nodes).map(NodeId::at) {
            for to in (0..self.nodes).map(NodeId::at) {
                changed |= is_cut(from, to) && self.cut(from, to);
            }
        }
        changed
    }

    /// Cuts a node from all others, both ways; says whether any link had been open.
    pub(in crate::execute) fn isolate(&mut self, node: NodeId) -> bool {
        self.cut_where(|from, to| from == node || to == node)
    }

    /// Cuts all links between different groups; nodes in no group form one more.
    pub(in crate::execute) fn partition(&mut self, groups: &[Vec<NodeId>]) -> bool {
        self.cut_where(|from, to| group(groups, from) != group(groups, to))
    }

    /// Lays the nodes on a ring and lets each hear just a majority: itself and those next to it. No
    /// two hear the same ones. In a cluster of an odd majority each hears as far to both sides; of
    /// an even one, one node more on the side ahead, so that some links work one way.
    pub(in crate::execute) fn ring(&mut self, order: &[NodeId]) -> bool {
        let mut place = vec![0; self.nodes];
        let rest = (0..self.nodes).map(NodeId::at).filter(|node| !order.contains(node));
        let mut next = 0;
        let mut seen = vec![false; self.nodes];
        for node in order.iter().copied().chain(rest) {
            if !std::mem::replace(&mut seen[node.index()], true) {
                place[node.index()] = next;
                next += 1;
            }
        }
        let nodes = self.nodes;
        let others = nodes / 2;
        let behind = others / 2;
        self.cut_where(|from, to| {
            // How far ahead of the hearer the speaker stands; those behind it stand far ahead.
            let ahead = (place[from.index()] + nodes - place[to.index()]) % nodes;
            ahead > others - behind && ahead < nodes - behind
        })
    }

    /// Cuts all other nodes into halves that both reach this one.
    pub(in crate::execute) fn bridge(&mut self, node: NodeId) -> bool {
        let half = (self.nodes - 1) / 2;
        let first = |of: NodeId| of.index() - usize::from(of > node) < half;
        self.cut_where(|from, to| from != node && to != node && first(from) != first(to))
    }

    /// Whether no link is cut, but for those that flap.
    pub(in crate::execute) fn is_whole(&self) -> bool {
        self.cut.iter().all(|cut| cut & CUT == 0)
    }

    /// Whether any links flap.
    pub(in crate::execute) const fn has_flaps(&self) -> bool {
        !self.flaps.is_empty()
    }

    /// Whether the links of this step still flap.
    pub(in crate::execute) fn flaps(&self, step: usize) -> bool {
        self.flaps.iter().any(|flap| flap.step == step)
    }

    /// Ends all cuts, and all flapping; says whether there were any.
    pub(in crate::execute) fn heal(&mut self) -> bool {
        let any = !self.flaps.is_empty() || self.cut.iter().any(|cut| *cut != 0);
        self.flaps.clear();
        self.cut.fill(0);
        any
    }

    /// Lets the links between different groups fail and come back by turns. Nodes in no group keep
    /// theirs. Says whether there are such links.
    pub(in crate::execute) fn flap(&mut self, step: usize, groups: &[Vec<NodeId>]) -> bool {
        let mut links = Vec::new();
        for from in (0..self.nodes).map(NodeId::at) {
            for to in (0..self.nodes).map(NodeId::at) {
                let sides = (group(groups, from), group(groups, to));
                if matches!(sides, (Some(a), Some(b)) if a != b) {
                    links.push(self.link(from, to));
                }
            }
        }
        let some = !links.is_empty();
        if some {
            self.flaps.push(Flap { step, links, down: false });
            self.turn(step);
        }
        some
    }

    /// The links of a step fail if they work, and work if they failed; says whether there are any.
    pub(in crate::execute) fn turn(&mut self, step: usize) -> bool {
        let Some(flap) = self.flaps.iter_mut().find(|flap| flap.step == step) else { return false };
        flap.down = !flap.down;
        for link in &flap.links {
            let cut = &mut self.cut[*link];
            *cut = if flap.down { *cut + FLAP } else { *cut - FLAP };
        }
        true
    }

    /// The links of a step work again for good.
    pub(in crate::execute) fn end_flap(&mut self, step: usize) {
        if self.flaps.iter().any(|flap| flap.step == step && flap.down) {
            self.turn(step);
        }
        self.flaps.retain(|flap| flap.step != step);
    }
}

fn group(groups: &[Vec<NodeId>], node: NodeId) -> Option<usize> {
    groups.iter().position(|group| group.contains(&node))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(nodes: u32, change: impl FnOnce(&mut Network<()>) -> bool) -> Vec<String> {
        let mut network = Network::new(nodes);
        assert!(change(&mut network));
        let all = || (1..=nodes).map(NodeId);
        let row = |to| {
            let heard = all().filter(|from| !network.is_cut(*from, to));
            heard.map(|from| from.0.to_string()).collect()
        };
        all().map(row).collect()
    }

    #[test]
    fn on_a_ring_each_hears_a_majority_and_no_two_hear_the_same() {
        assert_eq!(heard(5, |net| net.ring(&[])), ["125", "123", "234", "345", "145"]);
        assert_eq!(heard(4, |net| net.ring(&[])), ["124", "123", "234", "134"]);
        assert_eq!(heard(3, |net| net.ring(&[])), ["12", "23", "13"]);
        for nodes in 3..=9 {
            let heard = heard(nodes, |net| net.ring(&[NodeId(2)]));
            let distinct: std::collections::BTreeSet<_> = heard.iter().collect();
            assert!(heard.iter().all(|row| row.len() as u32 == nodes / 2 + 1), "{heard:?}");
            assert_eq!(distinct.len() as u32, nodes);
        }
    }

    #[test]
    fn a_ring_follows_the_order_that_is_given() {
        let order = [NodeId(1), NodeId(3), NodeId(5), NodeId(2), NodeId(4)];
        assert_eq!(heard(5, |net| net.ring(&order)), ["134", "245", "135", "124", "235"]);
    }

    #[test]
    fn a_bridge_hears_all_and_the_halves_do_not_hear_each_other() {
        assert_eq!(heard(5, |net| net.bridge(NodeId(3))), ["123", "123", "12345", "345", "345"]);
        assert_eq!(heard(3, |net| net.bridge(NodeId(1))), ["123", "12", "13"]);
    }

    #[test]
    fn a_flap_turns_its_own_links_and_leaves_cuts_alone() {
        let mut network: Network<()> = Network::new(3);
        let (a, b, c) = (NodeId(1), NodeId(2), NodeId(3));
        network.cut(a, b);
        assert!(network.flap(7, &[vec![a], vec![b]]));
        assert!(network.is_cut(b, a) && network.is_cut(a, b) && !network.is_cut(a, c));
        assert!(network.turn(7));
        assert!(!network.is_cut(b, a) && network.is_cut(a, b));
        assert!(network.turn(7));
        network.end_flap(7);
        assert!(!network.is_cut(b, a) && network.is_cut(a, b));
        assert!(!network.turn(7), "it is over");
    }

    #[test]
    fn healing_ends_cuts_and_flapping() {
        let mut network: Network<()> = Network::new(3);
        assert!(!network.heal());
        assert!(network.flap(1, &[vec![NodeId(1)], vec![NodeId(2)]]));
        assert!(network.heal());
        assert!(!network.is_cut(NodeId(1), NodeId(2)) && !network.turn(1));
    }
}
