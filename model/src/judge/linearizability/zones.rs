//! A history comes in; for each part that is a register whose values were written once each,
//! whether some order explains it goes out. It searches nothing, and knows nothing of other parts.
//!
//! The idea is Gibbons and Korach's ("Testing shared memories", 1997). Where each value has one
//! writer, a read names the write that it saw, so the operations of one value form a cluster that
//! no other cluster may come between. Of two clusters one comes first as a whole: A must, if some
//! operation of it had returned before some operation of B was called. Let a cluster's *first* be
//! its first return and its *last* its last call; then A must come first if A's first is before B's
//! last. An order exists if no two clusters must both come first, and no cluster contradicts
//! itself. A compare-and-set sees one value and writes another, so its two clusters come one right
//! after the other: they make a chain, and chains take the place of clusters.
//!
//! All that is kept of a cluster is four moments, so the operations may come in any order, and
//! the work grows with their number alone.

use crate::history::{History, Operation, Outcome};
use crate::spec::{Access, Spec};
use table::Table;

mod chains;
mod cleared;
pub(super) mod first;
mod recent;
#[cfg(feature = "cli")]
mod skimmed;
pub(super) mod table;

/// What is known of a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ruling {
    /// Some order explains it.
    Explained,
    /// No order does.
    Refuted,
    /// It is no register, or its values were not written once each.
    Unfit,
}

/// All operations of one value.
#[derive(Clone, Copy)]
struct Cluster {
    /// 0 where it is of nothing.
    number: u64,
    /// When its writer was called; meaningless without one.
    written: u64,
    /// Its first return.
    first: u64,
    /// Its last call.
    last: u64,
    part: u32,
    is_nothing: bool,
    has_writer: bool,
    /// Whether something shows that its write took effect.
    alive: bool,
}

impl Cluster {
    #[inline]
    const fn value(&self) -> Option<u64> {
        if self.is_nothing { None } else { Some(self.number) }
    }
}

/// What is there at first was written before all else.
const NOTHING: Cluster = Cluster {
    number: 0,
    written: 0,
    first: 0,
    last: 0,
    part: 0,
    is_nothing: true,
    has_writer: true,
    alive: true,
};

/// A value of which nothing is known.
const UNSEEN: Cluster =
    Cluster { first: OPEN, is_nothing: false, has_writer: false, alive: false, ..NOTHING };

/// Which clusters come right before and after one, where compare-and-sets show it.
#[derive(Clone, Copy)]
struct Link {
    /// The cluster of the value that its writer replaced.
    from: u32,
    /// The cluster of the value that replaced it.
    next: u32,
}

/// No cluster.
const NONE: u32 = u32::MAX;

struct Part {
    key: u64,
    /// How many operations say something about it.
    len: u32,
    ruling: Ruling,
    swaps: bool,
    /// Whether it was made to hold nothing, and is unfit for no other reason.
    cleared: bool,
    /// The cluster of nothing.
    nothing: u32,
}

/// The clusters of a history.
pub(super) struct Zones {
    parts: Vec<Part>,
    clusters: Vec<Cluster>,
    /// As many as there are clusters, or fewer: the others have none.
    links: Vec<Link>,
    /// The cluster of each operation, or none, and the checker's own operations; of a history that
    /// may have large parts.
    of: Vec<u32>,
    probes: Vec<usize>,
    /// Those that have no answer, and how long the longest of the others was under way; of such a
    /// history, too.
    unanswered: Vec<usize>,
    longest: u64,
    /// The operations that were refused.
    pub(super) refused: Vec<usize>,
    /// Where the cluster of a value of a part is.
    values: Table,
    /// Where a part is.
    keys: Table,
    /// The part that was asked for last.
    part: u32,
    /// Whether the object does not divide.
    whole: bool,
    /// Whether some part is unfit.
    unfit: bool,
    /// Whether some part was cleared.
    cleared: bool,
}

impl Zones {
    /// Without operations, and with room for so many.
    pub(super) fn with_capacity(operations: usize) -> Zones {
        Zones {
            parts: Vec::new(),
            clusters: Vec::with_capacity(operations / 2 + 1),
            links: Vec::new(),
            of: Vec::new(),
            probes: Vec::new(),
            unanswered: Vec::new(),
            longest: 0,
            refused: Vec::new(),
            part: 0,
            values: Table::with_capacity(operations / 2),
            keys: Table::with_capacity(4),
            whole: false,
            unfit: false,
            cleared: false,
        }
    }

    /// Rules on each part of a history.
    pub(super) fn of<S: Spec>(history: &History<S>) -> Zones {
        let mut zones = Zones::with_capacity(history.operations.len());
        let large = history.operations.len() >= super::FEW;
        if large {
            zones.of.reserve_exact(history.operations.len());
        }
        for (place, operation) in history.operations.iter().enumerate() {
            let cluster = zones.push(operation);
            if operation.outcome == Outcome::Refused {
                zones.refused.push(place);
            }
            if large {
                zones.of.push(cluster);
                zones.note(operation, place);
            }
        }
        zones.settle();
        if zones.cleared {
            zones.rule_on_cleared(history);
        }
        zones
    }

    /// Notes what may matter of an operation should its part be refuted.
    #[inline]
    fn note<S: Spec>(&mut self, operation: &Operation<S>, place: usize) {
        if operation.is_probe() {
            self.probes.push(place);
        }
        match operation.outcome {
            Outcome::Ok(_) => {
                let length = operation.completed.order.saturating_sub(operation.invoked.order);
                self.longest = self.longest.max(length);
            }
            Outcome::Unknown => self.unanswered.push(place),
            Outcome::Refused => {}
        }
    }

    /// Takes in one operation, and hands back its cluster, or none.
    #[inline]
    pub(super) fn push<S: Spec>(&mut self, operation: &Operation<S>) -> u32 {
        let (op, call) = (&operation.op, operation.invoked.order.saturating_add(1));
        match &operation.outcome {
            Outcome::Ok(ret) => {
                let end = operation.completed.order.saturating_add(1);
                self.take(S::part(op), S::access(op, Some(ret)), call, end)
            }
            Outcome::Unknown if S::is_read(op) => NONE,
            Outcome::Unknown => self.take(S::part(op), S::access(op, None), call, OPEN),
            Outcome::Refused => NONE,
        }
    }

    /// What is known of the part with this key; a part without operations is explained.
    pub(super) fn ruling(&self, key: Option<u64>) -> Ruling {
        let Some(key) = key.filter(|_| !self.whole) else { return Ruling::Unfit };
        let found = self.keys.find(0, Some(key), |at| self.parts[at as usize].key == key);
        found.map_or(Ruling::Explained, |at| self.parts[at as usize].ruling)
    }

    /// Whether all parts are explained.
    pub(super) fn explain_all(&self) -> bool {
        !self.whole && self.parts.iter().all(|part| part.ruling == Ruling::Explained)
    }

    /// Whether nothing is left to ask, once these parts are known to be refuted.
    pub(super) fn leave_nothing(&self, refuted: &[u64]) -> bool {
        let settled = |part: &Part| part.ruling == Ruling::Explained || refuted.contains(&part.key);
        !self.whole && self.parts.iter().all(settled)
    }

    /// Takes in one operation, and hands back its cluster. Moments count from 1: what stood in the
    /// register at first was there at 0.
    #[inline]
    fn take(&mut self, key: Option<u64>, access: Option<Access>, call: u64, ret: u64) -> u32 {
        let Some(key) = key else {
            self.whole = true;
            return NONE;
        };
        let part = self.part(key);
        let of = &mut self.parts[part as usize];
        of.len = of.len.saturating_add(1);
        let Some(access) = access else { return self.give_up(part) };
        if of.ruling == Ruling::Unfit && !of.cleared {
            return NONE;
        }
        match access {
            Access::Write(None) => {
                (of.ruling, of.cleared) = (Ruling::Unfit, true);
                (self.unfit, self.cleared) = (true, true);
                NONE
            }
            Access::Write(value) => self.write(part, value, call, ret),
            Access::Read(value) => {
                let at = self.cluster(part, value);
                let cluster = &mut self.clusters[at as usize];
                cluster.first = cluster.first.min(ret);
                cluster.last = cluster.last.max(call);
                cluster.alive = true;
                at
            }
            Access::Swap(from, to) if from != to => {
                of.swaps = true;
                let from = self.cluster(part, from);
                let at = self.write(part, to, call, ret);
                if at != NONE {
                    let none = Link { from: NONE, next: NONE };
                    self.links.resize(self.clusters.len(), none);
                    self.links[at as usize].from = from;
                }
                at
            }
            Access::Swap(..) | Access::Miss(_) => self.give_up(part),
        }
    }

    /// A part is no register whose values were written once each.
    fn give_up(&mut self, part: u32) -> u32 {
        let of = &mut self.parts[part as usize];
        (of.ruling, of.cleared, self.unfit) = (Ruling::Unfit, false, true);
        NONE
    }

    #[inline]
    fn write(&mut self, part: u32, value: Option<u64>, call: u64, ret: u64) -> u32 {
        let at = self.cluster(part, value);
        let cluster = &mut self.clusters[at as usize];
        // Nothing is the first value of each register, so writing it makes two writers, too.
        if cluster.has_writer || value.is_none() {
            return self.give_up(part);
        }
        cluster.has_writer = true;
        cluster.written = call;
        cluster.first = cluster.first.min(ret);
        cluster.last = cluster.last.max(call);
        cluster.alive |= ret != OPEN;
        at
    }

    #[inline]
    fn part(&mut self, key: u64) -> u32 {
        if self.parts.get(self.part as usize).is_some_and(|part| part.key == key) {
            return self.part;
        }
        let (parts, new) = (&self.parts, self.parts.len() as u32);
        let known = |at: u32| parts[at as usize].key;
        let is = |at: u32| known(at) == key;
        let found = self.keys.find_or_insert(0, Some(key), new, is, |at| (0, Some(known(at))));
        if found.is_none() {
            let ruling = Ruling::Explained;
            let (swaps, cleared, nothing) = (false, false, NONE);
            self.parts.push(Part { key, len: 0, ruling, swaps, cleared, nothing });
        }
        self.part = found.unwrap_or(new);
        self.part
    }

    #[inline]
    fn cluster(&mut self, part: u32, value: Option<u64>) -> u32 {
        let (clusters, new) = (&self.clusters, self.clusters.len() as u32);
        let Some(number) = value else {
            let nothing = &mut self.parts[part as usize].nothing;
            if *nothing != NONE {
                return *nothing;
            }
            *nothing = new;
            self.clusters.push(Cluster { part, ..NOTHING });
            return new;
        };
        let same = |at: u32| {
            let cluster = &clusters[at as usize];
            cluster.part == part && cluster.value() == value
        };
        let of = |at: u32| (clusters[at as usize].part, clusters[at as usize].value());
        if let Some(at) = self.values.find_or_insert(part, value, new, same, of) {
            return at;
        }
        self.clusters.push(Cluster { number, part, ..UNSEEN });
        new
    }

    fn link(&self, at: u32) -> Link {
        let none = Link { from: NONE, next: NONE };
        self.links.get(at as usize).copied().unwrap_or(none)
    }

    /// Rules on all parts, now that all operations are there.
    pub(super) fn settle(&mut self) {
        if !self.links.is_empty() {
            self.links.resize(self.clusters.len(), Link { from: NONE, next: NONE });
            self.join();
        }
        for at in 0..self.clusters.len() {
            let cluster = &self.clusters[at];
            // A write returns after its own call, so what returned before was a read.
            let from_the_future = cluster.has_writer && cluster.first < cluster.written;
            if cluster.alive && (!cluster.has_writer || from_the_future) {
                self.refute(cluster.part);
            }
        }
        self.rule_by_chains();
    }

    fn refute(&mut self, part: u32) {
        let ruling = &mut self.parts[part as usize].ruling;
        if *ruling == Ruling::Explained {
            *ruling = Ruling::Refuted;
        }
    }
}

/// No return.
const OPEN: u64 = u64::MAX;
