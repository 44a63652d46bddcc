//! The run that a walk follows until somebody leaves it: a schedule comes in, its turns and the
//! place of its failure go out, and each way along it or away from it as a schedule of its own.

use super::moves::{Kind, Move};
use super::{Way, is_seen};
use crate::check::{Ruling, Subject};
use crate::execute::Turn;
use crate::fault::{Fault, Hand};
use crate::node::Node;
use crate::schedule::{Action, Schedule, Step, When};
use crate::time::Time;
use std::fmt::Display;
use std::time::Duration;

/// A run that is not so long as this ends before its record does.
const TURNS_MAX: usize = 100_000;
/// So many events before a failure are walked one by one.
const SLOWLY: usize = 8;

/// A recorded run.
pub(super) struct Record<Op> {
    pub(super) origin: Schedule<Op>,
    pub(super) turns: Vec<Turn>,
    /// Whether the run has no calm end.
    pub(super) ends: bool,
    /// After how many turns the failure shows; none where it shows only at rest, or never.
    pub(super) fails_at: Option<usize>,
    /// What fails: the property, and a line of it.
    pub(super) failure: Option<(String, String)>,
}

impl<O: Clone + Display> Record<O> {
    /// Records the run of a schedule.
    pub(super) fn of<N: Node>(subject: &Subject<N>, origin: Schedule<O>) -> Record<O>
    where
        N::Spec: crate::Spec<Op = O>,
    {
        let (turns, ends) = subject.turns(&origin, TURNS_MAX);
        let mut record = Record { origin, turns, ends, fails_at: None, failure: None };
        let ruling = subject.try_out(&record.origin).1;
        let Ruling::Broken(violation) = ruling else { return record };
        let property = &violation.failure.property;
        let line = format!("{property}: {}", violation.headline);
        record.failure = Some((property.clone(), line));
        let broken = |followed: usize| {
            let way = Way { followed, chosen: Vec::new(), rests: false, open: None };
            let walked = subject.walk(&record.schedule(&way), subject.lean());
            let seen = crate::observe::observe(&walked.trace, record.origin.nodes);
            matches!(subject.judge_so_far(&seen),
                Ruling::Broken(so_far) if so_far.failure.property == *property)
        };
        let (mut low, mut high) = (0, record.turns.len());
        if broken(high) {
            // What is broken stays so.
            while low < high {
                let middle = usize::midpoint(low, high);
                if broken(middle) { high = middle } else { low = middle + 1 }
            }
            record.fails_at = Some(high);
        }
        record
    }

    /// Where to go slowly from, and where the record is of no more use.
    fn goal(&self) -> (usize, usize) {
        let end = self.fails_at.unwrap_or(self.turns.len());
        if self.failure.is_none() {
            return (end, end);
        }
        let mut slowly = end;
        let mut left = SLOWLY;
        while slowly > 0 && left > 0 {
            slowly -= 1;
            left -= usize::from(is_seen(&self.turns[slowly]));
        }
        (slowly, end)
    }

    /// The places to which a walk can follow the record from here, with words.
    pub(super) fn stations(&self, from: usize) -> Vec<(usize, String)> {
        let mut stations: Vec<(usize, String)> = Vec::new();
        let Some(next) = self.next_seen(from) else { return stations };
        stations.push((next, self.words(next - 1)));
        let steps = |turn: &Turn| matches!(turn, Turn::Step(..));
        let step = self.turns[next..].iter().position(steps).map(|ahead| next + ahead);
        let (slowly, end) = self.goal();
        let mut add = |to: Option<usize>, what: &str| {
            let Some(to) = to.filter(|to| *to > next) else { return };
            let events = self.turns[from..to].iter().filter(|turn| is_seen(turn)).count();
            if stations.iter().all(|(other, _)| *other != to) {
                stations.push((to, format!("▶ {events} events, up to {what}")));
            }
        };
        add(step, "the next step");
        if self.failure.is_some() {
            add(Some(slowly), "shortly before the failure");
            let at_rest = self.fails_at.is_none();
            add(Some(end), if at_rest { "the calm end" } else { "the failure" });
        } else {
            add(Some(end), "the end of the record");
        }
        stations
    }

    /// The end of the next turn that shows.
    fn next_seen(&self, from: usize) -> Option<usize> {
        self.turns[from..].iter().position(is_seen).map(|ahead| from + ahead + 1)
    }

    fn words(&self, turn: usize) -> String {
        match &self.turns[turn] {
            Turn::Step(step, _) => {
                format!("▶ step {}: {}", step + 1, self.origin.steps[*step].action)
            }
            Turn::Event(words) => format!("▶ {}", words.as_deref().unwrap_or("nothing")),
        }
    }

    /// The place of the move that goes on towards where the failure shows.
    pub(super) fn forward(&self, way: &Way<O>, moves: &[Move<O>]) -> Option<usize> {
        let (slowly, end) = self.goal();
        if way.rests || way.followed > end {
            return None;
        }
        let follows = |one: &(usize, &Move<O>)| match one.1.kind {
            Kind::Follow(to) if to <= end => Some((to, one.0)),
            _ => None,
        };
        let mut ways: Vec<(usize, usize)> =
            moves.iter().enumerate().filter_map(|one| follows(&one)).collect();
        ways.sort_unstable();
        // A step alone; what lies between steps at once; what lies before the failure slowly.
        if let Some((next, place)) = ways.first() {
            let step = matches!(self.turns[next - 1], Turn::Step(..));
            let far = ways.iter().find(|(to, _)| !step && to > next && *to <= slowly);
            return Some(far.map_or(*place, |(_, place)| *place));
        }
        let rests = self.failure.is_some() && self.fails_at.is_none();
        let rest = |one: &Move<O>| rests && matches!(one.kind, Kind::Rest);
        moves.iter().position(rest)
    }

    /// A way as a schedule.
    pub(super) fn schedule(&self, way: &Way<O>) -> Schedule<O> {
        let rest = &self.turns[way.followed..];
        let whole = way.chosen.is_empty() && !rest.iter().any(is_seen);
        if whole && (way.rests || self.ends) {
            return self.origin.clone();
        }
        let now = When::After(Duration::ZERO);
        let hand = |when, hand| Step { when, action: Action::Fault(Fault::Hand(hand)) };
        let mut steps = vec![hand(When::At(Time::ZERO), Hand::Begin)];
        let mut events = 0;
        for turn in &self.turns[..way.followed] {
            match turn {
                Turn::Event(_) => events += 1,
                Turn::Step(step, at) => {
                    if events > 0 {
                        steps.push(hand(now, Hand::Next { events }));
                        events = 0;
                    }
                    let action = self.origin.steps[*step].action.clone();
                    steps.push(Step { when: When::At(*at), action });
                }
            }
        }
        if events > 0 {
            steps.push(hand(now, Hand::Next { events }));
        }
        steps.extend(way.chosen.iter().cloned());
        Schedule { steps, ..self.origin.without_steps() }
    }
}
