//! What a message of the library's means to Raft: it comes in, its words in the protocol model go
//! out. Told only to who wants to hear of each message.
//!
//! The one idea: what the library adds to Raft is either said in Raft's words (a snapshot is all of
//! the log up to an index, a heartbeat says what is committed) or says nothing but a term (an
//! answer to a heartbeat, a wish to transfer). A pre-vote promises nothing: the question tells up
//! to where the log is committed, and its refusal the refuser's term.

use ::raft::eraftpb::{Entry, Message, MessageType};
use schism::fact::Says;
use schism::{Fact, Io, Node, NodeId};

use super::told::as_fact;

/// Tells that a message is about to leave.
#[cold]
pub fn sent<N: Node>(message: &Message, io: &mut Io<N>) {
    if let Some((term, says)) = meaning(message) {
        io.tell(Fact::Sent { to: NodeId::from(message.to), term, says });
    }
}

/// A message that the library is about to be given, if somebody wants to hear of it.
#[derive(Clone, Copy)]
pub struct Given(Option<(u64, Says)>);

impl Given {
    /// Takes note of a message.
    #[inline]
    pub fn new<N: Node>(message: &Message, io: &Io<N>) -> Given {
        Given(if io.in_detail() { meaning(message) } else { None })
    }

    /// Tells that it was handled, unless the library, which is in this term now, left it unheard: a
    /// request for a vote while it hears from a leader.
    #[inline]
    pub fn handled<N: Node>(self, from: NodeId, now: u64, io: &mut Io<N>) {
        if let Some((term, says)) = self.0
            && (term <= now || matches!(says, Says::Committed { .. }))
        {
            io.tell(Fact::Handled { from, term, says });
        }
    }
}

/// Tells what a leader has put into its log.
#[cold]
pub fn took<N: Node>(entries: &[Entry], io: &mut Io<N>) {
    for entry in entries {
        io.tell(Fact::Took { index: entry.index, entry: as_fact(entry) });
    }
}

/// In which term a message was written, and what it means to Raft, if anything.
fn meaning(message: &Message) -> Option<(u64, Says)> {
    let m = message;
    let says = match m.msg_type {
        // Proposals and questions for the read index are messages of clients that are passed on.
        _ if m.term == 0 => return None,
        MessageType::MsgRequestVote => Says::Vote {
            last: m.index,
            last_term: m.log_term,
            commit: m.commit,
            commit_term: m.commit_term,
        },
        MessageType::MsgRequestVoteResponse => {
            Says::Voted { granted: !m.reject, commit: m.commit, commit_term: m.commit_term }
        }
        MessageType::MsgRequestPreVoteResponse if m.reject => {
            Says::Voted { granted: false, commit: m.commit, commit_term: m.commit_term }
        }
        MessageType::MsgRequestPreVoteResponse => return None,
        MessageType::MsgRequestPreVote => {
            // Who asks is in the term before the one that it asks for.
            return Some((m.term - 1, Says::Committed { index: m.commit, term: m.commit_term }));
        }
        MessageType::MsgAppend => {
            let count = m.entries.len() as u64;
            let commit = m.commit.min(m.index + count);
            Says::Append { prev: m.index, prev_term: m.log_term, count, commit }
        }
        MessageType::MsgAppendResponse if m.reject => Says::Refused { prev: m.index },
        MessageType::MsgAppendResponse => Says::Appended { upto: m.index },
        MessageType::MsgHeartbeat => Says::Heartbeat { commit: m.commit },
        MessageType::MsgSnapshot => {
            let metadata = m.get_snapshot().get_metadata();
            Says::Snapshot { index: metadata.index, term: metadata.term }
        }
        MessageType::MsgReadIndexResp => Says::Committed { index: m.index, term: m.term },
        _ => Says::Nothing,
    };
    Some((m.term, says))
}
