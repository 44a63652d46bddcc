//! The pages for people come in; links to files or headings that are not there go out.

use super::{Breach, files, none, root, text, told};
use std::path::Path;

/// The targets of the links on a page, each with its line. What stands in a block of code is no
/// link.
fn links(page: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(page.lines()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let mut rest = if fenced { "" } else { line };
        while let Some((_, behind)) = rest.split_once("](") {
            let (target, behind) = behind.split_once(')').unwrap_or((behind, ""));
            found.push((number, target.trim().to_owned()));
            rest = behind;
        }
    }
    found
}

/// The anchors of a page's headings, as repository hosts make them.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// Checks the links of one page; `look` reads a file, or says that a folder is there, by its path
/// from the page.
fn broken(path: &str, page: &str, look: impl Fn(&str) -> Option<String>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (line, target) in links(page) {
        if target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
        let there = if file.is_empty() { Some(page.to_owned()) } else { look(file) };
        match there {
            None => {
                let why = format!("links to `{target}`, and nothing is there");
                breaches.push(Breach::new(path, line, why));
            }
            Some(other) if !anchor.is_empty() && !anchors(&other).iter().any(|a| a == anchor) => {
                let why = format!("links to `{target}`, and there is no such heading");
                breaches.push(Breach::new(path, line, why));
            }
            Some(_) => {}
        }
    }
    breaches
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = files(".md");
    assert!(pages.contains(&"docs/ARCHITECTURE.md".to_owned()));
    let mut breaches = Vec::new();
    for path in &pages {
        let folder = root().join(Path::new(path).parent().unwrap_or(Path::new("")));
        let look = |file: &str| {
            let place = folder.join(file);
            // Folders and pictures have no headings.
            let there = place.exists().then(String::new);
            std::fs::read_to_string(place).ok().or(there)
        };
        breaches.extend(broken(path, &text(path), look));
    }
    none(breaches);
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = "# One page\n[a](b.md) [c](d.md#the-end) [e](https://f.g)\n```text\n[h](i.md)\n```\n\
                [j](#one-page) [k](#two-pages)\n";
    let look = |file: &str| (file == "d.md").then(|| "## The end!\n".to_owned());
    assert_eq!(
        told(&broken("docs/x.md", page, look)),
        [
            "docs/x.md:2: links to `b.md`, and nothing is there",
            "docs/x.md:6: links to `#two-pages`, and there is no such heading",
        ]
    );
}
