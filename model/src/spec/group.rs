//! A group of members that come, go, and tell each other things: join, leave, broadcast, members.
//!
//! The one idea: clients of a membership service are promised little that one copy of an object
//! could show. Who is a member is a matter of belief, and beliefs lag behind; so histories of these
//! operations are not judged as those of an object. What must hold of a group is told by its
//! members, as [`Fact::Member`](crate::Fact::Member).

use super::Spec;
use crate::id::NodeId;
use crate::seed::Draws;
use std::fmt;
use std::str::FromStr;

/// What a client asks of the node that it talks to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// To be a member, if it is none.
    Join,
    /// To be none any more.
    Leave,
    /// To tell this to all members.
    Broadcast(u64),
    /// Whom it takes for members, itself included.
    Members,
}

pub use Op::{Broadcast, Join, Leave, Members};

/// What a client is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ret {
    /// It is done; for a broadcast: it is on its way.
    Done,
    /// The members, from the lowest.
    Members(Vec<NodeId>),
}

/// A group of members.
#[derive(Clone, Copy, Debug)]
pub struct Group;

impl Spec for Group {
    type Op = Op;
    type Ret = Ret;
    type State = ();

    fn init() {}

    fn apply((): &mut (), op: &Op) -> Ret {
        if *op == Members { Ret::Members(Vec::new()) } else { Ret::Done }
    }

    fn is_read(op: &Op) -> bool {
        *op == Members
    }

    fn any(draws: &mut Draws, unique: u64) -> Op {
        match draws.weighted(&[5, 4, 1, 2]) {
            0 => Broadcast(unique),
            1 => Members,
            2 => Leave,
            _ => Join,
        }
    }

    /// What members are there for: news for all, and who there is.
    fn steady(draws: &mut Draws, unique: u64) -> Op {
        if draws.chance(1, 2) { Broadcast(unique) } else { Members }
    }

    /// Joining: one member there is then at least, whoever has left.
    fn probe(_unique: u64) -> Op {
        Join
    }

    /// Nothing: what others believe is not for one member to say.
    fn look(_op: &Op) -> Option<Op> {
        None
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Join => f.write_str("join"),
            Leave => f.write_str("leave"),
            Broadcast(value) => write!(f, "broadcast {value}"),
            Members => f.write_str("members"),
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["join"] => Ok(Join),
            ["leave"] => Ok(Leave),
            ["broadcast", value] => super::kv::number(value).map(Broadcast),
            ["members"] => Ok(Members),
            _ => Err("expected `join`, `leave`, `broadcast 81` or `members`".to_owned()),
        }
    }
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Done => f.write_str("ok"),
            Ret::Members(members) => {
                let names: Vec<String> = members.iter().map(ToString::to_string).collect();
                f.write_str(&names.join(" "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back_as_they_are_written() {
        for op in [Join, Leave, Broadcast(81), Members] {
            assert_eq!(op.to_string().parse(), Ok(op));
        }
        let found = "broadcast".parse::<Op>();
        assert_eq!(found, Err("expected `join`, `leave`, `broadcast 81` or `members`".to_owned()));
    }

    #[test]
    fn members_are_listed_by_name() {
        assert_eq!(Ret::Members(vec![NodeId(1), NodeId(3)]).to_string(), "n1 n3");
    }
}
