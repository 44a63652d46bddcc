//! A fault of a schedule is done to a real cluster, and what it plans for later is planned.

use super::super::network::Ill;
use super::super::watch::Until;
use super::{Chore, Cluster, Did, Plan, Wire};
use crate::live::Transport;
use schism::fault::{Fault, Kind, LinkTrouble, Target};
use schism::{Event, Node, NodeId, Time};
use std::io::Result;
use std::time::Duration;

impl<N: Node<Message: Wire>, T: Transport> Cluster<N, T> {
    /// Does it; says whom it was about, or why it did nothing.
    pub(super) fn fault(
        &mut self,
        time: Time,
        step: usize,
        fault: &Fault,
        plan: &mut Plan,
    ) -> Result<Did> {
        Ok(match self.fault_of_nodes(time, step, fault, plan)? {
            Some(did) => did,
            None => self.fault_of_links(time, step, fault, plan),
        })
    }

    /// Processes go and come.
    fn fault_of_nodes(
        &mut self,
        time: Time,
        step: usize,
        fault: &Fault,
        plan: &mut Plan,
    ) -> Result<Option<Did>> {
        let did = match fault {
            Fault::Crash { node, .. } | Fault::Stop { node } | Fault::Restart { node } => {
                self.fault_of_one(step, node, fault)?
            }
            Fault::RestartAll => {
                self.holds(step, Kind::Crashes, Until::Up(time, None));
                self.nodes().for_each(|node| self.down(node));
                self.nodes().for_each(|node| plan.at(time, Chore::Up(node)));
                Ok(None)
            }
            Fault::RollingRestart { every } => {
                let mut last = time;
                for (place, node) in (0..).zip(self.nodes()) {
                    let turn = time + *every * place;
                    plan.at(turn, Chore::Down(node));
                    last = turn + *every / 2;
                    plan.at(last, Chore::Up(node));
                    plan.until = plan.until.max(turn + *every);
                }
                self.holds(step, Kind::Stops, Until::Up(last, None));
                Ok(None)
            }
            _ => return Ok(None),
        };
        Ok(Some(did))
    }

    /// One process goes or comes.
    fn fault_of_one(&mut self, step: usize, who: &Target, fault: &Fault) -> Result<Did> {
        let node = match self.resolve(who) {
            Ok(node) => node,
            Err(why) => return Ok(Err(why)),
        };
        let comes = matches!(fault, Fault::Restart { .. });
        if self.is_up(node) == comes {
            let is = if comes { "up" } else { "down" };
            return Ok(Err(format!("{node} is {is} already")));
        }
        if let Some(kind) = fault.kind() {
            self.holds(step, kind, Until::Up(self.now(), Some(node)));
        }
        match fault {
            Fault::Restart { .. } => self.up(node)?,
            Fault::Stop { .. } => self.stop(node)?,
            _ => self.down(node),
        }
        Ok(Ok(Some(node)))
    }

    fn fault_of_links(&mut self, time: Time, step: usize, fault: &Fault, plan: &mut Plan) -> Did {
        match fault {
            Fault::Partition { groups } => {
                let groups = self.named(groups);
                self.holds(step, Kind::Partitions, Until::Healed);
                self.partition(&groups);
                Ok(None)
            }
            Fault::Isolate { node } => {
                let node = self.resolve(node)?;
                self.holds(step, Kind::Partitions, Until::Healed);
                self.partition(&[vec![node]]);
                Ok(Some(node))
            }
            Fault::Cut { from, to, both } => {
                let (from, to) = (self.resolve(from)?, self.resolve(to)?);
                self.holds(step, Kind::Partitions, Until::Healed);
                self.cut(from, to);
                if *both {
                    self.cut(to, from);
                }
                Ok(Some(from))
            }
            Fault::Heal if self.is_partitioned() => {
                self.mend();
                Ok(None)
            }
            Fault::Heal => Err("nothing is cut".to_owned()),
            Fault::Flap { groups, every, lasts } => {
                let groups = self.named(groups);
                let (mut turn, mut cut) = (Duration::ZERO, true);
                while turn < *lasts {
                    plan.at(time + turn, Chore::Flap { groups: groups.clone(), cut });
                    (turn, cut) = (turn + *every, !cut);
                }
                plan.at(time + *lasts, Chore::Flap { groups, cut: false });
                self.holds(step, Kind::Partitions, Until::Time(time + *lasts));
                Ok(None)
            }
            Fault::Link { from, to, what, lasts } => {
                let (from, to) = (self.resolve(from)?, self.resolve(to)?);
                self.holds(step, what.kind(), Until::Time(time + *lasts));
                self.link(step, from, to, *what);
                plan.at(time + *lasts, Chore::Clear { step, from, to });
                Ok(Some(from))
            }
            _ => Err("it cannot be done to a real cluster".to_owned()),
        }
    }

    fn link(&mut self, step: usize, from: NodeId, to: NodeId, what: LinkTrouble) {
        self.falls_ill(Ill { step, from, to, what });
    }

    fn named(&self, groups: &[Vec<Target>]) -> Vec<Vec<NodeId>> {
        let node = |target: &Target| self.resolve(target).ok();
        groups.iter().map(|group| group.iter().filter_map(node).collect()).collect()
    }

    /// A fault has hold of the cluster from now on. It is said before the fault is done, so that
    /// what is seen then is known to be its doing.
    fn holds(&mut self, step: usize, kind: Kind, until: Until) {
        let now = self.now();
        self.watch.took_hold(step, kind, until, now);
    }

    /// Asks a process to stop, lets it handle that, and ends it.
    pub(super) fn stop(&mut self, node: NodeId) -> Result<()> {
        if self.is_up(node) {
            self.event(node, Event::Stop)?;
            self.down(node);
        }
        Ok(())
    }
}
