//! What a hunt brings home: a failing schedule with how sure we are of it and what it cost, or a
//! tally of what was tried where all held.

use crate::fault::{Kind, Nemesis};
use crate::measures::Measures;
use crate::reference::raft::coverage::Coverage;
use crate::sabotage::Noticed;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::trace::{Digest, LossCause};
use crate::verdict::{Failure, Violation};
use std::time::Duration;

/// A failing schedule, usually the smallest of its kind, and what is known about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Counterexample<Op> {
    /// The test or target that failed: `store_is_linearizable`, `mutant:PM09`.
    pub name: String,
    /// The schedule.
    pub schedule: Schedule<Op>,
    /// What it breaks, and how.
    pub violation: Violation,
    /// The digest of its trace.
    pub digest: Digest,
    /// How sure it is.
    pub sure: Sure,
    /// What it took to find it.
    pub cost: Cost,
}

/// How sure a counterexample is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Sure {
    /// Whether a second run gave the same trace.
    pub same_trace_twice: bool,
    /// Whether shrinking came to its end; if not, the counterexample is *not shown minimal*.
    pub shrunk_to_the_end: bool,
    /// Of the steps that are left, how many were removed alone, and the failure vanished.
    pub needed_steps: usize,
    /// Of neighbours with their times moved, how many were tried.
    pub moved: usize,
    /// And how many of these fail the same way.
    pub moved_fail: usize,
}

/// What it took to find a counterexample.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cost {
    /// The case that failed first, from 1; 0 for a schedule that was given.
    pub case: u64,
    /// Other failures in the cases that followed, each with the first case that showed it.
    pub also: Vec<(Failure, u64)>,
    /// How many cases were asked for; 0 where only the time was limited.
    pub cases: u64,
    /// The seed from which that case was generated.
    pub seed: Seed,
    /// Real time until that case failed.
    pub hunt: Duration,
    /// Steps before shrinking.
    pub original_steps: usize,
    /// Faults among them.
    pub original_faults: usize,
    /// How many failing schedules were shrunk, of which this is the smallest.
    pub shrunk: u64,
    /// Runs that shrinking them took.
    pub shrink_runs: u64,
    /// Real time that shrinking took.
    pub shrink: Duration,
}

/// What a hunt tried, where all held or until it failed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tally {
    /// Cases that were run.
    pub cases: u64,
    /// Real time.
    pub elapsed: Duration,
    /// Faults that took hold, by [`Kind`] in listing order.
    pub faults: [u64; Kind::ALL.len()],
    /// Events handled by nodes.
    pub events: u64,
    /// Messages that nodes sent.
    pub sent: u64,
    /// How many of them never arrived, by [`LossCause`] in listing order.
    pub lost: [u64; LossCause::ALL.len()],
    /// Client operations, and how many of them ended ok, refused, unknown.
    pub operations: [u64; 3],
    /// For each thing that the user wants to be reached: its name, and in how many cases it was.
    pub reached: Vec<(String, u64)>,
    /// Cases whose verdict is unknown.
    pub unknown: u64,
    /// Why the first of them is.
    pub unknown_why: Option<String>,
    /// Cases that were run twice to compare their traces.
    pub twice: u64,
    /// Whether somebody stopped the hunt before its end.
    pub stopped: bool,
    /// Saved failures that were replayed first, and pass now.
    pub regressions: u64,
    /// What the test made of a world that breaks its promises; empty where nobody looked.
    pub sabotage: Vec<Noticed>,
    /// What was measured, where somebody asked.
    pub measures: Option<Box<Measures>>,
    /// What of Raft's model the runs walked, where somebody asked.
    pub coverage: Option<Box<Coverage>>,
    /// What became of the paths through the model, where these were followed and all held.
    pub paths: Option<Box<Paths>>,
}

/// What became of the paths of a plan.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Paths {
    /// How many there are.
    pub planned: usize,
    /// How many were followed to their end.
    pub followed: usize,
    /// How many of these took just the planned edges.
    pub exactly: usize,
    /// Steps of the model on all paths.
    pub steps: usize,
    /// How many of them were taken.
    pub steps_taken: usize,
    /// The edges that the paths take.
    pub edges: usize,
    /// How many of these the runs took.
    pub edges_taken: usize,
    /// Why paths could not be followed further, by the reason.
    pub stopped: Vec<Stopped>,
}

/// Paths that could not be followed further, for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// The reason.
    pub why: &'static str,
    /// How many.
    pub paths: usize,
    /// The first of them, from 1, and the step at which it stopped, from 1.
    pub first: (usize, usize),
    /// What the model does there.
    pub step: String,
}

impl Paths {
    /// Where fewer than one path in so many is followed to its end, a run of paths shows nothing.
    pub const FOLLOWED_MIN: usize = 10;

    /// Why what held on these paths says nothing.
    #[must_use]
    pub fn vacuous(&self) -> Vec<String> {
        let none =
            "on none of the paths an edge of the model was taken: the nodes tell nothing of it";
        if self.edges_taken == 0 {
            return vec![none.to_owned()];
        }
        let few = self.followed * Paths::FOLLOWED_MIN < self.planned;
        let (followed, planned, least) = (self.followed, self.planned, Paths::FOLLOWED_MIN);
        let text = format!(
            "{followed} of {planned} paths could be followed to their end, fewer than one in \
             {least}: what the nodes do not follow is not checked"
        );
        if few { vec![text] } else { Vec::new() }
    }
}

impl Tally {
    /// Adds what another worker tried. Real time is not added: workers run side by side.
    pub fn add(&mut self, other: &Tally) {
        self.cases += other.cases;
        for (sum, n) in self.faults.iter_mut().zip(other.faults) {
            *sum += n;
        }
        self.events += other.events;
        self.sent += other.sent;
        for (sum, n) in self.lost.iter_mut().zip(other.lost) {
            *sum += n;
        }
        for (sum, n) in self.operations.iter_mut().zip(other.operations) {
            *sum += n;
        }
        for (name, n) in &other.reached {
            match self.reached.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += n,
                None => self.reached.push((name.clone(), *n)),
            }
        }
        self.unknown += other.unknown;
        if self.unknown_why.is_none() {
            self.unknown_why.clone_from(&other.unknown_why);
        }
        self.twice += other.twice;
        self.regressions += other.regressions;
        if let Some(measures) = &other.measures {
            self.measures.get_or_insert_default().merge(measures);
        }
        if let Some(coverage) = &other.coverage {
            self.coverage.get_or_insert_default().add(coverage);
        }
    }

    /// Faults that took hold, of all kinds.
    #[must_use]
    pub fn faults_took_hold(&self) -> u64 {
        self.faults.iter().sum()
    }

    /// What the user wants to be reached, and never was.
    pub fn never(&self) -> impl Iterator<Item = &str> {
        self.reached.iter().filter(|(_, n)| *n == 0).map(|(name, _)| name.as_str())
    }

    /// Why a hunt in which all held says less than it seems to: nothing succeeded, no fault of the
    /// claim took hold, or what should be reached never was. The last holds only of a `full` hunt,
    /// one with as many cases as the check asks for; a short one may miss what is rare.
    #[must_use]
    pub fn vacuous(&self, claim: &Nemesis, full: bool) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.cases == 0 {
            return reasons;
        }
        let asked: u64 = self.operations.iter().sum();
        if self.operations[0] == 0 {
            reasons.push(format!("of {asked} operations none succeeded"));
        }
        if full && claim.kinds().next().is_some() && self.faults_took_hold() == 0 {
            reasons.push("no fault took hold: only calm runs were tried".to_owned());
        }
        if full {
            reasons.extend(self.never().map(|name| format!("never reached: {name}")));
        }
        reasons
    }
}
