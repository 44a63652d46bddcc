//! The definitions themselves, tried out: is there an order? It shares no code with any checker.

use schism::history::{History, Operation, Outcome};
use schism::spec::Spec;
use std::collections::BTreeMap;

/// Which operations an order must leave as they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// One that had ended before another began stands before it: linearizability (Herlihy and Wing
    /// 1990).
    RealTime,
    /// The same, but only of one client: sequential consistency (Lamport 1979).
    Client,
}

/// Whether some order of the operations explains every answer.
pub(super) fn explained<S: Spec>(history: &History<S>, order: Order) -> bool {
    let refused = |one: &&Operation<S>| one.outcome != Outcome::Refused;
    let all: Vec<&Operation<S>> = history.operations.iter().filter(refused).collect();
    let told = |one: &&&Operation<S>| matches!(one.outcome, Outcome::Ok(_)) || !S::is_read(&one.op);
    let divides = all.iter().filter(told).all(|one| S::part(&one.op).is_some());
    let before = |first: &Operation<S>, second: &Operation<S>| {
        let same = first.request.client == second.request.client;
        (order == Order::RealTime || same) && first.precedes(second)
    };
    go_on(&all, (1 << all.len()) - 1, &BTreeMap::new(), divides, &before)
}

/// What each part of the object holds.
type Parts<S> = BTreeMap<Option<u64>, <S as Spec>::State>;

fn go_on<S: Spec>(
    all: &[&Operation<S>],
    rest: u32,
    object: &Parts<S>,
    divides: bool,
    before: &impl Fn(&Operation<S>, &Operation<S>) -> bool,
) -> bool {
    let left = || (0..all.len()).filter(|at| rest & 1 << at != 0);
    if left().all(|at| all[at].outcome == Outcome::Unknown) {
        return true;
    }
    left().any(|at| {
        let next = all[at];
        if left().any(|other| before(all[other], next)) {
            return false;
        }
        let mut object = object.clone();
        let part = S::part(&next.op).filter(|_| divides);
        let answer = S::apply(object.entry(part).or_insert_with(S::init), &next.op);
        let agrees = match &next.outcome {
            Outcome::Ok(ret) => *ret == answer,
            _ => true,
        };
        agrees && go_on(all, rest & !(1 << at), &object, divides, before)
    })
}
