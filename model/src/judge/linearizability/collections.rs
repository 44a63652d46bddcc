//! The claims of a queue, a stack or a priority queue come in, each value of which was put in once;
//! whether some order explains them goes out, and which values contradict each other. Nothing is
//! searched.
//!
//! The idea: a value that was put in before a moment and taken out after it is *surely there* then.
//! What must come out before it, and who finds nothing, must find a moment at which it need not be
//! there. For queues that is known as four patterns (Henzinger, Sezgin and Vafeiadis, CONCUR 2013);
//! near-linear ways for stacks and priority queues are of 2025 (Lee and Mathur, "Efficient
//! Decrease-and-Conquer Linearizability Monitoring", OOPSLA; Abdulla and others, PLDI).

use super::parts::{Claim, Expect, OPEN};
use super::search::Decision;
use super::zones::table::Table;
use crate::spec::Spec;
use crate::spec::flow::{Flow, Gives};
use cover::Cover;

mod cover;
mod stack;
mod tree;

/// The two operations of a value; what was never taken out is taken when all is over.
#[derive(Clone, Copy, Debug)]
struct Item {
    value: u64,
    put: Span,
    take: Span,
}

/// When an operation was under way.
#[derive(Clone, Copy, Debug)]
struct Span {
    call: u64,
    ret: u64,
}

/// What was put in and taken out, and who found nothing.
struct Collection {
    items: Vec<Item>,
    nothing: Vec<Span>,
    /// Whether somebody may have taken out what nobody knows.
    taking: bool,
}

/// After all moments, and before what never ends.
const NEVER: u64 = OPEN - 1;

/// What a monitor finds.
enum Found {
    Linearizable,
    /// These values contradict each other, or one who found nothing.
    Refuted {
        values: Vec<u64>,
        nothing: Option<Span>,
    },
    /// A value comes from nowhere, comes out twice, or comes out before it was put in.
    Impossible(u64),
}

/// Decides about a collection; nothing where the part is none, or values were put in more than
/// once, or what was taken out by nobody knows whom may matter.
pub(super) fn decide<S: Spec>(part: &[Claim<'_, S>]) -> Option<Decision> {
    Some(match find(part)? {
        Found::Linearizable => Decision::Linearizable,
        Found::Refuted { .. } | Found::Impossible(_) => Decision::Refuted,
    })
}

/// A few claims of a refuted collection that contradict each other: all that is about some values.
/// What is left out is about others, which would not make it better.
pub(super) fn culprits<'a, S: Spec>(part: &[Claim<'a, S>]) -> Option<Vec<Claim<'a, S>>> {
    let (values, finder) = match find(part)? {
        Found::Linearizable => return None,
        Found::Impossible(value) => (vec![value], None),
        Found::Refuted { mut values, nothing } => {
            values.sort_unstable();
            (values, nothing)
        }
    };
    let about = |claim: &&Claim<'a, S>| match flow(claim) {
        Some((_, Flow::Put(value) | Flow::Took(value))) => values.binary_search(&value).is_ok(),
        _ => finder.is_some_and(|finder| finder.call == claim.call),
    };
    let few: Vec<Claim<'a, S>> = part.iter().filter(about).copied().collect();
    (decide(&few) == Some(Decision::Refuted)).then_some(few)
}

fn find<S: Spec>(part: &[Claim<'_, S>]) -> Option<Found> {
    let gives = flow(part.first()?)?.0;
    let collection = match Collection::of(gives, part)? {
        Ok(collection) => collection,
        Err(value) => return Some(Found::Impossible(value)),
    };
    let found = match gives {
        Gives::First => collection.queue(),
        Gives::Last => stack::find(&collection.items),
        Gives::Smallest => collection.heap(),
    };
    let found = found.or_else(|| collection.anything_there());
    // What was taken by nobody knows whom may explain what else could not be.
    if found.is_some() && collection.taking {
        return None;
    }
    Some(found.unwrap_or(Found::Linearizable))
}

fn flow<S: Spec>(claim: &Claim<'_, S>) -> Option<(Gives, Flow)> {
    match claim.expect {
        Expect::Exactly(ret) => S::flow(claim.op, Some(ret)),
        Expect::Anything if !claim.is_closed() => S::flow(claim.op, None),
        Expect::Anything | Expect::NoneOf(_) => None,
    }
}

impl Collection {
    /// Nothing if it is not what the monitors can judge; or a value that cannot be.
    fn of<S: Spec>(gives: Gives, part: &[Claim<'_, S>]) -> Option<Result<Collection, u64>> {
        let never = Span { call: NEVER, ret: OPEN };
        let mut items: Vec<Item> = Vec::with_capacity(part.len() / 2);
        let mut table = Table::with_capacity(part.len() / 2);
        let (mut nothing, mut taking) = (Vec::new(), false);
        for takes in [false, true] {
            for claim in part {
                let (this, flow) = flow(claim)?;
                if this != gives {
                    return None;
                }
                let span = Span { call: claim.call, ret: claim.ret };
                let (Flow::Put(value) | Flow::Took(value)) = flow else {
                    taking |= flow == Flow::Taking;
                    if takes && flow == Flow::Nothing {
                        nothing.push(span);
                    }
                    continue;
                };
                if takes != matches!(flow, Flow::Took(_)) {
                    continue;
                }
                let found = table.find(0, Some(value), |at| items[at as usize].value == value);
                match (found, takes) {
                    (None, false) => {
                        let at = items.len() as u32;
                        items.push(Item { value, put: span, take: never });
                        table.insert(0, Some(value), at, |at| (0, Some(items[at as usize].value)));
                    }
                    (Some(_), false) => return None,
                    (None, true) => return Some(Err(value)),
                    (Some(at), true) => {
                        let item = &mut items[at as usize];
                        if item.take.call != NEVER || item.put.call > span.ret {
                            return Some(Err(value));
                        }
                        item.take = span;
                    }
                }
            }
        }
        // What may never have been put in, and was seen by nobody, says nothing.
        items.retain(|item| item.put.ret != OPEN || item.take.call != NEVER);
        Some(Ok(Collection { items, nothing, taking }))
    }

    /// Of a queue, a value that was put in before another must not come out after it.
    fn queue(&self) -> Option<Found> {
        let mut by_return: Vec<&Item> = self.items.iter().collect();
        by_return.sort_unstable_by_key(|item| item.put.ret);
        let mut by_call: Vec<&Item> = self.items.iter().collect();
        by_call.sort_unstable_by_key(|item| item.put.call);
        let mut before = by_return.into_iter().peekable();
        let mut latest: Option<&Item> = None;
        let mut first: Option<(&Item, &Item)> = None;
        for item in by_call {
            while let Some(early) = before.next_if(|early| early.put.ret < item.put.call) {
                latest = latest.filter(|known| known.take.call >= early.take.call).or(Some(early));
            }
            let Some(early) = latest.filter(|early| early.take.call > item.take.ret) else {
                continue;
            };
            if first.is_none_or(|(_, known)| item.take.ret < known.take.ret) {
                first = Some((early, item));
            }
        }
        first.map(|(early, late)| Found::Refuted {
            values: vec![early.value, late.value],
            nothing: None,
        })
    }

    /// Of a priority queue, a value must come out when no smaller one is surely there.
    fn heap(&self) -> Option<Found> {
        let mut sorted: Vec<&Item> = self.items.iter().collect();
        sorted.sort_unstable_by_key(|item| item.value);
        let mut cover = Cover::new(&self.items, &[]);
        for (at, item) in sorted.iter().enumerate() {
            let from = item.put.call.max(item.take.call);
            if item.take.call != NEVER && !cover.leaves(from, item.take.ret) {
                let smaller = sorted[..at].iter().map(|item| **item);
                let mut values = cover::chain(&smaller, from, item.take.ret);
                values.push(item.value);
                return Some(Found::Refuted { values, nothing: None });
            }
            cover.add(item.put.ret, item.take.call);
        }
        None
    }

    /// Who finds nothing must do so when nothing is surely there.
    fn anything_there(&self) -> Option<Found> {
        if self.nothing.is_empty() {
            return None;
        }
        let mut cover = Cover::new(&self.items, &self.nothing);
        self.items.iter().for_each(|item| cover.add(item.put.ret, item.take.call));
        let wrong = self.nothing.iter().find(|span| !cover.leaves(span.call, span.ret))?;
        let values = cover::chain(&self.items.iter().copied(), wrong.call, wrong.ret);
        Some(Found::Refuted { values, nothing: Some(*wrong) })
    }
}
