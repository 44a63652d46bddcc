//! Times and shares come in; how a sentence spells them goes out.

use std::time::Duration;

/// A time to the microsecond: `812 ms`, `1014.5 ms`.
pub(super) fn exactly(time: Duration) -> String {
    let us = time.as_micros();
    let rest = format!(".{:03}", us % 1_000);
    format!("{}{} ms", us / 1_000, rest.trim_end_matches('0').trim_end_matches('.'))
}

/// A share to a tenth of a percent: `21.4%`, `5%`.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", (share * 1_000.0).round() / 10.0)
}
