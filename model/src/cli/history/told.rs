//! A verdict on a recorded history comes in; what people read of it goes out. A recorded history
//! has no nodes and no times to tell of, so its operations are told by their lines.

use super::load::{answer_of, line_of};
use super::picture::{Picture, Row};
use super::stream::Followed;
use super::tape::Recorded;
use super::why::{Why, why};
use crate::cli::json::HistoryObject;
use crate::explain::{counted, wrapped};
use crate::history::Outcome;
use crate::judge::consistency::Breach;
use crate::judge::linearizability::Refutation;
use crate::judge::stream::Halt;
use crate::spec::object::Ret;

/// Sentences are as wide as this.
const COLUMNS: usize = 78;

/// Bars of more operations than this would be no picture.
const BARS_MAX: usize = 16;

/// More operations than this are not shown: the last ones are the nearest to the contradiction.
const SHOWN_MAX: usize = 40;

/// One file, with a verdict or an error.
pub(super) fn file(expect: Option<bool>, object: &HistoryObject) -> String {
    if let Some(error) = &object.error {
        let unread = if object.kept().is_none() { "not read: " } else { "" };
        return format!("{unread}{error}");
    }
    let file = &object.file;
    let verdict = match (&object.consistency, object.kept()) {
        (Some(promise), Some(true)) => format!("keeps {promise}"),
        (Some(promise), Some(false)) => format!("breaks {promise}"),
        _ => object.verdict.to_owned(),
    };
    let mut text = format!("{file}: {verdict}, {}", counted(object.operations, "operation"));
    if let Some(expect) = expect {
        let expected = if expect { "linearizable" } else { "not linearizable" };
        text += &format!("; expected: {expected}");
    }
    let why = object.why.iter().filter(|_| object.sentences.is_empty());
    for line in why.chain(&object.sentences).flat_map(|why| wrapped(why, COLUMNS)) {
        text += &format!("\n  {line}");
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

/// Fills in what is said of a history that is not linearizable, and hands back its picture.
pub(super) fn refuted(
    recorded: &Recorded,
    refutation: &Refutation,
    object: &mut HistoryObject,
) -> Option<Picture> {
    let places = &refutation.violation.operations;
    let wrong = places.last()?;
    let why = why(recorded, refutation)?;
    object.verdict = "not linearizable";
    object.why = Some(why.sentences.join(" "));
    object.sentences.clone_from(&why.sentences);
    object.clause = Some(refutation.violation.failure.clause.clone());
    object.minimal = Some(refutation.minimal);
    object.refuted_on_line = Some(recorded.answers[*wrong]);
    object.explained = Some(why.explained);
    object.right = why.right.clone();
    let shown = &places[places.len().saturating_sub(SHOWN_MAX)..];
    object.offending = shown.iter().map(|place| operation(recorded, *place)).collect();
    if shown.len() < places.len() {
        let more = counted((places.len() - shown.len()) as u64, "operation");
        object.offending.insert(0, format!("... {more} before these"));
    }
    object.timeline = bars(recorded, places);
    Some(picture(recorded, places, &why))
}

/// Fills in what is said of a history that breaks a weaker promise.
pub(super) fn broken(recorded: &Recorded, breach: &Breach, object: &mut HistoryObject) {
    let why = recorded.names.told(&breach.why);
    let places = &breach.operations;
    object.verdict = "broken";
    object.sentences = vec![format!("{}: {why}", breach.clause)];
    if !breach.minimal {
        object.sentences.push("Fewer of these operations may be enough.".to_owned());
    }
    object.why = Some(object.sentences.join(" "));
    object.clause = Some(breach.clause.to_owned());
    object.minimal = Some(breach.minimal);
    let shown = &places[places.len().saturating_sub(SHOWN_MAX)..];
    object.offending = shown
        .iter()
        .map(|place| {
            let client = recorded.history.operations[*place].request.client;
            format!("{client}, {}", operation(recorded, *place))
        })
        .collect();
    if shown.len() == places.len() {
        object.timeline = bars(recorded, places);
    }
}

/// The picture of operations that contradict each other, of which the last is answered wrong.
fn picture(recorded: &Recorded, places: &[usize], why: &Why) -> Picture {
    let shown = &places[places.len().saturating_sub(BARS_MAX)..];
    let moments = moments(recorded, shown);
    let rank = |order: u64| moments.partition_point(|moment| *moment < order);
    let rows = shown.iter().map(|place| {
        let one = &recorded.history.operations[*place];
        let line = recorded.lines[*place];
        Row {
            place: if line == 0 { "at first".to_owned() } else { format!("line {line}") },
            asked: recorded.names.told(&one.op.to_string()),
            told: answer(&one.outcome),
            from: rank(one.invoked.order),
            to: (one.completed.order != u64::MAX).then(|| rank(one.completed.order)),
            wrong: Some(place) == places.last(),
            turn: why.order.iter().position(|known| known == place).map(|at| at + 1),
        }
    });
    let mut below = vec![
        "Each bar reaches from a question to its answer, from left to right in the order of their \
         lines; a dashed one has no answer. The red one is answered wrong."
            .to_owned(),
    ];
    if !why.order.is_empty() {
        below.push("The numbers are an order that explains the others.".to_owned());
    }
    if shown.len() < places.len() {
        let more = counted((places.len() - shown.len()) as u64, "operation");
        below.push(format!("{more} before these are not drawn."));
    }
    Picture { title: String::new(), sentences: why.sentences.clone(), rows: rows.collect(), below }
}

/// An order, an operation a line.
pub(super) fn witness(recorded: &Recorded, order: &[usize]) -> Vec<String> {
    order.iter().map(|place| operation(recorded, *place)).collect()
}

fn operation(recorded: &Recorded, place: usize) -> String {
    let operation = &recorded.history.operations[place];
    let answer = answer(&operation.outcome);
    match recorded.lines[place] {
        0 => format!("at first: {}", recorded.names.told(&operation.op.to_string())),
        line => {
            let op = recorded.names.told(&operation.op.to_string());
            format!("line {line}: {op} -> {answer}")
        }
    }
}

fn answer(outcome: &Outcome<Ret>) -> String {
    match outcome {
        Outcome::Ok(ret) => ret.to_string(),
        Outcome::Refused => "failed".to_owned(),
        Outcome::Unknown => "no answer".to_owned(),
    }
}

/// What is said of a history that was judged as it was read, and of which nothing else is known.
pub(super) fn followed(followed: &Followed) -> HistoryObject {
    let mut object = HistoryObject { verdict: "unknown", ..HistoryObject::default() };
    match &followed.halt {
        None => object.verdict = "linearizable",
        Some(Halt::Refuted { mark, op, ret, right, .. }) => {
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
    let moments = moments(recorded, places);
    let rank = |order: u64| 2 * moments.partition_point(|moment| *moment < order);
    let bar = |call: u64, end: u64| {
        let (from, to) = (rank(call), rank(end));
        let close = if end == u64::MAX { ">" } else { "|" };
        format!("{}|{}{close}", " ".repeat(from), "-".repeat(to.saturating_sub(from + 1)))
    };
    operations().map(|one| bar(one.invoked.order, one.completed.order)).collect()
}

/// The calls and answers of some operations, in their order.
fn moments(recorded: &Recorded, places: &[usize]) -> Vec<u64> {
    let operations = places.iter().map(|place| &recorded.history.operations[*place]);
    let mut moments: Vec<u64> = operations
        .flat_map(|operation| [operation.invoked.order, operation.completed.order])
        .filter(|order| *order != u64::MAX)
        .collect();
    moments.sort_unstable();
    moments
}
