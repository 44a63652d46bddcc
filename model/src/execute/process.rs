//! The life of a node: it starts, handles events, its effects are carried out one by one, it goes
//! down between any two of them, and it comes up again from what its disk kept.

use super::clock::Clock;
use super::guard::{self, Crash};
use super::ill::Ill;
use super::rich;
use super::{Happening, Lane, World};
use crate::expect::Standing;
use crate::fault::{CrashPoint, EffectKind};
use crate::id::{NodeId, TimerId};
use crate::node::{Effect, Event, Io, Node, Role};
use crate::seed::Seed;
use crate::time::Time;
use crate::trace::{End, Panic, What};
use std::collections::VecDeque;

/// One node and what belongs to its machine.
pub(super) struct Process<N: Node> {
    pub(super) io: Io<N>,
    /// `None` while the process is down.
    pub(super) node: Option<N>,
    pub(super) paused: bool,
    /// Until when the process is busy with an event that takes time.
    pub(super) busy: Option<Time>,
    /// What waits in front of a paused or busy process, with its cause's key and place.
    pub(super) waiting: VecDeque<(Event<N>, u64, u64)>,
    pub(super) timers: Vec<Armed<N>>,
    pub(super) clock: Clock,
    /// What is wrong with the machine, where something is.
    pub(super) ill: Option<Box<Ill<N>>>,
    /// Whether its disk has ever lost or corrupted what was durable.
    pub(super) damaged: bool,
    /// Where a written step wants it to crash.
    pub(super) trap: Option<Trap>,
    /// What the node last said it was.
    pub(super) role: Role,
    /// How it stood when that was last noted.
    pub(super) standing: Standing,
    /// A count of its timer events, to tell their causes apart.
    ticks: u64,
}

pub(super) struct Armed<N: Node> {
    pub(super) id: TimerId,
    /// On the node's own clock, in microseconds.
    pub(super) due: u64,
    pub(super) every: Option<u64>,
    pub(super) timer: N::Timer,
}

/// A crash that waits for its point.
#[derive(Clone, Copy)]
pub(super) struct Trap {
    pub(super) point: CrashPoint,
    pub(super) down: Down,
    pub(super) step: usize,
}

/// How a process goes down.
#[derive(Clone, Copy, Hash)]
pub(super) enum Down {
    Crash,
    PowerLoss {
        kept_percent: u8,
    },
    Stop,
    /// The disk failed, and the process did not expect it.
    DiskError,
}

impl<N: Node> Process<N> {
    pub(super) fn new(io: Io<N>) -> Process<N> {
        Process {
            io,
            node: None,
            paused: false,
            busy: None,
            waiting: VecDeque::new(),
            timers: Vec::new(),
            clock: Clock::new(),
            ill: None,
            damaged: false,
            trap: None,
            role: Role::NONE,
            standing: Standing::default(),
            ticks: 0,
        }
    }

    #[inline]
    pub(super) const fn is_down(&self) -> bool {
        self.node.is_none()
    }

    /// Whether it is down or stands, or may stop any time.
    pub(super) fn may_be_away(&self) -> bool {
        let disk = &self.io.drive.trouble;
        self.is_down()
            || self.paused
            || self.trap.is_some()
            || disk.as_ref().is_some_and(|disk| disk.may_stop())
    }

    /// The steps that began what is wrong with its machine: a crash that waits for its point, its
    /// clock, its disk, its speed.
    pub(super) fn troubles(&self) -> Vec<usize> {
        let mut steps: Vec<usize> = self.trap.map(|trap| trap.step).into_iter().collect();
        steps.extend(self.clock.step);
        steps.extend(self.io.drive.trouble.iter().flat_map(|disk| disk.steps()));
        steps.extend(self.ill.iter().flat_map(|ill| ill.steps()));
        steps
    }

    /// Whether events wait in front of it.
    #[inline]
    pub(super) const fn stands(&self) -> bool {
        self.paused || self.busy.is_some()
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
        process.io.now = process.clock.at(now);
        process.io.drive.take_image();
        process.io.seed = seed.of((id.0, incarnation));
        process.io.effects.clear();
        self.record(cause, Some(id), || What::Up(incarnation));
        self.given_life(id);
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
                self.given_time(id);
                self.watch.stir();
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
        if process.stands() {
            process.waiting.push_back((event, key, cause.unwrap_or(order)));
            return;
        }
        if process.node.is_none() {
            return;
        }
        if self.walk.is_some() {
            self.given_event(id, &event, key);
        }
        let process = &mut self.processes[id.index()];
        let Some(node) = &mut process.node else { return };
        process.io.now = process.clock.at(now);
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
            Ok(()) => {
                self.given_time(id);
                self.after_event(id, key);
            }
            Err(crash) => self.crashed(id, crash),
        }
    }

    /// Lets a node do something to itself.
    pub(super) fn disturb(&mut self, id: NodeId, name: &str, argument: u64, key: u64) {
        let now = self.now;
        self.given(id, (name, argument));
        let process = &mut self.processes[id.index()];
        process.io.now = process.clock.at(now);
        let Some((node, io)) = process.node_mut() else { return };
        match guard::call(|| node.disturb(name, argument, io)) {
            Ok(()) => {
                self.given_time(id);
                self.after_event(id, key);
            }
            Err(crash) => self.crashed(id, crash),
        }
    }

    pub(super) fn fire_timer(&mut self, id: NodeId, incarnation: u32, timer: TimerId, due: u64) {
        let process = &mut self.processes[id.index()];
        if process.io.incarnation != incarnation {
            return;
        }
        // One that was planned before the clock slowed down comes too early, and is planned anew.
        if process.clock.is_odd() && process.clock.at(self.now).0 < due {
            return;
        }
        let found = process.timers.iter().rposition(|armed| armed.id == timer && armed.due == due);
        let Some(place) = found else { return };
        let value = if let Some(period) = process.timers[place].every {
            process.timers[place].due += period;
            let value = process.timers[place].timer.clone();
            self.plan_timer(id, incarnation, timer, due + period);
            value
        } else {
            process.timers.swap_remove(place).timer
        };
        let process = &mut self.processes[id.index()];
        process.ticks += 1;
        let key = Seed(process.ticks).fork(u64::from(incarnation)).0;
        let key = self.node_key(id, key);
        self.stems(key, (timer, "goes off"));
        if self.rich.is_on() && !self.processes[id.index()].stands() {
            let text = rich::brief(&value);
            self.record(None, Some(id), || What::Timer(text));
        }
        self.event(id, Event::Timer(value), key, None);
    }

    pub(super) fn plan_timer(&mut self, node: NodeId, incarnation: u32, id: TimerId, due: u64) {
        // A clock that stands comes to no time.
        let Some(at) = self.processes[node.index()].clock.when(due) else { return };
        let at = self.now.max(at);
        self.at_lane(at, Lane::Timer, Happening::Timer { node, incarnation, id, due });
    }

    /// Plans a node's timers anew, after its clock has changed.
    pub(super) fn replan_timers(&mut self, id: NodeId) {
        let process = self.process(id);
        let incarnation = process.io.incarnation;
        let timers: Vec<_> = process.timers.iter().map(|armed| (armed.id, armed.due)).collect();
        for (timer, due) in timers {
            self.plan_timer(id, incarnation, timer, due);
        }
    }

    /// Carries out the effects of an event, up to a crash between two of them, and takes note of
    /// what the node has become.
    fn after_event(&mut self, id: NodeId, key: u64) {
        if self.process(id).ill.is_some() {
            self.after_event_of_the_ill(id, key);
            return;
        }
        let mut effects = std::mem::take(&mut self.process(id).io.effects);
        let mut sends = 0;
        let mut survived = true;
        let mut done = 0;
        for effect in effects.drain(..) {
            if !effect.is_detail() {
                if self.process(id).trap.is_some() && self.trapped(id, done, &effect) {
                    survived = false;
                    break;
                }
                done += 1;
            }
            self.carry_out(id, effect, key, &mut sends);
        }
        let some = done > 0;
        self.process(id).io.effects = effects;
        if survived && some {
            survived = !self.trapped_at_the_end(id);
        }
        if survived {
            self.process(id).io.drive.tidy();
            self.note_role_and_view(id);
        }
    }

    /// Whether the node crashes before this effect.
    pub(super) fn trapped(&mut self, id: NodeId, done: usize, effect: &Effect<N>) -> bool {
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
    pub(super) fn trapped_at_the_end(&mut self, id: NodeId) -> bool {
        let trap = self.process(id).trap;
        let Some(trap) = trap.filter(|trap| matches!(trap.point, CrashPoint::AfterEffect(_)))
        else {
            return false;
        };
        self.spring(id, trap);
        true
    }

    fn spring(&mut self, id: NodeId, trap: Trap) {
        self.hit(trap.step);
        self.go_down(id, trap.down);
    }

    /// Ends a process, and with it what it had not written.
    pub(super) fn go_down(&mut self, id: NodeId, how: Down) {
        let process = &mut self.processes[id.index()];
        process.node = None;
        process.paused = false;
        process.busy = None;
        if let Some(ill) = &mut process.ill {
            ill.pending.clear();
        }
        process.waiting.clear();
        process.timers.clear();
        process.trap = None;
        process.role = Role::NONE;
        self.stir();
        self.stands(id, Standing::default());
        let process = &mut self.processes[id.index()];
        process.io.effects.clear();
        process.io.drive.crash();
        let what = match how {
            Down::Crash => "crashed",
            Down::Stop => "stopped",
            Down::DiskError => "stopped at a disk error",
            Down::PowerLoss { kept_percent } => {
                process.io.drive.lose_power(kept_percent);
                "lost power"
            }
        };
        if let Some(sabotage) = self.sabotage {
            self.sabotage_disk(id, sabotage);
        }
        self.given(id, "goes down");
        let process = &mut self.processes[id.index()];
        // What is still planned for the old incarnation finds nobody.
        process.io.incarnation += 1;
        self.record(None, Some(id), || What::Down(what));
        self.plan.down(id, self.now);
    }

    pub(super) fn crashed(&mut self, id: NodeId, crash: Crash) {
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
}
