//! Reads a whole schedule: text goes in, a [`Schedule`] or the first error comes out.
//!
//! It goes over the text once and copies nothing but names, so a hostile text costs no more than
//! its length.

use super::claim::{separates, widened};
use super::line::Line;
use super::step::step;
use super::words::{HEADER, digits, excerpt, seed, span};
use crate::error::Error;
use crate::fault::Nemesis;
use crate::schedule::{Noise, Schedule};
use crate::seed::{Ratio, Seed};
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

/// More nodes than this in a header is a slip of the finger.
const NODES_MAX: u64 = 2_000;

/// Noise is sparse: at most one message in so many is hit.
const NOISE_SPARSE: u128 = 20;

impl<Op: FromStr<Err: Display>> FromStr for Schedule<Op> {
    type Err = Error;

    /// Reads a schedule as it is displayed. Comments (`#`), blank lines and any amount of white
    /// space are accepted, and `;` ends a line as a line break does.
    ///
    /// # Errors
    ///
    /// The first place that cannot be read, with its line and column, what stands there and what
    /// was expected.
    fn from_str(text: &str) -> Result<Schedule<Op>, Error> {
        // Some editors begin a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut schedule: Option<Schedule<Op>> = None;
        let mut last = 0;
        for (index, whole) in text.split('\n').enumerate() {
            last = index + 1;
            let mut at = 0;
            for part in without_comment(whole).split(';') {
                let mut line = Line::new(whole, last, at, at + part.len());
                at += part.len() + 1;
                if line.is_empty() {
                    continue;
                }
                match &mut schedule {
                    None => schedule = Some(header(&mut line)?),
                    Some(schedule) => {
                        let above = schedule.steps.len();
                        schedule.steps.push(step(&mut line, above)?);
                    }
                }
            }
        }
        schedule.ok_or_else(|| {
            Error::new(format!(
                "line {last}, column 1: {EXPECTED_HEADER}, found the end of the text"
            ))
        })
    }
}

const EXPECTED_HEADER: &str = "expected a header such as `nodes 3  quiet`";

/// A line up to its comment. Where a `#` follows anything but white space, it is a letter.
fn without_comment(line: &str) -> &str {
    let mut marks = line.match_indices('#').map(|(at, _)| &line[..at]);
    let starts = |before: &&str| {
        before.chars().next_back().is_none_or(|last| last == ';' || last.is_whitespace())
    };
    marks.find(starts).unwrap_or(line)
}

fn header<Op>(line: &mut Line) -> Result<Schedule<Op>, Error> {
    if line.peek() != "nodes" {
        let found = excerpt(line.peek());
        return Err(line.error(format!("{EXPECTED_HEADER}, found `{found}`")));
    }
    line.take("nodes");
    let mut schedule = Schedule::new(nodes(line)?);
    let mut said = vec!["nodes"];
    while !line.is_empty() {
        let Some(word) = HEADER.into_iter().find(|word| *word == line.peek()) else {
            return Err(line.unknown("word in the header", &HEADER));
        };
        if said.contains(&word) {
            return Err(line.error(format!("`{word}` is said twice")));
        }
        said.push(word);
        if said.contains(&"quiet") && said.contains(&"noise") {
            return Err(line.error("a schedule is either `quiet` or has `noise`"));
        }
        line.take(word);
        match word {
            "seed" => schedule.seed = take_seed(line)?,
            "quiet" => {}
            "noise" => schedule.noise = Some(noise(line)?),
            "latency" => schedule.timing.latency = duration(line)?,
            "client-latency" => schedule.timing.client_latency = duration(line)?,
            "client-timeout" => schedule.timing.client_timeout = duration(line)?,
            "linger" => schedule.timing.linger = duration(line)?,
            "settle" => schedule.timing.settle = duration(line)?,
            _ => schedule.claim = claim(line)?,
        }
    }
    Ok(schedule)
}

fn nodes(line: &mut Line) -> Result<u32, Error> {
    if digits(line.peek()) == Some(0) {
        return Err(line.error("a cluster has at least 1 node"));
    }
    let nodes = line.number("a number of nodes, such as 3", NODES_MAX)?;
    Ok(nodes as u32)
}

fn take_seed(line: &mut Line) -> Result<Seed, Error> {
    let word = line.peek();
    let seed = seed(word).ok_or_else(|| line.expected("a seed of 64 bits, such as 0x2a"))?;
    line.take(word);
    Ok(Seed(seed))
}

fn noise(line: &mut Line) -> Result<Noise, Error> {
    let seed = take_seed(line)?;
    let word = line.peek();
    let part = word.split_once('/').and_then(|(part, of)| Some((digits(part)?, digits(of)?)));
    let (part, of) = part
        .filter(|(_, of)| *of > 0)
        .ok_or_else(|| line.expected("how many messages are hit, such as 1/20"))?;
    let (part, of) = (line.at_most(part, u64::MAX)?, line.at_most(of, u64::MAX)?);
    if u128::from(part) * NOISE_SPARSE > u128::from(of) {
        let found = excerpt(word);
        return Err(line.error(format!("noise hits at most 1/{NOISE_SPARSE}, found `{found}`")));
    }
    line.take(word);
    Ok(Noise { seed, rate: Ratio::new(part, of) })
}

fn duration(line: &mut Line) -> Result<Duration, Error> {
    let word = line.peek();
    if word.is_empty() {
        return Err(line.expected("a time such as 20ms"));
    }
    let micros = span(word).map_err(|what| line.error(what))?;
    line.take(word);
    Ok(Duration::from_micros(micros))
}

/// Reads a claim, which takes up the rest of the line.
fn claim(line: &mut Line) -> Result<Nemesis, Error> {
    let mut claim = Nemesis::new();
    if line.is_empty() {
        return Err(line.expected("what the system survives, such as `crashes down:1`"));
    }
    while !line.is_empty() {
        let word = line.rest().split(separates).next().unwrap_or("");
        if word.is_empty() {
            line.take(",");
        } else {
            claim = widened(claim, word).map_err(|what| line.error(what))?;
            line.take(word);
        }
    }
    Ok(claim)
}
