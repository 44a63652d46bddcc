//! What the in-sync-replica model's states are made of, and where they mention nodes. Plain data.

use std::fmt;

use crate::reference::list::List;
use crate::reference::replication::recall::Past;
use crate::reference::symmetry::{Names, Renamed, renamed_number, renamed_set};
use crate::reference::{Clause, raft};

/// A state of the replicas, their controller and the network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// The replicas.
    pub replicas: List<Replica, { raft::NODES_MAX }>,
    /// What the controller has decided. It is one machine that never fails: how it is itself
    /// replicated is the matter of another protocol.
    pub controller: Controller,
    /// What is on its way, in order.
    pub network: List<Message, { raft::MESSAGES_MAX }>,
    /// How often clients have asked.
    pub requests: u8,
    /// How often replicas have restarted with all that they had written.
    pub restarts: u8,
    /// How often replicas have restarted without some of it.
    pub losses: u8,
    /// What the replicas told so far.
    pub past: Past,
    /// The clause that the step to this state broke.
    pub broken: Option<Clause>,
}

/// What the controller has decided.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Controller {
    /// The leader's epoch.
    pub epoch: u8,
    /// The number of the leader; 0 for none.
    pub leader: u8,
    /// The replicas that are in sync: bit 0 is n1.
    pub in_sync: u8,
    /// Replicas that fell out of sync while no more could be committed: they hold all that is.
    pub eligible: u8,
}

/// One replica.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Replica {
    /// The epoch that it knows of.
    pub epoch: u8,
    /// Whether it leads that epoch.
    pub leads: bool,
    /// Its log.
    pub log: List<Entry, { raft::REQUESTS_MAX }>,
    /// Its high watermark: how far the log is committed, as far as it knows.
    pub watermark: u8,
    /// Of a leader: who is in sync, as far as it knows.
    pub in_sync: u8,
    /// Of a leader: how far each replica's log is its own.
    pub ends: [u8; raft::NODES_MAX],
}

/// An entry of a log.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The epoch in which a leader took it.
    pub epoch: u8,
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
    /// The sender's epoch.
    pub epoch: u8,
    /// What it says.
    pub body: Body,
}

/// What a message says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Body {
    /// A follower asks for what comes after its log.
    Fetch {
        /// The length of its log.
        end: u8,
        /// The epoch of its last entry.
        last_epoch: u8,
    },
    /// A leader sends it.
    Records {
        /// The length of the log that it continues.
        base: u8,
        /// At most one entry.
        entry: Option<Entry>,
        /// The leader's high watermark.
        watermark: u8,
    },
    /// The logs differ above this index.
    Diverged {
        /// The index.
        end: u8,
    },
}

impl Default for Body {
    fn default() -> Body {
        Body::Diverged { end: 0 }
    }
}

impl Replica {
    /// The length of its log.
    #[inline]
    pub(super) fn end(&self) -> u8 {
        self.log.len() as u8
    }

    /// The epoch of the last entry of the log's first part.
    #[inline]
    pub(super) fn epoch_at(&self, end: u8) -> u8 {
        if end == 0 { 0 } else { self.log[end as usize - 1].epoch }
    }
}

impl Renamed for State {
    fn nodes(&self) -> usize {
        self.replicas.len()
    }

    fn renamed(&self, names: &Names) -> State {
        let mut state = *self;
        for (replica, name) in self.replicas.iter().zip(names) {
            let mut new = *replica;
            new.in_sync = renamed_set(replica.in_sync, names);
            for (end, name) in replica.ends.iter().zip(names).take(self.replicas.len()) {
                new.ends[*name as usize] = *end;
            }
            state.replicas[*name as usize] = new;
        }
        let Controller { epoch, leader, in_sync, eligible } = self.controller;
        state.controller = Controller {
            epoch,
            leader: renamed_number(leader, names),
            in_sync: renamed_set(in_sync, names),
            eligible: renamed_set(eligible, names),
        };
        for (message, old) in state.network.iter_mut().zip(self.network.iter()) {
            let (from, to) = (names[old.from as usize], names[old.to as usize]);
            *message = Message { from, to, ..*old };
        }
        state.network.sort_unstable();
        state.past = self.past.renamed(names);
        state
    }
}

/// A set of nodes, for readers.
struct Set(u8);

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = (0..8).filter(|place| self.0 >> place & 1 == 1);
        f.debug_set().entries(all.map(|place| Name(place + 1))).finish()
    }
}

struct Name(u8);

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

impl fmt::Debug for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leader =
            if self.leader == 0 { "nobody".to_owned() } else { format!("n{}", self.leader) };
        let (in_sync, eligible) = (Set(self.in_sync), Set(self.eligible));
        write!(f, "e{} led by {leader}, in sync {in_sync:?}, eligible {eligible:?}", self.epoch)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c0#{} of e{}", self.request - 1, self.epoch)
    }
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = if self.leads { "leads" } else { "follows in" };
        write!(f, "{role} e{} log {:?} committed {}", self.epoch, self.log, self.watermark)?;
        if self.leads {
            write!(f, " in sync {:?} ends {:?}", Set(self.in_sync), self.ends)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{} -> n{} e{} ", self.from + 1, self.to + 1, self.epoch)?;
        match self.body {
            Body::Fetch { end, last_epoch } => write!(f, "fetch after {end} of e{last_epoch}"),
            Body::Records { base, entry, watermark } => {
                write!(f, "after {base} ")?;
                match entry {
                    Some(entry) => write!(f, "{entry:?}")?,
                    None => write!(f, "nothing")?,
                }
                write!(f, " committed {watermark}")
            }
            Body::Diverged { end } => write!(f, "logs differ after {end}"),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entry(&format_args!("controller"), &self.controller);
        for (place, replica) in self.replicas.iter().enumerate() {
            map.entry(&format_args!("n{}", place + 1), replica);
        }
        for message in self.network.iter() {
            map.entry(&format_args!("on its way"), message);
        }
        map.entry(&format_args!("restarts"), &self.restarts);
        map.entry(&format_args!("restarts with a loss"), &self.losses);
        map.entry(&format_args!("told so far"), &self.past);
        if let Some(clause) = self.broken {
            map.entry(&format_args!("broken"), &clause);
        }
        map.finish()
    }
}
