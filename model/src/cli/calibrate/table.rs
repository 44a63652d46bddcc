//! Figures come in; columns for a terminal go out, or tables for a page.

use super::figures::{Calibration, Hunted, MutantFigures};
use crate::explain::{count, counted};

/// What stands where there is no figure: too many hunts were cut off.
const NONE: &str = "–";

/// For a terminal, at most 100 columns wide.
pub(super) fn text(all: &Calibration) -> String {
    let heads = ["mutant", "found", "schedules", "p95", "CPU ms", "p95", "steps", "runs", "CPU ms"];
    let rows = all.mutants.iter().map(|m| {
        let [schedules, schedules_p95, cpu, cpu_p95] = cells(&m.hunted);
        [
            m.mutant.clone(),
            format!("{}/{}", m.hunted.found, m.hunted.seeds),
            schedules,
            schedules_p95,
            cpu,
            cpu_p95,
            steps(m, "/"),
            whole(m.shrink_runs),
            millis(m.shrink_cpu_seconds),
        ]
    });
    let rows: Vec<[String; 9]> = std::iter::once(heads.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..heads.len()).filter_map(width).collect();
    let mut text = String::new();
    for (place, row) in rows.iter().enumerate() {
        let padded = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            // Names and figures with an interval begin alike; single figures end alike.
            if [0, 2, 4].contains(&column) {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
        if let Some(m) = place.checked_sub(1).map(|place| &all.mutants[place]) {
            text.push_str(&format!("        {}\n", caught(m)));
            if let Some(guided) = &m.guided {
                let (found, of) = (guided.found, guided.seeds);
                let [schedules, p95, cpu, cpu_p95] = cells(guided);
                text.push_str(&format!(
                    "        guided: {found}/{of}, schedules {schedules}, p95 {p95}; CPU ms {cpu}, \
                     p95 {cpu_p95}\n"
                ));
            }
        }
    }
    text.push_str(
        "\nschedules and CPU time to the first failing case: median, its 95% interval, 95th\n\
         percentile. steps left: median/fewest/known. runs and CPU time to shrink: medians.\n\n",
    );
    text.push_str(&remarks(all, "  ", &["found", "tests", "canary", "healthy", "cost"]));
    text
}

/// For a page.
pub(super) fn markdown(all: &Calibration) -> String {
    let mut text = String::from(
        "| mutant | found | schedules to the first hit | p95 | CPU ms to the first hit | p95 | \
         steps left | fewest | known | shrink runs | CPU ms | caught by |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for m in &all.mutants {
        text.push_str(&format!(
            "| {} | {} of {} | {} | {} | {} | {} | {} |\n",
            m.mutant,
            m.hunted.found,
            m.hunted.seeds,
            cells(&m.hunted).join(" | "),
            steps(m, " | "),
            whole(m.shrink_runs),
            millis(m.shrink_cpu_seconds),
            caught(m)
        ));
    }
    text.push('\n');
    text.push_str(&remarks(all, "- ", &["Found:", "Tests:", "Canary:", "Healthy:", "Cost:"]));
    text.push_str(&guided_markdown(all));
    text
}

/// Both columns of those that were hunted with guidance as well, for a page.
fn guided_markdown(all: &Calibration) -> String {
    let hard = all.mutants.iter().filter_map(|m| Some((m, m.guided.as_ref()?)));
    let rows: Vec<String> = hard
        .map(|(m, guided)| {
            let both = cells(&m.hunted).into_iter().zip(cells(guided));
            let both: Vec<String> = both.map(|(one, other)| format!("{one} | {other}")).collect();
            let (found, guided) = (m.hunted.found, guided.found);
            format!("| {} | {found} | {guided} | {} |\n", m.mutant, both.join(" | "))
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\n| mutant | found | guided | schedules to the first hit | guided | p95 | guided | CPU ms \
         to the first hit | guided | p95 | guided |\n|---|---|---|---|---|---|---|---|---|---|---|\n\
         {}\n- Guided:  those with a median above {} schedules; {:.0} CPU s for these hunts\n",
        rows.concat(),
        count(all.guided_above),
        all.guided_cpu_seconds
    )
}

/// Schedules and CPU time of hunts, each with its 95th percentile.
fn cells(hunted: &Hunted) -> [String; 4] {
    let told = |value: f64| millis(Some(value));
    let schedules = hunted.schedules_interval.map(|(low, high)| (count(low), high.map(count)));
    let cpu = hunted.cpu_seconds_interval.map(|(low, high)| (told(low), high.map(told)));
    [
        with_interval(whole(hunted.schedules_median), schedules),
        whole(hunted.schedules_p95),
        with_interval(millis(hunted.cpu_seconds_median), cpu),
        millis(hunted.cpu_seconds_p95),
    ]
}

/// What the figures of all come to, a line each below its word.
fn remarks(all: &Calibration, start: &str, words: &[&str; 5]) -> String {
    let [found, tests, canary, healthy, cost] = words;
    let width = words.iter().map(|word| word.len()).max().unwrap_or_default();
    let mut text = String::new();
    let mut line = |word: &str, rest: String| {
        text.push_str(&format!("{start}{word:<width$} {rest}\n"));
    };
    let hunts: usize = all.mutants.iter().map(|m| m.hunted.seeds).sum();
    let hits: usize = all.mutants.iter().map(|m| m.hunted.found).sum();
    let cut = hunts - hits;
    let named: usize = all.mutants.iter().map(|m| m.found_as_named).sum();
    line(
        found,
        format!(
            "{} of {} hunts, {cut} cut off at {} CPU s; {} by a property that the mutant names",
            count(hits as u64),
            count(hunts as u64),
            all.cpu_seconds_max,
            count(named as u64)
        ),
    );
    let by = |share: fn(&MutantFigures) -> bool| all.mutants.iter().filter(|m| share(m)).count();
    let cases = all.mutants.iter().find_map(|m| m.test_cases).map_or(NONE.to_owned(), count);
    line(
        tests,
        format!(
            "of {} cases, as a test has unless it says: {} of {} mutants found by most, {} by all",
            cases,
            by(|m| m.found_by_a_test * 2 > m.hunted.seeds),
            all.mutants.len(),
            by(|m| m.found_by_a_test == m.hunted.seeds)
        ),
    );
    line(canary, format!("mutant:{} found by each of {} hunts", all.canary, all.seeds));
    for target in &all.healthy {
        let first = target.first_alarm.map(|case| {
            let property = target.property.as_deref().unwrap_or_default();
            let clause = target.clause.as_deref().unwrap_or_default();
            format!(
                "; the first is case {} of seed {}: {property}: {clause}",
                count(case),
                target.seed
            )
        });
        line(
            healthy,
            format!(
                "{}, {} schedules: {}, {} without a verdict{}",
                target.target,
                count(target.schedules),
                counted(target.alarms as u64, "alarm"),
                target.unknown,
                first.unwrap_or_default()
            ),
        );
    }
    line(
        cost,
        format!(
            "{:.0} CPU s for the hunts; {:.0} s of real time for all; seeds {} to {}",
            all.cpu_seconds,
            all.seconds,
            all.seed,
            all.seed.wrapping_add(u64::from(all.seeds) - 1)
        ),
    );
    text
}

fn caught(m: &MutantFigures) -> String {
    let (Some(property), Some(clause)) = (&m.property, &m.clause) else {
        return "not found".to_owned();
    };
    let others = match m.hunted.found - m.found_as_named {
        0 => String::new(),
        n => format!("; {n} BY NONE IT NAMES"),
    };
    format!("{property}: {clause}, {} of {}{others}", m.found_so, m.hunted.found)
}

fn with_interval(median: String, interval: Option<(String, Option<String>)>) -> String {
    match interval {
        None => median,
        Some((low, Some(high))) => format!("{median} ({low}–{high})"),
        Some((low, None)) => format!("{median} ({low} or more)"),
    }
}

fn steps(m: &MutantFigures, between: &str) -> String {
    let known = m.known_steps.to_string();
    [whole(m.steps), whole(m.steps_best), known].join(between)
}

fn whole(value: Option<u64>) -> String {
    value.map_or(NONE.to_owned(), count)
}

/// Milliseconds: most mutants take less than one.
fn millis(value: Option<f64>) -> String {
    match value.map(|seconds| seconds * 1_000.0) {
        None => NONE.to_owned(),
        Some(ms) if ms < 10.0 => format!("{ms:.1}"),
        Some(ms) => count(ms.round() as u64),
    }
}
