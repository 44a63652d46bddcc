//! Saved failures: how one comes to be, and the four ways in which it is judged when it is
//! replayed. It fails as it did, it fails in another way, it passes now (and perhaps proves
//! little), or it cannot be read any more.

use crate::bad_input::Folder;
use crate::hunt;
use crate::nodes::{Quirk, Store, plain, store};
use schism::check::{Checked, Outcome, Replayed};
use schism::spec::kv::{Get, Put};
use schism::{Error, Event};
use std::fs;
use std::path::{Path, PathBuf};

const CASES: u64 = 100;

/// Checks stores with this quirk, with saved failures in a folder.
fn check(folder: &Folder, quirk: Quirk) -> Result<Checked, Error> {
    let mut check = hunt(store(quirk), "saved", CASES).nodes(1).linearizable();
    check.settings().save = Some(folder.0.clone());
    check.try_run(&mut |_| {})
}

fn panics(event: &Event<Store>) {
    if let Event::Request { op: Put(2, _), .. } = event {
        panic!("an unlucky key");
    }
}
const PANICS_LINE: u32 = line!() - 3;

/// A folder with one saved failure, that of [`panics`].
fn saved(name: &str) -> (Folder, PathBuf) {
    let folder = Folder::new(name);
    let checked = check(&folder, |event, _| panics(event)).expect("it can be checked");
    let file = checked.counterexample.and_then(|brief| brief.file).expect("it is saved");
    (folder, file)
}

fn rewrite(file: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(file).expect("it is there");
    let changed = change(&text);
    assert_ne!(changed, text, "the change changes something");
    fs::write(file, changed).expect("it can be written");
}

#[test]
fn a_failure_is_one_readable_file() {
    let (folder, file) = saved("one");
    let files: Vec<PathBuf> = fs::read_dir(folder.0.join("saved"))
        .expect("it was made")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    assert_eq!(files, std::slice::from_ref(&file), "what it was before it shrank is gone");
    let text = fs::read_to_string(file).expect("it is there");
    let fails = format!("# fails  no panic: saved.rs:{PANICS_LINE}");
    for line in ["# target saved", &fails, "# took   1 steps took hold"] {
        assert!(text.lines().any(|other| other == line), "{line} in\n{text}");
    }
    assert!(text.lines().last().is_some_and(|line| line.contains(" -> n1  put k2 ")), "{text}");
}

#[test]
fn what_still_fails_is_found_before_any_new_case() {
    let (folder, file) = saved("same");
    let checked = check(&folder, |event, _| panics(event)).expect("it can be checked");
    assert_eq!((checked.outcome, checked.tally.cases), (Outcome::Fail, 1));
    let [(path, Replayed::Same(violation))] = &checked.replayed[..] else {
        panic!("{:?}", checked.replayed);
    };
    assert_eq!(*path, file);
    assert_eq!(violation.failure.clause, format!("saved.rs:{PANICS_LINE}"));
}

#[test]
fn the_line_for_another_machine_shows_the_same_run() {
    let folder = Folder::new("pasted");
    let found = check(&folder, |event, _| panics(event)).expect("it can be checked");
    let after = found.report.split("  elsewhere SCHISM_REPLAY='").nth(1).unwrap_or_default();
    let (line, command) = after.split_once("' ").unwrap_or_default();
    assert!(command.starts_with("cargo test saved\n"), "{}", found.report);
    assert!(line.starts_with("nodes 1 ") && line.contains("; ") && !line.contains('\n'), "{line}");
    let mut pasted = hunt(store(|event, _| panics(event)), "saved", CASES).linearizable();
    pasted.settings().replay = Some(line.to_owned());
    let again = pasted.try_run(&mut |_| {}).expect("it can be read");
    let digest = |checked: Checked| checked.counterexample.map(|brief| brief.digest);
    assert_eq!(digest(again), digest(found));
}

#[test]
fn another_failure_is_told_as_another() {
    let (folder, _) = saved("other");
    let stale: Quirk = |event, io| {
        if let Event::Request { id, op: Put(2, _) } = event {
            // The client is told at once; the answer that the store gives later is dropped.
            io.ok(*id, Some(5));
        }
    };
    let checked = check(&folder, stale).expect("it can be checked");
    assert_eq!(checked.outcome, Outcome::Fail);
    assert_eq!(checked.property.as_deref(), Some("linearizable"));
    assert!(matches!(checked.replayed[..], [(_, Replayed::Other(_))]), "{:?}", checked.replayed);
    let told = format!("another   when it was saved: no panic: saved.rs:{PANICS_LINE}");
    assert!(checked.report.contains(&told), "{}", checked.report);
}

#[test]
fn what_passes_now_does_not_stand_in_the_way_of_new_cases() {
    let (folder, _) = saved("passes");
    let checked = check(&folder, plain).expect("it can be checked");
    assert_eq!((checked.outcome, checked.tally.cases), (Outcome::Pass, CASES));
    assert_eq!(checked.tally.regressions, 1);
    let passes = Replayed::Passes { took: 1, saved: Some(1) };
    assert_eq!(checked.replayed[0].1, passes);
    assert!(!passes.is_stale());
    // And new cases find what is new.
    let checked = check(&folder, |event, _| {
        assert!(!matches!(event, Event::Request { op: Get(3), .. }), "another unlucky key");
    });
    let checked = checked.expect("it can be checked");
    assert_eq!((checked.outcome, checked.tally.regressions), (Outcome::Fail, 1));
}

#[test]
fn what_passes_because_less_of_it_takes_hold_is_told_as_stale() {
    let (folder, file) = saved("stale");
    rewrite(&file, |text| text.replace("# took   1 steps", "# took   3 steps"));
    let checked = check(&folder, plain).expect("it can be checked");
    assert_eq!(checked.outcome, Outcome::Pass);
    let replayed = Replayed::Passes { took: 1, saved: Some(3) };
    assert!(replayed.is_stale());
    assert_eq!(checked.replayed, [(file.clone(), replayed)]);
    let told = format!("stale     {}: fewer of its steps took hold", file.display());
    assert!(checked.report.contains(&told), "{}", checked.report);
}

#[test]
fn what_cannot_be_read_is_told_with_its_file_and_place() {
    let (folder, file) = saved("unreadable");
    let error = || check(&folder, plain).expect_err("it cannot be read").to_string();
    let place = file.display();

    let text = fs::read_to_string(&file).expect("it is there");
    let cut = text.rfind(" k2").expect("it ends with a put under this key");
    let (line, column) = (text.lines().count(), cut - text[..cut].rfind('\n').unwrap_or(0));
    fs::write(&file, &text[..cut]).expect("it can be written");
    let mend = "is a saved failure that cannot be read: mend or delete it";
    let told = format!("{place} {mend}: line {line}, column {}: ", column - "put".len());
    assert!(error().starts_with(&told), "{} for {told}", error());

    fs::write(&file, "\u{0}\u{1} garbage").expect("it can be written");
    let told =
        format!("{place} {mend}: line 1, column 1: expected a header such as `nodes 3  quiet`");
    assert!(error().starts_with(&told), "{}", error());

    fs::write(&file, "# all comments\n").expect("it can be written");
    assert!(error().ends_with("found the end of the text"), "{}", error());

    fs::write(&file, [0xff, 0xfe, 0x00]).expect("it can be written");
    assert!(error().starts_with(&format!("cannot read {place}: ")), "{}", error());
}
