//! A message of a node comes in, bytes go out, and back. What travels on real networks is only what
//! can be made of bytes again.

use crate::raft::message::Message;
use crate::swim::foca::Packet;
use protobuf::Message as _;

/// A message that can travel as bytes.
pub trait Wire: Sized {
    /// Its bytes.
    fn encode(&self) -> Vec<u8>;

    /// The message of these bytes; `None` if they are none.
    fn decode(bytes: &[u8]) -> Option<Self>;
}

impl Wire for Message {
    fn encode(&self) -> Vec<u8> {
        // The library's own codec fails only where a field is missing that it requires: none is.
        self.0.write_to_bytes().unwrap_or_default()
    }

    fn decode(bytes: &[u8]) -> Option<Message> {
        let mut message = raft::eraftpb::Message::default();
        message.merge_from_bytes(bytes).ok()?;
        Some(Message(Box::new(message)))
    }
}

impl Wire for Packet {
    fn encode(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn decode(bytes: &[u8]) -> Option<Packet> {
        // The library reads them itself, and refuses what it cannot read.
        Some(Packet(bytes.to_vec()))
    }
}
