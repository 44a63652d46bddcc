//! A verdict on a recorded history comes in; what people read of it goes out. A recorded history
//! has no nodes and no times to tell of, so its operations are told by their lines.

use super::load::{answer_of, line_of};
use super::stream::Followed;
use super::tape::Recorded;
use crate::cli::json::HistoryObject;
use crate::explain::counted;
use crate::history::Outcome;
use crate::judge::linearizability::Refutation;
use crate::judge::stream::Halt;

/// Bars of more operations than this would be no picture.
const BARS_MAX: usize = 16;

/// More operations than this are not shown: the last ones are the nearest to the contradiction.
const SHOWN_MAX: usize = 40;

/// One file, with a verdict or an error.
pub(super) fn file(expect: Option<bool>, object: &HistoryObject) -> String {
    if let Some(error) = &object.error {
        return format!("not read: {error}");
    }
    let (file, verdict) = (&object.file, object.verdict);
    let mut text = format!("{file}: {verdict}, {}", counted(object.operations, "operation"));
    if let Some(expect) = expect {
        let expected = if expect { "linearizable" } else { "not linearizable" };
        text += &format!("; expected: {expected}");
    }
    if let Some(why) = &object.why {
        text += &format!("\n  {why}");
    }
    let width = object.offending.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    for (at, line) in object.offending.iter().enumerate() {
        let bar = object.timeline.get(at).map(String::as_str).unwrap_or_default();
        text += format!("\n    {line:width$}   {bar}").trim_end();
    }
    for line in object.witness.iter().flatten() {
        text += &format!("\n    {line}");
    }
    text
}

/// Fills in what is said of a history that is not linearizable.
pub(super) fn refuted(recorded: &Recorded, why: &Refutation, object: &mut HistoryObject) {
    let places = &why.violation.operations;
    let Some(wrong) = places.last() else { return };
    let line = recorded.answers[*wrong];
    let clause = &why.violation.failure.clause;
    let needed = match (places.len(), why.minimal) {
        (1, _) => "nothing that was asked before could have led to that answer".to_owned(),
        (_, true) => "no order explains these together, and each of them matters".to_owned(),
        (_, false) => "no order explains these together, though fewer may do".to_owned(),
    };
    object.verdict = "not linearizable";
    object.why =
        Some(format!("{clause}: the answer on line {line} contradicts what was known; {needed}",));
    object.clause = Some(clause.clone());
    object.minimal = Some(why.minimal);
    object.refuted_on_line = Some(line);
    let shown = &places[places.len().saturating_sub(SHOWN_MAX)..];
    object.offending = shown.iter().map(|place| operation(recorded, *place)).collect();
    if shown.len() < places.len() {
        let more = counted((places.len() - shown.len()) as u64, "operation");
        object.offending.insert(0, format!("... {more} before these"));
    }
    object.timeline = bars(recorded, places);
}

/// An order, an operation a line.
pub(super) fn witness(recorded: &Recorded, order: &[usize]) -> Vec<String> {
    order.iter().map(|place| operation(recorded, *place)).collect()
}

fn operation(recorded: &Recorded, place: usize) -> String {
    let operation = &recorded.history.operations[place];
    let answer = match &operation.outcome {
        Outcome::Ok(ret) => ret.to_string(),
        Outcome::Refused => "failed".to_owned(),
        Outcome::Unknown => "no answer".to_owned(),
    };
    match recorded.lines[place] {
        0 => format!("at first: {}", recorded.names.told(&operation.op.to_string())),
        line => {
            let op = recorded.names.told(&operation.op.to_string());
            format!("line {line}: {op} -> {answer}")
        }
    }
}

/// What is said of a history that was judged as it was read, and of which nothing else is known.
pub(super) fn followed(followed: &Followed) -> HistoryObject {
    let mut object = HistoryObject { verdict: "unknown", ..HistoryObject::default() };
    match &followed.halt {
        None => object.verdict = "linearizable",
        Some(Halt::Refuted { mark, op, ret, right }) => {
            let (line, asked) = (answer_of(*mark), line_of(*mark));
            let op = followed.names.told(&op.to_string());
            let right: Vec<String> = right.iter().map(ToString::to_string).collect();
            object.verdict = "not linearizable";
            object.clause = Some(format!("no order explains {op}"));
            object.why = Some(match &right[..] {
                [] => format!("the answer on line {line} contradicts what was known"),
                right => format!(
                    "the answer on line {line} contradicts what was known: it should have been {}",
                    right.join(" or ")
                ),
            });
            object.refuted_on_line = Some(line);
            object.offending = vec![format!("line {asked}: {op} -> {ret}")];
        }
        Some(Halt::Spent(mark)) => {
            object.why = Some(format!(
                "too much is under way at line {} to be judged as it is read: a larger --memory \
                 holds all of it",
                line_of(*mark)
            ));
        }
        Some(Halt::Mixed(mark)) => {
            object.why = Some(format!(
                "line {} asks for the whole object, and other lines for parts of it, which cannot \
                 be judged as it is read: a larger --memory holds all of it",
                line_of(*mark)
            ));
        }
    }
    object
}

/// When each operation was under way, with only their own calls and answers for a scale.
fn bars(recorded: &Recorded, places: &[usize]) -> Vec<String> {
    if places.len() > BARS_MAX {
        return Vec::new();
    }
    let operations = || places.iter().map(|place| &recorded.history.operations[*place]);
    let mut moments: Vec<u64> = operations()
        .flat_map(|operation| [operation.invoked.order, operation.completed.order])
        .filter(|order| *order != u64::MAX)
        .collect();
    moments.sort_unstable();
    let rank = |order: u64| 2 * moments.partition_point(|moment| *moment < order);
    let bar = |call: u64, end: u64| {
        let (from, to) = (rank(call), rank(end));
        let close = if end == u64::MAX { ">" } else { "|" };
        format!("{}|{}{close}", " ".repeat(from), "-".repeat(to.saturating_sub(from + 1)))
    };
    operations().map(|one| bar(one.invoked.order, one.completed.order)).collect()
}
