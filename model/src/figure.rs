//! The figures of a run that can carry a bound, and the bound: words such as `latency.p99=200ms` in
//! and out. It must not know how a figure is measured.

use crate::error::Error;
use crate::time::{Spelled, micros};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A figure of one run.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum Figure {
    /// So many percent of the clients' operations that end ok take at most this time: `99.0`; at
    /// 100 it is the longest.
    Latency(f64),
    /// The longest time from the end of a fault to the first acknowledged write, as
    /// [`Recovery::took`](crate::course::Recovery) has it; one that was cut short counts, too.
    Recovery,
    /// The longest stretch without a leader, as [`Course`](crate::course::Course) has it.
    Leaderless,
    /// The share of the run in which nobody led.
    LeaderlessShare,
    /// The share of the clients' operations that are refused.
    Refused,
    /// The share of the clients' operations of which nobody knows whether they took effect.
    Unknown,
}

/// The most that is allowed of a figure. Durations are of virtual time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bound {
    /// Of a time.
    Time(Duration),
    /// Of a share, from 0 to 1.
    Share(f64),
}

/// A figure with its bound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limit {
    /// The figure.
    pub figure: Figure,
    /// The most that it may be.
    pub bound: Bound,
}

impl From<Duration> for Bound {
    fn from(time: Duration) -> Bound {
        Bound::Time(time)
    }
}

impl From<f64> for Bound {
    fn from(share: f64) -> Bound {
        Bound::Share(share)
    }
}

impl Figure {
    /// Whether it is a time; else it is a share.
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(self, Figure::Latency(_) | Figure::Recovery | Figure::Leaderless)
    }
}

impl Limit {
    /// A figure with its bound.
    ///
    /// # Errors
    /// The one is a time and the other a share, or either is no number that could be meant.
    pub fn new(figure: Figure, bound: impl Into<Bound>) -> Result<Limit, Error> {
        let bound = bound.into();
        if let Figure::Latency(percent) = figure
            && !(percent > 0.0 && percent <= 100.0)
        {
            let text = format!("there is no percentile {percent}: it lies above 0, up to 100");
            return Err(Error::new(text));
        }
        match bound {
            Bound::Time(_) if figure.is_time() => {}
            Bound::Share(share) if !figure.is_time() && (0.0..=1.0).contains(&share) => {}
            _ if figure.is_time() => {
                return Err(Error::new(format!(
                    "{figure} is a time: bound it by one, as in 200ms"
                )));
            }
            _ => {
                let text = format!("{figure} is a share: bound it by one from 0 to 1 (0% to 100%)");
                return Err(Error::new(text));
            }
        }
        Ok(Limit { figure, bound })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Figure::Latency(100.0) => f.write_str("latency.max"),
            Figure::Latency(percent) => write!(f, "latency.p{percent}"),
            Figure::Recovery => f.write_str("recovery"),
            Figure::Leaderless => f.write_str("leaderless"),
            Figure::LeaderlessShare => f.write_str("leaderless.share"),
            Figure::Refused => f.write_str("refused"),
            Figure::Unknown => f.write_str("unknown"),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Time(time) => Spelled(micros(*time)).fmt(f),
            // A share that was read as a percentage is written as the same one.
            Bound::Share(share) => write!(f, "{}%", (share * 1e12).round() / 1e10),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.figure, self.bound)
    }
}

const FIGURES: &str = "latency.p99 (or any percentile), latency.max, recovery, leaderless, \
                       leaderless.share, refused, unknown";

impl FromStr for Figure {
    type Err = Error;

    fn from_str(word: &str) -> Result<Figure, Error> {
        let unknown = || {
            let word = word.escape_debug();
            Error::new(format!("there is no figure `{word}`\nthe figures are: {FIGURES}"))
        };
        Ok(match word {
            "latency.max" => Figure::Latency(100.0),
            "recovery" => Figure::Recovery,
            "leaderless" => Figure::Leaderless,
            "leaderless.share" => Figure::LeaderlessShare,
            "refused" => Figure::Refused,
            "unknown" => Figure::Unknown,
            _ => {
                let percent = word.strip_prefix("latency.p").ok_or_else(unknown)?;
                Figure::Latency(number(percent).ok_or_else(unknown)?)
            }
        })
    }
}

impl FromStr for Limit {
    type Err = Error;

    /// Reads `latency.p99=200ms`, `refused=5%`.
    fn from_str(text: &str) -> Result<Limit, Error> {
        let Some((figure, bound)) = text.split_once('=') else {
            let text = text.escape_debug();
            let how = "expected a figure and its bound, such as latency.p99=200ms or refused=5%";
            return Err(Error::new(format!("{how}, found `{text}`")));
        };
        let figure: Figure = figure.parse()?;
        let bound = match bound.strip_suffix('%').map(number) {
            Some(Some(percent)) => Bound::Share(percent / 100.0),
            Some(None) => {
                let bound = bound.escape_debug();
                return Err(Error::new(format!("expected a share such as 5%, found `{bound}`")));
            }
            None => {
                let us = crate::schedule::span(bound).map_err(Error::new)?;
                Bound::Time(Duration::from_micros(us))
            }
        };
        Limit::new(figure, bound)
    }
}

/// A number as people write it, `99` or `99.9`, and nothing else that Rust reads as one.
fn number(text: &str) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    text.parse().ok().filter(|_| text.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_read_as_they_are_written() {
        for text in [
            "latency.p50=20ms",
            "latency.p99.9=1500us",
            "latency.max=2s",
            "recovery=1s",
            "leaderless=500ms",
            "leaderless.share=12.5%",
            "refused=0%",
            "unknown=7%",
        ] {
            let limit: Limit = text.parse().expect(text);
            assert_eq!(limit.to_string(), text);
            assert_eq!(limit.to_string().parse(), Ok(limit));
        }
        assert_eq!("latency.p100=1s".parse(), "latency.max=1s".parse::<Limit>());
        let built = Limit::new(Figure::Refused, 0.05).expect("it is a share");
        assert_eq!(built, "refused=5%".parse().expect("it is a limit"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_can() {
        for (text, complaint) in [
            ("latency.p99", "expected a figure and its bound"),
            ("latency=1s", "the figures are: latency.p99"),
            ("latency.pinf=1s", "there is no figure `latency.pinf`"),
            ("latency.p0=1s", "there is no percentile 0"),
            ("latency.p101=1s", "there is no percentile 101"),
            ("latency.p99=5%", "latency.p99 is a time"),
            ("latency.p99=5", "needs a unit"),
            ("refused=1s", "refused is a share"),
            ("refused=101%", "refused is a share"),
            ("refused=-1%", "expected a share such as 5%"),
            ("unknown=%", "expected a share such as 5%"),
        ] {
            let error = text.parse::<Limit>().expect_err(text).to_string();
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }
}
