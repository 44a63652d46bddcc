//! What the Raft model's states are made of. Plain data: nothing here moves.
//!
//! Numbers are bytes and lists stand in place, so a state has one size and is copied at once. A
//! node is named by its place, from 0; where nobody is possible, by its number from 1, as in `n1`.
//!
//! **How a state stands for an implementation's.** Each field of a [`Server`] has a counterpart in
//! any implementation of Raft, and says which: a run of an implementation is mapped to the model by
//! reading these off. What is on its way stands for what was sent and has neither arrived nor been
//! lost; since a message may be sent again, and lost, at any time, one that an implementation sends
//! on its own is `Ask` or `Replicate` here, and one that it sends several entries in is as many
//! messages of one entry, the last of which is answered. [`State::past`] belongs to the judge, not
//! to the protocol: two states that differ in it alone are the same to an implementation.

use super::rules;
use crate::reference::Clause;
use crate::reference::list::List;
use crate::reference::replication::recall::Past;

use super::Voters;

/// No model has more nodes.
pub const NODES_MAX: usize = 5;
/// No term is higher.
pub const TERMS_MAX: usize = 6;
/// Clients make no more requests.
pub const REQUESTS_MAX: usize = 6;
/// No more entries are ever made, so no log is longer.
pub const LOG_MAX: usize = 10;
/// No more messages are on their way.
pub const MESSAGES_MAX: usize = 6;

/// A state of the whole cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// The nodes.
    pub servers: List<Server, NODES_MAX>,
    /// What is on its way, in the order of [`Message`], so that equal networks are equal values.
    pub network: List<Message, MESSAGES_MAX>,
    /// What is bounded by a count.
    pub spent: Spent,
    /// What the nodes told so far, as far as a judge must remember it.
    pub past: Past,
    /// The clause that the step to this state broke. Nothing follows on such a state.
    pub broken: Option<Clause>,
}

/// How often something has happened, all nodes together.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spent {
    /// Restarts.
    pub restarts: u8,
    /// Logs compacted.
    pub snapshots: u8,
    /// Changes of one voter.
    pub changes: u8,
    /// Changes through a joint configuration.
    pub joint: u8,
}

/// One node.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Server {
    /// Durable: its term. An implementation's current term, as in [`Fact::Term`].
    ///
    /// [`Fact::Term`]: crate::Fact::Term
    pub term: u8,
    /// Durable: the number of whom it voted for in its term; 0 for nobody.
    pub vote: u8,
    /// What it does.
    pub role: Role,
    /// Who voted for it: bit 0 is n1. Only a candidate's counts; empty otherwise.
    pub votes: u8,
    /// How far it knows the log to be committed, and has applied it: the index of the last
    /// [`Fact::Committed`] and [`Fact::Applied`], between which the model puts no step. Never below
    /// the base.
    ///
    /// [`Fact::Committed`]: crate::Fact::Committed
    /// [`Fact::Applied`]: crate::Fact::Applied
    pub commit: u8,
    /// Durable: what has gone from its log, and stands in its snapshot. An implementation that
    /// keeps entries which its snapshot has taken in comes up farther than this; here it hears of
    /// these commits once more.
    pub base: Base,
    /// Durable: its log above the base.
    pub log: List<Entry, LOG_MAX>,
    /// For each node, the index of the next entry that a leader sends it; 0 where it does not lead.
    /// Below or at the base it sends its snapshot.
    pub next: [u8; NODES_MAX],
    /// For each node, how far its log is known to be the leader's; 0 where it does not lead.
    pub matched: [u8; NODES_MAX],
}

/// A snapshot of the state machine: what it has taken in. By Log Matching an index and a term name
/// all entries up to there, so nothing else of the state is needed.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base {
    /// The index of the last entry in it; 0 for none.
    pub index: u8,
    /// That entry's term.
    pub term: u8,
    /// Who votes after it; for none, who votes at first.
    pub voters: Voters,
}

/// What a node does.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// It follows, whether or not somebody leads.
    #[default]
    Follower,
    /// It wants to lead. A pre-candidate follows, in this model.
    Candidate,
    /// It leads its term.
    Leader,
}

/// An entry of a log.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The term in which a leader created it.
    pub term: u8,
    /// What it says.
    pub content: Content,
}

/// What an entry says.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Nothing: the entry that a new leader begins its term with, where [`Rules::empty_entry`] says
    /// so.
    ///
    /// [`Rules::empty_entry`]: super::Rules::empty_entry
    #[default]
    Empty,
    /// What a client wants: the number of its request, from 1.
    Request(u8),
    /// Who votes from here on.
    Voters(Voters),
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
        /// The index of it.
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
    /// A leader's snapshot, for a log that ends before the leader's begins.
    Install(Base),
}

impl Default for Body {
    fn default() -> Body {
        Body::Voted { granted: false }
    }
}

impl Server {
    /// The term of what stands at an index; 0 below the first entry.
    #[inline]
    pub(super) fn term_at(&self, index: u8) -> u8 {
        match index.checked_sub(self.base.index) {
            Some(0) => self.base.term,
            Some(above) => self.log[above as usize - 1].term,
            None => 0,
        }
    }

    /// The entry at an index, where it is not in the snapshot.
    #[inline]
    pub(super) fn entry(&self, index: u8) -> Option<Entry> {
        let above = index.checked_sub(self.base.index + 1)?;
        self.log.get(above as usize).copied()
    }

    /// The index of its last entry, or of the last one that its snapshot contains.
    #[inline]
    pub(super) fn last(&self) -> u8 {
        self.base.index + self.log.len() as u8
    }

    /// Whether it holds the entry of this index and term.
    #[inline]
    pub(super) fn holds(&self, index: u8, term: u8) -> bool {
        let known = self.base.index <= index && index <= self.last();
        rules::fits(known.then(|| self.term_at(index).into()), term.into()).is_ok()
    }

    /// The configuration that stands last in its log up to an index, and where it stands; in the
    /// snapshot, where there is none.
    #[inline]
    pub(super) fn voters_at(&self, index: u8) -> (u8, Voters) {
        let upto = index.saturating_sub(self.base.index) as usize;
        let mut log = self.log[..upto].iter().enumerate().rev();
        let found = log.find_map(|(place, entry)| match entry.content {
            Content::Voters(voters) => Some((self.base.index + 1 + place as u8, voters)),
            _ => None,
        });
        found.unwrap_or((self.base.index, self.base.voters))
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
