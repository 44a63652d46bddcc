//! A state machine goes in, bytes for a snapshot come out; and the way back. It knows nothing of
//! logs: up to which entry the state is stands beside the bytes, not in them.
//!
//! The one idea: what is not in the image never happened for who starts from it. Sessions are part
//! of the state, or a request that comes again is done again.

use super::{Machine, Session};
use schism::ClientId;
use schism::spec::map::Ret;

const DONE: u8 = 0;
const NOTHING: u8 = 1;
const VALUE: u8 = 2;
const SWAPPED: u8 = 3;
const NOT_SWAPPED: u8 = 4;
const LENGTH: u8 = 5;
const LISTS: u8 = 6;

impl Machine {
    /// The state as bytes; equal states, equal bytes.
    #[must_use]
    pub fn image(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 * (self.map.len() + self.sessions.len()) + 8);
        bytes.extend_from_slice(&(self.map.len() as u32).to_le_bytes());
        for (key, value) in &self.map {
            bytes.extend_from_slice(&key.to_le_bytes());
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.extend_from_slice(&(self.lists.len() as u32).to_le_bytes());
        for (list, values) in &self.lists {
            bytes.extend_from_slice(&list.to_le_bytes());
            bytes.extend_from_slice(&(values.len() as u32).to_le_bytes());
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        for (client, session) in &self.sessions {
            bytes.extend_from_slice(&client.0.to_le_bytes());
            bytes.extend_from_slice(&session.number.to_le_bytes());
            write_ret(&session.ret, &mut bytes);
        }
        bytes
    }

    /// The state of an image; `None` for bytes that are none.
    #[must_use]
    pub fn from_image(mut bytes: &[u8]) -> Option<Machine> {
        let mut machine = Machine::default();
        for _ in 0..u32::from_le_bytes(take(&mut bytes)?) {
            let key = u64::from_le_bytes(take(&mut bytes)?);
            machine.map.insert(key, u64::from_le_bytes(take(&mut bytes)?));
        }
        for _ in 0..u32::from_le_bytes(take(&mut bytes)?) {
            let list = u64::from_le_bytes(take(&mut bytes)?);
            for _ in 0..u32::from_le_bytes(take(&mut bytes)?) {
                let value = u64::from_le_bytes(take(&mut bytes)?);
                machine.lists.entry(list).or_default().push(value);
            }
        }
        while !bytes.is_empty() {
            let client = ClientId(u32::from_le_bytes(take(&mut bytes)?));
            let number = u32::from_le_bytes(take(&mut bytes)?);
            let ret = read_ret(&mut bytes)?;
            machine.sessions.insert(client, Session { number, ret });
        }
        Some(machine)
    }
}

/// An answer: its kind, a number, and as many rows as that says where it is a scan's.
fn write_ret(ret: &Ret, bytes: &mut Vec<u8>) {
    let (kind, value) = match ret {
        Ret::Done => (DONE, 0),
        Ret::Value(None) => (NOTHING, 0),
        Ret::Value(Some(value)) => (VALUE, *value),
        Ret::Swapped(true) => (SWAPPED, 0),
        Ret::Swapped(false) => (NOT_SWAPPED, 0),
        Ret::Length(length) => (LENGTH, *length),
        Ret::Lists(rows) => (LISTS, rows.len() as u64),
    };
    bytes.push(kind);
    bytes.extend_from_slice(&value.to_le_bytes());
    if let Ret::Lists(rows) = ret {
        bytes.extend(
            rows.iter().flat_map(|(list, value)| [*list, *value]).flat_map(u64::to_le_bytes),
        );
    }
}

fn read_ret(bytes: &mut &[u8]) -> Option<Ret> {
    let [kind] = take(bytes)?;
    let value = u64::from_le_bytes(take(bytes)?);
    let mut row = || {
        let list = u64::from_le_bytes(take(bytes)?);
        Some((list, u64::from_le_bytes(take(bytes)?)))
    };
    match kind {
        DONE => Some(Ret::Done),
        NOTHING => Some(Ret::Value(None)),
        VALUE => Some(Ret::Value(Some(value))),
        SWAPPED => Some(Ret::Swapped(true)),
        NOT_SWAPPED => Some(Ret::Swapped(false)),
        LENGTH => Some(Ret::Length(value)),
        LISTS => (0..value).map(|_| row()).collect::<Option<_>>().map(Ret::Lists),
        _ => None,
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::machine::{Command, Done};
    use schism::RequestId;
    use schism::spec::map::{Append, Cas, Get, Put, Scan};

    #[test]
    fn an_image_holds_the_map_and_who_changed_it() {
        let mut machine = Machine::default();
        let command =
            |client, op| Command { request: RequestId { client: ClientId(client), number: 3 }, op };
        let keyed = [Put(5, 50), Cas(5, Some(50), 51), Cas(5, None, 1), Get(5), Get(6)];
        let listed = [Append(2, 9), Append(1, 8), Append(2, 7), Scan(1, 2)];
        for (client, op) in keyed.into_iter().chain(listed).enumerate() {
            machine.apply(&command(client as u32, op));
        }
        let image = machine.image();
        let mut back = Machine::from_image(&image).expect("it is an image");
        assert_eq!(back, machine);
        assert_eq!(back.apply(&command(1, Put(5, 9))), Done::Before(Ret::Swapped(true)));
        for cut in 0..image.len() {
            assert_ne!(Machine::from_image(&image[..cut]), Some(machine.clone()));
        }
    }
}
