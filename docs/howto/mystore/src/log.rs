//! What a replica must not forget: its term, its vote, and the entries of its log. They change here
//! and nowhere else, and each change leaves a record for the log file. This part knows no messages
//! and no roles.
//!
//! All records are of one size, so that what a power failure tore in half does no harm to what is
//! written behind it: the file is padded to a whole number of records, and a torn one is left out
//! for good when the file is read.

use std::mem;

/// What a client wants done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Command {
    /// The first entry of each term: it decides what former terms have left undecided.
    Nothing,
    Put(u64, u64),
    Get(u64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    pub(crate) term: u64,
    pub(crate) command: Command,
}

/// Where an entry stands; index 0 and term 0 are before the first. Of two logs, the one whose last
/// place is greater is more up to date: the later term wins, then the longer log (section 5.4.1),
/// which is the order of the fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    pub(crate) term: u64,
    pub(crate) index: u64,
}

pub(crate) struct Log {
    term: u64,
    vote: Option<u64>,
    entries: Vec<Entry>,
    /// What is to be added to the file.
    records: Vec<u8>,
}

impl Log {
    pub(crate) fn open(file: &[u8]) -> Log {
        let padding = file.len().next_multiple_of(SIZE) - file.len();
        let mut log = Log { term: 0, vote: None, entries: Vec::new(), records: vec![0; padding] };
        for record in file.chunks_exact(SIZE).filter_map(read) {
            log.take_in(record);
        }
        log
    }

    pub(crate) fn term(&self) -> u64 {
        self.term
    }

    pub(crate) fn vote(&self) -> Option<u64> {
        self.vote
    }

    pub(crate) fn enter(&mut self, term: u64, vote: Option<u64>) {
        if (self.term, self.vote) != (term, vote) {
            self.change(Record::Ballot { term, vote });
        }
    }

    /// Sets the entry at an index, which becomes the last one.
    pub(crate) fn set(&mut self, index: u64, entry: Entry) {
        self.change(Record::Entry { index, entry });
    }

    pub(crate) fn get(&self, index: u64) -> Option<&Entry> {
        self.entries.get(index as usize - 1)
    }

    /// The entries that follow a place, at most so many.
    pub(crate) fn after(&self, index: u64, limit: usize) -> Vec<Entry> {
        self.entries.iter().skip(index as usize).take(limit).copied().collect()
    }

    /// The place with this index, if the log reaches so far.
    pub(crate) fn place(&self, index: u64) -> Option<Place> {
        let term = if index == 0 { 0 } else { self.get(index)?.term };
        Some(Place { term, index })
    }

    pub(crate) fn last(&self) -> Place {
        let term = self.entries.last().map_or(0, |entry| entry.term);
        Place { term, index: self.entries.len() as u64 }
    }

    pub(crate) fn records(&mut self) -> Vec<u8> {
        mem::take(&mut self.records)
    }

    fn change(&mut self, record: Record) {
        write(&mut self.records, record);
        self.take_in(record);
    }

    fn take_in(&mut self, record: Record) {
        match record {
            Record::Ballot { term, vote } => (self.term, self.vote) = (term, vote),
            Record::Entry { index, entry } => {
                self.entries.truncate(index as usize - 1);
                self.entries.push(entry);
            }
        }
    }
}

/// What a record says. The latest ballot counts; an entry takes the place of all that stood at its
/// index and above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Record {
    Ballot { term: u64, vote: Option<u64> },
    Entry { index: u64, entry: Entry },
}

/// A record is this many numbers of eight bytes: its kind, its term, three that depend on the kind,
/// and a checksum.
const WORDS: usize = 6;
const SIZE: usize = 8 * WORDS;

const BALLOT: u64 = 1;
const NOTHING: u64 = 2;
const PUT: u64 = 3;
const GET: u64 = 4;

fn write(file: &mut Vec<u8>, record: Record) {
    let words = match record {
        Record::Ballot { term, vote } => [BALLOT, term, vote.unwrap_or(0), 0, 0],
        Record::Entry { index, entry: Entry { term, command } } => match command {
            Command::Nothing => [NOTHING, term, index, 0, 0],
            Command::Put(key, value) => [PUT, term, index, key, value],
            Command::Get(key) => [GET, term, index, key, 0],
        },
    };
    for word in words.into_iter().chain([checksum(&words)]) {
        file.extend_from_slice(&word.to_le_bytes());
    }
}

fn read(bytes: &[u8]) -> Option<Record> {
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    let [kind, term, a, key, value, sum] = words;
    let entry = |command| Some(Record::Entry { index: a, entry: Entry { term, command } });
    match kind {
        _ if sum != checksum(&words[..WORDS - 1]) => None,
        BALLOT => Some(Record::Ballot { term, vote: (a != 0).then_some(a) }),
        NOTHING => entry(Command::Nothing),
        PUT => entry(Command::Put(key, value)),
        GET => entry(Command::Get(key)),
        _ => None,
    }
}

/// FNV-1a, over numbers. Its last byte is never zero, so that padding cannot complete a torn
/// record.
fn checksum(words: &[u64]) -> u64 {
    let sum = words.iter().fold(0xcbf2_9ce4_8422_2325, |sum: u64, word| {
        (sum ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29)
    });
    sum | 1 << 63
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(command: Command) -> Entry {
        Entry { term: 3, command }
    }

    /// What a log holds, for comparison.
    fn contents(log: &Log) -> (u64, Option<u64>, &[Entry]) {
        (log.term, log.vote, &log.entries)
    }

    #[test]
    fn a_torn_record_is_left_out_and_spoils_nothing_behind_it() {
        let commands = [Command::Nothing, Command::Put(1, 81), Command::Get(1)];
        let entries = commands.map(entry);
        let mut log = Log::open(&[]);
        log.enter(3, Some(2));
        for (index, entry) in (1..).zip(entries) {
            log.set(index, entry);
        }
        let whole = log.records();
        for cut in 0..=whole.len() {
            let mut file = whole[..cut].to_vec();
            let mut log = Log::open(&file);
            let kept = (cut / SIZE).saturating_sub(1);
            assert_eq!(log.entries, entries[..kept]);
            log.enter(4, None);
            file.extend(log.records());
            assert_eq!(contents(&Log::open(&file)), (4, None, &entries[..kept]));
        }
    }

    #[test]
    fn an_entry_takes_the_place_of_all_that_stood_at_its_index_and_above() {
        let mut log = Log::open(&[]);
        for index in 1..=4 {
            log.set(index, entry(Command::Put(1, index)));
        }
        log.set(2, entry(Command::Nothing));
        let kept = [entry(Command::Put(1, 1)), entry(Command::Nothing)];
        assert_eq!(contents(&Log::open(&log.records())), (0, None, &kept[..]));
    }
}
