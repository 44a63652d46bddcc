//! The failures that are committed under `proptest-regressions/`: each can still be read, and
//! belongs to a target or a test that is still there. One that nobody replays protects nothing.

use schism::spec::kv;
use schism::spec::map;
use schism::{Schedule, persist};
use schism_adapters::mutants;
use std::fs;
use std::path::{Path, PathBuf};

/// Targets of the command, beside the mutants.
const TARGETS: [&str; 2] = ["raft-rs", "foca"];

fn committed() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for home in [".", "model", "impl-adapter"] {
        // A package without saved failures has no folder for them.
        let Ok(folders) = fs::read_dir(root.join(home).join("proptest-regressions")) else {
            continue;
        };
        for folder in folders.map(|folder| folder.expect("it can be read").path()) {
            let entries = fs::read_dir(&folder).expect("only folders stand there");
            files.extend(entries.map(|entry| entry.expect("it can be read").path()));
        }
    }
    files.sort();
    files
}

/// Whether a target's name is that of something which would replay its failures.
fn is_known(target: &str, sources: &str) -> bool {
    let function = target.rsplit("::").next().unwrap_or(target);
    let mutant = target.strip_prefix("mutant:").unwrap_or(target);
    TARGETS.contains(&target)
        || mutants::cards().any(|card| card.id == mutant)
        || sources.contains(&format!("fn {function}()"))
        || sources.contains(&format!(".named(\"{target}\")"))
}

/// What is wrong with a saved failure.
fn trouble(path: &Path, sources: &str) -> Option<String> {
    let saved = match persist::read(path) {
        Ok(saved) => saved,
        Err(error) => return Some(error.to_string()),
    };
    let of = |what: &str| Some(format!("{}: {what}", path.display()));
    if path.extension().is_none_or(|ending| ending != "schedule") {
        return of("is no saved failure");
    }
    // A map understands more than a store of puts and gets, and neither all of the other.
    let read: Result<Schedule<map::Op>, _> = saved.text.parse();
    if let (Err(error), Err(_)) = (read, saved.text.parse::<Schedule<kv::Op>>()) {
        return of(&error.to_string());
    }
    let Some(target) = saved.target else { return of("does not say whose failure it is") };
    if !is_known(&target, sources) {
        return of(&format!("nothing is called {target}: who would replay it?"));
    }
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy());
    if folder.as_deref() != Some(&*persist::folder_name(&target)) {
        return of(&format!("is a failure of {target} and does not stand in its folder"));
    }
    None
}

/// The text of all tests of the repository.
fn sources() -> String {
    crate::tidy::sources().iter().map(|source| source.text.as_str()).collect()
}

#[test]
fn every_committed_failure_can_be_read_and_belongs_to_somebody() {
    let sources = sources();
    let troubles: Vec<String> =
        committed().iter().filter_map(|path| trouble(path, &sources)).collect();
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

#[test]
fn what_nobody_would_replay_is_found() {
    let home = crate::bad_input::Folder::new("committed");
    let write = |folder: &str, name: &str, text: &str| {
        let place = home.0.join(folder);
        fs::create_dir_all(&place).expect("a temporary folder can be written");
        fs::write(place.join(name), text).expect("a temporary folder can be written");
        trouble(&place.join(name), "fn a_store_holds() {").map(|told| told.replace("\\", "/"))
    };
    let told = |folder: &str, name: &str, text: &str| {
        let told = write(folder, name, text).expect("it is in trouble");
        told.rsplit_once(".schedule: ").map_or(told.clone(), |(_, why)| why.to_owned())
    };
    let good = "# target raft-rs\nnodes 3 quiet\n";
    assert_eq!(write("raft-rs", "1.schedule", good), None);
    let test = "# target store::a_store_holds\nnodes 3 quiet\n";
    assert_eq!(write("store.a_store_holds", "1.schedule", test), None);
    assert_eq!(
        told("raft-rs", "2.schedule", "# target raft-rs\nnodes x\n"),
        "line 2, column 7: expected a number of nodes, such as 3, found `x`"
    );
    assert_eq!(
        told("raft-rs", "3.schedule", "nodes 3 quiet\n"),
        "does not say whose failure it is"
    );
    assert_eq!(
        told("gone", "4.schedule", "# target gone\nnodes 3 quiet\n"),
        "nothing is called gone: who would replay it?"
    );
    assert_eq!(
        told("elsewhere", "5.schedule", good),
        "is a failure of raft-rs and does not stand in its folder"
    );
    assert!(told("raft-rs", "6.txt", good).ends_with("6.txt: is no saved failure"));
}
