//! Mutants that say something to other nodes that is not so, or say nothing where they should.

use crate::raft::Config;
use crate::raft::hooks::Hooks;
use ::raft::eraftpb::{Message, MessageType};
use std::cell::Cell;

#[derive(Debug)]
pub(super) struct LogOverstated;

impl Hooks for LogOverstated {
    fn send(&self, message: &mut Message, _commit: u64) -> bool {
        if asks_for_a_vote(message) {
            message.log_term = message.term;
        }
        true
    }
}

fn asks_for_a_vote(message: &Message) -> bool {
    matches!(message.msg_type, MessageType::MsgRequestVote | MessageType::MsgRequestPreVote)
}

#[derive(Debug)]
pub(super) struct OneTooMany;

impl Hooks for OneTooMany {
    fn send(&self, message: &mut Message, _commit: u64) -> bool {
        if message.msg_type == MessageType::MsgAppendResponse && !message.reject {
            message.index += 1;
        }
        true
    }
}

#[derive(Debug)]
pub(super) struct HeartbeatCommits;

impl Hooks for HeartbeatCommits {
    fn send(&self, message: &mut Message, commit: u64) -> bool {
        if message.msg_type == MessageType::MsgHeartbeat {
            message.commit = commit;
        }
        true
    }
}

#[derive(Debug)]
pub(super) struct RejectionAccepts;

impl Hooks for RejectionAccepts {
    fn send(&self, message: &mut Message, _commit: u64) -> bool {
        if message.msg_type == MessageType::MsgAppendResponse {
            message.reject = false;
        }
        true
    }
}

#[derive(Debug)]
pub(super) struct RejectionSwallowed;

impl Hooks for RejectionSwallowed {
    fn send(&self, message: &mut Message, _commit: u64) -> bool {
        !(message.msg_type == MessageType::MsgAppendResponse && message.reject)
    }
}

/// Remembers in which term it answered last.
#[derive(Debug, Default)]
pub(super) struct TermOfBefore(Cell<u64>);

impl Hooks for TermOfBefore {
    fn send(&self, message: &mut Message, _commit: u64) -> bool {
        let answers = matches!(
            message.msg_type,
            MessageType::MsgAppendResponse | MessageType::MsgHeartbeatResponse
        );
        if answers && message.term > self.0.get() {
            let before = self.0.replace(message.term);
            message.term = if before == 0 { message.term } else { before };
        }
        true
    }
}

#[derive(Debug)]
pub(super) struct AnyTermCounted;

impl Hooks for AnyTermCounted {
    fn set_up(&self, config: &mut Config) {
        config.tight = true;
    }

    fn counts_any_term(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub(super) struct ComparedBehind;

impl Hooks for ComparedBehind {
    fn compares_behind(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub(super) struct VotesForAll;

impl Hooks for VotesForAll {
    fn send(&self, message: &mut Message, _commit: u64) -> bool {
        if matches!(
            message.msg_type,
            MessageType::MsgRequestVoteResponse | MessageType::MsgRequestPreVoteResponse
        ) {
            message.reject = false;
        }
        true
    }
}
