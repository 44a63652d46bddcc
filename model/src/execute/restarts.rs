//! Processes that go down and come up by themselves: crash loops, and restarts of all nodes, at
//! once or one after the other.

use super::faults::{Nothing, Took};
use super::process::Down;
use super::{Chore, World};
use crate::fault::Fault;
use crate::id::NodeId;
use crate::node::{Event, Node};
use crate::schedule::Action;

impl<N: Node> World<'_, N> {
    pub(super) fn restarts(&mut self, step: usize, fault: &Fault) -> Result<Took, Nothing> {
        match fault {
            Fault::CrashLoop { node, times, every } => {
                let id = self.resolve(node)?;
                self.may_go_down(id)?;
                let left = (*times).clamp(1, Fault::TIMES_MAX) - 1;
                self.plan.extend(self.now + every.saturating_mul(left));
                self.crash_again(id, step, left);
                Ok(Took::Now(Some(id)))
            }
            Fault::RollingRestart { every } => {
                for place in 0..self.processes.len() {
                    let turn = every.saturating_mul(place as u32);
                    let node = NodeId::at(place);
                    self.later(turn, Chore::Roll { node, step, up: false });
                    self.later(turn + *every / 2, Chore::Roll { node, step, up: true });
                }
                let all = every.saturating_mul(self.processes.len() as u32);
                self.plan.extend(self.now + all);
                Ok(Took::Now(None))
            }
            _ => {
                if let Some(limit) = self.schedule.claim.down_limit()
                    && (limit as usize) < self.processes.len()
                {
                    return Err(format!("the claim allows {limit} down at once"));
                }
                let all = (0..self.processes.len()).map(NodeId::at);
                let up: Vec<NodeId> = all.filter(|id| !self.process(*id).is_down()).collect();
                if up.is_empty() {
                    return Err("all are down already".to_owned());
                }
                up.iter().for_each(|id| self.go_down(*id, Down::Crash));
                for id in up {
                    self.start_unless_over(id, step);
                }
                Ok(Took::Now(None))
            }
        }
    }

    /// A turn of a crash loop: the process dies, and the supervisor starts it at once.
    pub(super) fn crash_again(&mut self, id: NodeId, step: usize, left: u32) {
        if self.may_go_down(id).is_ok() {
            self.go_down(id, Down::Crash);
            self.start_unless_over(id, step);
        }
        if let (1.., Action::Fault(Fault::CrashLoop { every, .. })) =
            (left, &self.schedule.steps[step].action)
        {
            self.later(*every, Chore::CrashAgain { node: id, step, left: left - 1 });
        }
    }

    /// A node's turn in a rolling restart.
    pub(super) fn roll(&mut self, id: NodeId, step: usize, up: bool) {
        if up {
            if self.process(id).is_down() {
                self.start_unless_over(id, step);
            }
        } else if self.may_go_down(id).is_ok() {
            self.stop(id, self.plan.key(step));
        }
    }

    fn start_unless_over(&mut self, id: NodeId, step: usize) {
        if self.end.is_none() {
            self.start(id, Some(step));
        }
    }

    /// Asks a process to stop, lets it handle that, and ends it.
    pub(super) fn stop(&mut self, id: NodeId, key: u64) {
        self.event(id, Event::Stop, key, Some(self.order));
        if !self.process(id).is_down() {
            self.go_down(id, Down::Stop);
        }
    }
}
