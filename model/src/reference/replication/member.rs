//! What one node has told of itself, as far as later facts are held against it.

use crate::id::NodeId;
use crate::reference::configuration::Standing;
use crate::reference::keep::Keep;
use crate::reference::log::Log;
use crate::time::Time;

/// What one node has told.
#[derive(Clone, Debug)]
pub(in crate::reference) struct Member<K: Keep> {
    pub(in crate::reference) incarnation: u32,
    /// The highest term it was in; 0 for none.
    pub(in crate::reference) term: u64,
    /// When it first told so, and in which incarnation.
    pub(in crate::reference) term_since: (Time, u32),
    /// Its vote in that term.
    pub(in crate::reference) vote: Option<NodeId>,
    pub(in crate::reference) vote_since: (Time, u32),
    /// Whether the vote was told as such, or only follows from its election.
    pub(in crate::reference) vote_told: bool,
    /// The term that it last told in this incarnation; 0 for none.
    pub(in crate::reference) current: u64,
    /// The term that it was elected in, in this incarnation; 0 for none.
    pub(in crate::reference) elected: u64,
    pub(in crate::reference) log: Log<K>,
    /// Its log reached this index when it last came up, and held nothing there but what is
    /// committed for good.
    pub(in crate::reference) kept: u64,
    /// The commit index that it told in this incarnation.
    pub(in crate::reference) commit: Option<u64>,
    /// Where its state machine stands, if it told so in this incarnation.
    pub(in crate::reference) applied: Option<u64>,
    /// Whether it ever told what it applied.
    pub(in crate::reference) tells_applied: bool,
    pub(in crate::reference) standing: Standing,
}

impl<K: Keep> Member<K> {
    pub(super) fn new() -> Member<K> {
        Member {
            incarnation: 0,
            term: 0,
            term_since: (Time::ZERO, 0),
            vote: None,
            vote_since: (Time::ZERO, 0),
            vote_told: false,
            current: 0,
            elected: 0,
            log: Log::default(),
            kept: 0,
            commit: None,
            applied: None,
            tells_applied: false,
            standing: Standing::default(),
        }
    }

    /// Forgets what does not outlive the process.
    pub(super) fn restart(&mut self, incarnation: u32) {
        self.incarnation = incarnation;
        self.current = 0;
        self.elected = 0;
        self.log.forget();
        self.commit = None;
        self.applied = None;
        self.standing.restart(0, Time::ZERO);
    }

    /// Whether it leads, as far as is certain: a node that does not tell its terms cannot show that
    /// it ceased to.
    #[inline]
    pub(in crate::reference) fn leads(&self) -> bool {
        self.elected != 0 && self.elected == self.current
    }
}
