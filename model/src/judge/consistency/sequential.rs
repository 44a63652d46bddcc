//! A history comes in; whether some order explains it that keeps each session's order goes out.
//!
//! The one idea: to decide is NP-hard (Gibbons and Korach, Testing shared memories, 1997), but
//! where each value is written once, a value that somebody has yet to read must not be overwritten,
//! and that leaves few choices. Reads are done as soon as the object gives their answers, writes in
//! the order in which they were asked, and what has been tried is not tried again.

use super::{Breach, Finding, Sessions};
use crate::history::{History, Operation, Outcome};
use crate::seed::StableHasher;
use crate::spec::Spec;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use values::{Values, keep_useful, values};

mod values;

pub(super) const CLAUSE: &str = "sequential consistency";

pub(super) fn check<S: Spec>(history: &History<S>, first: &[usize], budget: u64) -> Finding {
    let all = |_: usize| true;
    let mut left = budget;
    match explained(history, first, &all, &mut left) {
        Some(true) => Finding::Kept,
        Some(false) => Finding::Broken(breach(history, first, budget)),
        None => Finding::Unknown(format!(
            "whether it is sequentially consistent was not decided within {budget} steps of the \
             search"
        )),
    }
}

/// Leaves out of the history what can be left out, as long as no order explains the rest.
fn breach<S: Spec>(history: &History<S>, first: &[usize], budget: u64) -> Breach {
    let answered = |place: &usize| matches!(history.operations[*place].outcome, Outcome::Ok(_));
    let mut needed: Vec<usize> = (0..history.operations.len()).filter(answered).collect();
    needed.retain(|place| !first.contains(place));
    let mut minimal = true;
    let mut left = budget.saturating_mul(4);
    let mut chunk = needed.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        while from < needed.len() {
            let to = (from + chunk).min(needed.len());
            let fewer: BTreeSet<usize> =
                needed[..from].iter().chain(&needed[to..]).copied().collect();
            let mut steps = left.min(budget);
            let before = steps;
            let found = explained(history, first, &|place| fewer.contains(&place), &mut steps);
            left -= before - steps;
            match found {
                Some(false) => drop(needed.drain(from..to)),
                Some(true) => from = to,
                None => {
                    minimal = false;
                    from = to;
                }
            }
        }
        if chunk == 1 {
            break;
        }
        chunk = chunk.div_ceil(2);
    }
    let told: Vec<String> = needed.iter().map(|place| told(&history.operations[*place])).collect();
    let why =
        format!("No order keeps what each client did in turn and explains {}.", told.join(", "));
    Breach { clause: CLAUSE, why, operations: needed, minimal }
}

fn told<S: Spec>(one: &Operation<S>) -> String {
    match &one.outcome {
        Outcome::Ok(ret) => format!("{}'s {} -> {ret}", one.request.client, one.op),
        _ => format!("{}'s {}", one.request.client, one.op),
    }
}

/// A write without an answer: when it may happen, as a session and how many of its operations must
/// be done.
type Open = (usize, Option<(usize, usize)>);

/// A part of the object; all of it where it does not divide.
type Key = Option<u64>;

struct Search<'a, S: Spec> {
    history: &'a History<S>,
    sessions: Vec<Vec<usize>>,
    open: Vec<Open>,
    divides: bool,
    values: BTreeMap<usize, Values>,
    // What follows changes as the search goes on.
    done: Vec<usize>,
    used: Vec<bool>,
    object: BTreeMap<Key, S::State>,
    /// How many reads each value still needs, and which value each part holds.
    wanted: Vec<u32>,
    held: BTreeMap<Key, usize>,
    trail: Vec<Undo<S::State>>,
}

/// One step, to be taken back.
struct Undo<State> {
    who: Who,
    place: usize,
    part: Key,
    state: Option<State>,
    held: Option<usize>,
}

#[derive(Clone, Copy)]
enum Who {
    Session(usize),
    Open(usize),
}

/// Whether some order explains the answers of these operations; those of others may be anything,
/// and they need not have taken effect. Nothing if the budget runs out.
fn explained<S: Spec>(
    history: &History<S>,
    first: &[usize],
    counts: &impl Fn(usize) -> bool,
    budget: &mut u64,
) -> Option<bool> {
    let mut search = Search::new(history, first, counts);
    let mut tried: BTreeSet<(u64, u64)> = BTreeSet::new();
    // For each choice on the way here: how long the trail was, and what to choose next.
    let mut choices: Vec<(usize, usize)> = Vec::new();
    let mut next = 0;
    loop {
        if next == 0 {
            search.read_on();
            if search.is_done() {
                return Some(true);
            }
            if !tried.insert(search.fingerprint()) {
                next = usize::MAX;
            }
        }
        let order = if next == usize::MAX { Vec::new() } else { search.order() };
        let chosen = (next..order.len()).find(|at| {
            *budget = budget.saturating_sub(1);
            search.step(order[*at])
        });
        if *budget == 0 {
            return None;
        }
        match chosen {
            Some(at) => {
                choices.push((search.trail.len() - 1, at));
                next = 0;
            }
            None => {
                let Some((trail, at)) = choices.pop() else { return Some(false) };
                search.back_to(trail);
                next = at + 1;
            }
        }
    }
}

impl<'a, S: Spec> Search<'a, S> {
    fn new(
        history: &'a History<S>,
        first: &[usize],
        counts: &impl Fn(usize) -> bool,
    ) -> Search<'a, S> {
        let mut sessions = Sessions::of(history, first).0;
        let mut open = Vec::new();
        for (number, session) in sessions.iter_mut().enumerate() {
            let mut kept = 0;
            session.retain(|place| {
                let stays = counts(*place);
                if !stays && !S::is_read(&history.operations[*place].op) {
                    open.push((*place, Some((number, kept))));
                }
                kept += usize::from(stays);
                stays
            });
        }
        for (place, one) in history.operations.iter().enumerate() {
            if one.outcome == Outcome::Unknown && !S::is_read(&one.op) {
                let after = |(number, session): (usize, &Vec<usize>)| {
                    let before = |other: &&usize| {
                        let other = &history.operations[**other];
                        other.request.client == one.request.client && other.precedes(one)
                    };
                    let count = session.iter().filter(before).count();
                    (count > 0).then_some((number, count))
                };
                open.push((place, sessions.iter().enumerate().find_map(after)));
            }
        }
        keep_useful(history, &sessions, &mut open);
        let tells = |place: &usize| S::part(&history.operations[*place].op).is_some();
        let divides =
            sessions.iter().flatten().chain(open.iter().map(|(place, _)| place)).all(tells);
        let (values, wanted) = values(history, &sessions, &open);
        let done = vec![0; sessions.len()];
        let used = vec![false; open.len()];
        let (mut object, held, trail) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for place in first {
            let op = &history.operations[*place].op;
            let part = S::part(op).filter(|_| divides);
            S::apply(object.entry(part).or_insert_with(S::init), op);
        }
        Search { history, sessions, open, divides, values, done, used, object, wanted, held, trail }
    }

    fn is_done(&self) -> bool {
        self.done.iter().zip(&self.sessions).all(|(done, session)| *done == session.len())
    }

    /// Who may do something that changes the object, the one that was asked first before others.
    fn order(&self) -> Vec<Who> {
        let mut order: Vec<(u64, Who)> = Vec::new();
        for (number, session) in self.sessions.iter().enumerate() {
            if let Some(place) = session.get(self.done[number])
                && !S::is_read(&self.history.operations[*place].op)
            {
                order.push((self.history.operations[*place].completed.order, Who::Session(number)));
            }
        }
        for (number, (place, after)) in self.open.iter().enumerate() {
            let may = after.is_none_or(|(session, count)| self.done[session] >= count);
            let values = self.values.get(place).copied().unwrap_or_default();
            // A value that nobody needs any more need not be written.
            let needed = values.writes.is_none_or(|value| {
                self.wanted[value] > 0 || values.reads.is_some() || value + 1 == self.wanted.len()
            });
            if may && needed && !self.used[number] {
                order.push((u64::MAX, Who::Open(number)));
            }
        }
        order.sort_by_key(|(asked, _)| *asked);
        order.into_iter().map(|(_, who)| who).collect()
    }

    /// Does all reads that the object answers as they were answered.
    fn read_on(&mut self) {
        let mut went_on = true;
        while went_on {
            went_on = false;
            for number in 0..self.sessions.len() {
                while let Some(place) = self.sessions[number].get(self.done[number])
                    && S::is_read(&self.history.operations[*place].op)
                    && self.step(Who::Session(number))
                {
                    went_on = true;
                }
            }
        }
    }

    /// Does the next operation of somebody, if it may be done now.
    fn step(&mut self, who: Who) -> bool {
        let place = match who {
            Who::Session(number) => self.sessions[number][self.done[number]],
            Who::Open(number) => self.open[number].0,
        };
        let one = &self.history.operations[place];
        let part = S::part(&one.op).filter(|_| self.divides);
        let values = self.values.get(&place).copied().unwrap_or_default();
        let held = self.held.get(&part).copied();
        let closed = matches!(who, Who::Session(_));
        if let (Some(_), Some(held)) = (values.writes, held) {
            let reads_it = closed && values.reads == Some(held);
            // Somebody would wait for it in vain.
            if self.wanted[held] > u32::from(reads_it) {
                return false;
            }
        }
        let before = self.object.get(&part);
        let mut state = before.map_or_else(S::init, Clone::clone);
        let answer = S::apply(&mut state, &one.op);
        let agrees = !closed || matches!(&one.outcome, Outcome::Ok(ret) if *ret == answer);
        if !agrees {
            return false;
        }
        let read = S::is_read(&one.op);
        let before = if read { None } else { Some(self.object.insert(part, state)) };
        if closed && let Some(value) = values.reads {
            self.wanted[value] -= 1;
        }
        if let Some(value) = values.writes {
            self.held.insert(part, value);
        }
        match who {
            Who::Session(number) => self.done[number] += 1,
            Who::Open(number) => self.used[number] = true,
        }
        let state = before.map(|before| before.unwrap_or_else(S::init));
        self.trail.push(Undo { who, place, part, state, held });
        true
    }

    fn back_to(&mut self, length: usize) {
        while self.trail.len() > length {
            let Some(undo) = self.trail.pop() else { return };
            let values = self.values.get(&undo.place).copied().unwrap_or_default();
            if let Some(state) = undo.state {
                self.object.insert(undo.part, state);
            }
            match undo.held {
                Some(held) => drop(self.held.insert(undo.part, held)),
                None => drop(self.held.remove(&undo.part)),
            }
            match undo.who {
                Who::Session(number) => {
                    self.done[number] -= 1;
                    if let Some(value) = values.reads {
                        self.wanted[value] += 1;
                    }
                }
                Who::Open(number) => self.used[number] = false,
            }
        }
    }

    /// What has been done and what the object is, in 128 bits: no two that differ will ever share
    /// them.
    fn fingerprint(&self) -> (u64, u64) {
        let half = |seed| {
            let mut hasher = StableHasher::new(seed);
            self.done.hash(&mut hasher);
            self.used.hash(&mut hasher);
            for (part, state) in &self.object {
                // A part that is as it was at first is as if it had not been asked for.
                if *state != S::init() {
                    (part, state).hash(&mut hasher);
                }
            }
            hasher.finish()
        };
        (half(1), half(2))
    }
}
