//! Operations come in as a large file is read; whether some order explains them goes out. Nothing
//! of the file is kept but what is under way.

use super::load::mark;
use super::read::Names;
use super::tape::{Tape, first, key};
use crate::judge::stream::{Before, Halt, Halted, Stream};
use crate::spec::object::{Kind, Object, Op, Part, Value};
use std::collections::BTreeSet;

/// A large file while it is read.
pub(super) struct Following {
    stream: Stream<Object>,
    halt: Option<Halted<Object>>,
    init: Value,
    kind: Option<Kind>,
    /// The keys that have their first values.
    begun: BTreeSet<u64>,
    last: Option<u64>,
}

/// A large file that has been read.
pub(super) struct Followed {
    pub(super) operations: u64,
    /// Nothing where some order explains all of it.
    pub(super) halt: Option<Halted<Object>>,
    /// Of what was refuted: where its part stood a while before.
    pub(super) before: Option<Before<Object>>,
    /// So many bytes of operations were held back at most until it was known how they ended.
    pub(super) most: u64,
    pub(super) names: Names,
}

impl Following {
    pub(super) fn new(init: Value, kind: Option<Kind>, budget: u64) -> Following {
        let mut stream = Stream::new(budget);
        if let (Some(Kind::Semaphore), Value::Number(permits)) = (kind, &init) {
            stream.begin(&Op::Give(*permits));
        }
        let begun = BTreeSet::new();
        Following { stream, halt: None, init, kind, begun, last: None }
    }

    /// The first value of what has one.
    pub(super) const fn init(&self) -> &Value {
        &self.init
    }

    /// How many operations were tried so far.
    pub(super) const fn work(&self) -> u64 {
        self.stream.work()
    }

    /// Whether nothing more can be said of the file.
    pub(super) const fn is_halted(&self) -> bool {
        self.halt.is_some()
    }

    /// Follows what is settled on the tape, and whatever takes more than so many bytes there.
    pub(super) fn take(&mut self, tape: &mut Tape, most: u64) {
        for (operation, line, answer) in tape.settled(most) {
            if self.halt.is_some() {
                return;
            }
            if self.init != Value::Nil {
                self.begin(&operation.op);
            }
            self.halt = self.stream.push(&operation, mark(line, answer)).err();
        }
    }

    /// Gives what an operation is about its first value, if it has none yet.
    fn begin(&mut self, op: &Op) {
        if let Op::Transaction(parts) = op {
            for (key, _) in parts {
                if self.begun.insert(*key) {
                    let write = Part::Write(self.init.clone());
                    self.stream.begin(&Op::Transaction(vec![(*key, write)]));
                }
            }
        }
        let Some(key) = key(op).filter(|key| self.last != Some(*key)) else { return };
        self.last = Some(key);
        if self.begun.insert(key) {
            self.stream.begin(&first(key, self.kind, &self.init));
        }
    }

    pub(super) fn end(mut self, operations: u64, names: Names, most: u64) -> Followed {
        let halt = self.halt.or_else(|| self.stream.finish().err());
        let refuted = matches!(halt, Some(Halt::Refuted { .. }));
        let before = if refuted { self.stream.before() } else { None };
        Followed { operations, halt, names, before, most }
    }
}
