//! The only source of randomness: a [`Seed`] goes in with the *cause* of a draw, a number comes
//! out.
//!
//! Nothing here keeps a stream that several users share. With one stream, deleting a step would
//! change every later draw, and a failure would vanish for a reason unrelated to the step; keyed by
//! cause, a draw changes only with what led to it. The mixing functions are written out because
//! saved schedules must mean the same with every later version of every library.

use std::fmt;
use std::hash::{Hash, Hasher};

/// A 64-bit seed. Forking it by a key gives an independent seed, the same one each time.
///
/// ```
/// use schism::Seed;
/// assert_eq!(Seed(7).fork(1), Seed(7).fork(1));
/// assert_ne!(Seed(7).fork(1), Seed(7).fork(2));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed that belongs to `key` under this one.
    #[inline]
    #[must_use]
    pub const fn fork(self, key: u64) -> Seed {
        Seed(mix(self.0, key))
    }

    /// The seed that belongs to any hashable key, such as `(term, role)`.
    #[inline]
    #[must_use]
    pub fn of(self, key: impl Hash) -> Seed {
        let mut hasher = StableHasher(self.0);
        key.hash(&mut hasher);
        Seed(hasher.finish())
    }

    /// A stream of draws of its own.
    #[inline]
    #[must_use]
    pub const fn draws(self) -> Draws {
        Draws(self.0)
    }

    /// Whether an event with this seed happens, given that `ratio` of all events do.
    ///
    /// The draws nest: what happens at 1/40 happens at 1/20 too, so a smaller ratio keeps a subset.
    #[inline]
    #[must_use]
    pub const fn happens(self, ratio: Ratio) -> bool {
        scale(mix(self.0, 0x7f4a_7c15), ratio.of) < ratio.part
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A stream of draws from one seed, for a consumer that owns it (a generator, a workload).
///
/// It is `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014), pinned here: its numbers will not change.
#[derive(Clone, Debug)]
pub struct Draws(u64);

impl Draws {
    /// The next 64 random bits.
    #[inline]
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        finish(self.0)
    }

    /// A number in `0..limit`; 0 where `limit` is 0.
    #[inline]
    pub const fn below(&mut self, limit: u64) -> u64 {
        scale(self.bits(), limit)
    }

    /// A number in `low..=high`.
    #[inline]
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `part` of `of` cases.
    #[inline]
    pub const fn chance(&mut self, part: u64, of: u64) -> bool {
        self.below(of) < part
    }

    /// One of the items; `None` where there are none.
    #[inline]
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(usize::try_from(self.below(items.len() as u64)).ok()?)
    }

    /// The index of one of the weights, each as likely as its share of their sum.
    #[inline]
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

/// A probability as a fraction: exact, comparable, and readable in a saved file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ratio {
    /// How many of [`Ratio::of`].
    pub part: u64,
    /// Out of how many; not 0.
    pub of: u64,
}

impl Ratio {
    /// `part` in `of`; an `of` of 0 counts as 1.
    #[must_use]
    pub const fn new(part: u64, of: u64) -> Ratio {
        Ratio { part, of: if of == 0 { 1 } else { of } }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

/// A hasher whose result depends on what is hashed and on nothing else: not on the process, the
/// machine's word size, or a library's version.
#[derive(Clone, Copy, Default, Debug)]
pub struct StableHasher(u64);

impl StableHasher {
    /// A hasher that starts from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> StableHasher {
        StableHasher(seed)
    }

    /// Takes one word in.
    #[inline]
    pub const fn word(&mut self, word: u64) {
        self.0 = mix(self.0, word);
    }
}

impl Hasher for StableHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
        let rest = chunks.remainder();
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(word) ^ ((bytes.len() as u64) << 56));
    }
    #[inline]
    fn write_u8(&mut self, n: u8) {
        self.word(u64::from(n));
    }
    #[inline]
    fn write_u16(&mut self, n: u16) {
        self.word(u64::from(n));
    }
    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.word(u64::from(n));
    }
    #[inline]
    fn write_u64(&mut self, n: u64) {
        self.word(n);
    }
    #[inline]
    fn write_usize(&mut self, n: usize) {
        self.word(n as u64);
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64`'s finaliser: every input bit reaches every output bit.
#[inline]
const fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[inline]
const fn mix(a: u64, b: u64) -> u64 {
    finish(a.wrapping_add(GOLDEN) ^ b.wrapping_mul(0xd134_2543_de82_ef95))
}

/// Scales 64 random bits to `0..limit`. The bias is below `limit / 2^64`.
#[inline]
const fn scale(bits: u64, limit: u64) -> u64 {
    ((bits as u128 * limit as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_pinned() {
        let mut draws = Seed(1).draws();
        let first: Vec<u64> = (0..3).map(|_| draws.bits()).collect();
        assert_eq!(first, [0x910a_2dec_8902_5cc1, 0xbeeb_8da1_658e_ec67, 0xf893_a2ee_fb32_555e]);
        assert_eq!(Seed(1).of((2_u64, 3_u32)), Seed(0x1a77_6d95_1d66_3f00));
    }

    #[test]
    fn a_smaller_ratio_keeps_a_subset() {
        for key in 0..10_000 {
            let seed = Seed(9).fork(key);
            let rare = seed.happens(Ratio::new(1, 40));
            assert!(!rare || seed.happens(Ratio::new(1, 20)));
        }
    }

    #[test]
    fn weights_are_shares() {
        let mut draws = Seed(3).draws();
        let mut seen = [0_u32; 3];
        for _ in 0..10_000 {
            seen[draws.weighted(&[1, 0, 3])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((2_300..2_700).contains(&seen[0]), "{seen:?}");
    }
}
