//! Histories that others recorded, with the verdicts that are known of them, where they are kept on
//! this machine: they belong to others, so they are read in place and are no part of the
//! repository.

use schism::cli::Streams;
use std::path::{Path, PathBuf};

/// The table beside the histories, in a folder that holds this repository or its worktree.
fn table() -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1);
    let tables = above.map(|folder| folder.join("shared/corpus/histories/verdicts.tsv"));
    tables.into_iter().find(|table| table.exists())
}

#[test]
fn the_verdicts_on_known_histories_are_those_that_are_known() {
    let Some(table) = table() else { return };
    let rows = std::fs::read_to_string(&table).expect("the table can be read").lines().count() - 1;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = &mut Streams {
        input: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
        terminal: false,
    };
    let words = ["schism", "history", "--expect", &table.display().to_string()];
    let code = schism::cli().run(&words, streams);
    let told = String::from_utf8(out).expect("all that is printed is text");
    assert_eq!(told, format!("{rows} as expected, 0 different, 0 unknown, 0 not read\n"));
    assert_eq!((code, err.is_empty()), (0, true));
}
