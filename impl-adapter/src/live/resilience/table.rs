//! A report comes in; a table for people goes out.

use super::report::{Calls, Report, Result};

/// The table, what was wrong below it, and whether the target was met.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    let passed = report.tests.iter().filter(|test| test.passed).count();
    let all = report.tests.len();
    let seconds = report.duration_ms / 1_000.0;
    let verdict = if report.passed() { "held" } else { "FAILED" };
    line(
        &mut text,
        &format!(
            "resilience: {verdict}, {passed} of {all} trials, {seconds:.1} s, seed {:#x}",
            report.seed
        ),
    );
    let mut service = "";
    for test in &report.tests {
        if test.service != service {
            service = &test.service;
            let heads = "time  lost back data casc grace  before during  after retries";
            line(&mut text, &format!("\n  {service:<19}{heads}"));
        }
        row(&mut text, test);
    }
    for test in report.tests.iter().filter(|test| !test.passed) {
        let error = test.error.as_deref().unwrap_or("no reason was told");
        line(&mut text, &format!("\n  FAILED  {}, {}\n          {error}", test.service, test.name));
    }
    if !report.passed() {
        line(&mut text, "\n  `!` marks what was not to be expected");
    }
    let met = if report.target_met { "met" } else { "NOT met" };
    let (share, target) = (report.graceful * 100.0, report.target * 100.0);
    line(
        &mut text,
        &format!("\n  borne with grace: {share:.0}%, the target of {target:.0}% is {met}"),
    );
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn row(text: &mut String, test: &Result) {
    let Result { kind, flags, metrics, .. } = test;
    let calls = |Calls { requests, ok, .. }: Calls| format!("{ok}/{requests}");
    let mark = |seen: bool, expected: bool| {
        let word = if seen { "yes" } else { "-" };
        format!("{word}{}", if seen == expected { "" } else { "!" })
    };
    let marks: Vec<String> = flags
        .named()
        .into_iter()
        .zip(test.expected.named())
        .map(|((_, seen), (_, expected))| mark(seen, expected))
        .collect();
    let numbers = [metrics.before, metrics.during, metrics.after].map(calls);
    let seconds = test.duration_ms / 1_000.0;
    let flags =
        format!("{:<4} {:<4} {:<4} {:<4} {:<5}", marks[0], marks[1], marks[2], marks[3], marks[4]);
    let [before, during, after] = numbers;
    let failed = if test.passed { "" } else { "  FAILED" };
    let row = format!(
        "    {kind:<15} {seconds:>5.2}  {flags} {before:>7} {during:>6} {after:>6} {:>7}{failed}",
        test.retries
    );
    line(text, &row);
}
