//! How a file is laid out, and what it must not hold. The sources come in; the places that break a
//! rule go out.

use super::source::{Source, Token};
use super::{Breach, none, sources, told};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

/// Files that are longer than a file should be, each with its limit and the reason.
const LONG: [(&str, usize, &str); 0] = [];

/// Functions that are longer than a function should be, each with its limit and the reason.
const LONG_FUNCTIONS: [(&str, &str, usize, &str); 1] =
    [("model/src/reference.rs", "row", 80, "one table, a row for each clause")];

/// Macros and attributes that leave something undone or unsaid, with the reason.
const BANNED: [(&[&str], &str); 5] = [
    (&["todo", "!"], "what is not written yet is not committed"),
    (&["unimplemented", "!"], "what is not written yet is not committed"),
    (&["#", "[", "ignore"], "a test that does not run proves nothing"),
    (&["should_panic", "]"], "it passes for any panic: say which, with `expected`"),
    (&["thread", "::", "sleep"], "nothing waits: virtual time passes by itself"),
];

/// Notes to oneself, in comments too. Written apart, so that this file has none.
const NOTES: [&str; 3] = [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("XX", "X")];

fn without_an_opening(all: &[Source]) -> Vec<Breach> {
    let silent = all.iter().filter(|source| !source.text.starts_with("//! "));
    let why = "does not open with `//!`: what comes in, what goes out, what it must not know";
    silent.map(|source| Breach::new(&source.path, 1, why)).collect()
}

fn long_files(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for source in all {
        let lines = source.text.lines().count();
        let exception = LONG.iter().find(|(path, ..)| *path == source.path);
        let most = exception.map_or(FILE_LINES_MAX, |(_, most, _)| *most);
        if lines > most {
            let why = format!("has {lines} lines, and {most} are the most");
            breaches.push(Breach::new(&source.path, lines, why));
        } else if exception.is_some() && lines <= FILE_LINES_MAX {
            let why = "is short enough now: take its exception out of the table";
            breaches.push(Breach::new(&source.path, 1, why));
        }
    }
    breaches
}

fn long_lines(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for source in all {
        for (number, line) in (1..).zip(source.text.lines()) {
            let columns = line.chars().count();
            // A row of a table in a comment cannot be broken, and a text in quotes is easier read
            // (and searched for) in one piece.
            let inside = line.trim_start().starts_with('"') || line.ends_with('\\');
            if columns > COLUMNS_MAX && !line.starts_with("//! |") && !inside {
                let why = format!("has {columns} columns, and {COLUMNS_MAX} are the most");
                breaches.push(Breach::new(&source.path, number, why));
            }
        }
    }
    breaches
}

fn long_functions(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for source in all {
        let tokens = &source.tokens;
        for at in 0..tokens.len().saturating_sub(1) {
            if tokens[at].text != "fn" {
                continue;
            }
            let (name, first) = (&tokens[at + 1].text, tokens[at].line);
            let lines = body_end(&tokens[at..]).map_or(0, |last| last - first + 1);
            let known = |(path, function, ..): &&(&str, &str, usize, &str)| {
                *path == source.path && *function == *name
            };
            let exception = LONG_FUNCTIONS.iter().find(known);
            let most = exception.map_or(FUNCTION_LINES_MAX, |(.., most, _)| *most);
            if lines > most {
                let why = format!("`{name}` has {lines} lines, and {most} are the most");
                breaches.push(Breach::new(&source.path, first, why));
            }
        }
    }
    breaches
}

/// The line on which the body of a function ends; `None` where it has none.
fn body_end(from: &[Token]) -> Option<usize> {
    let mut depth = 0;
    for token in from {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            ";" if depth == 0 => return None,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
        if depth == 0 && token.text == "}" {
            return Some(token.line);
        }
    }
    None
}

fn undone(all: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for source in all {
        let texts: Vec<&str> = source.tokens.iter().map(|token| token.text.as_str()).collect();
        for at in 0..texts.len() {
            for (words, reason) in BANNED.iter().filter(|(words, _)| texts[at..].starts_with(words))
            {
                let why = format!("`{}`: {reason}", words.concat());
                breaches.push(Breach::new(&source.path, source.tokens[at].line, why));
            }
        }
        for (number, line) in (1..).zip(source.text.lines()) {
            for note in NOTES.iter().filter(|note| line.contains(**note)) {
                let why = format!("`{note}`: write it as an issue or do it");
                breaches.push(Breach::new(&source.path, number, why));
            }
        }
    }
    breaches
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    none(without_an_opening(&sources()));
    let bad = [Source::new("a.rs", "use b;\n"), Source::new("b.rs", "//! What it is for.\n")];
    let told = told(&without_an_opening(&bad));
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("a.rs:1: does not open with `//!`"));
}

#[test]
fn files_functions_and_lines_are_short() {
    let all = sources();
    none(long_files(&all));
    none(long_lines(&all));
    none(long_functions(&all));
}

#[test]
fn what_is_too_long_is_found() {
    let file = Source::new("a.rs", &"x\n".repeat(401));
    assert_eq!(told(&long_files(&[file])), ["a.rs:401: has 401 lines, and 400 are the most"]);
    for (path, ..) in LONG {
        let short = Source::new(path, "x\n");
        assert_eq!(long_files(&[short]).len(), 1, "an exception that excuses nothing is found");
    }
    let line = Source::new("a.rs", &format!("x\n// {}\n", "é".repeat(98)));
    assert_eq!(told(&long_lines(&[line])), ["a.rs:2: has 101 columns, and 100 are the most"]);
    let body = "    f();\n".repeat(69);
    let text = format!("trait T {{\n    fn no(&self);\n}}\nfn yes(a: [u8; 2]) {{\n{body}}}\n");
    assert_eq!(
        told(&long_functions(&[Source::new("a.rs", &text)])),
        ["a.rs:4: `yes` has 71 lines, and 70 are the most"]
    );
}

#[test]
fn nothing_is_left_undone() {
    none(undone(&sources()));
    let text =
        "fn f() { todo!() }\n#[ignore = \"slow\"]\nfn g() {}\n// FIX".to_owned() + "ME later";
    let found = told(&undone(&[Source::new("a.rs", &text)]));
    assert_eq!(found.len(), 3);
    assert_eq!(found[0], "a.rs:1: `todo!`: what is not written yet is not committed");
    assert_eq!(found[1], "a.rs:2: `#[ignore`: a test that does not run proves nothing");
    assert!(found[2].starts_with("a.rs:4: "));
    let fine = Source::new("a.rs", "fn todo() { unimplemented(); }");
    assert_eq!(undone(&[fine]), []);
}
