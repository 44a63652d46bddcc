//! The clusters of a refuted register come in; the first return that refutes it, and the few
//! operations that contradict each other then, go out. It is asked only once something is known to
//! be wrong.
//!
//! Of two clusters that must both come first, one has an operation that was called after the
//! other's first return, and the other way round; the later return of the two tells it. One of the
//! clusters reaches from its first return to a later call, and few clusters do. So the operations
//! of those few are gone through, and of all others it is enough to know the first returns.

use super::chains::nearly_sorted;
use super::{Cluster, NONE, OPEN, Ruling, Zones};
use crate::history::{History, Outcome};
use crate::spec::{Access, Spec};

/// What refutes a part, and when.
pub(in super::super) struct Culprits {
    /// The return by which the part is refuted.
    pub(in super::super) moment: u64,
    /// The operations that contradict each other then, as places in the history, and what shows
    /// whether a write was lost for good: the checker's own, and the last read of all.
    pub(in super::super) places: Vec<usize>,
}

/// More clusters than this are not looked at one by one.
const FEW: usize = 64;

/// An operation of a cluster; moments are those of clusters.
#[derive(Clone, Copy)]
struct Member {
    place: usize,
    cluster: u32,
    writes: bool,
    call: u64,
    /// When it is known to have taken effect.
    ret: u64,
}

/// Two clusters that contradict each other, and when that is known.
#[derive(Clone, Copy)]
struct Pair {
    moment: u64,
    one: u32,
    other: u32,
}

impl Zones {
    /// The keys of refuted parts of at least so many operations.
    pub(in super::super) fn refuted(&self, len: usize) -> Vec<u64> {
        let large = |part: &&super::Part| part.len as usize >= len && !self.whole;
        let refuted = self.parts.iter().filter(|part| part.ruling == Ruling::Refuted);
        refuted.filter(large).map(|part| part.key).collect()
    }

    /// Finds what refutes a part of plain reads and writes; nothing where there is more than that,
    /// or too much.
    pub(in super::super) fn culprits<S: Spec>(
        &self,
        history: &History<S>,
        key: u64,
    ) -> Option<Culprits> {
        let part = self.keys.find(0, Some(key), |at| self.parts[at as usize].key == key)?;
        let of = &self.parts[part as usize];
        if of.swaps || of.cleared {
            return None;
        }
        let of_part = |(_, cluster): &(u32, &Cluster)| cluster.part == part && cluster.alive;
        let mut alive: Vec<u32> =
            (0..).zip(&self.clusters).filter(of_part).map(|(at, _)| at).collect();
        nearly_sorted(&mut alive, |at| self.low(*at));
        let lone = alive.iter().copied().filter(|at| self.is_from_nowhere(*at));
        let lone = lone.min_by_key(|at| self.clusters[*at as usize].first);
        let (far, near) = self.suspects(&alive)?;
        let members = self.members(history, &[&far[..], &near[..]].concat());
        let pair = far.iter().filter_map(|far| self.earliest(*far, &alive, &near, &members));
        let pair = pair.min_by_key(|pair| pair.moment);
        let lone =
            lone.map(|at| Pair { moment: self.clusters[at as usize].first, one: at, other: NONE });
        let found = lone.into_iter().chain(pair).min_by_key(|pair| pair.moment)?;
        // Who wrote what the last read saw belongs to it, or that write would seem to be missing.
        let (last, seen) = self.last_read(history, part);
        let members = self.members(history, &[found.one, found.other, seen]);
        let mut places = self.told(&found, &members);
        let wrote = |one: &&Member| one.cluster == seen && one.writes;
        places.extend(members.iter().filter(wrote).map(|one| one.place));
        let of_part = |place: &&usize| self.is_of(self.of[**place], part);
        places.extend(self.probes.iter().filter(of_part));
        places.extend(last);
        places.sort_unstable();
        places.dedup();
        Some(Culprits { moment: found.moment - 1, places })
    }

    /// Whether a cluster was seen before it was written, or never was.
    fn is_from_nowhere(&self, at: u32) -> bool {
        let cluster = &self.clusters[at as usize];
        !cluster.has_writer || cluster.first < cluster.written
    }

    /// When a cluster begins or ends, whichever is earlier.
    fn low(&self, at: u32) -> u64 {
        let cluster = &self.clusters[at as usize];
        cluster.first.min(cluster.last)
    }

    /// Two of these clusters that must both come first; not of those that were put aside.
    fn conflict(&self, alive: &[u32], aside: &[u32]) -> Option<[u32; 2]> {
        let (mut furthest, mut reach) = (NONE, 0);
        for at in alive {
            let Cluster { first, last, .. } = self.clusters[*at as usize];
            let contradicts = first < reach;
            let further = first < last && reach < last;
            if (contradicts || further) && !aside.contains(at) {
                if contradicts {
                    return Some([furthest, *at]);
                }
                (furthest, reach) = (*at, last);
            }
        }
        None
    }

    /// The clusters that reach over others, and those that were written before one of them begins
    /// and go on after that.
    fn suspects(&self, alive: &[u32]) -> Option<(Vec<u32>, Vec<u32>)> {
        let of = |at: &u32| &self.clusters[*at as usize];
        let mut far: Vec<u32> = Vec::new();
        // The longer one of two that contradict each other is put aside, until no two are left.
        while let Some(pair) = self.conflict(alive, &far) {
            let length = |at: &u32| of(at).last.saturating_sub(of(at).first);
            far.push(if length(&pair[0]) < length(&pair[1]) { pair[1] } else { pair[0] });
            if far.len() > FEW {
                return None;
            }
        }
        let straddles = |at: &&u32| {
            far.iter().any(|far| of(at).written <= of(far).first && of(far).first < of(at).last)
        };
        let near: Vec<u32> = alive.iter().filter(straddles).take(FEW + 1).copied().collect();
        (near.len() <= FEW).then_some((far, near))
    }

    /// The operations of these clusters.
    fn members<S: Spec>(&self, history: &History<S>, chosen: &[u32]) -> Vec<Member> {
        // One more, for operations that have no cluster.
        let mut marked = vec![false; self.clusters.len() + 1];
        for at in chosen.iter().filter(|at| **at != NONE) {
            marked[*at as usize] = true;
        }
        let is_marked = |at: &u32| marked[(*at as usize).min(self.clusters.len())];
        let mut members = Vec::new();
        for (place, cluster) in self.of.iter().enumerate().filter(|(_, at)| is_marked(at)) {
            let operation = &history.operations[place];
            let ret = match &operation.outcome {
                Outcome::Ok(ret) => Some(ret),
                Outcome::Unknown | Outcome::Refused => None,
            };
            let writes = matches!(S::access(&operation.op, ret), Some(Access::Write(_)));
            // A write that was seen took effect by then, however it ended.
            let ret = if writes {
                self.clusters[*cluster as usize].first
            } else {
                operation.completed.order.saturating_add(1)
            };
            let call = operation.invoked.order.saturating_add(1);
            members.push(Member { place, cluster: *cluster, writes, call, ret });
        }
        members
    }

    fn is_of(&self, cluster: u32, part: u32) -> bool {
        self.clusters.get(cluster as usize).is_some_and(|cluster| cluster.part == part)
    }

    /// The last read of all, and the cluster of what it saw.
    fn last_read<S: Spec>(&self, history: &History<S>, part: u32) -> (Option<usize>, u32) {
        let mut places = self.of.iter().enumerate().rev();
        let found = places.find(|(place, cluster)| {
            self.is_of(**cluster, part) && S::is_read(&history.operations[*place].op)
        });
        found.map_or((None, NONE), |(place, cluster)| (Some(place), *cluster))
    }

    /// The cluster that is the first to be known to contradict this one.
    fn earliest(&self, far: u32, alive: &[u32], near: &[u32], members: &[Member]) -> Option<Pair> {
        let first = self.clusters[far as usize].first;
        // The first return of what was called after a moment, for all moments.
        let mut own: Vec<&Member> = members.iter().filter(|one| one.cluster == far).collect();
        own.sort_unstable_by_key(|one| one.call);
        let mut least: Vec<u64> = own.iter().map(|one| one.ret).collect();
        for at in (1..least.len()).rev() {
            least[at - 1] = least[at - 1].min(least[at]);
        }
        let after = |moment: u64| {
            let at = own.partition_point(|one| one.call <= moment);
            least.get(at).copied().unwrap_or(OPEN)
        };
        let pair = |other: u32, since: u64| {
            let moment = since.max(after(self.clusters[other as usize].first));
            (moment != OPEN).then_some(Pair { moment, one: far, other })
        };
        let mut best: Option<Pair> = None;
        for at in alive {
            // The clusters stand in the order of their first moments, and each tells it no sooner.
            let soonest = self.low(*at).max(after(self.low(*at)));
            if best.is_some_and(|best| best.moment <= soonest) {
                break;
            }
            let cluster = &self.clusters[*at as usize];
            let later = *at != far && cluster.written > first;
            if let Some(pair) = later.then(|| pair(*at, cluster.first)).flatten()
                && best.is_none_or(|best| pair.moment < best.moment)
            {
                best = Some(pair);
            }
        }
        let straddling = near.iter().filter_map(|at| {
            let later = members.iter().filter(|one| one.cluster == *at && one.call > first);
            let since = later.map(|one| one.ret).min()?;
            (*at != far).then(|| pair(*at, since)).flatten()
        });
        best.into_iter().chain(straddling).min_by_key(|pair| pair.moment)
    }

    /// Of two clusters the writers, the first returns, and what was called after the other's.
    fn told(&self, pair: &Pair, members: &[Member]) -> Vec<usize> {
        let mut places = Vec::new();
        for (this, that) in [(pair.one, pair.other), (pair.other, pair.one)] {
            let own = || members.iter().filter(|one| one.cluster == this);
            places.extend(own().filter(|one| one.writes).map(|one| one.place));
            let reads = own().filter(|one| !one.writes);
            places.extend(reads.min_by_key(|one| one.ret).map(|one| one.place));
            if let Some(that) = self.clusters.get(that as usize) {
                let later = own().filter(|one| one.call > that.first);
                places.extend(later.min_by_key(|one| (one.ret, one.writes)).map(|one| one.place));
            }
        }
        places
    }
}
