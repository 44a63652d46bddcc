//! What nodes show of themselves comes in; a few words for who watches go out.

use crate::raft::raft_rs::Server;
use crate::swim::foca::Member;
use schism::{Node, NodeId, Role};

/// A node that people can watch.
pub(in crate::live::command) trait Shown: Node {
    /// What one node has become. It is said whenever it changes, so it has no counters.
    fn alone(role: Role, view: &Self::View) -> String;

    /// What all of them have come to; `None` while they have not.
    fn together(all: &[(NodeId, Role, Self::View)], nodes: usize) -> Option<String>;
}

impl Shown for Server {
    fn alone(role: Role, view: &Self::View) -> String {
        match view.leader {
            _ if role.leads() => format!("leads term {}", role.term),
            Some(leader) => format!("follows {leader} in term {}", role.term),
            None => format!("knows no leader in term {}", role.term),
        }
    }

    fn together(all: &[(NodeId, Role, Self::View)], nodes: usize) -> Option<String> {
        let (leader, role, _) = all.iter().find(|(_, role, _)| role.leads())?;
        let one = |view: &Self::View| view.leader == Some(*leader) && view.term == role.term;
        (all.len() == nodes && all.iter().all(|(_, _, view)| one(view)))
            .then(|| format!("all {nodes} follow {leader} in term {}", role.term))
    }
}

impl Shown for Member {
    fn alone(_: Role, view: &Self::View) -> String {
        let text = format!("{view:?}");
        // Its name stands before it already.
        text.split_once(' ').map_or(text.clone(), |(_, rest)| rest.to_owned())
    }

    fn together(all: &[(NodeId, Role, Self::View)], nodes: usize) -> Option<String> {
        let whole = |view: &Self::View| view.sees as usize + 1 == nodes;
        (all.len() == nodes && all.iter().all(|(_, _, view)| whole(view)))
            .then(|| format!("all {nodes} see each other"))
    }
}
