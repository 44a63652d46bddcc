//! Rows in any order, against the same rows in the order of time.

use super::super::load::{Loaded, Manner, load};
use super::super::read::Format;
use super::super::source::Source;
use crate::seed::Seed;
use crate::spec::object::Op;

fn load_rows(rows: &[[u64; 3]], memory: u64) -> Result<Vec<(Op, u64, u64)>, String> {
    let line = |[value, start, end]: &[u64; 3]| format!("enq {value} {start} {end}\n");
    let text: String = rows.iter().map(line).collect();
    let format = Some(Format::Rows);
    let manner = Manner { format, kind: None, init: None, memory, budget: 1_000 };
    let source = Source::of(text.as_bytes()).expect("it can be read");
    Ok(match load(source, "f", &manner)? {
        Loaded::Whole(recorded) => {
            let operations = recorded.history.operations.iter();
            operations.map(|one| (one.op.clone(), one.invoked.order, one.completed.order)).collect()
        }
        Loaded::Followed(_) => Vec::new(),
    })
}

#[test]
fn rows_may_stand_in_any_order() {
    for case in 0..200 {
        let mut draws = Seed(8).fork(case).draws();
        // No two begin or end at one moment: there the lines decide.
        let mut rows: Vec<[u64; 3]> = (1..2 + draws.below(40))
            .map(|number| [number, 1_000 * number, 1_000 * (number + draws.below(9)) + number])
            .collect();
        let in_order = load_rows(&rows, u64::MAX).expect("they can be read");
        assert_eq!(in_order.len(), rows.len());
        for at in (1..rows.len()).rev() {
            rows.swap(at, draws.below(at as u64 + 1) as usize);
        }
        assert_eq!(load_rows(&rows, u64::MAX).expect("they can be read"), in_order);
    }
}

#[test]
fn a_row_that_comes_too_late_for_the_memory_there_is_is_told_with_its_line() {
    let mut rows: Vec<[u64; 3]> = (1..=70_000).map(|at| [at, 2 * at, 2 * at + 1]).collect();
    rows.push([70_001, 0, 1]);
    assert_eq!(load_rows(&rows, u64::MAX).expect("there is room for all").len(), 70_001);
    let told = load_rows(&rows, 1 << 20).expect_err("there is no room to put them in order");
    let why = "f:70001: it begins at 0, but more than 32768 rows before it begin later";
    assert!(told.starts_with(why), "{told}");
}
