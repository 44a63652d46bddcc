//! A history of registers comes in; whether its sessions were kept from going back in time goes
//! out.
//!
//! The one idea: each guarantee says of some writes to one key which came first. A session that
//! reads one value and then another saw the second written later; one that writes and then reads
//! another value saw that written later; and so on. The guarantees hold under some order of all
//! writes if and only if these sayings do not go round in a circle.

use super::{Breach, Finding, Model, Sessions};
use crate::history::{History, Outcome};
use crate::spec::{Access, Spec};
use std::collections::BTreeMap;

/// Who wrote a value under a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Author {
    One(usize),
    /// It was there at first.
    Nobody,
    Several,
}

/// That one write came before another, for a reason: the guarantee, and the operations that show
/// it.
#[derive(Clone, Copy)]
struct Saying {
    from: usize,
    to: usize,
    clause: &'static str,
    shown_by: [usize; 2],
}

const READ_YOUR_WRITES: &str = "read your writes";
const MONOTONIC_READS: &str = "monotonic reads";
const MONOTONIC_WRITES: &str = "monotonic writes";
const WRITES_FOLLOW_READS: &str = "writes follow reads";
const NEVER_WRITTEN: &str = "read of a value never written";

/// What a session did last under a key.
#[derive(Clone, Copy, Default)]
struct Last {
    /// The write that it read, and by which operation.
    read: Option<(usize, usize)>,
    wrote: Option<usize>,
}

struct Judge<'a, S: Spec> {
    history: &'a History<S>,
    model: Model,
    authors: BTreeMap<(u64, Option<u64>), Author>,
    sayings: Vec<Saying>,
    /// How many reads do not say which write they saw.
    vague: usize,
    judged: usize,
}

pub(super) fn check<S: Spec>(history: &History<S>, first: &[usize], model: Model) -> Finding {
    let mut judge = Judge {
        history,
        model,
        authors: authors(history, first),
        sayings: Vec::new(),
        vague: 0,
        judged: 0,
    };
    for session in Sessions::of(history, first).0 {
        if let Some(breach) = judge.session(&session) {
            return Finding::Broken(breach);
        }
    }
    if let Some(circle) = circle(history.operations.len(), &judge.sayings) {
        return Finding::Broken(judge.breach(&circle));
    }
    match (judge.vague, judge.judged, history.operations.len()) {
        (0, 1.., _) | (0, _, 0) => Finding::Kept,
        (0, ..) => {
            Finding::Unknown("the guarantees of sessions are judged of registers".to_owned())
        }
        (vague, ..) => Finding::Unknown(format!(
            "{vague} reads saw a value that was written more than once, so that they do not say \
             which write they saw"
        )),
    }
}

fn authors<S: Spec>(history: &History<S>, first: &[usize]) -> BTreeMap<(u64, Option<u64>), Author> {
    let mut authors = BTreeMap::new();
    for (place, one) in history.operations.iter().enumerate() {
        let access = match &one.outcome {
            Outcome::Ok(ret) => S::access(&one.op, Some(ret)),
            Outcome::Unknown => S::access(&one.op, None),
            Outcome::Refused => None,
        };
        if let (Some(key), Some(Access::Write(value) | Access::Swap(_, value))) =
            (S::part(&one.op), access)
        {
            authors
                .entry((key, value))
                .and_modify(|author| *author = Author::Several)
                .or_insert_with(|| {
                    if first.contains(&place) { Author::Nobody } else { Author::One(place) }
                });
        }
    }
    authors
}

impl<S: Spec> Judge<'_, S> {
    fn asks(&self, model: Model) -> bool {
        self.model == model || self.model == Model::Session
    }

    /// Gathers what a session says.
    fn session(&mut self, session: &[usize]) -> Option<Breach> {
        let mut keys: BTreeMap<u64, Last> = BTreeMap::new();
        for place in session.iter().copied() {
            let one = &self.history.operations[place];
            let Outcome::Ok(ret) = &one.outcome else { continue };
            let (Some(key), Some(access)) = (S::part(&one.op), S::access(&one.op, Some(ret)))
            else {
                continue;
            };
            self.judged += 1;
            let last = keys.entry(key).or_default();
            if let Access::Read(value) | Access::Swap(value, _) = access
                && let Some(breach) = self.read(place, key, value, last)
            {
                return Some(breach);
            }
            if matches!(access, Access::Write(_) | Access::Swap(..)) {
                self.write(place, last);
            }
        }
        None
    }

    fn read(&mut self, at: usize, key: u64, value: Option<u64>, last: &mut Last) -> Option<Breach> {
        let saw = match self.authors.get(&(key, value)) {
            Some(Author::One(saw)) => *saw,
            Some(Author::Several) => {
                self.vague += 1;
                return None;
            }
            Some(Author::Nobody) => return self.saw_first(at, *last),
            None if value.is_none() => return self.saw_first(at, *last),
            None => {
                return Some(Breach {
                    clause: NEVER_WRITTEN,
                    why: format!("{} saw what nobody had written.", self.told(at)),
                    operations: vec![at],
                    minimal: true,
                });
            }
        };
        if let Some(wrote) = last.wrote.filter(|wrote| *wrote != saw)
            && self.asks(Model::ReadYourWrites)
        {
            self.say(wrote, saw, READ_YOUR_WRITES, [wrote, at]);
        }
        let reads = self.model != Model::ReadYourWrites;
        if let Some((known, by)) = last.read.filter(|(known, _)| *known != saw && reads) {
            self.say(known, saw, MONOTONIC_READS, [by, at]);
        }
        last.read = Some((saw, at));
        None
    }

    /// A read that saw no write, but what was there at first.
    fn saw_first(&self, at: usize, last: Last) -> Option<Breach> {
        let (clause, before) = match last {
            Last { wrote: Some(wrote), .. } if self.asks(Model::ReadYourWrites) => {
                (READ_YOUR_WRITES, wrote)
            }
            Last { read: Some((_, by)), .. } if self.model != Model::ReadYourWrites => {
                (MONOTONIC_READS, by)
            }
            _ => return None,
        };
        Some(Breach {
            clause,
            why: format!(
                "{} saw what was there before any write, after {} of the same client.",
                self.told(at),
                self.told(before)
            ),
            operations: vec![before, at],
            minimal: true,
        })
    }

    fn write(&mut self, at: usize, last: &mut Last) {
        // Whoever reads its own writes knows their order, so it is part of both.
        let order = self.asks(Model::MonotonicWrites) || self.asks(Model::ReadYourWrites);
        if let Some(wrote) = last.wrote.filter(|wrote| order && *wrote != at) {
            self.say(wrote, at, MONOTONIC_WRITES, [wrote, at]);
        }
        if let Some((saw, by)) = last.read.filter(|(saw, _)| *saw != at)
            && self.asks(Model::WritesFollowReads)
        {
            self.say(saw, at, WRITES_FOLLOW_READS, [by, at]);
        }
        last.wrote = Some(at);
    }

    fn say(&mut self, from: usize, to: usize, clause: &'static str, shown_by: [usize; 2]) {
        self.sayings.push(Saying { from, to, clause, shown_by });
    }

    /// What is wrong with sayings that go round in a circle.
    fn breach(&self, circle: &[Saying]) -> Breach {
        let mut operations: Vec<usize> = circle
            .iter()
            .flat_map(|saying| [saying.from, saying.shown_by[0], saying.shown_by[1]])
            .collect();
        operations.sort_by_key(|place| self.history.operations[*place].invoked.order);
        operations.dedup();
        let told: Vec<String> = circle
            .iter()
            .map(|saying| {
                let [first, then] = saying.shown_by;
                format!(
                    "{} came before {}, since {} and then {}",
                    self.told(saying.from),
                    self.told(saying.to),
                    self.did(first),
                    self.done(then)
                )
            })
            .collect();
        // The guarantee that says most of what was promised alone; of several the first.
        let known = [READ_YOUR_WRITES, WRITES_FOLLOW_READS, MONOTONIC_WRITES, MONOTONIC_READS];
        let clause = known
            .into_iter()
            .find(|clause| circle.iter().any(|saying| saying.clause == *clause))
            .unwrap_or(MONOTONIC_READS);
        Breach { clause, why: format!("{}.", told.join("; and ")), operations, minimal: true }
    }

    /// `c0's put k1 5`.
    fn told(&self, place: usize) -> String {
        format!("{}'s {}", self.history.operations[place].request.client, self.done(place))
    }

    /// `c0 did put k1 5`.
    fn did(&self, place: usize) -> String {
        format!("{} did {}", self.history.operations[place].request.client, self.done(place))
    }

    /// `put k1 5`, or `get k1 -> 5`.
    fn done(&self, place: usize) -> String {
        let one = &self.history.operations[place];
        match &one.outcome {
            Outcome::Ok(ret) if S::is_read(&one.op) => format!("{} -> {ret}", one.op),
            _ => one.op.to_string(),
        }
    }
}

/// A shortest circle of sayings through some place.
fn circle(places: usize, sayings: &[Saying]) -> Option<Vec<Saying>> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); places];
    let mut before = vec![0_usize; places];
    for (number, saying) in sayings.iter().enumerate() {
        after[saying.from].push(number);
        before[saying.to] += 1;
    }
    // What nothing comes before lies on no circle; take it away, again and again.
    let mut free: Vec<usize> = (0..places).filter(|place| before[*place] == 0).collect();
    while let Some(place) = free.pop() {
        for number in &after[place] {
            let to = sayings[*number].to;
            before[to] -= 1;
            if before[to] == 0 {
                free.push(to);
            }
        }
    }
    // Each of the others follows one of them. Whoever walks back often enough walks in a circle.
    let mut follows: BTreeMap<usize, usize> = BTreeMap::new();
    for saying in sayings.iter().filter(|saying| before[saying.from] > 0) {
        follows.insert(saying.to, saying.from);
    }
    let mut place = *follows.keys().find(|place| before[**place] > 0)?;
    for _ in 0..places {
        place = *follows.get(&place)?;
    }
    back_to(place, &after, sayings)
}

/// A shortest way from a place back to itself.
fn back_to(start: usize, after: &[Vec<usize>], sayings: &[Saying]) -> Option<Vec<Saying>> {
    let mut came: BTreeMap<usize, usize> = BTreeMap::new();
    let mut next = vec![start];
    let mut at = 0;
    while at < next.len() {
        let from = next[at];
        at += 1;
        for number in &after[from] {
            let to = sayings[*number].to;
            if to == start {
                let mut circle = vec![sayings[*number]];
                let mut place = from;
                while place != start {
                    let saying = sayings[came[&place]];
                    circle.push(saying);
                    place = saying.from;
                }
                circle.reverse();
                return Some(circle);
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = came.entry(to) {
                entry.insert(*number);
                next.push(to);
            }
        }
    }
    None
}
