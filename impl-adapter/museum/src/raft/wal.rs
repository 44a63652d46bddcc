//! Records go in; the files of a node's lives come out, and at the next start the records again,
//! but for what a loss of power took.
//!
//! The one idea: each life writes a file of its own. A loss of power may leave half a record at the
//! end of one, and nothing is ever written behind that.

use super::{Library, Record, Server};
use schism::Io;

/// The log of this life.
pub struct Wal {
    file: String,
}

impl Wal {
    /// Reads what all lives before this one left, and makes it durable: it was read, so the
    /// library will rely on it, and a crash that was no loss of power may have left it unsynced.
    pub fn open<L: Library>(io: &mut Io<Server<L>>) -> (Wal, Vec<Record>) {
        let mut kept = Vec::new();
        for life in 0..io.incarnation() {
            let file = name(life);
            parse(io.disk().read(&file), &mut kept);
            io.disk().sync(&file);
        }
        (Wal { file: name(io.incarnation()) }, kept)
    }

    /// Writes records, one after the other.
    pub fn write<L: Library>(&self, records: &[Record], io: &mut Io<Server<L>>) {
        for record in records {
            let (word, body) = match record {
                Record::Entry(body) => (1, body),
                Record::State(body) => (2, body),
            };
            let mut bytes = vec![word];
            bytes.extend((body.len() as u64).to_le_bytes());
            bytes.extend(body);
            io.disk().append(&self.file, &bytes);
        }
    }

    /// Makes durable what was written.
    pub fn sync<L: Library>(&self, io: &mut Io<Server<L>>) {
        io.disk().sync(&self.file);
    }
}

fn name(life: u32) -> String {
    format!("wal-{life}")
}

/// Adds the whole records; half of one at the end is what a loss of power left.
fn parse(mut bytes: &[u8], kept: &mut Vec<Record>) {
    while let [word, rest @ ..] = bytes
        && let Some((length, rest)) = rest.split_first_chunk()
        && let Some((body, rest)) = rest.split_at_checked(u64::from_le_bytes(*length) as usize)
    {
        let body = body.to_vec();
        kept.push(if *word == 1 { Record::Entry(body) } else { Record::State(body) });
        bytes = rest;
    }
}
