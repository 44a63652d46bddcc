//! One pass over what members said: each thing that has to come of another is noted with its time,
//! and looked at when that is over.

use super::quiet::Quiet;
use super::{Bounds, Found};
use crate::course::Course;
use crate::fact::{Member, Standing, Told};
use crate::id::NodeId;
use crate::reference::membership::{Clause, Group};
use crate::time::Time;
use due::Due;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

mod due;

/// What is known so far, and what is waited for.
pub(super) struct Watch<'a> {
    bounds: Bounds,
    nodes: u32,
    quiet: Quiet<'a>,
    group: Group,
    /// What must have come true, by when it must; the number tells those of one time apart.
    due: BTreeMap<(Time, usize), Due>,
    count: usize,
    /// The highest generation of each node that anybody declared down.
    dead: Vec<Option<u64>>,
    /// When each node left, last.
    left: Vec<Option<Time>>,
    /// When each node last said how much it had sent, and in which life.
    sent: Vec<Option<(u32, Time)>>,
    heard: BTreeSet<(u64, NodeId)>,
    broadcasts: BTreeSet<u64>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(bounds: Bounds, nodes: u32, course: &'a Course) -> Watch<'a> {
        let count = nodes as usize;
        let mut watch = Watch {
            bounds,
            nodes,
            quiet: Quiet::new(course, bounds.lag()),
            group: Group::new(nodes),
            due: BTreeMap::new(),
            count: 0,
            dead: vec![None; count],
            left: vec![None; count],
            sent: vec![None; count],
            heard: BTreeSet::new(),
            broadcasts: BTreeSet::new(),
        };
        let detection = bounds.detection(nodes);
        let gone: Vec<(NodeId, Time)> = watch.quiet.gone(detection).collect();
        for (node, since) in gone {
            watch.expect(since, detection, Due::Gone { node, since, left: false });
        }
        watch
    }

    fn expect(&mut self, since: Time, within: Duration, due: Due) {
        self.count += 1;
        self.due.insert((since + within, self.count), due);
    }

    /// Takes in what a member said.
    pub(super) fn hear(&mut self, told: &Told, said: Member) -> Option<Found> {
        if let Some(found) = self.overdue(told.time) {
            return Some(found);
        }
        let before = match said {
            Member::Believes { of, .. } => self.group.believes(told.node, of),
            _ => None,
        };
        if let Err(refusal) = self.group.step(told) {
            let (node, last) = (told.node, refusal.before);
            let before = match refusal.clause {
                Clause::DownStaysDown => format!("it had believed it down in incarnation {last}"),
                Clause::NamesAreNew => format!("it was a member as generation {last} before"),
                Clause::OwnIncarnation => format!("that one has told of {last} at most"),
                _ => format!("{last} was told before"),
            };
            return Some(Found {
                clause: refusal.clause,
                at: told.time,
                why: format!("{node} {said}, though {before}."),
                nodes: about(node, said),
            });
        }
        match said {
            Member::Believes { of, generation, standing: Standing::Down, .. } => {
                let news = before.is_none_or(|before| before.standing.is_active());
                if news { self.died(told, of, generation) } else { None }
            }
            Member::Refutes { incarnation } => {
                self.refutes(told, incarnation);
                None
            }
            Member::Left => {
                let (node, since) = (told.node, told.time);
                if let Some(left) = self.left.get_mut(node.index()) {
                    *left = Some(since);
                    let within = self.bounds.detection(self.nodes);
                    self.expect(since, within, Due::Gone { node, since, left: true });
                }
                None
            }
            Member::Heard { value } => {
                self.hears(told, value);
                None
            }
            Member::Sent { messages, within_ms } => self.sends(told, messages, within_ms),
            _ => None,
        }
    }

    /// The run is over.
    pub(super) fn finish(&mut self, ended: Time) -> Option<Found> {
        self.overdue(ended)
    }

    /// Who does not agree after the calm end, if somebody is behind.
    pub(super) fn disagreement(&mut self, behind: &[NodeId], at: Time) -> Option<Found> {
        if behind.is_empty() {
            return None;
        }
        let (who, of) = self.group.disagreement()?;
        let is = match self.group.joined(of) {
            Some((generation, _)) => format!("{of} is a member as {of}.{generation}"),
            None => format!("{of} is no member"),
        };
        let believes = match self.group.believes(who, of) {
            Some(held) => format!("believes {of}.{} {}", held.generation, held.standing),
            None => "has never heard of it".to_owned(),
        };
        Some(Found {
            clause: Clause::AllAgree,
            at,
            why: format!(
                "{is}, and {who} {believes}, though all nodes were up and connected for long."
            ),
            nodes: vec![who, of],
        })
    }

    /// Looks at all that must have come true by now.
    fn overdue(&mut self, now: Time) -> Option<Found> {
        while let Some(first) = self.due.first_entry() {
            if first.key().0 >= now {
                return None;
            }
            let ((at, _), due) = first.remove_entry();
            if let Some(found) = self.missed(at, &due) {
                return Some(found);
            }
        }
        None
    }

    /// Somebody is declared down. Whoever does so first does it of its own.
    fn died(&mut self, told: &Told, of: NodeId, generation: u64) -> Option<Found> {
        let dead = self.dead.get_mut(of.0.wrapping_sub(1) as usize)?;
        if dead.is_some_and(|dead| dead >= generation) {
            return None;
        }
        *dead = Some(generation);
        let (who, at) = (told.node, told.time);
        let bound = self.bounds.death();
        let from = Time(at.0.saturating_sub(crate::time::micros(bound)));
        let current = self.group.joined(of).is_some_and(|(now, _)| now == generation);
        if current && self.quiet.is_up(of, from, at) && self.quiet.holds(from, at) {
            return Some(Found {
                clause: Clause::LiveIsNotDown,
                at,
                why: format!(
                    "{who} declared {of}.{generation} down at {at}, though it was up, and nothing \
                     was wrong since {from}."
                ),
                nodes: vec![who, of],
            });
        }
        let group = &self.group;
        let early = self.bounds.settled_in(self.nodes);
        let settled = |node: NodeId| {
            let joined = group.joined(node).filter(|(_, from)| *from + early <= at);
            joined.filter(|_| self.quiet.is_up(node, at, at)).map(|(now, _)| (node, now))
        };
        let from = settled(who)?;
        let close = |node: &NodeId| {
            let knows = group.counts(who, *node) && group.counts(*node, who);
            let believes = group.believes(*node, of).is_some_and(|held| {
                u64::from(held.generation) == generation && held.standing.is_active()
            });
            *node != who && *node != of && knows && believes
        };
        let by: Vec<(NodeId, u64)> = group.nodes().filter(close).filter_map(settled).collect();
        if !by.is_empty() {
            let due = Due::News { of, generation, from, by, since: at };
            self.expect(at, self.bounds.spreading, due);
        }
        None
    }

    fn refutes(&mut self, told: &Told, incarnation: u64) {
        let (of, since) = (told.node, told.time);
        let holds = |who: &NodeId| {
            self.group.counts(of, *who)
                && self.group.counts(*who, of)
                && self.group.believes(*who, of).is_some_and(|held| {
                    held.standing == Standing::Suspect && u64::from(held.incarnation) < incarnation
                })
        };
        let who = self.group.nodes().filter(holds);
        let named = |who| self.group.joined(who).map(|(generation, _)| (who, generation));
        let by: Vec<(NodeId, u64)> = who.filter_map(named).collect();
        if !by.is_empty() {
            self.expect(since, self.bounds.spreading, Due::Refuted { of, incarnation, by, since });
        }
    }

    fn hears(&mut self, told: &Told, value: u64) {
        let (from, since) = (told.node, told.time);
        self.heard.insert((value, from));
        if !self.broadcasts.insert(value) {
            return;
        }
        let early = self.bounds.settled_in(self.nodes);
        let group = &self.group;
        let up = group.nodes().filter(|node| self.quiet.is_up(*node, since, since));
        let members: Vec<(NodeId, u64, Time)> =
            up.filter_map(|node| group.joined(node).map(|(now, at)| (node, now, at))).collect();
        let whole = members.iter().all(|(who, _, at)| {
            let knows = |(of, ..): &(NodeId, u64, Time)| who == of || group.counts(*who, *of);
            *at + early <= since && members.iter().all(knows) && self.wastes_nothing(*who, since)
        });
        if whole {
            let by = members.iter().map(|(node, generation, _)| (*node, *generation)).collect();
            let due = Due::Broadcast { value, from, by, since };
            self.expect(since, self.bounds.spreading, due);
        }
    }

    /// Whether all whom a node takes for members are up: what it tells one that is not is lost, and
    /// it tells nobody for ever.
    fn wastes_nothing(&self, who: NodeId, at: Time) -> bool {
        self.group.nodes().all(|of| {
            let active = self.group.believes(who, of).is_some_and(|held| held.standing.is_active());
            !active || self.group.joined(of).is_some() && self.quiet.is_up(of, at, at)
        })
    }

    fn sends(&mut self, told: &Told, messages: u64, within_ms: u64) -> Option<Found> {
        let (node, at) = (told.node, told.time);
        let last = self.sent.get_mut(node.0.wrapping_sub(1) as usize)?;
        let before = last.replace((told.incarnation, at));
        let most = self.bounds.load;
        let (life, from) = before?;
        if messages <= most || life != told.incarnation || !self.quiet.holds(from, at) {
            return None;
        }
        Some(Found {
            clause: Clause::LoadIsBounded,
            at,
            why: format!(
                "{node} sent {messages} messages within {within_ms} ms, and at most {most} are \
                 what {} members need.",
                self.nodes
            ),
            nodes: vec![node],
        })
    }
}

/// The nodes that something said is about.
fn about(node: NodeId, said: Member) -> Vec<NodeId> {
    match said {
        Member::Believes { of, .. } => vec![node, of],
        _ => vec![node],
    }
}
