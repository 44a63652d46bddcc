//! What the SWIM model's states are made of, and where they mention nodes. Plain data.

use std::fmt;

use crate::reference::list::List;
use crate::reference::raft::{MESSAGES_MAX, NODES_MAX};
use crate::reference::symmetry::{Names, Renamed};

/// A state of all members and the network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// The members.
    pub members: List<Member, NODES_MAX>,
    /// What is on its way, in order.
    pub network: List<Message, MESSAGES_MAX>,
    /// How often a member was suspected that had not crashed.
    pub suspicions: u8,
    /// How many members have crashed.
    pub crashes: u8,
    /// Whether somebody took a member back that was down.
    pub risen: bool,
}

/// One member.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    /// Whether it has crashed, for good.
    pub crashed: bool,
    /// Its own incarnation; nobody else may raise it.
    pub incarnation: u8,
    /// What it believes of each member.
    pub views: [View; NODES_MAX],
}

/// What a member believes of another.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View {
    /// How it is.
    pub status: Status,
    /// In which incarnation.
    pub incarnation: u8,
    /// Whether it answered when it was told of just this suspicion.
    pub answered: bool,
}

/// How a member is believed to be.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// It answers.
    #[default]
    Alive,
    /// It did not answer, neither directly nor through others.
    Suspect,
    /// It did not refute the suspicion in time.
    Down,
}

/// A message on its way: what the sender believes of a member.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    /// The sender's place.
    pub from: u8,
    /// The receiver's place.
    pub to: u8,
    /// The place of whom it is about.
    pub about: u8,
    /// How that member is.
    pub status: Status,
    /// In which incarnation.
    pub incarnation: u8,
    /// The suspicion that this answers, by its incarnation from 1; 0 for none.
    pub answers: u8,
}

impl Renamed for State {
    fn nodes(&self) -> usize {
        self.members.len()
    }

    fn renamed(&self, names: &Names) -> State {
        let mut state = *self;
        for (member, name) in self.members.iter().zip(names) {
            let mut new = *member;
            for (view, name) in member.views.iter().zip(names).take(self.members.len()) {
                new.views[*name as usize] = *view;
            }
            state.members[*name as usize] = new;
        }
        for (message, old) in state.network.iter_mut().zip(self.network.iter()) {
            let name = |place: u8| names[place as usize];
            let (from, to, about) = (name(old.from), name(old.to), name(old.about));
            *message = Message { from, to, about, ..*old };
        }
        state.network.sort_unstable();
        state
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Message { from, to, about, status, incarnation, answers } = self;
        write!(f, "n{} -> n{}: n{} is {status:?}", from + 1, to + 1, about + 1)?;
        write!(f, " in its incarnation {incarnation}")?;
        if *answers > 0 { write!(f, ", as an answer") } else { Ok(()) }
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answered = if self.answered { " answered" } else { "" };
        write!(f, "{:?} {}{answered}", self.status, self.incarnation)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (place, member) in self.members.iter().enumerate() {
            let up = if member.crashed { " crashed" } else { "" };
            let views = &member.views[..self.members.len()];
            let name = place + 1;
            map.entry(
                &format_args!("n{name}"),
                &format_args!("incarnation {}{up} believes {views:?}", member.incarnation),
            );
        }
        for message in self.network.iter() {
            map.entry(&format_args!("on its way"), message);
        }
        map.entry(&format_args!("suspected though up"), &self.suspicions);
        map.finish()
    }
}
