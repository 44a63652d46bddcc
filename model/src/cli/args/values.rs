//! One word comes in; the value that it stands for goes out, or what was expected instead.

use crate::campaign::Effort;
use crate::cli::wishes::Refined;
use crate::fault::{Kind, Nemesis};
use crate::figure::Limit;
use std::ops::RangeInclusive;
use std::time::Duration;

pub(super) fn cases(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("0 cases check nothing: ask for at least 1".to_owned()),
        Ok(cases) if cases < Effort::NO_LIMIT => Ok(cases),
        _ => Err("expected a number of cases such as 20000".to_owned()),
    }
}

pub(super) fn limit(text: &str) -> Result<Limit, String> {
    text.parse().map_err(|error: crate::Error| error.to_string())
}

pub(super) fn refined(text: &str) -> Result<Refined, String> {
    match text {
        "raft" => Ok(Refined::Raft),
        _ => Err("expected a model that runs are held against: raft".to_owned()),
    }
}

pub(super) fn schedules(text: &str) -> Result<u64, String> {
    let schedules = text.parse().ok().filter(|n| *n < Effort::NO_LIMIT);
    schedules.ok_or_else(|| "expected a number of schedules such as 100000".to_owned())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    // What is longer than a century is a slip of the finger, and too long for some clocks.
    span.filter(|span| span.as_secs() < 1 << 32)
        .ok_or_else(|| "expected a number of seconds above 0, such as 60 or 0.5".to_owned())
}

pub(super) fn seed(text: &str) -> Result<u64, String> {
    crate::schedule::seed(text).ok_or_else(|| {
        "expected a number below 2^64, in decimal such as 42 or in hex such as 0x2a".to_owned()
    })
}

pub(super) fn number(text: &str, most: u32, what: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|n| (1..=most).contains(n))
        .ok_or_else(|| format!("expected a number of {what} from 1 to {most}"))
}

/// Reads `4..50`, or `20` for exactly so many.
pub(super) fn range(text: &str, what: &str) -> Result<RangeInclusive<u32>, String> {
    const MOST: u32 = 10_000;
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let high = high.strip_prefix('=').unwrap_or(high);
    let expected = || format!("expected a range of {what} from 0 to {MOST}, such as 4..50");
    let (low, high): (u32, u32) = match (low.parse(), high.parse()) {
        (Ok(low), Ok(high)) if high <= MOST => (low, high),
        _ => return Err(expected()),
    };
    if low > high {
        return Err(format!("{low} is more than {high}: the smaller number comes first"));
    }
    Ok(low..=high)
}

pub(super) fn nemesis(text: &str) -> Result<Nemesis, String> {
    text.parse().map_err(|error: crate::Error| {
        let words = Kind::ALL.map(Kind::word);
        let (some, others) = words.split_at(words.len() / 2);
        let error = error.to_string();
        // The reader's own list is for where nothing similar is known.
        let error = error.split(": expected one of").next().unwrap_or_default();
        format!(
            "{error}\nthe words are: {},\n{}, down:N, everything, nothing",
            some.join(", "),
            others.join(", ")
        )
    })
}
