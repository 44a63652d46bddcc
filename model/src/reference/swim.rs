//! SWIM as an abstract protocol, for the exhaustive search: bounds come in, a
//! [`stateright::Model`] goes out. It knows no real implementation, and no thread or clock.
//!
//! Members tell each other what they believe: that a member is alive, suspect or down, and in which
//! incarnation. A member that hears of a suspicion refutes it with a higher incarnation, which only
//! itself may raise (Das, Gupta and Motivala, "SWIM", DSN 2002, section 4.2). That a probe fails,
//! directly and through others, is one step: who is probed through whom changes how often that
//! happens and not what follows.
//!
//! There is no clock, so "in time" needs a meaning: a suspicion runs out only if the suspect has
//! crashed, or has answered to just this suspicion and is suspect all the same. That is the claim
//! that the time-out is longer than a round trip, and no message of the answer is lost for ever.
//!
//! Its three sentences are clauses of [`Group`](super::membership::Group), the machine that takes
//! what real members say; here they are asked of the model's own states.

mod action;
mod live;
mod pack;
mod state;

pub use action::Action;
pub use state::{Member, Message, State, Status, View};

use stateright::{Model, Path, Property};

use super::drawing::{Drawn, drawing};
use super::liveness::Live;
use super::membership::Clause;
use super::packed::Packed;
use super::protocol::{Bound, Packing, Protocol, bound};
use super::raft::{MESSAGES_MAX, NODES_MAX};

/// The model: its bounds, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Swim {
    /// How large it may grow.
    pub bounds: Bounds,
    /// What is wrong with it, if anything.
    pub bug: Option<Bug>,
}

/// How large a model may grow. They are bounds on states, none on the length of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// So many members.
    pub nodes: u8,
    /// Probes of members that are up fail so often.
    pub suspicions: u8,
    /// So many messages may be on their way at once.
    pub messages: u8,
    /// So many members crash.
    pub crashes: u8,
}

/// A known mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Bug {
    /// A suspicion is refuted without a higher incarnation.
    RefutedAlike,
    /// That a member is down is forgotten: old news of its life are believed.
    DownForgotten,
    /// Old news of its life end the suspicion of a member. Nobody is declared down wrongly then,
    /// and perhaps nobody ever.
    OldNewsBelieved,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 3] = [Bug::RefutedAlike, Bug::DownForgotten, Bug::OldNewsBelieved];
}

const LIVE: &str = Clause::LiveIsNotDown.name();
const DEAD: &str = Clause::DownStaysDown.name();
const OWN: &str = Clause::OwnIncarnation.name();

impl Protocol for Swim {
    const NAME: &'static str = "swim";
    const SENTENCE: &'static str = "suspicion, refutation and death, told from member to member";
    const BOUNDS: &'static [Bound] = &[
        bound("nodes", "so many members", 3, 2, NODES_MAX),
        bound("suspicions", "probes of members that are up fail so often", 1, 0, 9),
        bound("messages", "so many messages on their way at once", 2, 1, MESSAGES_MAX),
        bound("crashes", "so many members crash", 1, 0, NODES_MAX),
    ];
    const BUGS: &'static [(&'static str, &'static str)] = &[
        ("refuted-alike", "a suspicion is refuted without a higher incarnation"),
        ("down-forgotten", "old news of the life of a member that is down are believed"),
        (
            "old-news-believed",
            "a suspicion ends with news of the same incarnation (see --liveness)",
        ),
    ];

    fn new(bounds: &[u8], bug: Option<usize>) -> Swim {
        let [nodes, suspicions, messages, crashes] = bounds[..] else {
            panic!("each bound has a number");
        };
        let bounds = Bounds { nodes, suspicions, messages, crashes };
        Swim { bounds, bug: bug.map(|place| Bug::ALL[place]) }
    }

    fn packing() -> Option<Packing<State>> {
        Some((Packed::pack, Packed::unpack))
    }

    fn liveness() -> Option<Live<Swim>> {
        Some(live::LIVE)
    }

    fn rule(property: &str) -> Option<(&'static str, &'static str)> {
        Some(match property {
            LIVE => ("A member that refutes a suspicion in time stays", "SWIM, section 4.2"),
            DEAD => ("A member that was declared down never comes back", "SWIM, section 4.2"),
            OWN => ("Nobody but a member itself raises its incarnation", "SWIM, section 4.2"),
            _ => return None,
        })
    }
}

impl Swim {
    fn receives(&self, state: &mut State, message: Message) {
        let Message { from, to, about, status, incarnation, answers } = message;
        let me = &mut state.members[to as usize];
        if me.crashed {
            return;
        }
        if about == to {
            if status == Status::Suspect && incarnation >= me.incarnation {
                if self.bug != Some(Bug::RefutedAlike) {
                    me.incarnation = incarnation + 1;
                }
                me.views[to as usize].incarnation = me.incarnation;
                let own = me.incarnation;
                let answers = incarnation + 1;
                let status = Status::Alive;
                state.send(Message {
                    from: to,
                    to: from,
                    about,
                    status,
                    incarnation: own,
                    answers,
                });
            }
            return;
        }
        let view = &mut me.views[about as usize];
        let newer = match (status, view.status) {
            (_, Status::Down) => {
                let risen = self.bug == Some(Bug::DownForgotten) && status == Status::Alive;
                state.risen |= risen;
                risen
            }
            (Status::Down, _) => true,
            (Status::Suspect, Status::Alive) => incarnation >= view.incarnation,
            (Status::Alive, Status::Suspect) if self.bug == Some(Bug::OldNewsBelieved) => {
                incarnation >= view.incarnation
            }
            _ => incarnation > view.incarnation,
        };
        if newer {
            *view = View { status, incarnation, answered: false };
        } else if answers == view.incarnation + 1 && view.status == Status::Suspect {
            view.answered = true;
        }
    }
}

impl State {
    fn send(&mut self, message: Message) {
        let at = self.network.partition_point(|other| *other <= message);
        self.network.insert(at, message);
    }

    fn leaves(&mut self, message: Message) {
        let at = self.network.iter().position(|other| *other == message);
        self.network.remove(at.expect("only a message on its way can arrive or be lost"));
    }

    /// What each member that is up believes of each other one: who, of whom, and what.
    fn beliefs(&self) -> impl Iterator<Item = (u8, u8, View)> {
        let up = (0..).zip(self.members.iter()).filter(|(_, member)| !member.crashed);
        up.flat_map(|(who, member)| {
            let views = (0..).zip(member.views).take(self.members.len());
            views.filter(move |(of, _)| *of != who).map(move |(of, view)| (who, of, view))
        })
    }
}

impl Model for Swim {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let members = (0..self.bounds.nodes).map(|_| Member::default()).collect();
        let network = Default::default();
        vec![State { members, network, suspicions: 0, crashes: 0, risen: false }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let bounds = &self.bounds;
        for (who, of, view) in state.beliefs() {
            let crashed = state.members[of as usize].crashed;
            match view.status {
                Status::Alive if crashed || state.suspicions < bounds.suspicions => {
                    actions.push(Action::Suspect(who, of));
                }
                Status::Suspect if crashed || view.answered => {
                    actions.push(Action::Expire(who, of));
                }
                _ => {}
            }
        }
        for (who, member) in (0..bounds.nodes).zip(state.members.iter()) {
            if member.crashed {
                continue;
            }
            if state.crashes < bounds.crashes {
                actions.push(Action::Crash(who));
            }
            // An answer takes the place of the message that it answers.
            if state.network.len() < bounds.messages as usize {
                let others = (0..bounds.nodes).filter(|other| *other != who);
                let listening = others.filter(|other| !state.members[*other as usize].crashed);
                let all = |to| (0..bounds.nodes).map(move |of| Action::Tell(who, to, of));
                actions.extend(listening.flat_map(all));
            }
        }
        for (at, message) in state.network.iter().enumerate() {
            // Of equal messages it does not matter which one it is.
            if at == 0 || state.network[at - 1] != *message {
                actions.extend([Action::Deliver(*message), Action::Lose(*message)]);
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = *state;
        match action {
            Action::Suspect(who, of) => {
                next.suspicions += u8::from(!state.members[of as usize].crashed);
                let view = &mut next.members[who as usize].views[of as usize];
                (view.status, view.answered) = (Status::Suspect, false);
            }
            Action::Tell(from, to, about) => {
                let View { status, incarnation, .. } =
                    state.members[from as usize].views[about as usize];
                next.send(Message { from, to, about, status, incarnation, answers: 0 });
            }
            Action::Deliver(message) => {
                next.leaves(message);
                self.receives(&mut next, message);
            }
            Action::Lose(message) => next.leaves(message),
            Action::Expire(who, of) => {
                let view = &mut next.members[who as usize].views[of as usize];
                (view.status, view.answered) = (Status::Down, false);
            }
            Action::Crash(who) => {
                next.crashes += 1;
                let incarnation = state.members[who as usize].incarnation;
                // What it believed goes with it.
                next.members[who as usize] =
                    Member { crashed: true, incarnation, ..Member::default() };
            }
        }
        Some(next)
    }

    fn as_svg(&self, path: Path<State, Action>) -> Option<String> {
        let ends = |message: &Message| (message.from, message.to);
        let drawn = Drawn { takes: Action::drawn, network: |state: &State| &state.network, ends };
        Some(drawing(self, self.bounds.nodes, path, &drawn))
    }

    fn properties(&self) -> Vec<Property<Swim>> {
        vec![
            Property::always(LIVE, |_, state: &State| {
                let dead = |of: u8| state.members[of as usize].crashed;
                state.beliefs().all(|(_, of, view)| view.status != Status::Down || dead(of))
            }),
            Property::always(DEAD, |_, state: &State| !state.risen),
            Property::always(OWN, |_, state: &State| {
                let own = |of: u8| state.members[of as usize].incarnation;
                state.beliefs().all(|(_, of, view)| view.incarnation <= own(of))
            }),
            Property::sometimes("a suspicion is refuted", |_, state: &State| {
                state
                    .beliefs()
                    .any(|(_, _, view)| view.status == Status::Alive && view.incarnation > 0)
            }),
            Property::sometimes("all know of a death", |_, state: &State| {
                state.crashes > 0
                    && state.beliefs().all(|(_, of, view)| {
                        let crashed = state.members[of as usize].crashed;
                        crashed == (view.status == Status::Down)
                    })
            }),
        ]
    }
}
