//! A number for each of some numbers, of which few are known at one time and the newest are near
//! each other, as processes and operations are in most files.
//!
//! The one idea: each number has one place in a table of fixed size, so that the common case is one
//! look; whoever finds it taken moves the older one to a map.

use std::collections::BTreeMap;

const PLACES: usize = 1 << 12;

#[derive(Default)]
pub(super) struct Numbers {
    /// What is known, and its number; nothing where that is [`NONE`].
    places: Vec<(i64, u32)>,
    others: BTreeMap<i64, u32>,
}

const NONE: u32 = u32::MAX;

impl Numbers {
    #[inline]
    fn place(of: i64) -> usize {
        of as usize & (PLACES - 1)
    }

    #[inline]
    pub(super) fn get(&self, of: i64) -> Option<u32> {
        match self.places.get(Numbers::place(of)) {
            Some((known, number)) if *known == of && *number != NONE => Some(*number),
            _ if self.others.is_empty() => None,
            _ => self.others.get(&of).copied(),
        }
    }

    /// Sets the number of one that has none.
    #[inline]
    pub(super) fn set(&mut self, of: i64, number: u32) {
        if self.places.is_empty() {
            self.places.resize(PLACES, (0, NONE));
        }
        let old = std::mem::replace(&mut self.places[Numbers::place(of)], (of, number));
        if old.1 != NONE {
            self.others.insert(old.0, old.1);
        }
    }

    #[inline]
    pub(super) fn take(&mut self, of: i64) -> Option<u32> {
        match self.places.get_mut(Numbers::place(of)) {
            Some((known, number)) if *known == of && *number != NONE => {
                Some(std::mem::replace(number, NONE))
            }
            _ if self.others.is_empty() => None,
            _ => self.others.remove(&of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_share_a_place_keep_their_own() {
        let mut numbers = Numbers::default();
        let far = PLACES as i64;
        for (number, of) in (0..).zip([3, 3 + far, 3 - far, i64::MAX, i64::MIN, -1]) {
            assert_eq!(numbers.get(of), None);
            numbers.set(of, number);
        }
        assert_eq!((numbers.take(3), numbers.get(3)), (Some(0), None));
        assert_eq!((numbers.take(3 + far), numbers.take(3 - far)), (Some(1), Some(2)));
        assert_eq!((numbers.get(i64::MAX), numbers.get(i64::MIN)), (Some(3), Some(4)));
        assert_eq!((numbers.take(-1), numbers.take(-1)), (Some(5), None));
    }
}
