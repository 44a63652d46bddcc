//! The wall clock and the processor's, for budgets and for telling how long things took. Nothing
//! that a run does depends on them.

use cpu_time::ThreadTime;
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

/// A stopwatch that runs only while the calling thread does: what else a machine is busy with does
/// not count. It stays on its thread.
pub(super) struct CpuClock(ThreadTime);

impl CpuClock {
    pub(super) fn start() -> CpuClock {
        CpuClock(ThreadTime::now())
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
