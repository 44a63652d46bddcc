//! A node's clock: virtual time goes in, what the node reads comes out, and the way back. It never
//! goes backwards.
//!
//! The one idea: between two changes a clock is a straight line, so a drift, a noisy clock and one
//! that stands differ only in when the line changes. An agreeing clock costs one addition.

use crate::time::Time;

#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// When the speed last changed, in virtual time.
    since: u64,
    /// What the clock showed then.
    shown: u64,
    /// 100 is true speed, 0 stands.
    percent: u64,
    /// The step whose trouble the clock has.
    pub(super) step: Option<usize>,
}

/// True speed.
const TRUE: u64 = 100;

impl Clock {
    pub(super) const fn new() -> Clock {
        Clock { since: 0, shown: 0, percent: TRUE, step: None }
    }

    /// Whether its speed was ever touched.
    #[inline]
    pub(super) const fn is_odd(&self) -> bool {
        self.since != 0 || self.percent != TRUE
    }

    /// Whether it goes at less than half its true speed, or stands: who waits by it waits long.
    #[inline]
    pub(super) const fn is_slow(&self) -> bool {
        2 * self.percent < TRUE
    }

    /// Its speed: 100 is true, 0 stands.
    pub(super) const fn percent(&self) -> u64 {
        self.percent
    }

    /// What the clock shows.
    #[inline]
    pub(super) fn at(&self, now: Time) -> Time {
        let passed = now.0.saturating_sub(self.since);
        let passed = if self.percent == TRUE { passed } else { self.fast(passed) };
        Time(self.shown.saturating_add(passed))
    }

    fn fast(&self, passed: u64) -> u64 {
        let passed = u128::from(passed) * u128::from(self.percent) / u128::from(TRUE);
        u64::try_from(passed).unwrap_or(u64::MAX)
    }

    /// When the clock will show this, or did; `None` if it stands before that.
    #[inline]
    pub(super) fn when(&self, shows: u64) -> Option<Time> {
        let left = shows.saturating_sub(self.shown);
        let left = match self.percent {
            TRUE => left,
            0 if left > 0 => return None,
            0 => 0,
            percent => {
                let left = (u128::from(left) * u128::from(TRUE)).div_ceil(u128::from(percent));
                u64::try_from(left).unwrap_or(u64::MAX)
            }
        };
        Some(Time(self.since.saturating_add(left)))
    }

    /// It jumps ahead.
    pub(super) const fn jump(&mut self, by: u64) {
        self.shown = self.shown.saturating_add(by);
    }

    /// It goes on at another speed.
    pub(super) fn run_at(&mut self, percent: u64, now: Time) {
        self.shown = self.at(now).0;
        self.since = now.0;
        self.percent = percent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_a_time_first_when_it_says_so() {
        let mut clock = Clock::new();
        let mut now = 0;
        for (percent, lasts) in [(100, 70), (105, 1_001), (33, 500), (0, 40), (1_000, 7), (100, 9)]
        {
            let before = clock.at(Time(now));
            clock.run_at(percent, Time(now));
            assert_eq!(clock.at(Time(now)), before, "no speed makes it jump");
            for shows in before.0 + 1..before.0 + 300 {
                match clock.when(shows) {
                    Some(at) => {
                        assert!(clock.at(at).0 >= shows, "{percent} {shows}");
                        assert!(clock.at(Time(at.0 - 1)).0 < shows, "{percent} {shows}");
                    }
                    None => assert_eq!(percent, 0),
                }
            }
            now += lasts;
        }
    }
}
