//! Virtual time: an integer count of microseconds since the start of the run. Real time does not
//! exist in this crate, except in the drivers' budgets.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment of virtual time, in microseconds since the start of the run.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Time(pub u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Time = Time(0);

    /// The moment so many milliseconds after the start.
    #[must_use]
    pub const fn millis(ms: u64) -> Time {
        Time(ms * 1_000)
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    #[inline]
    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(micros(span)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;
    #[inline]
    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(micros(span)))
    }
}

impl fmt::Display for Time {
    /// As a reader wants it: `1.300 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = (self.0 + 500) / 1_000;
        write!(f, "{}.{:03} s", ms / 1_000, ms % 1_000)
    }
}

/// A duration in microseconds, the unit of virtual time; what does not fit becomes the longest.
#[inline]
#[must_use]
pub const fn micros(span: Duration) -> u64 {
    span.as_secs().saturating_mul(1_000_000).saturating_add(span.subsec_micros() as u64)
}

/// A duration as schedules spell it: the largest unit that needs no fraction, as in `150ms`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelled(pub(crate) u64);

impl fmt::Display for Spelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            us if us % 1_000_000 == 0 && us != 0 => write!(f, "{}s", us / 1_000_000),
            us if us % 1_000 == 0 => write!(f, "{}ms", us / 1_000),
            us => write!(f, "{us}us"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_seconds_and_durations_in_their_largest_whole_unit() {
        assert_eq!(Time(1_300_400).to_string(), "1.300 s");
        assert_eq!(Spelled(150_000).to_string(), "150ms");
        assert_eq!(Spelled(2_000_000).to_string(), "2s");
        assert_eq!(Spelled(0).to_string(), "0ms");
        assert_eq!(Spelled(1_500).to_string(), "1500us");
    }
}
