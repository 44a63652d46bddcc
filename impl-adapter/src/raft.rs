//! What every Raft adapter shares: how it is set up, and what it shows of itself.

use schism::{NodeId, Role};
use std::fmt;
use std::time::Duration;

pub mod clock;
pub mod detail;
pub mod hooks;
pub mod log;
pub mod machine;
pub mod members;
pub mod message;
pub mod raft_rs;
pub mod reads;
pub mod storage;
pub mod told;
pub mod wal;

#[cfg(test)]
pub(crate) mod tests;

/// How a Raft node is set up; the same on every node of a cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// Whether a node asks if it could win before it disturbs a leader (Raft thesis 9.6).
    pub pre_vote: bool,
    /// Whether a leader that has lost touch with a quorum steps down.
    pub check_quorum: bool,
    /// Whether a leader answers reads on the strength of its clock alone, without asking a quorum
    /// (Raft thesis 6.4.1). It needs `check_quorum`, and is no claim to survive clocks that differ.
    pub lease_reads: bool,
    /// The unit of all other times.
    pub tick: Duration,
    /// The shortest election timeout, in ticks; the longest is just below twice as much.
    pub election_ticks: u32,
    /// The time between two heartbeats, in ticks.
    pub heartbeat_ticks: u32,
    /// How many nodes vote at the start, the lowest ones, where who votes can change while the
    /// cluster runs; `None` where all nodes vote for good.
    pub voters_at_start: Option<u32>,
    /// After so many entries a node takes a snapshot of its state and forgets the log behind it;
    /// `None` where it keeps the whole log.
    pub snapshot_every: Option<u64>,
    /// A node does not wait for its disk: what it writes is synced within this time, drawn anew for
    /// each sync, and it handles other events meanwhile; `None` where it waits for each sync.
    pub sync_within: Option<Duration>,
    /// Whether the library's limits are so tight that each of them is met: on what goes into a
    /// message, on messages on their way, on what may wait for its commit, and on what is applied
    /// at once; with appends in batches, and followers that learn of a commit from the next message
    /// that goes out anyway.
    pub tight: bool,
    /// Whether a node is woken for each tick, instead of those at which it does something: slower,
    /// and the library cannot tell the difference. (Crash points and noise can: they count events.)
    pub every_tick: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            pre_vote: true,
            check_quorum: true,
            lease_reads: false,
            tick: Duration::from_millis(10),
            election_ticks: 10,
            heartbeat_ticks: 2,
            voters_at_start: None,
            snapshot_every: None,
            sync_within: None,
            tight: false,
            every_tick: false,
        }
    }
}

impl Config {
    /// Whether its state machine may lag behind what is committed by more than a moment: it is then
    /// claimed to survive `stall-apply`.
    #[must_use]
    pub const fn lags(&self) -> bool {
        self.tight || self.sync_within.is_some()
    }
}

/// What a node asks to be woken for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Timer {
    /// The next tick at which something is to be done.
    Tick,
    /// Reads that are not confirmed yet.
    Reads,
    /// What was written is to be made durable.
    Sync,
    /// The state machine goes on.
    Apply,
}

/// What a node shows of itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status {
    /// Who.
    pub id: NodeId,
    /// Its term, durable or not.
    pub term: u64,
    /// The part that it plays.
    pub role: Role,
    /// Whom it voted for in its term.
    pub vote: Option<NodeId>,
    /// Whom it takes for the leader of its term.
    pub leader: Option<NodeId>,
    /// Up to where it knows the log to be committed.
    pub commit: u64,
    /// Up to where its state machine has taken the log in.
    pub applied: u64,
    /// The index of the last entry in its log, durable or not.
    pub last_index: u64,
    /// How many clients' requests wait for it.
    pub pending: usize,
}

impl Status {
    /// Whether it believes that it leads.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.role.leads()
    }
}

impl fmt::Debug for Status {
    /// As a reader wants it: `leader of t2, votes n1, committed 3, applied 3, log to 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of t{}", self.role.name, self.role.term)?;
        if self.term != self.role.term {
            write!(f, " in t{}", self.term)?;
        }
        if let Some(vote) = self.vote {
            write!(f, ", votes {vote}")?;
        }
        match self.leader {
            Some(leader) if leader != self.id => write!(f, ", follows {leader}")?,
            Some(_) => {}
            None => f.write_str(", knows no leader")?,
        }
        let Status { commit, applied, last_index, pending, .. } = self;
        write!(f, ", committed {commit}, applied {applied}, log to {last_index}")?;
        if *pending > 0 { write!(f, ", {pending} requests wait") } else { Ok(()) }
    }
}

/// The id of a library that counts nodes in `u64` and takes 0 for nobody.
fn someone(id: u64) -> Option<NodeId> {
    (id != 0).then(|| NodeId::from(id))
}
