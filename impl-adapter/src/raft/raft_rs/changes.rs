//! What a server does where who votes can change: an administrator's wish comes in and is proposed,
//! a change that was committed is applied.
//!
//! The one idea: the library goes by a change from when it is applied, and the log is where a
//! server finds it again. So the server must remember how far the log was committed, in so far as
//! that decides who votes: before it acts on a change, and before others rely on that it has it.

use super::Server;
use crate::raft::hooks::Hooks;
use crate::raft::members;
use ::raft::Ready;
use ::raft::eraftpb::{ConfChangeV2, Entry, Message, MessageType};
use schism::{Fact, Io};

impl<H: Hooks> Server<H> {
    /// Does what an administrator asks this node for, if it can.
    pub(super) fn wish(&mut self, name: &str, argument: u64, io: &Io<Self>) {
        let nodes = io.peers().len() as u64 + 1;
        let now = self.raft.raft.prs().conf().to_conf_state();
        if let Some(change) = members::change(name, argument, &now, nodes) {
            if !self.hooks.one_change_at_a_time() {
                self.raft.raft.pending_conf_index = 0;
            }
            // One that finds no leader, or comes while another is under way, is lost.
            let _ = self.raft.propose_conf_change(Vec::new(), change);
            return;
        }
        match name {
            "transfer" => self.raft.transfer_leader(members::node(argument, nodes)),
            "priority" => self.raft.set_priority(argument as i64),
            // The library leaves it to its caller to see that somebody without a vote does not ask
            // for any.
            "campaign" if self.raft.raft.promotable() => {
                let _ = self.raft.campaign();
            }
            _ => {}
        }
    }

    /// Applies a change of who votes that was committed.
    #[cold]
    pub(super) fn change(&mut self, entry: &Entry, io: &mut Io<Self>) {
        for change in self.hooks.steps(members::read(entry)) {
            // What the library refuses changes nothing, on every node alike.
            let _ = self.raft.apply_conf_change(&change);
        }
        if self.hooks.keep_commit() {
            let mut state = self.raft.raft.hard_state();
            self.hooks.save_state(&mut state);
            self.wal.state(&state);
            self.wal.write(io);
            self.wal.sync(io);
        }
        self.tell_members(entry.index, io);
        // A leader that has lost its vote would lead on, drop all proposals, and panic once more is
        // committed: the library leaves it to its caller to put it out of service.
        let term = self.raft.raft.term;
        if self.leads() && !self.raft.raft.promotable() {
            self.raft.raft.become_follower(term, ::raft::INVALID_ID);
        }
    }

    /// Brings a node that has no vote to the term of who asks for a pre-vote. It refuses with its
    /// own term, and a refusal of a lower one is not read: neither is the commit index in it, by
    /// which the last voter would learn that it needs no vote but its own (docs/FINDINGS.md).
    #[inline]
    pub(super) fn keep_up(&mut self, message: &Message) {
        if self.config.voters_at_start.is_some()
            && message.msg_type == MessageType::MsgRequestPreVote
            && !self.raft.raft.promotable()
            && !self.leads()
            && message.term > self.raft.raft.term + 1
        {
            self.raft.raft.become_follower(message.term - 1, ::raft::INVALID_ID);
        }
    }

    /// Leaves a joint configuration whose two halves are this node alone: in it the library waits
    /// for others to confirm a read, and there is nobody else (docs/FINDINGS.md).
    pub(super) fn leave_if_alone(&mut self) {
        let voters = self.raft.raft.prs().conf().voters();
        let alone = !voters.is_singleton() && voters.ids().len() == 1;
        if alone && self.leads() && self.hooks.leaves_if_alone() {
            let _ = self.raft.propose_conf_change(Vec::new(), ConfChangeV2::default());
        }
    }

    /// Tells by which configuration the node goes since an index.
    pub(super) fn tell_members(&self, index: u64, io: &mut Io<Self>) {
        if self.config.voters_at_start.is_some() {
            let state = self.raft.raft.prs().conf().to_conf_state();
            io.tell(Fact::Configured { index, config: members::as_fact(&state) });
        }
    }

    /// Whether what is written must be durable before others hear of it. To the library a new
    /// commit index alone is no reason; but where it commits a change of who votes, a node that
    /// lost it would campaign by the configuration before, whose majority may have no node in
    /// common with that of the one after.
    pub(super) fn must_sync(&self, ready: &Ready) -> bool {
        let members = self.config.voters_at_start.is_some() && self.hooks.keep_commit();
        ready.must_sync() || members && ready.hs().is_some()
    }
}
