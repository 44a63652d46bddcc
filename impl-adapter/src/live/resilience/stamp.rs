//! A moment comes in; its date and time go out as a name of a file has them.

use std::time::{Duration, SystemTime};

/// This moment, in UTC: `20260131_235959`.
#[must_use]
pub fn stamp() -> String {
    #[expect(clippy::disallowed_methods, reason = "a file's name tells when it was written")]
    let now = SystemTime::now();
    named(now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

/// The moment so long after the beginning of 1970.
fn named(since: Duration) -> String {
    let seconds = since.as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}_{hour:02}{minute:02}{second:02}")
}

/// The date so many days after the first of January of 1970, in the Gregorian calendar.
fn date(mut days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (month, length) in (1..).zip(lengths) {
        if days < length {
            return (year, month, days + 1);
        }
        days -= length;
    }
    (year, 12, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_date_and_the_time() {
        let at = |seconds| named(Duration::from_secs(seconds));
        assert_eq!(at(0), "19700101_000000");
        assert_eq!(at(951_782_400), "20000229_000000");
        assert_eq!(at(1_709_164_799), "20240228_235959");
        assert_eq!(at(1_735_689_599), "20241231_235959");
        assert_eq!(at(4_107_542_400), "21000301_000000");
        assert_eq!(stamp().len(), 15);
    }
}
