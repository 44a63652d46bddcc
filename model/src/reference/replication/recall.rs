//! What a judge must remember, in a few bytes: a [`Cluster`] comes in and its [`Past`] goes out, or
//! the other way round. It knows no protocol.
//!
//! A state of an abstract model must hold what the nodes told on the way to it, or two ways to it
//! would be judged as one. Most of that the nodes themselves still show: their terms, votes, logs
//! and commits. The rest is the past. Times and first tellers are left out: they explain a refusal
//! and never cause one.

use std::fmt;

use super::super::commit::{Committed, FirstApplied};
use super::super::configuration::Standing;
use super::super::list::List;
use super::super::log::{Log, Place};
use super::super::requests::Effect;
use super::super::symmetry::{Names, renamed_number, renamed_set};
use super::{Cluster, Leader, Member};
use crate::fact::{Config, Entry, Fact, Told};
use crate::id::{ClientId, NodeId, RequestId};
use crate::time::Time;

pub(in crate::reference) mod content;
mod packed;

/// No term is higher.
const TERMS: usize = 8;
/// No index is higher, and no more entries are ever made.
const MOST: usize = 10;

/// What was told, beyond what the nodes still show.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Past {
    /// For each term from 1, the number of its leader; 0 for nobody.
    leaders: List<u8, TERMS>,
    /// Every entry that was ever durable, by index and term.
    entries: List<Ever, MOST>,
    /// What is committed, by index.
    committed: List<Agreed, MOST>,
    /// The requests of which a client was told that they succeeded: bit 0 is the first.
    acked: u8,
}

/// An entry that was durable somewhere, once.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Ever {
    index: u8,
    term: u8,
    /// What it says; see [`content`].
    content: u16,
    /// The term of the entry below it.
    below: u8,
    /// Who ever held it: bit 0 is n1.
    holders: u8,
}

/// An entry that is committed, and was applied.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Agreed {
    term: u8,
    content: u16,
    /// The lowest term of those who told it committed.
    by: u8,
}

/// What a node shows of itself.
pub(in crate::reference) struct Shows<Log> {
    pub(in crate::reference) term: u8,
    /// The number of whom it voted for; 0 for nobody.
    pub(in crate::reference) vote: u8,
    pub(in crate::reference) leads: bool,
    /// Where its snapshot ends, and the term there.
    pub(in crate::reference) base: (u8, u8),
    /// The terms of the entries of its log above that.
    pub(in crate::reference) log: Log,
    /// What it knows to be committed, and has applied.
    pub(in crate::reference) commit: u8,
    /// Where it tells by whom it goes: since which index, by whom, and who voted for it in its
    /// term.
    pub(in crate::reference) goes_by: Option<(u8, Config, u8)>,
}

impl Past {
    /// How many requests clients have made.
    #[inline]
    #[must_use]
    pub fn requests(&self) -> u8 {
        self.entries.iter().filter_map(|entry| content::request(entry.content)).max().unwrap_or(0)
    }

    /// How many entries there ever were.
    #[inline]
    pub(in crate::reference) fn entries(&self) -> usize {
        self.entries.len()
    }

    /// The number of who led a term; 0 for nobody.
    #[inline]
    #[must_use]
    pub fn leader(&self, term: u8) -> u8 {
        let place = usize::from(term).wrapping_sub(1);
        self.leaders.get(place).copied().unwrap_or(0)
    }

    /// The same with nodes renamed.
    #[inline]
    #[must_use]
    pub(in crate::reference) fn renamed(&self, names: &Names) -> Past {
        let mut past = *self;
        for leader in past.leaders.iter_mut() {
            *leader = renamed_number(*leader, names);
        }
        for ever in past.entries.iter_mut() {
            ever.holders = renamed_set(ever.holders, names);
            ever.content = content::renamed(ever.content, names);
        }
        for agreed in past.committed.iter_mut() {
            agreed.content = content::renamed(agreed.content, names);
        }
        past
    }
}

impl Cluster {
    /// A cluster in which these nodes told what they show, and what is in the past.
    pub(in crate::reference) fn recall<Log: Iterator<Item = u8>>(
        past: &Past,
        nodes: impl Iterator<Item = Shows<Log>>,
    ) -> Cluster {
        let mut cluster = Cluster::new(0);
        for ever in past.entries.iter() {
            let below = cluster.place(ever.index - 1, ever.below);
            let (index, entry) = (ever.index.into(), entry(ever.term, ever.content));
            let place = cluster.entries.add(index, entry, below, NodeId(0), Time::ZERO);
            cluster.entries.get_mut(place).holders = ever.holders.into();
        }
        for shows in nodes {
            let member = Cluster::member(&shows);
            let log = cluster.recall_log(shows.base, shows.log);
            cluster.members.push(Member { log, ..member });
            if let Some((.., voters)) = shows.goes_by {
                cluster.recall_voters(cluster.members.len() - 1, voters);
            }
        }
        for (term, leader) in (1..).zip(past.leaders.iter()).filter(|(_, leader)| **leader > 0) {
            let node = NodeId(u32::from(*leader));
            cluster.leaders.push(Leader { term, node, time: Time::ZERO });
        }
        for (index, agreed) in (1..).zip(past.committed.iter()) {
            cluster.recall_committed(index, *agreed);
        }
        for number in (0..8).filter(|number| past.acked >> number & 1 == 1) {
            let fact = Fact::Acked { request: request(number + 1), read: false };
            let told = Told { time: Time::ZERO, order: 0, node: NodeId(0), incarnation: 0, fact };
            cluster.requests.ack(request(number + 1), &told);
        }
        cluster
    }

    fn place(&self, index: u8, term: u8) -> Place {
        if index == 0 {
            return Place::ROOT;
        }
        self.entries.find(index.into(), term.into()).unwrap_or(Place::UNKNOWN)
    }

    fn member<Log>(shows: &Shows<Log>) -> Member {
        let mut member = Member::new();
        let Shows { term, vote, leads, commit, .. } = *shows;
        (member.term, member.current) = (term.into(), term.into());
        member.vote = (vote > 0).then_some(NodeId(vote.into()));
        member.vote_told = vote > 0;
        member.elected = if leads { term.into() } else { 0 };
        member.commit = (commit > 0).then_some(commit.into());
        member.applied = Some(commit.into());
        member.tells_applied = commit > 0;
        if let Some((since, config, _)) = shows.goes_by {
            member.standing = Standing::recalled(since.into(), config);
        }
        member
    }

    /// A log, with what once stood below it.
    fn recall_log(&self, base: (u8, u8), above: impl Iterator<Item = u8>) -> Log {
        let mut log = Log::default();
        log.restore(0);
        let (index, mut place) = (base.0, self.place(base.0, base.1));
        let mut below = List::<Place, MOST>::default();
        while place.known() {
            below.push(place);
            place = self.entries.get(place).below;
        }
        for (index, place) in (1..).zip(below.iter().rev()) {
            log.write(index, *place);
        }
        for (index, term) in (index + 1..).zip(above) {
            log.write(index.into(), self.place(index, term));
        }
        log
    }

    fn recall_committed(&mut self, index: u8, agreed: Agreed) {
        let (node, time) = (NodeId(0), Time::ZERO);
        let Agreed { term, content, by } = agreed;
        let place = self.place(index, term);
        self.committed.push(Committed { place, term: by.into(), node, time });
        // In the models nothing is committed without being applied in the same step.
        let entry = entry(term, content);
        self.applied.push(Some(FirstApplied { entry, node, time }));
        if let Some(request) = entry.request {
            self.requests.named = true;
            self.requests.took_effect(request, Effect { index: index.into(), node, time });
        }
    }

    /// What the nodes told, beyond what they still show. Terms, indices and requests must be small.
    pub(in crate::reference) fn past(&self) -> Past {
        let mut past = Past::default();
        for leader in &self.leaders {
            while past.leaders.len() < leader.term as usize {
                past.leaders.push(0);
            }
            past.leaders[leader.term as usize - 1] = leader.node.0 as u8;
        }
        for index in 1.. {
            let first = past.entries.len();
            for place in self.entries.at(index) {
                past.entries.push(self.ever(index, place));
            }
            if past.entries.len() == first {
                break;
            }
            past.entries[first..].sort_unstable();
        }
        for (committed, applied) in self.committed.iter().zip(self.applied.iter().flatten()) {
            let Entry { term, digest, .. } = applied.entry;
            let (term, by) = (term as u8, committed.term as u8);
            past.committed.push(Agreed { term, content: digest as u16, by });
        }
        for told in self.requests.acked() {
            if let Fact::Acked { request, .. } = told.fact {
                past.acked |= 1 << request.number;
            }
        }
        past
    }

    fn ever(&self, index: u64, place: Place) -> Ever {
        let held = self.entries.get(place);
        let below = self.entries.entry(held.below).map_or(0, |below| below.term);
        Ever {
            index: index as u8,
            term: held.entry.term as u8,
            content: held.entry.digest as u16,
            below: below as u8,
            holders: held.holders as u8,
        }
    }
}

fn entry(term: u8, content: u16) -> Entry {
    let request = content::request(content).map(request);
    Entry { term: term.into(), digest: content.into(), request }
}

/// One client asks for everything: which one it is makes no difference to a log.
pub(in crate::reference) fn request(number: u8) -> RequestId {
    RequestId { client: ClientId(0), number: u32::from(number) - 1 }
}

impl fmt::Debug for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for (term, leader) in (1..).zip(self.leaders.iter()).filter(|(_, leader)| **leader > 0) {
            list.entry(&format_args!("n{leader} led t{term}"));
        }
        for Ever { index, term, content, holders, .. } in self.entries.iter() {
            let says = content::words(*content);
            list.entry(&format_args!("{index}: {says} of t{term} held by {holders:03b}"));
        }
        for (index, Agreed { term, content, .. }) in (1..).zip(self.committed.iter()) {
            let says = content::words(*content);
            list.entry(&format_args!("{index}: {says} of t{term} committed"));
        }
        for number in (0..8).filter(|number| self.acked >> number & 1 == 1) {
            list.entry(&format_args!("c0#{number} acknowledged"));
        }
        list.finish()
    }
}
