//! What threads hand to each other: places by the shard or the piece that they belong to. Knows
//! nothing of states.

use super::visited::{SHARDS, Visited};

/// Numbers in order, parted: where each part ends.
#[derive(Default)]
pub(super) struct Parted {
    numbers: Vec<u32>,
    ends: Vec<u32>,
}

impl Parted {
    /// How many numbers there are in all parts.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Adds a part.
    pub(super) fn add(&mut self, part: impl Iterator<Item = u32>) {
        self.numbers.extend(part);
        self.ends.push(self.numbers.len() as u32);
    }

    /// The numbers of one part.
    pub(super) fn part(&self, number: usize) -> &[u32] {
        let first = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.numbers[first as usize..self.ends[number] as usize]
    }

    /// The places of fingerprints, parted by shard.
    pub(super) fn by_shard(prints: &[u64]) -> Parted {
        let mut counts = [0; SHARDS + 1];
        for print in prints {
            counts[Visited::shard(*print) + 1] += 1;
        }
        for shard in 0..SHARDS {
            counts[shard + 1] += counts[shard];
        }
        let mut numbers = vec![0; prints.len()];
        for (place, print) in (0..).zip(prints) {
            let next = &mut counts[Visited::shard(*print)];
            numbers[*next as usize] = place;
            *next += 1;
        }
        // What stood at the beginning of each part has come to its end.
        Parted { numbers, ends: counts[..SHARDS].to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_in_the_part_of_its_shard_in_order() {
        let prints: Vec<u64> = [70, 3, 64, 6, 3, 67].into();
        let parted = Parted::by_shard(&prints);
        assert_eq!(parted.len(), 6);
        let parts: Vec<_> = [0, 1, 3, 6, 63].map(|shard| parted.part(shard)).into();
        assert_eq!(parts, [&[2][..], &[], &[1, 4, 5], &[0, 3], &[]]);
    }
}
