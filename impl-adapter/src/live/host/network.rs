//! The network of a cluster, to break it: who is cut off from whom, and what is wrong with links.
//!
//! The one idea: several things can be wrong with a link at one time, each from when it was asked
//! for to its own end. So what a link is told is made of all that holds just then.

use super::watch::Scene;
use super::{Cluster, Wire};
use crate::live::{FaultyTransport, State, Transport, Trouble, Way};
use schism::fault::{LinkTrouble, Overflow};
use schism::{Node, NodeId, Role};

/// Trouble of a link that holds.
#[derive(Clone, Debug)]
pub(super) struct Ill {
    pub(super) step: usize,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) what: LinkTrouble,
}

impl<N: Node<Message: Wire>, T: Transport> Cluster<N, T> {
    /// The network of one node, to break it.
    pub fn net(&self, node: NodeId) -> Option<&FaultyTransport<T>> {
        Some(&*self.members.get(node.index())?.net)
    }

    /// Cuts the network into these groups; nodes that are not named form one more.
    pub fn partition(&mut self, groups: &[Vec<NodeId>]) {
        let group = |node| groups.iter().position(|group| group.contains(&node));
        for (id, member) in self.nodes().zip(&self.members) {
            member.net.heal();
            let apart = |other: &NodeId| group(id) != group(*other);
            member.net.partition(self.nodes().filter(apart));
        }
        self.look();
    }

    /// What one node sends to another is lost; the other way stays as it was.
    pub fn cut(&mut self, from: NodeId, to: NodeId) {
        if let Some(net) = self.net(from).filter(|_| from != to) {
            net.cut(Way::To(to));
        }
        self.look();
    }

    /// From now on what one node sends to another has this trouble, in place of what it had.
    pub fn trouble(&mut self, from: NodeId, to: NodeId, trouble: Trouble) {
        if let Some(net) = self.net(from).filter(|_| from != to) {
            net.trouble(Way::To(to), trouble);
        }
        self.look();
    }

    /// From now on what one node sends to another has this trouble besides what it has.
    pub fn worsen(&mut self, from: NodeId, to: NodeId, worse: impl FnOnce(Trouble) -> Trouble) {
        if let Some(net) = self.net(from) {
            let worse = worse(net.trouble_of(Way::To(to)));
            self.trouble(from, to, worse);
        }
    }

    /// Ends all cuts.
    pub fn mend(&mut self) {
        self.members.iter().for_each(|member| member.net.heal());
        self.look();
    }

    /// Ends all cuts and all other trouble of the network.
    pub fn heal(&mut self) {
        self.ills.clear();
        self.members.iter().for_each(|member| member.net.calm());
        self.mend();
    }

    /// Whether anything is cut.
    pub fn is_partitioned(&self) -> bool {
        self.members.iter().any(|member| member.net.state() == State::Partitioned)
    }

    /// One more thing is wrong with a link.
    pub(super) fn falls_ill(&mut self, ill: Ill) {
        let (from, to) = (ill.from, ill.to);
        self.ills.push(ill);
        self.trouble_as_noted(from, to);
    }

    /// What a step did to a link is over.
    pub(super) fn gets_well(&mut self, step: usize, from: NodeId, to: NodeId) {
        self.ills.retain(|ill| (ill.step, ill.from, ill.to) != (step, from, to));
        self.trouble_as_noted(from, to);
    }

    fn trouble_as_noted(&mut self, from: NodeId, to: NodeId) {
        let here = self.ills.iter().filter(|ill| (ill.from, ill.to) == (from, to));
        let trouble = here.fold(Trouble::NONE, |all, ill| with(all, &ill.what));
        self.trouble(from, to, trouble);
    }

    /// The links between groups fail, or come back.
    pub(super) fn flap(&mut self, groups: &[Vec<NodeId>], cut: bool) {
        for (place, group) in groups.iter().enumerate() {
            let others = groups.iter().enumerate().filter(|(other, _)| *other != place);
            for to in others.flat_map(|(_, other)| other) {
                for net in group.iter().filter_map(|from| self.net(*from)) {
                    if cut { net.cut(Way::To(*to)) } else { net.restore(Way::To(*to)) }
                }
            }
        }
        self.look();
    }

    /// Takes note of what has changed: who is up, who leads, which links are well.
    pub(super) fn look(&mut self) {
        if !self.started {
            return;
        }
        let now = self.now();
        let mut watch = std::mem::take(&mut self.watch);
        watch.look(&*self, now);
        self.watch = watch;
    }
}

impl<N: Node<Message: Wire>, T: Transport> Scene for Cluster<N, T> {
    fn nodes(&self) -> usize {
        self.members.len()
    }

    fn role(&self, node: NodeId) -> Option<Role> {
        let member = &self.members[node.index()];
        member.node.is_some().then_some(member.role)
    }

    fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        let at = |node: NodeId| &self.members[node.index()].net;
        at(from).is_cut(Way::To(to)) || at(to).is_cut(Way::From(from))
    }

    fn is_clear(&self, from: NodeId, to: NodeId) -> bool {
        let at = |node: NodeId| &self.members[node.index()].net;
        at(from).is_clear(Way::To(to)) && at(to).is_clear(Way::From(from))
    }
}

/// What is wrong already, and this besides.
fn with(trouble: Trouble, what: &LinkTrouble) -> Trouble {
    match *what {
        LinkTrouble::Loses { ratio } => trouble.loss(ratio),
        LinkTrouble::Late { by } => trouble.delay(by..=by),
        LinkTrouble::Narrow { per_second, queue, overflow } => {
            let queue = (overflow != Overflow::Block).then_some(queue);
            trouble.narrow(per_second, queue)
        }
        _ => trouble,
    }
}
