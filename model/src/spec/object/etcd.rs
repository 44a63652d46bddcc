//! etcd's model: keys in order, read by ranges, written alone or in transactions, and one revision
//! that grows with each change. One request comes in; its answer goes out.
//!
//! An answer is a list: the revision of the store's header, then what was found. A range finds how
//! many keys there are and their rows, `[key value mod_revision]`; a deletion, how many keys it
//! took; a transaction, 1 or 0 and what the operations of that branch found. Reads of past
//! revisions, leases and compaction are not modelled.

use super::super::places::{Place, Places, Told};
use super::{Op, Ret, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

mod text;

/// What a client asks of the store.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ask {
    /// Reads a key, or all keys from the first to before the second; no more rows than the limit,
    /// where it is not 0.
    Range(Arc<str>, Option<Arc<str>>, u64),
    /// Writes a value under a key.
    Put(Arc<str>, Value),
    /// Removes a key, or all keys from the first to before the second.
    Delete(Arc<str>, Option<Arc<str>>),
    /// Does the first operations if all comparisons hold, or else the second ones, at one moment.
    Txn(Vec<Compare>, Vec<Ask>, Vec<Ask>),
}

/// What is compared about a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Field {
    /// Its value; a key that is not there has none, and no comparison of it holds.
    Value,
    /// The revision of its last change, or 0.
    Modified,
    /// The revision of its creation, or 0.
    Created,
    /// How often it was written since its creation.
    Version,
}

/// A comparison of a transaction: the key's field stands so to the value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Compare {
    /// The key.
    pub key: Arc<str>,
    /// What of it.
    pub field: Field,
    /// `Less`, `Equal` or `Greater`.
    pub is: Ordering,
    /// Whether it must not be so.
    pub not: bool,
    /// What it is held against.
    pub than: Value,
}

/// A key that is there.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Entry {
    value: Value,
    modified: i64,
    created: i64,
    version: i64,
}

/// The store.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Store {
    revision: i64,
    keys: BTreeMap<Arc<str>, Entry>,
}

impl Store {
    /// An empty store: its revision is 1, and the first change makes it 2.
    pub(super) const fn new() -> Store {
        Store { revision: 1, keys: BTreeMap::new() }
    }

    pub(super) fn ask(&mut self, ask: &Ask) -> Ret {
        let mut changed = false;
        let found = self.run(ask, self.revision + 1, &mut changed);
        self.revision += i64::from(changed);
        Ret::Value(Value::List([Value::Number(self.revision), found].into()))
    }

    fn run(&mut self, ask: &Ask, next: i64, changed: &mut bool) -> Value {
        match ask {
            Ask::Range(from, to, limit) => self.range(from, to.as_ref(), *limit),
            Ask::Put(key, value) => {
                *changed = true;
                let fresh = Entry { value: Value::Nil, modified: next, created: next, version: 0 };
                let entry = self.keys.entry(key.clone()).or_insert(fresh);
                entry.value.clone_from(value);
                entry.modified = next;
                entry.version += 1;
                Value::Nil
            }
            Ask::Delete(from, to) => {
                let gone: Vec<Arc<str>> =
                    self.within(from, to.as_ref()).map(|(key, _)| key.clone()).collect();
                gone.iter().for_each(|key| drop(self.keys.remove(key)));
                *changed |= !gone.is_empty();
                Value::Number(gone.len() as i64)
            }
            Ask::Txn(when, then, otherwise) => {
                let holds = when.iter().all(|compare| self.holds(compare));
                let branch = if holds { then } else { otherwise };
                let found = branch.iter().map(|ask| self.run(ask, next, changed)).collect();
                Value::List([Value::Number(i64::from(holds)), Value::List(found)].into())
            }
        }
    }

    fn within<'s>(
        &'s self,
        from: &'s Arc<str>,
        to: Option<&'s Arc<str>>,
    ) -> impl Iterator<Item = (&'s Arc<str>, &'s Entry)> {
        // An empty range is none, whatever its ends.
        let end = match to {
            None => Bound::Included(from.as_ref()),
            Some(to) if to <= from => Bound::Included(from.as_ref()),
            Some(to) => Bound::Excluded(to.as_ref()),
        };
        let empty = to.is_some_and(|to| to <= from);
        let keys = self.keys.range::<str, _>((Bound::Included(from.as_ref()), end));
        keys.filter(move |_| !empty)
    }

    fn range(&self, from: &Arc<str>, to: Option<&Arc<str>>, limit: u64) -> Value {
        let limit = if limit == 0 { usize::MAX } else { limit as usize };
        let row = |(key, entry): (&Arc<str>, &Entry)| {
            let row =
                [Value::Text(key.clone()), entry.value.clone(), Value::Number(entry.modified)];
            Value::List(row.into())
        };
        let rows: Vec<Value> = self.within(from, to).take(limit).map(row).collect();
        let count = match limit {
            usize::MAX => rows.len(),
            _ => self.within(from, to).count(),
        };
        Value::List([Value::Number(count as i64), Value::List(rows.into())].into())
    }

    fn holds(&self, compare: &Compare) -> bool {
        let entry = self.keys.get(&compare.key);
        let number = |of: fn(&Entry) -> i64| Some(Value::Number(entry.map_or(0, of)));
        let held = match compare.field {
            Field::Value => entry.map(|entry| entry.value.clone()),
            Field::Modified => number(|entry| entry.modified),
            Field::Created => number(|entry| entry.created),
            Field::Version => number(|entry| entry.version),
        };
        held.is_some_and(|held| (held.cmp(&compare.than) == compare.is) != compare.not)
    }
}

impl Ask {
    /// Whether it leaves every store as it is.
    pub(super) fn is_read(&self) -> bool {
        match self {
            Ask::Range(..) => true,
            Ask::Put(..) | Ask::Delete(..) => false,
            Ask::Txn(_, then, otherwise) => then.iter().chain(otherwise).all(Ask::is_read),
        }
    }

    /// Whether it changed something, as its answer shows.
    fn changed(&self, found: &Value) -> Option<bool> {
        match (self, found) {
            (Ask::Range(..), _) => Some(false),
            (Ask::Put(..), _) => Some(true),
            (Ask::Delete(..), Value::Number(gone)) => Some(*gone > 0),
            (Ask::Txn(_, then, otherwise), Value::List(found)) => {
                let [Value::Number(holds), Value::List(found)] = &found[..] else { return None };
                let branch = if *holds == 1 { then } else { otherwise };
                let changed =
                    branch.iter().zip(found.iter()).map(|(ask, found)| ask.changed(found));
                changed.collect::<Option<Vec<bool>>>().map(|all| all.contains(&true))
            }
            _ => None,
        }
    }
}

/// Revisions are the numbers of changes, so they place each operation that was answered.
pub(super) fn places(part: &[Told<'_, Op, Ret>]) -> Option<Places> {
    let place = |(op, ret): &Told<'_, Op, Ret>| {
        let Op::Etcd(ask) = op else { return None };
        let Some(ret) = ret else {
            return Some(if ask.is_read() { Place::Unseen } else { Place::Anywhere });
        };
        let Ret::Value(Value::List(answer)) = ret else { return None };
        let [Value::Number(revision), found] = &answer[..] else { return None };
        let before = u64::try_from(revision.checked_sub(1)?).ok()?;
        Some(if ask.changed(found)? {
            Place::Change(before)
        } else {
            Place::Between(before, before)
        })
    };
    let of = part.iter().map(place).collect::<Option<Vec<Place>>>()?;
    Some(Places { of, certain: false })
}
