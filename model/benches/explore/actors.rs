//! Stateright's example of Raft, written down again as a plain model: three actors with two timers
//! each, a network that keeps no order, one crash. It has the example's states, one by one: what
//! the example leaves out of a state's identity is left out here, and actions have its order.

mod turn;

use std::hash::{Hash, Hasher};

use stateright::{Model, Property};

const ACTORS: usize = 3;
/// Longer logs lie deeper than anybody searches.
const MOST: usize = 8;

#[derive(Clone)]
pub(super) struct Actors;

/// Entries, each a term and what it carries.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Log {
    entries: [(u8, u8); MOST],
    len: u8,
}

impl Hash for Log {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.len);
        for (term, payload) in self.get() {
            state.write_u16(u16::from_le_bytes([*term, *payload]));
        }
    }
}

impl Log {
    fn get(&self) -> &[(u8, u8)] {
        &self.entries[..self.len as usize]
    }
    fn push(&mut self, entry: (u8, u8)) {
        self.entries[self.len as usize] = entry;
        self.len += 1;
    }
    fn of(entries: &[(u8, u8)]) -> Log {
        let mut log = Log::default();
        entries.iter().for_each(|entry| log.push(*entry));
        log
    }
    fn term(&self, len: u8) -> u8 {
        if len == 0 { 0 } else { self.entries[len as usize - 1].0 }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Role {
    #[default]
    Follower,
    Candidate,
    Leader,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Actor {
    term: u8,
    voted: Option<u8>,
    log: Log,
    commit: u8,
    role: Role,
    leader: Option<u8>,
    votes: u8,
    sent: [u8; ACTORS],
    acked: [u8; ACTORS],
    delivered: Log,
    buffer: Log,
}

impl Hash for Actor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Actor { term, voted, commit, role, leader, votes, sent, acked, .. } = *self;
        let known = |place: Option<u8>| place.map_or(0, |place| place + 1);
        let ([a, b, c], [d, e, f]) = (sent, acked);
        let (who, role) = ([term, known(voted), commit, role as u8], [known(leader), votes, a, b]);
        state.write_u32(u32::from_le_bytes(who));
        state.write_u64(u64::from_le_bytes([role[0], role[1], role[2], role[3], c, d, e, f]));
        self.log.hash(state);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Body {
    VoteRequest { from: u8, term: u8, len: u8, last: u8 },
    VoteResponse { from: u8, term: u8, granted: bool },
    LogRequest { from: u8, term: u8, prefix: u8, prefix_term: u8, commit: u8, suffix: Log },
    LogResponse { from: u8, term: u8, ack: u8, success: bool },
    Broadcast(u8),
}

/// From, to, and what.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Envelope(u8, u8, Body);

/// All that is short in one number.
impl Hash for Envelope {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (kind, [a, b, c, d, e]) = match self.2 {
            Body::VoteRequest { from, term, len, last } => (0, [from, term, len, last, 0]),
            Body::VoteResponse { from, term, granted } => (1, [from, term, granted.into(), 0, 0]),
            Body::LogRequest { from, term, prefix, prefix_term, commit, .. } => {
                (2, [from, term, prefix, prefix_term, commit])
            }
            Body::LogResponse { from, term, ack, success } => {
                (3, [from, term, ack, success.into(), 0])
            }
            Body::Broadcast(payload) => (4, [payload, 0, 0, 0, 0]),
        };
        state.write_u64(u64::from_le_bytes([self.0, self.1, kind, a, b, c, d, e]));
        if let Body::LogRequest { suffix, .. } = &self.2 {
            suffix.hash(state);
        }
    }
}

/// As the example does it: its sets are hashed without their lengths, so that the timers of one
/// actor may be taken for those of the next (80 states for 82 in the first three levels).
impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.actors.hash(state);
        for timers in self.timers {
            (0..2).rev().filter(|timer| timers >> timer & 1 == 1).for_each(|t| state.write_u8(t));
        }
        self.network.hash(state);
        state.write_u8(self.crashed);
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct State {
    actors: [Actor; ACTORS],
    /// Bit 0 for elections, bit 1 for replication.
    timers: [u8; ACTORS],
    network: Vec<Envelope>,
    /// Who has crashed.
    crashed: u8,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Action {
    Deliver(Envelope),
    Timeout(u8, u8),
    Crash(u8),
    Recover(u8),
}

impl Model for Actors {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (actors, timers) = ([Actor::default(); ACTORS], [0; ACTORS]);
        let mut state = State { actors, timers, network: Vec::new(), crashed: 0 };
        (0..ACTORS as u8).for_each(|who| state.turn(who).starts());
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let network = &state.network;
        let new = |at: &usize| *at == 0 || network[*at] != network[*at - 1];
        actions.extend((0..network.len()).filter(new).map(|at| Action::Deliver(network[at])));
        for who in 0..ACTORS as u8 {
            let set = |timer: &u8| state.timers[who as usize] >> timer & 1 == 1;
            actions.extend((0..2).filter(set).map(|timer| Action::Timeout(who, timer)));
        }
        let up =
            (0..ACTORS as u8).filter(|who| state.crashed == 0 && state.crashed >> who & 1 == 0);
        actions.extend(up.map(Action::Crash));
        let down = (0..ACTORS as u8).filter(|who| state.crashed >> who & 1 == 1);
        actions.extend(down.map(Action::Recover));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        if let Action::Deliver(Envelope(_, to, _)) = action
            && state.crashed >> to & 1 == 1
        {
            return None;
        }
        let mut next = state.clone();
        match action {
            Action::Deliver(envelope) => {
                let at = next.network.binary_search(&envelope).ok()?;
                next.network.remove(at);
                next.turn(envelope.1).receives(envelope.2);
            }
            Action::Timeout(who, timer) => {
                next.timers[who as usize] &= !(1 << timer);
                let mut turn = next.turn(who);
                if timer == 0 { turn.elects() } else { turn.replicate_all() }
            }
            Action::Crash(who) => {
                next.timers[who as usize] = 0;
                next.crashed |= 1 << who;
            }
            Action::Recover(who) => {
                next.crashed &= !(1 << who);
                next.turn(who).starts();
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Actors>> {
        vec![
            Property::sometimes("a leader is elected", |_, state: &State| {
                state.actors.iter().any(|actor| actor.role == Role::Leader)
            }),
            Property::sometimes("an entry is committed", |_, state: &State| {
                state.actors.iter().any(|actor| actor.commit > 0)
            }),
            // An actor that crashes forgets its vote, so this is met; a search that ends at what is
            // broken would end there.
            Property::sometimes("two leaders in a term", |_, state: &State| {
                let leaders = || state.actors.iter().filter(|actor| actor.role == Role::Leader);
                leaders().any(|one| leaders().filter(|other| other.term == one.term).count() > 1)
            }),
            Property::sometimes("two entries at one index", |_, state: &State| {
                let longest = state.actors.iter().map(|actor| &actor.delivered);
                let longest = longest.max_by_key(|delivered| delivered.len);
                let prefix = |actor: &Actor| {
                    longest.is_some_and(|all| all.get().starts_with(actor.delivered.get()))
                };
                !state.actors.iter().all(prefix)
            }),
        ]
    }
}
