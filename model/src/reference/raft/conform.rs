//! A real run held against Raft: the facts of all nodes come in, in the run's one order, each
//! message that was sent and handled among them; each is accepted, or refused with the guard that
//! it does not pass.
//!
//! The one idea: facts name node, message and contents, so that the states of the model in which a
//! cluster may be are those of its nodes, each for itself ([`Mind`]), and the set of messages that
//! were ever sent. A message that is lost is one that nobody handles, and one that is doubled is
//! handled twice: no other step is hidden, and none of these needs a guess. Where a node may have
//! done one thing or another with a message (it may leave a request for a vote unheard), it has
//! several minds until a fact tells which.

mod boot;
mod handles;
mod mind;
mod refusal;
mod sends;
#[cfg(test)]
mod tests;

pub use mind::Mind;
pub use refusal::{Possible, Refused, Shown};

use std::collections::BTreeMap;

use super::rules::{Allowed, Guard, allow};
use crate::fact::{Config, Entry, Fact, Nodes, Says, Told};
use crate::id::NodeId;
use boot::Boot;

/// A node that may be in more states than this is followed no further.
pub const MINDS_MAX: usize = 64;

/// A run that is followed.
#[derive(Debug)]
pub struct Conformance {
    members: Vec<Member>,
    reigns: Reigns,
    /// What was sent, by the sender's and the receiver's place; the newest last.
    sent: Vec<Vec<(u64, Says)>>,
    accepted: usize,
}

/// Who led each term, and the leader's log, which only grows in its term.
type Reigns = BTreeMap<u64, (NodeId, Vec<Entry>)>;

/// A node: what it has told of itself, and in which states of the model it may be.
#[derive(Debug)]
struct Member {
    who: NodeId,
    incarnation: u32,
    /// What it found when it came up, as long as it tells of that.
    boot: Option<Boot>,
    told: Shown,
    config: Config,
    minds: Vec<Mind>,
}

/// Why a run is followed no further.
#[derive(Debug)]
pub enum Stop {
    /// The model does nothing that tells this fact.
    Refused(Box<Refused>),
    /// A node may be in more than [`MINDS_MAX`] states.
    TooMany(NodeId),
}

/// What a step looks at besides the mind that takes it.
struct Scene<'a> {
    who: NodeId,
    nodes: usize,
    told: &'a Shown,
    config: &'a Config,
    reigns: &'a mut Reigns,
    /// Other minds that the node may be of after this fact.
    forks: &'a mut Vec<Mind>,
}

impl Scene<'_> {
    /// Whether the node needs no vote but its own.
    fn is_alone(&self) -> bool {
        let me: Nodes = [self.who].into_iter().collect();
        super::rules::is_quorum(me, self.config)
    }
}

impl Conformance {
    /// A cluster of so many nodes before anything happened; all of them vote.
    #[must_use]
    pub fn new(nodes: u32) -> Conformance {
        let voters = (1..=nodes).map(NodeId).collect();
        let config = Config { voters, ..Config::default() };
        let member = |who| Member {
            who,
            incarnation: 0,
            boot: None,
            told: Shown::default(),
            config,
            minds: vec![Mind::default()],
        };
        Conformance {
            members: (1..=nodes).map(NodeId).map(member).collect(),
            reigns: Reigns::new(),
            sent: vec![Vec::new(); (nodes * nodes) as usize],
            accepted: 0,
        }
    }

    /// How many facts were accepted.
    #[must_use]
    pub const fn accepted(&self) -> usize {
        self.accepted
    }

    /// In which states of the model a node may be.
    #[must_use]
    pub fn minds(&self, node: NodeId) -> &[Mind] {
        &self.members[node.index()].minds
    }

    /// Takes the next fact in.
    ///
    /// # Errors
    /// The model does nothing that tells it, or may be in too many states.
    pub fn step(&mut self, told: &Told) -> Result<(), Stop> {
        let nodes = self.members.len();
        let known = |node: NodeId| (1..=nodes).contains(&(node.0 as usize));
        if known(told.node) {
            match told.fact {
                // Recorded by the simulation, of what a client heard.
                Fact::Acked { .. } => {}
                Fact::Handled { from, term, says } if known(from) => {
                    let link = &self.sent[from.index() * nodes + told.node.index()];
                    if !link.iter().rev().any(|sent| *sent == (term, says)) {
                        return Err(self.refused(told, Guard::Sent));
                    }
                    self.tell(told)?;
                }
                Fact::Sent { to, term, says } if known(to) => {
                    self.tell(told)?;
                    let link = &mut self.sent[told.node.index() * nodes + to.index()];
                    if link.last() != Some(&(term, says)) {
                        link.push((term, says));
                    }
                }
                _ => self.tell(told)?,
            }
        }
        self.accepted += 1;
        Ok(())
    }

    fn tell(&mut self, told: &Told) -> Result<(), Stop> {
        let nodes = self.members.len();
        let member = &mut self.members[told.node.index()];
        match member.tell(told, nodes, &mut self.reigns) {
            Err(guard) => Err(self.refused(told, guard)),
            Ok(()) if self.members[told.node.index()].minds.len() > MINDS_MAX => {
                Err(Stop::TooMany(told.node))
            }
            Ok(()) => Ok(()),
        }
    }

    fn refused(&self, told: &Told, guard: Guard) -> Stop {
        let member = &self.members[told.node.index()];
        Stop::Refused(Box::new(Refused::new(member, told, guard, self.accepted)))
    }
}

impl Member {
    fn tell(&mut self, told: &Told, nodes: usize, reigns: &mut Reigns) -> Allowed {
        if self.boots(told)? {
            return Ok(());
        }
        let mut forks = Vec::new();
        let mut first = Ok(());
        let mut minds = std::mem::take(&mut self.minds);
        let mut kept = 0;
        let installed = match told.fact {
            Fact::Booted { log_last, .. } => minds.iter().find_map(|mind| mind.snapshot(log_last)),
            _ => None,
        };
        for place in 0..minds.len() {
            let scene = Scene {
                who: self.who,
                nodes,
                told: &self.told,
                config: &self.config,
                reigns,
                forks: &mut forks,
            };
            match minds[place].tells(&told.fact, scene) {
                Ok(()) => {
                    minds.swap(kept, place);
                    kept += 1;
                }
                Err(guard) if place == 0 => first = Err(guard),
                Err(_) => {}
            }
        }
        if kept == 0 && forks.is_empty() {
            self.minds = minds;
            return first;
        }
        if let Fact::Booted { applied, log_last } = told.fact {
            // A snapshot has taken the place of the log.
            (self.told.applied, self.told.log) = (applied, installed.unwrap_or_default());
            debug_assert_eq!(self.told.last(), log_last);
        }
        minds.truncate(kept);
        minds.append(&mut forks);
        if minds.len() > 1 {
            distinct(&mut minds);
        }
        self.minds = minds;
        self.told.note(&told.fact);
        if let Fact::Configured { config, .. } = told.fact {
            self.config = config;
        }
        Ok(())
    }
}

/// Leaves each mind once.
fn distinct(minds: &mut Vec<Mind>) {
    let mut place = 1;
    while place < minds.len() {
        let (before, rest) = minds.split_at(place);
        if before.contains(&rest[0]) {
            minds.swap_remove(place);
        } else {
            place += 1;
        }
    }
}

impl Mind {
    /// Takes in what the node told, if the model may tell it in this state.
    fn tells(&mut self, fact: &Fact, mut scene: Scene<'_>) -> Allowed {
        let scene = &mut scene;
        match *fact {
            Fact::Handled { from, term, says } => {
                self.handles(from, term, says, scene);
                Ok(())
            }
            Fact::Sent { to, term, says } => self.sends(to, term, says, scene),
            Fact::Stands { term } => self.stands(term, scene),
            Fact::Took { index, entry } => self.takes(index, entry, scene),
            Fact::Elected { term } => {
                allow(term == self.term, Guard::Stands)?;
                self.leads(scene)?;
                allow(scene.told.term >= term, Guard::Durable)
            }
            Fact::Term { term, vote } => self.durable_term(term, vote, scene),
            Fact::Appended { index, entry } => self.durable_entry(index, entry),
            Fact::Booted { log_last, .. } => self.durable_snapshot(log_last),
            Fact::Applied { index, entry, .. } => {
                allow(index.checked_sub(1) == Some(scene.told.applied), Guard::Turn)?;
                self.commits(index, scene)?;
                allow(self.at(index) == Some(&entry), Guard::Committed)
            }
            // Some go by a change of who votes from when it stands in their log.
            Fact::Configured { index, .. } => allow(index <= self.last(), Guard::Log),
            Fact::Committed { index } | Fact::Snapshot { index, .. } => self.commits(index, scene),
            _ => Ok(()),
        }
    }
}
