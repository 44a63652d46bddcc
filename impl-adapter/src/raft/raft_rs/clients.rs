//! What clients ask a server for and what they are told: a write is proposed, and answered once it
//! is applied; a read waits until a leader has confirmed where the log stood and the state machine
//! has got there.
//!
//! The one idea: a write that the library has not taken (there is no leader, or too much of the log
//! waits for its commit) will never be done, so its client is told so.

use super::Server;
use crate::raft::Timer;
use crate::raft::hooks::Hooks;
use crate::raft::machine::{Command, Done};
use crate::raft::reads::PATIENCE;
use schism::spec::map::Op;
use schism::{Io, RequestId};

impl<H: Hooks> Server<H> {
    pub(super) fn write(&mut self, id: RequestId, op: Op, io: &mut Io<Self>) {
        let command = Command { request: id, op };
        if self.hooks.misses_all() && self.leads() && self.somebody_is_silent() {
            return;
        }
        if self.raft.propose(Vec::new(), command.encode()).is_err() {
            // Neither appended nor sent on, so it never will be.
            if self.hooks.refuses_dropped() {
                io.refused(id);
            }
        } else if self.hooks.answer_proposed() {
            io.ok(id, self.machine.would_answer(op));
        } else {
            while self.writes.front().is_some_and(|(_, since)| io.now().since(*since) > PATIENCE) {
                self.writes.pop_front();
            }
            self.writes.push_back((id, io.now()));
        }
    }

    pub(super) fn read(&mut self, id: RequestId, op: Op, io: &mut Io<Self>) {
        if self.hooks.read_locally(self.leads()) {
            io.ok(id, self.machine.would_answer(op));
        } else {
            let context = self.reads.add(id, op, io.now());
            self.raft.read_index(context);
            self.await_reads(io);
        }
    }

    pub(super) fn read_again(&mut self, io: &mut Io<Self>) {
        for context in self.reads.overdue(io.now()) {
            self.raft.read_index(context);
        }
        self.await_reads(io);
    }

    pub(super) fn await_reads(&mut self, io: &mut Io<Self>) {
        if let Some(wait) = self.reads.wait(io.now()) {
            io.after(wait, Timer::Reads);
        }
    }

    /// Answers the reads that are confirmed and up to which the state machine has got.
    pub(super) fn answer_reads(&mut self, io: &mut Io<Self>) {
        let upto = self.hooks.readable(self.applied, self.stall.last());
        while let Some((id, op)) = self.reads.ripe(upto) {
            io.ok(id, self.machine.would_answer(op));
        }
    }

    /// Answers a write, if it was this node that its client asked.
    pub(super) fn answer(&mut self, request: RequestId, done: Done, io: &mut Io<Self>) {
        let Some(place) = self.writes.iter().position(|(id, _)| *id == request) else { return };
        self.writes.remove(place);
        match done {
            Done::Now(ret) | Done::Before(ret) => io.ok(request, ret),
            Done::Forgotten => io.unknown(request),
        }
    }
}
