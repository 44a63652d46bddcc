//! What steps do to the world. Each either takes hold or does nothing and leaves a note why: every
//! schedule is legal.

use super::World;
use super::process::{Down, Trap};
use crate::fault::{CrashPoint, Fault, Target};
use crate::id::NodeId;
use crate::node::Node;
use crate::schedule::Action;
use crate::time::micros;
use crate::trace::What;

/// How a fault that is not refused takes hold.
pub(super) enum Took {
    /// At once; the node is the one that it is about, if it is about one.
    Now(Option<NodeId>),
    /// When its point comes.
    Later(NodeId),
    /// When its point comes, at a node that is not known yet.
    Anywhere,
}

/// The note of a step whose point has not come.
pub(crate) const WAITS: &str = "its point did not come";

/// Why a step did nothing.
pub(super) type Nothing = String;

impl<N: Node> World<'_, N> {
    /// Does a step of the schedule.
    pub(super) fn fire(&mut self, step: usize) {
        let at = self.moment();
        self.digest.word(at.time.0);
        self.digest.word(self.plan.key(step));
        self.record(None, None, || What::Step(step));
        let schedule = self.schedule;
        match &schedule.steps[step].action {
            Action::Request { client, to, op } => match self.resolve(to) {
                Ok(node) => {
                    self.ask(Some(step), *client, node, op.clone());
                    self.took(step, &Took::Now(Some(node)));
                }
                Err(why) => self.nothing(step, why),
            },
            Action::Fault(fault) => match self.disturbing(step, fault) {
                Ok(took) => {
                    if matches!(took, Took::Now(_)) {
                        self.count_fault(step);
                    }
                    self.took(step, &took);
                }
                Err(why) => self.nothing(step, why),
            },
            Action::Expect(expect) => match self.expects(step, expect) {
                Ok(took) => self.took(step, &took),
                Err(why) => self.nothing(step, why),
            },
            Action::Load(load) => {
                let took = self.load(step, load);
                self.took(step, &took);
            }
        }
        self.plan.fired(step, at);
    }

    fn disturbing(&mut self, step: usize, fault: &Fault) -> Result<Took, Nothing> {
        self.stir();
        self.trouble(step, fault)
    }

    fn took(&mut self, step: usize, took: &Took) {
        let record = self.plan.record(step);
        match *took {
            Took::Now(node) => {
                record.node = node;
                record.took_hold = true;
            }
            Took::Later(_) | Took::Anywhere => {
                if let Took::Later(node) = *took {
                    record.node = Some(node);
                }
                // The point may have come during the step itself.
                if !record.took_hold {
                    record.note = Some(WAITS.to_owned());
                }
            }
        }
    }

    fn nothing(&mut self, step: usize, why: Nothing) {
        self.record(Some(self.order), None, || What::Note(why.clone()));
        self.plan.record(step).note = Some(why);
    }

    /// A step that waited for its point takes hold, or does so again.
    pub(super) fn hit(&mut self, step: usize) {
        let record = self.plan.record(step);
        if !record.took_hold {
            record.took_hold = true;
            record.note = None;
            self.count_fault(step);
        }
    }

    /// Counts a fault that took hold.
    pub(super) fn count_fault(&mut self, step: usize) {
        if let Action::Fault(fault) = &self.schedule.steps[step].action
            && let Some(kind) = fault.kind()
        {
            self.counts.faults[kind as usize] += 1;
            self.watch.took_hold(step, self.now);
        }
    }

    /// Who a target is just now.
    pub(super) fn resolve(&self, target: &Target) -> Result<NodeId, Nothing> {
        match target {
            Target::Node(id) if id.0 >= 1 && id.index() < self.processes.len() => Ok(*id),
            Target::Node(id) => Err(format!("there is no {id}")),
            Target::Role(role) => self.holder(role).ok_or_else(|| format!("nobody is {role}")),
        }
    }

    /// Among several holders of a role, the one with the highest term, then the lowest id.
    fn holder(&self, role: &str) -> Option<NodeId> {
        let mut best: Option<(u64, NodeId)> = None;
        for process in &self.processes {
            if !process.is_down()
                && process.role.name == role
                && best.is_none_or(|(term, _)| process.role.term > term)
            {
                best = Some((process.role.term, process.io.id));
            }
        }
        best.map(|(_, id)| id)
    }

    fn trouble(&mut self, step: usize, fault: &Fault) -> Result<Took, Nothing> {
        if let Some(kind) = fault.kind()
            && !self.schedule.claim.names(kind)
        {
            return Err(format!("the claim does not name {}", kind.word()));
        }
        match fault {
            Fault::Crash { node, point } => self.take_down(step, node, *point, Down::Crash),
            Fault::PowerLoss { node, point, kept_percent } => {
                let down = Down::PowerLoss { kept_percent: *kept_percent };
                self.take_down(step, node, *point, down)
            }
            Fault::Stop { node } => {
                let id = self.resolve(node)?;
                self.may_go_down(id)?;
                self.stop(id, self.plan.key(step));
                Ok(Took::Now(Some(id)))
            }
            Fault::Restart { node } => {
                let id = self.resolve(node)?;
                if !self.process(id).is_down() {
                    return Err(format!("{id} is up already"));
                }
                self.start(id, Some(step));
                Ok(Took::Now(Some(id)))
            }
            Fault::Pause { node } => {
                let id = self.resolve(node)?;
                self.may_go_down(id)?;
                self.process(id).paused = true;
                Ok(Took::Now(Some(id)))
            }
            Fault::Resume { node } => {
                let id = self.resolve(node)?;
                if self.resume(id) { Ok(Took::Now(Some(id))) } else { Err(format!("{id} runs")) }
            }
            Fault::Hurry { node, by } => {
                let id = self.running(node)?;
                self.process(id).clock.jump(micros(*by));
                self.replan_timers(id);
                Ok(Took::Now(Some(id)))
            }
            Fault::Disturb { node, name, argument } => {
                let id = self.running(node)?;
                if !self.schedule.claim.disturbances().iter().any(|own| own.name == *name) {
                    return Err(format!("the claim does not name disturb:{name}"));
                }
                if self.process(id).stands() {
                    return Err(format!("{id} stands still"));
                }
                self.disturb(id, name, *argument, self.plan.key(step));
                Ok(Took::Now(Some(id)))
            }
            Fault::CrashLoop { .. } | Fault::RestartAll | Fault::RollingRestart { .. } => {
                self.restarts(step, fault)
            }
            Fault::Mend { node } => self.mend_by_step(node),
            Fault::Slow { node, by, lasts } => self.slow_down(step, node, *by, *lasts),
            Fault::Disk { node, what } => self.disk_trouble(step, node, *what),
            Fault::Clock { node, what } => self.clock_trouble(step, node, *what),
            Fault::Hand(hand) => self.hand(hand),
            Fault::Again { client, to } => self.ask_again(step, *client, to),
            Fault::DoubleRequest { nth, client, by } => {
                self.retries.mark(*client, *nth, *by, step);
                Ok(Took::Anywhere)
            }
            _ => self.network_trouble(step, fault),
        }
    }

    fn mend_by_step(&mut self, node: &Target) -> Result<Took, Nothing> {
        let id = self.resolve(node)?;
        if self.process(id).troubles().is_empty() {
            return Err(format!("nothing is wrong with {id}"));
        }
        self.process(id).trap = None;
        self.mend(id);
        Ok(Took::Now(Some(id)))
    }

    fn take_down(
        &mut self,
        step: usize,
        node: &Target,
        point: Option<CrashPoint>,
        down: Down,
    ) -> Result<Took, Nothing> {
        let id = self.resolve(node)?;
        self.may_go_down(id)?;
        let Some(point) = point else {
            self.go_down(id, down);
            return Ok(Took::Now(Some(id)));
        };
        self.process(id).trap = Some(Trap { point, down, step });
        Ok(Took::Later(id))
    }

    pub(super) fn running(&mut self, node: &Target) -> Result<NodeId, Nothing> {
        let id = self.resolve(node)?;
        if self.process(id).is_down() { Err(format!("{id} is down")) } else { Ok(id) }
    }

    /// Whether the claim allows one more node to be down.
    pub(super) fn may_go_down(&mut self, id: NodeId) -> Result<(), Nothing> {
        if self.process(id).is_down() {
            return Err(format!("{id} is down already"));
        }
        let others = self.processes.iter().filter(|process| process.io.id != id);
        let away = others.filter(|p| p.may_be_away()).count();
        match self.schedule.claim.down_limit() {
            Some(limit) if away as u32 >= limit => {
                Err(format!("the claim allows {limit} down at once"))
            }
            _ => Ok(()),
        }
    }

    /// Lets a paused process go on: what waited for it arrives at once, in order.
    pub(super) fn resume(&mut self, id: NodeId) -> bool {
        if !std::mem::take(&mut self.process(id).paused) {
            return false;
        }
        if self.process(id).busy.is_none_or(|until| until <= self.now) {
            self.busy_until(id, self.now);
        }
        true
    }
}
