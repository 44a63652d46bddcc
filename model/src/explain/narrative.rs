//! A counterexample comes in; the parts of its report that are sentences go out. The picture is not
//! its business.
//!
//! Each part is a few lines behind a label, and says only what is known.

use super::layout::{cut, labelled, room, shorten, under, width, wrap};
use super::scene::Scene;
use super::words::{count, counted, duration};
use crate::counterexample::{Cost, Counterexample};
use crate::fault::Target;
use crate::id::NodeId;
use crate::node::Node;
use crate::schedule::{Schedule, Step};
use crate::trace::{StepRecord, What};
use std::collections::BTreeSet;
use std::fmt::Display;

/// More of the nodes' own log than this hides the rest of a report.
const LOGS_MAX: usize = 3;
/// A schedule that is longer is shortened in its middle.
const STEPS_MAX: usize = 14;

/// What the nodes concerned said themselves before the failure: while they did what was wrong, or
/// else the last of what they took for most important.
pub(super) fn log<N: Node>(scene: &Scene<'_, N>) -> Vec<String> {
    let suspects: BTreeSet<NodeId> = scene.suspects();
    let at_fault = scene.at_fault();
    let mut lines: Vec<(Weight, String)> = Vec::new();
    for record in scene.records().filter(|record| record.at.time <= scene.last()) {
        let (What::Log { level, target, text }, Some(node)) = (&record.what, record.node) else {
            continue;
        };
        if suspects.contains(&node) {
            let weight = match *level {
                _ if at_fault == Some((node, record.at.time)) => Weight::AtFault,
                "ERROR" | "WARN" => Weight::Warning,
                "INFO" => Weight::Information,
                _ => Weight::Detail,
            };
            lines.push((weight, cut(&format!("{node} {level} {target}  {text}"), room())));
        }
    }
    let most = lines.iter().map(|(weight, _)| *weight).max();
    let mut lines: Vec<String> = lines
        .into_iter()
        .filter(|(weight, _)| Some(*weight) == most)
        .map(|(_, line)| line)
        .collect();
    let first = lines.len().saturating_sub(LOGS_MAX);
    under("your log", lines.split_off(first))
}

/// How much a line of a node's own log may tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Detail,
    Information,
    Warning,
    AtFault,
}

/// The schedule, with whom its roles turned out to mean and what did nothing.
pub(super) fn steps<Op: Display>(
    schedule: &Schedule<Op>,
    records: &[StepRecord],
    hits: usize,
) -> Vec<String> {
    let text = schedule.to_string();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let first = lines.len().saturating_sub(schedule.steps.len());
    for (place, step) in schedule.steps.iter().enumerate() {
        let Some(line) = lines.get_mut(first + place) else { break };
        if let Some(record) = records.get(place) {
            annotate(line, step, record);
        }
    }
    let steps = lines.split_off(first);
    let mut lines = header(&lines.join(" "));
    lines.extend(without_middle(steps).iter().map(|line| cut(line, room())));
    if schedule.noise.is_some() {
        lines.push(format!("(the noise hit {})", counted(hits as u64, "message")));
    }
    under("steps", lines)
}

/// The header, on two lines where it has to be.
fn header(text: &str) -> Vec<String> {
    if width(text) <= room() {
        return vec![text.to_owned()];
    }
    let mut lines = shorten(wrap(text, room()), 2, room());
    lines[1..].iter_mut().for_each(|line| line.insert_str(0, "    "));
    lines.iter().map(|line| cut(line, room())).collect()
}

/// Says whom a role meant, and why a step did nothing.
pub(super) fn annotate<Op>(line: &mut String, step: &Step<Op>, record: &StepRecord) {
    let target = step.action.targets().into_iter().next();
    if let (Some(Target::Role(role)), Some(node)) = (target, record.node) {
        let words = line.match_indices(role.as_str()).map(|(at, word)| (at, at + word.len()));
        let whole = words.into_iter().find(|(start, end)| {
            line[..*start].ends_with(' ') && (line.len() == *end || line[*end..].starts_with(' '))
        });
        if let Some((_, end)) = whole {
            line.insert_str(end, &format!(" ({node})"));
        }
    }
    match (record.happened, &record.note) {
        (_, Some(note)) => line.push_str(&format!("   # {note}")),
        (None, None) => line.push_str("   # what it waited for did not happen"),
        (Some(_), None) => {}
    }
}

fn without_middle(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > STEPS_MAX {
        let head = STEPS_MAX * 2 / 3;
        let tail = STEPS_MAX - head - 1;
        let gone = lines.len() - head - tail;
        let gap = format!("  ⋮ {}", counted(gone as u64, "more step"));
        lines.splice(head..head + gone, [gap]);
    }
    lines
}

/// How sure the counterexample is.
pub(super) fn sure<Op>(found: &Counterexample<Op>) -> Vec<String> {
    let sure = &found.sure;
    let steps = found.schedule.steps.len();
    let given = found.cost.case == 0 && found.cost.shrink_runs == 0;
    let minimal = match (sure.shrunk_to_the_end, steps) {
        (false, _) if given => {
            format!("not shrunk: {} of {steps} steps are needed, each alone", sure.needed_steps)
        }
        (false, _) => "not shown minimal: shrinking was cut off".to_owned(),
        (true, _) if found.schedule.expects() => {
            "the trouble up to the end of an expectation belongs to it; each other step was removed \
             alone: the failure vanished"
                .to_owned()
        }
        (true, 0) => "it fails without any step".to_owned(),
        (true, 1) => "without its one step the failure vanished".to_owned(),
        (true, _) => {
            let needed = sure.needed_steps;
            format!("each step was removed alone: the failure vanished, {needed} of {steps}")
        }
    };
    let digest = found.digest.to_string();
    let again = if sure.same_trace_twice {
        format!("ran twice, same trace {}", &digest[..8])
    } else {
        "ran twice, NOT the same trace: something outside of Io decides".to_owned()
    };
    let moved = match sure.moved {
        0 => String::new(),
        moved => format!("; moved in time, {} of {moved} still fail", sure.moved_fail),
    };
    let mut lines = labelled("sure", &minimal, 2);
    lines.extend(labelled("", &format!("{again}{moved}"), 2));
    lines
}

/// What it took to find it.
pub(super) fn cost<Op>(found: &Counterexample<Op>) -> Vec<String> {
    let cost = &found.cost;
    let text = match (hunt(cost), shrink(found)) {
        (hunt, Some(shrink)) => format!("{hunt}; {shrink}"),
        (hunt, None) => hunt,
    };
    let mut lines = labelled("cost", &text, 2);
    let also = cost.also.iter().map(|(failure, case)| format!("{failure} (case {})", count(*case)));
    lines.extend(labelled("also", &also.collect::<Vec<_>>().join(" · "), 2));
    lines
}

fn hunt(cost: &Cost) -> String {
    match cost.case {
        0 => "the schedule was given".to_owned(),
        case => {
            let of = if cost.cases >= case {
                format!(" of {}", count(cost.cases))
            } else {
                String::new()
            };
            format!("case {}{of}, {}", count(case), duration(cost.hunt))
        }
    }
}

fn shrink<Op>(found: &Counterexample<Op>) -> Option<String> {
    let cost = &found.cost;
    let (steps, faults) = (found.schedule.steps.len(), found.schedule.faults());
    (cost.shrink_runs > 0).then(|| {
        let several = match cost.shrunk {
            0 | 1 => String::new(),
            n => format!(", the smallest of {n} in {} runs", count(cost.shrink_runs)),
        };
        format!(
            "{} -> {steps} steps, {} -> {faults} faults in {}{several}",
            count(cost.original_steps as u64),
            count(cost.original_faults as u64),
            duration(cost.shrink)
        )
    })
}
