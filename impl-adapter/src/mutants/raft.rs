//! The Raft mutants, as two tables: those of a public list, and ours. What each does wrong is one
//! or two hooks in the files beside.

use super::Mutant;

mod clients;
mod disk;
mod later;
mod members;
mod messages;
mod ours;
mod snapshots;

/// All of them, by id.
pub(super) static MUTANTS: [Mutant; PUBLIC.len() + ours::OURS.len()] = {
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
        hooks: || Box::new(disk::VoteNotSaved),
    },
    Mutant {
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
        hooks: || Box::new(disk::TermNotSaved),
    },
    Mutant {
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
        hooks: || Box::new(disk::EntriesNotSynced),
    },
    Mutant {
        id: "PM04",
        sentence: "entries that replace others are replaced in memory only",
        caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 3,
        known: include_str!("known/PM04.schedule"),
        hooks: || Box::new(disk::OverwrittenInMemory),
    },
    Mutant {
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
        hooks: || Box::new(disk::LastEntryTorn),
    },
    Mutant {
        id: "PM06",
        sentence: "a restart finds an empty disk",
        caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 1,
        known: include_str!("known/PM06.schedule"),
        hooks: || Box::new(disk::EmptyDisk),
    },
    Mutant {
        id: "PM07",
        sentence: "a write is acknowledged when it is proposed",
        caught_by: &[
            "reference: no acknowledged write is lost",
            "linearizable",
            "available",
            "converges",
        ],
        nodes: 3,
        known_steps: 2,
        known: include_str!("known/PM07.schedule"),
        hooks: || Box::new(clients::AckedWhenProposed),
    },
    Mutant {
        id: "PM08",
        sentence: "a write is acknowledged at the first follower's answer",
        caught_by: &["reference: no acknowledged write is lost", "linearizable"],
        nodes: 5,
        known_steps: 2,
        known: include_str!("known/PM08.schedule"),
        hooks: || Box::new(clients::AckedAtTheFirst),
    },
    Mutant {
        id: "PM09",
        sentence: "a leader reads locally",
        caught_by: &["linearizable"],
        nodes: 3,
        known_steps: 3,
        known: include_str!("known/PM09.schedule"),
        hooks: || Box::new(clients::LeaderReadsLocally),
    },
    Mutant {
        id: "PM10",
        sentence: "every node reads locally",
        caught_by: &["linearizable"],
        nodes: 3,
        known_steps: 2,
        known: include_str!("known/PM10.schedule"),
        hooks: || Box::new(clients::AllReadLocally),
    },
    Mutant {
        id: "PM11",
        sentence: "a confirmed read does not wait for the state machine",
        caught_by: &["linearizable"],
        nodes: 3,
        known_steps: 4,
        known: include_str!("known/PM11.schedule"),
        hooks: || Box::new(clients::IndexNotAwaited),
    },
    Mutant {
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
        known_steps: 2,
        known: include_str!("known/PM12.schedule"),
        hooks: || Box::new(messages::LogOverstated),
    },
    Mutant {
        id: "PM13",
        sentence: "a follower acknowledges one entry more than it has",
        caught_by: &["no panic", "reference", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 0,
        known: include_str!("known/PM13.schedule"),
        hooks: || Box::new(messages::OneTooMany),
    },
    Mutant {
        id: "PM14",
        sentence: "a heartbeat carries the leader's own commit index",
        caught_by: &["no panic", "reference", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 1,
        known: include_str!("known/PM14.schedule"),
        hooks: || Box::new(messages::HeartbeatCommits),
    },
    Mutant {
        id: "PM15",
        sentence: "a rejection is sent as an acceptance",
        caught_by: &["no panic", "reference", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 1,
        known: include_str!("known/PM15.schedule"),
        hooks: || Box::new(messages::RejectionAccepts),
    },
    Mutant {
        id: "PM16",
        sentence: "followers skip every third entry",
        caught_by: &["reference: applied in order", "available", "converges", "linearizable"],
        nodes: 3,
        known_steps: 1,
        known: include_str!("known/PM16.schedule"),
        hooks: || Box::new(clients::FollowersSkip),
    },
    Mutant {
        id: "PM17",
        sentence: "the map survives a crash, the index up to which it was applied does not",
        caught_by: &["reference: applied in order", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 1,
        known: include_str!("known/PM17.schedule"),
        hooks: || Box::new(disk::AppliedTwice),
    },
    Mutant {
        id: "PM18",
        sentence: "a batch of entries is applied backwards",
        caught_by: &["reference: applied in order", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 1,
        known: include_str!("known/PM18.schedule"),
        hooks: || Box::new(clients::BatchBackwards),
    },
    Mutant {
        id: "PM19",
        sentence: "rejections are swallowed",
        caught_by: &["available", "converges"],
        nodes: 3,
        known_steps: 1,
        known: include_str!("known/PM19.schedule"),
        hooks: || Box::new(messages::RejectionSwallowed),
    },
    Mutant {
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
        hooks: || Box::new(messages::VotesForAll),
    },
    Mutant {
        id: "PM21",
        sentence: "after a restart the whole log counts as committed",
        caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
        nodes: 3,
        known_steps: 2,
        known: include_str!("known/PM21.schedule"),
        hooks: || Box::new(disk::AllIsCommitted),
    },
    Mutant {
        id: "PM22",
        sentence: "reads are answered on the leader's lease, which outlasts its followers'",
        caught_by: &["linearizable"],
        nodes: 3,
        known_steps: 3,
        known: include_str!("known/PM22.schedule"),
        hooks: || Box::new(clients::LeaseTrusted),
    },
];
