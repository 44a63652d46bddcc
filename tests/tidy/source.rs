//! The text of a Rust file comes in; its words go out, each with its line and whether it is
//! compiled for tests only. Comments and the contents of strings are no words.
//!
//! This is no parser of Rust. It knows comments, strings, characters and brackets, which is enough
//! to ask what a file names and how long its functions are.

/// A word, `::`, or a single sign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) text: String,
    /// Whether it stands in code for tests only.
    pub(super) test: bool,
}

/// A Rust file.
pub(crate) struct Source {
    pub(super) path: String,
    pub(crate) text: String,
    pub(super) tokens: Vec<Token>,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Source {
        let mut tokens = tokens(&blank(text));
        mark_tests(&mut tokens);
        Source { path: path.to_owned(), text: text.to_owned(), tokens }
    }

    /// The words outside of tests.
    pub(super) fn words(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| !token.test)
    }

    /// What follows `root::` in paths outside of tests: `b` and `c` for `a::b::X` and `a::{b,
    /// c::Y}`.
    pub(super) fn below(&self, root: &str) -> Vec<&Token> {
        let tokens: Vec<&Token> = self.words().collect();
        let mut found = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let is_path = tokens.get(at + 1).is_some_and(|next| next.text == "::");
            if token.text == root && is_path {
                names(&tokens[at + 2..], &mut found);
            }
        }
        found
    }

    /// The modules and items of the crate's root that the file names: through `crate`, and through
    /// as many `super` as lead there.
    pub(super) fn crate_roots(&self) -> Vec<&Token> {
        let mut found = self.below("crate");
        let inside = self.path.split_once("/src/").map_or("", |(_, inside)| inside);
        let depth = inside.matches('/').count() + 1;
        let tokens: Vec<&Token> = self.words().collect();
        let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let up = ["super", "::"].repeat(depth);
        for at in 0..texts.len().saturating_sub(up.len()) {
            if texts[at..].starts_with(&up) {
                names(&tokens[at + up.len()..], &mut found);
            }
        }
        found
    }
}

/// The first names of what follows a `::`, one, or several in braces.
fn names<'a>(after: &[&'a Token], found: &mut Vec<&'a Token>) {
    let Some(first) = after.first() else { return };
    if first.text != "{" {
        found.push(first);
        return;
    }
    let mut depth = 0;
    let mut begins = false;
    for token in after {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," => {}
            _ if begins => found.push(token),
            _ => {}
        }
        if depth == 0 {
            return;
        }
        begins = depth == 1 && matches!(token.text.as_str(), "{" | ",");
    }
}

/// The same text with spaces in place of comments and of what stands in strings.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => until(&chars, at, |c| c == '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => comment_end(&chars, at),
            '"' => string_end(&chars, at),
            'r' if !word_before(&chars, at) => raw_end(&chars, at),
            '\'' => char_end(&chars, at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

fn until(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|c| stop(*c)).map_or(chars.len(), |n| from + n)
}

fn comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn word_before(chars: &[char], at: usize) -> bool {
    // A byte string may be raw, too: its `b` is no word.
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') && chars[at - 1] != 'b'
}

/// The end of a raw string, or `from` where none begins.
fn raw_end(chars: &[char], from: usize) -> usize {
    let quote = until(chars, from + 1, |c| c != '#');
    if chars.get(quote) != Some(&'"') {
        return from;
    }
    let close: Vec<char> =
        std::iter::once('"').chain(std::iter::repeat_n('#', quote - from - 1)).collect();
    let rest = &chars[quote + 1..];
    let length = rest.windows(close.len()).position(|window| window == close);
    length.map_or(chars.len(), |n| quote + 1 + n + close.len())
}

/// The end of a character, or `from` where it is a lifetime.
fn char_end(chars: &[char], from: usize) -> usize {
    match chars.get(from + 1) {
        Some('\\') => until(chars, from + 3, |c| c == '\'') + 1,
        Some(_) if chars.get(from + 2) == Some(&'\'') => from + 3,
        _ => from,
    }
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (number, line) in (1..).zip(code.lines()) {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let in_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = if in_word(first) {
                rest.find(|c| !in_word(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, behind) = rest.split_at(length);
            tokens.push(Token { line: number, text: token.to_owned(), test: false });
            rest = behind.trim_start();
        }
    }
    tokens
}

/// Marks each item behind a `#[cfg(test)]`.
fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at < tokens.len() {
        let is =
            |offset: usize, text: &str| tokens.get(at + offset).is_some_and(|t| t.text == text);
        let is_test = is(0, "#") && is(1, "[") && is(2, "cfg") && is(3, "(") && is(4, "test");
        if !is_test {
            at += 1;
            continue;
        }
        let end = item_end(tokens, at);
        for token in &mut tokens[at..end] {
            token.test = true;
        }
        at = end;
    }
}

/// Where an item with its attributes ends: behind its `;`, or its closing brace.
fn item_end(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(token.text.as_str(), ";" | "}") {
            return at + 1;
        }
    }
    tokens.len()
}

/// Marks the files that are modules for tests only: those under `tests/` and `benches/`, and those
/// that another file declares so.
pub(super) fn mark_test_files(mut all: Vec<Source>) -> Vec<Source> {
    let mut roots = Vec::new();
    for source in &all {
        let place = source.path.trim_end_matches(".rs");
        let place = match place.rsplit_once('/') {
            Some((folder, "lib" | "main" | "mod")) => folder,
            _ => place,
        };
        for three in source.tokens.windows(3) {
            if three[0].test && three[0].text == "mod" && three[2].text == ";" {
                roots.push(format!("{place}/{}", three[1].text));
            }
        }
    }
    for source in &mut all {
        let path = &source.path;
        let below = |root: &String| {
            path.strip_prefix(root.as_str())
                .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        if path.starts_with("tests/") || path.contains("/benches/") || roots.iter().any(below) {
            for token in &mut source.tokens {
                token.test = true;
            }
        }
    }
    all
}

#[test]
fn comments_and_strings_are_no_words() {
    let text = "// no\nlet a = \"no // \\\" no\"; /* no /* no */ no */ b('\"', 'x', r#\"no\"no\"#)";
    let source = Source::new("model/src/a.rs", text);
    let words: Vec<&str> = source.words().map(|token| token.text.as_str()).collect();
    assert_eq!(words.concat(), "leta=;b(,,)");
    assert!(source.words().all(|token| token.line == 2));
    let source = Source::new("model/src/a.rs", "fn f<'a>(x: &'a str) -> char { '\\'' }");
    let words: Vec<&str> = source.words().map(|token| token.text.as_str()).collect();
    assert_eq!(words.concat(), "fnf<'a>(x:&'astr)->char{}");
}

#[test]
fn code_for_tests_is_told_apart() {
    let text = "#[cfg(test)]\nmod tests { use b; }\n#[cfg(test)]\npub(crate) mod stories;\nuse c;";
    let other = Source::new("model/src/a/stories/long.rs", "use d;");
    let all = mark_test_files(vec![Source::new("model/src/a.rs", text), other]);
    let words: Vec<&str> = all[0].words().map(|token| token.text.as_str()).collect();
    assert_eq!(words, ["use", "c", ";"]);
    assert_eq!(all[1].words().count(), 0);
}

#[test]
fn paths_are_followed_to_the_root_of_the_crate() {
    let text = "use crate::{a, b::{c, d}, e};\nuse super::f;\nfn g() { super::super::h::i(); }";
    let source = Source::new("model/src/x/y.rs", text);
    let names: Vec<&str> = source.crate_roots().iter().map(|token| token.text.as_str()).collect();
    assert_eq!(names, ["a", "b", "e", "h"]);
}
