//! One operation comes in; the object changes, and what its client is told goes out.
//!
//! An object is what its first operation makes it: before, it is a register that holds nothing. A
//! read does not make it anything, since a read must leave every state as it is.

use super::etcd::Store;
use super::{Op, Part, Ret, State, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

impl State {
    pub(super) fn act(&mut self, op: &Op) -> Ret {
        match op {
            Op::Write(_, value) => {
                self.one().clone_from(value);
                Ret::Done
            }
            Op::Read(_) => Ret::Value(self.one().clone()),
            Op::Cas(_, expected, value) => {
                let held = self.one();
                let swap = held == expected;
                if swap {
                    held.clone_from(value);
                }
                Ret::Flag(swap)
            }
            Op::Append(_, more) => {
                let held = self.one();
                *held = match held {
                    Value::Text(text) => Value::Text(format!("{text}{more}").into()),
                    _ => Value::Text(more.clone()),
                };
                Ret::Done
            }
            Op::Transaction(parts) => self.transact(parts),
            Op::Add(_, more) => self.add(*more),
            Op::Count(_) => Ret::Value(Value::Number(self.number())),
            Op::Extend(_, value) => {
                extend(self.one(), value);
                Ret::Done
            }
            Op::List(_) => Ret::Value(match self.one() {
                Value::Nil => Value::List([].into()),
                other => other.clone(),
            }),
            Op::Take(permits) => {
                let enough = self.number() >= *permits;
                if enough {
                    self.add(permits.saturating_neg());
                }
                Ret::Flag(enough)
            }
            Op::Give(permits) => self.add(*permits),
            Op::Etcd(ask) => self.store(|store| store.ask(ask), ask.is_read()),
            Op::Acquire(who, token) => self.acquire(*who, *token),
            Op::Release(who) => match self {
                State::Lock(holder, _) if *holder == Some(*who) => {
                    *holder = None;
                    Ret::Flag(true)
                }
                _ => Ret::Flag(false),
            },
            other => self.collect(other),
        }
    }

    /// Does what is done to collections.
    fn collect(&mut self, op: &Op) -> Ret {
        let found = match op {
            Op::Insert(value) => {
                self.set().insert(value.clone());
                return Ret::Done;
            }
            Op::Remove(value) => {
                let set = self.set();
                set.remove(value);
                // An empty set is as it was at first, and need not be kept apart from that.
                if set.is_empty() {
                    *self = State::One(Value::Nil);
                }
                return Ret::Done;
            }
            Op::Contains(value) => {
                return Ret::Flag(matches!(self, State::Set(set) if set.contains(value)));
            }
            Op::Members => Some(Value::List(match self {
                State::Set(set) => set.iter().cloned().collect(),
                _ => [].into(),
            })),
            Op::Enqueue(value) | Op::Push(value) => {
                self.line().push_back(value.clone());
                return Ret::Done;
            }
            Op::Dequeue => self.line().pop_front(),
            Op::Pop => self.line().pop_back(),
            Op::Offer(value) => {
                *self.heap().entry(value.clone()).or_insert(0) += 1;
                return Ret::Done;
            }
            Op::Poll => self.poll(),
            Op::Publish(_, value) => {
                let line = self.line();
                line.push_back(value.clone());
                Some(Value::Number(line.len() as i64 - 1))
            }
            Op::Fetch(_, offset) => match self {
                State::Line(line) => {
                    usize::try_from(*offset).ok().and_then(|at| line.get(at).cloned())
                }
                _ => None,
            },
            _ => None,
        };
        Ret::Value(found.unwrap_or(Value::Nil))
    }

    fn add(&mut self, more: i64) -> Ret {
        let sum = self.number().saturating_add(more);
        *self.one() = Value::Number(sum);
        Ret::Done
    }

    /// A counter, or the permits of a semaphore.
    const fn number(&self) -> i64 {
        match self {
            State::One(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    /// Tokens grow from holder to holder. One that nobody was told was larger than the last, and
    /// may have been smaller than any that came later.
    fn acquire(&mut self, who: u64, token: Option<i64>) -> Ret {
        let (holder, last) = match self {
            State::Lock(holder, last) => (*holder, *last),
            _ => (None, i64::MIN),
        };
        let free = holder.is_none() && token.is_none_or(|token| token > last);
        if free {
            *self = State::Lock(Some(who), token.unwrap_or(last));
        }
        Ret::Flag(free)
    }

    fn transact(&mut self, parts: &[(u64, Part)]) -> Ret {
        let mut found = Vec::new();
        for (key, part) in parts {
            match part {
                Part::Read => found.push(match self {
                    State::Several(values) => values.get(key).cloned().unwrap_or(Value::Nil),
                    _ => Value::Nil,
                }),
                Part::Write(value) => {
                    self.several().insert(*key, value.clone());
                }
                Part::Extend(value) => {
                    extend(self.several().entry(*key).or_insert(Value::Nil), value);
                }
            }
        }
        Ret::Value(Value::List(found.into()))
    }

    /// Values that went away leave no trace, so that equal heaps are equal.
    fn poll(&mut self) -> Option<Value> {
        let mut first = self.heap().first_entry()?;
        *first.get_mut() -= 1;
        Some(if *first.get() == 0 { first.remove_entry().0 } else { first.key().clone() })
    }

    /// A read does not make it a store.
    fn store(&mut self, ask: impl FnOnce(&mut Store) -> Ret, is_read: bool) -> Ret {
        match self {
            State::Store(store) => ask(store),
            _ if is_read => ask(&mut Store::new()),
            _ => {
                let mut store = Store::new();
                let ret = ask(&mut store);
                // What changed nothing leaves no trace either, so that equal states are equal.
                if store != Store::new() {
                    *self = State::Store(store);
                }
                ret
            }
        }
    }

    fn one(&mut self) -> &mut Value {
        if !matches!(self, State::One(_)) {
            *self = State::One(Value::Nil);
        }
        match self {
            State::One(value) => value,
            _ => unreachable!("it was made one value above"),
        }
    }

    fn several(&mut self) -> &mut BTreeMap<u64, Value> {
        if !matches!(self, State::Several(_)) {
            *self = State::Several(BTreeMap::new());
        }
        match self {
            State::Several(values) => values,
            _ => unreachable!("it was made several values above"),
        }
    }

    fn line(&mut self) -> &mut VecDeque<Value> {
        if !matches!(self, State::Line(_)) {
            *self = State::Line(VecDeque::new());
        }
        match self {
            State::Line(values) => values,
            _ => unreachable!("it was made a line above"),
        }
    }

    fn set(&mut self) -> &mut BTreeSet<Value> {
        if !matches!(self, State::Set(_)) {
            *self = State::Set(BTreeSet::new());
        }
        match self {
            State::Set(values) => values,
            _ => unreachable!("it was made a set above"),
        }
    }

    fn heap(&mut self) -> &mut BTreeMap<Value, u32> {
        if !matches!(self, State::Heap(_)) {
            *self = State::Heap(BTreeMap::new());
        }
        match self {
            State::Heap(values) => values,
            _ => unreachable!("it was made a heap above"),
        }
    }
}

fn extend(held: &mut Value, value: &Value) {
    let old: &[Value] = match held {
        Value::List(values) => values,
        _ => &[],
    };
    *held = Value::List(old.iter().chain([value]).cloned().collect());
}
