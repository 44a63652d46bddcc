//! Numbers of a group come in; the places that were noted for them go out. What stands at a place
//! is for the caller to know, and to compare.

/// An open-addressed table of places.
pub(in super::super) struct Table {
    /// For each slot, one more than a place, or 0.
    slots: Vec<u32>,
    len: usize,
}

const SLOTS_MIN: usize = 16;

impl Table {
    pub(in super::super) fn with_capacity(entries: usize) -> Table {
        let slots = (entries * 2).next_power_of_two().max(SLOTS_MIN);
        Table { slots: vec![0; slots], len: 0 }
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
            self.grow(of);
        }
        self.put(self.slot(group, value), place);
    }

    #[inline]
    fn put(&mut self, mut slot: usize, place: u32) {
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = place + 1;
    }

    #[cold]
    fn grow(&mut self, of: impl Fn(u32) -> (u32, Option<u64>)) {
        let len = self.slots.len() * 2;
        let old = std::mem::replace(&mut self.slots, vec![0; len]);
        for place in old.iter().filter_map(|slot| slot.checked_sub(1)) {
            let (group, value) = of(place);
            self.put(self.slot(group, value), place);
        }
    }

    #[inline]
    const fn slot(&self, group: u32, value: Option<u64>) -> usize {
        let value = match value {
            Some(value) => value,
            None => 0x9e37_79b9_7f4a_7c15,
        };
        let mixed = (value ^ (group as u64) << 40).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (mixed ^ mixed >> 32) as usize & (self.slots.len() - 1)
    }
}
