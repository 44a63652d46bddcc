//! The history of a run comes in, of whatever its clients were promised; what it says of registers
//! goes out. Registers are independent of each other and of all else, so what is left out changes
//! nothing for those that stay.

use crate::history::{History, Operation, Outcome};
use crate::spec::object::{Object, Op, Ret, Value};
use crate::spec::{Access, Spec};

/// The operations on registers, and how many others there were.
pub(in crate::cli) fn registers<S: Spec>(history: &History<S>) -> (History<Object>, usize) {
    let operations: Vec<Operation<Object>> =
        history.operations.iter().filter_map(register).collect();
    // A read without an answer says nothing, of a register or of anything else.
    let tells = |one: &&Operation<S>| matches!(one.outcome, Outcome::Ok(_)) || !S::is_read(&one.op);
    let left_out = history.operations.iter().filter(tells).count() - operations.len();
    (History { operations }, left_out)
}

fn register<S: Spec>(one: &Operation<S>) -> Option<Operation<Object>> {
    let key = S::part(&one.op)?;
    let told = match &one.outcome {
        Outcome::Ok(ret) => Some(ret),
        Outcome::Refused | Outcome::Unknown => None,
    };
    let (op, ret) = match (S::access(&one.op, None), told.map(|ret| S::access(&one.op, Some(ret))))
    {
        (_, Some(Some(Access::Read(seen)))) => (Op::Read(key), Some(Ret::Value(value(seen)))),
        (Some(Access::Swap(from, to)), Some(Some(access))) => {
            let swapped = matches!(access, Access::Swap(..));
            (Op::Cas(key, value(from), value(to)), Some(Ret::Flag(swapped)))
        }
        (Some(Access::Write(to)), Some(Some(_))) => (Op::Write(key, value(to)), Some(Ret::Done)),
        (Some(Access::Swap(from, to)), None) => (Op::Cas(key, value(from), value(to)), None),
        (Some(Access::Write(to)), None) => (Op::Write(key, value(to)), None),
        _ => return None,
    };
    let outcome = match (&one.outcome, ret) {
        (_, Some(ret)) => Outcome::Ok(ret),
        (Outcome::Refused, None) => Outcome::Refused,
        (_, None) => Outcome::Unknown,
    };
    Some(Operation {
        request: one.request,
        node: one.node,
        op,
        invoked: one.invoked,
        outcome,
        completed: one.completed,
        again: one.again,
        step: one.step,
    })
}

fn value(held: Option<u64>) -> Value {
    held.map_or(Value::Nil, |held| Value::Number(held.cast_signed()))
}
