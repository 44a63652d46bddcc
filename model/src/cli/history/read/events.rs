//! Jepsen's events come in, one at a time; what they ask and answer goes onto the tape.

use super::super::edn::{Form, NO_VALUE, Reader, no_end};
use super::super::tape::Tape;
use super::{Problem, shown};
use crate::cli::json::EventLine;
use crate::history::Outcome;
use crate::spec::object::etcd::Ask;
use crate::spec::object::{Kind, Op, Part, Ret, Value};
pub(in crate::cli::history) use names::Names;
use std::borrow::Cow;
use std::sync::Arc;

mod answers;
mod names;

/// One event, as Jepsen writes it, without the colons of its words.
pub(super) struct Event<'a> {
    pub(super) process: i64,
    /// `invoke`, `ok`, `fail` or `info`.
    pub(super) kind: Cow<'a, str>,
    pub(super) f: Cow<'a, str>,
    pub(super) key: Option<u64>,
    pub(super) value: Form<'a>,
}

/// What a failure and an answer of nil mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A failed operation did not happen, and a read of nil says nothing. (Knossos.)
    Fails,
    /// A compare-and-set that failed saw another value, and nil is a value. (The etcd logs.)
    Observes,
}

/// What stands next in an EDN file.
pub(super) enum Read<'a> {
    Event(usize, Event<'a>),
    /// A bracket, or an event of the nemesis.
    Nothing,
    End,
}

const EXPECTED: &str = "expected a map with :process, :type, :f and :value";

impl<'a> Event<'a> {
    /// The next event of an EDN file, with the brackets around it.
    pub(super) fn read(
        reader: &mut Reader<'a>,
        around: &mut Vec<(usize, u8)>,
        names: &mut Names,
    ) -> Result<Read<'a>, Problem> {
        let Some(next) = reader.peek() else {
            return match around.first() {
                Some((line, close)) if !reader.is_cut() => Err((*line, no_end(*close))),
                _ => Ok(Read::End),
            };
        };
        let line = reader.line();
        match next {
            b'{' => {
                reader.pass();
                let event = Event::map(reader, line, names)?;
                return Ok(event.map_or(Read::Nothing, |event| Read::Event(line, event)));
            }
            b'[' | b'(' if around.is_empty() => {
                around.push((line, if next == b'[' { b']' } else { b')' }));
            }
            _ if around.last().is_some_and(|(_, close)| *close == next) => drop(around.pop()),
            _ => {
                reader.form(0)?;
                return Err((line, EXPECTED.to_owned()));
            }
        }
        reader.pass();
        Ok(Read::Nothing)
    }

    /// The event in a map that has just opened; `None` for those of the nemesis.
    fn map(
        reader: &mut Reader<'a>,
        began: usize,
        names: &mut Names,
    ) -> Result<Option<Event<'a>>, Problem> {
        let (mut process, mut kind, mut f) = (None, None, None);
        let (mut key, mut value) = (None, Form::NIL);
        loop {
            let name = match reader.peek() {
                None => return Err((began, no_end(b'}'))),
                Some(b'}') => break,
                Some(b':') => Cow::Borrowed(reader.word()),
                Some(_) => match reader.form(1)? {
                    Form::Word(word) => word,
                    _ => Cow::Borrowed(""),
                },
            };
            match reader.peek() {
                None => return Err((began, no_end(b'}'))),
                Some(b'}') => return Err((began, NO_VALUE.to_owned())),
                Some(_) => {}
            }
            let form = reader.form(1)?;
            match (&*name, form) {
                (":process", form) => process = Some(form),
                (":type", Form::Word(word)) => kind = Some(plain(word)),
                (":f", Form::Word(word)) => f = Some(plain(word)),
                (":key", form) => key = names.key(&form),
                (":value", form) => value = form,
                _ => {}
            }
        }
        reader.pass();
        let missing = |name: &str| (began, format!("the event has no {name}"));
        let process = match process {
            Some(Form::Number(process)) => process,
            Some(_) => return Ok(None),
            None => return Err(missing(":process")),
        };
        let kind = kind.ok_or_else(|| missing(":type"))?;
        let f = f.ok_or_else(|| missing(":f"))?;
        Ok(Some(Event { process, kind, f, key, value }))
    }

    /// The event in a line of JSON; `None` for those of the nemesis.
    pub(super) fn json(
        told: EventLine<'a>,
        names: &mut Names,
    ) -> Result<Option<Event<'a>>, String> {
        let missing = |name: &str| format!("the event has no {name}");
        let process = match told.process {
            Some(Form::Number(process)) => process,
            Some(_) => return Ok(None),
            None => return Err(missing("process")),
        };
        if told.kind.is_empty() || told.f.is_empty() {
            return Err(missing(if told.kind.is_empty() { "type" } else { "f" }));
        }
        let key = told.key.as_ref().and_then(|key| names.key(key));
        let value = told.value.unwrap_or(Form::NIL);
        Ok(Some(Event { process, kind: told.kind, f: told.f, key, value }))
    }
}

/// A word without its colon.
fn plain(word: Cow<'_, str>) -> Cow<'_, str> {
    match word {
        Cow::Borrowed(word) => Cow::Borrowed(word.strip_prefix(':').unwrap_or(word)),
        Cow::Owned(word) => Cow::Owned(word.strip_prefix(':').unwrap_or(&word).to_owned()),
    }
}

/// Takes in one event.
pub(super) fn take(
    tape: &mut Tape,
    line: usize,
    event: &Event<'_>,
    names: &mut Names,
    manner: Manner,
) -> Result<(), String> {
    let process = event.process;
    tape.line = line;
    match &*event.kind {
        "invoke" => tape.invoke(process, process, line, asked(event, tape.kind, names)?),
        // It stays open: it may take effect at any time, or never.
        "info" => tape.leave(process),
        "fail" => {
            let observes = manner == Manner::Observes;
            let cas = matches!(tape.asked(process)?, Op::Cas(..));
            let saw = Outcome::Ok(Ret::Flag(false));
            tape.complete(process, if observes && cas { saw } else { Outcome::Refused })
        }
        "ok" => {
            let outcome = answers::answered(tape.asked(process)?, &event.value, names, manner)?;
            tape.complete(process, outcome)
        }
        other => Err(format!("unknown type `{}`", shown(other))),
    }
}

/// What an event asks for. Some words mean different things to different objects.
fn asked(event: &Event<'_>, kind: Option<Kind>, names: &mut Names) -> Result<Op, String> {
    if kind == Some(Kind::Etcd) {
        return Ok(Op::Etcd(Arc::new(Ask::of(&event.f, &value(&event.value)?)?)));
    }
    let (key, given) = keyed(event, kind, names)?;
    let one = || value(given);
    let who = event.process.cast_unsigned();
    Ok(match &*event.f {
        "read" | "get" | "r" => match kind {
            Some(Kind::Counter) => Op::Count(key),
            Some(Kind::Set) => Op::Members,
            Some(Kind::ListAppend) => Op::List(key),
            Some(Kind::Log) => Op::Fetch(key, number(given)?),
            _ => Op::Read(key),
        },
        "write" | "put" | "w" => Op::Write(key, one()?),
        "delete" | "del" if kind != Some(Kind::Set) => Op::Write(key, Value::Nil),
        "cas" => match given {
            Form::List(pair) => match &pair[..] {
                [(_, expected), (_, to)] => Op::Cas(key, value(expected)?, value(to)?),
                _ => return Err(":cas needs [expected new]".to_owned()),
            },
            _ => return Err(":cas needs [expected new]".to_owned()),
        },
        "append" => match (given, kind) {
            (Form::Text(text), None | Some(Kind::Register)) => Op::Append(key, Arc::from(&**text)),
            _ => Op::Extend(key, one()?),
        },
        "txn" => Op::Transaction(steps(given, names)?.into_iter().map(Step::asked).collect()),
        "add" | "insert" => match kind {
            Some(Kind::Counter) => Op::Add(key, number(given)?),
            Some(Kind::Set) => Op::Insert(one()?),
            Some(Kind::PriorityQueue) => Op::Offer(one()?),
            _ => {
                let why = "may be asked of several objects: name one with --spec";
                return Err(format!("`{}` {why}", event.f));
            }
        },
        "inc" | "increment" => Op::Add(key, number(given).unwrap_or(1)),
        "remove" | "delete" | "del" => Op::Remove(one()?),
        "contains" => Op::Contains(one()?),
        "enqueue" | "enq" => Op::Enqueue(one()?),
        "dequeue" | "deq" => Op::Dequeue,
        "push" => Op::Push(one()?),
        "pop" => Op::Pop,
        "offer" => Op::Offer(one()?),
        "poll" => Op::Poll,
        "publish" | "send" | "produce" => Op::Publish(key, one()?),
        "fetch" => Op::Fetch(key, number(given)?),
        "acquire" | "lock" if kind != Some(Kind::Semaphore) => Op::Acquire(who, None),
        "release" | "unlock" if kind != Some(Kind::Semaphore) => Op::Release(who),
        "acquire" | "take" => Op::Take(number(given).unwrap_or(1)),
        "release" | "give" => Op::Give(number(given).unwrap_or(1)),
        f => return Err(format!("cannot read what `{}` asks for", shown(f))),
    })
}

/// The key and the value of an event: with several keys, Jepsen writes both as `[key value]`.
fn keyed<'a, 'b>(
    event: &'b Event<'a>,
    kind: Option<Kind>,
    names: &mut Names,
) -> Result<(u64, &'b Form<'a>), String> {
    if let Some(key) = event.key {
        return Ok((key, &event.value));
    }
    let single = matches!(kind, None | Some(Kind::Register | Kind::Counter | Kind::Log));
    let Form::List(pair) = &event.value else { return Ok((0, &event.value)) };
    match (&*event.f, &pair[..]) {
        ("cas", [(_, key), (_, given @ Form::List(_))]) if single => {
            Ok((names.key(key).ok_or(NO_KEY)?, given))
        }
        (
            "read" | "write" | "get" | "put" | "r" | "w" | "add" | "publish" | "send" | "fetch",
            [(_, key), (_, given)],
        ) if single => Ok((names.key(key).ok_or(NO_KEY)?, given)),
        _ => Ok((0, &event.value)),
    }
}

/// A step of a transaction: what it does to which key, and the value that it wrote or read.
struct Step {
    f: F,
    key: u64,
    value: Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum F {
    Read,
    Write,
    Append,
}

impl Step {
    fn asked(self) -> (u64, Part) {
        let part = match self.f {
            F::Read => Part::Read,
            F::Write => Part::Write(self.value),
            F::Append => Part::Extend(self.value),
        };
        (self.key, part)
    }
}

fn steps(form: &Form<'_>, names: &mut Names) -> Result<Vec<Step>, String> {
    let Form::List(parts) = form else { return Err("expected the steps of it".to_owned()) };
    parts.iter().map(|(_, part)| step(part, names)).collect()
}

fn step(form: &Form<'_>, names: &mut Names) -> Result<Step, String> {
    let Form::List(words) = form else { return Err("expected [:read :x nil]".to_owned()) };
    let [(_, Form::Word(f) | Form::Text(f)), (_, name), (_, to)] = &words[..] else {
        return Err("expected [:read :x nil] or [:write :x 1]".to_owned());
    };
    let f = match f.strip_prefix(':').unwrap_or(f) {
        "read" | "r" => F::Read,
        "write" | "w" => F::Write,
        "append" => F::Append,
        _ => return Err(format!("a transaction cannot `{}`", shown(f))),
    };
    Ok(Step { f, key: names.key(name).ok_or(NO_KEY)?, value: value(to)? })
}

const NO_KEY: &str = "a key is a name or a number";

fn number(form: &Form<'_>) -> Result<i64, String> {
    match form {
        Form::Number(number) => Ok(*number),
        _ => Err("expected a number".to_owned()),
    }
}

fn value(form: &Form<'_>) -> Result<Value, String> {
    Ok(match form {
        Form::Number(number) => Value::Number(*number),
        Form::Text(text) => Value::Text(Arc::from(&**text)),
        Form::Word(word) if word == "nil" || word.is_empty() => Value::Nil,
        Form::Word(word) => Value::Text(Arc::from(&**word)),
        Form::List(values) => {
            let values: Result<Vec<Value>, String> =
                values.iter().map(|(_, form)| value(form)).collect();
            Value::List(values?.into())
        }
        Form::Map(_) => return Err("expected a value, not a map".to_owned()),
    })
}
