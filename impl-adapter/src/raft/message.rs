//! What travels between nodes: the library's own messages, boxed.
//!
//! The one idea: a message of the library is some 230 bytes, mostly fields that its kind does not
//! use. It passes through several queues on its way, so it is moved as a pointer, and a reader is
//! shown the fields that mean something.

use super::machine::Command;
use super::wal;
use ::raft::eraftpb::{self, MessageType};
use protobuf::Message as _;
use std::fmt;

/// One message of the library's.
#[derive(Clone, PartialEq)]
pub struct Message(pub Box<eraftpb::Message>);

impl Message {
    /// The message as its receiver reads it after a bit was flipped on the way: as any transport
    /// does it, the library's bytes travel with their length and a checksum. So a flip is noticed,
    /// and the message is lost; the library itself would believe what it reads.
    #[must_use]
    pub fn with_flipped(&self, bit: u64) -> Option<Message> {
        let content = self.0.write_to_bytes().ok()?;
        let mut bytes = Vec::with_capacity(content.len() + 8);
        wal::record(&mut bytes, |frame| frame.extend_from_slice(&content));
        let bit = bit % (8 * bytes.len() as u64);
        bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
        let mut read = eraftpb::Message::default();
        read.merge_from_bytes(wal::next(&bytes)?).ok()?;
        Some(Message(Box::new(read)))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = &*self.0;
        f.write_str(word(m.msg_type))?;
        if m.term != 0 {
            write!(f, " t{}", m.term)?;
        }
        match m.msg_type {
            MessageType::MsgAppend => {
                write!(f, " after {}.t{}", m.index, m.log_term)?;
                if let (Some(first), Some(last)) = (m.entries.first(), m.entries.last()) {
                    write!(f, ", entries {}..={}", first.index, last.index)?;
                }
                write!(f, ", commit {}", m.commit)
            }
            MessageType::MsgAppendResponse if m.reject => {
                write!(f, " refused {}, try {}.t{}", m.index, m.reject_hint, m.log_term)
            }
            MessageType::MsgAppendResponse => write!(f, " up to {}", m.index),
            MessageType::MsgRequestVote | MessageType::MsgRequestPreVote => {
                write!(f, ", log ends with {}.t{}", m.index, m.log_term)
            }
            MessageType::MsgRequestVoteResponse | MessageType::MsgRequestPreVoteResponse => {
                f.write_str(if m.reject { " refused" } else { " granted" })
            }
            MessageType::MsgHeartbeat => {
                let read = if m.context.is_empty() { "" } else { ", for a read" };
                write!(f, ", commit {}{read}", m.commit)
            }
            MessageType::MsgHeartbeatResponse if !m.context.is_empty() => {
                f.write_str(", for a read")
            }
            MessageType::MsgReadIndexResp => write!(f, " at {}", m.index),
            MessageType::MsgPropose => {
                for command in m.entries.iter().filter_map(|entry| Command::decode(&entry.data)) {
                    write!(f, " {} {}", command.request, command.op)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

const fn word(kind: MessageType) -> &'static str {
    match kind {
        MessageType::MsgHup => "hup",
        MessageType::MsgBeat => "beat",
        MessageType::MsgPropose => "propose",
        MessageType::MsgAppend => "append",
        MessageType::MsgAppendResponse => "appended",
        MessageType::MsgRequestVote => "ask vote",
        MessageType::MsgRequestVoteResponse => "vote",
        MessageType::MsgSnapshot => "snapshot",
        MessageType::MsgHeartbeat => "heartbeat",
        MessageType::MsgHeartbeatResponse => "heartbeat answer",
        MessageType::MsgUnreachable => "unreachable",
        MessageType::MsgSnapStatus => "snapshot status",
        MessageType::MsgCheckQuorum => "check quorum",
        MessageType::MsgTransferLeader => "transfer leadership",
        MessageType::MsgTimeoutNow => "campaign now",
        MessageType::MsgReadIndex => "ask read index",
        MessageType::MsgReadIndexResp => "read index",
        MessageType::MsgRequestPreVote => "ask pre-vote",
        MessageType::MsgRequestPreVoteResponse => "pre-vote",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schism::spec::map::Put;
    use schism::{ClientId, RequestId};

    fn text(kind: MessageType, fill: impl FnOnce(&mut eraftpb::Message)) -> String {
        let mut message = eraftpb::Message { msg_type: kind, ..Default::default() };
        fill(&mut message);
        format!("{:?}", Message(Box::new(message)))
    }

    #[test]
    fn a_flipped_bit_is_noticed_wherever_it_is() {
        let append = eraftpb::Message {
            msg_type: MessageType::MsgAppend,
            entries: vec![eraftpb::Entry { index: 8, ..Default::default() }].into(),
            ..Default::default()
        };
        let message = Message(Box::new(append));
        assert!((0..2_000).all(|bit| message.with_flipped(bit).is_none()));
    }

    #[test]
    fn a_message_shows_the_fields_that_its_kind_uses() {
        let append = text(MessageType::MsgAppend, |m| {
            (m.term, m.log_term, m.index, m.commit) = (3, 2, 7, 6);
            let entry = |index| eraftpb::Entry { index, ..Default::default() };
            m.entries = vec![entry(8), entry(9)].into();
        });
        assert_eq!(append, "append t3 after 7.t2, entries 8..=9, commit 6");
        let refused = text(MessageType::MsgRequestVoteResponse, |m| {
            (m.term, m.reject) = (4, true);
        });
        assert_eq!(refused, "vote t4 refused");
        let propose = text(MessageType::MsgPropose, |m| {
            let request = RequestId { client: ClientId(1), number: 2 };
            let data = Command { request, op: Put(1, 81) }.encode().into();
            m.entries = vec![eraftpb::Entry { data, ..Default::default() }].into();
        });
        assert_eq!(propose, "propose c1#2 put k1 81");
    }
}
