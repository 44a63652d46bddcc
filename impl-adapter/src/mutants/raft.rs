//! The mutants of Raft, as two tables: those of a public list, and ours. What each does wrong is
//! one or two hooks in the files beside.

use super::Card;
use crate::raft::Config;
use crate::raft::hooks::{Hooks, Planted};
use crate::raft::log::logger;
use crate::raft::raft_rs::Server;
use crate::targets::stalls;
use schism::{Io, Nemesis};

mod clients;
mod disk;
mod later;
mod members;
mod messages;
mod ours;
mod snapshots;
#[cfg(test)]
mod tests;

/// A server with something wrong.
pub type Broken = Server<Planted>;

/// One known-bad variant of a server.
pub type Mutant = super::Mutant<dyn Hooks>;

impl Mutant {
    /// Brings servers up that have this defect.
    pub fn boot(&self, config: Config) -> impl Fn(&mut Io<Broken>) -> Broken + Send + Sync + Clone {
        let (hooks, logger) = (self.hooks, logger());
        move |io| Server::open(config, Planted(hooks()), &logger, io)
    }

    /// How the healthy server is set up of which this is a variant.
    #[must_use]
    pub fn healthy(&self) -> Config {
        let mut config = Config::default();
        (self.hooks)().set_up(&mut config);
        let Config { voters_at_start, snapshot_every, sync_within, tight, .. } = config;
        Config { voters_at_start, snapshot_every, sync_within, tight, ..Config::default() }
    }

    /// What is claimed of a cluster of it: all that is claimed of the healthy one.
    #[must_use]
    pub fn claim(&self) -> Nemesis {
        let everything = Nemesis::everything();
        let everything = if self.healthy().tight { stalls(everything) } else { everything };
        match self.healthy().voters_at_start {
            Some(_) => crate::raft::members::claim(everything, self.card.nodes.into()),
            // Sessions, which snapshots hold, are for requests that come again.
            None if self.healthy().snapshot_every.is_some() => everything.retries(),
            None => everything,
        }
    }

    /// Whether a model of its protocol is what shows it: its runs are held against Raft.
    #[must_use]
    pub fn is_refined(&self) -> bool {
        self.card.caught_by.iter().any(|name| name.starts_with("refines(raft)"))
    }
}

/// All mutants of Raft, by id.
#[must_use]
pub fn all() -> &'static [Mutant] {
    &MUTANTS
}

/// The mutant of Raft with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Mutant> {
    all().iter().find(|mutant| mutant.card.id == id)
}

static MUTANTS: [Mutant; PUBLIC.len() + ours::OURS.len()] = {
    let mut all = [PUBLIC[0]; PUBLIC.len() + ours::OURS.len()];
    let mut place = 0;
    while place < all.len() {
        all[place] = match place.checked_sub(PUBLIC.len()) {
            Some(place) => ours::OURS[place],
            None => PUBLIC[place],
        };
        place += 1;
    }
    all
};

/// The public list.
const PUBLIC: &[Mutant] = &[
    Mutant {
        card: Card {
            id: "PM01",
            sentence: "the vote is not saved with the term",
            caught_by: &[
                "reference: a vote never changes",
                "reference: one leader in a term",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM01.schedule"),
        },
        hooks: || Box::new(disk::VoteNotSaved),
    },
    Mutant {
        card: Card {
            id: "PM02",
            sentence: "neither term nor vote are saved",
            caught_by: &[
                "reference: a term never goes back",
                "reference: a vote never changes",
                "reference: one leader in a term",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM02.schedule"),
        },
        hooks: || Box::new(disk::TermNotSaved),
    },
    Mutant {
        card: Card {
            id: "PM03",
            sentence: "entries are written, not synced",
            caught_by: &[
                "reference: durable entries stay",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM03.schedule"),
        },
        hooks: || Box::new(disk::EntriesNotSynced),
    },
    Mutant {
        card: Card {
            id: "PM04",
            sentence: "entries that replace others are replaced in memory only",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 2,
            known: include_str!("known/PM04.schedule"),
        },
        hooks: || Box::new(disk::OverwrittenInMemory),
    },
    Mutant {
        card: Card {
            id: "PM05",
            sentence: "a restart tears off the last durable entry",
            caught_by: &[
                "reference: durable entries stay",
                "reference",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM05.schedule"),
        },
        hooks: || Box::new(disk::LastEntryTorn),
    },
    Mutant {
        card: Card {
            id: "PM06",
            sentence: "a restart finds an empty disk",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM06.schedule"),
        },
        hooks: || Box::new(disk::EmptyDisk),
    },
    Mutant {
        card: Card {
            id: "PM07",
            sentence: "a write is acknowledged when it is proposed",
            caught_by: &[
                "reference: no acknowledged write is lost",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM07.schedule"),
        },
        hooks: || Box::new(clients::AckedWhenProposed),
    },
    Mutant {
        card: Card {
            id: "PM08",
            sentence: "a write is acknowledged at the first follower's answer",
            caught_by: &["reference: no acknowledged write is lost", "linearizable"],
            nodes: 5,
            known_steps: 2,
            known: include_str!("known/PM08.schedule"),
        },
        hooks: || Box::new(clients::AckedAtTheFirst),
    },
    Mutant {
        card: Card {
            id: "PM09",
            sentence: "a leader reads locally",
            caught_by: &["linearizable"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("known/PM09.schedule"),
        },
        hooks: || Box::new(clients::LeaderReadsLocally),
    },
    Mutant {
        card: Card {
            id: "PM10",
            sentence: "every node reads locally",
            caught_by: &["linearizable"],
            nodes: 3,
            known_steps: 2,
            known: include_str!("known/PM10.schedule"),
        },
        hooks: || Box::new(clients::AllReadLocally),
    },
    Mutant {
        card: Card {
            id: "PM11",
            sentence: "a confirmed read does not wait for the state machine",
            caught_by: &["linearizable"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("known/PM11.schedule"),
        },
        hooks: || Box::new(clients::IndexNotAwaited),
    },
    Mutant {
        card: Card {
            id: "PM12",
            sentence: "a candidate overstates its log",
            caught_by: &[
                "reference: a leader holds what is committed",
                "reference",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM12.schedule"),
        },
        hooks: || Box::new(messages::LogOverstated),
    },
    Mutant {
        card: Card {
            id: "PM13",
            sentence: "a follower acknowledges one entry more than it has",
            caught_by: &["no panic", "reference", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 0,
            known: include_str!("known/PM13.schedule"),
        },
        hooks: || Box::new(messages::OneTooMany),
    },
    Mutant {
        card: Card {
            id: "PM14",
            sentence: "a heartbeat carries the leader's own commit index",
            caught_by: &["no panic", "reference", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM14.schedule"),
        },
        hooks: || Box::new(messages::HeartbeatCommits),
    },
    Mutant {
        card: Card {
            id: "PM15",
            sentence: "a rejection is sent as an acceptance",
            caught_by: &["no panic", "reference", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM15.schedule"),
        },
        hooks: || Box::new(messages::RejectionAccepts),
    },
    Mutant {
        card: Card {
            id: "PM16",
            sentence: "followers skip every third entry",
            caught_by: &["reference: applied in order", "available", "converges", "linearizable"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM16.schedule"),
        },
        hooks: || Box::new(clients::FollowersSkip),
    },
    Mutant {
        card: Card {
            id: "PM17",
            sentence: "the map survives a crash, the index up to which it was applied does not",
            caught_by: &["reference: applied in order", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM17.schedule"),
        },
        hooks: || Box::new(disk::AppliedTwice),
    },
    Mutant {
        card: Card {
            id: "PM18",
            sentence: "a batch of entries is applied backwards",
            caught_by: &["reference: applied in order", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM18.schedule"),
        },
        hooks: || Box::new(clients::BatchBackwards),
    },
    Mutant {
        card: Card {
            id: "PM19",
            sentence: "rejections are swallowed",
            caught_by: &["available", "converges"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM19.schedule"),
        },
        hooks: || Box::new(messages::RejectionSwallowed),
    },
    Mutant {
        card: Card {
            id: "PM20",
            sentence: "every vote is granted",
            caught_by: &[
                "reference: one leader in a term",
                "reference: a leader holds what is committed",
                "reference: one entry at one index",
                "reference",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 0,
            known: include_str!("known/PM20.schedule"),
        },
        hooks: || Box::new(messages::VotesForAll),
    },
    Mutant {
        card: Card {
            id: "PM21",
            sentence: "after a restart the whole log counts as committed",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("known/PM21.schedule"),
        },
        hooks: || Box::new(disk::AllIsCommitted),
    },
    Mutant {
        card: Card {
            id: "PM22",
            sentence: "reads are answered on the leader's lease, which outlasts its followers'",
            caught_by: &["linearizable"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("known/PM22.schedule"),
        },
        hooks: || Box::new(clients::LeaseTrusted),
    },
];
