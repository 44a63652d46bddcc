//! Reads the steps about links, single messages and clients' requests that came later than the
//! first ones, in their own file for their number.

use super::hand;
use super::line::Line;
use super::machine::span;
use super::step::{client, duration, groups, link, message, nth, target};
use super::words::{digits, excerpt};
use crate::error::Error;
use crate::fault::{Fault, LinkTrouble, Overflow};
use crate::id::ClientId;
use crate::seed::Ratio;
use std::time::Duration;

type Read<T> = Result<T, Error>;

/// The first words of these steps.
pub(super) const WORDS: [&str; 9] =
    ["ring", "bridge", "flap", "double", "swap", "corrupt", "lose", "latency", "congest"];

/// Reads what follows one of these steps' first words.
pub(super) fn fault(word: &str, line: &mut Line) -> Read<Fault> {
    Ok(match word {
        "ring" => {
            let mut order = Vec::new();
            while !line.is_empty() {
                order.push(target(line)?);
            }
            Fault::Ring { order }
        }
        "bridge" => Fault::Bridge { node: target(line)? },
        "flap" => {
            let groups = groups(line, "every")?;
            Fault::Flap { groups, every: span(line, "every")?, lasts: span(line, "for")? }
        }
        "double" => double(line)?,
        "swap" => {
            let (nth, from, to) = message(line)?;
            Fault::Swap { nth, from, to }
        }
        "corrupt" => {
            let (nth, from, to) = message(line)?;
            line.expect(&["bit"])?;
            let bit = line.number("which bit, such as 12345", u64::MAX)?;
            Fault::Corrupt { nth, from, to, bit }
        }
        // A share of the messages, or else one that is on its way.
        "lose" if digits(line.peek()).is_none() => Fault::Hand(hand::hand(word, line)?),
        _ => {
            let what = if word == "lose" { Some(loses(line)?) } else { None };
            let (from, to) = link(line)?;
            let what = match what {
                Some(what) => what,
                None if word == "latency" => LinkTrouble::Late { by: span(line, "by")? },
                None => narrow(line)?,
            };
            Fault::Link { from, to, what, lasts: span(line, "for")? }
        }
    })
}

/// Reads what follows `c0 again`.
pub(super) fn again(line: &mut Line, client: ClientId) -> Read<Fault> {
    line.expect(&["->"])?;
    Ok(Fault::Again { client, to: target(line)? })
}

/// Reads `the 2nd n1 -> n3 from here` or `the 2nd request of c0 from here`, and how much later.
fn double(line: &mut Line) -> Read<Fault> {
    let nth = nth(line)?;
    // A role may be called `request`, but no link has an `of`.
    let mut words = line.rest().split_whitespace();
    if (words.next(), words.next()) == (Some("request"), Some("of")) {
        line.expect(&["request", "of"])?;
        let client = client(line)?.ok_or_else(|| line.expected("a client such as c0"))?;
        line.expect(&["from", "here"])?;
        return Ok(Fault::DoubleRequest { nth, client, by: by(line)? });
    }
    let (from, to) = link(line)?;
    line.expect(&["from", "here"])?;
    Ok(Fault::Double { nth, from, to, by: by(line)? })
}

/// Reads `by 5ms`; nothing is at once.
fn by(line: &mut Line) -> Read<Duration> {
    if line.take_if("by") { duration(line) } else { Ok(Duration::ZERO) }
}

/// Reads `1 in 3`.
fn loses(line: &mut Line) -> Read<LinkTrouble> {
    let part = line.number("how many are lost, such as `1 in 3`", u64::MAX)?;
    line.expect(&["in"])?;
    let word = line.peek();
    if digits(word).is_some_and(|of| of == 0 || u128::from(part) > of) {
        let found = excerpt(word);
        return Err(line.error(format!("{part} in {found} is no share: at most all are lost")));
    }
    let of = line.number("of how many, such as `1 in 3`", u64::MAX)?;
    Ok(LinkTrouble::Loses { ratio: Ratio::new(part, of) })
}

/// Reads `to 100/s queue 4 drop-newest`.
fn narrow(line: &mut Line) -> Read<LinkTrouble> {
    line.expect(&["to"])?;
    let word = line.peek();
    let rate = word.strip_suffix("/s").and_then(digits).filter(|rate| *rate > 0);
    let rate = rate.ok_or_else(|| line.expected("how many messages a second, such as 100/s"))?;
    let per_second = line.at_most(rate, u64::from(u32::MAX))? as u32;
    line.take(word);
    line.expect(&["queue"])?;
    let queue = line.number("how many may wait, such as 4", u64::from(u32::MAX))? as u32;
    let word = line.peek();
    let Some(overflow) = Overflow::ALL.into_iter().find(|overflow| overflow.word() == word) else {
        return Err(line.unknown("overflow", &Overflow::ALL.map(Overflow::word)));
    };
    line.take(word);
    Ok(LinkTrouble::Narrow { per_second, queue, overflow })
}
