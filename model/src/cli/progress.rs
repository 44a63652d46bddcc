//! Counts of cases come in; a bar on the terminal goes out, and nothing where there is none.
//! indicatif is named here alone.

use crate::explain::count;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// A bar that shows how far a hunt is.
pub(super) struct Bar {
    bar: ProgressBar,
    cases: Option<u64>,
    time: Option<Duration>,
    unit: &'static str,
}

/// The length of the bar, in its own units.
const FULL: u64 = 1_000;

impl Bar {
    /// A bar for at most so many cases, and at most this long. It has no colours.
    pub(super) fn new(shown: bool, name: &str, cases: Option<u64>, time: Option<Duration>) -> Bar {
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{prefix}  [{bar:30}]  {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(Some(FULL), target);
        bar.set_style(style);
        bar.set_prefix(name.to_owned());
        Bar { bar, cases, time, unit: "cases" }
    }

    /// The same for something else than cases.
    pub(super) fn of(self, unit: &'static str) -> Bar {
        Bar { unit, ..self }
    }

    /// So many cases are done.
    pub(super) fn tell(&self, done: u64) {
        let elapsed = self.bar.elapsed();
        let view = view(self.unit, done, elapsed, self.cases, self.time);
        self.bar.set_message(view.text);
        self.bar.set_position((view.share * FULL as f64) as u64);
    }

    /// How far it is, in words alone.
    pub(super) fn say(&self, text: String) {
        self.bar.set_message(text);
        if let Some(time) = self.time {
            let share = self.bar.elapsed().as_secs_f64() / time.as_secs_f64();
            self.bar.set_position((share.clamp(0.0, 1.0) * FULL as f64) as u64);
        }
    }

    /// Takes the bar away.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}

struct View {
    share: f64,
    text: String,
}

/// What the bar shows, whichever limit comes first.
fn view(
    unit: &str,
    done: u64,
    elapsed: Duration,
    cases: Option<u64>,
    time: Option<Duration>,
) -> View {
    let spent = elapsed.as_secs_f64();
    let rate = if spent > 0.0 { done as f64 / spent } else { 0.0 };
    let by_time = time.map(|time| (spent / time.as_secs_f64(), time.as_secs_f64() - spent));
    let by_cases = cases
        .filter(|_| rate > 0.0)
        .map(|cases| (done as f64 / cases.max(1) as f64, cases.saturating_sub(done) as f64 / rate));
    let sooner = |one: (f64, f64), other: (f64, f64)| if one.1 < other.1 { one } else { other };
    let nearest = by_time.into_iter().chain(by_cases).reduce(sooner);
    let of = cases.map(|cases| format!(" of {}", count(cases))).unwrap_or_default();
    let mut text = format!("{}{of} {unit}, {} a second", count(done), count(rate as u64));
    let Some((share, left)) = nearest else { return View { share: 0.0, text } };
    text.push_str(&format!(", {} s left", count(left.max(0.0).ceil() as u64)));
    View { share: share.clamp(0.0, 1.0), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(done: u64, ms: u64, cases: Option<u64>, seconds: Option<u64>) -> String {
        let time = seconds.map(Duration::from_secs);
        view("cases", done, Duration::from_millis(ms), cases, time).text
    }

    #[test]
    fn the_time_left_is_that_of_the_limit_that_comes_first() {
        let both = text(3_000, 1_000, Some(9_000), Some(60));
        assert_eq!(both, "3,000 of 9,000 cases, 3,000 a second, 2 s left");
        let time = text(3_000, 1_000, Some(900_000), Some(60));
        assert_eq!(time, "3,000 of 900,000 cases, 3,000 a second, 59 s left");
        assert_eq!(text(3_000, 1_000, None, Some(1)), "3,000 cases, 3,000 a second, 0 s left");
        assert_eq!(text(0, 0, Some(10), None), "0 of 10 cases, 0 a second");
    }
}
