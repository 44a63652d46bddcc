//! How late things were, and how long each piece of work took, comes in; how long the machine kept
//! nodes waiting goes out.
//!
//! The one idea: a timer that comes late says that the machine stood still. But where it works all
//! the time, on slow disks for one, what comes in waits although timers do not; so a stretch in
//! which there is hardly a moment without work counts as one in which nodes waited.

use schism::Time;
use std::time::Duration;

/// How long the machine kept nodes waiting: for a timer, for a disk, for each other.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Stall {
    /// The longest time.
    pub longest: Duration,
    /// When that was over.
    pub at: Time,
    /// The window that work is counted in now: since when, and how much.
    window: (Time, Duration),
    /// For how long there has been hardly a moment without work.
    saturated: Duration,
}

impl Stall {
    /// Somebody waited for so long.
    pub(super) fn note(&mut self, late: Duration, at: Time) {
        if late > self.longest {
            (self.longest, self.at) = (late, at);
        }
    }

    /// So much work was done until now. Says for how long there has been hardly a moment without,
    /// where another window of this length is over and was full.
    pub(super) fn worked(
        &mut self,
        work: Duration,
        now: Time,
        window: Duration,
    ) -> Option<Duration> {
        let (since, done) = &mut self.window;
        *done += work;
        let passed = now.since(*since);
        if passed < window {
            return None;
        }
        let full = *done > passed * 3 / 4;
        self.saturated = if full { self.saturated + passed } else { Duration::ZERO };
        self.window = (now, Duration::ZERO);
        full.then_some(self.saturated)
    }

    /// Why nobody can tell whether nodes were in time, where more than this is too much.
    pub(super) fn excuse(&self, most: Duration) -> Option<String> {
        let ms = |time: Duration| time.as_micros().div_ceil(1_000);
        (self.longest > most).then(|| {
            format!(
                "the host stalled: nodes waited for it for {} ms, until {}, and {} ms are allowed",
                ms(self.longest),
                self.at,
                ms(most)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_millis(50);

    #[test]
    fn only_work_without_a_pause_makes_nodes_wait() {
        let mut stall = Stall::default();
        let mut worked =
            |ms: u64, now: u64| stall.worked(Duration::from_millis(ms), Time::millis(now), WINDOW);
        assert_eq!([worked(10, 20), worked(10, 40), worked(10, 60)], [None; 3]);
        // From here on each window is full.
        assert_eq!([worked(15, 75), worked(15, 90)], [None; 2]);
        assert_eq!(worked(15, 110), Some(Duration::from_millis(50)));
        assert_eq!(worked(50, 160), Some(Duration::from_millis(100)));
        assert_eq!(worked(10, 210), None);
        assert_eq!(worked(45, 260), Some(Duration::from_millis(50)));
    }

    #[test]
    fn the_longest_time_excuses_where_it_is_too_long() {
        let mut stall = Stall::default();
        stall.note(Duration::from_micros(30_001), Time::millis(70));
        stall.note(Duration::from_millis(20), Time::millis(90));
        assert_eq!(stall.excuse(Duration::from_millis(31)), None);
        let told = "the host stalled: nodes waited for it for 31 ms, until 0.070 s, and 30 ms are \
                    allowed";
        assert_eq!(stall.excuse(Duration::from_millis(30)).as_deref(), Some(told));
    }
}
