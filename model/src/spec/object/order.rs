//! The operations of a log or a list come in; where their answers place them goes out.
//!
//! The idea: an offset is a number in the one order of changes, and each read of a whole list is a
//! prefix of the longest one.

use super::super::places::{Place, Places, Told};
use super::{Op, Ret, Value, etcd};
use std::collections::BTreeMap;

/// What no answer can be.
const IMPOSSIBLE: Place = Place::Between(1, 0);

/// Nothing where the operations are of other objects, or the same value was written twice.
pub(super) fn places(part: &[Told<'_, Op, Ret>]) -> Option<Places> {
    let of = match part.first()?.0 {
        Op::Etcd(_) => return etcd::places(part),
        Op::Publish(..) | Op::Fetch(..) => log(part)?,
        Op::Extend(..) | Op::List(_) => list(part)?,
        _ => return None,
    };
    Some(Places { of, certain: true })
}

fn log(part: &[Told<'_, Op, Ret>]) -> Option<Vec<Place>> {
    // What stands at an offset that somebody was told, and open operations by their values.
    let mut at: BTreeMap<i64, &Value> = BTreeMap::new();
    let mut open: BTreeMap<&Value, Option<usize>> = BTreeMap::new();
    for (number, (op, ret)) in part.iter().enumerate() {
        match (op, ret) {
            (Op::Publish(_, value), Some(Ret::Value(Value::Number(offset)))) => {
                at.insert(*offset, value);
            }
            (Op::Publish(_, value), None) => {
                open.entry(value).and_modify(|one| *one = None).or_insert(Some(number));
            }
            (Op::Publish(..), Some(_)) | (Op::Fetch(..), _) => {}
            _ => return None,
        }
    }
    let mut of: Vec<Place> = Vec::with_capacity(part.len());
    let mut found: BTreeMap<usize, u64> = BTreeMap::new();
    for (op, ret) in part {
        of.push(match (op, ret) {
            (Op::Publish(..), Some(Ret::Value(Value::Number(offset)))) => {
                u64::try_from(*offset).map_or(IMPOSSIBLE, |offset| Place::Change(offset + 1))
            }
            (Op::Publish(..), None) => Place::Anywhere,
            (Op::Fetch(_, offset), Some(Ret::Value(value))) => {
                match (u64::try_from(*offset), value) {
                    (Ok(offset), Value::Nil) => Place::Between(0, offset),
                    (Err(_), Value::Nil) => Place::Between(0, u64::MAX),
                    (Err(_), _) => IMPOSSIBLE,
                    (Ok(number), _) => {
                        match at.get(offset) {
                            Some(there) if *there == value => {}
                            Some(_) => {
                                of.push(IMPOSSIBLE);
                                continue;
                            }
                            // Its writer got no answer; it is known where only one can be.
                            None => match open.get(value) {
                                Some(Some(writer)) => {
                                    let before = found.insert(*writer, number + 1);
                                    if before.is_some_and(|before| before != number + 1) {
                                        of.push(IMPOSSIBLE);
                                        continue;
                                    }
                                }
                                Some(None) => return None,
                                None => {
                                    of.push(IMPOSSIBLE);
                                    continue;
                                }
                            },
                        }
                        Place::Between(number + 1, u64::MAX)
                    }
                }
            }
            (Op::Fetch(..), None) => Place::Unseen,
            _ => IMPOSSIBLE,
        });
    }
    found.into_iter().for_each(|(writer, number)| of[writer] = Place::Change(number));
    Some(of)
}

fn list(part: &[Told<'_, Op, Ret>]) -> Option<Vec<Place>> {
    let mut longest: &[Value] = &[];
    for (op, ret) in part {
        match (op, ret) {
            (Op::List(_), Some(Ret::Value(Value::List(values)))) => {
                longest = if values.len() > longest.len() { values } else { longest };
            }
            (Op::Extend(..) | Op::List(_), _) => {}
            _ => return None,
        }
    }
    let numbered = longest.iter().zip(1_u64..);
    let numbers: BTreeMap<&Value, u64> = numbered.collect();
    if numbers.len() < longest.len() {
        return None;
    }
    let mut written: BTreeMap<&Value, ()> = BTreeMap::new();
    let mut of: Vec<Place> = Vec::with_capacity(part.len());
    for (op, ret) in part {
        of.push(match (op, ret) {
            (Op::Extend(_, value), ret) => {
                if written.insert(value, ()).is_some() {
                    return None;
                }
                match (numbers.get(value), ret) {
                    (Some(number), _) => Place::Change(*number),
                    (None, Some(_)) => Place::Last,
                    (None, None) => Place::Unseen,
                }
            }
            (_, Some(Ret::Value(Value::List(values)))) if longest.starts_with(values) => {
                Place::Between(values.len() as u64, values.len() as u64)
            }
            (_, None) => Place::Unseen,
            _ => IMPOSSIBLE,
        });
    }
    Some(of)
}
