//! What the `schism` command can check: the adapters, each with its claim, and their mutants with
//! the same one.

use crate::mutants::{self, Card};
use crate::raft::raft_rs::{self, Server};
use crate::raft::{Config, members};
use crate::scenarios;
use crate::swim;
use crate::swim::foca::{Member, boot};
use crate::swim::hooks::Hooks;
use schism::check::Check;
use schism::cli::Cli;
use schism::fault::Kind;
use schism::judge::Membership;
use schism::judge::membership::Bounds;
use schism::judge::refines::Raft;
use schism::reference::raft::coverage::Coverage;
use schism::schedule::Timing;
use schism::{Io, Nemesis, Node, check};
use std::time::Duration;

/// In a calm network a write takes 20 ms; what goes wrong with its messages is made good within
/// some heartbeats.
pub const AVAILABLE: Duration = Duration::from_millis(100);

/// Within this time a server that does not wait for its disk syncs what it wrote.
pub const SYNC_WITHIN: Duration = Duration::from_millis(20);

/// A state machine stands still for so many milliseconds at most.
pub const STALL: u64 = 150;

/// The clusters of raft-rs in which all nodes vote.
const RAFT: [(&str, &str); 5] = [
    ("raft-rs", "raft 0.7.0 with pre-vote and check-quorum, reads by ReadIndex"),
    (
        "raft-rs-compacts",
        "the same with a snapshot after every eight entries, and no log behind it",
    ),
    ("raft-rs-async", "the same as raft-rs-compacts, and a server does not wait for its disk"),
    ("raft-rs-tight", "the same as raft-rs, with limits so low that each of them is met"),
    ("raft-rs-plain", "the same as raft-rs without pre-vote and check-quorum"),
];

const SNAPSHOT_EVERY: Option<u64> = Some(8);

/// How a cluster of this name is set up, where all else is so.
pub(crate) fn raft(name: &str, raft: Config) -> Option<Config> {
    let compacts = Config { snapshot_every: SNAPSHOT_EVERY, ..raft };
    Some(match name {
        "raft-rs" => raft,
        "raft-rs-compacts" => compacts,
        "raft-rs-async" => Config { sync_within: Some(SYNC_WITHIN), ..compacts },
        "raft-rs-tight" => Config { tight: true, ..raft },
        "raft-rs-plain" => Config { pre_vote: false, check_quorum: false, ..raft },
        _ => return None,
    })
}

/// Adds all targets and mutants to a command line.
pub fn register(mut cli: Cli) -> Cli {
    let raft = Config::default();
    for (name, about) in RAFT {
        if let Some(config) = self::raft(name, raft) {
            cli = cli.check(name, about, modelled(claimed(config), config));
        }
    }
    let compacts = Config { snapshot_every: SNAPSHOT_EVERY, ..raft };
    let three = Config { voters_at_start: Some(3), ..raft };
    let one = Config { voters_at_start: Some(1), ..compacts };
    cli = cli
        .check(
            "raft-rs-members",
            "the same as raft-rs, with three voters of five at first, and an administrator",
            members(three),
        )
        .check(
            "raft-rs-grows",
            "the same, with one voter at first, and snapshots as in raft-rs-compacts",
            members(one),
        )
        .check(
            "raft-rs-all",
            "the same as raft-rs-grows, with low limits and without waiting for a disk",
            members(Config { tight: true, sync_within: Some(SYNC_WITHIN), ..one }),
        );
    for mutant in mutants::raft::all() {
        let check = planted(mutant, Config::default());
        cli = canary(cli, mutant.card, check);
    }
    cli = group(cli);
    for scenario in scenarios::all() {
        cli = cli.scenario(scenario.target, scenario.name, scenario.text);
    }
    cli.tour("raft-rs", "PM09").canary("PM10")
}

/// What a cluster of raft-rs survives: its messages travel with checksums, and its clients have
/// sessions, so corrupt messages and requests that come more than once are no trouble either.
#[must_use]
pub fn claim() -> Nemesis {
    Nemesis::everything().corruption().retries()
}

/// The same with state machines that stand still for a while.
#[must_use]
pub fn stalls(claim: Nemesis) -> Nemesis {
    claim.own("stall-apply", 1..=STALL)
}

/// A cluster of which all is claimed.
pub(crate) fn claimed(config: Config) -> Check<Server> {
    let claim = if config.lags() { stalls(claim()) } else { claim() };
    let check = check(raft_rs::boot(config)).survives(claim);
    check.linearizable().available(available(config))
}

/// Within this time a leader that nothing is in the way of has done a write: [`AVAILABLE`], where
/// all times are as they are unless said.
#[must_use]
pub fn available(config: Config) -> Duration {
    config.tick * 10
}

/// A cluster of five of which all is claimed, with an administrator who changes who votes.
fn members(config: Config) -> Check<Server> {
    let claim = members::claim(Nemesis::everything(), 5);
    let claim = if config.lags() { stalls(claim) } else { claim };
    let check = check(raft_rs::boot(config)).nodes(5).survives(claim);
    let check = check.modelled(Coverage::CHANGES).modelled(Coverage::JOINT);
    modelled(check.linearizable().available(available(config)), config)
}

/// With what its configuration has of the model.
fn modelled(check: Check<Server>, config: Config) -> Check<Server> {
    if config.snapshot_every.is_some() { check.modelled(Coverage::SNAPSHOTS) } else { check }
}

/// A cluster of a mutant, of which all is claimed that is claimed of the healthy one.
pub(crate) fn planted(
    mutant: &'static mutants::raft::Mutant,
    config: Config,
) -> Check<mutants::raft::Broken> {
    let check = check(mutant.boot(config)).survives(mutant.claim());
    let check = check.linearizable().available(available(config));
    if mutant.is_refined() { check.refines(Raft) } else { check }
}

/// Adds a mutant, by its card.
fn canary<N: Node>(cli: Cli, card: Card, check: Check<N>) -> Cli {
    cli.mutant(card.id, card.sentence, card.caught_by, card.known_steps, check.nodes(card.nodes))
}

/// Long enough for a fault that comes last to be noticed by all.
pub const NOTICED: Duration = Duration::from_millis(2_000);

/// Adds the groups of members.
fn group(cli: Cli) -> Cli {
    let swim = swim::Config::default();
    // Nobody is a member before a client asks, so each may be the one that the next one finds.
    let grows = swim::Config { joins: false, contacts: u32::MAX, ..swim };
    let mut cli = cli
        .check(
            "foca",
            "foca 2.0.0: SWIM with suspicion; members join, leave and tell",
            members_of(swim, boot(swim)),
        )
        .check("foca-five", "the same with five members", members_of(swim, boot(swim)).nodes(5))
        .check(
            "foca-grows",
            "the same with five nodes, none of which is a member before a client asks it to be",
            members_of(grows, boot(grows)).nodes(5),
        );
    for mutant in mutants::swim::all() {
        let check = members_of(swim, mutant.boot(swim));
        cli = canary(cli, mutant.card, check);
    }
    cli
}

/// A group of which all is claimed that needs no disk.
pub(crate) fn members_of<H: Hooks>(
    config: swim::Config,
    boot: impl Fn(&mut Io<Member<H>>) -> Member<H> + Send + Sync + 'static,
) -> Check<Member<H>> {
    let timing = Timing { linger: NOTICED, ..Timing::DEFAULT };
    let check = check(boot).survives(gossip_claim()).timing(timing);
    check.property(Membership::scaled(move |nodes| bounds(config, nodes)))
}

/// What is demanded of a group of so many members.
#[must_use]
pub fn bounds(config: swim::Config, nodes: u32) -> Bounds {
    let (period, suspicion) = (config.period, config.suspicion(nodes));
    let fanout = swim::foca::library_config(config, nodes).periodic_gossip;
    let fanout =
        fanout.map_or(0, |gossip| u32::try_from(gossip.num_members.get()).unwrap_or(u32::MAX));
    Bounds { period, suspicion, spreading: period * 2, fanout, load: load(config, nodes) }
}

/// The most that a member of so many has reason to send in a period, by the library's
/// configuration, though all that can go wrong did so just before.
///
/// Of its own: a probe, and where it failed so many indirect ones; a round of gossip in each of its
/// intervals; an announcement to each contact, one to a member, and some to members that are down;
/// a note to whom it declares down, of which there is one for each probe; and where it comes back
/// by another name, a round of gossip about that.
///
/// For each other member: an answer to its probe; what is asked of a helper, which is a probe, and
/// the answer passed on; an answer to each helper that probes on its behalf; two feeds, since it
/// may announce itself to a contact and to who is down; and a note for each of the messages that it
/// sends here before it knows that it was declared down: a round of gossip in each interval, a
/// probe, a request for help and an announcement. Broadcasts travel with other messages.
///
/// And all of this twice, since what comes late, and its answers, can fall into the next period.
#[must_use]
pub fn load(config: swim::Config, nodes: u32) -> u64 {
    let library = swim::foca::library_config(config, nodes);
    let others = u64::from(nodes.saturating_sub(1));
    let helpers = (library.num_indirect_probes.get() as u64).min(others);
    let gossips = library.periodic_gossip.map_or((0, 0), |params| {
        let rounds = config.period.as_micros().div_ceil(params.frequency.as_micros().max(1));
        (rounds as u64, (params.num_members.get() as u64).min(others))
    });
    let (rounds, fan) = gossips;
    let seeks = library.periodic_announce_to_down_members;
    let seeks = seeks.map_or(0, |params| params.num_members.get() as u64).min(others);
    let announces = u64::from(config.contacts).min(others) + 1 + seeks;
    let own = 1 + helpers + rounds * fan + announces + 1 + helpers;
    let answers = 1 + 2 + helpers + 2 + (rounds + 3);
    2 * (own + others * answers)
}

/// What a group of members survives: they keep nothing on disk, and their packets travel with the
/// checksums of UDP.
#[must_use]
pub fn gossip_claim() -> Nemesis {
    Nemesis::everything().without(Kind::DiskErrors).corruption().retries()
}
