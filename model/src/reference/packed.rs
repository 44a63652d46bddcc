//! States as few bytes: numbers come in, each with how many bits it takes, and a run of bytes goes
//! out; and back. It knows no protocol.
//!
//! A search keeps many thousands of states at once, of which each has room for all that any could
//! be. Written bit by bit one takes a tenth of that, and two equal ones are written alike.

use super::Clause;
use super::list::List;

/// Something that can be written in a few bits.
pub trait Packed: Sized {
    /// Writes it.
    fn write(&self, to: &mut Writer<'_>);

    /// Reads what was written.
    fn read(from: &mut Reader<'_>) -> Self;

    /// Appends it to some bytes.
    #[inline]
    fn pack(&self, to: &mut Vec<u8>) {
        let mut writer = Writer { to, word: 0, filled: 0 };
        self.write(&mut writer);
        writer.finish();
    }

    /// A number of its own, of what takes up to 7 bytes.
    fn number(&self) -> u64 {
        let mut bytes = Vec::new();
        self.pack(&mut bytes);
        debug_assert!(bytes.len() <= 7, "what is larger has no number");
        bytes.resize(7, 0);
        bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Makes it of the bytes that it was packed into.
    #[inline]
    fn unpack(bytes: &[u8]) -> Self {
        Self::read(&mut Reader { from: bytes, word: 0, left: 0 })
    }
}

/// Takes numbers in and writes their bits.
#[derive(Debug)]
pub struct Writer<'a> {
    to: &'a mut Vec<u8>,
    word: u64,
    filled: u32,
}

impl Writer<'_> {
    /// Writes so many bits of a number, 16 at most. It has no more.
    #[inline]
    pub fn put(&mut self, number: impl Into<u64>, bits: u32) {
        let number = number.into();
        debug_assert!(bits <= 16 && number >> bits == 0, "{number} has more than {bits} bits");
        self.word |= number << self.filled;
        self.filled += bits;
        if self.filled >= 32 {
            self.to.extend_from_slice(&(self.word as u32).to_le_bytes());
            self.word >>= 32;
            self.filled -= 32;
        }
    }

    /// Writes a list: its length, and each item as told.
    #[inline]
    pub(super) fn list<T, const N: usize>(
        &mut self,
        list: &List<T, N>,
        each: impl Fn(&mut Self, &T),
    ) {
        self.put(list.len() as u64, 4);
        for item in list.iter() {
            each(self, item);
        }
    }

    /// Writes the clause that was broken, if any.
    pub(super) fn clause(&mut self, broken: Option<Clause>) {
        let place = |clause| Clause::ALL.iter().position(|other| *other == clause);
        self.put(broken.and_then(place).map_or(0, |place| place as u64 + 1), 5);
    }

    #[inline]
    fn finish(self) {
        let bytes = self.filled.div_ceil(8) as usize;
        self.to.extend_from_slice(&self.word.to_le_bytes()[..bytes]);
    }
}

/// Reads numbers in the order in which they were written.
#[derive(Debug)]
pub struct Reader<'a> {
    from: &'a [u8],
    word: u64,
    left: u32,
}

impl Reader<'_> {
    /// Reads so many bits, 8 at most.
    #[inline]
    pub fn take(&mut self, bits: u32) -> u8 {
        self.wide(bits) as u8
    }

    /// Reads so many bits, 16 at most.
    #[inline]
    pub fn wide(&mut self, bits: u32) -> u16 {
        if self.left < bits {
            self.fill();
        }
        let number = self.word & ((1 << bits) - 1);
        self.word >>= bits;
        self.left -= bits;
        number as u16
    }

    #[inline]
    fn fill(&mut self) {
        if let Some((four, rest)) = self.from.split_first_chunk() {
            self.word |= u64::from(u32::from_le_bytes(*four)) << self.left;
            self.left += 32;
            self.from = rest;
            return;
        }
        for byte in std::mem::take(&mut self.from) {
            self.word |= u64::from(*byte) << self.left;
            self.left += 8;
        }
    }

    /// Reads one bit.
    #[inline]
    pub fn bit(&mut self) -> bool {
        self.take(1) == 1
    }

    /// Reads a list.
    #[inline]
    pub(super) fn list<T: Copy + Default, const N: usize>(
        &mut self,
        each: impl Fn(&mut Self) -> T,
    ) -> List<T, N> {
        let len = self.take(4);
        (0..len).map(|_| each(self)).collect()
    }

    /// Reads the clause that was broken, if any.
    pub(super) fn clause(&mut self) -> Option<Clause> {
        let place = self.take(5).checked_sub(1)?;
        Some(Clause::ALL[place as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(PartialEq, Debug)]
    struct Numbers(Vec<(u16, u32)>);

    impl Packed for Numbers {
        fn write(&self, to: &mut Writer<'_>) {
            to.put(self.0.len() as u64, 8);
            for (number, bits) in &self.0 {
                to.put(*bits, 5);
                to.put(*number, *bits);
            }
        }

        fn read(from: &mut Reader<'_>) -> Numbers {
            let len = from.take(8);
            let number = |_| {
                let bits = from.take(5).into();
                (from.wide(bits), bits)
            };
            Numbers((0..len).map(number).collect())
        }
    }

    #[test]
    fn what_is_packed_comes_out_again() {
        let mut draws = crate::seed::Seed(7).draws();
        for count in 0..200 {
            let number = |_| {
                let bits = draws.below(17) as u32;
                (draws.below(1 << bits) as u16, bits)
            };
            let numbers = Numbers((0..count).map(number).collect());
            let mut bytes = vec![9];
            numbers.pack(&mut bytes);
            assert_eq!(Numbers::unpack(&bytes[1..]), numbers);
            let bits: u32 = numbers.0.iter().map(|(_, bits)| bits + 5).sum();
            assert_eq!(bytes.len() as u32, 1 + (8 + bits).div_ceil(8));
        }
    }
}
