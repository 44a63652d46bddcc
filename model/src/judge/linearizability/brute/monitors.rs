//! What decides without a search, held against the frontier, on histories that are too long for
//! the definition.

use super::super::collections;
use super::super::decide::Wanted;
use super::super::frontier::{Frontier, Whole};
use super::super::order;
use super::super::parts::{Claim, Parts};
use super::super::search::Decision;
use super::made_up;
use super::objects::etcd;
use crate::seed::{Draws, Seed};
use crate::spec::Spec;
use crate::spec::object::{Object, Op, Ret, Value};
use std::cell::Cell;

type Put = fn(Value) -> Op;
type Judge = fn(&[Claim<'_, Object>]) -> Option<Decision>;

fn by_collections(part: &[Claim<'_, Object>]) -> Option<Decision> {
    collections::decide(part)
}

fn by_order(part: &[Claim<'_, Object>]) -> Option<Decision> {
    order::decide(part, Wanted::Decision, &mut { 1 << 20 }).map(|decided| decided.decision)
}

/// How many histories were judged both ways: explained, and refuted.
fn hold(
    seed: u64,
    judge: Judge,
    any: impl Fn(&mut Draws) -> Op,
    lie: impl Fn(&mut Draws, &Op) -> Ret,
) -> [u64; 2] {
    let mut counts = [0, 0];
    for case in 0..8_000 {
        let mut draws = Seed(seed).fork(case).draws();
        let history = made_up::<Object>(&mut draws, 14, &any, &lie);
        let parts = Parts::of(&history, |_| true);
        for part in parts.iter().filter(|part| !part.is_empty()) {
            let Some(decision) = judge(part) else { continue };
            let moves = Whole(part);
            let ended = Frontier::new(&moves, false).run(part, &mut { 1 << 20 });
            assert_eq!(decision, ended.decision(), "{case}: {history:?}");
            counts[usize::from(decision == Decision::Refuted)] += 1;
        }
    }
    counts
}

#[test]
fn monitors_of_collections_agree_with_the_frontier() {
    let kinds: [(u64, Put, Op); 3] =
        [(41, Op::Enqueue, Op::Dequeue), (42, Op::Push, Op::Pop), (43, Op::Offer, Op::Poll)];
    for (seed, put, take) in kinds {
        let next = Cell::new(0);
        let any = |draws: &mut Draws| {
            next.set((next.get() + 7) % 40);
            if draws.chance(1, 2) { put(Value::Number(next.get())) } else { take.clone() }
        };
        let lie = |draws: &mut Draws, op: &Op| {
            if *op != take {
                return Ret::Done;
            }
            let back = 7 * draws.below(8) as i64;
            let value = Value::Number((next.get() + 280 - back) % 40);
            Ret::Value(if draws.chance(4, 5) { value } else { Value::Nil })
        };
        let counts = hold(seed, by_collections, any, lie);
        assert!(counts.iter().all(|count| *count > 800), "{seed}: {counts:?}");
    }
}

#[test]
fn revisions_place_operations_as_the_frontier_does() {
    let lie = |draws: &mut Draws, op: &Op| {
        let mut state = Object::init();
        for _ in 0..draws.below(8) {
            Object::apply(&mut state, &etcd(draws));
        }
        Object::apply(&mut state, op)
    };
    let counts = hold(44, by_order, etcd, lie);
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}
