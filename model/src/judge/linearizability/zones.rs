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

use crate::history::{History, Outcome};
use crate::spec::{Access, Spec};
use table::Table;

mod chains;
pub(super) mod first;
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
    value: Option<u64>,
    part: u32,
    /// The cluster of the value that its writer replaced, where that is a compare-and-set.
    from: u32,
    /// The cluster of the value that replaced it so.
    next: u32,
    /// When its writer was called; meaningless without one.
    written: u64,
    /// Its first return.
    first: u64,
    /// Its last call.
    last: u64,
    has_writer: bool,
    /// Whether something shows that its write took effect.
    alive: bool,
}

/// No cluster.
const NONE: u32 = u32::MAX;

struct Part {
    key: u64,
    /// How many operations say something about it.
    len: u32,
    ruling: Ruling,
    swaps: bool,
}

/// The clusters of a history.
pub(super) struct Zones {
    parts: Vec<Part>,
    clusters: Vec<Cluster>,
    /// Where the cluster of a value of a part is.
    values: Table,
    /// Where a part is.
    keys: Table,
    /// Whether the object does not divide.
    whole: bool,
}

impl Zones {
    /// Rules on each part of a history.
    pub(super) fn of<S: Spec>(history: &History<S>) -> Zones {
        let mut zones = Zones {
            parts: Vec::new(),
            clusters: Vec::with_capacity(history.operations.len() / 2 + 1),
            values: Table::with_capacity(history.operations.len() / 2),
            keys: Table::with_capacity(4),
            whole: false,
        };
        for operation in &history.operations {
            let (op, call) = (&operation.op, operation.invoked.order.saturating_add(1));
            match &operation.outcome {
                Outcome::Ok(ret) => {
                    let end = operation.completed.order.saturating_add(1);
                    zones.take(S::part(op), S::access(op, Some(ret)), call, end);
                }
                Outcome::Unknown if S::is_read(op) => {}
                Outcome::Unknown => zones.take(S::part(op), S::access(op, None), call, OPEN),
                Outcome::Refused => {}
            }
        }
        zones.settle();
        zones
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

    /// Takes in one operation. Moments count from 1: what stood in the register at first was there
    /// at 0.
    #[inline]
    fn take(&mut self, key: Option<u64>, access: Option<Access>, call: u64, ret: u64) {
        let Some(key) = key else {
            self.whole = true;
            return;
        };
        let part = self.part(key);
        let of = &mut self.parts[part as usize];
        of.len = of.len.saturating_add(1);
        let Some(access) = access else {
            of.ruling = Ruling::Unfit;
            return;
        };
        if of.ruling == Ruling::Unfit {
            return;
        }
        match access {
            Access::Write(value) => self.write(part, value, NONE, call, ret),
            Access::Read(value) => {
                let cluster = self.cluster(part, value);
                let cluster = &mut self.clusters[cluster as usize];
                cluster.first = cluster.first.min(ret);
                cluster.last = cluster.last.max(call);
                cluster.alive = true;
            }
            Access::Swap(from, to) if from != to => {
                of.swaps = true;
                let from = self.cluster(part, from);
                self.write(part, to, from, call, ret);
            }
            Access::Swap(..) | Access::Miss(_) => of.ruling = Ruling::Unfit,
        }
    }

    #[inline]
    fn write(&mut self, part: u32, value: Option<u64>, from: u32, call: u64, ret: u64) {
        let cluster = self.cluster(part, value);
        let cluster = &mut self.clusters[cluster as usize];
        // Nothing is the first value of each register, so writing it makes two writers, too.
        if cluster.has_writer || value.is_none() {
            self.parts[part as usize].ruling = Ruling::Unfit;
            return;
        }
        cluster.has_writer = true;
        cluster.from = from;
        cluster.written = call;
        cluster.first = cluster.first.min(ret);
        cluster.last = cluster.last.max(call);
        cluster.alive |= ret != OPEN;
    }

    #[inline]
    fn part(&mut self, key: u64) -> u32 {
        let parts = &self.parts;
        if let Some(at) = self.keys.find(0, Some(key), |at| parts[at as usize].key == key) {
            return at;
        }
        let at = self.parts.len() as u32;
        self.parts.push(Part { key, len: 0, ruling: Ruling::Explained, swaps: false });
        let parts = &self.parts;
        self.keys.insert(0, Some(key), at, |at| (0, Some(parts[at as usize].key)));
        at
    }

    #[inline]
    fn cluster(&mut self, part: u32, value: Option<u64>) -> u32 {
        let clusters = &self.clusters;
        let same = |at: u32| {
            let cluster = &clusters[at as usize];
            cluster.part == part && cluster.value == value
        };
        if let Some(at) = self.values.find(part, value, same) {
            return at;
        }
        let at = self.clusters.len() as u32;
        // What is there at first was written before all else.
        let first = if value.is_none() { 0 } else { OPEN };
        self.clusters.push(Cluster {
            value,
            part,
            from: NONE,
            next: NONE,
            written: 0,
            first,
            last: 0,
            has_writer: value.is_none(),
            alive: value.is_none(),
        });
        let clusters = &self.clusters;
        self.values.insert(part, value, at, |at| {
            (clusters[at as usize].part, clusters[at as usize].value)
        });
        at
    }

    /// Rules on all parts, now that all operations are there.
    fn settle(&mut self) {
        if self.parts.iter().any(|part| part.swaps) {
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
