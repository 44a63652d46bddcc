//! What the library's parts see while it works, and what they need: its codec sees each change of
//! belief, its handler of broadcasts each item, and its dice need the cause of the event. The
//! library owns its parts, so they and the member meet here. It must not know the library's rules.

use super::identity::Id;
use foca::{BroadcastHandler, Invalidates, Member, State};
use rand::TryRng;
use schism::fact::{self, Nodes, Standing};
use schism::seed::Draws;
use schism::{NodeId, Seed};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::rc::Rc;

/// Where a member and the parts of its library meet.
#[derive(Debug)]
pub struct Desk {
    node: NodeId,
    draws: RefCell<Draws>,
    /// What is believed of each address, as it was put down last.
    held: RefCell<Vec<Option<Held>>>,
    /// What is to be told, in order.
    news: RefCell<Vec<fact::Member>>,
    /// The name and incarnation that stood in the last header.
    own: Cell<(u32, u16)>,
    heard: RefCell<BTreeSet<u64>>,
    seen: Cell<Nodes>,
}

/// What is believed of a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// By which generation it is known.
    pub generation: u32,
    /// In which incarnation.
    pub incarnation: u16,
    /// How it stands.
    pub standing: Standing,
}

impl Desk {
    /// A desk of a member that knows nobody; `nodes` is how many there may be.
    #[must_use]
    pub fn new(node: NodeId, nodes: u32) -> Desk {
        Desk {
            node,
            draws: RefCell::new(Seed(0).draws()),
            held: RefCell::new(vec![None; nodes as usize + 1]),
            news: RefCell::default(),
            own: Cell::new((u32::MAX, 0)),
            heard: RefCell::default(),
            seen: Cell::default(),
        }
    }

    /// Everything that is drawn from here on belongs to this event.
    pub fn reseed(&self, seed: u64) {
        *self.draws.borrow_mut() = Seed(seed).draws();
    }

    /// The library writes this member into a message.
    pub fn believes(&self, member: &Member<Id>) {
        let id = *member.id();
        if id.node() == self.node {
            return;
        }
        let standing = match member.state() {
            State::Alive => Standing::Alive,
            State::Suspect => Standing::Suspect,
            State::Down => Standing::Down,
        };
        let incarnation = member.incarnation();
        let now = Some(Held { generation: id.generation(), incarnation, standing });
        let mut held = self.held.borrow_mut();
        let place = usize::from(id.address());
        if place >= held.len() {
            held.resize(place + 1, None);
        }
        if held[place] == now {
            return;
        }
        held[place] = now;
        let bit = Nodes::from_iter([id.node()]).0;
        let seen = self.seen.get().0;
        self.seen.set(Nodes(if standing.is_active() { seen | bit } else { seen & !bit }));
        self.news.borrow_mut().push(fact::Member::Believes {
            of: id.node(),
            generation: id.generation().into(),
            standing,
            incarnation: incarnation.into(),
        });
    }

    /// The library writes its own name and incarnation into a message.
    pub fn goes_by(&self, id: Id, incarnation: u16) {
        let before = self.own.replace((id.generation(), incarnation));
        if before == (id.generation(), incarnation) {
            return;
        }
        let mut news = self.news.borrow_mut();
        if before.0 != id.generation() {
            news.push(fact::Member::Joined { generation: id.generation().into() });
        }
        if incarnation > 0 {
            news.push(fact::Member::Refutes { incarnation: incarnation.into() });
        }
    }

    /// The member has this name from now on, whether or not it has said so in a message.
    pub fn joins(&self, id: Id) {
        if self.own.get().0 != id.generation() {
            self.goes_by(id, 0);
        }
    }

    /// The member leaves, and forgets all that it believed.
    pub fn leaves(&self) {
        self.held.borrow_mut().fill(None);
        self.seen.set(Nodes::default());
        self.news.borrow_mut().push(fact::Member::Left);
    }

    /// What is to be told next.
    pub fn news(&self, mut tell: impl FnMut(fact::Member)) {
        for said in self.news.borrow_mut().drain(..) {
            tell(said);
        }
    }

    /// What is believed of a node.
    #[must_use]
    pub fn held(&self, node: NodeId) -> Option<Held> {
        self.held.borrow().get(node.0 as usize).copied().flatten()
    }

    /// Whom the member takes for members, of the first 64 nodes.
    #[must_use]
    pub fn seen(&self) -> Nodes {
        self.seen.get()
    }

    /// All whom the member takes for members, from the lowest.
    #[must_use]
    pub fn active(&self) -> Vec<NodeId> {
        let held = self.held.borrow();
        let active = |held: &Option<Held>| held.is_some_and(|held| held.standing.is_active());
        let places = held.iter().enumerate().filter(|(_, held)| active(held));
        places.map(|(place, _)| NodeId(place as u32)).collect()
    }
}

/// The library's randomness: draws that belong to the event at hand.
#[derive(Debug)]
pub struct Dice(
    /// Where it is said which event that is.
    pub Rc<Desk>,
);

impl TryRng for Dice {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.draws.borrow_mut().bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.draws.borrow_mut().bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let bits = self.0.draws.borrow_mut().bits().to_le_bytes();
            chunk.copy_from_slice(&bits[..chunk.len()]);
        }
        Ok(())
    }
}

/// What members broadcast: numbers, each of which is passed on when it is heard first.
#[derive(Debug)]
pub struct Hears(
    /// Where it is put down.
    pub Rc<Desk>,
);

/// The key of a broadcast; none makes another one stale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Value(u64);

impl Invalidates for Value {
    fn invalidates(&self, other: &Value) -> bool {
        self == other
    }
}

impl BroadcastHandler<Id> for Hears {
    type Key = Value;
    type Error = super::codec::Malformed;

    fn receive_item(
        &mut self,
        data: &[u8],
        _sender: Option<&Id>,
    ) -> Result<Option<Value>, Self::Error> {
        let bytes = data.try_into().map_err(|_| super::codec::Malformed::Short)?;
        let value = u64::from_le_bytes(bytes);
        let new = self.0.heard.borrow_mut().insert(value);
        if new {
            self.0.news.borrow_mut().push(fact::Member::Heard { value });
        }
        Ok(new.then_some(Value(value)))
    }
}
