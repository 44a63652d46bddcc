//! How the library is set up, and the one thing in it that is random: its election timeout.

use crate::raft::Config;
use crate::raft::storage::Store;
use ::raft::{NO_LIMIT, Raft, ReadOnlyOption, StateRole};
use schism::{Io, Node};

/// The election timeout of a term and role, in ticks.
pub(super) struct Jitter {
    of: (u64, StateRole),
    ticks: usize,
}

impl Jitter {
    pub(super) const fn new() -> Jitter {
        Jitter { of: (u64::MAX, StateRole::Follower), ticks: 0 }
    }

    /// The library draws its election timeout from the thread's generator whenever it changes its
    /// role or term. This puts a number in its place that belongs to the term and role: the same
    /// each time.
    pub(super) fn overwrite<N: Node>(
        &mut self,
        raft: &mut Raft<Store>,
        election_ticks: u32,
        io: &Io<N>,
    ) {
        let now = (raft.term, raft.state);
        if self.of != now {
            let draw = io.draw((now.0, now.1 as u8));
            *self = Jitter {
                of: now,
                ticks: (election_ticks + (draw % u64::from(election_ticks)) as u32) as usize,
            };
        }
        raft.set_randomized_election_timeout(self.ticks);
    }
}

/// Two entries of the log with a put each as they are encoded, or three puts alone.
const TIGHT: u64 = 80;

pub(super) fn library_config<N: Node>(config: Config, applied: u64, io: &Io<N>) -> ::raft::Config {
    ::raft::Config {
        id: io.id().into(),
        election_tick: config.election_ticks as usize,
        heartbeat_tick: config.heartbeat_ticks as usize,
        max_size_per_msg: if config.tight { TIGHT } else { 1 << 20 },
        max_inflight_msgs: if config.tight { 2 } else { 256 },
        max_uncommitted_size: if config.tight { TIGHT } else { NO_LIMIT },
        max_committed_size_per_ready: if config.tight { TIGHT } else { NO_LIMIT },
        batch_append: config.tight,
        skip_bcast_commit: config.tight,
        check_quorum: config.check_quorum,
        pre_vote: config.pre_vote,
        read_only_option: if config.lease_reads {
            ReadOnlyOption::LeaseBased
        } else {
            ReadOnlyOption::Safe
        },
        // The state machine is in memory alone, built anew from the last snapshot and the log.
        applied,
        ..Default::default()
    }
}
