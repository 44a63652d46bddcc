//! One event of a written history comes in; its text in EDN goes out. How it is written in JSON is
//! for `cli/json` alone.

use std::fmt::Write;

/// A value, as both ways of writing have it.
pub(in crate::cli) enum Word {
    Nil,
    /// A keyword in EDN, a text in JSON.
    Name(&'static str),
    Flag(bool),
    Number(i64),
    Text(String),
    List(Vec<Word>),
}

/// One event.
pub(in crate::cli) struct Event {
    pub(in crate::cli) process: u64,
    pub(in crate::cli) kind: &'static str,
    pub(in crate::cli) f: &'static str,
    pub(in crate::cli) key: Option<Word>,
    pub(in crate::cli) value: Word,
    /// In microseconds; Jepsen counts nanoseconds.
    pub(in crate::cli) time: Option<u64>,
}

/// Writes an event as Jepsen does, on one line.
pub(super) fn edn(event: &Event, index: usize, text: &mut String) {
    let Event { process, kind, f, .. } = event;
    // Writing to a text cannot fail.
    let _ = write!(text, "{{:index {index}, ");
    if let Some(time) = event.time {
        let _ = write!(text, ":time {}, ", time.saturating_mul(1_000));
    }
    let _ = write!(text, ":type :{kind}, :process {process}, :f :{f}");
    if let Some(key) = &event.key {
        *text += ", :key ";
        form(key, text);
    }
    *text += ", :value ";
    form(&event.value, text);
    text.push('}');
}

fn form(word: &Word, text: &mut String) {
    match word {
        Word::Nil => *text += "nil",
        Word::Name(name) => {
            text.push(':');
            *text += name;
        }
        Word::Flag(flag) => *text += if *flag { "true" } else { "false" },
        Word::Number(number) => *text += &number.to_string(),
        Word::Text(word) => {
            text.push('"');
            for c in word.chars() {
                match c {
                    '"' => *text += "\\\"",
                    '\\' => *text += "\\\\",
                    '\n' => *text += "\\n",
                    '\t' => *text += "\\t",
                    '\r' => *text += "\\r",
                    c => text.push(c),
                }
            }
            text.push('"');
        }
        Word::List(words) => {
            text.push('[');
            for (at, word) in words.iter().enumerate() {
                *text += if at > 0 { " " } else { "" };
                form(word, text);
            }
            text.push(']');
        }
    }
}
