//! What steps do to one machine: its speed, its disk, its clock; how long that lasts, and its end.
//!
//! The newest trouble of a kind stands: what began it knows its step, so an end that comes for an
//! older one finds nothing to do.

use super::faults::{Nothing, Took};
use super::process::Down;
use super::{Chore, Happening, Lane, World};
use crate::disk::{Spoil, Trouble};
use crate::fault::{ClockTrouble, DiskCall, DiskTrouble, Target};
use crate::id::NodeId;
use crate::node::Node;
use crate::seed::Seed;
use crate::time::{Time, micros};
use std::time::Duration;

impl<N: Node> World<'_, N> {
    pub(super) fn slow_down(
        &mut self,
        step: usize,
        node: &Target,
        by: Duration,
        lasts: Duration,
    ) -> Result<Took, Nothing> {
        let id = self.running(node)?;
        self.ill(id).slow = Some((micros(by), step));
        self.ends(id, step, lasts);
        Ok(Took::Later(id))
    }

    pub(super) fn disk_trouble(
        &mut self,
        step: usize,
        node: &Target,
        what: DiskTrouble,
    ) -> Result<Took, Nothing> {
        let id = self.resolve(node)?;
        match what {
            DiskTrouble::Fails { .. } | DiskTrouble::Full { .. } => {
                self.may_go_down(id)?;
                let trouble = self.disk_of(id);
                match what {
                    DiskTrouble::Fails { call: DiskCall::Write, kept_percent } => {
                        trouble.next_write = Some((step, kept_percent));
                    }
                    DiskTrouble::Full { lasts, kept_percent } => {
                        trouble.full = Some((step, kept_percent));
                        self.ends(id, step, lasts);
                    }
                    _ => trouble.next_sync = Some(step),
                }
            }
            DiskTrouble::Slow { by, lasts } => {
                self.ill(id).slow_disk = Some((micros(by), step));
                self.ends(id, step, lasts);
            }
            DiskTrouble::Lies { lasts } => {
                self.may_damage(id)?;
                self.ill(id).lies = Some(step);
                self.ends(id, step, lasts);
            }
            DiskTrouble::Tears | DiskTrouble::Misdirects => {
                self.may_damage(id)?;
                let torn = what == DiskTrouble::Tears;
                let spoil = if torn { Spoil::Torn } else { Spoil::Misdirected };
                let seed = Seed(self.plan.key(step));
                self.disk_of(id).spoil = Some((step, spoil, seed));
            }
            DiskTrouble::Flips { .. }
            | DiskTrouble::Loses { .. }
            | DiskTrouble::Wiped
            | DiskTrouble::Reverted => return self.damage(id, what),
        }
        Ok(Took::Later(id))
    }

    /// Damage that happens at once. Whole files are lost while the node is down.
    fn damage(&mut self, id: NodeId, what: DiskTrouble) -> Result<Took, Nothing> {
        if let DiskTrouble::Flips { bit } = what {
            self.may_damage(id)?;
            if !self.process(id).io.drive.flip(bit) {
                return Err(format!("{id} has nothing durable"));
            }
            return Ok(Took::Now(Some(id)));
        }
        if !self.process(id).is_down() {
            self.may_go_down(id)?;
        }
        self.may_damage(id)?;
        if !self.process(id).is_down() {
            self.go_down(id, Down::Crash);
        }
        let drive = &mut self.process(id).io.drive;
        match what {
            DiskTrouble::Wiped => drive.wipe(),
            DiskTrouble::Reverted => drive.revert(),
            DiskTrouble::Loses { file } => {
                drive.lose(file);
            }
            _ => return Err("this version does not know how to do that".to_owned()),
        }
        Ok(Took::Now(Some(id)))
    }

    /// Takes one of the claim's budget of nodes that may lose or corrupt durable data.
    fn may_damage(&mut self, id: NodeId) -> Result<(), Nothing> {
        if self.process(id).damaged {
            return Ok(());
        }
        let minority = (self.processes.len() as u32).saturating_sub(1) / 2;
        let limit = self.schedule.claim.damage_limit().unwrap_or(minority);
        let damaged = self.processes.iter().filter(|process| process.damaged).count();
        if damaged as u32 >= limit {
            return Err(format!("the claim allows damage on {limit} in a run"));
        }
        self.process(id).damaged = true;
        Ok(())
    }

    pub(super) fn clock_trouble(
        &mut self,
        step: usize,
        node: &Target,
        what: ClockTrouble,
    ) -> Result<Took, Nothing> {
        let id = self.resolve(node)?;
        self.process(id).clock.step = Some(step);
        self.turn_clock(id, step, 0, what);
        Ok(Took::Now(Some(id)))
    }

    /// Gives a clock its speed for the so-manieth time, and plans the next change.
    fn turn_clock(&mut self, id: NodeId, step: usize, nth: u64, what: ClockTrouble) {
        let swing = |percent: u8| u64::from(percent.min(ClockTrouble::SWING_MAX));
        let (percent, lasts) = match what {
            ClockTrouble::Drifts { percent } => {
                let percent = percent.clamp(ClockTrouble::SLOWEST, ClockTrouble::FASTEST);
                (100_u64.saturating_add_signed(percent.into()), None)
            }
            ClockTrouble::Wobbles { percent, every } => {
                let ahead = nth.is_multiple_of(2);
                let swing = swing(percent);
                let every = every.max(Duration::from_millis(1));
                (if ahead { 100 + swing } else { 100 - swing }, Some(every))
            }
            ClockTrouble::Jitters { percent } => {
                let swing = swing(percent);
                let mut draws = Seed(self.plan.key(step)).fork(nth).draws();
                (draws.between(100 - swing, 100 + swing), Some(ClockTrouble::SLICE))
            }
            ClockTrouble::Freezes { lasts } if nth == 0 => (0, Some(lasts)),
            ClockTrouble::Freezes { .. } => (100, None),
        };
        let now = self.now;
        self.process(id).clock.run_at(percent, now);
        self.replan_timers(id);
        if let Some(lasts) = lasts {
            self.later(lasts, Chore::Turn { node: id, step, nth: nth + 1 });
        }
    }

    fn disk_of(&mut self, id: NodeId) -> &mut Trouble {
        self.ill(id);
        self.process(id).io.drive.trouble.get_or_insert_default()
    }

    fn ends(&mut self, node: NodeId, step: usize, lasts: Duration) {
        self.later(lasts, Chore::Ends { node, step });
    }

    pub(super) fn later(&mut self, wait: Duration, chore: Chore) {
        self.at_lane(self.now + wait, Lane::Timeout, Happening::Chore(chore));
    }

    /// Does what a step has left to do. In the calm end nothing is.
    pub(super) fn chore(&mut self, chore: Chore) {
        if !matches!(chore, Chore::Ask { .. }) {
            self.stir();
        }
        if let Chore::Durable { node, incarnation, file, upto } = chore {
            if self.process(node).io.incarnation == incarnation {
                self.process(node).io.drive.synced(file, upto);
            }
            return;
        }
        if self.calm.is_some() {
            return;
        }
        match chore {
            Chore::Ends { node, step } => self.end_of_trouble(node, step),
            Chore::Turn { node, step, nth } => {
                if self.process(node).clock.step == Some(step)
                    && let Some(what) = self.clock_step(step)
                {
                    self.turn_clock(node, step, nth, what);
                }
            }
            Chore::CrashAgain { node, step, left } => self.crash_again(node, step, left),
            Chore::Roll { node, step, up } => self.roll(node, step, up),
            Chore::LinkEnds { step } => self.link_ends(step),
            Chore::Depart { step } => self.depart(step),
            Chore::Flap { step, every, until } => self.flap(step, every, until),
            Chore::Ask { step, nth } => self.ask_of_load(step, nth),
            Chore::Durable { .. } => {}
        }
    }

    fn clock_step(&self, step: usize) -> Option<ClockTrouble> {
        match &self.schedule.steps[step].action {
            crate::schedule::Action::Fault(crate::fault::Fault::Clock { what, .. }) => Some(*what),
            _ => None,
        }
    }

    fn end_of_trouble(&mut self, id: NodeId, step: usize) {
        let process = self.process(id);
        if let Some(ill) = &mut process.ill {
            ill.slow.take_if(|(_, began)| *began == step);
            ill.slow_disk.take_if(|(_, began)| *began == step);
            ill.lies.take_if(|began| *began == step);
        }
        if let Some(trouble) = &mut process.io.drive.trouble {
            trouble.full.take_if(|(began, _)| *began == step);
            if trouble.is_over() {
                process.io.drive.trouble = None;
            }
        }
    }

    /// All trouble of a machine ends: its clock runs true from where it is, and what its effects
    /// waited for is done.
    pub(super) fn mend(&mut self, id: NodeId) {
        let now = self.now;
        let process = self.process(id);
        process.io.drive.trouble = None;
        if let Some(ill) = &mut process.ill {
            (ill.slow, ill.slow_disk, ill.lies) = (None, None, None);
        }
        if process.clock.step.take().is_some() {
            process.clock.run_at(100, now);
            self.replan_timers(id);
        }
        if self.process(id).busy.is_some_and(|until| until > now) {
            self.busy_until(id, Time(now.0));
        }
    }
}
