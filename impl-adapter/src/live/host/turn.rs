//! One thing after the other happens to a cluster: a frame came in, a timer is due, something was
//! made durable. A node handles it, and what the node asks for is done.

use super::due::Alarm;
use super::member::Arrived;
use super::{Cluster, Wire};
use crate::live::{Transport, closed};
use schism::execute::hosted::Deed;
use schism::expect::Standing;
use schism::history::Outcome;
use schism::{Event, Node, NodeId, Time};
use std::io::Result;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

impl<N: Node<Message: Wire>, T: Transport> Cluster<N, T> {
    /// Waits for the next thing to happen, and lets the node handle it that it concerns. To stop
    /// waiting loses nothing.
    ///
    /// # Errors
    /// A node cannot write its files, or the network is closed.
    pub async fn turn(&mut self) -> Result<()> {
        if let Some((node, incarnation, token)) = self.synced.pop_front() {
            let same = self.members[node.index()].incarnation == incarnation;
            return if same { self.event(node, Event::Synced(token)) } else { Ok(()) };
        }
        let due = self.alarms.next().map(|due| self.began + Duration::from_micros(due.0));
        let due = due.map_or(self.pulse, |due| due.min(self.pulse));
        let arrived = tokio::select! {
            biased;
            () = sleep_until(due) => None,
            arrived = self.inbox.recv() => Some(arrived.ok_or_else(closed)?),
        };
        match arrived {
            // Somebody else on this machine may speak to a socket of ours.
            Some(Arrived { from, .. }) if from.0 == 0 || from.index() >= self.members.len() => {
                Ok(())
            }
            Some(Arrived { to, from, frame }) => match N::Message::decode(&frame) {
                Some(body) => {
                    self.book.delivered();
                    self.event(to, Event::Message { from, body })
                }
                // What cannot be read is lost, as on the way.
                None => Ok(()),
            },
            None => {
                self.beat();
                self.alarm()
            }
        }
    }

    /// Looks often enough whether the machine goes on: no timer of a node's may be due for long.
    fn beat(&mut self) {
        let now = Instant::now();
        if now >= self.pulse {
            self.was_late(now - self.pulse);
            self.pulse = now + self.settings.stall / 2;
        }
    }

    /// Lets time pass until then.
    ///
    /// # Errors
    /// As of a turn.
    pub async fn run_until(&mut self, deadline: Instant) -> Result<()> {
        while !self.book.is_over() {
            tokio::select! {
                biased;
                turned = self.turn() => turned?,
                () = sleep_until(deadline) => return Ok(()),
            }
            // Where one thing follows the other without a pause the deadline is reached as well.
            if Instant::now() >= deadline {
                return Ok(());
            }
        }
        Ok(())
    }

    fn alarm(&mut self) -> Result<()> {
        let now = self.now();
        let Some((due, alarm)) = self.alarms.pop(now) else { return Ok(()) };
        self.was_late(now.since(due));
        match alarm {
            Alarm::Timer { node, timer } => self.event(node, Event::Timer(timer)),
            Alarm::GiveUp { operation } => {
                self.book.close(operation, Outcome::Unknown, None, now);
                Ok(())
            }
        }
    }

    /// The machine kept somebody waiting: what is promised in time is not to be asked meanwhile.
    fn was_late(&mut self, late: Duration) {
        if late > self.settings.stall / 4 {
            let now = self.now();
            self.watch.disturb(now);
        }
        self.stall.note(late, self.now());
    }

    pub(super) fn event(&mut self, node: NodeId, event: Event<N>) -> Result<()> {
        let now = self.now();
        let at = self.book.moment(now);
        let Some(hosted) = &mut self.members[node.index()].node else { return Ok(()) };
        match hosted.handle(at, event) {
            Ok(()) => {
                let done = self.carry_out(node);
                // All nodes wait while one writes to its disk.
                let after = self.now();
                let work = after.since(now);
                self.was_late(work);
                if let Some(full) = self.stall.worked(work, after, self.settings.stall) {
                    self.was_late(full);
                }
                done
            }
            Err(end) => {
                self.members[node.index()].node = None;
                self.book.end(end);
                Ok(())
            }
        }
    }

    /// Does what a node asked for.
    pub(super) fn carry_out(&mut self, node: NodeId) -> Result<()> {
        let now = self.now();
        let member = &mut self.members[node.index()];
        let incarnation = member.incarnation;
        let Some(hosted) = &mut member.node else { return Ok(()) };
        let deeds = hosted.deeds();
        for deed in deeds {
            match deed {
                Deed::Send { to, body } => {
                    self.book.sent();
                    // It ends with the cluster: nobody misses it then.
                    let _ = member.outbox.send((to, body.encode()));
                }
                Deed::Answer { request, outcome } => self.book.answer(request, outcome, node, now),
                Deed::Arm { id, after, every, timer } => {
                    self.alarms.arm(node, id, now, after, every, timer);
                }
                Deed::Disarm(id) => self.alarms.disarm(node, id),
                Deed::Write { file, bytes, whole } => member.files.write(&file, &bytes, whole)?,
                Deed::Sync { file, token } => {
                    if let Some(file) = file {
                        member.files.sync(&file)?;
                    }
                    self.synced.extend(token.map(|token| (node, incarnation, token)));
                }
                Deed::Tell(fact) => {
                    self.watch.hear(&fact);
                    self.book.tell(node, incarnation, fact, now);
                }
            }
        }
        self.shows(node, now);
        Ok(())
    }

    /// Takes note of what a node has become.
    pub(super) fn shows(&mut self, node: NodeId, now: Time) {
        let member = &mut self.members[node.index()];
        let Some(hosted) = &member.node else { return };
        let role = hosted.role();
        let changed = std::mem::replace(&mut member.role, role) != role;
        if self.recording.views {
            self.book.shows(node, member.incarnation, hosted.view(), now);
        }
        if self.looks_out {
            let leads = role.leads().then_some(role.term);
            let standing = Standing { up: true, leads, sight: hosted.sight() };
            self.book.stands(node, standing, now);
        }
        if changed {
            self.book.plays(role.name);
            self.look();
        }
    }
}
