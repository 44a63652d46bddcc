//! Clusters come in; which of them come one right after the other, and whether any two must both
//! come first, goes out.

use super::{Cluster, NONE, OPEN, Ruling, Zones};

/// A chain of clusters, which may be one alone, with the moments that tell what must come before it
/// and after it.
#[derive(Clone, Copy, Default, Debug)]
struct Zone {
    first: u64,
    last: u64,
}

impl Zone {
    /// The earlier of the two.
    #[inline]
    fn low(&self) -> u64 {
        self.first.min(self.last)
    }
}

impl Zones {
    /// Joins each cluster to the one whose value it replaced. What shows that a write took effect
    /// shows it of the write that it replaced, too.
    pub(super) fn join(&mut self) {
        for at in 0..self.clusters.len() {
            let mut at = at as u32;
            while self.clusters[at as usize].alive {
                let from = self.link(at).from;
                if from == NONE || self.link(from).next == at {
                    break;
                }
                if self.link(from).next != NONE {
                    // Two have replaced the same value, which was written once.
                    self.refute(self.clusters[from as usize].part);
                    break;
                }
                self.links[from as usize].next = at;
                self.clusters[from as usize].alive = true;
                at = from;
            }
        }
    }

    /// Rules on the parts that are not ruled on yet, by their chains.
    pub(super) fn rule_by_chains(&mut self) {
        // How many chains each part has at most, then where each part begins.
        let mut starts = vec![0_usize; self.parts.len() + 1];
        if self.parts.len() > 1 {
            self.clusters.iter().for_each(|cluster| starts[cluster.part as usize + 1] += 1);
        } else {
            starts[self.parts.len()] = self.clusters.len();
        }
        for part in 0..self.parts.len() {
            starts[part + 1] += starts[part];
        }
        let mut zones = vec![Zone::default(); starts[self.parts.len()]];
        let mut ends = starts.clone();
        let mut chained = 0;
        for at in 0..self.clusters.len() as u32 {
            if self.link(at).from == NONE && self.counts(&self.clusters[at as usize]) {
                let (zone, length) = self.chain(at);
                chained += length;
                let place = &mut ends[self.clusters[at as usize].part as usize];
                zones[*place] = zone;
                *place += 1;
            }
        }
        // What is in no chain goes round in a circle, or belongs to a part that was refuted.
        let in_chains = || self.clusters.iter().filter(|cluster| self.counts(cluster)).count();
        if !self.links.is_empty() && chained < in_chains() {
            self.refute_circles();
        }
        for part in 0..self.parts.len() {
            let zones = &mut zones[starts[part]..ends[part]];
            nearly_sorted(zones, Zone::low);
            if contradict(zones) {
                self.refute(part as u32);
            }
        }
    }

    fn counts(&self, cluster: &Cluster) -> bool {
        cluster.alive && self.parts[cluster.part as usize].ruling == Ruling::Explained
    }

    /// The chain that begins with a cluster, and how long it is. Within a chain each cluster comes
    /// before the next, so nothing of a later one may have returned before an earlier one's call.
    fn chain(&mut self, head: u32) -> (Zone, usize) {
        let Cluster { mut first, mut last, part, .. } = self.clusters[head as usize];
        let mut length = 1;
        let mut at = self.link(head).next;
        while at != NONE {
            let cluster = self.clusters[at as usize];
            if cluster.first < last {
                self.refute(part);
            }
            first = first.min(cluster.first);
            last = last.max(cluster.last);
            length += 1;
            at = self.link(at).next;
        }
        (Zone { first, last }, length)
    }

    fn refute_circles(&mut self) {
        let mut reached = vec![false; self.clusters.len()];
        for at in 0..self.clusters.len() {
            let mut at = at as u32;
            if self.link(at).from == NONE {
                while at != NONE && !reached[at as usize] {
                    reached[at as usize] = true;
                    at = self.link(at).next;
                }
            }
        }
        for (at, reached) in reached.into_iter().enumerate() {
            if !reached && self.clusters[at].alive {
                self.refute(self.clusters[at].part);
            }
        }
    }
}

/// Whether any two of these chains, the lower ones first, must both come first.
///
/// Two chains do if each one's first is before the other's last. That takes one whose first is
/// before its last; of these no two may overlap, and nothing else may lie within one. So it is
/// enough to hold each chain against the one before it that reaches furthest.
fn contradict(zones: &[Zone]) -> bool {
    let mut reach = 0;
    for zone in zones {
        if zone.first < reach {
            return true;
        }
        if zone.first < zone.last {
            reach = reach.max(zone.last);
        }
    }
    debug_assert!(zones.iter().all(|zone| zone.low() != OPEN));
    false
}

/// Sorts what is nearly in order, as clusters are, which come in the order of their first
/// operations: moving each to its place is quicker than sorting then.
pub(super) fn nearly_sorted<T: Copy>(all: &mut [T], key: impl Fn(&T) -> u64) {
    let mut moves = 8 * all.len();
    for at in 1..all.len() {
        let one = all[at];
        let mut to = at;
        while to > 0 && key(&all[to - 1]) > key(&one) && moves > 0 {
            all[to] = all[to - 1];
            to -= 1;
            moves -= 1;
        }
        all[to] = one;
        if moves == 0 {
            all.sort_unstable_by_key(key);
            return;
        }
    }
}
