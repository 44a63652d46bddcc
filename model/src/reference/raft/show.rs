//! States and messages of the Raft model as people read them.

use std::fmt;

use super::{Base, Body, Content, Entry, Message, Role, Server, State};

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Empty => f.write_str("empty"),
            Content::Request(number) => write!(f, "c0#{}", number - 1),
            Content::Voters(voters) => write!(f, "voters {voters:?}"),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of t{}", self.content, self.term)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "snapshot up to {} t{}", self.index, self.term)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} t{}", self.role, self.term)?;
        if self.vote > 0 {
            write!(f, " voted n{}", self.vote)?;
        }
        if self.base.index > 0 {
            write!(f, " {:?}", self.base)?;
        }
        write!(f, " log {:?} committed {}", self.log, self.commit)?;
        match self.role {
            Role::Follower => Ok(()),
            Role::Candidate => write!(f, " votes {:03b}", self.votes),
            Role::Leader => write!(f, " next {:?} matched {:?}", self.next, self.matched),
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{} -> n{} t{} ", self.from + 1, self.to + 1, self.term)?;
        match self.body {
            Body::Vote { last_term, last } => write!(f, "vote? log {last} t{last_term}"),
            Body::Voted { granted: true } => write!(f, "vote"),
            Body::Voted { granted: false } => write!(f, "no vote"),
            Body::Append { prev, prev_term, entry, commit } => {
                write!(f, "append after {prev} t{prev_term}")?;
                match entry {
                    Some(entry) => write!(f, " {entry:?}")?,
                    None => write!(f, " nothing")?,
                }
                write!(f, " committed {commit}")
            }
            Body::Appended { upto } => write!(f, "appended {upto}"),
            Body::Refused { prev } => write!(f, "refused after {prev}"),
            Body::Install(base) => write!(f, "{base:?}"),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (place, server) in self.servers.iter().enumerate() {
            map.entry(&format_args!("n{}", place + 1), server);
        }
        for message in self.network.iter() {
            map.entry(&format_args!("on its way"), message);
        }
        let spent = self.spent;
        map.entry(&format_args!("restarts"), &spent.restarts);
        for (what, count) in [
            ("snapshots", spent.snapshots),
            ("changes", spent.changes),
            ("joint changes", spent.joint),
        ] {
            if count > 0 {
                map.entry(&format_args!("{what}"), &count);
            }
        }
        map.entry(&format_args!("told so far"), &self.past);
        if let Some(clause) = self.broken {
            map.entry(&format_args!("broken"), &clause);
        }
        map.finish()
    }
}
