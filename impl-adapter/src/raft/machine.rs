//! Committed commands come in, in the order of the log; what their clients are told goes out. It
//! knows nothing of terms, nodes or disks.
//!
//! The one idea: a client's session, its last number and answer, is part of the replicated state,
//! so that a command that got into the log twice is done once, on every node alike (Raft thesis
//! 6.3).

use schism::spec::map::{Append, Cas, Delete, Get, Op, Put, Ret, Scan};
use schism::{ClientId, RequestId};
use std::collections::BTreeMap;

/// What stands in the log: an operation, with the request that asked for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Command {
    /// Who asks, and which of its requests it is.
    pub request: RequestId,
    /// For what.
    pub op: Op,
}

mod image;

const PUT: u8 = 1;
const GET: u8 = 2;
const DELETE: u8 = 3;
const CAS: u8 = 4;
const CAS_NOTHING: u8 = 5;
const APPEND: u8 = 6;
const SCAN: u8 = 7;

impl Command {
    /// The bytes for the log: the operation's kind, the client, its number, then numbers as the
    /// kind needs them; all of them little-endian.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (kind, numbers, used) = match self.op {
            Put(key, value) => (PUT, [key, value, 0], 2),
            Get(key) => (GET, [key, 0, 0], 1),
            Delete(key) => (DELETE, [key, 0, 0], 1),
            Cas(key, Some(expected), value) => (CAS, [key, value, expected], 3),
            Cas(key, None, value) => (CAS_NOTHING, [key, value, 0], 2),
            Append(list, value) => (APPEND, [list, value, 0], 2),
            Scan(first, last) => (SCAN, [first, last, 0], 2),
        };
        let mut bytes = Vec::with_capacity(9 + 8 * used);
        bytes.push(kind);
        bytes.extend_from_slice(&self.request.client.0.to_le_bytes());
        bytes.extend_from_slice(&self.request.number.to_le_bytes());
        for number in &numbers[..used] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// Reads a command back; `None` for what is not one, such as the empty entry of a new leader.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Command> {
        let (&kind, rest) = bytes.split_first()?;
        let (client, rest) = rest.split_first_chunk::<4>()?;
        let (number, rest) = rest.split_first_chunk::<4>()?;
        let word = |place: usize| {
            let bytes = rest.get(8 * place..8 * place + 8)?;
            Some(u64::from_le_bytes(bytes.try_into().ok()?))
        };
        let op = match kind {
            PUT => Put(word(0)?, word(1)?),
            GET => Get(word(0)?),
            DELETE => Delete(word(0)?),
            CAS => Cas(word(0)?, Some(word(2)?), word(1)?),
            CAS_NOTHING => Cas(word(0)?, None, word(1)?),
            APPEND => Append(word(0)?, word(1)?),
            SCAN => Scan(word(0)?, word(1)?),
            _ => return None,
        };
        let client = ClientId(u32::from_le_bytes(*client));
        Some(Command { request: RequestId { client, number: u32::from_le_bytes(*number) }, op })
    }
}

/// The replicated state: the map, the lists, and a session for each client.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Machine {
    map: BTreeMap<u64, u64>,
    lists: BTreeMap<u64, Vec<u64>>,
    sessions: BTreeMap<ClientId, Session>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Session {
    number: u32,
    ret: Ret,
}

/// What became of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Done {
    /// It was done now, with this answer.
    Now(Ret),
    /// It had been done before, with this answer; nothing changed.
    Before(Ret),
    /// Its client has gone on to a later request, so whether it was ever done is forgotten; nothing
    /// changed, and it will never be done from here on.
    Forgotten,
}

impl Machine {
    /// Takes in a committed command.
    pub fn apply(&mut self, command: &Command) -> Done {
        let RequestId { client, number } = command.request;
        if let Some(session) = self.sessions.get(&client) {
            if session.number == number {
                return Done::Before(session.ret.clone());
            }
            if session.number > number {
                return Done::Forgotten;
            }
        }
        let ret = self.carry_out(command.op);
        self.sessions.insert(client, Session { number, ret: ret.clone() });
        Done::Now(ret)
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: u64) -> Option<u64> {
        self.map.get(&key).copied()
    }

    /// What an operation would answer if it were the next to be done.
    #[must_use]
    pub fn would_answer(&self, op: Op) -> Ret {
        match op {
            Put(..) | Delete(_) => Ret::Done,
            Get(key) => Ret::Value(self.get(key)),
            Cas(key, expected, _) => Ret::Swapped(self.get(key) == expected),
            Append(list, _) => Ret::Length(1 + self.lists.get(&list).map_or(0, Vec::len) as u64),
            Scan(first, last) => Ret::Lists(self.scan(first, last)),
        }
    }

    fn scan(&self, first: u64, last: u64) -> Vec<(u64, u64)> {
        // A range that ends before it begins is no range of a tree's, and holds nothing.
        let lists = self.lists.range(first.min(last)..=last).filter(|_| first <= last);
        lists.flat_map(|(list, values)| values.iter().map(|value| (*list, *value))).collect()
    }

    /// For a mutant: the map without those who changed it.
    pub(crate) fn forget_sessions(&mut self) {
        self.sessions.clear();
    }

    fn carry_out(&mut self, op: Op) -> Ret {
        let ret = self.would_answer(op);
        match op {
            Put(key, value) => {
                self.map.insert(key, value);
            }
            Delete(key) => {
                self.map.remove(&key);
            }
            Cas(key, _, value) if ret == Ret::Swapped(true) => {
                self.map.insert(key, value);
            }
            Append(list, value) => self.lists.entry(list).or_default().push(value),
            Cas(..) | Get(_) | Scan(..) => {}
        }
        ret
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schism::spec::{Spec, map::Map};

    fn command(client: u32, number: u32, op: Op) -> Command {
        Command { request: RequestId { client: ClientId(client), number }, op }
    }

    #[test]
    fn commands_read_back_as_they_were_encoded() {
        let keyed = [Put(1, 81), Get(2), Cas(1, Some(2), u64::MAX), Cas(1, None, 3), Delete(4)];
        for op in keyed.into_iter().chain([Append(1, 81), Scan(1, 3)]) {
            let command = command(7, 9, op);
            assert_eq!(Command::decode(&command.encode()), Some(command));
        }
    }

    #[test]
    fn what_is_cut_short_is_no_command() {
        let bytes = command(7, 9, Cas(1, Some(2), 3)).encode();
        for length in 0..bytes.len() {
            assert_eq!(Command::decode(&bytes[..length]), None);
        }
    }

    #[test]
    fn a_doubled_command_is_done_once_and_answered_alike() {
        let mut machine = Machine::default();
        let swap = command(1, 0, Cas(5, None, 6));
        assert_eq!(machine.apply(&swap), Done::Now(Ret::Swapped(true)));
        assert_eq!(machine.apply(&swap), Done::Before(Ret::Swapped(true)));
        assert_eq!(machine.apply(&command(2, 0, Delete(5))), Done::Now(Ret::Done));
        assert_eq!(machine.apply(&swap), Done::Before(Ret::Swapped(true)));
        assert_eq!(machine.get(5), None);
    }

    #[test]
    fn a_scan_finds_what_the_specification_says() {
        let (mut machine, mut spec) = (Machine::default(), Map::init());
        let appends = [Append(2, 7), Append(1, 8), Append(2, 5), Append(3, 6)];
        let scans = [Scan(1, 2), Scan(3, 9), Scan(3, 1), Scan(0, u64::MAX)];
        for (number, op) in appends.into_iter().chain(scans).enumerate() {
            let promised = Map::apply(&mut spec, &op);
            assert_eq!(machine.apply(&command(1, number as u32, op)), Done::Now(promised));
        }
    }

    #[test]
    fn a_command_that_its_client_has_left_behind_is_not_done() {
        let mut machine = Machine::default();
        machine.apply(&command(1, 4, Put(5, 50)));
        assert_eq!(machine.apply(&command(1, 3, Put(5, 40))), Done::Forgotten);
        assert_eq!(machine.get(5), Some(50));
        assert_eq!(machine.apply(&command(2, 3, Put(5, 60))), Done::Now(Ret::Done));
        assert_eq!(machine.get(5), Some(60));
    }
}
