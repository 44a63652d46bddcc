//! The sentences on who votes and on snapshots; see `words.rs`. A refusal comes in, a sentence goes
//! out, in which a configuration is named by its voters.

use super::{Words, names, only};
use crate::fact::{Config, Fact, Nodes, Told};
use crate::reference::{Against, Refusal};
use crate::spec::Spec;

impl<S: Spec> Words<'_, S> {
    /// Why a fact was refused, where who votes, or a snapshot, has to do with it.
    pub(super) fn of_voters(&self, refusal: &Refusal) -> String {
        let Told { node: who, time: now, fact, .. } = refusal.told;
        match (refusal.against, fact) {
            (Against::Voters { entry, holders, index: since, config }, fact) => {
                let what = match (fact, entry) {
                    (Fact::Committed { index }, Some(entry)) => {
                        format!("told index {index}, {}, committed", self.entry(&entry))
                    }
                    (Fact::Committed { index }, None) => format!("told index {index} committed"),
                    (Fact::Elected { term }, _) => format!("was elected leader of term {term}"),
                    _ => return self.plainly(refusal),
                };
                let elected = matches!(fact, Fact::Elected { .. });
                let did = if elected { "voted for it" } else { "it on disk" };
                let voters = Nodes(holders & (config.voters.0 | config.outgoing.0));
                format!(
                    "{who} {what} at {now}, but of the voters {} can have {did}; since index {since} \
                     it takes a majority of {}.",
                    only(voters.0),
                    majorities(&config)
                )
            }
            (Against::Configuration { index, config, first: Some((node, time)) }, fact) => {
                let other = whole(&config);
                match fact {
                    Fact::Configured { index: mine, config } => format!(
                        "{who} went by {} since index {mine}, as it told at {now}, where {node} had \
                         gone by {other} since index {index}, at {time}.",
                        whole(&config)
                    ),
                    _ => format!(
                        "{who} applied what follows index {index} at {now} without going by {other}, \
                         as {node} did since that index, at {time}."
                    ),
                }
            }
            (
                Against::Configuration { index, config: old, first: None },
                Fact::Configured { index: new, config },
            ) => format!(
                "{who} went from {} (index {index}) to {} (index {new}) at {now}: a majority of the \
                 one and a majority of the other need have no node in common.",
                whole(&old),
                whole(&config)
            ),
            (against, Fact::Snapshot { index, term, digest }) => match against {
                Against::Snapshot { term: other, digest: old, node, time } => format!(
                    "{who} has a snapshot up to index {index} of term {term} with digest {digest:x} \
                     since {now}, where {node} had one of term {other} with digest {old:x} at \
                     {time}."
                ),
                Against::Applied { entry, node, time, .. } => format!(
                    "{who} has a snapshot up to index {index} of term {term} since {now}, where \
                     {node} had applied an entry of term {} at {time}.",
                    entry.term
                ),
                Against::Index(applied) => format!(
                    "{who} has a snapshot up to index {index} since {now}, when it stood at \
                     {applied}, and nobody else had one."
                ),
                _ => self.plainly(refusal),
            },
            _ => self.plainly(refusal),
        }
    }
}

/// `n1, n2 and n3`, `n1 and n4, and of n1, n2 and n3`.
fn majorities(config: &Config) -> String {
    let voters = names(config.voters);
    if config.outgoing.is_empty() {
        voters
    } else {
        format!("{voters}, and one of {}", names(config.outgoing))
    }
}

/// `voters n1, n2 and n3`, `voters n1 and n4 jointly with n1 and n2, learner n5`.
fn whole(config: &Config) -> String {
    let mut text = format!("voters {}", names(config.voters));
    if !config.outgoing.is_empty() {
        text = format!("{text} jointly with {}", names(config.outgoing));
    }
    match config.learners.len() {
        0 => text,
        1 => format!("{text}, learner {}", names(config.learners)),
        _ => format!("{text}, learners {}", names(config.learners)),
    }
}
