//! Numbers of a group come in; the places that were noted for them go out. What stands at a place
//! is for the caller to know, and to compare.

/// An open-addressed table of places.
pub(in super::super) struct Table {
    /// For each slot, one more than a place, or 0.
    slots: Vec<u32>,
    len: usize,
    /// Whether values do not stand in the slots of their own numbers.
    mixed: bool,
}

const SLOTS_MIN: usize = 16;

impl Table {
    pub(in super::super) fn with_capacity(entries: usize) -> Table {
        let slots = (entries * 2).next_power_of_two().max(SLOTS_MIN);
        Table { slots: vec![0; slots], len: 0, mixed: false }
    }

    /// The place that was noted, if `same` says that it is the right one.
    #[inline]
    pub(in super::super) fn find(
        &self,
        group: u32,
        value: Option<u64>,
        same: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let mut slot = self.slot(group, value);
        while let Some(place) = self.slots[slot].checked_sub(1) {
            if same(place) {
                return Some(place);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }

    /// The place that was noted; where there is none, the new one is noted and nothing handed back.
    #[inline]
    pub(in super::super) fn find_or_insert(
        &mut self,
        group: u32,
        value: Option<u64>,
        new: u32,
        same: impl Fn(u32) -> bool,
        of: impl Fn(u32) -> (u32, Option<u64>),
    ) -> Option<u32> {
        let (mut slot, mut steps) = (self.slot(group, value), 0);
        while let Some(place) = self.slots[slot].checked_sub(1) {
            if same(place) {
                return Some(place);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
            steps += 1;
        }
        let (crowded, full) = (steps > STEPS_MAX, (self.len + 1) * 2 > self.slots.len());
        if full || crowded && !self.mixed {
            self.mixed |= crowded;
            // Nothing is known of the new place yet, so it is noted afterwards.
            self.rebuild(self.slots.len() << u32::from(full), of);
            self.put(self.slot(group, value), new);
        } else {
            self.slots[slot] = new + 1;
        }
        self.len += 1;
        None
    }

    /// Notes a place that is not there. `of` tells the group and the value of any place.
    #[inline]
    pub(in super::super) fn insert(
        &mut self,
        group: u32,
        value: Option<u64>,
        place: u32,
        of: impl Fn(u32) -> (u32, Option<u64>),
    ) {
        self.len += 1;
        if self.len * 2 > self.slots.len() {
            self.rebuild(self.slots.len() * 2, &of);
        }
        let steps = self.put(self.slot(group, value), place);
        if steps > STEPS_MAX && !self.mixed {
            self.mixed = true;
            self.rebuild(self.slots.len(), &of);
        }
    }

    /// How many slots were taken already is handed back.
    #[inline]
    fn put(&mut self, mut slot: usize, place: u32) -> usize {
        let mut steps = 0;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
            steps += 1;
        }
        self.slots[slot] = place + 1;
        steps
    }

    #[cold]
    fn rebuild(&mut self, len: usize, of: impl Fn(u32) -> (u32, Option<u64>)) {
        let old = std::mem::replace(&mut self.slots, vec![0; len]);
        for place in old.iter().filter_map(|slot| slot.checked_sub(1)) {
            let (group, value) = of(place);
            self.put(self.slot(group, value), place);
        }
    }

    /// Most values are numbers that follow each other, and are asked for soon after each other, so
    /// each has the slot of its own number. Where many values would have the same slot, or many
    /// groups the same values, all of that is mixed, but for rows of values that follow each other.
    #[inline]
    const fn slot(&self, group: u32, value: Option<u64>) -> usize {
        let mask = self.slots.len() - 1;
        let value = match value {
            Some(value) if !self.mixed => return value as usize & mask,
            Some(value) => value,
            None => 0x9e37_79b9_7f4a_7c15,
        };
        let row = ((value / ROW) ^ ((group as u64) << 40)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        ((row ^ (row >> 32)).wrapping_mul(ROW) + value % ROW) as usize & mask
    }
}

/// Where more slots than this are taken in a row, they are mixed.
const STEPS_MAX: usize = 64;

/// So many slots are a row: what the processor fetches from memory at once.
const ROW: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_want_the_same_slot_are_all_found_in_few_steps() {
        for stride in [1, 7, 1 << 20, 1 << 40] {
            let values: Vec<u64> = (0..3_000).map(|number| number * stride).collect();
            let mut table = Table::with_capacity(8);
            for group in [0, 1, 9] {
                let number = |value: usize| group * 3_000 + value as u32;
                let of = |at: u32| (at / 3_000, Some(values[at as usize % 3_000]));
                for (at, value) in values.iter().enumerate() {
                    let of = |place: u32| {
                        assert_ne!(place, number(at), "it is not there yet");
                        of(place)
                    };
                    let is = |place: u32| place == number(at);
                    let mut find = || table.find_or_insert(group, Some(*value), number(at), is, of);
                    assert_eq!((find(), find()), (None, Some(number(at))));
                }
            }
            let longest = table.slots.split(|slot| *slot == 0).map(<[u32]>::len).max();
            assert!(longest < Some(2_000), "{stride}: {longest:?}");
        }
    }
}
