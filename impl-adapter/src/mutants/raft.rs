//! What is wrong with each of the Raft mutants: one or two hooks each.

use super::Mutant;
use crate::raft::hooks::Hooks;
use ::raft::eraftpb::{HardState, Message, MessageType};

/// The list.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        id: "PM01",
        sentence: "the vote is not saved with the term",
        caught_by: &[
            "reference: a vote never changes",
            "reference: one leader in a term",
            "no panic",
            "linearizable",
            "converges",
        ],
        known_steps: 1,
        known: include_str!("known/PM01.schedule"),
        hooks: || Box::new(VoteNotSaved),
    },
    Mutant {
        id: "PM03",
        sentence: "entries are written, not synced",
        caught_by: &["reference: durable entries stay", "no panic", "linearizable", "converges"],
        known_steps: 1,
        known: include_str!("known/PM03.schedule"),
        hooks: || Box::new(EntriesNotSynced),
    },
    Mutant {
        id: "PM07",
        sentence: "a write is acknowledged when it is proposed",
        caught_by: &["reference: no acknowledged write is lost", "linearizable", "converges"],
        known_steps: 2,
        known: include_str!("known/PM07.schedule"),
        hooks: || Box::new(AckedWhenProposed),
    },
    Mutant {
        id: "PM09",
        sentence: "a leader reads locally",
        caught_by: &["linearizable"],
        known_steps: 3,
        known: include_str!("known/PM09.schedule"),
        hooks: || Box::new(LeaderReadsLocally),
    },
    Mutant {
        id: "PM16",
        sentence: "followers skip every third entry",
        caught_by: &["reference: applied in order", "converges", "linearizable"],
        known_steps: 1,
        known: include_str!("known/PM16.schedule"),
        hooks: || Box::new(FollowersSkip),
    },
    Mutant {
        id: "PM20",
        sentence: "every vote is granted",
        caught_by: &[
            "reference: one leader in a term",
            "reference: a leader holds what is committed",
            "reference: one entry at one index",
            "linearizable",
            "converges",
        ],
        known_steps: 0,
        known: include_str!("known/PM20.schedule"),
        hooks: || Box::new(VotesForAll),
    },
    Mutant {
        id: "SM01",
        sentence: "what a restart reads back is not synced",
        caught_by: &[
            "reference: a vote never changes",
            "reference: a term never goes back",
            "reference: durable entries stay",
            "no panic",
            "linearizable",
            "converges",
        ],
        known_steps: 3,
        known: include_str!("known/SM01.schedule"),
        hooks: || Box::new(ReadBackNotSynced),
    },
];

#[derive(Debug)]
struct VoteNotSaved;

impl Hooks for VoteNotSaved {
    fn save_state(&self, state: &mut HardState) {
        state.vote = 0;
    }
}

#[derive(Debug)]
struct EntriesNotSynced;

impl Hooks for EntriesNotSynced {
    fn sync(&self, _asked: bool, state: bool) -> bool {
        state
    }
}

#[derive(Debug)]
struct AckedWhenProposed;

impl Hooks for AckedWhenProposed {
    fn answer_proposed(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct LeaderReadsLocally;

impl Hooks for LeaderReadsLocally {
    fn read_locally(&self, leads: bool) -> bool {
        leads
    }
}

#[derive(Debug)]
struct FollowersSkip;

impl Hooks for FollowersSkip {
    fn apply(&self, index: u64, leads: bool) -> bool {
        leads || !index.is_multiple_of(3)
    }
}

#[derive(Debug)]
struct VotesForAll;

impl Hooks for VotesForAll {
    fn send(&self, message: &mut Message) {
        if matches!(
            message.msg_type,
            MessageType::MsgRequestVoteResponse | MessageType::MsgRequestPreVoteResponse
        ) {
            message.reject = false;
        }
    }
}

#[derive(Debug)]
struct ReadBackNotSynced;

impl Hooks for ReadBackNotSynced {
    fn sync_read_back(&self) -> bool {
        false
    }
}
