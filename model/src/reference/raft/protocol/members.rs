//! How who votes changes. By whom a node goes is the matter of [`Rules`](super::super::Rules).

use super::{Content, Fact, GoesBy, Raft, Role, Server, Turn, Voters};

impl Raft {
    /// By whom a node goes.
    #[inline]
    pub(in crate::reference::raft) fn voters(&self, server: &Server) -> Voters {
        self.voters_since(server).1
    }

    /// By whom a node goes, and the index that brought it.
    #[inline]
    pub(in crate::reference::raft) fn voters_since(&self, server: &Server) -> (u8, Voters) {
        if !self.voters_change() {
            return (0, server.base.voters);
        }
        server.voters_at(match self.rules.goes_by {
            GoesBy::Log => server.last(),
            GoesBy::Applied => server.commit,
        })
    }

    /// Whether who votes can change; it is told only then.
    #[inline]
    pub(in crate::reference::raft) fn voters_change(&self) -> bool {
        self.bounds.changes > 0 || self.bounds.joint > 0
    }
}

impl Turn<'_> {
    /// A leader begins a change.
    pub(super) fn changes(&mut self, to: u8) {
        let me = self.me();
        let before = me.voters_at(me.last()).1.now;
        if (before ^ to).count_ones() == 1 {
            self.state.spent.changes += 1;
            self.goes_on_with(Voters::of(to));
        } else {
            self.state.spent.joint += 1;
            self.goes_on_with(Voters { now: to, outgoing: before });
        }
    }

    pub(super) fn leaves_joint(&mut self) {
        let me = self.me();
        let joint = me.voters_at(me.last()).1;
        self.goes_on_with(Voters::of(joint.now));
    }

    fn goes_on_with(&mut self, voters: Voters) {
        self.creates(Content::Voters(voters));
        if self.raft.rules.goes_by == GoesBy::Log {
            self.tells_voters();
        }
        self.advances();
    }

    /// A leader that is no voter any more has led long enough once that is committed (Ongaro's
    /// thesis, section 4.2.2).
    pub(super) fn retires(&mut self) {
        let (who, raft) = (self.who, self.raft);
        let me = self.me();
        let (since, voters) = raft.voters_since(me);
        if me.role == Role::Leader && since <= me.commit && !voters.contains(who) {
            me.follows();
        }
    }

    pub(super) fn tells_voters(&mut self) {
        if self.raft.voters_change() {
            let raft = self.raft;
            let (index, voters) = raft.voters_since(self.me());
            self.facts.push(Fact::Configured { index: index.into(), config: voters.fact() });
        }
    }
}
