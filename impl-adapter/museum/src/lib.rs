//! Old releases of real crates go in; the bugs that were found in them by others, found again, come
//! out. Each exhibit is an ordinary [`Check`](schism::check::Check): it names faults to survive and
//! properties to hold, and nothing in it knows of the bug.
//!
//! The one idea: the same adapter, over the broken release and over one without the bug. What fails
//! on the first and holds on the second is the crate's doing and not the adapter's.

pub mod paused;
pub mod raft;
pub mod swim;

#[cfg(test)]
mod tests;
