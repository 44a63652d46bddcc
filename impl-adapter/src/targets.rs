//! What the `schism` command can check: the adapters, each with its claim, and their mutants with
//! the same one.

use crate::mutants;
use crate::raft::{Config, members, raft_rs};
use schism::cli::Cli;
use schism::{Io, Nemesis, Node, check};
use std::time::Duration;

/// In a calm network a write takes 20 ms; what goes wrong with its messages is made good within
/// some heartbeats.
pub const AVAILABLE: Duration = Duration::from_millis(100);

/// Adds all targets and mutants to a command line.
pub fn register(cli: Cli) -> Cli {
    let plain = Config { pre_vote: false, check_quorum: false, ..Config::default() };
    let mut cli = cli
        .check(
            "raft-rs",
            "raft 0.7.0 with pre-vote and check-quorum, reads by ReadIndex",
            claimed(raft_rs::boot(Config::default())),
        )
        .check(
            "raft-rs-compacts",
            "the same with a snapshot after every eight entries, and no log behind it",
            claimed(raft_rs::boot(Config { snapshot_every: Some(8), ..Config::default() })),
        )
        .check(
            "raft-rs-plain",
            "the same without pre-vote and check-quorum",
            claimed(raft_rs::boot(plain)),
        )
        .check(
            "raft-rs-members",
            "the same as raft-rs, with three voters of five at first, and an administrator",
            members(raft_rs::boot(Config { voters_at_start: Some(3), ..Config::default() })),
        )
        .check(
            "raft-rs-grows",
            "the same, with one voter at first, and snapshots as in raft-rs-compacts",
            members(raft_rs::boot(Config {
                voters_at_start: Some(1),
                snapshot_every: Some(8),
                ..Config::default()
            })),
        );
    for mutant in mutants::all() {
        let check = check(mutant.boot(Config::default()));
        let check = check.nodes(mutant.nodes).survives(mutant.claim());
        let check = check.linearizable().available(AVAILABLE);
        cli = cli.mutant(mutant.id, mutant.sentence, mutant.caught_by, mutant.known_steps, check);
    }
    cli.tour("raft-rs", "PM09").canary("PM10")
}

/// What a cluster of raft-rs survives: its messages travel with checksums, and its clients have
/// sessions, so corrupt messages and requests that come more than once are no trouble either.
#[must_use]
pub fn claim() -> Nemesis {
    Nemesis::everything().corruption().retries()
}

/// A cluster of which all is claimed.
fn claimed<N: Node>(
    boot: impl Fn(&mut Io<N>) -> N + Send + Sync + 'static,
) -> schism::check::Check<N> {
    check(boot).survives(claim()).linearizable().available(AVAILABLE)
}

/// A cluster of five of which all is claimed, with an administrator who changes who votes.
fn members<N: Node>(
    boot: impl Fn(&mut Io<N>) -> N + Send + Sync + 'static,
) -> schism::check::Check<N> {
    let claim = members::claim(Nemesis::everything(), 5);
    check(boot).nodes(5).survives(claim).linearizable().available(AVAILABLE)
}
