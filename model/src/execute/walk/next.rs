//! What can happen next, by hand or by itself, in words.

use super::super::hand::Place;
use super::super::happening::{Chore, Happening};
use super::super::{Boot, Op, Recording, World, rich};
use super::OVERTAKEN_MAX;
use crate::fault::{Hand, Party};
use crate::history::Outcome;
use crate::id::NodeId;
use crate::node::Node;
use crate::schedule::Schedule;
use crate::time::Time;
use crate::trace::End;
use std::collections::BTreeMap;

/// Something that can be done by hand now.
pub(crate) struct Choice {
    pub(crate) hand: Hand,
    /// What happens by it.
    pub(crate) words: String,
}

/// One turn of a run that goes by itself.
pub(crate) enum Turn {
    /// A step of the schedule, and when.
    Step(usize, Time),
    /// The event that is planned first; in words, unless it does nothing.
    Event(Option<String>),
}

/// The turns of a run up to its calm end, or to the end of its own, and whether it had that.
pub(crate) fn turns<N: Node>(
    schedule: &Schedule<Op<N>>,
    boot: Boot<'_, N>,
    most: usize,
) -> (Vec<Turn>, bool) {
    let mut world = World::new(schedule, boot, Recording::default());
    world.begin();
    let mut turns = Vec::new();
    while world.end.is_none() && turns.len() < most {
        let (step, event) = (world.plan.next_time(), world.next_event().map(|event| event.at));
        let first = [step, event, Some(world.plan.storm_ends())].into_iter().flatten().min();
        match (step, event) {
            (Some(at), _) if Some(at) == first => {
                let Some(index) = world.plan.next() else { break };
                turns.push(Turn::Step(index, world.now.max(at)));
            }
            (_, Some(at)) if Some(at) == first && world.plan.storm_ends() > at => {
                let words = world.queue.peek().and_then(|what| world.words(what));
                turns.push(Turn::Event(words));
            }
            _ => break,
        }
        world.turn();
        world.look();
    }
    (turns, !matches!(world.end, None | Some(End::Open)))
}

impl<N: Node> World<'_, N> {
    /// Whether it would find nothing to do.
    pub(super) fn is_idle(&self, what: &Happening<N>) -> bool {
        match *what {
            Happening::Timer { node, incarnation, id, due } => {
                let process = &self.processes[node.index()];
                process.io.incarnation != incarnation
                    || !process.timers.iter().any(|armed| armed.id == id && armed.due == due)
            }
            Happening::GiveUp { operation } => {
                !self.open[operation] || self.retries.waits(operation, self.now)
            }
            Happening::Synced { node, incarnation, .. } => {
                self.processes[node.index()].io.incarnation != incarnation
            }
            Happening::GoOn { node, at } => self.processes[node.index()].busy != Some(at),
            Happening::Chore(chore) => self.is_done(chore),
            _ => false,
        }
    }

    /// Whether what a step has left to do has been done by others: its trouble is over.
    fn is_done(&self, chore: Chore) -> bool {
        let lasts = |step| self.network.troubles.iter().any(|trouble| trouble.step == step);
        match chore {
            Chore::Ends { node, step } => !self.processes[node.index()].troubles().contains(&step),
            Chore::Turn { node, step, .. } => self.processes[node.index()].clock.step != Some(step),
            Chore::LinkEnds { step } | Chore::Depart { step } => !lasts(step),
            Chore::Flap { step, .. } => !self.network.flaps(step),
            _ => false,
        }
    }

    /// What an event is, in words; nothing where it does nothing.
    fn words(&self, what: &Happening<N>) -> Option<String> {
        if self.is_idle(what) {
            return None;
        }
        let asked = |operation: usize| &self.history.operations[operation];
        Some(match what {
            Happening::Deliver(flight) => {
                format!("{} -> {}  {}", flight.from, flight.to, rich::brief(&flight.body))
            }
            Happening::Timer { node, id, .. } => {
                let armed = self.processes[node.index()].timers.iter().find(|one| one.id == *id);
                let timer = armed.map(|armed| rich::brief(&armed.timer)).unwrap_or_default();
                if timer == "()" {
                    format!("{node}'s timer")
                } else {
                    format!("{node}'s timer {timer}")
                }
            }
            Happening::Request { node, operation, .. } => {
                format!("{} -> {node}  {}", asked(*operation).request.client, asked(*operation).op)
            }
            Happening::Answer { node, operation, outcome, .. } => {
                let outcome = match outcome {
                    Outcome::Ok(ret) => format!("ok, {ret}"),
                    Outcome::Refused => "refused".to_owned(),
                    Outcome::Unknown => "unknown".to_owned(),
                };
                let (client, op) = (asked(*operation).request.client, &asked(*operation).op);
                format!("{node} -> {client}  {outcome}  (to {op})")
            }
            Happening::GiveUp { operation } => {
                let asked = asked(*operation);
                format!("{} gives up on {}", asked.request.client, asked.op)
            }
            Happening::Synced { node, .. } => format!("{node}'s sync is done"),
            Happening::GoOn { node, .. } => format!("{node} goes on"),
            Happening::Chore(chore) => self.chore_words(*chore),
            Happening::Probe | Happening::Look { .. } => "the checker asks".to_owned(),
        })
    }

    /// What a step has left to do, in words.
    fn chore_words(&self, chore: Chore) -> String {
        let of = |step: usize| &self.schedule.steps[step].action;
        match chore {
            Chore::Ends { step, .. } | Chore::LinkEnds { step } => format!("`{}` ends", of(step)),
            Chore::Durable { node, .. } => format!("{node}'s data is durable at last"),
            Chore::Depart { step } => format!("`{}` lets the next one go", of(step)),
            Chore::Turn { step, .. }
            | Chore::CrashAgain { step, .. }
            | Chore::Roll { step, .. }
            | Chore::Flap { step, .. }
            | Chore::Ask { step, .. } => format!("`{}` goes on", of(step)),
        }
    }

    /// How many events it takes until one does something, and which that is, in words.
    pub(super) fn due(&self) -> Option<(u32, String)> {
        let mut waiting = self.queue.waiting();
        waiting.sort_unstable_by_key(|(at, place, _)| (*at, *place));
        let first = waiting.iter().position(|(_, _, what)| !self.is_idle(what))?;
        let (at, _, what) = waiting[first];
        let (words, wait) = (self.words(what)?, Time(at.0.saturating_sub(self.now.0)));
        Some((first as u32 + 1, format!("time goes on by {wait}, to what is planned: {words}")))
    }

    /// What can be taken by hand: what is on its way, what is due first coming first, then timers,
    /// syncs and clients that give up.
    pub(super) fn choices(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        let mut counts: BTreeMap<(Place, Place), u32> = BTreeMap::new();
        let mut waiting = self.queue.waiting();
        // Who planned it first does not show.
        waiting.sort_by_key(|(at, place, what)| (*at, what.rank(), *place));
        for (_, _, what) in &waiting {
            let Some(ends) = what.ends(&self.history) else { continue };
            let nth = *counts.entry(ends).and_modify(|nth| *nth += 1).or_insert(1);
            if nth <= OVERTAKEN_MAX {
                self.offer(what, nth, ends, &mut choices);
            }
        }
        for process in &self.processes {
            let clock = process.clock.at(self.now).0;
            let mut timers: Vec<_> = process.timers.iter().collect();
            timers.sort_unstable_by_key(|armed| (armed.due, armed.id));
            for (nth, armed) in (1..).zip(timers) {
                let (node, timer) = (process.io.id, rich::brief(&armed.timer));
                let timer = if timer == "()" { String::new() } else { format!(" {timer}") };
                let left = Time(armed.due.saturating_sub(clock));
                let words = format!("{node}'s timer{timer} goes off, {left} early");
                choices.push(Choice { hand: Hand::Fire { nth, node: node.into() }, words });
            }
        }
        let mut synced: Vec<NodeId> = Vec::new();
        for (_, _, what) in &waiting {
            match what {
                Happening::Synced { node, .. } if !self.is_idle(what) && !synced.contains(node) => {
                    synced.push(*node);
                    let hand = Hand::Sync { node: (*node).into() };
                    choices.push(Choice { hand, words: format!("{node}'s sync is done") });
                }
                _ => {}
            }
        }
        for (client, all) in &self.asked {
            if let Some(operation) = all.iter().find(|place| self.open[**place]) {
                let op = &self.history.operations[*operation].op;
                let words = format!("{client} gives up on {op}");
                choices.push(Choice { hand: Hand::GiveUp { client: *client }, words });
            }
        }
        choices
    }

    /// Offers what is on its way: that it arrives and, of messages, that it comes twice or is lost.
    fn offer(&self, what: &Happening<N>, nth: u32, ends: (Place, Place), all: &mut Vec<Choice>) {
        let words = self.words(what).unwrap_or_default();
        let party = |place| match place {
            Place::Node(node) => Party::Node(NodeId::into(node)),
            Place::Client(client) => Party::Client(client),
        };
        let mut offer = |hand: Hand, how: &str| {
            if hand.is_within(&self.schedule.claim) {
                all.push(Choice { hand, words: format!("{words}{how}") });
            }
        };
        let (Place::Node(from), Place::Node(to)) = ends else {
            let hand = Hand::Deliver { nth, from: party(ends.0), to: party(ends.1) };
            return offer(hand, "");
        };
        if self.network.is_cut(from, to) {
            // It waits for the link to come back.
            return;
        }
        let how = if nth > 1 { ", before others" } else { "" };
        offer(Hand::Deliver { nth, from: party(ends.0), to: party(ends.1) }, how);
        if nth == 1 {
            offer(Hand::Lose { nth, from: from.into(), to: to.into() }, ": is lost");
            offer(Hand::Repeat { nth, from: from.into(), to: to.into() }, ": comes twice");
        }
    }

    /// What waits otherwise.
    pub(super) fn besides(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (_, _, what) in self.queue.waiting() {
            if let Happening::Deliver(flight) = what
                && self.network.is_cut(flight.from, flight.to)
                && let Some(words) = self.words(what)
            {
                all.push(format!("{words}, stopped by a cut"));
            }
        }
        for process in &self.processes {
            let (node, waiting) = (process.io.id, process.waiting.len());
            if waiting > 0 {
                all.push(format!("{node}  has {waiting} events waiting"));
            }
        }
        all
    }
}
