//! Requests come in; their text, as reports show it, goes out, and their form in files, both ways.
//!
//! In a file, a request is its name and a list: `range [from to limit]`, `put [key value]`,
//! `delete [from to]`, `txn [[comparison ...] [operation ...] [operation ...]]`, with comparisons
//! `[key field is than]` and operations such as `[put key value]`. What stands last may be left out.

use super::{Ask, Compare, Field, Value};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

const FIELDS: [(&str, Field); 4] = [
    ("value", Field::Value),
    ("mod_revision", Field::Modified),
    ("create_revision", Field::Created),
    ("version", Field::Version),
];

const SIGNS: [(&str, Ordering, bool); 6] = [
    ("=", Ordering::Equal, false),
    ("!=", Ordering::Equal, true),
    ("<", Ordering::Less, false),
    (">=", Ordering::Less, true),
    (">", Ordering::Greater, false),
    ("<=", Ordering::Greater, true),
];

impl Ask {
    /// The request with this name and this list; or what is wrong with it.
    pub fn of(name: &str, given: &Value) -> Result<Ask, String> {
        let one = std::slice::from_ref(given);
        let given = if let Value::List(given) = given { given } else { one };
        match (name, given) {
            ("range" | "get" | "read", [from]) => Ok(Ask::Range(key(from)?, None, 0)),
            ("range" | "get" | "read", [from, to]) => Ok(Ask::Range(key(from)?, end(to)?, 0)),
            ("range" | "get" | "read", [from, to, Value::Number(limit)]) => {
                let limit = u64::try_from(*limit).map_err(|_| "a limit below 0")?;
                Ok(Ask::Range(key(from)?, end(to)?, limit))
            }
            ("put" | "write", [at, value]) => Ok(Ask::Put(key(at)?, value.clone())),
            ("delete", [from]) => Ok(Ask::Delete(key(from)?, None)),
            ("delete", [from, to]) => Ok(Ask::Delete(key(from)?, end(to)?)),
            ("txn", [Value::List(when), Value::List(then), rest @ ..]) => {
                let otherwise: &[Value] = match rest {
                    [] => &[],
                    [Value::List(otherwise)] => otherwise,
                    _ => return Err(EXPECTED.to_owned()),
                };
                let asks = |asks: &[Value]| asks.iter().map(inner).collect::<Result<_, _>>();
                let when = when.iter().map(Compare::of).collect::<Result<_, _>>()?;
                Ok(Ask::Txn(when, asks(then)?, asks(otherwise)?))
            }
            _ => Err(EXPECTED.to_owned()),
        }
    }

    /// The name and the list of the request.
    #[must_use]
    pub fn told(&self) -> (&'static str, Value) {
        let range = |from: &Arc<str>, to: &Option<Arc<str>>| {
            let to = to.as_ref().map_or(Value::Nil, |to| Value::Text(to.clone()));
            [Value::Text(from.clone()), to]
        };
        match self {
            Ask::Range(from, to, limit) => {
                let [from, to] = range(from, to);
                ("range", Value::List([from, to, Value::Number(*limit as i64)].into()))
            }
            Ask::Put(key, value) => {
                ("put", Value::List([Value::Text(key.clone()), value.clone()].into()))
            }
            Ask::Delete(from, to) => ("delete", Value::List(range(from, to).into())),
            Ask::Txn(when, then, otherwise) => {
                let asks = |asks: &[Ask]| Value::List(asks.iter().map(Ask::inner).collect());
                let when = Value::List(when.iter().map(Compare::told).collect());
                ("txn", Value::List([when, asks(then), asks(otherwise)].into()))
            }
        }
    }

    /// As an operation of a transaction: its name stands first.
    fn inner(&self) -> Value {
        let (name, given) = self.told();
        let given: &[Value] = if let Value::List(given) = &given { given } else { &[] };
        let name = Value::Text(name.into());
        Value::List(std::iter::once(name).chain(given.iter().cloned()).collect())
    }
}

const EXPECTED: &str = "expected range [from to limit], put [key value], delete [from to] or txn \
                        [comparisons operations operations]";

fn inner(ask: &Value) -> Result<Ask, String> {
    match ask {
        Value::List(words) => match &words[..] {
            [Value::Text(name), given @ ..] if plain(name) != "txn" => {
                Ask::of(plain(name), &Value::List(given.into()))
            }
            _ => Err(EXPECTED.to_owned()),
        },
        _ => Err(EXPECTED.to_owned()),
    }
}

/// A word without the colon of a keyword.
fn plain(name: &str) -> &str {
    name.strip_prefix(':').unwrap_or(name)
}

fn key(of: &Value) -> Result<Arc<str>, String> {
    match of {
        Value::Text(key) => Ok(key.clone()),
        Value::Number(number) => Ok(number.to_string().into()),
        Value::Nil | Value::List(_) => Err("a key is a text or a number".to_owned()),
    }
}

fn end(of: &Value) -> Result<Option<Arc<str>>, String> {
    if *of == Value::Nil { Ok(None) } else { key(of).map(Some) }
}

impl Compare {
    fn of(given: &Value) -> Result<Compare, String> {
        let expected = "expected a comparison [key field is than]";
        let Value::List(words) = given else { return Err(expected.to_owned()) };
        let [at, Value::Text(field), Value::Text(sign), than] = &words[..] else {
            return Err(expected.to_owned());
        };
        let field = FIELDS.iter().find(|(name, _)| *name == plain(field));
        let sign = SIGNS.iter().find(|(name, ..)| *name == plain(sign));
        let (Some((_, field)), Some((_, is, not))) = (field, sign) else {
            return Err(expected.to_owned());
        };
        Ok(Compare { key: key(at)?, field: *field, is: *is, not: *not, than: than.clone() })
    }

    fn told(&self) -> Value {
        let (field, sign) = self.words();
        let words = [
            Value::Text(self.key.clone()),
            Value::Text(field.into()),
            Value::Text(sign.into()),
            self.than.clone(),
        ];
        Value::List(words.into())
    }

    fn words(&self) -> (&'static str, &'static str) {
        let field = FIELDS.iter().find(|(_, field)| *field == self.field);
        let sign = SIGNS.iter().find(|(_, is, not)| (*is, *not) == (self.is, self.not));
        (field.map_or("", |(name, _)| name), sign.map_or("", |(name, ..)| name))
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |f: &mut fmt::Formatter<'_>, from: &str, to: &Option<Arc<str>>| match to {
            None => write!(f, " {from}"),
            Some(to) => write!(f, " {from}..{to}"),
        };
        match self {
            Ask::Range(from, to, limit) => {
                f.write_str("range")?;
                keys(f, from, to)?;
                if *limit > 0 { write!(f, " limit {limit}") } else { Ok(()) }
            }
            Ask::Put(key, value) => write!(f, "put {key} {value}"),
            Ask::Delete(from, to) => {
                f.write_str("delete")?;
                keys(f, from, to)
            }
            Ask::Txn(when, then, otherwise) => {
                f.write_str("txn if")?;
                when.iter().try_for_each(|compare| write!(f, " {compare}"))?;
                f.write_str(" then")?;
                then.iter().try_for_each(|ask| write!(f, " ({ask})"))?;
                f.write_str(" else")?;
                otherwise.iter().try_for_each(|ask| write!(f, " ({ask})"))
            }
        }
    }
}

impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, sign) = self.words();
        write!(f, "{field}({}){sign}{}", self.key, self.than)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_read_back_as_they_are_told() {
        let text = |text: &str| Arc::from(text);
        let compare = |(_, is, not): &(&str, Ordering, bool)| Compare {
            key: text("a"),
            field: Field::Modified,
            is: *is,
            not: *not,
            than: Value::Number(3),
        };
        let put = Ask::Put(text("a"), Value::Number(1));
        let range = Ask::Range(text("a"), Some(text("c")), 2);
        let asks = [
            put.clone(),
            range.clone(),
            Ask::Range(text("b"), None, 0),
            Ask::Delete(text("a"), None),
            Ask::Txn(SIGNS.iter().map(compare).collect(), vec![put], vec![range]),
        ];
        for ask in asks {
            let (name, given) = ask.told();
            assert_eq!(Ask::of(name, &given), Ok(ask));
        }
        assert_eq!(Ask::of("put", &Value::Nil), Err(EXPECTED.to_owned()));
    }
}
