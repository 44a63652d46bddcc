//! Numbers in a row come in; the smallest of any stretch of them goes out, while they change.

/// The smallest of numbers, some of which are taken out one after the other.
pub(super) struct Least {
    nodes: Vec<u64>,
    leaves: usize,
}

const NONE: u64 = u64::MAX;

impl Least {
    pub(super) fn new(numbers: impl ExactSizeIterator<Item = u64>) -> Least {
        let leaves = numbers.len().next_power_of_two();
        let mut nodes = vec![NONE; 2 * leaves];
        nodes.iter_mut().skip(leaves).zip(numbers).for_each(|(node, number)| *node = number);
        for at in (1..leaves).rev() {
            nodes[at] = nodes[2 * at].min(nodes[2 * at + 1]);
        }
        Least { nodes, leaves }
    }

    /// Takes out a number within a stretch that is smaller than another.
    pub(super) fn take_below(&mut self, start: usize, end: usize, than: u64) -> Option<usize> {
        let at = self.below(1, 0, self.leaves, start, end, than)?;
        let mut node = self.leaves + at;
        self.nodes[node] = NONE;
        while node > 1 {
            node /= 2;
            self.nodes[node] = self.nodes[2 * node].min(self.nodes[2 * node + 1]);
        }
        Some(at)
    }

    fn below(
        &self,
        node: usize,
        first: usize,
        len: usize,
        start: usize,
        end: usize,
        than: u64,
    ) -> Option<usize> {
        if self.nodes[node] >= than || first >= end || first + len <= start {
            return None;
        }
        if len == 1 {
            return Some(first);
        }
        let half = len / 2;
        self.below(2 * node, first, half, start, end, than)
            .or_else(|| self.below(2 * node + 1, first + half, half, start, end, than))
    }
}

/// How often each place of a row is covered.
pub(super) struct Depth {
    /// The least depth below each node, without what covers all of the nodes above it.
    least: Vec<i32>,
    all: Vec<i32>,
    leaves: usize,
}

/// Deeper than anything is.
const MARKED: i32 = i32::MAX / 4;

impl Depth {
    pub(super) fn new(len: usize) -> Depth {
        let leaves = len.next_power_of_two();
        Depth { least: vec![0; 2 * leaves], all: vec![0; 2 * leaves], leaves }
    }

    /// Covers a stretch so many times more.
    pub(super) fn add(&mut self, start: usize, end: usize, by: i32) {
        if start < end {
            self.add_below(1, 0, self.leaves, (start, end), by);
        }
    }

    fn add_below(&mut self, at: usize, first: usize, len: usize, to: (usize, usize), by: i32) {
        if first >= to.1 || first + len <= to.0 {
            return;
        }
        if to.0 <= first && first + len <= to.1 {
            self.least[at] += by;
            self.all[at] += by;
            return;
        }
        let half = len / 2;
        self.add_below(2 * at, first, half, to, by);
        self.add_below(2 * at + 1, first + half, half, to, by);
        self.least[at] = self.all[at] + self.least[2 * at].min(self.least[2 * at + 1]);
    }

    /// The next place of a stretch that nothing covers, which is marked, so that it is not found
    /// again.
    pub(super) fn take_bare(&mut self, start: usize, end: usize) -> Option<usize> {
        let at = self.bare(1, 0, self.leaves, (start, end), 0)?;
        self.add(at, at + 1, MARKED);
        Some(at)
    }

    fn bare(
        &self,
        at: usize,
        first: usize,
        len: usize,
        within: (usize, usize),
        above: i32,
    ) -> Option<usize> {
        if first >= within.1 || first + len <= within.0 || self.least[at] + above > 0 {
            return None;
        }
        if len == 1 {
            return Some(first);
        }
        let (half, above) = (len / 2, above + self.all[at]);
        self.bare(2 * at, first, half, within, above)
            .or_else(|| self.bare(2 * at + 1, first + half, half, within, above))
    }
}
