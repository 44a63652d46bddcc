//! What a scenario can expect: words come in, an [`Expect`] goes out.

use super::Who;
use crate::expect::{Expect, Lasting, Wish};
use crate::fault::Target;
use std::time::Duration;

/// Of whom something is expected.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "say what is expected of them"]
pub struct Whose(Vec<Target>);

/// What is expected; at once, unless it says otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "an expectation does nothing until a scenario has it"]
pub struct Wished(Expect);

/// All nodes that are up.
pub const fn all() -> Whose {
    Whose(Vec::new())
}

/// These nodes; nobody named means all.
pub fn nodes<T: Into<Who>>(who: impl IntoIterator<Item = T>) -> Whose {
    Whose(who.into_iter().map(|who| who.into().0).collect())
}

/// Somebody leads.
pub const fn leader() -> Wished {
    Wished::now(Wish::Leads { who: Vec::new(), one: true })
}

/// One of these leads.
pub fn leader_among<T: Into<Who>>(who: impl IntoIterator<Item = T>) -> Wished {
    Wished::now(Wish::Leads { who: nodes(who).0, one: true })
}

/// Nobody leads.
pub const fn no_leader() -> Wished {
    Wished::now(Wish::Leads { who: Vec::new(), one: false })
}

/// None of these leads.
pub fn no_leader_among<T: Into<Who>>(who: impl IntoIterator<Item = T>) -> Wished {
    Wished::now(Wish::Leads { who: nodes(who).0, one: false })
}

/// Somebody leads a later term than anybody did before: to be said where the trouble begins.
pub const fn new_leader() -> Wished {
    Wished::now(Wish::NewLeader)
}

/// Who leads when this is said leads no more: to be said before the trouble.
pub const fn leader_steps_down() -> Wished {
    Wished::now(Wish::StepsDown)
}

impl Whose {
    /// Each takes exactly them, and no others, for live members.
    pub fn see_each_other(self) -> Wished {
        Wished::now(Wish::See { who: self.0, whom: Vec::new() })
    }

    /// Each takes exactly these for live members.
    pub fn see<T: Into<Who>>(self, whom: impl IntoIterator<Item = T>) -> Wished {
        Wished::now(Wish::See { who: self.0, whom: nodes(whom).0 })
    }

    /// All take the same node for the leader, and it leads.
    pub fn follow_one_leader(self) -> Wished {
        Wished::now(Wish::OneLeader { who: self.0 })
    }

    /// None of them knows a leader.
    pub fn follow_nobody(self) -> Wished {
        Wished::now(Wish::NoLeader { who: self.0 })
    }

    /// A write that is asked of one of them meanwhile is acknowledged.
    pub fn take_writes(self) -> Wished {
        Wished::now(Wish::Writes { who: self.0, some: true })
    }

    /// No write that is asked of one of them meanwhile is acknowledged.
    pub fn take_no_writes(self) -> Wished {
        Wished::now(Wish::Writes { who: self.0, some: false })
    }

    /// Each has applied all that is known to be committed when this is said.
    pub fn catch_up(self) -> Wished {
        Wished::now(Wish::CatchUp { who: self.0 })
    }
}

impl Wished {
    const fn now(wish: Wish) -> Wished {
        Wished(Expect { wish, lasting: Lasting::Now })
    }

    /// It is so at some moment within this time.
    pub fn within(mut self, time: Duration) -> Wished {
        self.0.lasting = Lasting::Within(time);
        self
    }

    /// It is so at each moment of this time.
    pub fn throughout(mut self, time: Duration) -> Wished {
        self.0.lasting = Lasting::For(time);
        self
    }
}

impl From<Wished> for Expect {
    fn from(wished: Wished) -> Expect {
        wished.0
    }
}
