//! How a Raft node stands comes in, the facts that are news go out. What is durable is told by the
//! caller's order: it calls after the sync.

use super::machine::Command;
use super::someone;
use ::raft::eraftpb::Entry;
use schism::fact::{self, Fact};
use schism::seed::StableHasher;
use schism::{Io, Node};
use std::hash::Hasher;

/// What a node told last in this incarnation.
#[derive(Clone, Copy, Default, Debug)]
pub struct Told {
    term: u64,
    vote: u64,
    leads: bool,
    commit: u64,
    stood: u64,
}

impl Told {
    /// Whether this term and vote have not been told yet.
    #[inline]
    #[must_use]
    pub const fn is_news(&self, term: u64, vote: u64) -> bool {
        term != self.term || vote != self.vote
    }

    /// Tells the durable term and vote, if they are news.
    #[inline]
    pub fn term<N: Node>(&mut self, term: u64, vote: u64, io: &mut Io<N>) {
        if self.is_news(term, vote) {
            (self.term, self.vote) = (term, vote);
            io.tell(Fact::Term { term, vote: someone(vote) });
        }
    }

    /// Begins anew, with the term and vote that were told last.
    pub fn again<N: Node>(&mut self, io: &mut Io<N>) {
        let Told { term, vote, stood, .. } = std::mem::take(self);
        self.stood = stood;
        self.term(term, vote, io);
    }

    /// Tells that the node has come to stand for a term, if it has.
    #[inline]
    pub fn stand<N: Node>(&mut self, stands: bool, term: u64, io: &mut Io<N>) {
        if stands && term > self.stood {
            self.stood = term;
            io.tell(Fact::Stands { term });
        }
    }

    /// Tells that the node has come to lead a term, if it has.
    #[inline]
    pub fn lead<N: Node>(&mut self, leads: bool, term: u64, io: &mut Io<N>) {
        if leads && !self.leads {
            io.tell(Fact::Elected { term });
        }
        self.leads = leads;
    }

    /// Tells the commit index, if it has grown.
    #[inline]
    pub fn commit<N: Node>(&mut self, index: u64, io: &mut Io<N>) {
        if index > self.commit {
            self.commit = index;
            io.tell(Fact::Committed { index });
        }
    }
}

/// Tells that entries are durable.
pub fn appended<N: Node>(entries: &[Entry], io: &mut Io<N>) {
    for entry in entries {
        io.tell(Fact::Appended { index: entry.index, entry: as_fact(entry) });
    }
}

/// An entry, as far as a reference model needs to know it.
#[must_use]
pub fn as_fact(entry: &Entry) -> fact::Entry {
    let mut hasher = StableHasher::default();
    hasher.write(&entry.data);
    let request = Command::decode(&entry.data).map(|command| command.request);
    fact::Entry { term: entry.term, digest: hasher.finish(), request }
}
