//! The repository comes in; the places that break a rule of the house go out, as `file:line: why`.
//!
//! Most rules are absences ("no stage knows another"), and an absence that nobody checks does not
//! last. Each rule is a function of the sources alone, so each is also shown a small bad sample
//! that it must find: a rule that cannot fail is no rule.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

mod links;
mod manifests;
mod rooms;
mod shape;
pub(crate) mod source;

use source::Source;

/// A place that breaks a rule, and how.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Breach {
    path: String,
    line: usize,
    why: String,
}

impl Breach {
    fn new(path: &str, line: usize, why: impl Into<String>) -> Breach {
        Breach { path: path.to_owned(), line, why: why.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.why)
    }
}

/// Fails with all breaches at once: they are easier mended together.
#[track_caller]
fn none(mut breaches: Vec<Breach>) {
    breaches.sort();
    breaches.dedup();
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} places break a rule:\n{}", lines.len(), lines.join("\n"));
}

/// What breaches look like, for tests of rules.
fn told(breaches: &[Breach]) -> Vec<String> {
    breaches.iter().map(ToString::to_string).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of the repository with this ending, as paths from its root, in order.
fn files(ending: &str) -> Vec<String> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        let entries = fs::read_dir(folder).expect("the repository can be read");
        for path in entries.map(|entry| entry.expect("the repository can be read").path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                // What is built is not ours, and neither is what a dot hides.
                if name != "target" && !name.starts_with('.') {
                    walk(&path, ending, found);
                }
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root(), ending, &mut found);
    let inside = |path: &PathBuf| {
        let inside = path.strip_prefix(root()).expect("it was found below the root");
        inside.to_string_lossy().replace('\\', "/")
    };
    let mut paths: Vec<String> = found.iter().map(inside).collect();
    paths.sort();
    paths
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All Rust sources of the repository.
pub(crate) fn sources() -> Vec<Source> {
    let all = files(".rs").into_iter().map(|path| Source::new(&path, &text(&path))).collect();
    source::mark_test_files(all)
}

/// The names that may stand at the top level, beside dotfiles: the rooms, and what every repository
/// has.
const TOP: [&str; 14] = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
    "docs",
    "impl-adapter",
    "model",
    "proptest-regressions",
    "target",
    "tests",
];

fn strangers(names: &[String]) -> Vec<Breach> {
    let known = |name: &&String| !name.starts_with('.') && !TOP.contains(&name.as_str());
    let why = "is no room of the house: the top level holds what docs/ARCHITECTURE.md lists";
    names.iter().filter(known).map(|name| Breach::new(name, 1, why)).collect()
}

#[test]
fn the_top_level_holds_the_rooms_and_nothing_else() {
    let entries = fs::read_dir(root()).expect("the repository can be read");
    let names: Vec<String> = entries
        .map(|entry| entry.expect("the repository can be read").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    none(strangers(&names));
    let bad = ["model", "scratch.txt", ".gitignore"].map(str::to_owned);
    assert_eq!(told(&strangers(&bad)).len(), 1);
    assert!(told(&strangers(&bad))[0].starts_with("scratch.txt:1: is no room of the house"));
}
