//! Effects of a node are carried out here, one at a time and in order; a crash falls between two of
//! them.

use super::process::{Armed, Down};
use super::{Happening, Lane, World};
use crate::id::{NodeId, Token};
use crate::node::{Effect, Node};
use crate::sabotage::Sabotage;
use crate::seed::Seed;
use crate::time::Time;
use crate::trace::What;
use std::hash::{Hash, Hasher};

impl<N: Node> World<'_, N> {
    /// Carries out one effect. `key` is the event's as a cause, `sends` how many messages it has
    /// sent so far.
    pub(super) fn carry_out(&mut self, id: NodeId, effect: Effect<N>, key: u64, sends: &mut u64) {
        match effect {
            Effect::Send { to, body } => {
                *sends += 1;
                self.send(id, to, body, Seed(key).fork(*sends).fork(u64::from(to.0)).0);
            }
            Effect::Answer { request, outcome } => {
                outcome.hash(&mut self.digest);
                self.answer(id, request, outcome);
            }
            Effect::Arm { id: timer, after, every, timer: value } => {
                let process = self.process(id);
                let due = process.io.now.0 + after;
                let incarnation = process.io.incarnation;
                let every = every.then_some(after);
                process.timers.push(Armed { id: timer, due, every, timer: value });
                if self.sabotage == Some(Sabotage::TimersNeverFire) {
                    self.counts.broken += 1;
                } else {
                    self.plan_timer(id, incarnation, timer, due);
                }
            }
            Effect::Disarm(timer) => self.process(id).timers.retain(|armed| armed.id != timer),
            Effect::Write { file, upto } => self.write(id, file, upto),
            Effect::Sync { file, upto, token } => self.sync(id, file, upto, token),
            Effect::Tell(fact) => self.told(id, fact),
            Effect::Trouble { step, stops } => {
                self.hit(step);
                if stops {
                    self.go_down(id, Down::DiskError);
                    // What a slow node had still to do may come in the calm end, where all come up.
                    if self.calm.is_some() {
                        self.start(id, None);
                    }
                }
            }
        }
    }

    fn write(&mut self, id: NodeId, file: usize, upto: usize) {
        let process = &mut self.processes[id.index()];
        let bytes = process.io.drive.bytes(file, upto);
        self.digest.write(bytes);
        if self.rich.is_on() {
            let (name, len) = (process.io.drive.name(file).to_owned(), bytes.len());
            self.record(Some(self.order), Some(id), || What::Wrote(name, len));
        }
        self.process(id).io.drive.wrote(file, upto);
    }

    fn sync(&mut self, id: NodeId, file: usize, upto: usize, token: Option<Token>) {
        let slow = if self.process(id).ill.is_some() { self.syncs(id, token) } else { Some(0) };
        if slow == Some(0) {
            self.durable(id, file, upto);
        }
        let incarnation = self.process(id).io.incarnation;
        if self.rich.is_on() {
            let name = self.process(id).io.drive.name(file).to_owned();
            self.record(Some(self.order), Some(id), || What::Synced(name));
        }
        if let Some(token) = token {
            // Of a sync that lied nothing is durable, neither now nor later.
            let by = slow.unwrap_or(0);
            let late = (by > 0).then_some((file, upto));
            let what = Happening::Synced { node: id, incarnation, token, late };
            self.at_lane(Time(self.now.0.saturating_add(by)), Lane::Message, what);
        }
    }

    /// What was written to a file survives the power.
    pub(super) fn durable(&mut self, id: NodeId, file: usize, upto: usize) {
        if self.sabotage.is_some() && self.sabotage_sync(id, file, upto) {
            return;
        }
        self.process(id).io.drive.synced(file, upto);
    }
}
