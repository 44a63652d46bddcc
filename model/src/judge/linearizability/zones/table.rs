//! Numbers of a group come in; the places that were noted for them go out. What stands at a place
//! is for the caller to know, and to compare.

/// An open-addressed table of places.
pub(in super::super) struct Table {
    /// For each slot, one more than a place, or 0.
    slots: Vec<u32>,
    len: usize,
    /// Whether equal values of different groups are kept apart from the beginning.
    apart: bool,
}

const SLOTS_MIN: usize = 16;

impl Table {
    pub(in super::super) fn with_capacity(entries: usize) -> Table {
        let slots = (entries * 2).next_power_of_two().max(SLOTS_MIN);
        Table { slots: vec![0; slots], len: 0, apart: false }
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
            self.rebuild(self.slots.len() * 2, &of);
        }
        let steps = self.put(self.slot(group, value), place);
        if steps > STEPS_MAX && !self.apart {
            self.apart = true;
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

    /// Values that follow each other stand side by side, since most are asked for soon after each
    /// other; where each such row begins is random. As long as few groups have equal values, the
    /// group does not matter: values that are unique follow each other across groups.
    #[inline]
    const fn slot(&self, group: u32, value: Option<u64>) -> usize {
        let group = if self.apart || value.is_none() { group } else { 0 };
        let value = match value {
            Some(value) => value,
            None => 0x9e37_79b9_7f4a_7c15,
        };
        let row = ((value / ROW) ^ ((group as u64) << 40)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        ((row ^ (row >> 32)).wrapping_mul(ROW) + value % ROW) as usize & (self.slots.len() - 1)
    }
}

/// Where more slots than this are taken in a row, many groups have equal values.
const STEPS_MAX: usize = 512;

/// So many slots are a row: what the processor fetches from memory at once.
const ROW: u64 = 16;
