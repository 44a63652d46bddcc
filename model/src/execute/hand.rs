//! What happens by hand: a step says which of the events that wait is the next one, and here it is
//! taken out of the queue, or of a node's timers, and happens at once.
//!
//! Time does not go on by it, but with `next`. A timer that goes off before its time takes its
//! node's own clock along, and no other: so what a node sees depends on what it was given, and not
//! on what others were given meanwhile.

use super::faults::{Nothing, Took};
use super::{Happening, World};
use crate::fault::{Hand, Party, Target};
use crate::history::Outcome;
use crate::id::{ClientId, NodeId};
use crate::node::Node;

/// Who stands at an end of what is on its way, by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Place {
    Node(NodeId),
    Client(ClientId),
}

impl<N: Node> World<'_, N> {
    pub(super) fn hand(&mut self, hand: &Hand) -> Result<Took, Nothing> {
        match hand {
            Hand::Begin if self.by_hand => return Err("all waits already".to_owned()),
            Hand::Begin => self.by_hand = true,
            Hand::LetGo if !self.by_hand => return Err("all goes by itself already".to_owned()),
            Hand::LetGo => self.let_go(),
            Hand::Next { events } => return self.next_events((*events).min(Hand::NEXT_MAX)),
            Hand::Deliver { nth, from, to } => return self.deliver_now(*nth, from, to),
            Hand::Repeat { nth, from, to } => {
                let link = (self.resolve(from)?, self.resolve(to)?);
                let again = self.on_its_way(*nth, link, super::Flight::again);
                let again = again.ok_or_else(|| nothing_between(link.0, link.1))?;
                let origin = self.on_its_way(*nth, link, |flight| self.origin(flight.key));
                self.stems(again.key, origin);
                self.happen_now(Happening::Deliver(again));
                return Ok(Took::Now(Some(link.1)));
            }
            Hand::Lose { nth, from, to } => {
                let (from, to) = (self.resolve(from)?, self.resolve(to)?);
                let lost = self.take(*nth, Place::Node(from), Place::Node(to));
                match lost {
                    Some(Happening::Deliver(flight)) => self.lose_by_hand(&flight),
                    _ => return Err(nothing_between(from, to)),
                }
                return Ok(Took::Now(Some(to)));
            }
            Hand::Fire { nth, node } => return self.fire_now(*nth, node),
            Hand::Sync { node } => {
                let id = self.resolve(node)?;
                let incarnation = self.process(id).io.incarnation;
                let synced = self.queue.take(1, |what| {
                    matches!(what, Happening::Synced { node, incarnation: of, .. }
                        if *node == id && *of == incarnation)
                });
                self.happen_now(synced.ok_or_else(|| format!("{id} has no sync to be done"))?);
                return Ok(Took::Now(Some(id)));
            }
            Hand::GiveUp { client } => {
                let all = self.asked.get(client).map_or(&[][..], Vec::as_slice);
                let open = all.iter().copied().find(|place| self.open[*place]);
                let operation = open.ok_or_else(|| format!("{client} waits for no answer"))?;
                self.order += 1;
                self.close(operation, Outcome::Unknown, None);
            }
        }
        Ok(Took::Now(None))
    }

    /// All goes by itself again.
    pub(super) fn let_go(&mut self) {
        self.by_hand = false;
        self.stir();
        // What has waited happens now, in an order that does not tell when it was asked for.
        self.queue.order_by(Happening::rank);
    }

    /// The events that are planned first happen, each at its time.
    fn next_events(&mut self, events: u32) -> Result<Took, Nothing> {
        for done in 0..events {
            let next = self.queue.next();
            let taken = next.and_then(|next| Some((next.at, self.queue.take_next(next)?)));
            let Some((at, what)) = taken else {
                let none = format!("nothing more is planned after {done} events");
                return if done > 0 { Ok(Took::Now(None)) } else { Err(none) };
            };
            self.now = self.now.max(at);
            self.happen_now(what);
            if self.end.is_some() {
                break;
            }
        }
        Ok(Took::Now(None))
    }

    /// An event happens at this time, as one of its own.
    fn happen_now(&mut self, what: Happening<N>) {
        self.order += 1;
        self.count_event();
        if self.end.is_none() {
            self.happen(what);
        }
    }

    fn deliver_now(&mut self, nth: u32, from: &Party, to: &Party) -> Result<Took, Nothing> {
        let (from, to) = (self.party(from)?, self.party(to)?);
        let what = self.take(nth, from, to).ok_or_else(|| {
            let name = |place| match place {
                Place::Node(node) => node.to_string(),
                Place::Client(client) => client.to_string(),
            };
            format!("nothing is on its way from {} to {}", name(from), name(to))
        })?;
        self.happen_now(what);
        Ok(Took::Now(match (from, to) {
            (_, Place::Node(node)) | (Place::Node(node), _) => Some(node),
            _ => None,
        }))
    }

    fn party(&self, party: &Party) -> Result<Place, Nothing> {
        Ok(match party {
            Party::Node(target) => Place::Node(self.resolve(target)?),
            Party::Client(client) => Place::Client(*client),
        })
    }

    /// Takes out what is on its way between two.
    fn take(&mut self, nth: u32, from: Place, to: Place) -> Option<Happening<N>> {
        let history = &self.history;
        self.queue.take(nth, |what| what.ends(history) == Some((from, to)))
    }

    /// Looks at a message that is on its way.
    fn on_its_way<T>(
        &self,
        nth: u32,
        (from, to): (NodeId, NodeId),
        look: impl Fn(&super::Flight<N>) -> T,
    ) -> Option<T> {
        let mut waiting = self.queue.waiting();
        waiting.sort_unstable_by_key(|(at, place, _)| (*at, *place));
        let mut flights = waiting.into_iter().filter_map(|(_, _, what)| match what {
            Happening::Deliver(flight) if flight.from == from && flight.to == to => Some(flight),
            _ => None,
        });
        flights.nth(nth.max(1) as usize - 1).map(look)
    }

    /// A node's timer goes off, and its clock shows the time at which it was to.
    fn fire_now(&mut self, nth: u32, node: &Target) -> Result<Took, Nothing> {
        let id = self.running(node)?;
        let now = self.now;
        let process = self.process(id);
        let mut timers: Vec<_> = process.timers.iter().map(|armed| (armed.due, armed.id)).collect();
        timers.sort_unstable();
        let found = timers.get(nth.max(1) as usize - 1).copied();
        let (due, timer) = found.ok_or_else(|| format!("{id} has no such timer"))?;
        let incarnation = process.io.incarnation;
        let ahead = due.saturating_sub(process.clock.at(now).0);
        if ahead > 0 {
            process.clock.jump(ahead);
            self.replan_timers(id);
        }
        self.happen_now(Happening::Timer { node: id, incarnation, id: timer, due });
        Ok(Took::Now(Some(id)))
    }
}

fn nothing_between(from: NodeId, to: NodeId) -> Nothing {
    format!("nothing is on its way from {from} to {to}")
}
