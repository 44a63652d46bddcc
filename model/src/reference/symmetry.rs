//! States that differ only in the names of nodes: a state comes in, and the least of all that it
//! may be renamed to goes out. It knows no protocol.
//!
//! A protocol that treats all nodes alike reaches with a state all its renamings, and what follows
//! on them differs in names alone. So one of them stands for all, up to `n!` fewer states. It is
//! sound only where *every* mention of a node is renamed: one that is left out shows in that the
//! states which the representatives stand for do not add up to those of the whole search.

use std::fmt::Debug;
use std::hash::Hash;

/// For each node's place, its new place.
pub type Names = [u8; 5];

/// Something that mentions nodes.
pub trait Renamed: Ord + Clone + Hash + Debug + Send + Sync {
    /// How many nodes there are, at most 5.
    fn nodes(&self) -> usize;

    /// The same with every mention of a node renamed, and in normal form again.
    #[must_use]
    fn renamed(&self, names: &Names) -> Self;

    /// What a node is like, whatever nodes are called: a renaming gives it to the node of the new
    /// name. It is of use as far as it tells nodes apart.
    fn like(&self, place: usize) -> u64 {
        let _ = place;
        0
    }

    /// The least of all renamings in which nodes stand in the order of what they are like; it must
    /// be in normal form itself. Which these are does not depend on names, so it is one and the
    /// same for all renamings.
    #[must_use]
    fn least(&self) -> Self {
        let mut likes = [0; 5];
        for (place, like) in likes[..self.nodes()].iter_mut().enumerate() {
            *like = self.like(place);
        }
        let mut least: Option<Self> = None;
        each_naming(self.nodes(), &mut |names| {
            let mut sorted = [0; 5];
            for (like, name) in likes[..self.nodes()].iter().zip(names) {
                sorted[*name as usize] = *like;
            }
            if sorted[..self.nodes()].is_sorted() {
                let other = if *names == ITSELF { self.clone() } else { self.renamed(names) };
                if least.as_ref().is_none_or(|least| other < *least) {
                    least = Some(other);
                }
            }
        });
        least.expect("some order of the nodes is sorted")
    }

    /// How many different states it may be renamed to, itself included.
    fn orbit(&self) -> usize {
        let mut orbit = std::collections::BTreeSet::new();
        each_naming(self.nodes(), &mut |names| {
            orbit.insert(self.renamed(names));
        });
        orbit.len()
    }
}

const ITSELF: Names = [0, 1, 2, 3, 4];

/// Tells every naming of so many nodes, by Heap's algorithm: each is one swap from the one before.
fn each_naming(nodes: usize, tell: &mut impl FnMut(&Names)) {
    let mut names = ITSELF;
    let mut turns = [0; 5];
    tell(&names);
    let mut at = 1;
    while at < nodes {
        if turns[at] < at {
            let other = if at.is_multiple_of(2) { 0 } else { turns[at] };
            names.swap(other, at);
            tell(&names);
            turns[at] += 1;
            at = 1;
        } else {
            turns[at] = 0;
            at += 1;
        }
    }
}

/// A set of nodes, bit 0 for the first, renamed.
#[inline]
pub(super) fn renamed_set(set: u8, names: &Names) -> u8 {
    (0..5).filter(|place| set >> place & 1 == 1).fold(0, |new, place| new | 1 << names[place])
}

/// The number of a node from 1, or 0 for nobody, renamed.
#[inline]
pub(super) fn renamed_number(number: u8, names: &Names) -> u8 {
    if number == 0 { 0 } else { names[number as usize - 1] + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_naming_is_told_once() {
        for (nodes, count) in [(1, 1), (2, 2), (3, 6), (4, 24), (5, 120)] {
            let mut told = Vec::new();
            each_naming(nodes, &mut |names| told.push(*names));
            assert_eq!(told.len(), count);
            assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), count);
        }
    }
}
