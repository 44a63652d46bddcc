//! A state's bytes come in, the 64 bits that stand for it go out. Knows nothing of states.
//!
//! Whatever is written, in pieces of whatever size, is one run of bytes. Eight of them cost one
//! multiplication to 128 bits, of which the halves are folded together; as wide as a fingerprint
//! is, two of a hundred million states share one in 3 of 10,000 searches. It depends on nothing but
//! the bytes, so the same search meets states in the same order everywhere.

use std::hash::Hasher;

/// The hasher of states.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint {
    state: u64,
    /// Bytes that make no whole word yet, and how many bits they have.
    pending: u64,
    filled: u32,
}

/// Odd constants without a pattern: the fractions of the square roots of 2 and 3.
const KEY: u64 = 0x6a09_e667_f3bc_c909;
const OTHER: u64 = 0xbb67_ae85_84ca_a73b;

impl Default for Fingerprint {
    fn default() -> Fingerprint {
        Fingerprint { state: KEY, pending: 0, filled: 0 }
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
        self.state = folded(self.state ^ word, OTHER).wrapping_add(KEY).rotate_left(23);
    }

    /// So many bits more, 64 at most, of a number that has no others.
    #[inline]
    const fn push(&mut self, number: u64, bits: u32) {
        self.pending |= number << self.filled;
        self.filled += bits;
        if self.filled >= 64 {
            self.word(self.pending);
            self.filled -= 64;
            // What had no room any more; a shift by all 64 bits would be none.
            self.pending = if self.filled == 0 { 0 } else { number >> (bits - self.filled) };
        }
    }
}

impl Hasher for Fingerprint {
    #[inline]
    fn finish(&self) -> u64 {
        let mut last = *self;
        last.word(self.pending);
        folded(last.state ^ OTHER ^ self.filled as u64, KEY)
    }
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.push(u64::from_le_bytes(*word), 64);
        }
        for byte in rest {
            self.push(u64::from(*byte), 8);
        }
    }
    #[inline]
    fn write_u8(&mut self, n: u8) {
        self.push(u64::from(n), 8);
    }
    #[inline]
    fn write_u16(&mut self, n: u16) {
        self.push(u64::from(n), 16);
    }
    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.push(u64::from(n), 32);
    }
    #[inline]
    fn write_u64(&mut self, n: u64) {
        self.push(n, 64);
    }
    #[inline]
    fn write_usize(&mut self, n: usize) {
        // Lengths and the numbers of variants are small almost always.
        match n {
            0..255 => self.push(n as u64, 8),
            _ => {
                self.push(255, 8);
                self.push(n as u64, 64);
            }
        }
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
        assert_ne!(of(&[0; 16]), of(&[0; 8]));
    }

    #[test]
    fn what_is_written_is_one_run_of_bytes() {
        let bytes: Vec<u8> = (1..=21).collect();
        let mut whole = Fingerprint::default();
        whole.write(&bytes);
        for cut in 0..=bytes.len() {
            let mut pieces = Fingerprint::default();
            pieces.write(&bytes[..cut]);
            pieces.write(&bytes[cut..]);
            assert_eq!(pieces.finish(), whole.finish());
        }
        let mut numbers = Fingerprint::default();
        numbers.write_u32(0x0403_0201);
        numbers.write_u16(0x0605);
        numbers.write_u64(0x0e0d_0c0b_0a09_0807);
        numbers.write_usize(15);
        bytes[15..].iter().for_each(|byte| numbers.write_u8(*byte));
        assert_eq!(numbers.finish(), whole.finish());
    }
}
