//! What an exploration found comes in; a report for people goes out.

use super::models::{Explored, Found};
use crate::explain::{count, counted, duration, labelled};
use crate::explore::{End, Progress};

pub(super) fn report(explored: &Explored) -> String {
    let bug = explored.bug.map(|bug| format!(" with {bug}")).unwrap_or_default();
    let name = format!("{}{bug}", explored.model);
    let progress = &explored.progress;
    let Some((judged, way, last)) = explored.broken() else {
        let said = match explored.end {
            End::Complete if explored.promise.is_some() => "held, in every fair run",
            End::Complete => "held, every state was visited",
            End::Time => "UNKNOWN, the time was up",
            End::States => "UNKNOWN, there are more states than asked for",
            End::Levels => "UNKNOWN, there are more levels than asked for",
            End::Broken | End::Stopped => "UNKNOWN, stopped",
        };
        return [format!("{name}: {said}\n"), searched(explored)].join("\n");
    };
    let mut lines = vec![format!("{name}: FAILED, {}", judged.name), String::new()];
    let all = way.steps.iter().chain(way.forever.iter().flatten()).count();
    let width = all.to_string().len();
    let mut number = 0;
    let mut list = |title: &str, steps: &[String]| {
        lines.push(format!("  {title}, {}", counted(steps.len() as u64, "step")));
        for step in steps {
            number += 1;
            lines.push(format!("  {number:>width$}  {step}"));
        }
    };
    match &way.forever {
        None => list("a shortest way", &way.steps),
        Some(forever) => {
            list("a way there", &way.steps);
            list("and then for ever", forever);
        }
    }
    lines.push(String::new());
    lines.extend(last.lines().map(|line| format!("  {line}")));
    lines.push(String::new());
    if let Some((statement, source)) = judged.rule {
        let statement = statement.trim_end_matches('.');
        lines.extend(labelled("rule", &format!("{statement} ({source})"), 6));
    }
    debug_assert!(progress.distinct > 0, "a state was judged");
    lines.push(searched(explored));
    lines.join("\n")
}

/// What was searched, and what it cost.
fn searched(explored: &Explored) -> String {
    let Progress { generated, distinct, depth, memory, time, .. } = explored.progress;
    let mut lines = Vec::new();
    let mut line = |label: &str, text: &str| lines.extend(labelled(label, text, 6));
    let bounds = explored.bounds.iter().map(|(name, bound)| format!("{name} {bound}"));
    line("bounds", &bounds.collect::<Vec<_>>().join(", "));
    let (generated, states) = (count(generated), counted(distinct, "distinct state"));
    if let Some(promise) = explored.promise {
        let named = explored.properties.first().map_or("", |judged| judged.name);
        line("good", named);
        line("promised", promise);
    }
    let alike = if explored.symmetry { ", one for all that differ in names alone" } else { "" };
    line("states", &format!("{generated} generated, {states}{alike}"));
    line("levels", &count(depth));
    let each = memory / distinct.max(1);
    line("memory", &format!("{} MiB, {each} bytes a state", count(memory >> 20)));
    line("time", &format!("{}, {} states a second", duration(time), rate(&explored.progress)));
    let reached = explored.properties.iter().filter_map(|judged| match judged.found {
        Found::Shown(steps) => {
            Some(format!("{} in {}", judged.name, counted(steps as u64, "step")))
        }
        Found::Never => Some(format!("NEVER: {}", judged.name)),
        _ => None,
    });
    let reached: Vec<String> = reached.collect();
    if !reached.is_empty() {
        line("reached", &reached.join(" · "));
    }
    lines.join("\n")
}

pub(super) fn rate(progress: &Progress) -> String {
    let seconds = progress.time.as_secs_f64();
    count(if seconds > 0.0 { (progress.distinct as f64 / seconds) as u64 } else { 0 })
}
