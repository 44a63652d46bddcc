//! Operations without an answer come in; those that may matter at a moment go out.
//!
//! The one idea: a write that nobody saw can be thought never to have happened. So where all are
//! accesses to one register, only those matter whose value somebody under way has seen, or that
//! lead to such a value; and of those that do the same, any one will do. So they are found by what
//! they do, however many there are.

use crate::spec::{Access, Spec};
use std::collections::{BTreeMap, BTreeSet};

/// What operations do that are as good as each other: the value that they lead to, and the only one
/// from which they do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deed {
    to: Option<u64>,
    from: Option<Option<u64>>,
}

impl Deed {
    /// What an operation may do yet; nothing if it is no access to a register.
    fn of<S: Spec>(op: &S::Op) -> Option<Deed> {
        match S::access(op, None)? {
            Access::Write(to) => Some(Deed { to, from: None }),
            Access::Swap(from, to) => Some(Deed { to, from: Some(from) }),
            Access::Read(_) | Access::Miss(_) => None,
        }
    }
}

/// One operation of which it is not known what it does, or any of some.
#[derive(Clone, Copy)]
pub(super) enum Helpful {
    One(u32),
    Any(Deed),
}

/// The operations of a part that are never answered, by number.
pub(super) struct Open<S: Spec> {
    /// Each with the moment of its call.
    operations: BTreeMap<u32, (S::Op, u64)>,
    next: u32,
    by_deed: BTreeMap<Deed, BTreeSet<u32>>,
    others: BTreeSet<u32>,
}

impl<S: Spec> Open<S> {
    pub(super) const fn new() -> Open<S> {
        let operations = BTreeMap::new();
        Open { operations, next: 0, by_deed: BTreeMap::new(), others: BTreeSet::new() }
    }

    pub(super) fn add(&mut self, op: S::Op, call: u64) {
        match Deed::of::<S>(&op) {
            Some(deed) => self.by_deed.entry(deed).or_default().insert(self.next),
            None => self.others.insert(self.next),
        };
        self.operations.insert(self.next, (op, call));
        self.next += 1;
    }

    pub(super) fn remove(&mut self, number: u32) {
        let Some((op, _)) = self.operations.remove(&number) else { return };
        self.others.remove(&number);
        if let Some(deed) = Deed::of::<S>(&op)
            && let Some(numbers) = self.by_deed.get_mut(&deed)
        {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_deed.remove(&deed);
            }
        }
    }

    pub(super) fn op(&self, number: u32) -> Option<&S::Op> {
        self.operations.get(&number).map(|(op, _)| op)
    }

    /// When it was called.
    pub(super) fn call(&self, number: u32) -> Option<u64> {
        self.operations.get(&number).map(|(_, call)| *call)
    }

    /// When each of them was called.
    pub(super) fn calls(&self) -> impl Iterator<Item = u64> {
        self.operations.values().map(|(_, call)| *call)
    }

    pub(super) fn len(&self) -> usize {
        self.operations.len()
    }

    /// The first of these that is not among the ones that were used.
    pub(super) fn unused(&self, helpful: Helpful, used: &[u32]) -> Option<u32> {
        let unused = |number: &u32| used.binary_search(number).is_err();
        match helpful {
            Helpful::One(number) => Some(number).filter(unused),
            Helpful::Any(deed) => self.by_deed.get(&deed)?.iter().copied().find(unused),
        }
    }

    /// Those that may matter to these, which are under way.
    pub(super) fn helpful<'a>(
        &self,
        seats: impl Iterator<Item = (&'a S::Op, &'a S::Ret)>,
    ) -> Vec<Helpful> {
        if self.operations.is_empty() {
            return Vec::new();
        }
        let mut helpful: Vec<Helpful> = self.others.iter().copied().map(Helpful::One).collect();
        let mut wanted: Vec<Option<u64>> = Vec::new();
        for (op, ret) in seats {
            match S::access(op, Some(ret)) {
                Some(Access::Read(value) | Access::Swap(value, _)) => wanted.push(value),
                Some(Access::Write(_)) => {}
                // Anything but one value, or no register at all: everything may matter.
                Some(Access::Miss(_)) | None => {
                    helpful.extend(self.by_deed.keys().copied().map(Helpful::Any));
                    return helpful;
                }
            }
        }
        let mut known: BTreeSet<Option<u64>> = BTreeSet::new();
        while let Some(to) = wanted.pop() {
            if !known.insert(to) {
                continue;
            }
            let (first, last) = (None, Some(Some(u64::MAX)));
            let leading = Deed { to, from: first }..=Deed { to, from: last };
            for (deed, _) in self.by_deed.range(leading) {
                helpful.push(Helpful::Any(*deed));
                wanted.extend(deed.from);
            }
        }
        helpful
    }
}
