//! Histories come in, and `hist` files go out that other checkers can be given; files come in, also
//! the logs of etcd that Porcupine is tested with, and histories go out.
//!
//! The one idea: all checkers of a comparison read the same files, so that none is given more than
//! another.

use crate::made::asked;
use schism::Time;
use schism::history::{History, Moment, Outcome};
use schism::spec::object::{Object, Op, Ret, Value};
use schism::spec::{Spec, kv, map};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

/// An object whose operations a `hist` file has words for.
pub(super) trait Words: Spec {
    /// `w 0 7 0`: what it does, the key, and two values; -1 is none.
    fn asks(op: &Self::Op) -> String;
    fn answers(ret: &Self::Ret) -> i64;
    /// The same the other way; nothing for what the object cannot do.
    fn op(f: &str, key: u64, values: [i64; 2]) -> Option<Self::Op>;
    fn ret(op: &Self::Op, answer: i64) -> Self::Ret;
}

fn value(word: i64) -> Option<u64> {
    u64::try_from(word).ok()
}

fn word(value: Option<u64>) -> i64 {
    value.map_or(-1, |value| value as i64)
}

impl Words for kv::PutGet {
    fn asks(op: &kv::Op) -> String {
        match op {
            kv::Put(key, value) => format!("w {key} {value} 0"),
            kv::Get(key) => format!("r {key} 0 0"),
        }
    }

    fn answers(ret: &kv::Answer) -> i64 {
        word(ret.0)
    }

    fn op(f: &str, key: u64, values: [i64; 2]) -> Option<kv::Op> {
        match f {
            "w" => Some(kv::Put(key, value(values[0])?)),
            "r" => Some(kv::Get(key)),
            _ => None,
        }
    }

    fn ret(op: &kv::Op, answer: i64) -> kv::Answer {
        kv::Answer(value(answer).filter(|_| matches!(op, kv::Get(_))))
    }
}

impl Words for map::Map {
    fn asks(op: &map::Op) -> String {
        match op {
            map::Put(key, value) => format!("w {key} {value} 0"),
            map::Get(key) => format!("r {key} 0 0"),
            map::Cas(key, from, to) => format!("c {key} {} {to}", word(*from)),
            other => panic!("{other} has no words in a `hist` file"),
        }
    }

    fn answers(ret: &map::Ret) -> i64 {
        match ret {
            map::Ret::Value(value) => word(*value),
            map::Ret::Swapped(swapped) => i64::from(*swapped),
            _ => 0,
        }
    }

    fn op(f: &str, key: u64, values: [i64; 2]) -> Option<map::Op> {
        match f {
            "w" => Some(map::Put(key, value(values[0])?)),
            "r" => Some(map::Get(key)),
            "c" => Some(map::Cas(key, value(values[0]), value(values[1])?)),
            _ => None,
        }
    }

    fn ret(op: &map::Op, answer: i64) -> map::Ret {
        match op {
            map::Get(_) => map::Ret::Value(value(answer)),
            map::Cas(..) => map::Ret::Swapped(answer == 1),
            _ => map::Ret::Done,
        }
    }
}

/// Writes a history in the `hist` format.
pub(super) fn write<S: Words>(folder: &str, name: &str, history: &History<S>) {
    let mut lines: Vec<(u64, String)> = Vec::new();
    for (id, operation) in history.operations.iter().enumerate() {
        let client = operation.request.client.0;
        let asks = S::asks(&operation.op);
        lines.push((operation.invoked.order, format!("I {client} {id} {asks}")));
        if let Outcome::Ok(ret) = &operation.outcome {
            let line = format!("R {client} {id} {}", S::answers(ret));
            lines.push((operation.completed.order, line));
        }
    }
    lines.sort_by_key(|(order, _)| *order);
    let mut text = "# init=-1\n".to_owned();
    for (_, line) in lines {
        let _ = writeln!(text, "{line}");
    }
    save(&format!("{folder}/{name}.hist"), &text);
}

/// Writes what was asked of a register as a log, and as a store of texts.
pub(super) fn write_logs(folder: &str, name: &str, history: &History<kv::PutGet>) {
    let mut lines: Vec<(u64, [String; 2])> = Vec::new();
    let mut add = |order, client, kind, f, told: Option<u64>| {
        let number = told.map_or("nil".to_owned(), |told| told.to_string());
        let text = told.map_or("nil".to_owned(), |told| format!("\"{told}\""));
        let log = format!("INFO  jepsen.util - {client}\t:{kind}\t:{f}\t{number}");
        let f = if f == "read" { "get" } else { "put" };
        let kv =
            format!("{{:process {client}, :type :{kind}, :f :{f}, :key \"0\", :value {text}}}");
        lines.push((order, [log, kv]));
    };
    for operation in &history.operations {
        let client = operation.request.client.0;
        let (f, wrote) = match operation.op {
            kv::Put(_, value) => ("write", Some(value)),
            kv::Get(_) => ("read", None),
        };
        add(operation.invoked.order, client, "invoke", f, wrote);
        if let Outcome::Ok(kv::Answer(found)) = operation.outcome {
            add(operation.completed.order, client, "ok", f, wrote.or(found));
        }
    }
    lines.sort_by_key(|(order, _)| *order);
    for (at, ending) in [(0, "log"), (1, "kv")] {
        let text: String = lines.iter().flat_map(|(_, both)| [both[at].as_str(), "\n"]).collect();
        save(&format!("{folder}/{name}.{ending}"), &text);
    }
}

/// Writes what was asked of a queue as rows; who found nothing has none.
pub(super) fn write_rows(folder: &str, name: &str, history: &History<Object>) {
    let mut text = "# queue\n".to_owned();
    for one in &history.operations {
        let (start, end) = (one.invoked.order, one.completed.order);
        let _ = match (&one.op, &one.outcome) {
            (Op::Enqueue(Value::Number(value)), _) => writeln!(text, "enq {value} {start} {end}"),
            (_, Outcome::Ok(Ret::Value(Value::Number(value)))) => {
                writeln!(text, "deq {value} {start} {end}")
            }
            _ => Ok(()),
        };
    }
    save(&format!("{folder}/{name}.rows"), &text);
}

fn save(path: &str, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
}

/// Whether a file has compare-and-sets, which not every object knows.
pub(super) fn swaps(path: &str) -> bool {
    path.ends_with(".log") || text(path).lines().any(|line| line.split(' ').nth(3) == Some("c"))
}

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads a `hist` file, or a log.
pub(super) fn read<S: Words>(path: &str) -> History<S> {
    let text = text(path);
    let mut reading: Reading<S> = Reading { history: History::default(), open: BTreeMap::new() };
    for (order, line) in (1..).zip(text.lines()) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words[..] {
            ["I", process, id, f, key, a, b] => {
                let op = S::op(f, number(key) as u64, [number(a), number(b)]);
                reading.invoke(order, number(id), number(process), op);
            }
            ["R", _, id, answer] => reading.complete(order, number(id), number(answer)),
            ["INFO", _, "-", process, kind, f, ref rest @ ..] => {
                reading.log(order, process, kind, f, rest);
            }
            _ => {}
        }
    }
    reading.history
}

fn number(word: &str) -> i64 {
    if word == "nil" {
        return -1;
    }
    word.parse().unwrap_or_else(|_| panic!("`{word}` is no number"))
}

/// A history that is being read.
struct Reading<S: Spec> {
    history: History<S>,
    /// The place of what waits for an answer, by its number.
    open: BTreeMap<i64, usize>,
}

impl<S: Words> Reading<S> {
    fn invoke(&mut self, order: u64, id: i64, process: i64, op: Option<S::Op>) {
        let place = self.history.operations.len();
        let op = op.expect("the file was looked at for compare-and-sets");
        let now = Moment { order, time: Time(order) };
        self.history.operations.push(asked(process as u32, place as u32, op, now));
        self.open.insert(id, place);
    }

    fn complete(&mut self, order: u64, id: i64, answer: i64) {
        let place = self.open.remove(&id).expect("what is answered was asked");
        let operation = &mut self.history.operations[place];
        operation.outcome = Outcome::Ok(S::ret(&operation.op, answer));
        operation.completed = Moment { order, time: Time(order) };
    }

    /// `0 :invoke :cas [1 4]`, which ends as `:ok`, `:fail` (a compare-and-set saw something else;
    /// nothing is known of a read), or `:info`.
    fn log(&mut self, order: u64, process: &str, kind: &str, f: &str, rest: &[&str]) {
        let process = number(process);
        let told: Vec<i64> = rest
            .iter()
            .take_while(|word| !word.starts_with(':'))
            .map(|word| number(word.trim_matches(['[', ']'])))
            .collect();
        let word = &f[1..2];
        match (kind, f, &told[..]) {
            (":invoke", ":cas", [from, to]) => {
                self.invoke(order, process, process, S::op(word, 0, [*from, *to]));
            }
            (":invoke", _, [value]) => {
                self.invoke(order, process, process, S::op(word, 0, [*value, 0]));
            }
            (":ok", ":cas", _) => self.complete(order, process, 1),
            (":fail", ":cas", _) => self.complete(order, process, 0),
            (":ok", _, [value]) => self.complete(order, process, *value),
            (":info" | ":fail", ..) => {}
            _ => panic!("{process} {kind} {f} is not known"),
        }
    }
}
