//! The text of a file comes in, piece by piece; what it tells goes onto the tape, or the line that
//! cannot be read goes out, and why. It knows nothing of judging.

use super::edn::{Form, Reader};
use super::tape::Tape;
use crate::spec::object::{Kind, Value};
pub(super) use events::Names;

mod events;
mod hist;
mod rows;

/// The formats that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// `I process id f key a b` and `R process id value`.
    Hist,
    /// Maps with `:process`, `:type`, `:f`, `:value` and perhaps `:key`: Jepsen's and Knossos's
    /// own.
    Edn,
    /// The same, of a store of texts that are empty at first: Porcupine's test data.
    PorcupineKv,
    /// `INFO  jepsen.util - 0 :invoke :read nil`
    JepsenLog,
    /// The same events as JSON objects, one a line.
    JsonLines,
    /// `method value start end`
    Rows,
}

/// A line, and what is wrong with it.
pub(super) type Problem = (usize, String);

/// The names of formats, for whoever names one that is not there.
pub(super) const FORMATS: &str = "hist, edn, porcupine-kv, json-lines, jepsen-log, interval-rows";

impl Format {
    /// By name: of the format, or of a row in a table of verdicts.
    pub(super) fn named(name: &str) -> Option<Format> {
        Some(match name {
            "hist" => Format::Hist,
            "edn" | "knossos-edn" => Format::Edn,
            "porcupine-kv" | "kv-edn-lines" => Format::PorcupineKv,
            "jepsen-log" => Format::JepsenLog,
            "json-lines" => Format::JsonLines,
            "interval-rows" => Format::Rows,
            _ => return None,
        })
    }

    /// By what the file begins with.
    pub(super) fn of(text: &str) -> Option<Format> {
        let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        let words: Vec<&str> = first.split_whitespace().take(5).collect();
        match (first.as_bytes()[0], &words[..]) {
            (b'{', _) if first[1..].trim_start().starts_with('"') => Some(Format::JsonLines),
            // Nobody else names keys by texts.
            (b'{', _) if first.contains(":key \"") => Some(Format::PorcupineKv),
            (b'{' | b'[' | b'(' | b';', _) => Some(Format::Edn),
            (b'#', _) if first.starts_with("#jepsen") => Some(Format::Edn),
            (_, ["#", name]) if !name.contains('=') => Some(Format::Rows),
            (b'#', _) | (_, ["I" | "R", ..]) => Some(Format::Hist),
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

/// A file that is being read.
pub(super) struct Reading {
    format: Option<Format>,
    pub(super) tape: Tape,
    /// The line that comes next.
    pub(super) line: usize,
    pub(super) names: Names,
    rows: rows::Rows,
    /// For each bracket around the events of an EDN file that is open: its line, and what closes
    /// it.
    around: Vec<(usize, u8)>,
}

impl Reading {
    /// Of a format, if that is known, and an object, where words may be of several.
    pub(super) fn new(format: Option<Format>, kind: Option<Kind>) -> Reading {
        let mut tape = Tape::default();
        tape.kind = kind;
        let (names, rows, around) = Default::default();
        let mut reading = Reading { format: None, tape, line: 1, names, rows, around };
        if let Some(format) = format {
            reading.be(format);
        }
        reading
    }

    /// The same, with so many bytes for what has to be put in order.
    pub(super) fn keeping(mut self, bytes: u64) -> Reading {
        self.rows.keep(bytes);
        self
    }

    /// Takes as much of the text as it can, and says how much that is: all of it, if it is the
    /// last.
    pub(super) fn take(&mut self, text: &str, last: bool) -> Result<usize, Problem> {
        let format = match self.format {
            Some(format) => format,
            None if !last && text.trim_ascii().is_empty() => return Ok(0),
            None => self.begin(text)?,
        };
        let whole = match text.rfind('\n') {
            _ if last => text.len(),
            Some(end) => end + 1,
            None => 0,
        };
        match format {
            Format::Edn | Format::PorcupineKv => return self.edn(text, last),
            Format::Hist => hist::read(&mut self.tape, &text[..whole], &mut self.line)?,
            Format::JepsenLog => by_line(&text[..whole], &mut self.line, |line, words| {
                jepsen_log(&mut self.tape, &mut self.names, line, words)
            })?,
            Format::JsonLines => self.json_lines(&text[..whole])?,
            Format::Rows => {
                self.rows.read(&mut self.tape, &text[..whole], &mut self.line)?;
                if last {
                    self.rows.end(&mut self.tape)?;
                }
            }
        }
        Ok(whole)
    }

    /// How many operations the file has had so far, be they on the tape or not.
    pub(super) fn operations(&self) -> u64 {
        self.tape.operations() + self.rows.kept()
    }

    /// Finds out the format.
    fn begin(&mut self, text: &str) -> Result<Format, Problem> {
        if text.trim().is_empty() {
            return Err((1, "it is empty: there is no history in it".to_owned()));
        }
        let known = Format::of(text);
        let unknown = || (1, format!("no known format: name one with --format ({FORMATS})"));
        let format = known.ok_or_else(unknown)?;
        self.be(format);
        Ok(format)
    }

    fn be(&mut self, format: Format) {
        match format {
            Format::JepsenLog => self.tape.init = Some(Value::Nil),
            Format::PorcupineKv => self.tape.init = Some(Value::Text("".into())),
            _ => {}
        }
        self.format = Some(format);
    }

    /// Events in brackets, or one after the other; the last one may be cut off.
    fn edn(&mut self, text: &str, last: bool) -> Result<usize, Problem> {
        let mut reader = Reader::new(text, self.line, last);
        loop {
            self.line = reader.line();
            let before = reader.taken();
            let event = match events::Event::read(&mut reader, &mut self.around, &mut self.names) {
                Ok(event) => event,
                Err(_) if reader.is_cut() => return Ok(before),
                Err(problem) => return Err(problem),
            };
            match event {
                events::Read::Event(line, event) => {
                    let taken = events::take(
                        &mut self.tape,
                        line,
                        &event,
                        &mut self.names,
                        events::Manner::Fails,
                    );
                    taken.map_err(|why| (line, why))?;
                }
                events::Read::Nothing => {}
                events::Read::End => {
                    self.line = reader.line();
                    return Ok(reader.taken());
                }
            }
        }
    }

    /// Each line is an event, with names as in EDN but for their colons.
    fn json_lines(&mut self, text: &str) -> Result<(), Problem> {
        for content in text.lines() {
            let line = self.line;
            self.line += 1;
            if content.trim_ascii().is_empty() {
                continue;
            }
            let told = super::super::json::event(content).map_err(|why| (line, why))?;
            let event = events::Event::json(told, &mut self.names).map_err(|why| (line, why))?;
            let Some(event) = event else { continue };
            let taken =
                events::take(&mut self.tape, line, &event, &mut self.names, events::Manner::Fails);
            taken.map_err(|why| (line, why))?;
        }
        Ok(())
    }
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
    next: &mut usize,
    mut each: impl FnMut(usize, &[&str]) -> Result<(), String>,
) -> Result<(), Problem> {
    let mut words: Vec<&str> = Vec::new();
    for content in text.lines() {
        let line = *next;
        *next += 1;
        words.clear();
        words.extend(content.split_whitespace());
        if !words.is_empty() {
            each(line, &words).map_err(|why| (line, why))?;
        }
    }
    Ok(())
}

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("expected a number, not `{}`", shown(text)))
}

/// Text of a file in a message: it may be anything, and of any length.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        shown += "...";
    }
    shown
}

fn jepsen_log(
    tape: &mut Tape,
    names: &mut Names,
    line: usize,
    words: &[&str],
) -> Result<(), String> {
    let Some(dash) = words.iter().position(|word| *word == "-") else { return Ok(()) };
    let [process, kind, f, rest @ ..] = &words[dash + 1..] else { return Ok(()) };
    let Ok(process) = process.parse::<i64>() else { return Ok(()) };
    let text = rest.join(" ");
    // What stands behind the end of an operation may be an error in free words.
    let told = matches!(*kind, ":invoke" | ":ok");
    let form = match Reader::new(if told { &text } else { "nil" }, line, true).next() {
        Ok(form) => form.map_or(Form::NIL, |(_, form)| form),
        Err((_, why)) => return Err(why),
    };
    let plain = |word| std::borrow::Cow::Borrowed(str::strip_prefix(word, ':').unwrap_or(word));
    let (kind, f) = (plain(kind), plain(f));
    let event = events::Event { process, kind, f, key: None, value: form };
    events::take(tape, line, &event, names, events::Manner::Observes)
}
