//! The steps of scenarios, both ways: the words of a line go in and an [`Expect`] or a [`Load`]
//! comes out, or the reverse. Whether what is expected comes true is not known here.

use super::line::Line;
use super::step::{client, duration, target};
use crate::error::Error;
use crate::expect::{Expect, Lasting, Load, Wish};
use crate::fault::Target;
use crate::time::{Spelled, micros};
use std::fmt;
use std::time::Duration;

type Read<T> = Result<T, Error>;

/// The first words of these steps.
pub(super) const WORDS: [&str; 2] = ["expect", "load"];

/// What somebody can be expected to do.
const VERBS: [&str; 4] = ["see", "follow", "take", "catch"];

/// Words that mean something where names stand, so that no role here is called so.
const RESERVED: [&str; 4] = ["all", "each", "no", "among"];

/// Reads what follows `load`: `c0 -> leader every 100ms for 10s`.
pub(super) fn load(line: &mut Line) -> Read<Load> {
    let client = client(line)?.ok_or_else(|| line.expected("a client such as c0"))?;
    line.expect(&["->"])?;
    let to = target(line)?;
    line.expect(&["every"])?;
    let every = duration(line)?;
    if micros(every) == 0 {
        return Err(line.error("a load asks every 1us at the most"));
    }
    line.expect(&["for"])?;
    let lasts = duration(line)?;
    if micros(lasts) / micros(every) >= Load::REQUESTS_MAX {
        return Err(line.error(format!("a load has at most {} requests", Load::REQUESTS_MAX)));
    }
    Ok(Load { client, to, every, lasts })
}

/// Reads what follows `expect`.
pub(super) fn expect(line: &mut Line) -> Read<Expect> {
    let wish = wish(line)?;
    let lasting = match line.peek() {
        "within" => {
            line.take("within");
            Lasting::Within(duration(line)?)
        }
        "for" => {
            line.take("for");
            Lasting::For(duration(line)?)
        }
        _ => Lasting::Now,
    };
    Ok(Expect { wish, lasting })
}

fn wish(line: &mut Line) -> Read<Wish> {
    let words: Vec<&str> = line.rest().split_whitespace().take(3).collect();
    match words[..] {
        ["a", "new", "leader"] => {
            line.expect(&["a", "new", "leader"])?;
            return Ok(Wish::NewLeader);
        }
        ["the", "leader", "steps"] => {
            line.expect(&["the", "leader", "steps", "down"])?;
            return Ok(Wish::StepsDown);
        }
        [word @ ("a" | "no"), "leader", ..] => {
            line.expect(&[word, "leader"])?;
            let who = if line.take_if("among") { some(line)? } else { Vec::new() };
            return Ok(Wish::Leads { who, one: word == "a" });
        }
        _ => {}
    }
    let who = some(line)?;
    let verb = line.peek();
    let Some(known) = VERBS.into_iter().find(|known| verb == *known || is_singular(verb, known))
    else {
        return Err(line.unknown("expectation", &VERBS));
    };
    line.take(verb);
    Ok(match known {
        "see" if line.take_if("each") => {
            line.expect(&["other"])?;
            Wish::See { who, whom: Vec::new() }
        }
        "see" => Wish::See { who, whom: named(line)? },
        "follow" if line.take_if("nobody") => Wish::NoLeader { who },
        "follow" => {
            line.expect(&["one", "leader"])?;
            Wish::OneLeader { who }
        }
        "take" => {
            let some = !line.take_if("no");
            line.expect(&["writes"])?;
            Wish::Writes { who, some }
        }
        _ => {
            line.expect(&["up"])?;
            Wish::CatchUp { who }
        }
    })
}

/// `sees` for `see`, `catches` for `catch`.
fn is_singular(word: &str, verb: &str) -> bool {
    word.strip_prefix(verb).is_some_and(|rest| matches!(rest, "s" | "es"))
}

/// Reads who it is about: `all`, or names.
fn some(line: &mut Line) -> Read<Vec<Target>> {
    if line.take_if("all") { Ok(Vec::new()) } else { named(line) }
}

/// Reads names up to a word that is none.
fn named(line: &mut Line) -> Read<Vec<Target>> {
    let mut targets = Vec::new();
    while targets.is_empty() || !ends(line.peek()) {
        let named = target(line)?;
        if let Target::Role(word) = &named
            && (ends(word) || RESERVED.contains(&word.as_str()))
        {
            return Err(line.error(format!("`{word}` names nobody in an expectation")));
        }
        targets.push(named);
    }
    Ok(targets)
}

/// Whether a word ends a list of names. A role is not called so here.
fn ends(word: &str) -> bool {
    let verb = |verb: &&str| word == *verb || is_singular(word, verb);
    word.is_empty() || matches!(word, "within" | "for") || VERBS.iter().any(verb)
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load { client, to, every, lasts } = self;
        let (every, lasts) = (spelled(*every), spelled(*lasts));
        write!(f, "load {client} -> {to} every {every} for {lasts}")
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.wish)?;
        match self.lasting {
            Lasting::Now => Ok(()),
            Lasting::Within(span) => write!(f, " within {}", spelled(span)),
            Lasting::For(span) => write!(f, " for {}", spelled(span)),
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wish::See { who, whom } if whom.is_empty() => {
                write!(f, "{} each other", Does(who, "see", "s"))
            }
            Wish::See { who, whom } => write!(f, "{}{}", Does(who, "see", "s"), Names(whom)),
            Wish::OneLeader { who } => write!(f, "{} one leader", Does(who, "follow", "s")),
            Wish::NoLeader { who } => write!(f, "{} nobody", Does(who, "follow", "s")),
            Wish::Leads { who, one } => {
                f.write_str(if *one { "a leader" } else { "no leader" })?;
                if who.is_empty() { Ok(()) } else { write!(f, " among{}", Names(who)) }
            }
            Wish::NewLeader => f.write_str("a new leader"),
            Wish::StepsDown => f.write_str("the leader steps down"),
            Wish::Writes { who, some: true } => write!(f, "{} writes", Does(who, "take", "s")),
            Wish::Writes { who, some: false } => {
                write!(f, "{} no writes", Does(who, "take", "s"))
            }
            Wish::CatchUp { who } => write!(f, "{} up", Does(who, "catch", "es")),
        }
    }
}

/// Who does it: names or `all`, then the verb, with its ending where it is one.
struct Does<'a>(&'a [Target], &'static str, &'static str);

impl fmt::Display for Does<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Does(who, verb, ending) = self;
        match who {
            [] => write!(f, "all {verb}"),
            [one] => write!(f, "{one} {verb}{ending}"),
            [first, others @ ..] => write!(f, "{first}{} {verb}", Names(others)),
        }
    }
}

/// Names, each behind a space.
struct Names<'a>(&'a [Target]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|target| write!(f, " {target}"))
    }
}

const fn spelled(span: Duration) -> Spelled {
    Spelled(micros(span))
}
