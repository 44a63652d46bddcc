//! What an operation did to lists that only grow, of which many can be read at one time. It knows
//! nothing of time; that is for judges.

/// What an operation did to lists, or may yet do. Lists and values are numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listed<'r> {
    /// It put a value at the end of a list, which was so long with it, where somebody was told.
    Append {
        /// The list.
        list: u64,
        /// What was put at its end.
        value: u64,
        /// How long the list was with it.
        length: Option<u64>,
    },
    /// It found this in the lists from `first` through `last`.
    Scan {
        /// The first list that was read.
        first: u64,
        /// The last one.
        last: u64,
        /// Lists and their values, list by list, each value in its place.
        found: &'r [(u64, u64)],
    },
}
