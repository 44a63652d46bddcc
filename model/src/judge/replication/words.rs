//! A refusal comes in; sentences go out, for a reader who knows her operations but not our clauses.
//!
//! Each sentence has the two values that cannot both be, who told them and when. A request is named
//! by what it asked for: `put k1 5 (c0#1)`.

use super::entry;
use crate::fact::{Entry, Fact, Nodes, Told};
use crate::history::History;
use crate::id::RequestId;
use crate::reference::{Against, Clause, Refusal};
use crate::spec::Spec;

mod voters;

/// What names are taken from.
pub(super) struct Words<'a, S: Spec> {
    pub(super) history: &'a History<S>,
    pub(super) facts: &'a [Told],
    pub(super) nodes: u32,
}

impl<S: Spec> Words<'_, S> {
    /// The place of a request in the history.
    pub(super) fn place(&self, request: RequestId) -> Option<usize> {
        self.history.operations.iter().position(|operation| operation.request == request)
    }

    fn request(&self, request: RequestId) -> String {
        match self.place(request) {
            Some(place) => format!("{} ({request})", self.history.operations[place].op),
            None => format!("request {request}"),
        }
    }

    fn entry(&self, entry: &Entry) -> String {
        match entry.request {
            Some(request) => self.request(request),
            None => format!("the protocol's own entry of term {}", entry.term),
        }
    }

    /// Two entries that differ, in words that differ.
    fn pair(&self, one: &Entry, other: &Entry) -> (String, String) {
        let (a, b) = (self.entry(one), self.entry(other));
        if a != b {
            (a, b)
        } else if one.term != other.term {
            (format!("{a} of term {}", one.term), format!("{b} of term {}", other.term))
        } else {
            let digest =
                |name: &str, entry: &Entry| format!("{name} with digest {:x}", entry.digest);
            (digest(&a, one), digest(&b, other))
        }
    }

    /// A few words for the headline.
    pub(super) fn headline(&self, refusal: &Refusal) -> String {
        let (node, about) = (refusal.told.node, entry(refusal));
        let about = about.map(|entry| self.entry(&entry)).unwrap_or_default();
        match (refusal.clause, refusal.told.fact) {
            (Clause::OneLeader, Fact::Elected { term }) => format!("two leaders in term {term}"),
            (Clause::TermNeverGoesBack, _) => format!("{node} went back to an older term"),
            (Clause::VoteNeverChanges, Fact::Term { term, vote: None }) => {
                format!("{node} forgot its vote in term {term}")
            }
            (Clause::VoteNeverChanges, Fact::Term { term, .. } | Fact::Elected { term }) => {
                format!("{node} voted twice in term {term}")
            }
            (Clause::LeaderOnlyAppends, _) => format!("leader {node} rewrote its log"),
            (Clause::LogsMatch, Fact::Appended { index, .. }) => {
                format!("logs differ at or below index {index}")
            }
            (Clause::LeaderIsComplete, Fact::Elected { term }) => {
                format!("leader {node} of term {term} lacks a committed entry")
            }
            (Clause::CommitNeedsQuorum, Fact::Committed { index }) => {
                format!("index {index} committed without a quorum")
            }
            (Clause::DurableEntriesStay, _) => format!("{node} lost a committed entry"),
            (Clause::CommitNeverGoesBack, _) => format!("{node}'s commit index went back"),
            (Clause::OnlyCommittedIsApplied, _) => format!("{node} applied too early: {about}"),
            (Clause::AppliedInOrder, _) => format!("{node} applied out of order: {about}"),
            (
                Clause::OneEntryAtAnIndex,
                Fact::Applied { index, .. } | Fact::Committed { index },
            ) => {
                format!("two entries at index {index}")
            }
            (Clause::ExecutedOnce, _) => format!("executed twice: {about}"),
            (Clause::NoAcknowledgedWriteIsLost, Fact::Acked { request, .. }) => {
                format!("lost acknowledged write: {}", self.request(request))
            }
            (Clause::ElectionNeedsQuorum, Fact::Elected { term }) => {
                format!("{node} was elected in term {term} without a quorum")
            }
            (Clause::OneConfiguration, _) => format!("{node} goes by another configuration"),
            (Clause::QuorumsIntersect, _) => "two majorities without a node in common".to_owned(),
            (Clause::SnapshotIsApplied, Fact::Snapshot { index, .. }) => {
                format!("{node} has a wrong snapshot up to index {index}")
            }
            (clause, _) => clause.name().to_owned(),
        }
    }

    /// Why the fact was refused.
    pub(super) fn why(&self, refusal: &Refusal) -> String {
        let Told { node: who, time: now, .. } = refusal.told;
        match (refusal.against, refusal.told.fact) {
            (Against::Leader { node, time }, Fact::Elected { term }) => format!(
                "{node} and {who} were both elected leader of term {term}: {node} at {time}, {who} \
                 at {now}."
            ),
            (Against::Term { term, time, restarted }, Fact::Elected { term: back }) => format!(
                "{who} was in term {term} at {time}{} and was elected leader of term {back} at \
                 {now}.",
                pause(restarted)
            ),
            (Against::Term { term, time, restarted }, Fact::Term { term: back, .. }) => format!(
                "{who} was in term {term} at {time}{} and was in term {back} at {now}.",
                pause(restarted)
            ),
            (Against::Vote { vote, time, restarted }, fact) => {
                let (term, again) = match fact {
                    Fact::Term { term, vote: Some(vote) } => (term, format!("voted for {vote}")),
                    Fact::Term { term, .. } => (term, "had no vote".to_owned()),
                    Fact::Elected { term } => (term, "was elected by its own vote".to_owned()),
                    _ => return self.plainly(refusal),
                };
                format!(
                    "{who} voted for {vote} in term {term} at {time}{} and {again} in the same \
                     term at {now}.",
                    pause(restarted)
                )
            }
            (Against::Quorum { entry, holders, needed }, Fact::Committed { index }) => {
                let what = entry.map(|entry| format!(", {},", self.entry(&entry)));
                format!(
                    "{who} told index {index}{} committed at {now}, but {} can have it on disk: {} \
                     of {} nodes, and it takes {needed}.",
                    what.unwrap_or_default(),
                    only(holders),
                    holders.count_ones(),
                    self.nodes
                )
            }
            (Against::Voters { .. } | Against::Configuration { .. }, _)
            | (_, Fact::Configured { .. } | Fact::Snapshot { .. }) => self.of_voters(refusal),
            (Against::Index(before), Fact::Committed { index }) => {
                format!("{who} told the log committed up to {index} at {now}, after {before}.")
            }
            (Against::Sequence(last), Fact::Acked { request, .. }) => {
                self.lost(refusal, request, last)
            }
            (_, Fact::Appended { index, entry }) => self.appended(refusal, index, &entry),
            (_, Fact::Applied { index, entry, .. }) => self.applied(refusal, index, &entry),
            (Against::Committed { .. }, _) => self.committed(refusal),
            _ => self.plainly(refusal),
        }
    }

    fn appended(&self, refusal: &Refusal, index: u64, new: &Entry) -> String {
        let Told { node: who, time: now, .. } = refusal.told;
        let named = self.entry(new);
        match refusal.against {
            Against::Log { leads, last, entry: Some(old) } if old != *new => {
                let (old, new) = self.pair(&old, new);
                format!(
                    "{who} wrote {new} at index {index} at {now}, over {old}, while it led term \
                     {leads}; its log had ended at {last}."
                )
            }
            Against::Log { leads, last, .. } => format!(
                "{who} wrote {named} at index {index} at {now} and nothing stands above, while it \
                 led term {leads}; its log had ended at {last}."
            ),
            Against::Durable { entry, node, time } => {
                let (new, old) = self.pair(new, &entry);
                format!(
                    "{who} has {new} at index {index} of its log since {now}, where {node} had \
                     {old} of the same term {} at {time}.",
                    entry.term
                )
            }
            Against::Below { index: below, mine, other, node, .. } => {
                let (mine, other) = self.pair(&mine, &other);
                format!(
                    "{who} and {node} both have {named} of term {} at index {index}, but below it, \
                     at index {below}, {who} has {mine} and {node} had {other}.",
                    new.term
                )
            }
            Against::Committed { index: gone, entry: Some(old), node, time, .. } => {
                let (new, old) = self.pair(new, &old);
                let told = format!("which {node} had told committed at {time}");
                if gone == index {
                    format!("{who} wrote {new} at index {index} at {now} over {old}, {told}.")
                } else {
                    format!(
                        "{who} wrote {new} at index {index} at {now} and nothing stands above: \
                         gone is {old} at index {gone}, {told}."
                    )
                }
            }
            _ => self.plainly(refusal),
        }
    }

    fn applied(&self, refusal: &Refusal, index: u64, new: &Entry) -> String {
        let Told { node: who, time: now, .. } = refusal.told;
        let named = self.entry(new);
        match (refusal.clause, refusal.against) {
            (Clause::ExecutedOnce, Against::Applied { index: first, node, time, .. }) => format!(
                "{named} took effect twice: {node} applied it at index {first} at {time}, and \
                 {who} applied it at index {index} at {now}."
            ),
            (_, Against::Applied { entry, node, time, .. }) => {
                let (new, old) = self.pair(new, &entry);
                format!(
                    "{who} applied {new} at index {index} at {now}, where {node} had applied {old} \
                     at {time}."
                )
            }
            (_, Against::Committed { entry: Some(entry), node, time, .. }) => {
                let (new, old) = self.pair(new, &entry);
                format!(
                    "{who} applied {new} at index {index} at {now}, where {node} had told {old} \
                     committed at {time}."
                )
            }
            (Clause::OnlyCommittedIsApplied, Against::Index(commit)) => format!(
                "{who} applied {named} at index {index} at {now}, when it knew the log committed \
                 up to {commit} only."
            ),
            (_, Against::Index(before)) => format!(
                "{who} applied {named} at index {index} at {now}, when it stood at {before}: {} \
                 was its turn.",
                before + 1
            ),
            _ => self.plainly(refusal),
        }
    }

    /// A node lacks, or has in another form, what was told committed.
    fn committed(&self, refusal: &Refusal) -> String {
        let Told { node: who, time: now, fact, .. } = refusal.told;
        let Against::Committed { index, entry, node, time, mine, last } = refusal.against else {
            return self.plainly(refusal);
        };
        let (what, mine) = match (entry, mine) {
            (Some(entry), Some(mine)) => {
                let (what, mine) = self.pair(&entry, &mine);
                (what, Some(mine))
            }
            (entry, _) => (entry.map_or("the entry".to_owned(), |entry| self.entry(&entry)), None),
        };
        let told = format!("{what} at index {index}, which {node} had told committed at {time}");
        let has = match &mine {
            Some(mine) => format!("{who} has {mine} there"),
            None => format!("{who}'s log ends at {last}"),
        };
        match (fact, mine) {
            (Fact::Elected { term }, _) => {
                format!("{who} was elected leader of term {term} at {now} without {told}; {has}.")
            }
            (Fact::Booted { .. }, _) => {
                format!("{who} came up at {now} without {told}, after {who} had it on disk; {has}.")
            }
            (Fact::Committed { .. }, Some(mine)) => format!(
                "{who} told {mine} committed at index {index} at {now}, where {node} had told \
                 {what} committed at {time}."
            ),
            _ => self.plainly(refusal),
        }
    }

    fn lost(&self, refusal: &Refusal, request: RequestId, last: u64) -> String {
        let Told { node, time, .. } = refusal.told;
        let Some(place) = self.place(request) else {
            return format!(
                "request {request} was acknowledged by {node} at {time}, but no node has applied \
                 it after everything healed; {last} entries were."
            );
        };
        let op = &self.history.operations[place].op;
        let there = match self.last_write(S::part(op)) {
            Some((index, write)) => {
                format!("the last write applied there is {} at index {index}", self.request(write))
            }
            None => "no write was applied there at all".to_owned(),
        };
        let client = request.client;
        format!(
            "{client}'s {op} was acknowledged by {node} at {time}, but no node has applied it \
             after everything healed; {there}."
        )
    }

    /// The last write to a part of the object that took effect, with its index.
    fn last_write(&self, part: Option<u64>) -> Option<(u64, RequestId)> {
        let effects = self.facts.iter().filter_map(|told| match told.fact {
            Fact::Applied { index, entry, effective: true } => Some((index, entry.request?)),
            _ => None,
        });
        let writes = effects.filter(|(_, request)| {
            self.place(*request).is_some_and(|place| {
                let op = &self.history.operations[place].op;
                !S::is_read(op) && S::part(op) == part
            })
        });
        writes.max_by_key(|(index, _)| *index)
    }

    /// What can be said of any refusal.
    fn plainly(&self, refusal: &Refusal) -> String {
        let Told { node, time, fact, .. } = refusal.told;
        format!("{node} told {fact:?} at {time}, against {:?}.", refusal.against)
    }
}

fn pause(restarted: bool) -> &'static str {
    if restarted { ", restarted," } else { "" }
}

/// `no node`, `only n1`, `only n1 and n3`.
fn only(nodes: u64) -> String {
    if nodes == 0 { "no node".to_owned() } else { format!("only {}", names(Nodes(nodes))) }
}

/// `n1`, `n1 and n3`, `n1, n2 and n3`.
fn names(nodes: Nodes) -> String {
    let names: Vec<String> = nodes.iter().map(|node| node.to_string()).collect();
    match &names[..] {
        [] => "no node".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
