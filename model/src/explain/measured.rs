//! Measures come in; the lines of a report that tell them go out.

use super::layout::{joined, labelled};
use super::words::{count, counted};
use crate::measures::{Gossip, Measures, Spread};
use crate::time::micros;
use std::time::Duration;

/// What was measured, as a part of a report.
#[must_use]
pub fn measured(measures: &Measures) -> String {
    measured_in(measures, "virtual")
}

/// The same in virtual time, or in real.
pub(super) fn measured_in(measures: &Measures, kind: &str) -> String {
    let runs = counted(measures.runs, "run");
    let all = span(Duration::from_micros(measures.time_us));
    let mut lines = labelled("measured", &format!("{runs}, {all} of {kind} time"), 2);
    let ok = counted(measures.latency.count(), "operation");
    let latency = if measures.latency.count() == 0 {
        String::new()
    } else {
        format!(": {}", percentiles(&measures.latency))
    };
    lines.extend(labelled("latency", &format!("{ok} ok{latency}"), 2));
    let outcome = format!(
        "{} of the clients' operations refused · {} unknown",
        percent(measures.refused()),
        percent(measures.unknown()),
    );
    lines.extend(labelled("outcome", &outcome, 2));
    let leader = match (measures.leaderless(), &measures.group) {
        (Some(share), _) => Some(format!(
            "none for {} of the time · {} at the longest",
            percent(share),
            span(measures.leaderless_max)
        )),
        (None, None) => Some("no node ever said that it leads".to_owned()),
        // Members of a group have none.
        (None, Some(_)) => None,
    };
    lines.extend(leader.into_iter().flat_map(|text| labelled("leader", &text, 2)));
    lines.extend(measures.group.iter().flat_map(gossip));
    lines.extend(recovery(measures));
    joined(&lines)
}

/// What members found out of each other.
fn gossip(group: &Gossip) -> Vec<String> {
    let told = |spread: &Spread| match spread.count() {
        0 => "none".to_owned(),
        n => format!("{} times, after {}", count(n), percentiles(spread)),
    };
    let lines = [
        ("news", format!("broadcasts heard by another member: {}", told(&group.broadcasts))),
        ("deaths", format!("found out by another member: {}", told(&group.deaths))),
        (
            "mistaken",
            format!(
                "members that were up: {} times suspected, {} times believed down",
                count(group.suspected),
                count(group.buried)
            ),
        ),
    ];
    lines.iter().flat_map(|(label, text)| labelled(label, text, 2)).collect()
}

/// A table: for each kind of fault how many recoveries could be measured, and how they spread.
fn recovery(measures: &Measures) -> Vec<String> {
    if measures.recovery.is_empty() {
        return Vec::new();
    }
    let row = |label: &str, cells: [&str; 6]| {
        let [kind, faults, seen, p50, p99, max] = cells;
        let text =
            format!("  {label:<10}{kind:<12}{faults:>9}{seen:>10}{p50:>10}{p99:>10}{max:>10}");
        text.trim_end().to_owned()
    };
    let mut lines = vec![row("recovery", ["after", "faults", "measured", "p50", "p99", "max"])];
    for (kind, recoveries) in &measures.recovery {
        let spread = &recoveries.spread;
        let [p50, p99, max] = [spread.percentile(50.0), spread.percentile(99.0), spread.max()]
            .map(|time| if spread.count() == 0 { "-".to_owned() } else { span(time) });
        let (faults, seen) = (count(recoveries.faults), count(spread.count()));
        lines.push(row("", [kind.word(), &faults, &seen, &p50, &p99, &max]));
    }
    lines
}

fn percentiles(spread: &Spread) -> String {
    let told = |(name, percent)| format!("{name} {}", span(spread.percentile(percent)));
    let mut parts =
        [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99.9", 99.9)].map(told).to_vec();
    parts.push(format!("max {}", span(spread.max())));
    parts.join(" · ")
}

/// Three digits that count: `840 us`, `20.1 ms`, `1.30 s`.
pub(crate) fn span(span: Duration) -> String {
    let us = micros(span);
    match us {
        0..1_000 => format!("{us} us"),
        1_000..99_950 => decimals(us as f64 / 1e3, "ms"),
        99_950..999_500 => format!("{} ms", (us + 500) / 1_000),
        999_500..100_000_000 => decimals(us as f64 / 1e6, "s"),
        _ => format!("{} s", count((us + 500_000) / 1_000_000)),
    }
}

fn decimals(value: f64, unit: &str) -> String {
    if value < 9.995 { format!("{value:.2} {unit}") } else { format!("{value:.1} {unit}") }
}

/// `0.12%`, `12.3%`.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 9.995 { format!("{percent:.2}%") } else { format!("{percent:.1}%") }
}
