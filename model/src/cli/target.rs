//! A check of any kind of node comes in; what the commands need of it goes out, without the node's
//! type.

use super::history::write::registers::registers;
use super::wishes::{Refined, Wishes, bound};
use crate::check::{Alarms, Check, Checked, Confirmed, Kept, Replayed, Smaller, Staged, Trial};
use crate::error::Error;
use crate::execute::Op;
use crate::explain;
use crate::explore::{Explorer, Opened};
use crate::fault::Nemesis;
use crate::figure::Limit;
use crate::history::History;
use crate::measure::measure;
use crate::measures::Measures;
use crate::node::Node;
use crate::persist::Saved;
use crate::reference::raft::Bounds;
use crate::schedule::Schedule;
use crate::spec::object::Object;
use crate::trace::LinkCount;
use crate::verdict::Failure;
use std::path::Path;
use std::time::Duration;

/// One line of `list`: a target or a mutant.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) sentence: String,
    pub(super) mutant: Option<Mutant>,
    pub(super) target: Box<dyn Target>,
}

/// What is known of a mutant.
pub(super) struct Mutant {
    pub(super) id: String,
    pub(super) caught_by: Vec<String>,
    pub(super) known_steps: usize,
}

impl Mutant {
    /// Whether a failure is one by which it may show: of such a property, or of such a clause.
    pub(super) fn names(&self, failure: &Failure) -> bool {
        let full = failure.to_string();
        self.caught_by.iter().any(|name| *name == failure.property || *name == full)
    }
}

impl Entry {
    pub(super) fn new<N: Node>(
        name: String,
        sentence: &str,
        mutant: Option<Mutant>,
        check: Check<N>,
    ) -> Entry {
        let target = Box::new(check.named(&name));
        Entry { name, sentence: sentence.to_owned(), mutant, target }
    }
}

/// What is wanted of a run besides its verdict.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The whole run.
    pub(super) story: bool,
    /// What it measures.
    pub(super) measures: bool,
    /// What its clients asked and were told.
    pub(super) history: bool,
    /// Figures that carry a bound.
    pub(super) limits: &'a [Limit],
    /// The model that it is held against.
    pub(super) refines: Option<Refined>,
}

/// A schedule that was run again.
pub(super) struct Again {
    pub(super) checked: Checked,
    pub(super) replayed: Replayed,
    pub(super) ran: Ran,
    /// The whole run, where it was asked for.
    pub(super) story: Option<String>,
    /// What clients asked of registers, where it was asked for, and how many other operations
    /// there were.
    pub(super) history: Option<(History<Object>, usize)>,
}

/// What is known of a run, whatever its verdict.
pub(super) struct Ran {
    pub(super) steps: usize,
    pub(super) nodes: u32,
    pub(super) faults: usize,
    pub(super) took_hold: usize,
    pub(super) digest: String,
    /// What it measures, where it was asked for.
    pub(super) measures: Option<Measures>,
    pub(super) links: Vec<LinkCount>,
}

/// Hunts from a seed, and says what it took.
pub(super) type Trials = Box<dyn Fn(u64) -> Result<Trial, Error> + Send + Sync>;

/// A check without its type.
pub(super) trait Target {
    /// How many nodes it has unless said.
    fn nodes(&self) -> u32;
    /// What it claims to survive.
    fn claim(&self) -> Nemesis;
    /// What must hold, by name.
    fn properties(&self) -> Vec<String>;
    /// How many cases there will be at most, if that is limited.
    fn limit(&self, wishes: &Wishes) -> Option<u64>;
    /// Within which bounds Raft's model does what its nodes do, if they tell of its steps.
    fn models(&self) -> Option<&[Bounds]>;
    /// Hunts.
    fn check(&self, wishes: &Wishes, progress: &mut dyn FnMut(u64)) -> Result<Checked, Error>;
    /// Runs a schedule; `again` is the command that reports name for it.
    fn replay(
        &self,
        saved: &Saved,
        file: Option<&Path>,
        again: &str,
        wanted: Wanted<'_>,
    ) -> Result<Again, Error>;
    /// Runs a scenario once; the wishes say what else must hold.
    fn stage(&self, name: &str, text: &str, wishes: &Wishes) -> Result<Staged, Error>;
    /// The same target, whose cases are variations of a scenario.
    fn varied(&self, name: &str, text: &str) -> Result<Box<dyn Target>, Error>;
    /// What variations still expect, where that is what the cases are.
    fn kept(&self, seed: u64, cases: u64) -> Option<Kept>;
    /// Opens the Explorer of a schedule's run, or of a quiet one.
    fn walked(
        &self,
        saved: Option<&Saved>,
        nodes: Option<u32>,
        port: u16,
    ) -> Result<(Explorer, Opened), Error>;
    /// Runs a schedule and its neighbours.
    fn confirm(
        &self,
        saved: &Saved,
        file: Option<&Path>,
        wishes: &Wishes,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Confirmed, Error>;
    /// Looks for a smaller schedule, or for one in place of a stale one.
    fn shrink(
        &self,
        saved: &Saved,
        refresh: bool,
        wishes: &Wishes,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<Smaller>, Error>;
    /// Single hunts of at most so much CPU time each; guided ones do not shrink.
    fn trials(&self, cpu_max: Duration, guided: bool) -> Result<Trials, Error>;
    /// Counts the failures in so many cases of a seed.
    fn alarms(
        &self,
        seed: u64,
        cases: u64,
        jobs: usize,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Alarms, Error>;
}

impl<N: Node> Target for Check<N> {
    fn nodes(&self) -> u32 {
        self.subject.shape.nodes
    }

    fn claim(&self) -> Nemesis {
        self.subject.shape.claim.clone()
    }

    fn properties(&self) -> Vec<String> {
        self.subject.property_names()
    }

    fn limit(&self, wishes: &Wishes) -> Option<u64> {
        wishes.applied(self).settings.effort.limit()
    }

    fn models(&self) -> Option<&[Bounds]> {
        self.subject.speaks_raft().then_some(&self.subject.models)
    }

    fn check(&self, wishes: &Wishes, progress: &mut dyn FnMut(u64)) -> Result<Checked, Error> {
        wishes.applied(self).try_run(progress)
    }

    fn replay(
        &self,
        saved: &Saved,
        file: Option<&Path>,
        again: &str,
        wanted: Wanted<'_>,
    ) -> Result<Again, Error> {
        let schedule: Schedule<Op<N>> = saved.text.parse()?;
        let (nodes, steps, faults) = (schedule.nodes, schedule.steps.len(), schedule.faults());
        if nodes > NODES_MAX {
            return Err(Error::new(format!("{nodes} nodes are too many: at most {NODES_MAX}")));
        }
        let mut check = self.clone();
        check.settings.command = Some(again.to_owned());
        check.subject.measured |= wanted.measures;
        bound(&mut check, wanted.limits, wanted.refines);
        let mut checked = check.replay(saved, file, "the schedule")?;
        let Some((_, replayed)) = checked.replayed.pop() else {
            return Err(Error::new("a schedule that was run has no verdict: please report it"));
        };
        let trace = self.subject.run(&schedule, check.subject.rich());
        let ran = Ran {
            steps,
            nodes,
            faults,
            took_hold: trace.steps.iter().filter(|step| step.took_hold).count(),
            digest: trace.digest.to_string(),
            measures: check.subject.measured.then(|| measure(&trace)),
            links: trace.links.clone(),
        };
        let story = wanted.story.then(|| explain::story(&schedule, &trace, true));
        let history = wanted.history.then(|| registers(&trace.history));
        Ok(Again { checked, replayed, ran, story, history })
    }

    fn stage(&self, name: &str, text: &str, wishes: &Wishes) -> Result<Staged, Error> {
        let mut check = self.clone();
        check.settings.command = Some(wishes.replay.clone());
        bound(&mut check, &wishes.limits, wishes.refines);
        check.stage(name, text)
    }

    fn varied(&self, name: &str, text: &str) -> Result<Box<dyn Target>, Error> {
        Ok(Box::new(self.clone().named(name).varying(text)?))
    }

    fn kept(&self, seed: u64, cases: u64) -> Option<Kept> {
        Check::kept(self, seed, cases)
    }

    fn walked(
        &self,
        saved: Option<&Saved>,
        nodes: Option<u32>,
        port: u16,
    ) -> Result<(Explorer, Opened), Error> {
        Check::walked(self, saved, nodes, port)
    }

    fn confirm(
        &self,
        saved: &Saved,
        file: Option<&Path>,
        wishes: &Wishes,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Confirmed, Error> {
        wishes.applied(self).confirm(saved, file, progress)
    }

    fn shrink(
        &self,
        saved: &Saved,
        refresh: bool,
        wishes: &Wishes,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<Smaller>, Error> {
        wishes.applied(self).smaller(saved, refresh, progress)
    }

    fn trials(&self, cpu_max: Duration, guided: bool) -> Result<Trials, Error> {
        if guided {
            // What is left after shrinking has nothing to do with how it was found.
            let cases = self.clone().guided().one_by_one()?;
            return Ok(Box::new(move |seed| cases.hunt_once(seed, cpu_max, false)));
        }
        let cases = self.clone().one_by_one()?;
        Ok(Box::new(move |seed| cases.trial(seed, cpu_max)))
    }

    fn alarms(
        &self,
        seed: u64,
        cases: u64,
        jobs: usize,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Alarms, Error> {
        self.clone().alarms(seed, cases, jobs, progress)
    }
}

/// As many nodes as a check may have.
const NODES_MAX: u32 = 2_000;
