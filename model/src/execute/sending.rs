//! A message on its way: what its link, a step or the noise makes of it, from the moment at which
//! its sender lets go of it until it flies.
//!
//! Nearly all messages meet nothing, so that is looked at first, and all else is a way apart.

use super::network::{Admitted, Fate};
use super::{Chore, Flight, Happening, Lane, World, guard, rich};
use crate::fault::LinkTrouble;
use crate::history::Moment;
use crate::id::NodeId;
use crate::node::{Event, Node};
use crate::sabotage::Sabotage;
use crate::seed::Seed;
use crate::time::{Time, micros};
use crate::trace::{Hit, LossCause, NoiseHit, What};
use std::time::Duration;

impl<N: Node> World<'_, N> {
    pub(super) fn send(&mut self, from: NodeId, to: NodeId, body: N::Message, key: u64) {
        self.counts.sent += 1;
        let sent = self.order;
        if to.0 == 0 || to.index() >= self.processes.len() {
            self.record(Some(sent), Some(from), || {
                What::Note(format!("a message to {to}: unknown"))
            });
            return;
        }
        let text = if self.rich.is_on() { rich::brief(&body) } else { String::new() };
        let (mut fate, step) = self.network.fate(from, to);
        if let Some(step) = step {
            self.hit(step);
        }
        if let Some(disturber) = self.disturber {
            let nth = self.network.nth_now(from, to, self.now);
            if step.is_none()
                && matches!(fate, Fate::Passes)
                && let Some(hit) = disturber.hits(key)
            {
                self.hits.push(NoiseHit { sent: self.now, from, to, nth, hit });
                fate = Fate::Hit(hit);
            }
        }
        let lost = match fate {
            Fate::Passes | Fate::Hit(Hit::Late(_) | Hit::Doubled(_) | Hit::Corrupted(_)) => None,
            Fate::Cut => Some(LossCause::Cut.word()),
            Fate::Held => Some("held back"),
            Fate::Hit(Hit::Lost) if step.is_some() => Some(LossCause::Dropped.word()),
            Fate::Hit(Hit::Lost) => Some("lost"),
            Fate::Hit(Hit::Overtaken) => Some("waits for the next one"),
        };
        self.record(Some(sent), Some(from), || What::Sent { to, text, lost });
        let flight = Flight { from, to, body, key, sent };
        self.stems_from(key, from, key);
        self.means(key, from, to);
        match fate {
            Fate::Passes if self.network.is_plain() => self.fly(flight, 0),
            Fate::Passes => self.enter(flight, 0),
            Fate::Cut => self.lose(from, to, LossCause::Cut),
            Fate::Held => self.network.keep(from, to, flight),
            Fate::Hit(hit) => self.strike(flight, hit),
        }
    }

    /// Does to a message what a step or the noise has chosen it for.
    fn strike(&mut self, flight: Flight<N>, hit: Hit) {
        let (from, to) = (flight.from, flight.to);
        match hit {
            Hit::Lost => self.lose(from, to, LossCause::Dropped),
            Hit::Late(by) => self.enter(flight, micros(by)),
            Hit::Doubled(by) => {
                let again = flight.again();
                self.stems(again.key, self.origin(flight.key));
                self.enter(flight, 0);
                self.enter(again, micros(by));
            }
            Hit::Overtaken => self.network.wait(from, to, flight),
            Hit::Corrupted(bit) => match guard::call(|| N::corrupt(&flight.body, bit)) {
                Ok(Some(body)) => {
                    self.stems(flight.key, (self.origin(flight.key), bit));
                    self.enter(Flight { body, ..flight }, 0);
                }
                Ok(None) => self.lose_noted(&flight, LossCause::Corrupt),
                Err(crash) => self.crashed(to, crash),
            },
        }
    }

    /// A message enters its link, late by so many microseconds already.
    fn enter(&mut self, mut flight: Flight<N>, mut late: u64) {
        let link = self.network.link(flight.from, flight.to);
        for place in 0..self.network.troubles.len() {
            if self.network.troubles[place].link != link {
                continue;
            }
            let (step, what) =
                (self.network.troubles[place].step, self.network.troubles[place].what);
            let key = Seed(flight.key).fork(self.plan.key(step));
            let now = self.now;
            match self.network.troubles[place].admit(flight, late, key, now) {
                Admitted::Passes(on, by) => {
                    (flight, late) = (on, by);
                    if matches!(what, LinkTrouble::Late { .. }) {
                        self.hit(step);
                    }
                    continue;
                }
                Admitted::Lost(lost) => {
                    let narrow = matches!(what, LinkTrouble::Narrow { .. });
                    let cause = if narrow { LossCause::Overflow } else { LossCause::Dropped };
                    self.lose_noted(&lost, cause);
                }
                Admitted::First(at) => self.later(at.since(now), Chore::Depart { step }),
                Admitted::Waits => {}
            }
            self.hit(step);
            return;
        }
        self.fly(flight, late);
    }

    /// Nothing keeps a message any more: it arrives one latency later, and so late. Those that it
    /// was to overtake follow it.
    pub(super) fn fly(&mut self, flight: Flight<N>, late: u64) {
        let at = self.now + self.schedule.timing.latency;
        let at = Time(at.0.saturating_add(late));
        if self.sabotage == Some(Sabotage::EveryMessageTwice) {
            let again = flight.again();
            self.at_lane(at, Lane::Message, Happening::Deliver(again));
            self.counts.broken += 1;
        }
        let (from, to) = (flight.from, flight.to);
        self.at_lane(at, Lane::Message, Happening::Deliver(flight));
        if self.network.has_overtaken() {
            for waited in self.network.passed(from, to) {
                self.at_lane(at, Lane::Message, Happening::Deliver(waited));
            }
        }
    }

    /// The message that is first in the queue of a narrow link leaves.
    pub(super) fn depart(&mut self, step: usize) {
        let now = self.now;
        let found = self.network.troubles.iter_mut().find(|trouble| trouble.step == step);
        let Some((first, next)) = found.map(|trouble| trouble.depart(now)) else { return };
        if let Some((flight, late)) = first {
            self.fly(flight, late);
        }
        if let Some(next) = next {
            self.later(next.since(now), Chore::Depart { step });
        }
    }

    /// The trouble of a link ends: what waited in its queue goes on.
    pub(super) fn link_ends(&mut self, step: usize) {
        let place = self.network.troubles.iter().position(|trouble| trouble.step == step);
        if let Some(place) = place {
            for (flight, late) in self.network.troubles.remove(place).into_queue() {
                self.fly(flight, late);
            }
        }
    }

    /// Links that flap fail or come back, until they are done with it.
    pub(super) fn flap(&mut self, step: usize, every: Duration, until: Time) {
        if self.now >= until {
            self.network.end_flap(step);
        } else if self.network.turn(step) {
            self.plan_flap(step, every, until);
        }
    }

    pub(super) fn plan_flap(&mut self, step: usize, every: Duration, until: Time) {
        let next = (self.now + every).min(until);
        self.later(next.since(self.now), Chore::Flap { step, every, until });
    }

    /// A message has come to its end: it finds its receiver, or is lost.
    pub(super) fn deliver(&mut self, flight: Flight<N>) {
        let Flight { from, to, body, key, sent } = flight;
        let lost = if self.network.is_cut(from, to) {
            Some((LossCause::Cut, "was cut off on the way"))
        } else if self.process(to).is_down() {
            Some((LossCause::Nobody, "found nobody"))
        } else {
            None
        };
        if let Some((cause, why)) = lost {
            self.lose(from, to, cause);
            let text = || What::Note(format!("a message from {from} to {to} {why}"));
            self.rich.note(
                Moment { order: self.order, time: self.now },
                Some(sent),
                Some(to),
                text,
            );
            return;
        }
        self.counts.delivered += 1;
        if self.rich.is_on() && !self.process(to).stands() {
            let text = rich::brief(&body);
            self.record(Some(sent), Some(to), || What::Delivered { from, sent, text });
        }
        self.event(to, Event::Message { from, body }, key, Some(sent));
    }

    /// Counts a message that will never arrive.
    pub(super) fn lose(&mut self, from: NodeId, to: NodeId, cause: LossCause) {
        self.network.count_lost(from, to, cause);
        self.counts.lost[cause as usize] += 1;
    }

    /// A message that was on its way is lost.
    pub(super) fn lose_by_hand(&mut self, flight: &Flight<N>) {
        self.lose_noted(flight, LossCause::Dropped);
    }

    /// The same for one of which it was not told at once.
    fn lose_noted(&mut self, flight: &Flight<N>, cause: LossCause) {
        let (from, to, sent) = (flight.from, flight.to, flight.sent);
        self.lose(from, to, cause);
        self.record(Some(sent), Some(from), || What::Lost { to, why: cause.word() });
    }
}

impl<N: Node> Flight<N> {
    /// The same message once more. What it causes has draws of its own.
    pub(super) fn again(&self) -> Flight<N> {
        let (body, key) = (self.body.clone(), Seed(self.key).fork(2).0);
        Flight { body, key, ..*self }
    }
}
