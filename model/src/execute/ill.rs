//! Nodes whose events take time. Their effects wait in a row of their own, and leave it one by one;
//! as long as there are any, the next events of the node wait as well.
//!
//! A node is kept here only while its machine is in trouble; all others take the short way.

use super::{Happening, Lane, World};
use crate::id::{NodeId, Token};
use crate::node::{Effect, Event, Node};
use crate::time::Time;
use crate::trace::What;
use std::collections::VecDeque;

/// What is wrong with a machine. Each trouble has the step that wrote it.
pub(super) struct Ill<N: Node> {
    /// So long each event takes, in microseconds.
    pub(super) slow: Option<(u64, usize)>,
    /// So long each sync takes, in microseconds.
    pub(super) slow_disk: Option<(u64, usize)>,
    /// Syncs say yes and do nothing.
    pub(super) lies: Option<usize>,
    /// Effects of the last event that have not been carried out.
    pub(super) pending: VecDeque<Effect<N>>,
    /// The key of that event, and how many of its messages and effects have left.
    event: (u64, u64, usize),
    /// Whether the sync in front has taken its time.
    waited: bool,
}

impl<N: Node> Ill<N> {
    pub(super) const fn new() -> Ill<N> {
        Ill {
            slow: None,
            slow_disk: None,
            lies: None,
            pending: VecDeque::new(),
            event: (0, 0, 0),
            waited: false,
        }
    }
}

impl<N: Node> Ill<N> {
    /// The steps that began what still holds.
    pub(super) fn steps(&self) -> impl Iterator<Item = usize> {
        let by = |trouble: Option<(u64, usize)>| trouble.map(|(_, began)| began);
        [by(self.slow), by(self.slow_disk), self.lies].into_iter().flatten()
    }

    /// What tells it from other trouble: its sizes, and how far the last event is.
    pub(super) fn mark(&self) -> (Option<u64>, Option<u64>, bool, usize, bool) {
        let by = |trouble: Option<(u64, usize)>| trouble.map(|(by, _)| by);
        let lies = self.lies.is_some();
        (by(self.slow), by(self.slow_disk), lies, self.pending.len(), self.waited)
    }
}

impl<N: Node> World<'_, N> {
    pub(super) fn ill(&mut self, id: NodeId) -> &mut Ill<N> {
        self.process(id).ill.get_or_insert_with(|| Box::new(Ill::new()))
    }

    /// Carries out the effects of an event, as soon as the machine lets them go.
    pub(super) fn after_event_of_the_ill(&mut self, id: NodeId, key: u64) {
        let process = &mut self.processes[id.index()];
        let Some(ill) = &mut process.ill else { return };
        ill.pending.extend(process.io.effects.drain(..));
        ill.event = (key, 0, 0);
        ill.waited = false;
        match ill.slow {
            Some((by, step)) => {
                self.hit(step);
                self.busy_until(id, Time(self.now.0.saturating_add(by)));
            }
            None => self.carry_on(id),
        }
    }

    /// Lets nothing happen at a node before a moment.
    pub(super) fn busy_until(&mut self, id: NodeId, at: Time) {
        self.process(id).busy = Some(at);
        self.at_lane(at, Lane::Message, Happening::GoOn { node: id, at });
    }

    /// A node has been busy until now.
    pub(super) fn go_on(&mut self, id: NodeId, at: Time) {
        let process = self.process(id);
        if process.busy != Some(at) || process.paused {
            return;
        }
        process.busy = None;
        self.carry_on(id);
        self.catch_up(id);
    }

    /// Carries out what is pending, up to a crash or the next thing that takes time.
    fn carry_on(&mut self, id: NodeId) {
        let mut some = false;
        loop {
            let Some(ill) = &mut self.processes[id.index()].ill else { return };
            let Some(effect) = ill.pending.pop_front() else { break };
            let detail = effect.is_detail();
            some |= !detail;
            let (key, mut sends, done) = ill.event;
            let waited = std::mem::take(&mut ill.waited);
            let slow = ill.slow_disk;
            let springs = !waited && !detail && self.process(id).trap.is_some();
            if springs && self.trapped(id, done, &effect) {
                return;
            }
            if let (Effect::Sync { token: None, .. }, Some((by, step)), false) =
                (&effect, slow, waited)
            {
                self.hit(step);
                let ill = self.ill(id);
                ill.pending.push_front(effect);
                ill.waited = true;
                self.busy_until(id, Time(self.now.0.saturating_add(by)));
                return;
            }
            let incarnation = self.process(id).io.incarnation;
            self.carry_out(id, effect, key, &mut sends);
            if self.process(id).is_down() || self.process(id).io.incarnation != incarnation {
                return;
            }
            self.ill(id).event = (key, sends, done + usize::from(!detail));
        }
        if some && self.trapped_at_the_end(id) {
            return;
        }
        self.process(id).io.drive.tidy();
        self.note_role_and_view(id);
    }

    /// Hands a node the events that waited for it, in order, until it stands again.
    fn catch_up(&mut self, id: NodeId) {
        while self.end.is_none() && !self.process(id).stands() {
            let Some((event, key, cause)) = self.process(id).waiting.pop_front() else { return };
            self.order += 1;
            self.counts.events += 1;
            if self.rich.is_on() {
                match &event {
                    Event::Message { from, body } => {
                        let (from, text) = (*from, super::rich::brief(body));
                        let what = || What::Delivered { from, sent: cause, text };
                        self.record(Some(cause), Some(id), what);
                    }
                    Event::Timer(timer) => {
                        let text = super::rich::brief(timer);
                        self.record(None, Some(id), || What::Timer(text));
                    }
                    _ => {}
                }
            }
            self.event(id, event, key, Some(cause));
        }
    }

    /// How long a sync that is asked for now takes until data is durable: `None` if never. One that
    /// others wait for has taken its time before.
    pub(super) fn syncs(&mut self, id: NodeId, token: Option<Token>) -> Option<u64> {
        let ill = self.ill(id);
        if let Some(step) = ill.lies {
            self.hit(step);
            return None;
        }
        match (token, ill.slow_disk) {
            (Some(_), Some((by, step))) => {
                self.hit(step);
                Some(by)
            }
            _ => Some(0),
        }
    }
}
