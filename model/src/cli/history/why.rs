//! A refuted history comes in; sentences go out that somebody understands who has never seen it:
//! what was answered where, what would have been right, and up to where all is well.

use super::tape::{Recorded, key};
use crate::explain::counted;
use crate::history::{History, Operation, Outcome};
use crate::judge::linearizability::{self, Refutation};
use crate::judge::stream::{Halt, Stream};
use crate::spec::Spec;
use crate::spec::object::Object;

/// What is said of the contradiction.
pub(super) struct Why {
    pub(super) sentences: Vec<String>,
    /// Answers that would have been right.
    pub(super) right: Vec<String>,
    /// How many answers before the wrong one some order explains.
    pub(super) explained: u64,
    /// The places of the operations in an order that explains those that are not wrong.
    pub(super) order: Vec<usize>,
}

/// Right answers are looked for among at most so many operations; beyond, those are told of that
/// the judge itself came upon.
const LOOKED_AT: usize = 20_000;

/// The work that one answer may take for that.
const BUDGET: u64 = 20_000;

/// So many right answers are told of.
const TOLD_MAX: usize = 3;

pub(super) fn why(recorded: &Recorded, refutation: &Refutation) -> Option<Why> {
    let history = &recorded.history;
    let places = &refutation.violation.operations;
    let wrong = *places.last()?;
    let operation = &history.operations[wrong];
    let Outcome::Ok(answer) = &operation.outcome else { return None };
    let told = right(recorded, refutation, wrong);
    let op = recorded.names.told(&operation.op.to_string());
    let (asked, line) = (recorded.lines[wrong], recorded.answers[wrong]);
    let clause = &refutation.violation.failure.clause;
    let reason = match &**clause {
        "read of a value never written" => {
            "; nothing that anybody had asked for could have led to that".to_owned()
        }
        "read of a refused write" => {
            "; only what had failed could have led to that, and that must never take effect"
                .to_owned()
        }
        _ if told.is_empty() => ", and no order of what was asked gives that answer".to_owned(),
        _ => String::new(),
    };
    let must = match &told[..] {
        [] => String::new(),
        [one] => format!(", but it had to be {one}"),
        [one, ..] if told.len() > TOLD_MAX => {
            format!(", but it had to be {one} or one of the other values that were possible then")
        }
        [most @ .., last] => format!(", but it had to be {} or {last}", most.join(" or ")),
    };
    let mut sentences = vec![format!(
        "{clause}: `{op}` on line {asked} was answered {answer} on line {line}{must}{reason}."
    )];
    let after = match refutation.earlier {
        0 => String::new(),
        earlier => format!(" after what {} had left", counted(earlier as u64, "earlier operation")),
    };
    match (places.len(), refutation.minimal) {
        (0 | 1, _) if after.is_empty() => {}
        (0 | 1, _) => sentences.push(format!("No order explains it{after}.")),
        (_, true) => sentences.push(format!(
            "No order explains these operations together{after}; without any one of them, some \
             order explains the others."
        )),
        (_, false) => sentences.push(format!(
            "No order explains these operations together{after}, though fewer of them may be \
             enough."
        )),
    }
    let explained = recorded.end.as_ref().map(|end| end.explained);
    let explained = explained.unwrap_or_else(|| self::explained(recorded, wrong));
    let of = key(&operation.op)
        .map_or_else(String::new, |key| format!(" of {}", recorded.names.told(&format!("k{key}"))));
    sentences.push(format!(
        "Before line {line} all is well: some order explains every answer{of} up to there, {}.",
        counted(explained, "answer")
    ));
    Some(Why { sentences, right: told, explained, order: order(history, places, wrong) })
}

/// How many answers about the same part were given before the wrong one. Of a large part the
/// refutation has no order of all of them, so they are counted here.
fn explained(recorded: &Recorded, wrong: usize) -> u64 {
    let history = &recorded.history;
    let operation = &history.operations[wrong];
    let (part, until) = (Object::part(&operation.op), operation.completed.order);
    let before = |one: &Operation<Object>| {
        matches!(one.outcome, Outcome::Ok(_))
            && one.completed.order < until
            && (part.is_none() || Object::part(&one.op) == part)
    };
    let numbered = history.operations.iter().zip(&recorded.lines);
    numbered.filter(|(one, line)| **line > 0 && before(one)).count() as u64
}

/// The answers that would have been right for an operation, a few at most.
fn right(recorded: &Recorded, refutation: &Refutation, wrong: usize) -> Vec<String> {
    if let Some(end) = &recorded.end {
        return end.right.iter().map(ToString::to_string).collect();
    }
    let history = &recorded.history;
    let operation = &history.operations[wrong];
    let part = Object::part(&operation.op);
    let until = operation.completed.order;
    let known = |place: &usize| {
        let one = &history.operations[*place];
        one.invoked.order < until && (Object::part(&one.op) == part || part.is_none())
    };
    let mut all: Vec<usize> =
        (0..history.operations.len()).filter(known).take(LOOKED_AT + 1).collect();
    if all.len() > LOOKED_AT {
        return refutation.right.clone();
    }
    all.sort_by_key(|place| history.operations[*place].invoked.order);
    let mut stream = Stream::new(BUDGET);
    let pushed =
        all.iter().try_for_each(|place| stream.push(&history.operations[*place], *place as u64));
    match pushed.and_then(|()| stream.end()) {
        Err(Halt::Refuted { mark, right, .. }) if mark == wrong as u64 => {
            right.iter().map(ToString::to_string).collect()
        }
        _ => refutation.right.clone(),
    }
}

/// An order that explains all of these operations but the wrong one.
fn order(history: &History<Object>, places: &[usize], wrong: usize) -> Vec<usize> {
    let others: Vec<usize> = places.iter().copied().filter(|place| *place != wrong).collect();
    let operations = others.iter().map(|place| history.operations[*place].clone()).collect();
    let order = linearizability::witness(&History { operations }, BUDGET).unwrap_or_default();
    order.into_iter().map(|at| others[at]).collect()
}
