//! The steps that choose what happens next, both ways: the words of a line go in and a [`Hand`]
//! comes out, or the reverse. What is on its way when the step comes is not known here.

use super::line::Line;
use super::step::{client, link, nth, target};
use super::words::{ordinal, ordinal_ending};
use crate::error::Error;
use crate::fault::{Hand, Party};
use std::fmt;

type Read<T> = Result<T, Error>;

/// The first words of these steps, but for `lose`, which is also the first of another.
pub(super) const WORDS: [&str; 8] =
    ["by-hand", "let-go", "next", "deliver", "repeat", "fire", "synced", "give-up"];

/// Reads what follows one of these steps' first words.
pub(super) fn hand(word: &str, line: &mut Line) -> Read<Hand> {
    Ok(match word {
        "by-hand" => Hand::Begin,
        "let-go" => Hand::LetGo,
        "next" => {
            let most = u64::from(Hand::NEXT_MAX);
            let events = if line.is_empty() { 1 } else { line.number("how many events", most)? };
            Hand::Next { events: events as u32 }
        }
        "deliver" => {
            let nth = which(line)?;
            let from = party(line)?;
            line.expect(&["->"])?;
            Hand::Deliver { nth, from, to: party(line)? }
        }
        "repeat" | "lose" => {
            let nth = which(line)?;
            let (from, to) = link(line)?;
            if word == "lose" {
                Hand::Lose { nth, from, to }
            } else {
                Hand::Repeat { nth, from, to }
            }
        }
        "fire" => {
            let nth = which(line)?;
            // A role may be called `timer`.
            let mut words = line.rest().split_whitespace();
            if (words.next(), words.next()) == (Some("timer"), Some("of")) {
                line.expect(&["timer", "of"])?;
            }
            Hand::Fire { nth, node: target(line)? }
        }
        "synced" => Hand::Sync { node: target(line)? },
        _ => {
            let client = client(line)?.ok_or_else(|| line.expected("a client such as c0"))?;
            Hand::GiveUp { client }
        }
    })
}

/// Reads `the 2nd`; nothing is the first.
fn which(line: &mut Line) -> Read<u32> {
    let mut words = line.rest().split_whitespace();
    let first = words.next().unwrap_or_default();
    let word = if first == "the" { words.next().unwrap_or_default() } else { first };
    if ordinal(word).is_some() { nth(line) } else { Ok(1) }
}

fn party(line: &mut Line) -> Read<Party> {
    Ok(match client(line)? {
        Some(client) => Party::Client(client),
        None => Party::Node(target(line)?),
    })
}

/// Writes one of these steps.
pub(super) fn write(f: &mut fmt::Formatter<'_>, hand: &Hand) -> fmt::Result {
    match hand {
        Hand::Begin => f.write_str("by-hand"),
        Hand::LetGo => f.write_str("let-go"),
        Hand::Next { events: 1 } => f.write_str("next"),
        Hand::Next { events } => write!(f, "next {events}"),
        Hand::Deliver { nth, from, to } => {
            write!(f, "deliver {}{from} -> {to}", Which(*nth))
        }
        Hand::Repeat { nth, from, to } => write!(f, "repeat {}{from} -> {to}", Which(*nth)),
        Hand::Lose { nth, from, to } => write!(f, "lose {}{from} -> {to}", Which(*nth)),
        Hand::Fire { nth: 1, node } => write!(f, "fire {node}"),
        Hand::Fire { nth, node } => write!(f, "fire {}timer of {node}", Which(*nth)),
        Hand::Sync { node } => write!(f, "synced {node}"),
        Hand::GiveUp { client } => write!(f, "give-up {client}"),
    }
}

/// Which of several; nothing for the first.
struct Which(u32);

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => Ok(()),
            nth => write!(f, "the {nth}{} ", ordinal_ending(nth)),
        }
    }
}
