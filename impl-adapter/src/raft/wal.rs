//! Hard states and entries go in, bytes of an append-only file come out; and the way back, up to
//! the last record that is whole. It knows nothing of nodes or messages.
//!
//! The one idea: each record carries its length and a checksum, so a tail that a loss of power has
//! torn is recognised and cut off. A file that only grows cannot be shortened, so the cut is made
//! by leaving the torn file as it is and going on in the next one: `wal`, `wal.1`, `wal.2`. A file
//! is followed by another only if its tail is torn.
//!
//! A snapshot is a record like others. What stands before it in the file is read and left behind:
//! the log begins again where the snapshot says.
//!
//! Entries stand before the hard state that was saved with them, because the state's commit index
//! may point at them; what survives is a prefix, so it never points beyond the log.

use super::storage::Base;
use ::raft::eraftpb::{Entry, EntryType, HardState, Snapshot};
use protobuf::{Message, ProtobufEnum};
use schism::id::Token;
use schism::seed::StableHasher;
use schism::{Io, Node};
use std::hash::Hasher;

/// What the files held.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Recovered {
    /// The last hard state.
    pub state: HardState,
    /// The last snapshot; an empty one if there was none.
    pub snapshot: Snapshot,
    /// What the log stands on.
    pub base: Base,
    /// The log behind that.
    pub entries: Vec<Entry>,
}

impl Recovered {
    /// The index of the last entry.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.base.index + self.entries.len() as u64
    }

    /// A snapshot takes the place of the log up to its base. One that stands on itself was sent by
    /// another node, and takes the place of all of it.
    fn start_from(&mut self, snapshot: Snapshot, base: Base) {
        let (index, term) = {
            let metadata = snapshot.get_metadata();
            (metadata.index, metadata.term)
        };
        let gone = base.index.saturating_sub(self.base.index) as usize;
        if base.index == index || gone > self.entries.len() {
            self.entries.clear();
        } else {
            self.entries.drain(..gone);
        }
        (self.snapshot, self.base) = (snapshot, base);
        // The hard state that was saved with it may not have got to the disk.
        let state = &mut self.state;
        state.commit = state.commit.max(index);
        if term > state.term {
            (state.term, state.vote) = (term, 0);
        }
    }
}

/// The file that is written now, and the records that wait for being written.
#[derive(Debug)]
pub struct Wal {
    name: String,
    waiting: Vec<u8>,
}

const STATE: u8 = 1;
const ENTRY: u8 = 2;
const SNAPSHOT: u8 = 3;

/// Length and checksum.
const HEADER: usize = 8;

impl Wal {
    /// Reads what the disk kept, and makes it durable: what a process wrote without syncing it
    /// before it died can be read now, and would be lost with the power after others had come to
    /// rely on it. (`sync` is false only in a mutant.)
    pub fn open<N: Node>(sync: bool, io: &mut Io<N>) -> (Wal, Recovered) {
        let mut found = Recovered::default();
        let mut number = 0;
        loop {
            let name = file_name(number);
            let bytes = io.disk().read(&name);
            let whole = recover(bytes, &mut found) == bytes.len();
            if sync && !bytes.is_empty() {
                io.disk().sync(&name);
            }
            if whole {
                return (Wal { name, waiting: Vec::new() }, found);
            }
            number += 1;
        }
    }

    /// Adds an entry; it replaces the one at its index and all behind it.
    pub fn entry(&mut self, entry: &Entry) {
        record(&mut self.waiting, |bytes| {
            bytes.push(ENTRY);
            bytes.push(entry.entry_type.value() as u8);
            bytes.extend_from_slice(&entry.index.to_le_bytes());
            bytes.extend_from_slice(&entry.term.to_le_bytes());
            // The context is for what an application wants to find again; there is none of ours.
            bytes.extend_from_slice(&entry.data);
        });
    }

    /// Adds a snapshot, and where the log goes on.
    pub fn snapshot(&mut self, snapshot: &Snapshot, base: Base) {
        record(&mut self.waiting, |bytes| {
            bytes.push(SNAPSHOT);
            bytes.extend_from_slice(&base.index.to_le_bytes());
            bytes.extend_from_slice(&base.term.to_le_bytes());
            let content = snapshot.write_to_bytes();
            bytes.extend_from_slice(&content.expect("a snapshot has no field that is required"));
        });
    }

    /// Adds a hard state; it replaces the one before.
    pub fn state(&mut self, state: &HardState) {
        record(&mut self.waiting, |bytes| {
            bytes.push(STATE);
            bytes.extend_from_slice(&state.term.to_le_bytes());
            bytes.extend_from_slice(&state.vote.to_le_bytes());
            bytes.extend_from_slice(&state.commit.to_le_bytes());
        });
    }

    /// Writes what was added, in one piece.
    pub fn write<N: Node>(&mut self, io: &mut Io<N>) {
        io.disk().append(&self.name, &self.waiting);
        self.waiting.clear();
    }

    /// Makes what was written durable.
    pub fn sync<N: Node>(&self, io: &mut Io<N>) {
        io.disk().sync(&self.name);
    }

    /// The same without waiting for it: the token comes back when it is done.
    pub fn sync_later<N: Node>(&self, token: Token, io: &mut Io<N>) {
        io.disk().sync_later(&self.name, token);
    }
}

fn file_name(number: u32) -> String {
    if number == 0 { "wal".to_owned() } else { format!("wal.{number}") }
}

/// Appends a record: length and checksum of the content, then the content.
pub(super) fn record(bytes: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; HEADER]);
    content(bytes);
    let length = (bytes.len() - start - HEADER) as u32;
    let sum = checksum(&bytes[start + HEADER..]);
    bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
    bytes[start + 4..start + HEADER].copy_from_slice(&sum.to_le_bytes());
}

/// Nobody forges records here, so any function that spreads its input over 32 bits will do.
fn checksum(content: &[u8]) -> u32 {
    let mut hasher = StableHasher::new(0x3a1);
    hasher.write(content);
    let sum = hasher.finish();
    (sum ^ (sum >> 32)) as u32
}

/// Takes in all whole records from the start of the bytes, and says how long they are.
fn recover(bytes: &[u8], found: &mut Recovered) -> usize {
    let mut whole = 0;
    while let Some(content) = next(&bytes[whole..])
        && take_in(content, found).is_some()
    {
        whole += HEADER + content.len();
    }
    whole
}

/// The content of the record at the start of the bytes; `None` if it is torn, or nothing is there.
pub(super) fn next(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let content = rest.get(..u32::from_le_bytes(*length) as usize)?;
    (checksum(content) == u32::from_le_bytes(*sum)).then_some(content)
}

/// `None` for what nobody wrote: an unknown kind, or an entry that does not join on.
fn take_in(content: &[u8], found: &mut Recovered) -> Option<()> {
    let (&kind, rest) = content.split_first()?;
    match kind {
        STATE => {
            let state = &mut found.state;
            let rest = word(rest, &mut state.term)?;
            let rest = word(rest, &mut state.vote)?;
            word(rest, &mut state.commit)?;
        }
        ENTRY => {
            let (&entry_type, rest) = rest.split_first()?;
            let entry_type = EntryType::from_i32(i32::from(entry_type))?;
            let mut entry = Entry { entry_type, ..Default::default() };
            let rest = word(rest, &mut entry.index)?;
            let rest = word(rest, &mut entry.term)?;
            entry.data = rest.to_vec().into();
            let place = entry.index.checked_sub(found.base.index + 1)?;
            let place = usize::try_from(place).ok()?;
            if place > found.entries.len() {
                return None;
            }
            // An append may have broken off behind the entry and before the hard state that belongs
            // to it. Its term was the node's all the same, and a vote in that term would have been
            // written, and synced, in an earlier append.
            if entry.term > found.state.term {
                (found.state.term, found.state.vote) = (entry.term, 0);
            }
            found.entries.truncate(place);
            found.entries.push(entry);
        }
        SNAPSHOT => {
            let mut base = Base::default();
            let rest = word(rest, &mut base.index)?;
            let rest = word(rest, &mut base.term)?;
            found.start_from(Snapshot::parse_from_bytes(rest).ok()?, base);
        }
        _ => return None,
    }
    Some(())
}

fn word<'a>(bytes: &'a [u8], into: &mut u64) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_first_chunk::<8>()?;
    *into = u64::from_le_bytes(*first);
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(index: u64, term: u64, data: &[u8]) -> Entry {
        let mut entry = Entry::default();
        (entry.index, entry.term, entry.data) = (index, term, data.to_vec().into());
        entry
    }

    fn state(term: u64, vote: u64, commit: u64) -> HardState {
        let mut state = HardState::default();
        (state.term, state.vote, state.commit) = (term, vote, commit);
        state
    }

    enum Saved {
        Entry(Entry),
        State(HardState),
    }

    /// A file of these records, with the ends of the records and what each end must recover to.
    fn file(records: &[Saved]) -> (Vec<u8>, Vec<(usize, Recovered)>) {
        let mut wal = Wal { name: file_name(0), waiting: Vec::new() };
        let mut want = Recovered::default();
        let mut ends = vec![(0, want.clone())];
        for saved in records {
            match saved {
                Saved::Entry(entry) => {
                    wal.entry(entry);
                    if entry.term > want.state.term {
                        (want.state.term, want.state.vote) = (entry.term, 0);
                    }
                    want.entries.truncate(entry.index as usize - 1);
                    want.entries.push(entry.clone());
                }
                Saved::State(state) => {
                    wal.state(state);
                    want.state = state.clone();
                }
            }
            ends.push((wal.waiting.len(), want.clone()));
        }
        (wal.waiting, ends)
    }

    fn some_records() -> Vec<Saved> {
        vec![
            Saved::State(state(1, 2, 0)),
            Saved::Entry(entry(1, 1, b"")),
            Saved::Entry(entry(2, 1, b"put something")),
            Saved::State(state(1, 2, 2)),
            Saved::Entry(entry(3, 1, b"lost")),
            Saved::Entry(entry(4, 1, b"lost, too")),
            Saved::Entry(entry(3, 2, b"overwritten")),
            Saved::State(state(2, 3, 3)),
        ]
    }

    #[test]
    fn every_prefix_recovers_its_whole_records() {
        let (bytes, ends) = file(&some_records());
        for length in 0..=bytes.len() {
            let (end, want) =
                ends.iter().rfind(|(end, _)| *end <= length).expect("the empty prefix is one");
            let mut found = Recovered::default();
            assert_eq!(recover(&bytes[..length], &mut found), *end, "of {length} bytes");
            assert_eq!(&found, want, "of {length} bytes");
        }
    }

    #[test]
    fn an_entry_whose_hard_state_broke_off_has_raised_the_term_all_the_same() {
        let saved = [Saved::Entry(entry(1, 3, b"")), Saved::State(state(3, 2, 0))];
        let (bytes, ends) = file(&saved);
        let mut found = Recovered::default();
        assert_eq!(recover(&bytes[..bytes.len() - 1], &mut found), ends[1].0);
        assert_eq!((found.state, found.entries.len()), (state(3, 0, 0), 1));
    }

    #[test]
    fn an_entry_replaces_all_from_its_index_on() {
        let (bytes, _) = file(&some_records());
        let mut found = Recovered::default();
        recover(&bytes, &mut found);
        let log: Vec<(u64, u64)> = found.entries.iter().map(|e| (e.index, e.term)).collect();
        assert_eq!(log, [(1, 1), (2, 1), (3, 2)]);
    }

    #[test]
    fn a_snapshot_takes_the_place_of_the_log_behind_it() {
        let snapshot = |index, term| {
            let mut snapshot = Snapshot::default();
            snapshot.mut_metadata().index = index;
            snapshot.mut_metadata().term = term;
            snapshot
        };
        let found = |upto: Snapshot, base: Base| {
            let (bytes, _) = file(&some_records());
            let mut wal = Wal { name: file_name(0), waiting: bytes };
            wal.snapshot(&upto, base);
            wal.entry(&entry(4, 5, b"goes on"));
            let mut found = Recovered::default();
            assert_eq!(recover(&wal.waiting, &mut found), wal.waiting.len());
            found
        };
        let log = |found: &Recovered| -> Vec<u64> {
            found.entries.iter().map(|entry| entry.index).collect()
        };
        // Its own, with a tail; another node's, which knows of a later term and a later commit.
        let own = found(snapshot(3, 2), Base { index: 1, term: 1 });
        assert_eq!((log(&own), own.last(), own.state.clone()), (vec![2, 3, 4], 4, state(5, 0, 3)));
        let sent = found(snapshot(3, 4), Base { index: 3, term: 4 });
        assert_eq!((log(&sent), sent.last()), (vec![4], 4));
        assert_eq!(sent.snapshot.get_metadata().index, 3);
    }

    #[test]
    fn a_flipped_bit_ends_what_is_recovered_before_its_record() {
        let (bytes, ends) = file(&some_records());
        for bit in 0..8 * bytes.len() {
            let mut broken = bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let (end, _) =
                ends.iter().rfind(|(end, _)| *end <= bit / 8).expect("no bit stands before 0");
            assert_eq!(recover(&broken, &mut Recovered::default()), *end, "bit {bit}");
        }
    }

    #[test]
    fn a_log_goes_on_in_the_next_file() {
        let (first, _) = file(&some_records()[..4]);
        let (second, _) = file(&some_records()[4..]);
        let mut found = Recovered::default();
        recover(&first[..first.len() - 1], &mut found);
        assert_eq!((found.state.commit, found.entries.len()), (0, 2));
        recover(&second, &mut found);
        assert_eq!((found.state.commit, found.entries.len()), (3, 3));
    }
}
