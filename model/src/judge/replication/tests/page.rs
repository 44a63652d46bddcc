//! The reference page tells the truth: it has every clause as the code has it, and its example
//! sentences are what the judge says.

use super::{COMMITTED, FIRST, UP, applied, configured, entry, own, request, then};
use super::{violation, voted};
use crate::fact::Fact::{Acked, Appended, Committed, Elected};
use crate::fact::{Entry, Fact};
use crate::reference::Clause;

const PAGE: &str = include_str!("../../../../../docs/reference/properties.md");

/// What the page says of a clause, with its line breaks and marks taken out.
fn section(clause: Clause) -> String {
    let heading = format!("\n### {}\n", clause.name());
    let section = PAGE.split(&heading).nth(1).expect("the page has every clause");
    let section = section.split("\n#").next().unwrap_or_default();
    let words = section.split_whitespace().filter(|word| *word != ">");
    words.collect::<Vec<_>>().join(" ")
}

/// A story for each clause, whose failure the page quotes.
fn story(clause: Clause) -> Vec<(u32, Fact)> {
    match clause {
        Clause::OneLeader => vec![(1, Elected { term: 2 }), (3, Elected { term: 2 })],
        Clause::TermNeverGoesBack => vec![(2, UP), (2, voted(5, 1)), (2, UP), (2, voted(4, 1))],
        Clause::VoteNeverChanges => vec![(3, UP), (3, voted(2, 1)), (3, UP), (3, voted(2, 2))],
        Clause::LeaderOnlyAppends => {
            then(&COMMITTED, &[(1, Appended { index: 1, entry: entry(1, 4) })])
        }
        Clause::LogsMatch => {
            let log = |node, term: u64| {
                [
                    (node, Appended { index: 1, entry: entry(term, 0) }),
                    (node, Appended { index: 2, entry: entry(3, 1) }),
                ]
            };
            then(&log(1, 1), &log(2, 2))
        }
        Clause::LeaderIsComplete => then(&COMMITTED, &[(3, Elected { term: 2 })]),
        Clause::CommitNeedsQuorum => then(&COMMITTED[..7], &[(1, Committed { index: 1 })]),
        Clause::DurableEntriesStay => then(&COMMITTED, &[(2, UP)]),
        Clause::CommitNeverGoesBack => {
            vec![(1, Committed { index: 5 }), (1, Committed { index: 4 })]
        }
        Clause::OnlyCommittedIsApplied => {
            then(&COMMITTED, &[(1, applied(1, FIRST)), (1, applied(2, entry(1, 1)))])
        }
        Clause::AppliedInOrder => vec![(1, UP), (1, applied(2, entry(1, 0)))],
        Clause::OneEntryAtAnIndex => {
            vec![(1, applied(4, entry(1, 3))), (2, applied(4, entry(2, 5)))]
        }
        Clause::ExecutedOnce => {
            let again = Entry { term: 3, ..entry(1, 3) };
            vec![(1, applied(1, entry(1, 3))), (1, applied(2, own(2))), (2, applied(3, again))]
        }
        Clause::NoAcknowledgedWriteIsLost => {
            let acked = Acked { request: request(8), read: false };
            vec![(1, applied(1, entry(1, 7))), (2, acked)]
        }
        Clause::ElectionNeedsQuorum => {
            let three = [(1, configured(0, &[1, 2, 3])), (2, voted(1, 3)), (3, voted(1, 3))];
            then(&three, &[(1, voted(2, 1)), (2, voted(2, 2)), (1, Elected { term: 2 })])
        }
        Clause::OneConfiguration => {
            vec![(1, configured(4, &[1, 2])), (2, configured(4, &[1, 2, 3]))]
        }
        Clause::QuorumsIntersect => {
            vec![(1, configured(0, &[1])), (1, configured(4, &[1, 2, 3]))]
        }
        Clause::SnapshotIsApplied => {
            let taken = |digest| Fact::Snapshot { index: 8, term: 2, digest };
            vec![(1, taken(0xa1)), (3, taken(0xb2))]
        }
    }
}

#[test]
fn every_clause_stands_on_the_page_with_its_sentence_and_its_paper() {
    assert_eq!(PAGE.matches("\n### ").count(), Clause::ALL.len());
    for clause in Clause::ALL {
        let section = section(clause);
        assert!(section.contains(clause.statement()), "{clause}: {section}");
        assert!(section.contains(clause.source()), "{clause}: {section}");
    }
}

#[test]
fn the_page_quotes_what_the_judge_says() {
    for clause in Clause::ALL {
        let found = violation(&story(clause));
        assert_eq!(found.failure.clause, clause.name());
        let section = section(clause);
        assert!(section.contains(&found.why), "{clause}: {}\n{section}", found.why);
    }
}
