//! The SWIM model's states in a few bytes. A field takes as many bits as its bound needs; a member
//! that has crashed believes nothing.

use super::{Member, Message, State, Status, View};
use crate::reference::list::List;
use crate::reference::packed::{Packed, Reader, Writer};

/// A node's place.
const NODE: u32 = 3;
/// Only a suspicion raises an incarnation, and there are nine at most.
const INCARNATION: u32 = 4;

impl Packed for State {
    fn write(&self, to: &mut Writer<'_>) {
        let State { members, network, suspicions, crashes, risen } = self;
        let nodes = members.len();
        to.list(members, |to, member| member.write(to, nodes));
        to.list(network, |to, message| message.write(to));
        to.put(*suspicions, 4);
        to.put(*crashes, 3);
        to.put(*risen, 1);
    }

    fn read(from: &mut Reader<'_>) -> State {
        let nodes = from.take(4) as usize;
        let members: List<Member, _> = (0..nodes).map(|_| Member::read(from, nodes)).collect();
        let network = from.list(Message::read);
        let (suspicions, crashes, risen) = (from.take(4), from.take(3), from.bit());
        State { members, network, suspicions, crashes, risen }
    }
}

impl Member {
    fn write(&self, to: &mut Writer<'_>, nodes: usize) {
        to.put(self.crashed, 1);
        to.put(self.incarnation, INCARNATION);
        if !self.crashed {
            for view in &self.views[..nodes] {
                to.put(view.status as u8, 2);
                to.put(view.incarnation, INCARNATION);
                to.put(view.answered, 1);
            }
        }
    }

    fn read(from: &mut Reader<'_>, nodes: usize) -> Member {
        let (crashed, incarnation) = (from.bit(), from.take(INCARNATION));
        let mut member = Member { crashed, incarnation, ..Member::default() };
        if !crashed {
            for view in &mut member.views[..nodes] {
                let (status, incarnation) = (status(from.take(2)), from.take(INCARNATION));
                *view = View { status, incarnation, answered: from.bit() };
            }
        }
        member
    }
}

fn status(number: u8) -> Status {
    [Status::Alive, Status::Suspect, Status::Down][number as usize]
}

impl Packed for Message {
    fn write(&self, to: &mut Writer<'_>) {
        to.put(self.from, NODE);
        to.put(self.to, NODE);
        to.put(self.about, NODE);
        to.put(self.status as u8, 2);
        to.put(self.incarnation, INCARNATION);
        to.put(self.answers, INCARNATION);
    }

    fn read(from: &mut Reader<'_>) -> Message {
        let (sender, to, about) = (from.take(NODE), from.take(NODE), from.take(NODE));
        let (status, incarnation) = (status(from.take(2)), from.take(INCARNATION));
        let answers = from.take(INCARNATION);
        Message { from: sender, to, about, status, incarnation, answers }
    }
}
