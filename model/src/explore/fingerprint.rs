//! A state's words come in, the 64 bits that stand for it go out. Knows nothing of states.
//!
//! Each word costs one multiplication to 128 bits, of which the halves are folded together; as wide
//! as a fingerprint is, two of a hundred million states share one in 3 of 10,000 searches. It
//! depends on nothing but the words, so the same search meets states in the same order everywhere.

use std::hash::Hasher;

/// The hasher of states.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint(u64);

/// Odd constants without a pattern: the fractions of the square roots of 2 and 3.
const KEY: u64 = 0x6a09_e667_f3bc_c909;
const OTHER: u64 = 0xbb67_ae85_84ca_a73b;

impl Default for Fingerprint {
    fn default() -> Fingerprint {
        Fingerprint(KEY)
    }
}

#[inline]
const fn folded(a: u64, b: u64) -> u64 {
    let wide = (a as u128) * (b as u128);
    (wide as u64) ^ ((wide >> 64) as u64)
}

impl Fingerprint {
    #[inline]
    const fn word(&mut self, word: u64) {
        // The sum keeps a word that cancels the state from making it 0 for good.
        self.0 = folded(self.0 ^ word, OTHER).wrapping_add(KEY).rotate_left(23);
    }
}

impl Hasher for Fingerprint {
    #[inline]
    fn finish(&self) -> u64 {
        folded(self.0 ^ OTHER, KEY)
    }
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.word(u64::from_le_bytes(word) ^ ((bytes.len() as u64) << 56));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn small_states_have_fingerprints_of_their_own_in_all_their_bits() {
        let mut seen = BTreeSet::new();
        let (mut low, mut high) = ([0_u32; 64], [0_u32; 64]);
        for number in 0..200_000_u32 {
            let mut hasher = Fingerprint::default();
            for byte in number.to_le_bytes() {
                hasher.write_u8(byte);
            }
            let print = hasher.finish();
            seen.insert(print);
            low[(print % 64) as usize] += 1;
            high[(print >> 58) as usize] += 1;
        }
        assert_eq!(seen.len(), 200_000);
        // The shard is taken from the low bits and the place from the high ones.
        for counts in [low, high] {
            assert!(counts.iter().all(|count| (2_800..3_450).contains(count)), "{counts:?}");
        }
    }

    #[test]
    fn what_is_written_in_pieces_of_other_sizes_is_something_else() {
        let of = |bytes: &[u8]| {
            let mut hasher = Fingerprint::default();
            hasher.write(bytes);
            hasher.finish()
        };
        assert_ne!(of(&[1, 0]), of(&[1]));
        assert_ne!(of(&[0; 7]), of(&[0; 8]));
        assert_ne!(of(&[0; 8]), of(&[]));
    }
}
