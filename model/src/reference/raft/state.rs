//! What the Raft model's states are made of. Plain data: nothing here moves.
//!
//! Numbers are bytes and lists stand in place, so a state has one size and is copied at once. A
//! node is named by its place, from 0; where nobody is possible, by its number from 1, as in `n1`.

use std::fmt;

use crate::reference::Clause;
use crate::reference::list::List;
use crate::reference::replication::recall::Past;

/// No model has more nodes.
pub const NODES_MAX: usize = 5;
/// No log is longer.
pub const LOG_MAX: usize = 6;
/// No more messages are on their way.
pub const MESSAGES_MAX: usize = 6;

/// A state of the whole cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// The nodes.
    pub servers: List<Server, NODES_MAX>,
    /// What is on its way, in the order of [`Message`], so that equal networks are equal values.
    pub network: List<Message, MESSAGES_MAX>,
    /// How often nodes have restarted.
    pub restarts: u8,
    /// What the nodes told so far, as far as a judge must remember it.
    pub past: Past,
    /// The clause that the step to this state broke. Nothing follows on such a state.
    pub broken: Option<Clause>,
}

/// One node.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Server {
    /// Durable: its term.
    pub term: u8,
    /// Durable: the number of whom it voted for in its term; 0 for nobody.
    pub vote: u8,
    /// What it does.
    pub role: Role,
    /// Who voted for it: bit 0 is n1. Only a candidate's counts.
    pub votes: u8,
    /// How far it knows the log to be committed, and has applied it.
    pub commit: u8,
    /// Durable: its log.
    pub log: List<Entry, LOG_MAX>,
    /// For each node, the index of the next entry that a leader sends it.
    pub next: [u8; NODES_MAX],
    /// For each node, how far its log is known to be the leader's.
    pub matched: [u8; NODES_MAX],
}

/// What a node does.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// It follows, whether or not somebody leads.
    #[default]
    Follower,
    /// It wants to lead.
    Candidate,
    /// It leads its term.
    Leader,
}

/// An entry of a log.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The term in which a leader created it.
    pub term: u8,
    /// The number of the client's request, from 1.
    pub request: u8,
}

/// A message on its way.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    /// The sender's place.
    pub from: u8,
    /// The receiver's place.
    pub to: u8,
    /// The sender's term.
    pub term: u8,
    /// What it says.
    pub body: Body,
}

/// What a message says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Body {
    /// Asks for a vote.
    Vote {
        /// The term of the sender's last entry.
        last_term: u8,
        /// The length of its log.
        last: u8,
    },
    /// Gives a vote, or refuses one since the asker's term is over.
    Voted {
        /// Whether it is given.
        granted: bool,
    },
    /// A leader's log, at most one entry of it.
    Append {
        /// The index below the entry.
        prev: u8,
        /// The term of what stands there.
        prev_term: u8,
        /// The entry.
        entry: Option<Entry>,
        /// How far the receiver may take its log for committed then.
        commit: u8,
    },
    /// The sender's log is the leader's up to here.
    Appended {
        /// The index.
        upto: u8,
    },
    /// The sender's log differs here, or the leader's term is over.
    Refused {
        /// The index.
        prev: u8,
    },
}

impl Default for Body {
    fn default() -> Body {
        Body::Voted { granted: false }
    }
}

impl Server {
    /// The term of what stands at an index; 0 below the log.
    #[inline]
    pub(super) fn term_at(&self, index: u8) -> u8 {
        if index == 0 { 0 } else { self.log[index as usize - 1].term }
    }

    /// The length of its log.
    #[inline]
    pub(super) fn last(&self) -> u8 {
        self.log.len() as u8
    }
}

impl State {
    /// Puts a message on its way.
    #[inline]
    pub(super) fn send(&mut self, message: Message) {
        let at = self.network.partition_point(|other| *other <= message);
        self.network.insert(at, message);
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c0#{} of t{}", self.request - 1, self.term)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} t{}", self.role, self.term)?;
        if self.vote > 0 {
            write!(f, " voted n{}", self.vote)?;
        }
        write!(f, " log {:?} committed {}", self.log, self.commit)?;
        match self.role {
            Role::Follower => Ok(()),
            Role::Candidate => write!(f, " votes {:03b}", self.votes),
            Role::Leader => write!(f, " next {:?} matched {:?}", self.next, self.matched),
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{} -> n{} t{} ", self.from + 1, self.to + 1, self.term)?;
        match self.body {
            Body::Vote { last_term, last } => write!(f, "vote? log {last} t{last_term}"),
            Body::Voted { granted: true } => write!(f, "vote"),
            Body::Voted { granted: false } => write!(f, "no vote"),
            Body::Append { prev, prev_term, entry, commit } => {
                write!(f, "append after {prev} t{prev_term}")?;
                match entry {
                    Some(entry) => write!(f, " {entry:?}")?,
                    None => write!(f, " nothing")?,
                }
                write!(f, " committed {commit}")
            }
            Body::Appended { upto } => write!(f, "appended {upto}"),
            Body::Refused { prev } => write!(f, "refused after {prev}"),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (place, server) in self.servers.iter().enumerate() {
            map.entry(&format_args!("n{}", place + 1), server);
        }
        for message in self.network.iter() {
            map.entry(&format_args!("on its way"), message);
        }
        map.entry(&format_args!("restarts"), &self.restarts);
        map.entry(&format_args!("told so far"), &self.past);
        if let Some(clause) = self.broken {
            map.entry(&format_args!("broken"), &clause);
        }
        map.finish()
    }
}
