//! Headers and members go in, bytes of fixed layout come out; and the way back. Numbers are
//! little-endian.
//!
//! ```text
//! header   source 6 · its incarnation 2 · destination 6 · kind 1 · what the kind needs 0 to 7
//! member   name 6 · incarnation 2 · standing 1
//! name     address 2 · generation 4
//! ```
//!
//! The one idea: the library writes each change of what it believes into its messages, in the
//! moment in which it comes to believe it. So whoever writes messages sees all that changes, and
//! nobody has to look through all members after each event; see [`Desk`].

use super::desk::Desk;
use super::identity::Id;
use ::foca::{self, Header, Member, Message, State};
use bytes::{Buf, BufMut};
use std::fmt;
use std::rc::Rc;

/// The codec of one member.
#[derive(Debug)]
pub struct Codec {
    /// Where it puts down what it sees.
    pub desk: Rc<Desk>,
}

/// Bytes that are too few, or that nobody wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// They end too early, or there is no room for them.
    Short,
    /// A kind or a standing that does not exist.
    Unknown(u8),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Short => f.write_str("the bytes end too early"),
            Malformed::Unknown(kind) => write!(f, "there is no kind {kind}"),
        }
    }
}

impl std::error::Error for Malformed {}

const NAME: usize = 6;
/// The longest header: that of a kind with a name and a number.
const HEADER_MAX: usize = 2 * NAME + 2 + 1 + NAME + 1;
/// A member in a message.
pub const MEMBER: usize = NAME + 3;

fn put(name: Id, bytes: &mut impl BufMut) {
    bytes.put_u16_le(name.address());
    bytes.put_u32_le(name.generation());
}

fn name(bytes: &mut impl Buf) -> Result<Id, Malformed> {
    let address = bytes.try_get_u16_le().map_err(|_| Malformed::Short)?;
    let generation = bytes.try_get_u32_le().map_err(|_| Malformed::Short)?;
    Ok(Id::new(address, generation))
}

fn byte(bytes: &mut impl Buf) -> Result<u8, Malformed> {
    bytes.try_get_u8().map_err(|_| Malformed::Short)
}

/// Reads a header off the front of a message.
///
/// # Errors
/// [`Malformed`] where nobody wrote these bytes.
pub fn header(bytes: &mut impl Buf) -> Result<Header<Id>, Malformed> {
    let src = name(bytes)?;
    let src_incarnation = bytes.try_get_u16_le().map_err(|_| Malformed::Short)?;
    let dst = name(bytes)?;
    let message = match byte(bytes)? {
        0 => Message::Ping(byte(bytes)?),
        1 => Message::Ack(byte(bytes)?),
        2 => Message::PingReq { target: name(bytes)?, probe_number: byte(bytes)? },
        3 => Message::IndirectPing { origin: name(bytes)?, probe_number: byte(bytes)? },
        4 => Message::IndirectAck { target: name(bytes)?, probe_number: byte(bytes)? },
        5 => Message::ForwardedAck { origin: name(bytes)?, probe_number: byte(bytes)? },
        6 => Message::Announce,
        7 => Message::Feed,
        8 => Message::Gossip,
        9 => Message::Broadcast,
        10 => Message::TurnUndead,
        kind => return Err(Malformed::Unknown(kind)),
    };
    Ok(Header { src, src_incarnation, dst, message })
}

/// Writes a header; there must be room for it.
pub fn write_header(header: &Header<Id>, bytes: &mut impl BufMut) {
    put(header.src, bytes);
    bytes.put_u16_le(header.src_incarnation);
    put(header.dst, bytes);
    let mut about = |kind: u8, whom: Id, number: u8| {
        bytes.put_u8(kind);
        put(whom, bytes);
        bytes.put_u8(number);
    };
    match header.message {
        Message::PingReq { target, probe_number } => about(2, target, probe_number),
        Message::IndirectPing { origin, probe_number } => about(3, origin, probe_number),
        Message::IndirectAck { target, probe_number } => about(4, target, probe_number),
        Message::ForwardedAck { origin, probe_number } => about(5, origin, probe_number),
        Message::Ping(number) => bytes.put_slice(&[0, number]),
        Message::Ack(number) => bytes.put_slice(&[1, number]),
        Message::Announce => bytes.put_u8(6),
        Message::Feed => bytes.put_u8(7),
        Message::Gossip => bytes.put_u8(8),
        Message::Broadcast => bytes.put_u8(9),
        Message::TurnUndead => bytes.put_u8(10),
    }
}

impl foca::Codec<Id> for Codec {
    type Error = Malformed;

    fn encode_header(
        &mut self,
        header: &Header<Id>,
        mut buf: impl BufMut,
    ) -> Result<(), Malformed> {
        if buf.remaining_mut() < HEADER_MAX {
            return Err(Malformed::Short);
        }
        self.desk.goes_by(header.src, header.src_incarnation);
        write_header(header, &mut buf);
        Ok(())
    }

    fn decode_header(&mut self, mut buf: impl Buf) -> Result<Header<Id>, Malformed> {
        header(&mut buf)
    }

    fn encode_member(
        &mut self,
        member: &Member<Id>,
        mut buf: impl BufMut,
    ) -> Result<(), Malformed> {
        self.desk.believes(member);
        if buf.remaining_mut() < MEMBER {
            return Err(Malformed::Short);
        }
        put(*member.id(), &mut buf);
        buf.put_u16_le(member.incarnation());
        buf.put_u8(match member.state() {
            State::Alive => 0,
            State::Suspect => 1,
            State::Down => 2,
        });
        Ok(())
    }

    fn decode_member(&mut self, mut buf: impl Buf) -> Result<Member<Id>, Malformed> {
        let id = name(&mut buf)?;
        let incarnation = buf.try_get_u16_le().map_err(|_| Malformed::Short)?;
        let state = match byte(&mut buf)? {
            0 => State::Alive,
            1 => State::Suspect,
            2 => State::Down,
            kind => return Err(Malformed::Unknown(kind)),
        };
        Ok(Member::new(id, incarnation, state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::foca::Codec as _;

    const A: Id = Id::new(1, 2_001);
    const B: Id = Id::new(900, 7);

    fn codec() -> Codec {
        Codec { desk: Rc::new(Desk::new(A.node(), 0)) }
    }

    #[test]
    fn every_kind_of_message_reads_back_and_no_prefix_of_it_does() {
        let kinds = [
            Message::Ping(1),
            Message::Ack(2),
            Message::PingReq { target: B, probe_number: 3 },
            Message::IndirectPing { origin: B, probe_number: 4 },
            Message::IndirectAck { target: B, probe_number: 5 },
            Message::ForwardedAck { origin: B, probe_number: 6 },
            Message::Announce,
            Message::Feed,
            Message::Gossip,
            Message::Broadcast,
            Message::TurnUndead,
        ];
        for message in kinds {
            let whole = Header { src: A, src_incarnation: 9, dst: B, message };
            let mut bytes = Vec::new();
            codec().encode_header(&whole, &mut bytes).expect("a vector has room");
            assert_eq!(header(&mut &bytes[..]), Ok(whole));
            for length in 0..bytes.len() {
                assert_eq!(header(&mut &bytes[..length]), Err(Malformed::Short));
            }
        }
        assert_eq!(header(&mut &[11; 15][..]), Err(Malformed::Unknown(11)));
    }

    #[test]
    fn a_member_without_room_leaves_nothing_behind() {
        let member = Member::new(B, 3, State::Suspect);
        let mut bytes = Vec::new();
        codec().encode_member(&member, &mut bytes).expect("a vector has room");
        assert_eq!(bytes.len(), MEMBER);
        assert_eq!(codec().decode_member(&bytes[..]), Ok(member.clone()));
        let mut room = [0; MEMBER - 1];
        assert_eq!(codec().encode_member(&member, &mut room[..]), Err(Malformed::Short));
        assert_eq!(room, [0; MEMBER - 1]);
    }
}
