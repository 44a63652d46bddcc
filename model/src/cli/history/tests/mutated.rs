//! Mutated histories of each format, as a fuzzer makes them, on every toolchain: none makes a
//! reader panic, and how a file is read changes nothing of what is said of it. `model/fuzz` does
//! the same with coverage to guide it.

use super::super::load::{Loaded, Manner, load};
use super::super::read::Format;
use super::super::source::Source;
use super::{SAMPLES, check};
use crate::judge::linearizability::Finding;
use crate::judge::stream::Halt;
use crate::seed::{Draws, Seed};
use crate::spec::object::Value;

const FORMATS: [Format; 6] = [
    Format::Hist,
    Format::Edn,
    Format::PorcupineKv,
    Format::JepsenLog,
    Format::JsonLines,
    Format::Rows,
];

/// What is said of a file: whether it holds and how many operations it has, or what is wrong.
fn said(bytes: &[u8], manner: &Manner, piece: usize) -> Result<(Option<bool>, u64), String> {
    let source = Source::of(bytes).map_err(|error| error.to_string())?.in_pieces_of(piece);
    Ok(match load(source, "f", manner)? {
        Loaded::Whole(recorded) => {
            let holds = match check(&recorded.history, 10_000) {
                Finding::Linearizable => Some(true),
                Finding::Refuted(_) => Some(false),
                Finding::Unknown => None,
            };
            (holds, recorded.operations as u64)
        }
        Loaded::Followed(followed) => {
            let holds = match followed.halt {
                None => Some(true),
                Some(Halt::Refuted { .. }) => Some(false),
                Some(Halt::Spent(_) | Halt::Mixed(_)) => None,
            };
            (holds, followed.operations)
        }
    })
}

fn mutated(draws: &mut Draws) -> Vec<u8> {
    let sample = SAMPLES[draws.below(SAMPLES.len() as u64) as usize];
    let mut bytes = sample.as_bytes().to_vec();
    for _ in 0..draws.below(4) {
        let at = draws.below(bytes.len() as u64) as usize;
        let to = (at + draws.below(40) as usize).min(bytes.len());
        match draws.below(5) {
            0 => bytes[at] = draws.below(256) as u8,
            1 => bytes.insert(at, draws.below(128) as u8),
            2 => drop(bytes.drain(at..to)),
            3 => bytes.extend_from_within(at..to),
            _ => bytes.truncate(at),
        }
        if bytes.is_empty() {
            bytes.push(b'\n');
        }
    }
    bytes
}

#[test]
fn how_a_mutated_file_is_read_changes_nothing_of_what_is_said_of_it() {
    let (mut read_well, mut followed) = (0, 0);
    for case in 0..12_000_u64 {
        let mut draws = Seed(6).fork(case).draws();
        let bytes = mutated(&mut draws);
        let format = draws.chance(1, 2).then(|| FORMATS[draws.below(6) as usize]);
        let init = draws.chance(1, 4).then_some(Value::Number(0));
        let whole = Manner { format, kind: None, init, memory: u64::MAX, budget: 10_000 };
        let at_once = said(&bytes, &whole, 1 << 12);
        let told = || format!("{case} {format:?}: {}", String::from_utf8_lossy(&bytes));
        // What a file is of is known by its beginning, so a piece has at least that.
        if format.is_some() {
            let piece = 1 + draws.below(64) as usize;
            assert_eq!(said(&bytes, &whole, piece), at_once, "in pieces of {piece}, {}", told());
        }
        let streamed = said(&bytes, &Manner { memory: 0, ..whole }, 1 << 12);
        match (&at_once, &streamed) {
            (Ok((Some(holds), _)), Ok((Some(follows), _))) => {
                assert_eq!(holds, follows, "{}", told());
                followed += 1;
            }
            (Ok(_), Ok(_)) => {}
            _ => assert_eq!(at_once, streamed, "{}", told()),
        }
        read_well += u64::from(at_once.is_ok());
    }
    assert!((1_000..11_000).contains(&read_well), "{read_well}");
    assert!(followed > 500, "{followed}");
}
