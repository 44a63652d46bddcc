//! What a server does only if a mutant asks for it. The healthy one never comes here.

use super::Server;
use crate::raft::hooks::Hooks;
use crate::raft::machine::{Command, Machine};
use ::raft::eraftpb::{Message, MessageType};
use schism::Io;

/// Where a state machine that survives is kept: for each command that was done, its index, the
/// length of its bytes, and these.
const STATE: &str = "state";

impl<H: Hooks> Server<H> {
    /// Answers the writes of which a follower says that it has them, committed or not.
    #[cold]
    pub(super) fn heard(&mut self, message: &Message, io: &mut Io<Self>) {
        let says = message.msg_type == MessageType::MsgAppendResponse && !message.reject;
        if !says || !self.leads() || message.term != self.raft.raft.term {
            return;
        }
        let log = self.raft.store().log();
        let base = self.raft.store().base().index;
        let place = |index: u64| index.saturating_sub(base) as usize;
        let new = place(self.applied)..log.len().min(place(message.index));
        let has = log.get(new).unwrap_or_default();
        let has: Vec<Command> = has.iter().filter_map(|e| Command::decode(&e.data)).collect();
        let mut ahead = self.machine.clone();
        for command in has {
            let done = ahead.apply(&command);
            self.answer(command.request, done, io);
        }
    }

    /// Commits what a majority holds, whatever its term.
    #[cold]
    pub(super) fn count_any_term(&mut self) {
        if self.leads() {
            let held = self.raft.raft.mut_prs().maximal_committed_index().0;
            self.raft.raft.raft_log.commit_to(held);
        }
    }

    /// Makes an append unfit whose first entry contradicts what stands there.
    #[cold]
    pub(super) fn compare_behind(&self, message: &mut Message) {
        let first = message.entries.first().map(|entry| (entry.index, entry.term));
        if let (MessageType::MsgAppend, Some((index, term))) = (message.msg_type, first) {
            let own = self.raft.raft.raft_log.term(index).unwrap_or_default();
            if own != 0 && own != term {
                message.log_term = u64::MAX;
            }
        }
    }

    /// Whether this leader has not heard of some other member since it last looked, which is a
    /// while ago.
    #[cold]
    pub(super) fn somebody_is_silent(&self) -> bool {
        let raft = &self.raft.raft;
        let a_while = 3 * raft.heartbeat_timeout();
        raft.election_elapsed > a_while
            && raft.prs().iter().any(|(id, progress)| *id != raft.id && !progress.recent_active)
    }

    /// Keeps what a command has done to the map, so that it survives the process.
    #[cold]
    pub(super) fn keep(index: u64, command: &[u8], io: &mut Io<Self>) {
        let mut bytes = index.to_le_bytes().to_vec();
        bytes.push(command.len() as u8);
        bytes.extend_from_slice(command);
        io.disk().append(STATE, &bytes);
        io.disk().sync(STATE);
    }

    /// The state machine that survived, and up to which index of the log it had come.
    #[cold]
    pub(super) fn recall(io: &mut Io<Self>) -> (Machine, u64) {
        let mut kept = io.disk().read(STATE);
        let (mut machine, mut upto) = (Machine::default(), 0);
        while let Some((index, rest)) = kept.split_first_chunk::<8>()
            && let Some((length, rest)) = rest.split_first()
            && let Some((bytes, rest)) = rest.split_at_checked(usize::from(*length))
        {
            if let Some(command) = Command::decode(bytes) {
                machine.apply(&command);
            }
            (kept, upto) = (rest, u64::from_le_bytes(*index));
        }
        machine.forget_sessions();
        (machine, upto)
    }
}
