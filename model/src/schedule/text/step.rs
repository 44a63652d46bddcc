//! Reads one step: the words of a line go in, a [`Step`] comes out.
//!
//! What follows `@...` is an action as soon as it can no longer belong to the *when*: no action
//! begins with a node's name, a number or a `+`.

use super::line::Line;
use super::words::{
    ACTIONS, ARTICLES, EVENTS, digits, excerpt, is_role, name, ordinal, shortened, span,
};
use super::{expect, hand, machine, network};
use crate::error::Error;
use crate::fault::{CrashPoint, EffectKind, Fault, Target};
use crate::id::{ClientId, NodeId};
use crate::schedule::{Action, Anchor, Step, When};
use crate::time::Time;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

type Read<T> = Result<T, Error>;

/// Reads the step that stands below so many others.
pub(super) fn step<Op: FromStr<Err: Display>>(line: &mut Line, above: usize) -> Read<Step<Op>> {
    let when = when(line, above)?;
    let action = match client(line)? {
        Some(client) if line.take_if("again") => Action::Fault(network::again(line, client)?),
        Some(client) => request(line, client)?,
        None if line.peek() == expect::WORDS[0] => {
            line.take(expect::WORDS[0]);
            Action::Expect(expect::expect(line)?)
        }
        None if line.peek() == expect::WORDS[1] => {
            line.take(expect::WORDS[1]);
            Action::Load(expect::load(line)?)
        }
        None => Action::Fault(fault(line)?),
    };
    line.expect_end()?;
    Ok(Step { when, action })
}

fn when(line: &mut Line, above: usize) -> Read<When> {
    let word = line.peek();
    let Some(text) = word.strip_prefix('@') else {
        return Err(line.expected("when the step happens, such as `@20ms` or `@+20ms`"));
    };
    if let Some(text) = text.strip_prefix('+') {
        return Ok(When::After(take_span(line, word, text)?));
    }
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(When::At(Time::ZERO + take_span(line, word, text)?));
    }
    if !EVENTS.contains(&word) {
        return Err(line.unknown("event", &EVENTS));
    }
    line.take(word);
    let anchor = match text {
        "elected" => Anchor::Elected(match name('n', line.peek()) {
            Some(_) => Some(node(line)?),
            None => None,
        }),
        "acked" => Anchor::Acked(reference(line, above)?),
        "answered" => Anchor::Answered(reference(line, above)?),
        _ => Anchor::Down(node(line)?),
    };
    let word = line.peek();
    match word.strip_prefix('+') {
        Some(text) => Ok(When::On(anchor, take_span(line, word, text)?)),
        None => Ok(When::On(anchor, Duration::ZERO)),
    }
}

/// Reads a duration from the text of the next word.
fn take_span(line: &mut Line, word: &str, text: &str) -> Read<Duration> {
    let micros = span(text).map_err(|what| line.error(what))?;
    line.take(word);
    Ok(Duration::from_micros(micros))
}

/// Reads a reference to a step above, from 1, as it is stored: from 0.
fn reference(line: &mut Line, above: usize) -> Read<usize> {
    let word = line.peek();
    let number = digits(word).ok_or_else(|| line.expected("the number of a step, such as 2"))?;
    if number == 0 {
        return Err(line.error("there is no step 0: steps are counted from 1"));
    }
    match usize::try_from(number).ok().filter(|number| *number <= above) {
        Some(number) => {
            line.take(word);
            Ok(number - 1)
        }
        None => Err(line.error(format!(
            "step {} can wait for a step above it only, not for step {}",
            above + 1,
            excerpt(word)
        ))),
    }
}

pub(super) fn client(line: &mut Line) -> Read<Option<ClientId>> {
    let word = line.peek();
    let client = match name('c', word) {
        Some(number) => ClientId(line.at_most(number, u64::from(u32::MAX))? as u32),
        None if word == ClientId::PROBE.to_string() => ClientId::PROBE,
        None => return Ok(None),
    };
    line.take(word);
    Ok(Some(client))
}

fn request<Op: FromStr<Err: Display>>(line: &mut Line, client: ClientId) -> Read<Action<Op>> {
    line.expect(&["->"])?;
    let to = target(line)?;
    if line.is_empty() {
        return Err(line.expected("an operation"));
    }
    let text = line.rest();
    let op = text.parse().map_err(|error: Op::Err| {
        // What an operation's own reader says may repeat a text of any length.
        let why = shortened(&error.to_string(), 200);
        line.error(format!("cannot read the operation `{}`: {why}", excerpt(text)))
    })?;
    line.take(text);
    Ok(Action::Request { client, to, op })
}

fn fault(line: &mut Line) -> Read<Fault> {
    let word = line.peek();
    if !ACTIONS.contains(&word) {
        return Err(if line.is_empty() {
            line.expected("what happens, such as `crash n2` or `c0 -> n1  get k1`")
        } else {
            line.unknown("step", &ACTIONS)
        });
    }
    line.take(word);
    Ok(match word {
        "crash" => crash(line)?,
        "power-loss" => Fault::PowerLoss {
            node: target(line)?,
            point: point(line)?,
            kept_percent: kept_percent(line)?,
        },
        "stop" => Fault::Stop { node: target(line)? },
        "restart" => Fault::Restart { node: target(line)? },
        "pause" => Fault::Pause { node: target(line)? },
        "resume" => Fault::Resume { node: target(line)? },
        "partition" => Fault::Partition { groups: groups(line, "")? },
        "isolate" => Fault::Isolate { node: target(line)? },
        "cut" => cut(line)?,
        "heal" => Fault::Heal,
        "mend" => Fault::Mend { node: target(line)? },
        "hold" | "release" | "clear" => {
            let (from, to) = link(line)?;
            match word {
                "hold" => Fault::Hold { from, to },
                "release" => Fault::Release { from, to },
                _ => Fault::Clear { from, to },
            }
        }
        "drop" => {
            let (nth, from, to) = message(line)?;
            Fault::Drop { nth, from, to }
        }
        "delay" => {
            let (nth, from, to) = message(line)?;
            line.expect(&["by"])?;
            Fault::Delay { nth, from, to, by: duration(line)? }
        }
        "hurry" => Fault::Hurry { node: target(line)?, by: duration(line)? },
        "disturb" => disturb(line)?,
        _ if hand::WORDS.contains(&word) => Fault::Hand(hand::hand(word, line)?),
        _ if network::WORDS.contains(&word) => network::fault(word, line)?,
        _ => machine::fault(word, line)?,
    })
}

fn crash(line: &mut Line) -> Read<Fault> {
    let node = target(line)?;
    if digits(line.peek()).is_none() {
        return Ok(Fault::Crash { node, point: point(line)? });
    }
    let times = line.number("how often, such as 3", u64::from(Fault::TIMES_MAX))? as u32;
    line.expect(&["times", "every"])?;
    Ok(Fault::CrashLoop { node, times, every: duration(line)? })
}

/// Reads whom a step is about. An article before it means nothing, nor does the name in brackets
/// that reports put behind a role: `the leader (n2)`.
pub(super) fn target(line: &mut Line) -> Read<Target> {
    let article = line.peek();
    if ARTICLES.contains(&article) {
        line.take(article);
    }
    let word = line.peek();
    if name('n', word).is_some() {
        return node(line).map(Target::Node);
    }
    if !is_role(word) {
        return Err(line.expected("a node such as n2 or a role such as leader"));
    }
    line.take(word);
    let holder = line.peek();
    let bare = holder.strip_prefix('(').and_then(|holder| holder.strip_suffix(')'));
    if bare.is_some_and(|holder| name('n', holder).is_some()) {
        line.take(holder);
    }
    Ok(Target::Role(word.to_owned()))
}

fn node(line: &mut Line) -> Read<NodeId> {
    let word = line.peek();
    let number = name('n', word).ok_or_else(|| line.expected("a node such as n2"))?;
    if number == 0 {
        return Err(line.error("there is no node n0: nodes are counted from n1"));
    }
    let number = line.at_most(number, u64::from(u32::MAX))?;
    line.take(word);
    Ok(NodeId(number as u32))
}

fn point(line: &mut Line) -> Read<Option<CrashPoint>> {
    if line.take_if("before") {
        line.expect(&["its", "next"])?;
        let word = line.peek();
        let kind = match word {
            "sync" => EffectKind::Sync,
            "send" => EffectKind::Send,
            "answer" => EffectKind::Answer,
            _ => return Err(line.unknown("effect", &["sync", "send", "answer"])),
        };
        line.take(word);
        return Ok(Some(CrashPoint::Before(kind)));
    }
    if line.take_if("after") {
        line.expect(&["effect"])?;
        let effects = line.number("a number of effects, such as 3", u64::from(u32::MAX))?;
        line.expect(&["of", "its", "next", "event"])?;
        return Ok(Some(CrashPoint::AfterEffect(effects as u32)));
    }
    Ok(None)
}

pub(super) fn kept_percent(line: &mut Line) -> Read<u8> {
    if !line.take_if("keeping") {
        return Ok(0);
    }
    let word = line.peek();
    let percent = word.strip_suffix('%').and_then(digits);
    let percent = percent.ok_or_else(|| line.expected("a share such as 40%"))?;
    if percent > 100 {
        return Err(line.error(format!("`{}` is too large: at most 100%", excerpt(word))));
    }
    line.take(word);
    Ok(percent as u8)
}

/// Reads groups of nodes, up to the end or to a word with a time behind it, where `n1 -- n2` is
/// another way to say `n1 | n2`.
pub(super) fn groups(line: &mut Line, end: &str) -> Read<Vec<Vec<Target>>> {
    let mut groups = Vec::new();
    let ends = |line: &Line| {
        // A role may be called as the word is.
        let behind = || line.rest().split_whitespace().nth(1).unwrap_or("");
        let time = || behind().starts_with(|c: char| c.is_ascii_digit());
        line.is_empty() || (line.peek() == end && time())
    };
    if ends(line) {
        return Ok(groups);
    }
    let mut group = Vec::new();
    while !ends(line) {
        if line.take_if("|") || (!end.is_empty() && line.take_if("--")) {
            groups.push(std::mem::take(&mut group));
        } else {
            group.push(target(line)?);
        }
    }
    groups.push(group);
    Ok(groups)
}

fn cut(line: &mut Line) -> Read<Fault> {
    let from = target(line)?;
    let both = line.take_if("--");
    if !both && !line.take_if("->") {
        return Err(line.expected("`->` (one way) or `--` (both ways)"));
    }
    Ok(Fault::Cut { from, to: target(line)?, both })
}

pub(super) fn link(line: &mut Line) -> Read<(Target, Target)> {
    let from = target(line)?;
    line.expect(&["->"])?;
    Ok((from, target(line)?))
}

/// Reads `the 2nd n1 -> n3 from here`.
pub(super) fn message(line: &mut Line) -> Read<(u32, Target, Target)> {
    let nth = nth(line)?;
    let (from, to) = link(line)?;
    line.expect(&["from", "here"])?;
    Ok((nth, from, to))
}

/// Reads `the 2nd`.
pub(super) fn nth(line: &mut Line) -> Read<u32> {
    line.take_if("the");
    let word = line.peek();
    let nth = ordinal(word).ok_or_else(|| line.expected("which message, such as `the 2nd`"))?;
    if nth == 0 {
        return Err(line.error("there is no 0th message: messages are counted from the 1st"));
    }
    let nth = line.at_most(nth, u64::from(u32::MAX))? as u32;
    line.take(word);
    Ok(nth)
}

pub(super) fn duration(line: &mut Line) -> Read<Duration> {
    if line.is_empty() {
        return Err(line.expected("a time such as 20ms"));
    }
    let word = line.peek();
    take_span(line, word, word)
}

fn disturb(line: &mut Line) -> Read<Fault> {
    let node = target(line)?;
    let name = line.peek_plain();
    if name.is_empty() {
        return Err(line.expected("the name of a disturbance, such as spike-storm"));
    }
    line.take(name);
    let argument = line.number("how much of it, such as 10000", u64::MAX)?;
    Ok(Fault::Disturb { node, name: name.to_owned(), argument })
}
