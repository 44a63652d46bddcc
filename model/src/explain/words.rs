//! Counts, durations, facts and faults come in; English goes out. It must not decide what is worth
//! telling, only how it is said.
//!
//! The same thing has the same words everywhere, so a reader who saw `leads t2` in the picture
//! finds it again in the story.

use super::links;
use crate::fact::Fact;
use crate::fault::{ClockTrouble, DiskTrouble, Fault, Target};
use crate::history::{Operation, Outcome};
use crate::id::{NodeId, RequestId};
use crate::spec::Spec;
use crate::time::{Spelled, micros};
use std::time::Duration;

/// A count with commas between thousands: `61,240`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count of things: `1 case`, `5,000 cases`.
pub(crate) fn counted(n: u64, thing: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", count(n))
}

/// Real time, as exact as a reader cares for: `12 ms`, `0.9 s`, `3 min 20 s`.
pub(crate) fn duration(span: Duration) -> String {
    let ms = span.as_millis();
    match ms {
        0..100 => format!("{ms} ms"),
        100..59_950 => format!("{:.1} s", span.as_secs_f64()),
        _ => {
            let seconds = (ms + 500) / 1_000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

/// A place in a row: `1st`, `2nd`, `11th`.
pub(super) fn ordinal(n: u32) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

/// A fact as what its node does. `name` gives the operation that a request asked for, if known.
pub(super) fn fact(who: NodeId, fact: &Fact, name: &dyn Fn(RequestId) -> Option<String>) -> String {
    let entry = |index: u64, entry: &crate::fact::Entry| {
        let known = entry.request.and_then(name);
        known.unwrap_or_else(|| format!("entry {index} (t{})", entry.term))
    };
    match fact {
        Fact::Booted { applied, log_last } => format!("{}, applied {applied}", log(*log_last)),
        Fact::Term { term, vote: Some(node) } if *node == who => format!("votes itself (t{term})"),
        Fact::Term { term, vote: Some(node) } => format!("votes {node} (t{term})"),
        Fact::Term { term, vote: None } => format!("enters t{term}"),
        Fact::Elected { term } => format!("leads t{term}"),
        Fact::Appended { index, entry: e } => format!("appends {}", entry(*index, e)),
        Fact::Committed { index } => format!("commits to {index}"),
        Fact::Applied { index, entry: e, effective: true } => {
            format!("applies {}", entry(*index, e))
        }
        Fact::Applied { index, entry: e, effective: false } => {
            format!("skips {}", entry(*index, e))
        }
        Fact::Configured { config, .. } => configuration(config),
        Fact::Snapshot { index, .. } => format!("snapshot to {index}"),
        Fact::Stands { term } => format!("stands for t{term}"),
        Fact::Took { index, entry: e } => format!("takes {}", entry(*index, e)),
        Fact::Sent { to, term, says } => format!("to {to}: t{term} {says}"),
        Fact::Handled { from, term, says } => format!("from {from}: t{term} {says}"),
        Fact::Member(said) => said.to_string(),
        Fact::Own { name, values } => format!("{name} {}", values[0]),
        Fact::Acked { request, .. } => match name(*request) {
            Some(op) => format!("acknowledges {op}"),
            None => format!("acknowledges {request}"),
        },
    }
}

/// Who votes, who leaves and who listens: `voters n1 n2, leaving n3, learners n4`.
fn configuration(config: &crate::fact::Config) -> String {
    let part = |name: &str, nodes: crate::fact::Nodes| {
        let names: Vec<String> = nodes.iter().map(|node| node.to_string()).collect();
        (!names.is_empty()).then(|| format!("{name} {}", names.join(" ")))
    };
    let parts = [
        part("voters", config.voters),
        part("leaving", config.outgoing),
        part("learners", config.learners),
    ];
    parts.into_iter().flatten().collect::<Vec<String>>().join(", ")
}

/// What stands in a log that ends here.
pub(super) fn log(last: u64) -> String {
    if last == 0 { "log empty".to_owned() } else { format!("log to {last}") }
}

/// How an operation ended: `ok`, `nothing`, `refused`, `no answer`.
pub(super) fn outcome<S: Spec>(operation: &Operation<S>) -> String {
    match &operation.outcome {
        Outcome::Ok(ret) => {
            let text = ret.to_string();
            // A write that answers nothing has succeeded, and that is its answer.
            if text == "nothing" && !S::is_read(&operation.op) { "ok".to_owned() } else { text }
        }
        Outcome::Refused => "refused".to_owned(),
        Outcome::Unknown => "no answer".to_owned(),
    }
}

/// A fault as it stands in the picture: in the column of its node, or across all columns.
pub(super) enum Told {
    /// Something that happens to one node.
    At(String),
    /// Something that happens to the network.
    Across(String),
}

/// A fault in words. `met` is the node that its first target turned out to be.
pub(super) fn fault(fault: &Fault, met: Option<NodeId>) -> Told {
    let name = |target: &Target| match (target, met) {
        (Target::Role(role), Some(node)) => format!("{role} ({node})"),
        _ => target.to_string(),
    };
    match fault {
        Fault::Crash { point: None, .. } => Told::At("✗ crashes".to_owned()),
        Fault::Crash { point: Some(point), .. } => Told::At(format!("will crash {point}")),
        Fault::PowerLoss { point: Some(point), .. } => Told::At(format!("will lose power {point}")),
        Fault::PowerLoss { kept_percent: 0, .. } => Told::At("✗ loses power".to_owned()),
        Fault::PowerLoss { kept_percent, .. } => {
            Told::At(format!("✗ loses power, {kept_percent}% of the unsynced stays"))
        }
        Fault::Stop { .. } => Told::At("✗ is stopped".to_owned()),
        Fault::Restart { .. } => Told::At("▲ restarts".to_owned()),
        Fault::Pause { .. } => Told::At("stands still".to_owned()),
        Fault::Resume { .. } => Told::At("goes on".to_owned()),
        Fault::Hurry { by, .. } => Told::At(format!("clock jumps {} ahead", Spelled(micros(*by)))),
        Fault::Disturb { name, argument, .. } => Told::At(format!("{name} {argument}")),
        Fault::Partition { groups } => {
            Told::Across(format!("network split: {}", links::sides(groups)))
        }
        Fault::Isolate { node } => Told::Across(format!("{} cut off, both ways", name(node))),
        Fault::Cut { from, to, both: true } => {
            Told::Across(format!("{} and {to} cut off from each other", name(from)))
        }
        Fault::Cut { from, to, both: false } => {
            Told::Across(format!("nothing gets from {} to {to}", name(from)))
        }
        Fault::Hand(_) => Told::Across(format!("by hand: {fault}")),
        Fault::Heal => Told::Across("all links work again".to_owned()),
        Fault::Hold { from, to } => {
            Told::Across(format!("what {} sends to {to} waits on the way", name(from)))
        }
        Fault::Release { from, to } => {
            Told::Across(format!("what waited from {} to {to} goes on", name(from)))
        }
        Fault::Clear { from, to } => {
            Told::Across(format!("the link from {} to {to} is as it should be", name(from)))
        }
        Fault::Mend { .. } => Told::At("its machine is mended".to_owned()),
        Fault::Drop { nth, from, to } => Told::Across(format!(
            "the {} message from here, {} to {to}, is lost",
            ordinal(*nth),
            name(from)
        )),
        Fault::Delay { nth, from, to, by } => Told::Across(format!(
            "the {} message from here, {} to {to}, is {} late",
            ordinal(*nth),
            name(from),
            Spelled(micros(*by))
        )),
        _ => machine(fault, name),
    }
}

/// Trouble with single machines, and restarts; what is left is trouble with links.
fn machine(fault: &Fault, name: impl Fn(&Target) -> String) -> Told {
    match fault {
        Fault::CrashLoop { times, every, .. } => {
            let every = Spelled(micros(*every));
            Told::At(format!("✗ crashes {times} times, every {every}"))
        }
        Fault::RestartAll => Told::Across("all processes die and come up again".to_owned()),
        Fault::RollingRestart { every } => {
            Told::Across(format!("one node each {} is restarted", Spelled(micros(*every))))
        }
        Fault::Slow { by, lasts, .. } => Told::At(format!(
            "takes {} an event for {}",
            Spelled(micros(*by)),
            Spelled(micros(*lasts))
        )),
        Fault::Disk { what: DiskTrouble::Wiped, .. } => Told::At("✗ loses its disk".to_owned()),
        Fault::Disk { what: DiskTrouble::Reverted, .. } => {
            Told::At("✗ gets an old image of its disk".to_owned())
        }
        Fault::Disk { what, .. } => Told::At(format!("disk {what}")),
        Fault::Clock { what, .. } => Told::At(clock(*what)),
        other => links::fault(other, name).unwrap_or_else(|| Told::Across(other.to_string())),
    }
}

/// What goes wrong with a clock.
fn clock(what: ClockTrouble) -> String {
    match what {
        ClockTrouble::Drifts { percent } => format!("clock runs {percent:+}%"),
        ClockTrouble::Wobbles { percent, every } => {
            format!("clock runs ±{percent}% by turns of {}", Spelled(micros(every)))
        }
        ClockTrouble::Jitters { percent } => format!("clock runs unevenly, ±{percent}%"),
        ClockTrouble::Freezes { lasts } => format!("clock stands for {}", Spelled(micros(lasts))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas_and_durations_one_fraction() {
        assert_eq!(count(999), "999");
        assert_eq!(count(1_204), "1,204");
        assert_eq!(count(1_061_240), "1,061,240");
        assert_eq!(counted(1, "case"), "1 case");
        assert_eq!(duration(Duration::from_millis(12)), "12 ms");
        assert_eq!(duration(Duration::from_millis(940)), "0.9 s");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
    }

    #[test]
    fn places_in_a_row_end_as_in_english() {
        assert_eq!([1, 2, 3, 4, 11, 22].map(ordinal), ["1st", "2nd", "3rd", "4th", "11th", "22nd"]);
    }
}
