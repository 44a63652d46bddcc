//! How many files and tasks this process has open now. A reader compares two moments.

use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

/// What a process holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Held {
    /// Open files, sockets and pipes; `None` where the system does not tell.
    descriptors: Option<usize>,
    /// Tasks of this runtime that have not ended.
    tasks: usize,
}

/// What was closed takes a moment to be gone.
const SETTLES: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(5);

impl Held {
    pub(super) fn now() -> Held {
        let listed = std::fs::read_dir("/proc/self/fd").ok();
        let descriptors = listed.map(Iterator::count);
        Held { descriptors, tasks: Handle::current().metrics().num_alive_tasks() }
    }

    /// What there is more than before, in words; `None` if nothing is, in the end.
    pub(super) async fn grown(self) -> Option<String> {
        let began = Instant::now();
        loop {
            let now = Held::now();
            let descriptors = self.descriptors.zip(now.descriptors);
            let files = descriptors.map_or(0, |(before, now)| now.saturating_sub(before));
            let tasks = now.tasks.saturating_sub(self.tasks);
            if files == 0 && tasks == 0 {
                return None;
            }
            if began.elapsed() > SETTLES {
                return Some(format!("{files} descriptors and {tasks} tasks"));
            }
            sleep(LOOK).await;
        }
    }
}
