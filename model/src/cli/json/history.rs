//! What became of a recorded history comes in; an element of the list that `history` writes
//! goes out.

use super::super::history::{Event, Form, Word};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The result of `history`, for one file.
#[derive(Serialize, Default)]
pub(in crate::cli) struct HistoryObject {
    pub(in crate::cli) file: String,
    pub(in crate::cli) verdict: &'static str,
    /// What was promised instead of linearizability.
    pub(in crate::cli) consistency: Option<String>,
    pub(in crate::cli) operations: u64,
    pub(in crate::cli) seconds: f64,
    /// Of these, the seconds that reading the file took, where it was read as a whole first.
    pub(in crate::cli) seconds_read: Option<f64>,
    /// What kind of contradiction it is.
    pub(in crate::cli) clause: Option<String>,
    pub(in crate::cli) why: Option<String>,
    /// The same for people, where there are several.
    #[serde(skip)]
    pub(in crate::cli) sentences: Vec<String>,
    pub(in crate::cli) offending: Vec<String>,
    /// Whether each of them is known to be needed.
    pub(in crate::cli) minimal: Option<bool>,
    /// The line by which it was certain; before, some order explains all answers.
    pub(in crate::cli) refuted_on_line: Option<u32>,
    /// Answers that would have been right there, a few at most.
    pub(in crate::cli) right: Vec<String>,
    /// How many operations the longest part has that some order explains.
    pub(in crate::cli) explained: Option<u64>,
    /// A bar for each of the offending operations, in the order of time.
    pub(in crate::cli) timeline: Vec<String>,
    pub(in crate::cli) witness: Option<Vec<String>>,
    pub(in crate::cli) error: Option<String>,
}

impl HistoryObject {
    /// Of a file that cannot be read.
    pub(in crate::cli) fn unread(file: &str, error: String) -> HistoryObject {
        HistoryObject {
            file: file.to_owned(),
            verdict: "unknown",
            error: Some(error),
            ..HistoryObject::default()
        }
    }

    /// Whether the promise was kept, where that is known.
    pub(in crate::cli) fn kept(&self) -> Option<bool> {
        match self.verdict {
            "linearizable" | "kept" => Some(true),
            "not linearizable" | "broken" => Some(false),
            _ => None,
        }
    }
}

/// An event in a line of JSON. What else the line says of it is passed over.
#[derive(Deserialize)]
struct Line<'a> {
    process: Option<serde_json::Value>,
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    f: Cow<'a, str>,
    key: Option<serde_json::Value>,
    value: Option<serde_json::Value>,
}

/// The same with forms as in EDN.
pub(in crate::cli) struct EventLine<'a> {
    pub(in crate::cli) process: Option<Form<'static>>,
    pub(in crate::cli) kind: Cow<'a, str>,
    pub(in crate::cli) f: Cow<'a, str>,
    pub(in crate::cli) key: Option<Form<'static>>,
    pub(in crate::cli) value: Option<Form<'static>>,
}

/// Reads one line.
pub(in crate::cli) fn event(line: &str) -> Result<EventLine<'_>, String> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| {
        let text = error.to_string();
        text.split(" at line").next().unwrap_or(&text).to_owned()
    })?;
    Ok(EventLine {
        process: line.process.map(form),
        kind: line.kind,
        f: line.f,
        key: line.key.map(form),
        value: line.value.map(form),
    })
}

fn form(value: serde_json::Value) -> Form<'static> {
    use serde_json::Value;
    match value {
        Value::Null => Form::NIL,
        Value::Bool(flag) => Form::Word(flag.to_string().into()),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Form::Word(number.to_string().into()), Form::Number)
        }
        Value::String(text) => Form::Text(text.into()),
        Value::Array(values) => {
            Form::List(values.into_iter().map(|value| (0, form(value))).collect())
        }
        Value::Object(fields) => Form::Map(
            fields
                .into_iter()
                .map(|(name, value)| (Form::Word(name.into()), form(value)))
                .collect(),
        ),
    }
}

/// An event of a history that is written.
#[derive(Serialize)]
struct WrittenEvent<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<u64>,
    process: u64,
    #[serde(rename = "type")]
    kind: &'a str,
    f: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<serde_json::Value>,
    value: serde_json::Value,
}

/// The line of an event, with times in nanoseconds as Jepsen's.
pub(in crate::cli) fn written(event: &Event, index: usize) -> String {
    let event = WrittenEvent {
        index,
        time: event.time.map(|time| time.saturating_mul(1_000)),
        process: event.process,
        kind: event.kind,
        f: event.f,
        key: event.key.as_ref().map(value),
        value: value(&event.value),
    };
    serde_json::to_string(&event).expect("all of it can be said in JSON")
}

fn value(word: &Word) -> serde_json::Value {
    match word {
        Word::Nil => serde_json::Value::Null,
        Word::Name(name) => (*name).into(),
        Word::Flag(flag) => (*flag).into(),
        Word::Number(number) => (*number).into(),
        Word::Text(text) => text.as_str().into(),
        Word::List(words) => words.iter().map(value).collect(),
    }
}
