//! Many cases on all cores. Which case fails first does not depend on the number of threads: the
//! lowest number wins, and every case below it is finished before that is said.
//!
//! This is the one place with threads, beside the Explorer. Each worker has a world of its own.

use crate::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How much to try.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effort {
    /// So many cases.
    pub cases: u64,
    /// And no longer than this, in real time, if given.
    pub time: Option<Duration>,
    /// On so many threads; 0 for all cores.
    pub jobs: usize,
}

impl Effort {
    /// As many cases as the time allows.
    pub const NO_LIMIT: u64 = u64::MAX / 2;

    /// How many cases at most, if that is limited.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        (self.cases < Effort::NO_LIMIT).then_some(self.cases)
    }

    fn workers(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let wanted = if self.jobs == 0 { cores } else { self.jobs };
        wanted.min(usize::try_from(self.cases).unwrap_or(usize::MAX)).max(1)
    }
}

/// A case that has not ended after this much real time never will: a node does not return.
const STUCK: Duration = Duration::from_secs(30);

/// How long one case may take, and what to say of one that took longer.
pub(crate) struct Patience {
    pub(crate) limit: Duration,
    pub(crate) stuck: fn(u64, Duration) -> Error,
}
/// How often progress is told.
const BEAT: Duration = Duration::from_millis(100);
/// In place of a case's number: none.
const NONE: u64 = u64::MAX;

struct Shared {
    next: AtomicU64,
    first_stop: AtomicU64,
    done: AtomicU64,
    stop: AtomicU64,
    /// For each worker, the case that it is at.
    at: Vec<AtomicU64>,
}

/// Does cases `0..` until the effort is spent or one of them says stop (by returning true), and
/// hands back what each worker gathered, with the first case that said so.
///
/// # Errors
/// A case that does not end is an error; its thread is left behind.
pub(crate) fn run<W: Send + 'static>(
    effort: &Effort,
    new: impl Fn() -> W + Send + Sync + 'static,
    case: impl Fn(&mut W, u64) -> bool + Send + Sync + 'static,
    progress: &mut dyn FnMut(u64),
) -> Result<(Vec<W>, Option<u64>), Error> {
    run_with(effort, &Patience { limit: STUCK, stuck }, new, case, progress)
}

/// The same for cases that may take longer than one run.
pub(crate) fn run_with<W: Send + 'static>(
    effort: &Effort,
    patience: &Patience,
    new: impl Fn() -> W + Send + Sync + 'static,
    case: impl Fn(&mut W, u64) -> bool + Send + Sync + 'static,
    progress: &mut dyn FnMut(u64),
) -> Result<(Vec<W>, Option<u64>), Error> {
    let workers = effort.workers();
    let shared = Arc::new(Shared {
        next: AtomicU64::new(0),
        first_stop: AtomicU64::new(NONE),
        done: AtomicU64::new(0),
        stop: AtomicU64::new(0),
        at: std::iter::repeat_with(|| AtomicU64::new(NONE)).take(workers).collect(),
    });
    let work = Arc::new((new, case));
    let (sender, receiver) = channel();
    for worker in 0..workers {
        let (shared, work, sender) = (shared.clone(), work.clone(), sender.clone());
        let cases = effort.cases;
        #[expect(clippy::disallowed_methods, reason = "the campaign is where threads belong")]
        std::thread::spawn(move || {
            let mut gathered = work.0();
            while let Some(number) = shared.take(cases) {
                shared.at[worker].store(number, Ordering::Relaxed);
                if work.1(&mut gathered, number) {
                    shared.first_stop.fetch_min(number, Ordering::Relaxed);
                }
                shared.done.fetch_add(1, Ordering::Relaxed);
            }
            shared.at[worker].store(NONE, Ordering::Relaxed);
            // The receiver is gone only if the campaign was given up.
            let _ = sender.send(gathered);
        });
    }
    drop(sender);
    let mut gathered = Vec::with_capacity(workers);
    let mut watch = Watch { spent: Duration::ZERO, at: vec![(NONE, Duration::ZERO); workers] };
    loop {
        match receiver.recv_timeout(BEAT) {
            Ok(one) => gathered.push(one),
            Err(RecvTimeoutError::Timeout) => {
                progress(shared.done.load(Ordering::Relaxed));
                watch.beat(&shared, effort, patience)?;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    progress(shared.done.load(Ordering::Relaxed));
    if gathered.len() < workers {
        return Err(Error::new(
            "a worker thread ended by a panic of Schism's own: please report it",
        ));
    }
    let first = shared.first_stop.load(Ordering::Relaxed);
    Ok((gathered, (first != NONE).then_some(first)))
}

impl Shared {
    fn take(&self, cases: u64) -> Option<u64> {
        if self.stop.load(Ordering::Relaxed) != 0 {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < cases && number < self.first_stop.load(Ordering::Relaxed)).then_some(number)
    }
}

/// Counts beats, so that no clock is read: a late beat only makes the watch more patient.
struct Watch {
    spent: Duration,
    at: Vec<(u64, Duration)>,
}

impl Watch {
    fn beat(&mut self, shared: &Shared, effort: &Effort, patience: &Patience) -> Result<(), Error> {
        self.spent += BEAT;
        if effort.time.is_some_and(|time| self.spent >= time) {
            shared.stop.store(1, Ordering::Relaxed);
        }
        for (seen, now) in self.at.iter_mut().zip(&shared.at) {
            let number = now.load(Ordering::Relaxed);
            if number == NONE || number != seen.0 {
                *seen = (number, self.spent);
            } else if self.spent - seen.1 > patience.limit {
                return Err((patience.stuck)(number, patience.limit));
            }
        }
        Ok(())
    }
}

fn stuck(number: u64, limit: Duration) -> Error {
    Error::new(format!(
        "case {} has not ended after {} s of real time: a node does not return from \
         handling an event. Look for a loop that waits for something; --seed with \
         this run's seed and --cases {} comes to the same place",
        number + 1,
        limit.as_secs(),
        number + 1,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effort(jobs: usize) -> Effort {
        Effort { cases: 1_000, time: None, jobs }
    }

    #[test]
    fn the_first_stop_is_the_same_on_any_number_of_threads() {
        for jobs in [1, 2, 4, 7] {
            let case = |count: &mut u64, number: u64| {
                *count += 1;
                number % 300 == 299
            };
            let (counts, first) = run(&effort(jobs), || 0, case, &mut |_| {}).expect("it ends");
            assert_eq!(first, Some(299));
            assert!(counts.iter().sum::<u64>() >= 300);
        }
    }

    #[test]
    fn every_case_is_done_once_where_none_stops() {
        let case = |seen: &mut Vec<u64>, number: u64| {
            seen.push(number);
            false
        };
        let (seen, first) = run(&effort(4), Vec::new, case, &mut |_| {}).expect("it ends");
        let mut all: Vec<u64> = seen.into_iter().flatten().collect();
        all.sort_unstable();
        assert_eq!((all, first), ((0..1_000).collect(), None));
    }
}
