//! One path of Raft's model followed by real nodes: its steps come in; a schedule goes out whose
//! steps by hand make the nodes do the same, as far as they do.
//!
//! The one idea: a schedule is a value, so whatever is tried can be taken back: what the nodes do
//! is seen in what they tell, and if it is not the model's step, something else is tried from the
//! same place. Nothing is lost on purpose: what the model loses stays on its way, for a sender of
//! the model's may send it again, and one of a library's does so in its own time.

use super::super::subject::Subject;
use super::likeness::likest;
use crate::execute::{OnItsWay, Op, Paused};
use crate::fact::{Fact, Told};
use crate::fault::{Fault, Hand, Kind, Party};
use crate::id::{ClientId, NodeId};
use crate::node::Node;
use crate::reference::raft::coverage::{Coverage, Move};
use crate::reference::raft::{Action as Step, Body, Message, Raft, State};
use crate::schedule::{Action, Schedule, Step as Line, When};
use crate::spec::Spec;
use crate::time::Time;
use std::collections::BTreeSet;
use std::time::Duration;

/// What became of a path.
pub(super) struct Run<O> {
    /// What was done.
    pub(super) schedule: Schedule<O>,
    /// So many steps of the model were taken.
    pub(super) taken: usize,
    /// Whether they took the planned edges, and no path was left.
    pub(super) exactly: bool,
    /// Why it went no further, if it did not.
    pub(super) stopped: Option<&'static str>,
}

/// Who follows a path.
pub(super) struct Follower<'a, N: Node> {
    subject: &'a Subject<N>,
    raft: &'a Raft,
    schedule: Schedule<Op<N>>,
    at: Paused<N>,
    /// So many facts had been told when something was begun that may be taken back.
    since: usize,
    requests: u32,
    /// What timers are for that run from the start on. Others are what a node has put off.
    usual: BTreeSet<String>,
}

/// A step that was taken, or why not.
type Taken = Result<(), &'static str>;

/// A timer that does nothing is fired so often.
const WINDINGS: usize = 3;
/// So much that was put off is done before the next step of the model.
const PUT_OFF: usize = 12;
/// So many heartbeats may go out until a leader sends what it should.
const HEARTBEATS: usize = 2;

impl<'a, N: Node> Follower<'a, N> {
    pub(super) fn new(subject: &'a Subject<N>, raft: &'a Raft) -> Follower<'a, N> {
        let shape = &subject.shape;
        let begin = Line { when: When::At(Time::ZERO), action: by_hand(Hand::Begin) };
        let schedule = Schedule {
            timing: shape.timing,
            claim: shape.claim.clone(),
            steps: vec![begin],
            ..Schedule::new(raft.bounds.nodes.into())
        };
        let at = subject.paused(&schedule);
        let usual = at.timers.iter().map(|(_, _, name)| name.clone()).collect();
        Follower { subject, raft, schedule, at, since: 0, requests: 0, usual }
    }

    /// Follows a path as far as the nodes do.
    pub(super) fn follow(mut self, path: &[Move]) -> Run<Op<N>> {
        let mut state = self.raft.first();
        let mut taken = 0;
        let mut stopped = None;
        for (place, step) in path.iter().enumerate() {
            let next = self.raft.step(&state, step.action).0;
            let again = path[place + 1..].iter().any(|later| later.action == step.action);
            if let Err(why) = self.take(step.action, &next, again) {
                stopped = Some(why);
                break;
            }
            taken += 1;
            state = next;
        }
        let mut walked = Coverage::default();
        walked.add_run(self.schedule.nodes, &self.at.trace.facts);
        let exactly =
            stopped.is_none() && path.iter().filter_map(|step| step.edge).all(|e| walked.has(&e));
        Run { schedule: self.schedule, taken, exactly, stopped }
    }

    fn take(&mut self, step: Step, after: &State, again: bool) -> Taken {
        match step {
            Step::Timeout(who) => self.stand(node(who), after),
            Step::Request(who) => self.request(node(who), after, who),
            Step::Deliver(message) => self.deliver(&message, again),
            Step::Restart(who) => self.restart(node(who)),
            // What real nodes send they send by themselves; what is lost just never comes.
            Step::Ask(..) | Step::Replicate(..) | Step::Lose(_) => Ok(()),
            _ => Err("snapshots and changes of who votes are not made by hand"),
        }
    }

    /// A node stands for election: its timer goes off, and where it asks first whether it could
    /// win, somebody says so.
    fn stand(&mut self, who: NodeId, after: &State) -> Taken {
        let term = u64::from(after.servers[who.index()].term);
        let stands = |told: &Told| told.node == who && told.fact == Fact::Stands { term };
        let others: Vec<NodeId> = self.others(who);
        if self.attempt(|this| this.fires(who) && this.tells(stands)) {
            return Ok(());
        }
        for first in [false, true] {
            for other in &others {
                let asked = |this: &mut Self| {
                    let asks = |told: &Told| matches!(told.fact, Fact::Stands { .. });
                    // Who has just heard of a leader answers nobody, until it doubts, too.
                    (!first || this.fires(*other) && !this.tells(asks))
                        && this.fires(who)
                        && this.newest(who, *other)
                        && this.newest(*other, who)
                        && this.tells(stands)
                };
                if self.attempt(asked) {
                    return Ok(());
                }
            }
        }
        Err("a node does not stand when its timer goes off")
    }

    /// A leader's log grows, if it has not done so by itself.
    fn request(&mut self, who: NodeId, after: &State, place: u8) -> Taken {
        let server = &after.servers[usize::from(place)];
        let wanted = u64::from(server.base.index) + server.log.len() as u64;
        if self.took(who, server.term.into()) >= wanted {
            return Ok(());
        }
        self.requests += 1;
        let client = ClientId((self.requests - 1) % 3);
        let op = N::Spec::probe(self.requests.into());
        let asked = self.attempt(|this| {
            this.adds(Action::Request { client, to: who.into(), op: op.clone() })
                && this.does(Hand::Deliver {
                    nth: 1,
                    from: Party::Client(client),
                    to: Party::Node(who.into()),
                })
                && this.tells(|told| told.node == who && matches!(told.fact, Fact::Took { .. }))
        });
        if asked { Ok(()) } else { Err("a leader does not take what a client asks") }
    }

    /// The index of the last entry that a node took as the leader of a term.
    fn took(&self, who: NodeId, term: u64) -> u64 {
        let last = self.at.trace.facts.iter().rev().find_map(|told| match told.fact {
            Fact::Took { index, entry } if told.node == who && entry.term == term => Some(index),
            _ => None,
        });
        last.unwrap_or(0)
    }

    fn deliver(&mut self, message: &Message, again: bool) -> Taken {
        let (from, to) = (node(message.from), node(message.to));
        let heard = |told: &Told| {
            told.node == to && matches!(told.fact, Fact::Handled { from: who, .. } if who == from)
        };
        let brings = matches!(message.body, Body::Append { .. });
        for _ in 0..=HEARTBEATS {
            if let Some(one) = likest(message, &self.at.messages) {
                if self.attempt(|this| this.arrives(&one, again) && this.tells(heard)) {
                    return Ok(());
                }
                // Who hears from a leader leaves candidates unheard, until it doubts.
                let doubts = |told: &Told| matches!(told.fact, Fact::Stands { .. });
                let doubted = matches!(message.body, Body::Vote { .. })
                    && self.attempt(|this| {
                        this.fires(to)
                            && !this.tells(doubts)
                            && this.arrives(&one, again)
                            && this.tells(heard)
                    });
                return if doubted { Ok(()) } else { Err("a message is left unheard") };
            }
            let provoked = brings
                && self.attempt(|this| {
                    this.fires(from)
                        && (likest(message, &this.at.messages).is_some()
                            || this.newest(from, to) && this.newest(to, from))
                });
            if !provoked {
                break;
            }
        }
        Err(match message.body {
            Body::Vote { .. } => "a candidate has not asked for this vote",
            Body::Voted { .. } => "such an answer to a candidate is not on its way",
            Body::Append { .. } => "a leader does not send this of its log",
            Body::Appended { .. } | Body::Refused { .. } => {
                "such an answer to a leader is not on its way"
            }
            Body::Install(_) => "a leader does not send its snapshot",
        })
    }

    /// A node loses its power, or else crashes, and comes up again.
    fn restart(&mut self, who: NodeId) -> Taken {
        let target = || NodeId::into(who);
        let claim = &self.schedule.claim;
        let fault = if claim.names(Kind::PowerLoss) {
            Fault::PowerLoss { node: target(), point: None, kept_percent: 0 }
        } else {
            Fault::Crash { node: target(), point: None }
        };
        let restarted = self.attempt(|this| {
            this.adds(Action::Fault(fault.clone()))
                && this.adds(Action::Fault(Fault::Restart { node: target() }))
        });
        if restarted { Ok(()) } else { Err("the claim does not allow a restart") }
    }

    /// Does something; takes it all back if it comes to nothing.
    fn attempt(&mut self, what: impl FnOnce(&mut Self) -> bool) -> bool {
        let (steps, told) = (self.schedule.steps.len(), self.at.trace.facts.len());
        self.since = told;
        let done = what(self);
        if !done && self.schedule.steps.len() > steps {
            self.schedule.steps.truncate(steps);
            self.at = self.subject.paused(&self.schedule);
        }
        done
    }

    /// Whether such a fact was told since the attempt began.
    fn tells(&self, what: impl Fn(&Told) -> bool) -> bool {
        self.at.trace.facts[self.since.min(self.at.trace.facts.len())..].iter().any(what)
    }

    /// Adds a step; says whether it took hold.
    fn adds(&mut self, action: Action<Op<N>>) -> bool {
        let held = self.adds_alone(action);
        let settles = held && self.settles();
        held && settles
    }

    /// What nodes have put off they do now, for the model's steps put nothing off: a sync that is
    /// not waited for, and the timer by which it is begun.
    fn settles(&mut self) -> bool {
        for _ in 0..PUT_OFF {
            let sync = self.at.syncs.first().map(|node| Hand::Sync { node: (*node).into() });
            let late = self.at.timers.iter().find(|(_, _, name)| !self.usual.contains(name));
            let fire = late.map(|(node, nth, _)| Hand::Fire { nth: *nth, node: (*node).into() });
            let Some(hand) = sync.or(fire) else { return true };
            if !self.adds_alone(by_hand(hand)) {
                return false;
            }
        }
        true
    }

    fn adds_alone(&mut self, action: Action<Op<N>>) -> bool {
        self.schedule.steps.push(Line { when: When::After(Duration::ZERO), action });
        self.at = self.subject.paused(&self.schedule);
        self.at.trace.steps.last().is_some_and(|step| step.took_hold)
    }

    fn does(&mut self, hand: Hand) -> bool {
        self.adds(by_hand(hand))
    }

    /// A node's timer goes off, again where that only winds it anew, until the node sends.
    fn fires(&mut self, who: NodeId) -> bool {
        let sent = |this: &Self| this.at.messages.iter().filter(|one| one.from == who).count();
        let before = sent(self);
        (0..WINDINGS)
            .any(|_| self.does(Hand::Fire { nth: 1, node: who.into() }) && sent(self) > before)
    }

    /// A message arrives; if it is needed again, it stays on its way as well.
    fn arrives(&mut self, one: &OnItsWay, again: bool) -> bool {
        let OnItsWay { from, to, nth, .. } = *one;
        if again && self.schedule.claim.names(Kind::Doubles) {
            return self.does(Hand::Repeat { nth, from: from.into(), to: to.into() });
        }
        let (from, to) = (Party::Node(from.into()), Party::Node(to.into()));
        self.does(Hand::Deliver { nth, from, to })
    }

    /// The newest message of a link arrives.
    fn newest(&mut self, from: NodeId, to: NodeId) -> bool {
        let newest = self.at.messages.iter().rfind(|one| (one.from, one.to) == (from, to));
        newest.copied().is_some_and(|one| self.arrives(&one, false))
    }

    fn others(&self, who: NodeId) -> Vec<NodeId> {
        (1..=self.schedule.nodes).map(NodeId).filter(|other| *other != who).collect()
    }
}

fn node(place: u8) -> NodeId {
    NodeId::at(place.into())
}

fn by_hand<O>(hand: Hand) -> Action<O> {
    Action::Fault(Fault::Hand(hand))
}
