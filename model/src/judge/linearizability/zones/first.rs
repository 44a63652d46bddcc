//! The claims of a refuted register come in; the first return that refutes it, and the few claims
//! that contradict each other then, go out. It is asked only once something is known to be wrong.
//!
//! The returns are gone through in the order of time. Each is the first of its cluster, which makes
//! no contradiction, or may move its cluster's last call; then some other cluster, whose first
//! return came before that call and whose last call came after this cluster's first return, must
//! come both before and after it. A tree of the last calls, in the order of first returns, finds
//! it.

use super::super::parts::{Claim, Expect};
use super::table::Table;
use crate::spec::{Access, Spec};

/// What refutes a part, and when.
pub(in super::super) struct Culprits {
    /// The return by which the part is refuted.
    pub(in super::super) moment: u64,
    /// The claims that contradict each other then, as places in the part, in order.
    pub(in super::super) claims: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Cluster {
    value: Option<u64>,
    writer: Option<u32>,
    /// Its place in the order of first returns, and the claim that returned.
    place: Option<u32>,
    first: u64,
    first_claim: u32,
    last: u64,
    last_claim: u32,
}

/// Finds what refutes a part of plain reads and writes; nothing where there is more than that.
pub(in super::super) fn culprits<S: Spec>(part: &[Claim<'_, S>]) -> Option<Culprits> {
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut table = Table::with_capacity(part.len());
    let mut of_claim: Vec<u32> = Vec::with_capacity(part.len());
    for (at, claim) in part.iter().enumerate() {
        let (value, writes) = match access(claim)? {
            Access::Write(value) => (value, true),
            Access::Read(value) => (value, false),
            Access::Swap(..) | Access::Miss(_) => return None,
        };
        let found = table.find(0, value, |place| clusters[place as usize].value == value);
        let cluster = found.unwrap_or_else(|| {
            clusters.push(Cluster::new(value));
            let place = clusters.len() as u32 - 1;
            table.insert(0, value, place, |place| (0, clusters[place as usize].value));
            place
        });
        of_claim.push(cluster);
        if writes {
            clusters[cluster as usize].writer = Some(at as u32);
        }
    }
    let mut returns: Vec<u32> = (0..part.len() as u32).collect();
    returns.retain(|at| part[*at as usize].is_closed());
    returns.sort_by_key(|at| part[*at as usize].ret);
    Sweep { part, clusters, firsts: Vec::new(), tree: Tree::new(part.len() + 1) }
        .run(&returns, &of_claim)
}

fn access<S: Spec>(claim: &Claim<'_, S>) -> Option<Access> {
    match claim.expect {
        Expect::Exactly(ret) => S::access(claim.op, Some(ret)),
        Expect::Anything => S::access(claim.op, None),
        Expect::NoneOf(_) => None,
    }
}

impl Cluster {
    const fn new(value: Option<u64>) -> Cluster {
        let none = u32::MAX;
        Cluster {
            value,
            writer: None,
            place: None,
            first: 0,
            first_claim: none,
            last: 0,
            last_claim: none,
        }
    }
}

struct Sweep<'p, 'a, S: Spec> {
    part: &'p [Claim<'a, S>],
    clusters: Vec<Cluster>,
    /// The first return of each cluster that has one, in order, and the cluster.
    firsts: Vec<(u64, u32)>,
    tree: Tree,
}

impl<S: Spec> Sweep<'_, '_, S> {
    fn run(mut self, returns: &[u32], of_claim: &[u32]) -> Option<Culprits> {
        // What a register holds at first was there before all else.
        if let Some(at) = self.clusters.iter().position(|cluster| cluster.value.is_none()) {
            self.open(at as u32, 0, u32::MAX);
        }
        for &at in returns {
            let claim = &self.part[at as usize];
            let cluster = of_claim[at as usize];
            let writer = self.clusters[cluster as usize].writer;
            let called = writer.map(|writer| self.part[writer as usize].call);
            let is_first_value = self.clusters[cluster as usize].value.is_none();
            if !is_first_value && called.is_none_or(|called| called > claim.ret) {
                return Some(self.guilty(claim.ret, [Some(at), writer, None, None, None, None]));
            }
            if self.clusters[cluster as usize].place.is_none() {
                self.open(cluster, claim.ret, at);
                // A read may be the first to return; its write was called before it all the same.
                if let (Some(writer), Some(called)) = (writer, called) {
                    self.reach(cluster, called, writer);
                }
            }
            if let Some(other) = self.reach(cluster, claim.call, at) {
                let (this, other) = (self.clusters[cluster as usize], self.clusters[other]);
                let claims = [
                    Some(at),
                    this.writer,
                    Some(this.first_claim),
                    other.writer,
                    Some(other.first_claim),
                    Some(other.last_claim),
                ];
                return Some(self.guilty(claim.ret, claims));
            }
        }
        None
    }

    /// A cluster has its first return.
    fn open(&mut self, cluster: u32, at: u64, claim: u32) {
        let of = &mut self.clusters[cluster as usize];
        of.place = Some(self.firsts.len() as u32);
        of.first = at;
        of.first_claim = claim;
        self.firsts.push((at, cluster));
    }

    /// An operation of a cluster was called then. Hands back another cluster that contradicts it.
    fn reach(&mut self, cluster: u32, call: u64, claim: u32) -> Option<usize> {
        let of = &mut self.clusters[cluster as usize];
        let place = of.place? as usize;
        if call <= of.last {
            return None;
        }
        of.last = call;
        of.last_claim = claim;
        let first = of.first;
        self.tree.set(place, call);
        let before = self.firsts.partition_point(|(at, _)| *at < call);
        let beyond = self.tree.beyond(place + 1, before, first);
        let found = beyond.or_else(|| self.tree.beyond(0, place.min(before), first))?;
        Some(self.firsts[found].1 as usize)
    }

    fn guilty(&self, moment: u64, claims: [Option<u32>; 6]) -> Culprits {
        let known = claims.into_iter().flatten().filter(|at| *at != u32::MAX);
        let mut claims: Vec<usize> = known.map(|at| at as usize).collect();
        claims.sort_unstable();
        claims.dedup();
        Culprits { moment, claims }
    }
}

/// The largest of numbers that only grow, over any stretch of them.
struct Tree {
    nodes: Vec<u64>,
    leaves: usize,
}

impl Tree {
    fn new(len: usize) -> Tree {
        let leaves = len.next_power_of_two();
        Tree { nodes: vec![0; 2 * leaves], leaves }
    }

    fn set(&mut self, at: usize, value: u64) {
        let mut node = self.leaves + at;
        while node > 0 && self.nodes[node] < value {
            self.nodes[node] = value;
            node /= 2;
        }
    }

    /// The last place from `start` to before `end` whose number is larger than `than`.
    fn beyond(&self, start: usize, end: usize, than: u64) -> Option<usize> {
        let (mut low, mut high) = (self.leaves + start, self.leaves + end.max(start));
        let mut left = None;
        while low < high {
            if low & 1 == 1 {
                left = if self.nodes[low] > than { Some(low) } else { left };
                low += 1;
            }
            if high & 1 == 1 {
                high -= 1;
                if self.nodes[high] > than {
                    return Some(self.descend(high, than));
                }
            }
            low /= 2;
            high /= 2;
        }
        left.map(|node| self.descend(node, than))
    }

    fn descend(&self, mut node: usize, than: u64) -> usize {
        while node < self.leaves {
            node = 2 * node + usize::from(self.nodes[2 * node + 1] > than);
        }
        node - self.leaves
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn the_tree_finds_the_last_number_beyond_another() {
        let mut tree = Tree::new(11);
        let numbers = [5, 3, 9, 1, 9, 2, 7, 4, 8, 6, 1];
        for (at, number) in numbers.into_iter().enumerate() {
            tree.set(at, number);
        }
        for start in 0..=numbers.len() {
            for end in 0..=numbers.len() {
                for than in 0..11 {
                    let stretch = start..end.max(start);
                    let found = stretch.rev().find(|at| numbers[*at] > than);
                    assert_eq!(tree.beyond(start, end, than), found, "{start}..{end} {than}");
                }
            }
        }
    }
}
