//! What became of what a scenario expected comes in; the lines that tell it go out, expectation by
//! expectation, each with its time.

use super::layout::{WIDTH, joined, labelled, wrap};
use super::measured::{measured_in, percent, span};
use super::words::count;
use crate::expect::Answer;
use crate::measures::Measures;
use std::time::Duration;

/// Where the words of an expectation begin.
const MARGIN: usize = 14;

/// What was expected and what was seen. `never` are expectations whose time did not come, and
/// `idle` steps that did nothing, each with its reason.
#[must_use]
pub fn expected(answers: &[Answer], never: &[String], idle: &[String]) -> String {
    let mut lines = Vec::new();
    let mut entry = |time: &str, mark: char, words: &str, below: &str| {
        let room = WIDTH - MARGIN;
        let mut words = wrap(words, room).into_iter();
        lines.push(format!("  {time:>9} {mark} {}", words.next().unwrap_or_default()));
        lines.extend(words.chain(wrap(below, room)).map(|line| format!("{:MARGIN$}{line}", "")));
    };
    for answer in answers {
        let mark = match answer.held {
            Some(true) => '✓',
            Some(false) => '✗',
            None => '?',
        };
        entry(&answer.at.to_string(), mark, &answer.expected, &answer.saw);
    }
    for words in never {
        entry("never", '?', words, "what it waited for did not happen");
    }
    for words in idle {
        entry("", '!', words, "");
    }
    joined(&lines)
}

/// What a scenario measured: latencies, throughput, the share that failed, the time to recover.
#[must_use]
pub fn staged(measures: &Measures, kind: &str) -> String {
    let [ok, refused, unknown] = measures.operations;
    let seconds = Duration::from_micros(measures.time_us).as_secs_f64();
    let rate = if seconds > 0.0 { ok as f64 / seconds } else { 0.0 };
    let all = count(ok + refused + unknown);
    let failed = percent(measures.refused() + measures.unknown());
    let slowest = measures.recovery.values().map(|one| one.spread.max()).max();
    let recovered = match slowest {
        Some(time) if !time.is_zero() => format!(" · slowest recovery {}", span(time)),
        _ => String::new(),
    };
    let text = format!("{rate:.1} ok a second · {failed} of {all} failed{recovered}");
    joined(&labelled("rate", &text, 2)) + &measured_in(measures, kind)
}
