//! The clauses on who votes: which configurations there are, that their quorums overlap, and what a
//! majority is. Configurations come in as they are told; a quorum that was needed goes out as yes
//! or no; see `replication.rs`.
//!
//! Nodes apply a change each in its own time, so they go by different configurations for a while,
//! and a quorum is that of the node which needed it. A configuration is replicated state like any
//! other: after the same index it is the same on every node (Raft thesis, chapter 4).

use super::log::Place;
use super::replication::{Cluster, INDEX_MAX, Member, Step, refuse};
use super::{Against, Clause};
use crate::fact::{Config, Nodes, Told};
use crate::id::NodeId;
use crate::seed::StableHasher;
use crate::time::Time;
use std::hash::Hash;

/// A configuration that was told, and who told it first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Installed {
    index: u64,
    config: Config,
    /// The entry that brought it, where that is known.
    place: Place,
    /// Nobody who told it had applied it: another entry may yet take its place.
    early: bool,
    node: NodeId,
    time: Time,
}

/// The votes of a term for one candidate.
#[derive(Clone, Copy, Debug)]
struct Ballot {
    term: u64,
    candidate: NodeId,
    voters: u64,
}

/// What was told of configurations; empty where nobody tells any, and then all nodes vote.
#[derive(Clone, Debug, Default)]
pub(super) struct Configurations {
    /// By index.
    told: Vec<Installed>,
    /// In the order of their first votes.
    ballots: Vec<Ballot>,
    /// The highest term in which anybody was when the first configuration was told: votes of up to
    /// there were not counted.
    uncounted: u64,
}

/// By which configuration a node goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// The index that brought it, and what it is, where that was told since the node came up or
    /// took in a snapshot.
    now: Option<(u64, Config)>,
    /// Where it stood when it told a commit last: what it commits next is by this configuration, or
    /// by one that it has passed through since.
    at_commit: u64,
    /// The same of its latest term, for being elected.
    at_term: u64,
    /// Up to which index it had applied the log before the event in which it last told so, and when
    /// that was. Changes of the same event may be told after all that it applied.
    passed: u64,
    event: Time,
    /// Whether it ever told a configuration.
    tells: bool,
    /// Whether it ever told a vote.
    votes: bool,
}

impl Standing {
    /// That of a node which goes by a configuration and told all of its votes.
    pub(super) fn recalled(since: u64, config: Config) -> Standing {
        let (at_commit, at_term) = (since, since);
        let now = Some((since, config));
        Standing { now, at_commit, at_term, tells: true, votes: true, ..Standing::default() }
    }

    /// The node came up, or took in another node's state, which stands at this index.
    pub(super) fn restart(&mut self, applied: u64, event: Time) {
        (self.now, self.at_commit) = (None, 0);
        (self.passed, self.event) = (applied, event);
    }

    /// All that a later fact of the node can meet.
    pub(super) fn hash_into(&self, hasher: &mut StableHasher) {
        (self.now, self.at_commit, self.at_term, self.passed).hash(hasher);
        (self.tells, self.votes).hash(hasher);
    }

    /// The node stands at this index, and tells something more of it in this event.
    #[inline]
    fn passes(&mut self, applied: Option<u64>, event: Time) {
        if self.event != event {
            (self.passed, self.event) = (applied.unwrap_or(0), event);
        }
    }
}

impl Configurations {
    /// All that a later fact can meet.
    pub(super) fn hash_into(&self, hasher: &mut StableHasher) {
        for told in &self.told {
            (told.index, told.config).hash(hasher);
        }
        let ballots = self.ballots.iter().map(|one| (one.term, one.candidate, one.voters));
        let mut ballots: Vec<_> = ballots.collect();
        ballots.sort_unstable();
        (ballots, self.uncounted).hash(hasher);
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// A configuration that was applied between two indices, the lower one excluded, and is not
    /// this one.
    fn other_between(&self, low: u64, high: u64, config: Config) -> Option<&Installed> {
        let between = |other: &&Installed| low < other.index && other.index <= high;
        self.told.iter().filter(between).find(|other| !other.early && other.config != config)
    }

    /// Another configuration at the same index: of the same entry, or both were applied.
    fn clash(&self, new: &Installed) -> Option<&Installed> {
        let same_entry = |other: &Installed| new.place.known() && other.place == new.place;
        let both = |other: &&Installed| same_entry(other) || !(other.early || new.early);
        let mut at = self.told.iter().filter(|other| other.index == new.index);
        at.find(|other| other.config != new.config && both(other))
    }

    /// Takes one in, if it is new.
    fn take(&mut self, new: Installed) {
        let first = self.told.partition_point(|other| other.index < new.index);
        let mut at = self.told[first..].iter_mut().take_while(|other| other.index == new.index);
        match at.find(|other| other.config == new.config) {
            Some(known) => known.early &= new.early,
            None => self.told.insert(first, new),
        }
    }
}

impl Cluster {
    pub(super) fn configured(
        &mut self,
        who: usize,
        told: &Told,
        index: u64,
        config: Config,
    ) -> Step {
        if index > INDEX_MAX || config.voters.is_empty() {
            return Ok(());
        }
        let Member { applied, log, tells_applied, .. } = &self.members[who];
        let place = if index == 0 { Place::ROOT } else { log.at(index) };
        // Who shows neither what it holds nor what it applies may have applied this.
        let shows = place.known() || *tells_applied;
        let early = shows && applied.is_some_and(|applied| applied < index);
        let new = Installed { index, config, place, early, node: told.node, time: told.time };
        if let Some(other) = self.configs.clash(&new) {
            return refuse(Clause::OneConfiguration, told, Against::configuration(other));
        }
        if self.configs.is_empty() {
            self.configs.uncounted = self.members.iter().map(|m| m.term).max().unwrap_or(0);
        }
        // What the node has applied already may have brought it to a later one.
        let member = &mut self.members[who];
        member.standing.passes(member.applied, told.time);
        let passed = member.standing.passed;
        if let Some(other) = self.configs.other_between(index, passed, config) {
            return refuse(Clause::OneConfiguration, told, Against::configuration(other));
        }
        // One in the place of another that was only in the log does not follow on that.
        let before = self.members[who].standing.now;
        if let Some((before, old)) = before.filter(|(before, _)| *before < index)
            && !always_overlap(&old, &config)
        {
            let against = Against::Configuration { index: before, config: old, first: None };
            return refuse(Clause::QuorumsIntersect, told, against);
        }
        self.configs.take(new);
        let standing = &mut self.members[who].standing;
        if standing.now.is_none() {
            standing.at_commit = index;
        }
        standing.at_commit = standing.at_commit.min(index);
        standing.at_term = standing.at_term.min(index);
        standing.now = Some((index, config));
        standing.tells = true;
        Ok(())
    }

    /// What the node at this place told of who votes, if it stands there now and had these votes.
    pub(super) fn recall_voters(&mut self, who: usize, voters: u8) {
        let member = &self.members[who];
        let Some((index, config)) = member.standing.now else { return };
        let (node, term) = (NodeId::at(who), member.term);
        let early = member.applied.is_some_and(|applied| applied < index);
        let (place, time) = (Place::UNKNOWN, Time::ZERO);
        self.configs.take(Installed { index, config, place, early, node, time });
        if voters > 0 {
            let voters = voters.into();
            self.configs.ballots.push(Ballot { term, candidate: node, voters });
        }
    }

    /// The node applies more of the log, so that it goes by all changes that it applied in earlier
    /// events. Whether it told them.
    #[inline]
    pub(super) fn goes_by(&mut self, who: usize, told: &Told) -> Step {
        let Some(last) = self.configs.told.last() else { return Ok(()) };
        let member = &mut self.members[who];
        member.standing.passes(member.applied, told.time);
        if let Some((since, config)) = member.standing.now
            && last.index > since
            && let Some(other) = self.configs.other_between(since, member.standing.passed, config)
        {
            return refuse(Clause::OneConfiguration, told, Against::configuration(other));
        }
        Ok(())
    }

    /// Whether these nodes are enough for `who` to take an entry for committed. A leader counts by
    /// a configuration that it went by; who was told of the commit does not show by which, so any
    /// that is known will do, and where a node is silent about its own there is no telling.
    pub(super) fn may_commit(&self, who: usize, leads: bool, nodes: u64) -> bool {
        let standing = &self.members[who].standing;
        match standing.now.filter(|_| leads) {
            Some((now, _)) => self.any_within(standing.at_commit, now, nodes),
            None if self.members.iter().all(|member| member.standing.tells) => {
                self.any_within(0, u64::MAX, nodes)
            }
            None => true,
        }
    }

    /// The configuration that a refused commit is held against: the node's own, or the newest.
    pub(super) fn held_against(&self, who: usize) -> Option<(u64, Config)> {
        let newest = self.configs.told.last().map(|last| (last.index, last.config));
        self.members[who].standing.now.or(newest)
    }

    fn any_within(&self, low: u64, high: u64, nodes: u64) -> bool {
        let within = |other: &&Installed| low <= other.index && other.index <= high;
        self.configs.told.iter().filter(within).any(|other| is_quorum(&other.config, nodes))
    }

    /// The node has told a commit.
    #[inline]
    pub(super) fn has_committed(&mut self, who: usize) {
        let standing = &mut self.members[who].standing;
        if let Some((now, _)) = standing.now {
            standing.at_commit = now;
        }
    }

    /// The node is in a new term.
    #[inline]
    pub(super) fn new_term(&mut self, who: usize) {
        let standing = &mut self.members[who].standing;
        standing.at_term = standing.now.map_or(0, |(now, _)| now);
    }

    /// The node gave its vote, or repeats that it did.
    pub(super) fn voted(&mut self, who: usize, term: u64, candidate: NodeId) {
        self.members[who].standing.votes = true;
        if self.configs.is_empty() {
            return;
        }
        let bit = 1_u64.checked_shl(who as u32).unwrap_or(0);
        let mut ballots = self.configs.ballots.iter_mut().rev();
        match ballots.find(|ballot| ballot.term == term && ballot.candidate == candidate) {
            Some(ballot) => ballot.voters |= bit,
            None => self.configs.ballots.push(Ballot { term, candidate, voters: bit }),
        }
    }

    /// Whether a majority may have voted for the leader of a term: it told so, or tells no votes.
    pub(super) fn enough_votes(&self, who: usize, told: &Told, term: u64) -> Step {
        let standing = &self.members[who].standing;
        let Some((now, config)) = standing.now else { return Ok(()) };
        let mut nodes = 1_u64.checked_shl(who as u32).unwrap_or(0);
        for (node, member) in self.members.iter().enumerate() {
            nodes |= u64::from(!member.standing.votes).checked_shl(node as u32).unwrap_or(0);
        }
        let own = |ballot: &&Ballot| ballot.term == term && ballot.candidate == told.node;
        nodes |= self.configs.ballots.iter().rev().find(own).map_or(0, |ballot| ballot.voters);
        let unsure = term <= self.configs.uncounted || self.members.len() > 64;
        if unsure || self.any_within(standing.at_term, now, nodes) {
            return Ok(());
        }
        let against = Against::Voters { entry: None, holders: nodes, index: now, config };
        refuse(Clause::ElectionNeedsQuorum, told, against)
    }
}

impl Against {
    fn configuration(other: &Installed) -> Against {
        let Installed { index, config, node, time, .. } = *other;
        Against::Configuration { index, config, first: Some((node, time)) }
    }
}

/// Whether these nodes are a majority of the voters, and of the outgoing ones where there are any.
fn is_quorum(config: &Config, nodes: u64) -> bool {
    let most =
        |voters: Nodes| voters.is_empty() || 2 * (voters.0 & nodes).count_ones() > voters.len();
    most(config.voters) && most(config.outgoing)
}

/// More voters than this are not looked at.
const VOTERS_MAX: u32 = 12;

/// Whether every quorum of the one has a node in common with every quorum of the other: no set of
/// voters is one, while those that are left are the other.
fn always_overlap(one: &Config, other: &Config) -> bool {
    let halves = |config: &Config| config.voters.0 | config.outgoing.0;
    let all = halves(one) | halves(other);
    if all.count_ones() > VOTERS_MAX {
        return true;
    }
    let mut some = all;
    loop {
        if is_quorum(one, some) && is_quorum(other, all & !some) {
            return false;
        }
        if some == 0 {
            return true;
        }
        some = (some - 1) & all;
    }
}
