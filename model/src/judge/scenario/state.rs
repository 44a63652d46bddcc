//! How all nodes stand at a moment: what was noted and told comes in, one change after the other;
//! whether a wish is so, and what is so instead, goes out.

use crate::expect::{Standing, Wish};
use crate::fact::{Fact, Nodes};
use crate::fault::Target;
use crate::id::NodeId;
use crate::node::Node;
use crate::observe::Observed;
use crate::time::{Time, micros};
use std::time::Duration;

/// All nodes at a moment.
#[derive(Clone)]
pub(super) struct State {
    nodes: Vec<Known>,
    /// The highest index that anybody told to be committed.
    committed: u64,
    /// The latest term that anybody led.
    term: u64,
    /// Whether anybody ever tells what it applies.
    tells_applied: bool,
    /// The next change among those noted, and among those told.
    next: (usize, usize),
}

#[derive(Clone, Copy, Default)]
struct Known {
    standing: Standing,
    applied: u64,
}

/// A wish, held against a state.
pub(super) struct Looked {
    pub(super) held: bool,
    /// What is so, in words.
    pub(super) saw: String,
    /// The nodes that it is about.
    pub(super) nodes: Vec<NodeId>,
}

impl State {
    /// The state at a place in the run's order.
    pub(super) fn at<N: Node>(order: u64, seen: &Observed<'_, N>) -> State {
        // Whether a kind of fact is told at all is known at the end only.
        let tells_applied = seen.facts.iter().any(|told| matches!(told.fact, Fact::Applied { .. }));
        let mut state = State {
            nodes: vec![Known::default(); seen.nodes as usize],
            committed: 0,
            term: 0,
            tells_applied,
            next: (0, 0),
        };
        while state.next_change(seen).is_some_and(|(_, at)| at <= order) {
            state.step(seen);
        }
        state
    }

    /// Goes on past the next change of how nodes stand, if it comes in time; says when it came.
    pub(super) fn advance<N: Node>(&mut self, until: Time, seen: &Observed<'_, N>) -> Option<Time> {
        let (time, _) = self.next_change(seen).filter(|(time, _)| *time <= until)?;
        self.step(seen);
        Some(time)
    }

    fn next_change<N: Node>(&self, seen: &Observed<'_, N>) -> Option<(Time, u64)> {
        let stood = seen.outlook.stood.get(self.next.0);
        let stood = stood.map(|stood| (stood.at.time, stood.at.order));
        let told = seen.facts.get(self.next.1).map(|told| (told.time, told.order));
        [stood, told].into_iter().flatten().min_by_key(|(_, order)| *order)
    }

    fn step<N: Node>(&mut self, seen: &Observed<'_, N>) {
        let stood = seen.outlook.stood.get(self.next.0);
        let told = seen.facts.get(self.next.1);
        if let Some(stood) = stood.filter(|s| told.is_none_or(|told| s.at.order <= told.order)) {
            self.next.0 += 1;
            self.term = self.term.max(stood.standing.leads.unwrap_or(0));
            if let Some(known) = self.nodes.get_mut(stood.node.index()) {
                known.standing = stood.standing;
            }
        } else if let Some(told) = told {
            self.next.1 += 1;
            let Some(known) = self.nodes.get_mut(told.node.index()) else { return };
            match told.fact {
                Fact::Committed { index } => self.committed = self.committed.max(index),
                Fact::Applied { index, .. } => known.applied = known.applied.max(index),
                Fact::Booted { applied, .. } => known.applied = applied,
                _ => {}
            }
        }
    }

    /// Why nobody can tell whether a wish comes true; nothing where one can.
    pub(super) fn cannot_tell(&self, wish: &Wish) -> Option<&'static str> {
        let up = || self.nodes.iter().filter(|node| node.standing.up);
        match wish {
            Wish::See { .. } if up().all(|node| node.standing.sight.members.is_none()) => {
                Some("the nodes do not tell whom they see")
            }
            Wish::CatchUp { .. } if !self.tells_applied => {
                Some("the nodes do not tell what they apply")
            }
            _ => None,
        }
    }

    /// Whether a wish that began in that state is so now.
    pub(super) fn look(&self, wish: &Wish, began: &State) -> Looked {
        match wish {
            Wish::See { who, whom } => self.see(&self.among(who), whom),
            Wish::OneLeader { who } => self.one_leader(&self.among(who)),
            Wish::NoLeader { who } => {
                let who = self.among(who);
                let knows = |node: &&NodeId| self.of(**node).sight.leader.is_some();
                let nodes: Vec<NodeId> = who.iter().filter(knows).copied().collect();
                Looked { held: nodes.is_empty(), saw: self.follows(&who), nodes }
            }
            Wish::Leads { who, one } => {
                let who = self.among(who).into_iter();
                let nodes: Vec<NodeId> = who.filter(|n| self.of(*n).leads.is_some()).collect();
                let saw = match &nodes[..] {
                    [] => "nobody leads".to_owned(),
                    [one] => format!("{one} leads"),
                    several => format!("{} lead", list(several)),
                };
                Looked { held: nodes.is_empty() != *one, saw, nodes }
            }
            Wish::NewLeader => match self.leader() {
                Some((term, node)) => {
                    let saw = format!("{node} leads term {term}");
                    Looked { held: term > began.term, saw, nodes: vec![node] }
                }
                None => Looked::no("nobody leads"),
            },
            Wish::StepsDown => match began.leader() {
                Some((_, old)) => {
                    let held = self.of(old).leads.is_none();
                    let saw = format!("{old} {}", if held { "leads no more" } else { "leads" });
                    Looked { held, saw, nodes: vec![old] }
                }
                None => Looked { held: true, ..Looked::no("nobody led") },
            },
            Wish::CatchUp { who } => self.caught_up(&self.among(who), began.committed),
            // What clients are told is no state of a node's.
            Wish::Writes { .. } => Looked::no("nothing of nodes"),
        }
    }

    fn see(&self, who: &[NodeId], whom: &[Target]) -> Looked {
        let wanted: Nodes = match whom {
            [] => who.iter().copied().collect(),
            _ => nodes(whom.iter()).into_iter().collect(),
        };
        let other = |node: &&NodeId| self.of(**node).sight.members != Some(wanted);
        let others: Vec<NodeId> = who.iter().filter(other).copied().collect();
        let saw = match others.first() {
            None => format!("each of {} sees {}", who.len(), wanted.len()),
            Some(first) => {
                let members = self.of(*first).sight.members.unwrap_or_default();
                let (do_so, sees) = (who.len() - others.len(), members.iter().collect::<Vec<_>>());
                format!("{do_so} of {} do, {first} sees {}", who.len(), list(&sees))
            }
        };
        Looked { held: others.is_empty() && !who.is_empty(), saw, nodes: others }
    }

    fn one_leader(&self, who: &[NodeId]) -> Looked {
        let followed = |node: NodeId| self.of(node).sight.leader;
        let leader = who.first().and_then(|first| followed(*first));
        let leads = leader.is_some_and(|leader| self.of(leader).leads.is_some());
        let others: Vec<NodeId> = who.iter().copied().filter(|n| followed(*n) != leader).collect();
        Looked { held: leads && others.is_empty(), saw: self.follows(who), nodes: others }
    }

    fn caught_up(&self, who: &[NodeId], upto: u64) -> Looked {
        let applied = |node: &NodeId| self.nodes[node.index()].applied;
        let nodes: Vec<NodeId> = who.iter().filter(|n| applied(n) < upto).copied().collect();
        let least = who.iter().map(applied).min().unwrap_or(0);
        let saw = format!("{upto} entries were committed, {least} are applied");
        Looked { held: nodes.is_empty(), saw, nodes }
    }

    /// Who follows whom, in words.
    fn follows(&self, who: &[NodeId]) -> String {
        let mut groups: Vec<(Option<NodeId>, Vec<NodeId>)> = Vec::new();
        for node in who {
            let leader = self.of(*node).sight.leader;
            match groups.iter_mut().find(|(other, _)| *other == leader) {
                Some((_, group)) => group.push(*node),
                None => groups.push((leader, vec![*node])),
            }
        }
        let told = groups.iter().map(|(leader, group)| {
            let follow = if group.len() == 1 { "follows" } else { "follow" };
            let whom = leader.map_or("nobody".to_owned(), |leader| leader.to_string());
            format!("{} {follow} {whom}", list(group))
        });
        let told: Vec<String> = told.collect();
        if told.is_empty() { "nobody is up".to_owned() } else { told.join(", ") }
    }

    /// Who leads the latest term.
    fn leader(&self) -> Option<(u64, NodeId)> {
        let all = (0..self.nodes.len()).map(NodeId::at);
        let leading = all.filter_map(|node| Some((self.of(node).leads?, node)));
        leading.max_by_key(|(term, node)| (*term, std::cmp::Reverse(*node)))
    }

    fn of(&self, node: NodeId) -> Standing {
        self.nodes.get(node.index()).map_or(Standing::default(), |known| known.standing)
    }

    /// Those who are named, or all that are up.
    fn among(&self, who: &[Target]) -> Vec<NodeId> {
        let all = (0..self.nodes.len()).map(NodeId::at);
        let named = nodes(who.iter());
        all.filter(|node| if who.is_empty() { self.of(*node).up } else { named.contains(node) })
            .collect()
    }
}

impl Looked {
    fn no(saw: &str) -> Looked {
        Looked { held: false, saw: saw.to_owned(), nodes: Vec::new() }
    }
}

/// The nodes among targets: roles have been replaced by their holders before.
pub(super) fn nodes<'a>(targets: impl Iterator<Item = &'a Target>) -> Vec<NodeId> {
    let node = |target: &Target| match target {
        Target::Node(node) => Some(*node),
        Target::Role(_) => None,
    };
    targets.filter_map(node).collect()
}

fn list(nodes: &[NodeId]) -> String {
    let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(" ") }
}

/// As a table has it: `152 ms`, `1.30 s`.
pub(super) fn span(span: Duration) -> String {
    match micros(span) {
        us @ 0..1_000 => format!("{us} us"),
        us @ 1_000..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        us @ 10_000..1_000_000 => format!("{} ms", us / 1_000),
        us => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
    }
}
