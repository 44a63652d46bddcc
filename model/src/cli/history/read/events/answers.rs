//! What was asked and the value of an answer come in; what the client was told goes out.

use super::{F, Form, Manner, Names, number, steps, value};
use crate::history::Outcome;
use crate::spec::object::{Op, Part, Ret, Value};

/// What an operation was answered. The token of a lock is known by its answer alone.
pub(super) fn answered(
    op: &mut Op,
    form: &Form<'_>,
    names: &mut Names,
    manner: Manner,
) -> Result<Outcome<Ret>, String> {
    let told = match op {
        Op::Read(_) => match alone(form)? {
            Value::Nil if manner == Manner::Fails => return Ok(Outcome::Unknown),
            value => Ret::Value(value),
        },
        Op::Count(_) => match alone(form)? {
            Value::Nil => return Ok(Outcome::Unknown),
            value => Ret::Value(value),
        },
        Op::Members | Op::List(_) => match value(form)? {
            Value::List(values) => Ret::Value(Value::List(if *op == Op::Members {
                let mut values = values.to_vec();
                values.sort_unstable();
                values.into()
            } else {
                values
            })),
            Value::Nil => return Ok(Outcome::Unknown),
            _ => return Err("expected several values".to_owned()),
        },
        Op::Contains(_) => match form {
            Form::Word(word) if word == "true" => Ret::Flag(true),
            Form::Word(word) if word == "false" => Ret::Flag(false),
            _ => return Err("expected true or false".to_owned()),
        },
        Op::Fetch(..) | Op::Dequeue | Op::Pop | Op::Poll => Ret::Value(alone(form)?),
        Op::Publish(..) => Ret::Value(Value::Number(number(form)?)),
        Op::Cas(..) | Op::Acquire(..) | Op::Release(_) | Op::Take(_) if is_false(form) => {
            Ret::Flag(false)
        }
        Op::Acquire(_, token) => {
            if let Form::Number(number) = form {
                *token = Some(*number);
            }
            Ret::Flag(true)
        }
        Op::Cas(..) | Op::Release(_) | Op::Take(_) => Ret::Flag(true),
        Op::Etcd(_) => Ret::Value(value(form)?),
        Op::Transaction(asked) => Ret::Value(reads(asked, form, names)?),
        _ => Ret::Done,
    };
    Ok(Outcome::Ok(told))
}

/// A value, without the key that Jepsen puts before it where there are several.
fn alone(form: &Form<'_>) -> Result<Value, String> {
    match form {
        Form::List(pair) => match &pair[..] {
            [_, (_, form)] => value(form),
            _ => Err("expected one value, or a key and a value".to_owned()),
        },
        form => value(form),
    }
}

/// What the reads of a transaction found, of which it must be the same one.
fn reads(asked: &[(u64, Part)], form: &Form<'_>, names: &mut Names) -> Result<Value, String> {
    let done = steps(form, names)?;
    let same = |(step, (key, part)): (&super::Step, &(u64, Part))| {
        let f = match part {
            Part::Read => F::Read,
            Part::Write(_) => F::Write,
            Part::Extend(_) => F::Append,
        };
        step.key == *key && step.f == f
    };
    if done.len() != asked.len() || !done.iter().zip(asked).all(same) {
        return Err("it answers other steps than it was asked for".to_owned());
    }
    let found = done.into_iter().filter(|step| step.f == F::Read).map(|step| step.value);
    Ok(Value::List(found.collect()))
}

/// Whether a condition was seen not to hold, as our own JSON lines say it.
fn is_false(form: &Form<'_>) -> bool {
    matches!(form, Form::Word(word) if word == "false")
}
