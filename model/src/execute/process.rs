//! The life of a node: it starts, handles events, its effects are carried out one by one, it goes down
//! between any two of them, and it comes up again from what its disk kept.

use super::guard::{self, Crash};
use super::network::Fate;
use super::rich;
use super::{Flight, Happening, Lane, World};
use crate::fault::{CrashPoint, EffectKind};
use crate::history::Outcome;
use crate::id::{NodeId, TimerId};
use crate::node::{Effect, Event, Io, Node, Role};
use crate::seed::Seed;
use crate::time::Time;
use crate::trace::{End, NoiseHit, Panic, Shown, What};
use std::hash::Hash;

/// One node and what belongs to its machine.
pub(super) struct Process<N: Node> {
    pub(super) io: Io<N>,
    /// `None` while the process is down.
    node: Option<N>,
    pub(super) paused: bool,
    /// What waits in front of a paused process, with its cause's key and place.
    pub(super) waiting: Vec<(Event<N>, u64, u64)>,
    timers: Vec<Armed<N>>,
    /// How far the node's clock is ahead of virtual time, in microseconds.
    pub(super) ahead: u64,
    /// Where a written step wants it to crash.
    pub(super) trap: Option<Trap>,
    /// What the node last said it was.
    pub(super) role: Role,
    /// A count of its timer events, to tell their causes apart.
    ticks: u64,
}

struct Armed<N: Node> {
    id: TimerId,
    /// On the node's own clock, in microseconds.
    due: u64,
    every: Option<u64>,
    timer: N::Timer,
}

/// A crash that waits for its point.
#[derive(Clone, Copy)]
pub(super) struct Trap {
    pub(super) point: CrashPoint,
    pub(super) down: Down,
    pub(super) step: usize,
}

/// How a process goes down.
#[derive(Clone, Copy)]
pub(super) enum Down {
    Crash,
    PowerLoss { kept_percent: u8 },
    Stop,
}

impl<N: Node> Process<N> {
    pub(super) fn new(io: Io<N>) -> Process<N> {
        Process {
            io,
            node: None,
            paused: false,
            waiting: Vec::new(),
            timers: Vec::new(),
            ahead: 0,
            trap: None,
            role: Role::NONE,
            ticks: 0,
        }
    }

    #[inline]
    pub(super) const fn is_down(&self) -> bool {
        self.node.is_none()
    }

    #[inline]
    pub(super) const fn is_paused(&self) -> bool {
        self.paused
    }

    pub(super) const fn node_mut(&mut self) -> Option<(&mut N, &mut Io<N>)> {
        match &mut self.node {
            Some(node) => Some((node, &mut self.io)),
            None => None,
        }
    }
}

impl<N: Node> World<'_, N> {
    /// Brings a node up. The step is the one that wanted it, if one did.
    pub(super) fn start(&mut self, id: NodeId, step: Option<usize>) {
        let (seed, now, boot) = (self.schedule.seed, self.now, self.boot);
        let cause = step.map(|_| self.order);
        let process = self.process(id);
        let incarnation = process.io.incarnation;
        process.io.now = Time(now.0 + process.ahead);
        process.io.seed = seed.of((id.0, incarnation));
        process.io.effects.clear();
        self.record(cause, Some(id), || What::Up(incarnation));
        let key = self.node_key(id, Seed(u64::from(incarnation)).fork(0xb007).0);
        let rich = self.rich.is_on();
        let io = &mut self.processes[id.index()].io;
        let booted = if rich {
            let (result, logs) = rich::listen(|| guard::call(|| boot(io)));
            self.logged(id, logs);
            result
        } else {
            guard::call(|| boot(io))
        };
        match booted {
            Ok(node) => {
                self.process(id).node = Some(node);
                self.after_event(id, key);
            }
            Err(crash) => self.crashed(id, crash),
        }
    }

    /// Lets a node handle an event. `key` is the event's as a cause, `cause` the place of what
    /// caused it.
    pub(super) fn event(&mut self, id: NodeId, event: Event<N>, key: u64, cause: Option<u64>) {
        let now = self.now;
        let order = self.order;
        let process = &mut self.processes[id.index()];
        if process.paused {
            process.waiting.push((event, key, cause.unwrap_or(order)));
            return;
        }
        let Some(node) = &mut process.node else { return };
        process.io.now = Time(now.0 + process.ahead);
        self.digest.word(now.0);
        self.digest.word(key ^ u64::from(id.0));
        let io = &mut process.io;
        let result = if self.rich.is_on() {
            let (result, logs) = rich::listen(|| guard::call(|| node.step(event, io)));
            self.logged(id, logs);
            result
        } else {
            guard::call(|| node.step(event, io))
        };
        match result {
            Ok(()) => self.after_event(id, key),
            Err(crash) => self.crashed(id, crash),
        }
    }

    /// Lets a node do something to itself.
    pub(super) fn disturb(&mut self, id: NodeId, name: &str, argument: u64, key: u64) {
        let now = self.now;
        let process = &mut self.processes[id.index()];
        process.io.now = Time(now.0 + process.ahead);
        let Some((node, io)) = process.node_mut() else { return };
        match guard::call(|| node.disturb(name, argument, io)) {
            Ok(()) => self.after_event(id, key),
            Err(crash) => self.crashed(id, crash),
        }
    }

    pub(super) fn fire_timer(&mut self, id: NodeId, incarnation: u32, timer: TimerId, due: u64) {
        let process = &mut self.processes[id.index()];
        if process.io.incarnation != incarnation {
            return;
        }
        let found = process.timers.iter().position(|armed| armed.id == timer && armed.due == due);
        let Some(place) = found else { return };
        let value = if let Some(period) = process.timers[place].every {
            process.timers[place].due += period;
            let (due, ahead) = (due + period, process.ahead);
            let value = process.timers[place].timer.clone();
            self.plan_timer(id, incarnation, timer, due, ahead);
            value
        } else {
            process.timers.swap_remove(place).timer
        };
        let process = &mut self.processes[id.index()];
        process.ticks += 1;
        let key = Seed(process.ticks).fork(u64::from(incarnation)).0;
        let key = self.node_key(id, key);
        if self.rich.is_on() && !self.processes[id.index()].paused {
            let text = rich::brief(&value);
            self.record(None, Some(id), || What::Timer(text));
        }
        self.event(id, Event::Timer(value), key, None);
    }

    fn plan_timer(&mut self, node: NodeId, incarnation: u32, id: TimerId, due: u64, ahead: u64) {
        let at = self.now.max(Time(due.saturating_sub(ahead)));
        self.at_lane(at, Lane::Timer, Happening::Timer { node, incarnation, id, due });
    }

    /// Plans a node's timers anew, after its clock has jumped.
    pub(super) fn replan_timers(&mut self, id: NodeId) {
        let process = self.process(id);
        let (incarnation, ahead) = (process.io.incarnation, process.ahead);
        let timers: Vec<_> = process.timers.iter().map(|armed| (armed.id, armed.due)).collect();
        for (timer, due) in timers {
            self.plan_timer(id, incarnation, timer, due, ahead);
        }
    }

    /// Carries out the effects of an event, up to a crash between two of them, and takes note of
    /// what the node has become.
    fn after_event(&mut self, id: NodeId, key: u64) {
        let mut effects = std::mem::take(&mut self.process(id).io.effects);
        let mut sends = 0;
        let mut survived = true;
        let some = !effects.is_empty();
        for (done, effect) in effects.drain(..).enumerate() {
            if self.process(id).trap.is_some() && self.trapped(id, done, &effect) {
                survived = false;
                break;
            }
            self.carry_out(id, effect, key, &mut sends);
        }
        self.process(id).io.effects = effects;
        if survived && some {
            survived = !self.trapped_at_the_end(id);
        }
        if survived {
            self.process(id).io.drive.tidy();
            self.note_role_and_view(id);
        }
    }

    fn note_role_and_view(&mut self, id: NodeId) {
        let at = self.moment();
        let views = self.recording.views;
        let process = &mut self.processes[id.index()];
        let Some(node) = &process.node else { return };
        let role = node.role();
        if views {
            let (incarnation, view) = (process.io.incarnation, node.view());
            self.views.push(Shown { at, node: id, incarnation, view });
        }
        if role != process.role {
            let elected = role.leads() && !(process.role.leads() && process.role.term == role.term);
            process.role = role;
            if elected {
                self.plan.elected(id, at.time);
            }
        }
    }

    /// Whether the node crashes before this effect.
    fn trapped(&mut self, id: NodeId, done: usize, effect: &Effect<N>) -> bool {
        let Some(trap) = self.process(id).trap else { return false };
        let now = match trap.point {
            CrashPoint::AfterEffect(n) => done >= n as usize,
            CrashPoint::Before(EffectKind::Sync) => matches!(effect, Effect::Sync { .. }),
            CrashPoint::Before(EffectKind::Send) => matches!(effect, Effect::Send { .. }),
            CrashPoint::Before(EffectKind::Answer) => matches!(effect, Effect::Answer { .. }),
        };
        if now {
            self.spring(id, trap);
        }
        now
    }

    /// A crash after more effects than the event had falls behind the last one.
    fn trapped_at_the_end(&mut self, id: NodeId) -> bool {
        let trap = self.process(id).trap;
        let Some(trap) = trap.filter(|trap| matches!(trap.point, CrashPoint::AfterEffect(_)))
        else {
            return false;
        };
        self.spring(id, trap);
        true
    }

    fn spring(&mut self, id: NodeId, trap: Trap) {
        self.plan.record(trap.step).took_hold = true;
        self.plan.record(trap.step).note = None;
        self.count_fault(trap.step);
        self.go_down(id, trap.down);
    }

    /// Ends a process, and with it what it had not written.
    pub(super) fn go_down(&mut self, id: NodeId, how: Down) {
        let process = &mut self.processes[id.index()];
        process.node = None;
        process.paused = false;
        process.waiting.clear();
        process.timers.clear();
        process.trap = None;
        process.role = Role::NONE;
        process.io.effects.clear();
        process.io.drive.crash();
        let what = match how {
            Down::Crash => "crashed",
            Down::Stop => "stopped",
            Down::PowerLoss { kept_percent } => {
                process.io.drive.lose_power(kept_percent);
                "lost power"
            }
        };
        // What is still planned for the old incarnation finds nobody.
        process.io.incarnation += 1;
        self.record(None, Some(id), || What::Down(what));
        self.plan.down(id, self.now);
    }

    fn carry_out(&mut self, id: NodeId, effect: Effect<N>, key: u64, sends: &mut u64) {
        match effect {
            Effect::Send { to, body } => {
                *sends += 1;
                self.send(id, to, body, Seed(key).fork(*sends).fork(u64::from(to.0)).0);
            }
            Effect::Answer { request, outcome } => self.answer_leaves(id, request, outcome),
            Effect::Arm { id: timer, after, every, timer: value } => {
                let process = self.process(id);
                let due = process.io.now.0 + after;
                let (incarnation, ahead) = (process.io.incarnation, process.ahead);
                let every = every.then_some(after);
                process.timers.push(Armed { id: timer, due, every, timer: value });
                self.plan_timer(id, incarnation, timer, due, ahead);
            }
            Effect::Disarm(timer) => self.process(id).timers.retain(|armed| armed.id != timer),
            Effect::Write { file, upto } => {
                let process = &mut self.processes[id.index()];
                let bytes = process.io.drive.bytes(file, upto);
                std::hash::Hasher::write(&mut self.digest, bytes);
                let (name, len) = (process.io.drive.name(file), bytes.len());
                let cause = self.order;
                self.rich.note(
                    crate::history::Moment { order: self.order, time: self.now },
                    Some(cause),
                    Some(id),
                    || What::Wrote(name.to_owned(), len),
                );
                process.io.drive.wrote(file, upto);
            }
            Effect::Sync { file, upto, token } => self.sync(id, file, upto, token),
            Effect::Tell(fact) => self.told(id, fact),
        }
    }

    fn sync(&mut self, id: NodeId, file: usize, upto: usize, token: Option<crate::id::Token>) {
        let process = self.process(id);
        process.io.drive.synced(file, upto);
        let incarnation = process.io.incarnation;
        if self.rich.is_on() {
            let name = self.process(id).io.drive.name(file).to_owned();
            self.record(Some(self.order), Some(id), || What::Synced(name));
        }
        if let Some(token) = token {
            let what = Happening::Synced { node: id, incarnation, token };
            self.at_lane(self.now, Lane::Message, what);
        }
    }

    fn send(&mut self, from: NodeId, to: NodeId, body: N::Message, key: u64) {
        self.counts.sent += 1;
        let sent = self.order;
        if to.0 == 0 || to.index() >= self.processes.len() {
            self.record(Some(sent), Some(from), || {
                What::Note(format!("a message to {to}: unknown"))
            });
            return;
        }
        let text = if self.rich.is_on() { rich::brief(&body) } else { String::new() };
        let (mut fate, step) = self.network.fate(from, to);
        if let Some(step) = step {
            self.plan.record(step).took_hold = true;
            self.plan.record(step).note = None;
            self.count_fault(step);
        }
        if let Some(disturber) = self.disturber {
            let nth = self.network.nth_now(from, to, self.now);
            if step.is_none()
                && let Fate::Sent { late: added } = &mut fate
                && let Some(late) = disturber.hits(key)
            {
                self.hits.push(NoiseHit { sent: self.now, from, to, nth, late });
                match late {
                    Some(by) => *added = by,
                    None => fate = Fate::Lost("lost"),
                }
            }
        }
        let lost = match &fate {
            Fate::Lost(why) => Some(*why),
            Fate::Held => Some("held back"),
            Fate::Sent { .. } => None,
        };
        self.record(Some(sent), Some(from), || What::Sent { to, text, lost });
        let flight = Flight { from, to, body, key, sent };
        match fate {
            Fate::Lost(_) => {}
            Fate::Held => self.network.keep(from, to, flight),
            Fate::Sent { late } => {
                let at = self.now + self.schedule.timing.latency + late;
                self.at_lane(at, Lane::Message, Happening::Deliver(flight));
            }
        }
    }

    fn crashed(&mut self, id: NodeId, crash: Crash) {
        let at = self.moment();
        self.end = Some(match crash {
            Crash::Panicked { message, location } => {
                End::Panicked(Panic { node: id, at, message, location })
            }
            Crash::Runaway => End::Runaway {
                node: Some(id),
                what: "one event of it had over a million effects".to_owned(),
            },
        });
        if let Some(End::Panicked(panic)) = &self.end {
            let text = format!("panicked at {}: {}", panic.location, panic.message);
            self.record(Some(at.order), Some(id), || What::Note(text));
        }
    }

    fn logged(&mut self, id: NodeId, logs: Vec<rich::Logged>) {
        let cause = self.order;
        for rich::Logged { level, target, text } in logs {
            self.record(Some(cause), Some(id), || What::Log { level, target, text });
        }
    }

    fn answer_leaves(
        &mut self,
        id: NodeId,
        request: crate::id::RequestId,
        outcome: Outcome<super::Ret<N>>,
    ) {
        outcome.hash(&mut self.digest);
        self.answer(id, request, outcome);
    }
}
