//! The text of a file comes in; the history in it goes out, or the line that cannot be read and
//! why. It knows nothing of judging.

use super::edn::{Form, Reader};
use super::tape::{Recorded, Tape};
use crate::spec::object::{Kind, Value};
use std::collections::BTreeMap;

mod events;
mod hist;
mod rows;

/// The formats that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// `I process id f key a b` and `R process id value`.
    Hist,
    /// Maps with `:process`, `:type`, `:f`, `:value` and perhaps `:key`: Jepsen's and Knossos's
    /// own, and Porcupine's logs of a key-value store.
    Edn,
    /// `INFO  jepsen.util - 0 :invoke :read nil`
    JepsenLog,
    /// The same events as JSON objects, one a line.
    JsonLines,
    /// `method value start end`
    Rows,
}

/// A line, and what is wrong with it.
pub(super) type Problem = (usize, String);

impl Format {
    /// By name: of the format, or of a row in a table of verdicts.
    pub(super) fn named(name: &str) -> Option<Format> {
        Some(match name {
            "hist" => Format::Hist,
            "edn" | "knossos-edn" | "kv-edn-lines" => Format::Edn,
            "jepsen-log" => Format::JepsenLog,
            "json-lines" => Format::JsonLines,
            "interval-rows" => Format::Rows,
            _ => return None,
        })
    }

    /// By what the file begins with.
    pub(super) fn of(text: &str) -> Option<Format> {
        let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        let words: Vec<&str> = first.split_whitespace().collect();
        match (first.as_bytes()[0], &words[..]) {
            (b'{', _) if first[1..].trim_start().starts_with('"') => Some(Format::JsonLines),
            (b'{' | b'[' | b'(' | b';', _) => Some(Format::Edn),
            (_, ["#", name]) if !name.contains('=') => Some(Format::Rows),
            (b'#', _) | (_, ["I", ..]) => Some(Format::Hist),
            (_, ["INFO", ..]) => Some(Format::JepsenLog),
            (_, [_, _, start, end])
                if start.parse::<i64>().is_ok() && end.parse::<i64>().is_ok() =>
            {
                Some(Format::Rows)
            }
            _ => None,
        }
    }
}

/// Reads a whole file. `init` outranks the first value that the file names, and `kind` says what it
/// is a history of, where its words may be of several objects.
pub(super) fn read(
    text: &str,
    format: Option<Format>,
    kind: Option<Kind>,
    init: Option<Value>,
) -> Result<Recorded, Problem> {
    let unknown =
        "no known format: name it with --format hist|edn|json-lines|jepsen-log|interval-rows";
    let format = format.or_else(|| Format::of(text)).ok_or((1, unknown.to_owned()))?;
    let mut tape = Tape::default();
    tape.kind = kind;
    match format {
        Format::Hist => hist::read(&mut tape, text)?,
        Format::Edn => edn(&mut tape, text)?,
        Format::JepsenLog => {
            by_line(text, |line, words| jepsen_log(&mut tape, line, words))?;
            tape.init = Some(Value::Nil);
        }
        Format::JsonLines => json_lines(&mut tape, text)?,
        Format::Rows => rows::read(&mut tape, text)?,
    }
    Ok(tape.finish(init))
}

/// A first value: `nil`, a number, a text in quotes, or `x=0,y=0` where all are the same.
pub(super) fn value(text: &str) -> Result<Value, String> {
    let mut values = text.split(',').map(|part| part.rsplit('=').next().unwrap_or(part).trim());
    let first = values.next().unwrap_or_default();
    if values.any(|other| other != first) {
        return Err(format!("`{text}` names several first values: one for all is needed"));
    }
    Ok(match first.parse() {
        Ok(number) => Value::Number(number),
        Err(_) if first.starts_with("nil") || first == "empty" => Value::Nil,
        Err(_) => Value::Text(first.trim_matches('"').into()),
    })
}

fn by_line(
    text: &str,
    mut each: impl FnMut(usize, &[&str]) -> Result<(), String>,
) -> Result<(), Problem> {
    for (line, content) in (1..).zip(text.lines()) {
        let words: Vec<&str> = content.split_whitespace().collect();
        if !words.is_empty() {
            each(line, &words).map_err(|why| (line, why))?;
        }
    }
    Ok(())
}

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("expected a number, not `{}`", text.escape_debug()))
}

fn jepsen_log(tape: &mut Tape, line: usize, words: &[&str]) -> Result<(), String> {
    let Some(dash) = words.iter().position(|word| *word == "-") else { return Ok(()) };
    let [process, kind, f, rest @ ..] = &words[dash + 1..] else { return Ok(()) };
    let Ok(process) = process.parse::<i64>() else { return Ok(()) };
    let text = rest.join(" ");
    // What stands behind the end of an operation may be an error in free words.
    let shown = matches!(*kind, ":invoke" | ":ok");
    let form = match Reader::new(if shown { &text } else { "nil" }).next() {
        Ok(form) => form.map_or(Form::Word("nil".to_owned()), |(_, form)| form),
        Err((_, why)) => return Err(why),
    };
    let event = events::Event { process, kind, f, key: None, value: &form };
    events::take(tape, line, &event, events::Manner::Observes)
}

fn edn(tape: &mut Tape, text: &str) -> Result<(), Problem> {
    let mut reader = Reader::new(text);
    let mut keys = BTreeMap::new();
    while let Some((line, form)) = reader.next()? {
        let maps = match form {
            Form::List(forms) => forms,
            other => vec![(line, other)],
        };
        for (line, form) in maps {
            let event = events::Event::of(&form, &mut keys).map_err(|why| (line, why))?;
            if let Some(event) = event {
                let taken = events::take(tape, line, &event, events::Manner::Fails);
                taken.map_err(|why| (line, why))?;
            }
        }
    }
    Ok(())
}

/// Each line is an event, with names as in EDN but for their colons.
fn json_lines(tape: &mut Tape, text: &str) -> Result<(), Problem> {
    let mut keys = BTreeMap::new();
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim().is_empty() {
            continue;
        }
        let form = super::super::json::form(content).map_err(|why| (line, why))?;
        let event = events::Event::of(&form, &mut keys).map_err(|why| (line, why))?;
        if let Some(event) = event {
            let taken = events::take(tape, line, &event, events::Manner::Fails);
            taken.map_err(|why| (line, why))?;
        }
    }
    Ok(())
}
