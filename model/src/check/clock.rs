//! The wall clock, for budgets and for telling how long things took. Nothing that a run does
//! depends on it.

use std::time::{Duration, Instant};

/// A stopwatch that is running.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "drivers have budgets in real time")]
    pub(crate) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
