//! A cluster on the crate `foca`, at either of two releases: members that watch each other go in,
//! who sees whom and how much is sent comes out.
//!
//! The one idea: one source for both releases. `swim/member.rs` is compiled twice, each time with
//! another crate by the name of `foca` above it.

use schism::check::Check;
use schism::schedule::Timing;
use schism::{Nemesis, Node};
use std::time::Duration;

pub mod v0_11;
pub mod v0_12;

/// How often a member is probed. All times of the library are a tenth of `Config::simple`'s, so
/// that the faults of a run meet it as they would meet a slower one in a longer run.
pub const PROBE_PERIOD: Duration = Duration::from_millis(150);
/// How long the answer to a probe may take.
pub const PROBE_RTT: Duration = Duration::from_millis(50);
/// How long a suspect has to refute it.
pub const SUSPECT_TO_DOWN: Duration = Duration::from_millis(300);
/// How often a member that misses others announces itself to them.
pub const ANNOUNCE: Duration = Duration::from_millis(500);

/// The most messages that a member may send in a second: twice what three members without the bug
/// ever came to.
pub const SENT_MAX: usize = 80;

/// What a member shows of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// How many other members it sees.
    pub sees: usize,
    /// How many messages it sent within the last second.
    pub sent: usize,
}

/// What is asked of the members first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Demand {
    /// That none of them floods the network.
    Load,
    /// That they find each other again when the network is whole.
    Convergence,
}

/// The exhibit: a partition must neither flood the network nor part the members for ever.
pub fn exhibit<N: Node<View = Status>>(demand: Demand, check: Check<N>) -> Check<N> {
    // Long enough for a partition that is the last step to be noticed on both its sides.
    let timing = Timing { linger: Duration::from_secs(2), ..Timing::DEFAULT };
    let check = check.survives(Nemesis::new().partitions()).timing(timing);
    match demand {
        Demand::Convergence => check,
        Demand::Load => {
            let name = format!("no member sends more than {SENT_MAX} messages in a second");
            check.always(&name, |member| member.sent <= SENT_MAX)
        }
    }
}
