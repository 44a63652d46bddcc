//! Calls of the library go in and wait; the node takes them out as messages and brings replies.
//!
//! The one idea: nothing here leaves by itself. The library's tasks only put things down in an
//! [`Exchange`], and the node, when all tasks rest, carries them out.

use super::storage::Write;
use anyhow::Result;
use async_raft::NodeId;
use async_raft::network::RaftNetwork;
use async_raft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, ConflictOpt, Entry, InstallSnapshotRequest,
    InstallSnapshotResponse, VoteRequest, VoteResponse,
};
use async_trait::async_trait;
use std::sync::Mutex;
use tokio::sync::oneshot;

/// What a node asks of another. The library's own types cannot be cloned.
#[derive(Clone, Debug)]
pub enum Call {
    /// Entries, or a heartbeat.
    Append(Append),
    /// A vote.
    Vote(Vote),
}

/// See [`AppendEntriesRequest`].
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "they are the library's fields")]
pub struct Append {
    pub term: u64,
    pub leader: u64,
    pub prev: (u64, u64),
    pub entries: Vec<Entry<Write>>,
    pub commit: u64,
}

/// See [`VoteRequest`].
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "they are the library's fields")]
pub struct Vote {
    pub term: u64,
    pub candidate: u64,
    pub last: (u64, u64),
}

/// What it is told.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "they are the library's fields")]
pub enum Reply {
    Append { term: u64, success: bool, conflict: Option<(u64, u64)> },
    Vote { term: u64, granted: bool },
}

/// What became of a client's request.
pub enum Outcome {
    /// It was done.
    Ok(Option<u64>),
    /// It never will be.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// What tasks want done.
#[derive(Default)]
pub struct Wanted {
    /// Calls: whom, what, and who waits for the reply.
    pub calls: Vec<(NodeId, Call, oneshot::Sender<Reply>)>,
    /// Replies: to whom, to which of its calls, and what.
    pub replies: Vec<(NodeId, u64, Reply)>,
    /// Answers to clients.
    pub answers: Vec<(u64, Outcome)>,
}

/// Where tasks put down what they want done.
#[derive(Default)]
pub struct Exchange(Mutex<Wanted>);

const ALONE: &str = "there is one thread, and it does not panic while it holds this";

impl Exchange {
    /// All that was put down.
    pub fn take(&self) -> Wanted {
        std::mem::take(&mut *self.0.lock().expect(ALONE))
    }

    /// Puts down a reply.
    pub fn reply(&self, to: NodeId, number: u64, reply: Reply) {
        self.0.lock().expect(ALONE).replies.push((to, number, reply));
    }

    /// Puts down an answer.
    pub fn answer(&self, request: u64, outcome: Outcome) {
        self.0.lock().expect(ALONE).answers.push((request, outcome));
    }

    async fn call(&self, to: NodeId, call: Call) -> Result<Reply> {
        let (waiting, reply) = oneshot::channel();
        self.0.lock().expect(ALONE).calls.push((to, call, waiting));
        Ok(reply.await?)
    }
}

/// The library's side of an exchange.
pub struct Network(pub std::sync::Arc<Exchange>);

#[async_trait]
impl RaftNetwork<Write> for Network {
    async fn append_entries(
        &self,
        target: NodeId,
        rpc: AppendEntriesRequest<Write>,
    ) -> Result<AppendEntriesResponse> {
        let call = Call::Append(Append {
            term: rpc.term,
            leader: rpc.leader_id,
            prev: (rpc.prev_log_index, rpc.prev_log_term),
            entries: rpc.entries,
            commit: rpc.leader_commit,
        });
        match self.0.call(target, call).await? {
            Reply::Append { term, success, conflict } => {
                let conflict_opt = conflict.map(|(index, term)| ConflictOpt { term, index });
                Ok(AppendEntriesResponse { term, success, conflict_opt })
            }
            Reply::Vote { .. } => Err(anyhow::anyhow!("a vote is no reply to entries")),
        }
    }

    async fn install_snapshot(
        &self,
        _: NodeId,
        _: InstallSnapshotRequest,
    ) -> Result<InstallSnapshotResponse> {
        Err(anyhow::anyhow!("the log is never compacted, so there are no snapshots"))
    }

    async fn vote(&self, target: NodeId, rpc: VoteRequest) -> Result<VoteResponse> {
        let call = Call::Vote(Vote {
            term: rpc.term,
            candidate: rpc.candidate_id,
            last: (rpc.last_log_index, rpc.last_log_term),
        });
        match self.0.call(target, call).await? {
            Reply::Vote { term, granted } => Ok(VoteResponse { term, vote_granted: granted }),
            Reply::Append { .. } => Err(anyhow::anyhow!("this is no reply to a call for votes")),
        }
    }
}

impl From<Append> for AppendEntriesRequest<Write> {
    fn from(call: Append) -> Self {
        AppendEntriesRequest {
            term: call.term,
            leader_id: call.leader,
            prev_log_index: call.prev.0,
            prev_log_term: call.prev.1,
            entries: call.entries,
            leader_commit: call.commit,
        }
    }
}

impl From<Vote> for VoteRequest {
    fn from(call: Vote) -> Self {
        VoteRequest::new(call.term, call.candidate, call.last.0, call.last.1)
    }
}

impl From<AppendEntriesResponse> for Reply {
    fn from(reply: AppendEntriesResponse) -> Self {
        let conflict = reply.conflict_opt.map(|conflict| (conflict.index, conflict.term));
        Reply::Append { term: reply.term, success: reply.success, conflict }
    }
}

impl From<VoteResponse> for Reply {
    fn from(reply: VoteResponse) -> Self {
        Reply::Vote { term: reply.term, granted: reply.vote_granted }
    }
}
