//! What is said of a file that is not held, against what is said of the same file that is.

use super::super::load::Manner;
use super::super::skim::{Skimmed, skim};
use super::super::source::Source;
use super::holds;
use crate::seed::{Draws, Seed};
use crate::spec::object::Value;
use std::fmt::Write as _;

/// Clients of two registers with the first value 0. Each write has a value of its own, but for one
/// in `again`; some operations have no answer, and some reads are answered wrong.
fn made_up(draws: &mut Draws, again: u64) -> (String, u64) {
    let mut registers = [0, 0];
    let mut busy: [Option<(u64, usize, Option<u64>)>; 3] = [None; 3];
    let (mut text, mut asked) = ("# init=0\n".to_owned(), 0);
    let lies = draws.chance(1, 2);
    for _ in 0..60 {
        let client = draws.below(3) as usize;
        let Some((id, key, wrote)) = busy[client].take() else {
            let key = draws.below(2) as usize;
            asked += 1;
            let value = if draws.chance(1, again) { 1 } else { asked };
            let wrote = draws.chance(1, 2).then_some(value);
            busy[client] = Some((asked, key, wrote));
            let f = if wrote.is_some() { 'w' } else { 'r' };
            let _ = writeln!(text, "I {client} {asked} {f} {key} {} 0", wrote.unwrap_or(0));
            continue;
        };
        if let Some(value) = wrote {
            registers[key] = value;
        }
        if draws.chance(1, 12) {
            continue;
        }
        let lie = lies && wrote.is_none() && draws.chance(1, 8);
        let answer = if lie { draws.below(asked + 1) } else { registers[key] };
        let _ = writeln!(text, "R {client} {id} {answer}");
    }
    (text, asked)
}

#[test]
fn a_file_is_explained_without_being_held_where_it_is_when_it_is_held() {
    let manner = Manner { format: None, kind: None, init: None, memory: 1 << 20, budget: 100_000 };
    let mut counts = [0, 0];
    for case in 0..3_000 {
        let mut draws = Seed(71).fork(case).draws();
        let (text, asked) = made_up(&mut draws, 1_000_000);
        // The first line must be there to know the format.
        let piece = 16 + draws.below(400) as usize;
        let source = Source::of(text.as_bytes()).expect("it can be read").in_pieces_of(piece);
        let said = skim(source, &manner);
        let held = holds(&text, Some(Value::Number(0)));
        let right = if held { Skimmed::Explained(asked) } else { Skimmed::Refuted };
        assert_eq!(said, Some(right), "{case}:\n{text}");
        counts[usize::from(held)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}

#[test]
fn what_is_not_of_such_registers_is_left_to_others() {
    let manner = Manner { format: None, kind: None, init: None, memory: 1 << 20, budget: 100_000 };
    let mut lost = 0;
    for case in 0..500 {
        let (text, asked) = made_up(&mut Seed(72).fork(case).draws(), 8);
        let source = Source::of(text.as_bytes()).expect("it can be read");
        let held = holds(&text, Some(Value::Number(0)));
        match skim(source, &manner).expect("it can be read") {
            Skimmed::Lost => lost += 1,
            said => {
                let right = if held { Skimmed::Explained(asked) } else { Skimmed::Refuted };
                assert_eq!(said, right, "{case}:\n{text}");
            }
        }
    }
    assert!(lost > 250, "{lost}");
    // Nor what takes more memory than it may.
    let source = Source::of("I 0 0 w 0 5 0\nR 0 0 0\n".as_bytes()).expect("it can be read");
    assert_eq!(skim(source, &Manner { memory: 8, ..manner }), Some(Skimmed::Lost));
}
