//! A tally comes in; what is said of a test that held goes out.
//!
//! A pass is worth what was tried, so what was never reached and what never took hold stands out.

use super::layout::{WIDTH, cut, joined, labelled};
use super::words::{count, counted, duration};
use crate::counterexample::Tally;
use crate::fault::{Kind, Nemesis};
use crate::trace::LossCause;

/// What was tried, where a test held: cases, what they reached, the faults that took hold, and what
/// makes the result worth less. `claim` is what the system says it survives.
#[must_use]
pub fn pass(name: &str, tally: &Tally, claim: &Nemesis, vacuous: &[String]) -> String {
    let verdict = match (tally.stopped, vacuous.is_empty()) {
        (true, _) => "STOPPED, unknown",
        (false, true) => "held",
        (false, false) => "VACUOUS",
    };
    let tried = headline(tally);
    let mut lines = vec![format!("{name}: {verdict}   {tried}")];
    if lines[0].chars().count() > WIDTH {
        lines = vec![cut(&format!("{name}: {verdict}"), WIDTH)];
        lines.extend(labelled("tried", &tried, 2));
    }
    for reason in vacuous {
        lines.extend(labelled("vacuous", reason, 3));
    }
    let reached: Vec<String> = tally
        .reached
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{name} {}", count(*n)))
        .collect();
    lines.extend(list("reached", reached, &tally.never().collect::<Vec<_>>()));
    let kinds = || Kind::ALL.into_iter().zip(tally.faults).filter(|(kind, _)| claim.names(*kind));
    let held = kinds().filter(|(_, n)| *n > 0);
    let held = held.map(|(kind, n)| format!("{} {}", kind.word(), count(n))).collect();
    // A path through a model has few of them by nature.
    let never = kinds().filter(|(_, n)| *n == 0 && tally.paths.is_none());
    lines.extend(list("faults", held, &never.map(|(kind, _)| kind.word()).collect::<Vec<_>>()));
    if !tally.sabotage.is_empty() {
        let noticed: Vec<String> = tally.sabotage.iter().map(ToString::to_string).collect();
        lines.extend(labelled("sabotage", &noticed.join(" · "), 6));
    }
    lines.extend(labelled("messages", &messages(tally), 4));
    lines.extend(labelled("clients", &operations(tally), 2));
    lines.extend(labelled("unknown", &unknown(tally), 3));
    if tally.twice > 0 {
        let text = format!("{} run twice, same traces", counted(tally.twice, "case"));
        lines.extend(labelled("twice", &text, 2));
    }
    if tally.regressions > 0 {
        let text = format!("{} ran first and passed", counted(tally.regressions, "saved failure"));
        lines.extend(labelled("saved", &text, 2));
    }
    joined(&lines)
}

fn headline(tally: &Tally) -> String {
    format!(
        "{}, {}, {} took hold",
        counted(tally.cases, if tally.paths.is_some() { "path" } else { "case" }),
        duration(tally.elapsed),
        counted(tally.faults_took_hold(), "fault")
    )
}

/// What happened with counts, and what never did.
fn list(label: &str, mut parts: Vec<String>, never: &[&str]) -> Vec<String> {
    if !never.is_empty() {
        parts.push(format!("NEVER: {}", never.join(", ")));
    }
    labelled(label, &parts.join(" · "), 6)
}

fn messages(tally: &Tally) -> String {
    if tally.sent == 0 {
        return String::new();
    }
    let lost = LossCause::ALL.into_iter().zip(tally.lost).filter(|(_, n)| *n > 0);
    let lost: String = lost.map(|(cause, n)| format!(" · {} {}", count(n), cause.word())).collect();
    format!("{} sent{lost}", count(tally.sent))
}

fn operations(tally: &Tally) -> String {
    let [ok, refused, unknown] = tally.operations;
    let all = counted(ok + refused + unknown, "operation");
    format!("{all}: {} ok · {} refused · {} unknown", count(ok), count(refused), count(unknown))
}

fn unknown(tally: &Tally) -> String {
    let cases = counted(tally.unknown, "case");
    match (&tally.unknown_why, tally.unknown) {
        (Some(why), 1..) => format!("{cases} without a verdict, the first: {why}"),
        _ => format!("{cases} without a verdict"),
    }
}
