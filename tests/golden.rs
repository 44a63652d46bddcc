//! Golden files under `tests/testdata`: text that a test must produce again. `UPDATE=1` writes them
//! anew; look at the difference before it is committed.

use std::path::PathBuf;

/// The place of a file of test data.
pub(crate) fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/testdata").join(name)
}

/// Makes each line of a golden file again from itself, and compares. Comments stay as they are.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "this is a test, and its switch is a variable")]
pub(crate) fn check(name: &str, again: impl Fn(&str) -> String) {
    let place = place(name);
    let golden = std::fs::read_to_string(&place).expect("the golden file is there");
    let lines = golden.lines();
    let now: String = lines
        .map(|line| if line.starts_with('#') { line.to_owned() } else { again(line) })
        .map(|line| line + "\n")
        .collect();
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&place, now).expect("the golden file can be written");
        return;
    }
    assert_eq!(now, golden, "if the change is meant, UPDATE=1 writes tests/testdata/{name} anew");
}
