//! Raft's guards: what a node knows comes in, whether it may do something goes out, and why not.
//! Each guard stands here alone. The protocol that is searched to its last state asks them, and so
//! does whoever holds the run of an implementation against it.
//!
//! The one idea: numbers of any size. A searched state has bytes and short lists, a run has neither
//! bound; to a guard both are numbers.

use std::fmt;

use super::Role;
use crate::fact::{Config, Nodes};

/// Why a node may not do something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Guard {
    /// Who leads does not stand for election.
    Leads,
    /// Who stands has stood for this term, and for no other.
    NextTerm,
    /// Who is elected stands in that term.
    Stands,
    /// A majority of the voters elects a leader and commits an entry.
    Quorum,
    /// Only who leads the term does that.
    Leader,
    /// The term is the node's own.
    Term,
    /// A vote, once given in a term, is given to nobody else.
    Vote,
    /// A vote is for who has a log that is as new.
    Newer,
    /// An entry is the next of the log, and of the leader's own term.
    Next,
    /// What is said to stand in the log stands there.
    Log,
    /// Only an entry of the leader's own term is committed by counting who holds it.
    OwnTerm,
    /// What is said of another's log is known.
    Known,
    /// Nothing is answered that was not asked.
    Asked,
    /// What others rely on is durable.
    Durable,
    /// What is applied is committed.
    Committed,
    /// What is applied follows on what was.
    Turn,
    /// What is handled was sent.
    Sent,
    /// What a restart finds is what was durable, and of the rest what was written first.
    Kept,
}

impl Guard {
    /// What it asks for, in one sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Guard::Leads => "who leads a term does not stand for election",
            Guard::NextTerm => "a node stands for the term after its own",
            Guard::Stands => "who is elected to a term stands in it",
            Guard::Quorum => "it takes a majority of the voters",
            Guard::Leader => "only the leader of the term does that",
            Guard::Term => "a message carries the term in which the node is",
            Guard::Vote => "a vote is given once in a term",
            Guard::Newer => "a vote is given to a log that is at least as new",
            Guard::Next => "an entry is put at the end of the log, in the leader's own term",
            Guard::Log => "a message tells of the log what stands in it",
            Guard::OwnTerm => "only an entry of the leader's own term is committed by counting",
            Guard::Known => "a node claims no more than what it was told",
            Guard::Asked => "an answer answers what was asked",
            Guard::Durable => "what another node may rely on is durable first",
            Guard::Committed => "what is applied is committed, and is what stands in the log",
            Guard::Turn => "entries are applied one after the other",
            Guard::Sent => "only what was sent arrives",
            Guard::Kept => "a restart finds what was durable",
        }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Guard::Leads | Guard::NextTerm | Guard::Stands => "Raft, figure 2 (candidates)",
            Guard::Quorum | Guard::Vote => "Raft, section 5.2",
            Guard::Leader | Guard::Next => "Raft, figure 2 (leaders) and section 5.3",
            Guard::Term => "Raft, section 5.1",
            Guard::Newer => "Raft, section 5.4.1",
            Guard::Log | Guard::Known | Guard::Asked => "Raft, figure 2 (AppendEntries)",
            Guard::OwnTerm => "Raft, section 5.4.2",
            Guard::Durable | Guard::Kept => "Raft, figure 2 (persistent state)",
            Guard::Committed | Guard::Turn => "Raft, figure 2 (all servers)",
            Guard::Sent => "Raft, section 2: messages are lost and doubled, never made up",
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// What a guard lets through, or the guard.
pub type Allowed = Result<(), Guard>;

#[inline]
pub(crate) const fn allow(holds: bool, guard: Guard) -> Allowed {
    if holds { Ok(()) } else { Err(guard) }
}

/// Whether a node may want to lead the next term.
#[inline]
pub fn stands(role: Role) -> Allowed {
    allow(role != Role::Leader, Guard::Leads)
}

/// Whether a set of nodes has a majority in this configuration: of a joint one, in both halves.
#[inline]
#[must_use]
pub const fn is_quorum(nodes: Nodes, config: &Config) -> bool {
    const fn majority(nodes: u64, voters: u64) -> bool {
        2 * (nodes & voters).count_ones() > voters.count_ones()
    }
    majority(nodes.0, config.voters.0)
        && (config.outgoing.0 == 0 || majority(nodes.0, config.outgoing.0))
}

/// Whether a candidate that these nodes gave their vote leads.
#[inline]
pub fn leads(role: Role, votes: Nodes, config: &Config) -> Allowed {
    allow(role == Role::Candidate, Guard::Stands)?;
    allow(is_quorum(votes, config), Guard::Quorum)
}

/// Whether only the leader may do what is asked.
#[inline]
pub fn leader(role: Role) -> Allowed {
    allow(role == Role::Leader, Guard::Leader)
}

/// Who is asked for a vote: its term, whether it is free to give one to the asker, what it does,
/// and the last term and index of its log.
#[derive(Clone, Copy, Debug)]
pub struct Voter {
    /// Its term.
    pub term: u64,
    /// Whether it has voted for nobody else.
    pub free: bool,
    /// What it does.
    pub role: Role,
    /// The term and the index of its last entry.
    pub last: (u64, u64),
}

/// Whether a node gives its vote to one that asks in this term, whose log ends with this term and
/// index.
#[inline]
pub fn votes(voter: &Voter, term: u64, last: (u64, u64)) -> Allowed {
    allow(term == voter.term, Guard::Term)?;
    allow(voter.free && voter.role == Role::Follower, Guard::Vote)?;
    allow(last >= voter.last, Guard::Newer)
}

/// Whether a log with this term at `prev`, if anything, takes in what follows there.
#[inline]
pub fn fits(own: Option<u64>, prev_term: u64) -> Allowed {
    allow(own == Some(prev_term), Guard::Log)
}

/// Whether what stands in a log, if anything, has to go for an entry of this term. Only a conflict
/// removes it: an old message may come late.
#[inline]
#[must_use]
pub fn conflicts(own: Option<u64>, term: u64) -> bool {
    own != Some(term)
}

/// How far a node that took in what follows on `prev` may take its log for committed.
#[inline]
#[must_use]
pub fn known_committed(prev: u64, count: u64, commit: u64) -> u64 {
    if commit < prev + count { commit } else { prev + count }
}

/// Whether a leader of this term may commit an entry of that one, which these nodes hold.
#[inline]
pub fn commits(term: u64, of: u64, holders: Nodes, config: &Config) -> Allowed {
    allow(is_quorum(holders, config), Guard::Quorum)?;
    allow(of == term, Guard::OwnTerm)
}
