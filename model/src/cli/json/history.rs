//! What became of a recorded history comes in; an element of the list that `history` writes
//! goes out.

use super::super::history::Form;
use serde::Serialize;

/// The result of `history`, for one file.
#[derive(Serialize, Default)]
pub(in crate::cli) struct HistoryObject {
    pub(in crate::cli) file: String,
    pub(in crate::cli) verdict: &'static str,
    pub(in crate::cli) operations: usize,
    pub(in crate::cli) seconds: f64,
    /// What kind of contradiction it is.
    pub(in crate::cli) clause: Option<String>,
    pub(in crate::cli) why: Option<String>,
    pub(in crate::cli) offending: Vec<String>,
    /// Whether each of them is known to be needed.
    pub(in crate::cli) minimal: Option<bool>,
    /// The line by which it was certain; before, some order explains all answers.
    pub(in crate::cli) refuted_on_line: Option<u32>,
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

    /// The verdict, where there is one.
    pub(in crate::cli) fn linearizable(&self) -> Option<bool> {
        match self.verdict {
            "linearizable" => Some(true),
            "not linearizable" => Some(false),
            _ => None,
        }
    }
}

/// An event in a line of JSON as the form that it would be in EDN: names and words of the event
/// have their colons there.
pub(in crate::cli) fn form(line: &str) -> Result<Form, String> {
    let value: serde_json::Value = serde_json::from_str(line).map_err(|error| {
        let text = error.to_string();
        text.split(" at line").next().unwrap_or(&text).to_owned()
    })?;
    Ok(converted(value, 0))
}

fn converted(value: serde_json::Value, depth: usize) -> Form {
    use serde_json::Value;
    match value {
        Value::Null => Form::Word("nil".to_owned()),
        Value::Bool(flag) => Form::Word(flag.to_string()),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Form::Word(number.to_string()), Form::Number)
        }
        // The first word of a step says what it does.
        Value::String(text) => Form::Text(text),
        Value::Array(values) => {
            let step = depth == 2 && values.len() == 3;
            let forms = values.into_iter().enumerate().map(|(at, value)| match value {
                Value::String(f) if step && at == 0 => (0, Form::Word(format!(":{f}"))),
                value => (0, converted(value, depth + 1)),
            });
            Form::List(forms.collect())
        }
        Value::Object(fields) => {
            let pairs = fields.into_iter().map(|(name, value)| {
                let value = match value {
                    Value::String(word) if name == "type" || name == "f" => {
                        Form::Word(format!(":{word}"))
                    }
                    value => converted(value, depth + 1),
                };
                (Form::Word(format!(":{name}")), value)
            });
            Form::Map(pairs.collect())
        }
    }
}
